#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The test runner itself: everything that is no clean pass must be counted as a failure.
source "$TOP/tests/lib.sh"

# program NAME: a test program with the given text on standard input
program() {
	{ echo '#!/bin/bash' && cat; } >"$tmp/$1.t"
	chmod +x "$tmp/$1.t"
}

# closing NAME...: the runner's last line and exit code
closing() {
	local code=0 files=()
	for name; do
		files+=("$tmp/$name.t")
	done
	O=$tmp/o "$TOP/tests/run" "${files[@]}" >"$tmp/out" 2>&1 || code=$?
	echo "$(tail -n 1 "$tmp/out") = $code"
}

program good <<<$'echo "ok 1 - a"; echo "ok 2 - b # SKIP no reason"; echo 1..2'
program bad <<<$'echo "ok 1 - a"; echo "not ok 2 - b"; echo 1..2; exit 1'
program noplan <<<'echo "ok 1 - a"'
program short <<<$'echo 1..3; echo "ok 1 - a"; echo "ok 2 - b"'
program crash <<<$'echo 1..1; echo "ok 1 - a"; kill -SEGV $$'
program code <<<$'echo 1..1; echo "ok 1 - a"; exit 3'
program hang <<<$'# timeout: 1\necho 1..1; echo "ok 1 - a"; sleep 60'
program silent <<<'true'
program allskip <<<'echo "1..0 # SKIP nothing here"'
program input <<<$'read -r x && echo "not ok 1 - input" || echo "ok 1 - no input"; echo 1..1'

is "passes and skips are counted" "$(closing good)" "1 passed, 0 failed, 1 skipped = 0"
is "a failure is counted" "$(closing bad)" "1 passed, 1 failed, 0 skipped = 1"
is "no plan fails" "$(closing noplan)" "1 passed, 1 failed, 0 skipped = 1"
is "a short run fails" "$(closing short)" "2 passed, 1 failed, 0 skipped = 1"
is "a crash fails" "$(closing crash)" "1 passed, 1 failed, 0 skipped = 1"
is "an exit code fails" "$(closing code)" "1 passed, 1 failed, 0 skipped = 1"
is "a hang fails" "$(closing hang)" "1 passed, 1 failed, 0 skipped = 1"
is "silence fails" "$(closing silent)" "0 passed, 1 failed, 0 skipped = 1"
is "a skipped file is a skip" "$(closing allskip)" "0 passed, 0 failed, 1 skipped = 0"
is "standard input is empty" "$(closing input)" "1 passed, 0 failed, 0 skipped = 0"
is "files add up" "$(closing good bad input)" "3 passed, 1 failed, 1 skipped = 1"
is "a missing file fails" "$(closing missing)" "0 passed, 1 failed, 0 skipped = 1"
is "nothing at all fails" "$(closing)" "0 passed, 1 failed, 0 skipped = 1"

# Two programs that wait for one another end only if they run at once.
program first <<<"touch $tmp/a; until [[ -e $tmp/b ]]; do sleep 0.1; done"$'; echo "ok 1 - met"; echo 1..1'
program second <<<"touch $tmp/b; until [[ -e $tmp/a ]]; do sleep 0.1; done"$'; echo "ok 1 - met"; echo 1..1'
is "as many run at once as is said" "$(TEST_JOBS=2 closing first second)" "2 passed, 0 failed, 0 skipped = 0"
is "no number of programs" "$(TEST_JOBS=0 closing good)" \
	"tests/run: TEST_JOBS=0 is no number of programs to run at once = 1"

# soon COMMAND...: true once it succeeds, within ten seconds
soon() {
	for _ in {1..100}; do
		"$@" 2>"$tmp/said" && return
		sleep 0.1
	done
	return 1
}

ended() {
	! kill -0 "$1"
}

program long <<<"echo \$\$ >$tmp/pid"$'\nsleep 60; echo 1..0'
interrupted() {
	O=$tmp/o "$TOP/tests/run" "$tmp/long.t" >"$tmp/out" 2>&1 &
	soon test -s "$tmp/pid"
	kill $!
	! wait $! && soon ended "$(cat "$tmp/pid")"
}
ok "a runner that is ended ends what it has started" interrupted
done_testing
