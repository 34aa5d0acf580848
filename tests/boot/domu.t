#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Xen with Debian's dom0, xl, and the packed kernel as domU: the whole script of the guest.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

boot xen "$guest/vmlinux.packed"
report_boot domu
done_testing
