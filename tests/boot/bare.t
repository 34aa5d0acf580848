#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Bare metal: the same Linux without and with annotation, and packed, passes the same script.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

for kernel in vmlinux.plain vmlinux vmlinux.packed; do
	boot bare "$guest/$kernel"
	report_boot "$kernel"
done
done_testing
