#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
#
# afterburn stats on a real guest: the wedge's counters are there, and add up.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

stats_of() {
	"$O/libexec/afterburner/commands/stats" --initrd "$guest/initrd.gz" --timeout 240 \
		--append "afterburn.steps=fork" "$guest/vmlinux.packed" >"$tmp/stats" 2>"$tmp/err" || {
		cat "$tmp/err"
		return 1
	}
}

# Each of these runs many times while 500 processes are made.
counted() {
	awk -v name="$1" '$1 == name && $2 > 100 { good = 1 } END { exit !good }' "$tmp/stats" || {
		cat "$tmp/stats"
		return 1
	}
}

# What the classes count, the instructions count.
adds_up() {
	awk '/^class\./ { classes += $2 } /^insn\./ { insns += $2 }
		END { print classes, insns; exit !(classes > 0 && classes == insns) }' "$tmp/stats"
}

# A total is the sum of its parts; every page fault came to something.
totals_are_sums() {
	awk '{ count[$1] = $2 }
		/^hypercall\./ { hypercalls += $2 }
		/^insn\./ { sites += $2 }
		END {
			print hypercalls, count["hypercalls"], sites, count["sites"]
			print count["trap.14"], count["faults"]
			exit !(hypercalls > 0 && hypercalls == count["hypercalls"] &&
				sites == count["sites"] && count["trap.14"] == count["faults"])
		}' "$tmp/stats"
}

silent_without_the_word() {
	boot xen-dom0 "$guest/vmlinux.packed" --append afterburn.steps=none
	exit_code 0 && ! grep -q 'afterburn wedge: stats' "$tmp/console"
}

ok "a run with counters" stats_of
for name in insn.CLI insn.STI insn.PUSHF insn.MOV_TO_CR trap.14 interrupts faults fault.user-guest \
	hypercalls hypercall.iret hypercall.mmu-update entry.syscall shadow.entries-written space.loads; do
	ok "$name" counted "$name"
done
ok "classes add up to instructions" adds_up
ok "totals are the sums of their parts" totals_are_sums
ok "no counters unless asked" silent_without_the_word
done_testing
