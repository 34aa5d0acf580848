# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the assembler's tests share, on top of tests/lib.sh.
#
# Invariant: the environment of the caller never switches annotation on or off in a test.
source "$TOP/tests/lib.sh"
unset AFTERBURN AFTERBURN_AS AFTERBURN_EXCLUDE
export LC_ALL=C
AS=$O/libexec/afterburner/as
RECORDS=$O/tests/as/records
REAL=$(command -v as)

# A real as that prints the text it is fed: what the annotator hands on.
cat >"$tmp/show" <<'END'
#!/bin/sh
exec cat
END
chmod +x "$tmp/show"

# The annotated text of standard input. Arguments are options.
annotated() {
	AFTERBURN_AS=$tmp/show "$AS" "$@"
}

# Sites in short: [insn]N is an instruction of number N with its pad behind it, [pad label: insn]N
# one with the pad in front (N then includes the flag for that).
shorten() {
	perl -0777 -pe '
		my $record = qr/\.pushsection \.debug_afterburn; \.long \d{4}1b-\.; \.byte \d,[^;]*,(\d+); \.popsection/;
		my $pad = qr/\.byte 15,31,128; \.long \d+\+/;
		s/\d{4}1: $pad\d{4}3f-\d{4}2f; (.*?)\d{4}2: (.*?); \d{4}3: $record/[pad $1$2]$3/gs;
		s/\d{4}1: (.*?); \d{4}2: $pad\d{4}2b-\d{4}1b; $record/[$1]$2/gs;'
}
