#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# needs: 32-bit
#
# The network of a 32-bit Linux in a process (passt).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net.sh"
guest=$O/guest/i386

report_networks process
done_testing
