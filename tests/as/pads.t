#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The assembler adds nothing to an object but pads. Of every golden text the annotated object and
# the plain one have the same sections, relocations and symbols but for places and sizes; code in which
# nothing refers to a place is the plain code once the pads are cut out.
source "$TOP/tests/as/lib.sh"
cd "$tmp" || exit 1

# Sections without address, offset and size.
sections() {
	readelf -SW "$1" | sed -nE 's/^ +\[ *([0-9]+)\] (.*[A-Z]+) +[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ /\1 \2 /p'
}

# Relocations without place and addend; symbols without value and size.
relocations() {
	readelf -rW "$1" | awk '/^Relocation section/ { print $3 } /R_/ { print $3, $5 }'
}
symbols() {
	readelf -sW "$1" | awk '$1 ~ /^[0-9]+:$/ { print $1, $4, $5, $6, $7, $8 }'
}

same() { # same WHAT
	diff <("$1" plain.o) <("$1" ours.o)
}

only_pads() { # only_pads FILE
	local options
	read -ra options <<<"$(sed -n 's/^# options: //p' "$1")"
	sed '/^>>>$/,$d' "$1" >in.s
	"$REAL" "${options[@]/--afterburn*/--64}" in.s -o plain.o && "$AS" "${options[@]}" in.s -o ours.o &&
		same sections && same relocations && same symbols
}

for file in "$TOP"/tests/as/golden/*.s; do
	grep -q '^# rejected' "$file" || ok "$(basename "$file" .s): only pads" only_pads "$file"
done

# The same of a compiler's output, with debug information and unwind tables, which refer to code.
cat >c.c <<'END'
static inline unsigned long flags(void) { unsigned long f; asm volatile("pushf ; pop %0" : "=r"(f)); return f; }
void off(void) { asm volatile("cli" ::: "memory"); }
unsigned long g(int a) { if (flags() & 512) off(); asm volatile("1: wrmsr; .pushsection .fix, \"a\"; .long 1b - .; .popsection" :: "a"(a), "c"(0), "d"(0)); return flags(); }
END
compiled() { # compiled WIDTH FLAGS...
	gcc "-m$1" -S "${@:2}" c.c -o in.s && "$REAL" "--$1" in.s -o plain.o && "$AS" "--$1" in.s -o ours.o &&
		same sections && same relocations && same symbols && (($("$SITES" ours.o | wc -l) >= 3))
}
for width in 32 64; do
	ok "gcc's output, $width bit: only pads" compiled $width -O2
	ok "gcc's output with debug information, $width bit: only pads" compiled $width -g
done

# All statements that gas accepts, one behind the other.
cut_out() { # cut_out WIDTH SYNTAX
	"$O/tests/as/spellings" "$1" "$2" | cut -f3 >all.s
	"$REAL" "--$1" "-msyntax=$2" -mnaked-reg all.s -o plain.o 2>errors
	sed -n 's|^all.s:\([0-9]*\): Error:.*|\1d|p' errors | sort -un >drop
	sed -f drop all.s >in.s
	"$REAL" "--$1" "-msyntax=$2" -mnaked-reg in.s -o plain.o &&
		"$AS" --afterburn=all "--$1" "-msyntax=$2" -mnaked-reg in.s -o ours.o &&
		objcopy -O binary -j .text plain.o plain && objcopy -O binary -j .text ours.o ours &&
		perl -0777 -pe 's/\x0f\x1f\x80..\xb5\xaf//gs' ours | cmp - plain &&
		(($(stat -c %s ours) == $(stat -c %s plain) + 7 * $(wc -l <in.s)))
}
for width in 32 64; do
	for syntax in att intel; do
		ok "$width bit, $syntax: the plain code is left without the pads" cut_out "$width" "$syntax"
	done
done
done_testing
