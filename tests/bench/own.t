#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Costs that are ours alone: are sizes read right, are the wedge's own words understood, and does
# what cannot be measured end in the list of what was skipped?
source "$TOP/tests/lib.sh"
report=$TOP/tests/bench/report

# python STATEMENTS: with the folder of the report to import from; prints what they print
python() {
	(cd "$report" && /usr/bin/python3 -B -c "$1" "${@:2}" 2>&1)
}

assemble() { # assemble NAME: from standard input
	gcc -c -x assembler -o "$tmp/$1" -
}
size_of() {
	python 'import sys; from costs.size import text_size; print(text_size(sys.argv[1]))' "$tmp/$1"
}
function_of() { # function_of NAME BYTES
	printf '.globl %s\n.type %s, @function\n%s: .fill %d, 1, 0x90\n.size %s, . - %s\n' "$1" "$1" \
		"$1" "$2" "$1" "$1"
}
{ function_of f 100 && function_of g 50; } | assemble near
is "code of two functions" "$(size_of near)" 150
{ function_of f 100 && echo '.balign 64' && function_of g 50; } | assemble aligned
is "alignment between functions counts" "$(size_of aligned)" 178
{ function_of f 100 && echo '.balign 8192' && function_of g 50; } | assemble far
is "a gap of pages between parts does not" "$(size_of far)" 150
{ function_of f 100 && printf '.globl h\nh = f\n.type h, @function\n' && function_of g 50; } |
	assemble alias
is "two names of one function count once" "$(size_of alias)" 150

console() { # console WORDS: costs out of a console with these words
	python 'import sys; from costs import boots; from costs.make import CannotMeasure
from results import System
try:
    for e in boots.of_console(System("annotated", "xen-dom0", "x86_64"), sys.argv[1]):
        print(e["metric"], e["median"], e["unit"], e["clock"])
except CannotMeasure as error:
    print("cannot:", error)' "$1"
}
words='x afterburn wedge: Xen dom0, 512 MiB, of which 16 for shadow tables
afterburn wedge: 2519 sites rewritten in 5880 us
'
is "what the wedge says" "$(console "$words")" "rewrite-time 5880000 instructions icount
shadow-bytes-per-MiB 32768.0 bytes none"
is "and with counters" "$(console "$words
afterburn wedge: stats heap.pages-used 1024" | tail -n 1)" "shadow-bytes-used-per-MiB 8192.0 bytes none"
ok "a wedge that says nothing has no costs" grep -q "^cannot: the wedge printed no line like" \
	<(console "Linux version 6.1")

added() { # added STATEMENT...: boot-added of made-up figures
	"$report/synthetic" "$@" >"$tmp/run.json"
	python 'import sys, results; from costs import boots
for e in boots.boot_added(results.load(sys.argv[1])):
    print(e["kernel"], e["platform"], e["width"], round(e["median"]))' "$tmp/run.json"
}
is "boots against the plain kernel of the same width" "$(added)" "annotated bare x86_64 400000
annotated xen-dom0 x86_64 360000000
annotated xen-domU x86_64 400000000
annotated bare i386 0
annotated xen-dom0 i386 360000000
annotated l4 i386 1920000000"
is "no plain kernel, nothing" "$(added "r['results'].remove(find('plain/bare/x86_64', 'boot'))" |
	grep -c x86_64)" 0

"$report/synthetic" "r['results'] = [x for x in r['results'] if x['group'] != 'own']" >"$tmp/run.json"
ok "a build folder with nothing in it" env O="$tmp/nothing" "$report/own" --set quick "$tmp/run.json"
ok "the file can be read, and has no sizes" python 'import sys, results
run = results.load(sys.argv[1])
assert {r.metric for r in run.of("own")} == {"boot-added"}
missing = {s.metric: s.reason for s in run.skipped}
assert set(missing) == {"*", "sizes", "rewrite-time", "as-lines-per-second"}, missing
assert all(missing.values())' "$tmp/run.json"
echo '{' >"$tmp/bad.json"
is "a file that is no results" "$("$report/own" "$tmp/bad.json" >/dev/null 2>&1; echo $?)" 2
is "stays as it is" "$(cat "$tmp/bad.json")" "{"
is "and nothing is left beside it" "$(cd "$tmp" && echo *.new)" '*.new'
done_testing
