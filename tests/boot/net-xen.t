#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# The network of a kernel under a wedge as a domU (net.sh): Linux in the lower half.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net.sh"
guest=$O/guest/x86_64-low

report_networks xen
done_testing
