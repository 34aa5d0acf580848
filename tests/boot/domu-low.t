#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Xen, Debian's dom0, xl, and Linux in the lower half as domU: the same script as the others and its
# own checks.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/x86_64-low

boot xen "$guest/vmlinux.packed"
report_boot low
done_testing
