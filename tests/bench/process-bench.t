#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# timeout: 180
#
# The parts of the process benchmark that need no guest: does the program measure what it says and
# speak up when it cannot, are the figures and bars computed right, is a wrong clock noticed?
source "$TOP/tests/lib.sh"
bench=$TOP/tests/bench

names() { # names SET WIDTH
	awk -F ' *[|] *' -v set="$1" -v width="$2" '!/^#/ && (" " $2 " ") ~ (" " set "(-" width ")? ") { print $1 }' \
		"$bench/operations.txt" | sort
}

# The program itself.
of_the_program() { # of_the_program WIDTH
	local set name width=$1 ops=$O/bench/$1/bench-ops run=$tmp/run-$1 bare=$tmp/bare-$1
	for set in process micro io; do
		is "$width: the program's operations are those of the table: $set" "$("$ops" --list $set | sort)" \
			"$(names $set "$width")"
	done

	mkdir "$run" "$bare"
	cp "$ops" "$O/bench/$width/bench-tiny" "$run/"
	cp "$ops" "$bare/"
	(cd "$run" && ./bench-ops) >"$tmp/out" 2>&1
	is "$width: it ends well" $? 0
	for name in $(names process "$width"); do
		[[ $name != compile ]] || continue
		ok "$width: $name: samples, all above zero" awk -v n="$name" '
			$1 == "BENCH" && $2 == n && $3 == "us" { for (i = 4; i <= NF; i++) if ($i > 0) good++; all = NF - 3 }
			END { exit !(all >= 3 && good == all) }' "$tmp/out"
	done
	is "$width: without a compiler it says so" "$(grep SKIP "$tmp/out")" "BENCH-SKIP compile: no compiler/tcc"
	is "$width: an unknown operation" "$("$ops" nonsense 2>&1; echo $?)" \
		"bench-ops: no operation 'nonsense'; see bench-ops --list
2"
	is "$width: forks, not a number" "$("$ops" --forks 10x 2>&1; echo $?)" \
		"bench-ops: --forks takes 1 to 1000000, not '10x'
2"
	ok "$width: forks" grep -Eqx 'BENCH-FORKS 20 us-each [0-9.]+' <("$ops" --forks 20)
	mv "$bare/bench-ops" "$bare/other-name"
	is "$width: a program that cannot be started is a failure" \
		"$(cd "$bare" && ./other-name exec-self | grep -c '^BENCH-FAIL ./bench-ops: '; exit "${PIPESTATUS[0]}")/$?" 1/1
}
for width in x86_64 i386; do
	if [[ $width == i386 ]] && why=$(host_lacks 32-bit); then
		skip "$width: the program" "$why"
	else
		of_the_program "$width"
	fi
done

cat >"$tmp/operations" <<'EOF2'
# comment
one | process | first thing | words
two | process micro | second thing | more words
other | micro | another set's | none
three | process | third thing | none
wide | process-x86_64 | of one width | wide words
narrow | process-i386 | of the other | narrow words
EOF2
cat >"$tmp/bars" <<'EOF2'
# comment
x86_64 | pinned free | uml/guest | above | 1 | faster than UML | *
x86_64 | pinned | guest/host | at most | 4.75 | at most 4.75 times | one two
x86_64 | free | tcg/guest | at least | 3 | 3 times as fast | one
i386 | pinned | guest/host | at most | 4 | at most 4 times | one
EOF2
cat >"$tmp/samples" <<'EOF2'
pinned host one 2 1 3
pinned guest one 10 9
pinned guest one 11 8
pinned uml one 30 20
pinned tcg one 19
pinned host two 100 200
pinned guest two 900
pinned uml two 900
free host one 1
free guest one 1.5
free tcg one 4.5
EOF2
figures() { # figures FORM AWK-OPTION...
	awk -v width=x86_64 "${@:2}" -f "$bench/process/figures.awk" -f "$bench/process/$1.awk" \
		"$tmp/operations" "$tmp/bars" "$tmp/samples"
}
is "table: median of all rounds, sides compared, of the fastest" \
	"$(figures table -v placement=pinned | grep '^| first')" \
	"| first thing | 2.00 (1.00 to 2.00) | 9.50 (8.00 to 10.0) | 25.0 (20.0 to 20.0) | 19.0 (19.0 to 19.0) | 4.75 | 8.00 | 2.63 | 2.00 | words |"
is "table: what one side did not measure" "$(figures table -v placement=free | grep '^| first')" \
	"| first thing | 1.00 (1.00 to 1.00) | 1.50 (1.50 to 1.50) | - | 4.50 (4.50 to 4.50) | 1.50 | 1.50 | - | 3.00 | words |"
