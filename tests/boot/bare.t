#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Bare metal: annotated Linux passes the script as it is and packed.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

for kernel in vmlinux vmlinux.packed; do
	boot bare "$guest/$kernel"
	report_boot "$kernel"
done
done_testing
