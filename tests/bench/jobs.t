#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# The macro jobs on the host: does a job print a figure only if its results are right, and is bad
# input told? The first run downloads packages and unpacks a kernel source, later ones take seconds.
source "$TOP/tests/lib.sh"
PATH+=:/usr/sbin:/sbin # debugfs
jobs=$TOP/tests/bench/jobs
measure=$O/bench/jobs/x86_64/measure
load=$O/bench/jobs/x86_64/load
tool_usage='usage: measure [--clock tsc|wall] [--times N] [--per N] [--output FILE] NAME COMMAND...'

both() { # both COMMAND...: what it says anywhere, and its exit code
	"$@" 2>&1
	echo "$?"
}

ok "measure: a command's time" grep -Eqx 'BENCH nap us [0-9]{5,}\.[0-9]{3}' \
	<("$measure" nap /bin/sleep 0.05)
ok "measure: the counter's unit" grep -Eqx 'BENCH nap instructions [0-9]+' \
	<("$measure" --clock tsc nap /bin/true)
ok "measure: divided" awk '{ exit !($4 > 5000 && $4 < 40000) }' <("$measure" --per 10 nap /bin/sleep 0.1)
ok "measure: several times" grep -Eqx 'BENCH nap us( [0-9]+\.[0-9]{3}){3}' <("$measure" --times 3 nap /bin/true)
is "measure: one failure of several" "$(both "$measure" --times 3 bad /bin/mkdir "$tmp/once" 2>&1 | tail -n 2)" \
	"BENCH-FAIL bad: /bin/mkdir ended with exit code 1
1"
ok "measure: the output is kept" same "$("$measure" --output "$tmp/o" e /bin/echo hello >"$tmp/l"; cat "$tmp/o")" hello
is "measure: a command that fails gives no figure" "$(both "$measure" bad /bin/false)" \
	"BENCH-FAIL bad: /bin/false ended with exit code 1
1"
is "measure: nor one that is killed" "$(both "$measure" bad /bin/bash -c 'kill -KILL $$')" \
	"BENCH-FAIL bad: /bin/bash was killed by signal 9
1"
is "measure: nor one that is not there" "$("$measure" bad /nonexistent/x 2>/dev/null; echo $?)" \
	"BENCH-FAIL bad: /nonexistent/x ended with exit code 127
1"
is "measure: no command" "$(both "$measure" name)" "measure: no name or no command; $tool_usage
2"
is "measure: divided by nothing" "$(both "$measure" --per 0 a /bin/true)" \
	"measure: --times takes 1 to 16, --per a whole number from 1; $tool_usage
2"
is "measure: no such clock" "$(both "$measure" --clock sun a /bin/true)" \
	"measure: --clock takes tsc or wall; $tool_usage
2"
is "load: no port" "$(both "$load" 70000)" "load: '70000' is no whole number from 1 to 65535
2"
is "image: no such width" "$(both "$jobs/image" arm "$tmp/x")" \
	"image: no width 'arm': x86_64 or i386
2"
is "image: a folder that is there" "$(both "$jobs/image" x86_64 "$tmp")" "image: $tmp is there already
2"

# A folder of jobs whose parts can be spoilt one by one; false if there is none to be had.
made=$tmp/jobs
if ! "$jobs/image" x86_64 "$made" 2>"$tmp/image.err"; then
	grep -q 'cannot be downloaded\|is missing: install' "$tmp/image.err" ||
		ok "image: makes a folder or says what is missing" cat "$tmp/image.err" /nonexistent
	skip "the jobs on the host" "$(tail -n 1 "$tmp/image.err")"
	done_testing
	exit
fi
export TMPDIR=$tmp
run() {
	"$made/bin/busybox" sh "$made/run" "$@"
}
is "run: names the jobs" "$(run --list | paste -sd ' ')" "compile tar untar http sqlite disk-untar disk-compile"
is "run: names those of a set" "$(run --list quick | paste -sd ' ')" "tar untar http sqlite"
is "run: no such job" "$(both run tar nothing)" \
	"run: no job 'nothing'; usage: run [--clock tsc|wall] JOB... | run --list [SET]