is "table: nothing measured, and the operations of this width only" \
	"$(figures table -v placement=pinned | sed -n '5,$p')" \
	"| third thing | - | - | - | - | - | - | - | - | none |
| of one width | - | - | - | - | - | - | - | - | wide words |"
is "bars: met, missed, not measured" "$(figures bars -v placement=pinned)" \
	"faster than UML: MISSED by two (1.00, 1.00); met by one (2.63, 2.50); not measured: three wide
at most 4.75 times: MISSED by two (6.00, 9.00); met by one (4.75, 8.00)"
is "bars: those of the placement" "$(figures bars -v placement=free)" \
	"faster than UML: not measured: one two three wide
3 times as fast: met by one (3.00, 3.00)"
is "bars: those of the width" "$(figures bars -v placement=pinned -v width=i386)" \
	"at most 4 times: MISSED by one (4.75, 8.00)"
is "JSON" "$(figures json | tr -d ' \n')" "$(tr -d ' \n' <<'EOF2'
{"metric": "one", "placement": "pinned", "unit": "us", "host": {"median": 2, "samples": [1, 2, 3]},
 "guest": {"median": 9.5, "samples": [8, 9, 10, 11]}, "uml": {"median": 25, "samples": [20, 30]},
 "tcg": {"median": 19, "samples": [19]},
 "ratios": {"guest/host": 4.7500, "uml/guest": 2.6316, "tcg/guest": 2.0000},
 "bars": [{"of": "uml/guest", "is": "above", "value": 1, "met": true},
  {"of": "guest/host", "is": "at most", "value": 4.75, "met": true}]},
{"metric": "two", "placement": "pinned", "unit": "us", "host": {"median": 150, "samples": [100, 200]},
 "guest": {"median": 900, "samples": [900]}, "uml": {"median": 900, "samples": [900]},
 "tcg": {"median": null, "samples": []},
 "ratios": {"guest/host": 6.0000, "uml/guest": 1.0000, "tcg/guest": null},
 "bars": [{"of": "uml/guest", "is": "above", "value": 1, "met": false},
  {"of": "guest/host", "is": "at most", "value": 4.75, "met": false}]},
{"metric": "one", "placement": "free", "unit": "us", "host": {"median": 1, "samples": [1]},
 "guest": {"median": 1.5, "samples": [1.5]}, "uml": {"median": null, "samples": []},
 "tcg": {"median": 4.5, "samples": [4.5]},
 "ratios": {"guest/host": 1.5000, "uml/guest": null, "tcg/guest": 3.0000},
 "bars": [{"of": "uml/guest", "is": "above", "value": 1, "met": null},
  {"of": "tcg/guest", "is": "at least", "value": 3, "met": true}]}
EOF2
)"

is "of another set: its operations and bars" "$(sed 's/$/ | io/;s/process/io/' "$tmp/bars" >"$tmp/bars.io"
	sed 's/| process /| io /' "$tmp/operations" >"$tmp/operations.io"
	awk -v width=x86_64 -v set=io -v placement=free -f "$bench/process/figures.awk" -f "$bench/process/bars.awk" \
		"$tmp/operations.io" "$tmp/bars.io" "$tmp/samples"; figures bars -v placement=free -v set=io)" \
	"faster than UML: not measured: one two three
3 times as fast: met by one (3.00, 3.00)"

# Every operation that a bar names is one of its width.
strangers() { # strangers WIDTH
	awk -F ' *[|] *' -v width="$1" '$1 == width && $7 != "*" { print $7 }' "$bench/process/bars.txt" | tr ' ' '\n' |
		sort -u | comm -23 - <(names process "$1")
}
for width in x86_64 i386; do
	is "$width: the bars name operations that are measured" "$(strangers $width)" ''
done

clock() { # clock GUEST-SECONDS OUR-SECONDS
	(
		here=$bench top=$TOP
		source "$bench/lib.sh"
		printf 'BENCH-CLOCK 5.0 1000.0\nBENCH-CLOCK %s %s\n' "$1" "$2" >"$tmp/console"
		check_clock guest "$tmp/console"
	)
}
ok "clocks that agree" clock 15.0 1010.5
is "a clock that runs slow" "$(clock 10.0 1010.0 2>&1; echo $?)" \
	"process-bench: the clock of the guest went 5.000 s in 10.000 s
1"

