#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
#
# What the annotated kernel is made of: the plain kernel's instructions in the plain kernel's order,
# and NOPs. Both are disassembled, NOPs, fillers and addresses taken out, and the rest compared
# function by function.
source "$TOP/tests/lib.sh"

# instructions FILE: lines "function<TAB>instruction". Branches lose their targets and displacements
# of five digits and more their digits: pads move code and data. The disassembler takes what it finds
# in an x86-64 kernel for 64-bit code, which pvh_start_xen is not.
instructions() {
	objdump -d --no-show-raw-insn "$1" | perl -ne '
		BEGIN { $wide = 1 if $ENV{width} eq "x86_64" }
		if (/^[0-9a-f]+ <(.*)>:$/) { $function = $1; next }
		next unless s/^\s*[0-9a-f]+:\t//;
		s/\s*(#.*|<.*>.*)?$//;
		next if /^(nop|int3|data16 |cs nop|xchg +%ax,%ax|lea[lw]? +(0x0)?\(%e[sd]i(,%eiz,1)?\),%e[sd]i)/;
		next if $function eq "pvh_start_xen" && $wide;
		s/-?(0x)?[0-9a-f]+\(%rip\)/A(%rip)/;
		s/-?(0x)?[0-9a-f]{5,16}\b/A/g;
		s/^(j[a-z]+|call[lq]?|loop[a-z]*|xbegin)\b.*/$1/;
		s/^jmp[lq]/jmp/;
		print "$function\t$_\n";'
}

same_instructions() {
	instructions "$guest/vmlinux.plain" >"$tmp/plain"
	instructions "$guest/vmlinux" >"$tmp/annotated"
	[[ $(wc -l <"$tmp/plain") -gt 500000 ]] || {
		echo "hardly anything was disassembled"
		return 1
	}
	cmp "$tmp/plain" "$tmp/annotated" || {
		diff "$tmp/plain" "$tmp/annotated" | head -n 30
		return 1
	}
}

# The comparison sees one instruction more.
one_more() {
	sed '400000s/.*/&\n&/' "$tmp/annotated" >"$tmp/more"
	! cmp -s "$tmp/plain" "$tmp/more"
}

export width
for width in x86_64 i386; do
	guest=$O/guest/${width/#x86_64/x86_64-low}
	ok "$width: the same instructions and NOPs" same_instructions
	ok "$width: a doubled instruction would be seen" one_more
done
done_testing