2"
for job in tar untar http sqlite; do
	run $job >"$tmp/figure"
	ok "$job: a figure" grep -Eqx "BENCH $job us( [0-9]+\.[0-9]{3})+" "$tmp/figure"
done
is "nothing is left behind" "$(find "$tmp" -maxdepth 1 -name 'bench-jobs.*')" ""

# spoilt JOB FILE: what the job says with a line changed in a file of its folder
spoilt() {
	cp "$made/$2" "$tmp/good"
	sed -i "$3" "$made/$2"
	both run "$1" | tail -n 2
	cp "$tmp/good" "$made/$2"
}
is "untar: a file that comes out otherwise" "$(spoilt untar tree.md5 '5s/^./x/')" \
	"BENCH-FAIL untar: files came out wrong
1"
is "tar: a file too many" "$(spoilt tar tree.md5 '5d')" "BENCH-FAIL tar: too many files came out
1"
is "sqlite: another result" "$(spoilt sqlite sqlite.sql 's/< 20000/< 19999/')" \
	"BENCH-FAIL sqlite: wrong results
1"
is "compile: a source that does not compile" "$(spoilt compile tree/lib/bcd.c '$a syntax error')" \
	"BENCH-FAIL compile: $made/bin/busybox ended with exit code 2
1"
is "compile: another object" "$(spoilt compile compile.md5 '2s/^./x/')" \
	"BENCH-FAIL compile: files came out wrong
1"

# The jobs on a disk have a folder of their own.
"$jobs/disk" x86_64 "$tmp/disk" "$tmp/image" 2>"$tmp/disk.err"
ok "a disk: its file system has the folder's files" cmp <(debugfs -R 'cat tree.tar' "$tmp/image" 2>/dev/null) "$tmp/disk/tree.tar"
made=$tmp/disk
is "disk-compile: nothing to compile" "$(both run disk-compile)" "BENCH-FAIL disk-compile: disk-untar must come first
1"
for job in disk-untar disk-compile; do
	run $job >"$tmp/figure"
	ok "$job: a figure" grep -Eqx "BENCH $job us [0-9]+\.[0-9]{3}" "$tmp/figure"
done
is "disk-untar: a file that comes out otherwise" "$(spoilt disk-untar tree.md5 '5s/^./x/')" \
	"BENCH-FAIL disk-untar: files came out wrong
1"
is "disk-compile: a source that does not compile" "$(spoilt disk-compile tree/lib/sort.c '$a syntax error')" \
	"BENCH-FAIL disk-compile: $made/bin/busybox ended with exit code 2
1"
made=$tmp/jobs

# against CONTENT [NAME]: load's word when the server has CONTENT in a file that should have "right"
against() {
	local port=$((20000 + RANDOM % 10000)) server
	mkdir -p "$tmp/right" "$tmp/web"
	echo right >"$tmp/right/file"
	printf '%s' "$1" >"$tmp/web/${2:-file}"
	"$made/bin/busybox" httpd -f -p "127.0.0.1:$port" -h "$tmp/web" &
	server=$!
	"$load" "$port" && both "$load" "$port" 2 5 "$tmp/right" file
	kill "$server"
	rm -rf "$tmp/web"
}
is "load: right replies" "$(against $'right\n')" 0
is "load: another file" "$(against $'wrong\n')" "load: file: the reply is not the file
1"
is "load: more than the file" "$(against $'right\nand more\n')" "load: file: the reply is not the file
1"
is "load: less than the file" "$(against right)" "load: file: the reply ends early
1"
is "load: no file" "$(against $'right\n' other)" "load: file: the reply's status is not 200
1"
done_testing
