#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Bare metal, i386: the same Linux without and with annotation, and packed, passes the same script on
# one processor; on two, annotated.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/i386

for kernel in vmlinux.plain vmlinux vmlinux.packed; do
	boot bare "$guest/$kernel"
	report_boot "i386 $kernel"
done
boot bare "$guest/vmlinux" --cpus 2
report_boot "i386 vmlinux, two processors"
ok "two processors: both run" grep -qx 'smpboot: Total of 2 processors activated.*' "$tmp/console"
done_testing
