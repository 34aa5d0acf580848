#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Xen with Debian's dom0, xl, and the packed i386 kernel as domU: the whole script of the guest.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/i386

boot xen "$guest/vmlinux.packed"
report_boot i386
done_testing
