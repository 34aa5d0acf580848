#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The pass works in linear time: twice the text costs at most a little more than twice the
# instructions. Counted by callgrind, without the real as.
source "$TOP/tests/as/lib.sh"
skip_unless_command() {
	command -v "$1" >"$tmp/which" || skip_all "no $1"
}
skip_unless_command valgrind
printf '#!/bin/sh\nexit 0\n' >"$tmp/nothing"
chmod +x "$tmp/nothing"

# Texts of N parts.
macros() {
	awk -v n="$1" 'BEGIN {
		print "cli"
		for (i = 0; i < n; i++) print ".macro m" i " a\nmov \\a, %eax\n.endm"
		for (i = 0; i < n; i++) print "m" i " %ebx"
	}'
}
arguments() { # as many calls, arguments, and statements that they are put into
	awk -v n="$1" 'BEGIN {
		print ".macro m a\n.long \\a\nmov \\a, %eax\n.endm"
		for (i = 0; i < n; i++) print "m w" i
		print ".macro k a"
		for (i = 0; i < n; i++) print "mov \\a, %eax"
		print ".endm\nk %cr0"
	}'
}
sites() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print "cli" }'
}
sections() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) print ".section .text.f" i ",\"ax\"\ncli" }'
}
one_line() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "cli; .ascii \"a;b\" ; mov %%eax, %%ebx /* x */;"; print "" }'
}
long_call() {
	awk -v n="$1" 'BEGIN {
		print ".macro m a:vararg\n.irp x, \\a\n.long \\x\n.endr\n.endm\ncli"
		printf "m 0"
		for (i = 1; i < n; i++) printf ", %d", i
		print ""
	}'
}
symbols() {
	awk -v n="$1" 'BEGIN {
		print "cli"
		for (i = 0; i < n; i++) print "l" i ": .set s" i ", " i "\n.ifdef l" i "\n.if s" i " > 5\nnop\n.endif\n.endif"
	}'
}
plain() {
	awk -v n="$1" 'BEGIN {
		print "cli"
		for (i = 0; i < n; i++) print "\tmovl\t%eax, " i "(%ebx)\n.L" i ":\n\taddl\t$1, %eax"
	}'
}

instructions() { # instructions KIND N
	"$1" "$2" >"$tmp/in.s"
	AFTERBURN_AS=$tmp/nothing valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		"$AS" --32 "$tmp/in.s" -o "$tmp/x.o" 2>&1 | sed -n 's/.*Collected : //p'
}

linear() { # linear KIND N
	local base once twice
	base=$(instructions "$1" 1)
	once=$(($(instructions "$1" "$2") - base))
	twice=$(($(instructions "$1" "$((2 * $2))") - base))
	echo "$2: $once, $((2 * $2)): $twice instructions"
	((once > 0 && 100 * twice <= 230 * once))
}

for kind in macros arguments sites sections one_line long_call symbols plain; do
	ok "$kind" linear "$kind" 2000
done

# Ordinary compiled code: what a line costs.
cheap() {
	local base once
	base=$(instructions plain 1)
	once=$(($(instructions plain 10000) - base))
	echo "$((once / 30000)) instructions a line"
	((once / 30000 <= 1400))
}
ok "a line of compiled code costs little" cheap
done_testing
