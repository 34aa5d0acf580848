#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Bare metal, Linux in the lower half: the same script as the others and its own checks, without
# annotation and with it, on one processor, on two, and without the instructions for GS bases, where the
# kernel tells its own base from a program's by the value.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/x86_64-low

both_run() {
	grep -q 'smpboot: Total of 2 processors activated' "$tmp/console"
}

boot bare "$guest/vmlinux.plain"
report_boot "low, without annotation"
boot bare "$guest/vmlinux"
report_boot "low"
boot bare "$guest/vmlinux" --cpus 2
report_boot "low, two processors"
ok "two processors: both run" both_run
boot bare "$guest/vmlinux" --cpus 2 --append nofsgsbase
report_boot "low, two processors, no FSGSBASE"
ok "no FSGSBASE: the kernel knows" grep -q 'FSGSBASE disabled' "$tmp/console"
done_testing
