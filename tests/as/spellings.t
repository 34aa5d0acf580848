#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Every spelling of insns.def, in 32- and 64-bit code, in both syntaxes: each statement that gas
# accepts must become exactly one site, of that instruction, with a right pad.
source "$TOP/tests/as/lib.sh"

# Fills $tmp/WIDTH-SYNTAX.{list,s}: the statements that gas accepts, and their instructions.
accepted() { # accepted WIDTH SYNTAX
	local name=$tmp/$1-$2
	"$O/tests/as/spellings" "$1" "$2" >"$name.all"
	cut -f3 "$name.all" >"$name.s"
	"$REAL" "--$1" "-msyntax=$2" -mnaked-reg "$name.s" -o "$tmp/x.o" 2>"$name.errors"
	sed -n "s|^$name.s:\([0-9]*\): Error:.*|\1d|p" "$name.errors" | sort -un >"$name.drop"
	sed -f "$name.drop" "$name.all" >"$name.list"
	cut -f3 "$name.list" >"$name.s"
}

one_site_each() { # one_site_each WIDTH SYNTAX
	local name=$tmp/$1-$2
	"$AS" --afterburn=all "--$1" "-msyntax=$2" -mnaked-reg "$name.s" -o "$name.o" || return 1
	"$SITES" "$name.o" >"$name.sites" || {
		grep WRONG "$name.sites"
		return 1
	}
	diff <(cut -f1 "$name.list") <(cut -d' ' -f3 "$name.sites")
}

for width in 32 64; do
	for syntax in att intel; do
		accepted "$width" "$syntax"
		ok "$width bit, $syntax: gas accepts more than a hundred statements" \
			test "$(wc -l <"$tmp/$width-$syntax.list")" -gt 100
		ok "$width bit, $syntax: one right site each" one_site_each "$width" "$syntax"
	done
	is "$width bit: no instruction of the table is unknown to gas, but those of FRED before binutils 2.41" \
		"$(comm -23 <(cut -f1 "$tmp/$width-att.all" | sort -u) \
			<(cut -f1 "$tmp/$width"-{att,intel}.list | sort -u) | grep -vxE 'LKGS|ERET[SU]')" ""
done

unknown=$(comm -23 <(cut -f2 "$tmp"/*.all | sort -u) <(cut -f2 "$tmp"/*.list | sort -u) | tr '\n' ' ')
echo "# spellings that gas accepts with no operands tried: ${unknown:-none}"
done_testing
