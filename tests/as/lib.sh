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
SITES=$O/tests/as/sites
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
		my $label = qr/9876543\d\d/;
		my $pad = qr/\.byte 15,31,128; \.long (\d+)\+/;
		sub number { ($_[0] + $_[1] >> 8) & 255 }
		s/$pad($label)f-\.; (.*?); \2:/"[pad $3]" . number($1, 4)/gse;
		s/($label): (.*?); $pad\.-\1b/"[$2]" . number($3, 3)/gse;'
}
