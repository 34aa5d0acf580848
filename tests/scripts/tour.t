#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The reading tour's check: the list of this tree is right, and each kind of wrong list is noticed.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"

# A tree of two files, and a list with the given entries.
tree() { # tree ENTRY...
	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree"/{scripts,wedge/doc,wedge/core,afterburner/as}
	cp "$TOP/scripts/tour" "$tmp/tree/scripts/"
	touch "$tmp/tree/wedge/core/a.c" "$tmp/tree/afterburner/as/b.c"
	printf '%s\n' "$@" >"$tmp/tree/wedge/doc/tour.md"
	git -C "$tmp/tree" init -q
	git -C "$tmp/tree" add -A
}

complains() { # complains TEXT
	! "$tmp/tree/scripts/tour" --check 2>"$tmp/err" && grep -qF "$1" "$tmp/err"
}

first='1. `wedge/core/a.c`: One.'
second='2. `afterburner/as/b.c`: Two.'

ok 'the tour of this tree' "$TOP/scripts/tour" --check
ok 'it can be printed' eval '"$TOP/scripts/tour" | grep -q "insns.def  *[0-9]* lines  "'
tree "$first" "$second"
ok 'a good list' "$tmp/tree/scripts/tour" --check
tree "$first" '2. `afterburner/as/gone.c`: Two.' '3. `afterburner/as/b.c`: Three.'
ok 'a file that is gone' complains 'tour.md:2: no file afterburner/as/gone.c'
tree "$first" "$second" '3. `wedge/core/a.c`: Again.'
ok 'a file twice' complains 'wedge/core/a.c is entry 1 already'
tree "$first" '3. `afterburner/as/b.c`: Two.'
ok 'a number left out' complains 'entry 3 where 2 is due'
tree "$first"
ok 'a folder that nobody visits' complains 'no file of afterburner/as is visited'
tree "$first" '2. `afterburner/as/b.c`: Two'
ok 'half a sentence' complains 'its sentence does not end'
tree
ok 'an empty list' complains 'no entries'
ok 'a wrong word' eval '"$TOP/scripts/tour" --print; [ $? = 2 ]'
done_testing
