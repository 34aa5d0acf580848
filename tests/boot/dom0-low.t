#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Xen with Linux in the lower half as dom0: the same script as the others and its own checks; and
# the kernel view shares the programs' tables with the user view, as it does for other kernels.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/x86_64-low

counter() { # counter NAME: what the wedge counted
	sed -n "s/^afterburn wedge: stats $1 \([0-9]*\)$/\1/p" "$tmp/console"
}

# Early boot and the patching of code split theirs, in any layout.
few_are_split() {
	(($(counter space.made) > 40 && $(counter space.split) < 8)) || {
		grep -a 'stats space' "$tmp/console"
		return 1
	}
}

boot xen-dom0 "$guest/vmlinux.packed"
report_boot low
ok "low: the wedge knows where the kernel is" grep -aq 'wedge: the kernel is linked in GiB 1' \
	"$tmp/console"
boot xen-dom0 "$guest/vmlinux.packed" --append 'afterburn.stats afterburn.steps=processes,fork,cow'
ok "low, counted: exit code 0" exit_code 0
ok "low, counted: few spaces are split" few_are_split
done_testing
