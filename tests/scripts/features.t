#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The page of processor features is what the table says, line for line.
# shellcheck disable=SC2016 # eval's text must expand there
source "$TOP/tests/lib.sh"
cd "$TOP" || exit 1
table=wedge/include/wedge/features.def page=wedge/doc/cpuid.md

ok "doc/cpuid.md is what the table says (else: make documents)" eval \
	'scripts/document-features | diff - "$page"'
ok "every feature has its line there" eval \
	'(($(grep -c "^FEATURE(" "$table") == $(grep -c "^| [0-9]" "$page")))'

# refused TEXT: a table with that in it
refused() {
	mkdir -p "$tmp/tree"/{scripts,wedge/include/wedge} &&
		cp scripts/document-features "$tmp/tree/scripts" || return 1
	sed "s/^FEATURE(AVX,.*/$1/" "$table" >"$tmp/tree/$table"
	! "$tmp/tree/scripts/document-features" >"$tmp/out" 2>"$tmp/err" &&
		grep -qF "not a line of the table: ${1:0:8}" "$tmp/err"
}

ok "a line that is none is refused" refused 'FEATURES(AVX, 1)'
ok "a bit that is no number is refused" refused 'FEATURE(AVX, 1, 0, ECX, x, SHOWN, "")'
done_testing
