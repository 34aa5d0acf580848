#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Xen with the packed kernel as dom0: the whole script of the guest.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

boot xen-dom0 "$guest/vmlinux.packed"
report_boot dom0
done_testing
