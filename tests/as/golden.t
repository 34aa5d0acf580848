#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Golden files: golden/*.s hold an input, a line >>>, and the annotated text with its sites in
# short (see shorten in lib.sh). Lines of the input may say:
#
#   # options: ...   options for the run
#   # rejected       gas refuses the text, so no object is made
#
# Every other text is also assembled, and each record compared with the bytes it names; there must
# be as many as the text has sites, macro calls apart.
source "$TOP/tests/as/lib.sh"

input() {
	sed '/^>>>$/,$d' "$1"
}

options() {
	sed -n 's/^# options: //p' "$1"
}

# The input's last line has no end in no-final-newline.s; files end theirs.
text_matches() {
	local options
	read -ra options <<<"$(options "$1")"
	if [[ $1 == */no-final-newline.s ]]; then
		input "$1" | head -c -1
	else
		input "$1"
	fi >"$tmp/in.s"
	annotated "${options[@]}" <"$tmp/in.s" | shorten >"$tmp/got" || return 1
	if [[ $1 == */no-final-newline.s ]]; then
		echo >>"$tmp/got"
	fi
	diff -u <(sed '1,/^>>>$/d' "$1") "$tmp/got"
}

records_hold() {
	local options
	read -ra options <<<"$(options "$1")"
	"$REAL" "${options[@]/--afterburn*/--64}" "$tmp/in.s" -o "$tmp/plain.o" || return 1
	"$AS" "${options[@]}" "$tmp/in.s" -o "$tmp/out.o" || return 1
	"$RECORDS" "$tmp/out.o" || return 1
}

for file in "$TOP"/tests/as/golden/*.s; do
	name=$(basename "$file" .s)
	ok "$name: text" text_matches "$file"
	grep -q '^# rejected' "$file" || ok "$name: records" records_hold "$file"
done

# The exact text, once.
exact_after() {
	diff -u - <(printf '1:\tcli # x\n' | annotated) <<'END'
1:	98761: cli; 98762: .byte 15,31,128; .long 2947874816+98762b-98761b; .pushsection .debug_afterburn; .long 98761b-.; .byte 0,98762b-98761b,98762b-98761b+7,0; .popsection # x
END
}
exact_before() {
	diff -u - <(printf '1:\tsti # x\n' | annotated) <<'END'
98761: .byte 15,31,128; .long 2947907840+98763f-98762f; 1:	98762: sti; 98763: .pushsection .debug_afterburn; .long 98761b-.; .byte 7,98763b-98762b,98763b-98762b+7,129; .popsection # x
END
}
ok "the text of a site with its pad behind it" exact_after
ok "the text of a site with its pad in front" exact_before
done_testing
