#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# The network of Linux in the lower half in a process (passt) and on bare metal (QEMU's).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net.sh"
guest=$O/guest/x86_64-low

report_networks process bare
report_gone
done_testing
