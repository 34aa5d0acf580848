#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The parts of the process benchmark that need no guest: does the program measure what it says and
# speak up when it cannot, are the figures computed right, is a wrong clock noticed?
source "$TOP/tests/lib.sh"
bench=$TOP/tests/bench
ops=$O/bench/i386/bench-ops

names() { # names SET
	awk -F ' *[|] *' -v set="$1" '!/^#/ && (" " $2 " ") ~ (" " set " ") { print $1 }' \
		"$bench/operations.txt" | sort
}
# The program itself, which is a 32-bit one.
of_the_program() {
	local set name
	for set in process micro; do
		is "the program's operations are those of the table: $set" "$("$ops" --list $set | sort)" \
			"$(names $set)"
	done

	mkdir "$tmp/run" "$tmp/bare"
	cp "$O/bench/i386/bench-ops" "$O/bench/i386/bench-tiny" "$tmp/run/"
	cp "$O/bench/i386/bench-ops" "$tmp/bare/"
	(cd "$tmp/run" && ./bench-ops) >"$tmp/out" 2>&1
	is "it ends well" $? 0
	for name in $(names process); do
		[[ $name != compile ]] || continue
		ok "$name: samples, all above zero" awk -v n="$name" '
			$1 == "BENCH" && $2 == n && $3 == "us" { for (i = 4; i <= NF; i++) if ($i > 0) good++; all = NF - 3 }
			END { exit !(all >= 3 && good == all) }' "$tmp/out"
	done
	is "without a compiler it says so" "$(grep SKIP "$tmp/out")" "BENCH-SKIP compile: no compiler/tcc"
	is "an unknown operation" "$("$ops" nonsense 2>&1; echo $?)" \
		"bench-ops: no operation 'nonsense'; see bench-ops --list
2"
	is "forks, not a number" "$("$ops" --forks 10x 2>&1; echo $?)" \
		"bench-ops: --forks takes 1 to 1000000, not '10x'
2"
	ok "forks" grep -Eqx 'BENCH-FORKS 20 us-each [0-9.]+' <("$ops" --forks 20)
	mv "$tmp/bare/bench-ops" "$tmp/bare/other-name"
	is "a program that cannot be started is a failure" \
		"$(cd "$tmp/bare" && ./other-name exec-self | grep -c '^BENCH-FAIL ./bench-ops: '; exit "${PIPESTATUS[0]}")/$?" 1/1
}
if why=$(host_lacks 32-bit); then
	skip "the program" "$why"
else
	of_the_program
fi

cat >"$tmp/operations" <<'EOF2'
# comment
one | process | first thing | 5 | 2 | words
two | process micro | second thing | | | more words
other | micro | another set's | | | none
three | process | third thing | 4 | | none
EOF2
cat >"$tmp/samples" <<'EOF2'
pinned host one 2 1 3
pinned guest one 10 9
pinned guest one 11 8
pinned host two 100 200
free host one 1
free guest one 1.5
EOF2
report() {
	awk -v set=process "$@" -f "$bench/report.awk" "$tmp/operations" "$tmp/samples"
}
is "table: median of all rounds, multiple, fastest, bar" \
	"$(report -v placement=pinned | grep '^| first')" \
	"| first thing | 2.00 (1.00 to 2.00) | 9.50 (8.00 to 10.0) | 4.75 | 8.00 | 5 (met) | words |"
is "table: one side only" "$(report -v placement=pinned | grep '^| second')" \
	"| second thing | 150 (100 to 100) | - | - | - |  | more words |"
is "table: nothing measured" "$(report -v placement=pinned | grep '^| third')" \
	"| third thing | - | - | - | - | 4 | none |"
sed -i 's/1.5$/2.5/' "$tmp/samples"
is "table: the bar of the other placement, missed" "$(report -v placement=free | grep -o '2 (missed)')" \
	"2 (missed)"
is "JSON" "$(report -v json=1 | tr -d ' \n')" "$(tr -d ' \n' <<'EOF2'
{"metric": "one", "placement": "pinned", "unit": "us", "host": {"median": 2, "samples": [1, 2, 3]},
 "guest": {"median": 9.5, "samples": [8, 9, 10, 11]}, "multiple": 4.7500, "bar": 5},
{"metric": "two", "placement": "pinned", "unit": "us", "host": {"median": 150, "samples": [100, 200]},
 "guest": {"median": null, "samples": []}, "multiple": null, "bar": null},
{"metric": "one", "placement": "free", "unit": "us", "host": {"median": 1, "samples": [1]},
 "guest": {"median": 2.5, "samples": [2.5]}, "multiple": 2.5000, "bar": 2}
EOF2
)"

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

"$bench/source-to-compile" >"$tmp/a.c"
"$bench/source-to-compile" >"$tmp/b.c"
ok "the source to compile is the same each time" cmp "$tmp/a.c" "$tmp/b.c"
ok "and a C compiler takes it" gcc -w -O0 -c "$tmp/a.c" -o "$tmp/a.o"
is "bad options" "$("$bench/process-bench" --rounds 0 2>&1; echo $?)" \
	"process-bench: --rounds takes a whole number from 1, not '0'
2"
is "a host that runs no 32-bit code" "$(AFTERBURN_HOST_LACKS=32-bit "$bench/process-bench" --rounds 1 2>&1; echo $?)" \
	"process-bench: this host runs no 32-bit code (AFTERBURN_HOST_LACKS says so)
3"
if why=$(host_lacks process); then
	skip "no kernel" "$why"
else
	is "no kernel" "$(BENCH_KERNEL=$tmp/none AFTERBURN_TCC_I386=/nonexistent \
		"$bench/process-bench" --rounds 1 2>&1 | grep -c "$tmp/none is missing: run make guest")" 1
fi
done_testing