# one_run SIDE SECONDS: what becomes of a run that takes no time and tells of so many seconds, or of
# one that ends early
one_run() {
	(
		here=$bench top=$TOP work=$tmp/one
		mkdir -p "$work" && : >"$work/samples"
		source "$bench/lib.sh"
		source "$bench/process/sides.sh"
		measure_side pinned "$1" printf 'BENCH-CLOCK 1\nBENCH fork us 5 4\n%s\n' "${2:+BENCH-CLOCK $2}" 2>&1 |
			sed 's/0[.]0.. s/0 s/'
		echo "${PIPESTATUS[0]}: $(<"$work/samples")"
	)
}
is "a run whose clock is right gives samples" "$(one_run guest 1.0)" "0: pinned guest fork 5 4"
is "a guest's wrong clock ends the benchmark" "$(one_run guest 10)" \
	"process-bench: the clock of guest went 9.000 s in 0 s
1: "
is "a clock that is wrong on a side for comparison costs that run" "$(one_run tcg 10)" \
	"process-bench: a run is not counted: the clock of tcg went 9.000 s in 0 s
0: "
is "a run of the host that ends early ends the benchmark" "$(one_run host '' | sed -n '$p;/failed/p')" \
	"process-bench: the run of host failed (exit code 0)
1: "
is "one of a side for comparison costs that run" "$(one_run uml '' | sed -n '$p;/failed/p')" \
	"process-bench: a run is not counted: the run of uml failed (exit code 0)
0: "

"$bench/source-to-compile" >"$tmp/a.c"
"$bench/source-to-compile" >"$tmp/b.c"
ok "the source to compile is the same each time" cmp "$tmp/a.c" "$tmp/b.c"
ok "and a C compiler takes it" gcc -w -O0 -c "$tmp/a.c" -o "$tmp/a.o"
said() { # said OPTION...: what process-bench said, then its exit code
	"$bench/process-bench" "$@" 2>&1
	echo "$?"
}
is "rounds, not a number" "$(said --rounds 0)" \
	"process-bench: --rounds takes a whole number from 1, not '0'
2"
is "an unknown width" "$(said --width arm64)" \
	"process-bench: --width takes x86_64 or i386, not 'arm64'
2"
is "an unknown side" "$(said --sides host,gust)" \
	"process-bench: --sides takes some of host,guest,uml,tcg, not 'gust'
2"
is "no item" "$(said --items '')" \
	"process-bench: --items takes some of first,boot,idle,boots,many,forks, not ''
2"
is "a host that runs no 32-bit code" "$(AFTERBURN_HOST_LACKS=32-bit said --width i386 --rounds 1)" \
	"process-bench: this host runs no 32-bit code (AFTERBURN_HOST_LACKS says so)
3"
no_kernel() { # no_kernel WIDTH
	BENCH_KERNEL=$tmp/none AFTERBURN_TCC_X86_64=/nonexistent AFTERBURN_TCC_I386=/nonexistent said --width "$1" --rounds 1
}
for width in x86_64 i386; do
	need=process
	[[ $width == i386 ]] || need=process-$width
	if why=$(host_lacks $need); then
		skip "$width: no kernel" "$why"
	else
		is "$width: no kernel" "$(no_kernel $width | grep -c "$tmp/none is missing: run make guest")" 1
	fi
done

# A whole run of the host alone, in little: JSON that a reader takes. User-mode Linux is left out.
mkdir -p "$tmp/o/bench"
ln -s "$O/bin" "$O/libexec" "$O/lib" "$tmp/o/"
ln -s "$O/bench/x86_64" "$tmp/o/bench/"
ok "a run of the host alone" eval 'O=$tmp/o BENCH_KERNEL=/dev/null BENCH_INITRD=/dev/null \
	AFTERBURN_TCC_X86_64=/nonexistent AFTERBURN_UML=/nonexistent said --width x86_64 --sides host,uml --rounds 1 \
	>"$tmp/run.out" && tail -n 1 "$tmp/run.out" | grep -qx 0'
is "what is for comparison only is left out, with the reason" "$(grep 'left out' "$tmp/run.out")" \
	"process-bench: uml is left out: AFTERBURN_UML: /nonexistent is no User-mode Linux that works"
ok "its JSON holds samples of all operations, and no guest" /usr/bin/python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
assert run["schema"] == 2 and run["width"] == "x86_64" and run["sides"] == ["host"]
assert run["kernel_sha256"] == "none" and run["host"]["load"] >= 0
by = {r["metric"] for r in run["results"] if r["placement"] == "pinned" and r["host"]["median"] > 0}
assert by == set(sys.argv[2].split()) - {"compile"}, by
assert all(r["guest"]["median"] is None and r["ratios"]["guest/host"] is None for r in run["results"])
' "$tmp/o/bench/process-x86_64.json" "$(names process x86_64 | paste -sd' ')"
done_testing
