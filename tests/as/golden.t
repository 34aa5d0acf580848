#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Golden files: golden/*.s hold an input, a line >>>, and the annotated text with its sites in
# short (see shorten in lib.sh). Lines of the input may say:
#
#   # options: ...   options for the run
#   # rejected       gas refuses the text, so no object is made
#
# Every other text is also assembled, and each pad compared with the instruction it names.
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

sites_hold() {
	local options
	read -ra options <<<"$(options "$1")"
	"$REAL" "${options[@]/--afterburn*/--64}" "$tmp/in.s" -o "$tmp/plain.o" || return 1
	"$AS" "${options[@]}" "$tmp/in.s" -o "$tmp/out.o" || return 1
	"$SITES" "$tmp/out.o" || return 1
}

for file in "$TOP"/tests/as/golden/*.s; do
	name=$(basename "$file" .s)
	ok "$name: text" text_matches "$file"
	grep -q '^# rejected' "$file" || ok "$name: sites" sites_hold "$file"
done

# The exact text, once.
exact_after() {
	diff -u - <(printf '1:\tcli # x\n' | annotated) <<'END'
1:	987654321: cli; .byte 15,31,128; .long 2947874813+.-987654321b # x
END
}
exact_before() {
	diff -u - <(printf '1:\tsti # x\n' | annotated) <<'END'
.byte 15,31,128; .long 2947907836+987654321f-.; 1:	sti; 987654321: # x
END
}
ok "the text of a site with its pad behind it" exact_after
ok "the text of a site with its pad in front" exact_before
done_testing
