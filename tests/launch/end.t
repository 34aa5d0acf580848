#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# The launcher: whatever ends it, nothing is left: no process, no terminal state, no file.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
pty=$O/tests/launch/pty
fake_kernel "$tmp/k" || exit 1
mkdir files && export TMPDIR=$tmp/files # /tmp is everybody's
k=$tmp/k

# All processes of a run have the kernel's path on their command line.
none_left() {
	local turns=0
	while pgrep -f -- "$k" >left && ((turns++ < 100)); do
		sleep 0.02
	done
	[[ ! -s left ]] || {
		ps -o pid,ppid,pgid,stat,args -p "$(tr '\n' ',' <left | sed 's/,$//')"
		return 1
	}
}

# on_terminal ACTION... : the launcher in front of a terminal; nothing is left behind
on_terminal() {
	"$pty" expect:ready raw "$@" -- "$launch" "$k" && none_left
}

ok 'power-off' on_terminal send:q exit:0 cooked
ok 'Ctrl-A X' on_terminal send:%01x 'expect:ended by Ctrl-A X' exit:1 cooked
ok 'Ctrl-A Ctrl-A is one for the guest' on_terminal send:%01%01 'expect:<' send:q exit:0 cooked
ok 'Ctrl-A H helps' on_terminal send:%01h 'expect:end the guest' send:q exit:0
ok 'Ctrl-C is a key for the guest' on_terminal send:%03 'expect:<' send:q exit:0 cooked
ok 'so are Ctrl-Z, Ctrl-\, Ctrl-S and Ctrl-D' on_terminal send:%1a 'expect:<' send:%1c 'expect:<' \
	send:%13 'expect:<' send:%04 'expect:<' send:q exit:0 cooked
ok 'a guest that crashes' on_terminal send:c exit:1 cooked
ok 'a guest killed by a signal' on_terminal send:k exit:1 cooked
ok 'a panic' on_terminal send:p 'expect:end of trace' exit:1 cooked
ok 'a guest with more processes' on_terminal send:fffq exit:0 cooked
for number in 1 2 3 15; do
	ok "signal $number" on_terminal send:f kill:$number signal:$number cooked
done
ok 'SIGKILL' on_terminal send:f kill:9 signal:9 cooked
ok 'a crash of the launcher' on_terminal send:f kill:11 signal:11 cooked
ok 'an uncaught signal' on_terminal send:f kill:10 signal:10 cooked
ok 'the terminal goes away' on_terminal send:f hangup ended
ok 'stopped and continued' on_terminal kill:20 stopped cooked continue raw send:y 'expect:<y>' send:q exit:0 \
	cooked
ok 'killed while stopped' on_terminal send:f kill:20 stopped cooked kill:9 signal:9 cooked

# The guardian has a name of its own, and the launcher's command line.
ok 'the guardian killed: the guest goes on, and ends well' eval \
	'(sleep 0.5; for p in $(pgrep -x afterburn-guard); do
		! ps -o args= -p "$p" | grep -qF "$k" || kill -9 "$p"; done) &
	 "$pty" expect:ready raw send:ssss send:y "expect:<y>" send:q exit:0 cooked -- "$launch" "$k"; e=$?;
	 wait; ((e == 0)) && none_left'

# without_terminal CODE SIGNAL: standard input is no terminal
without_terminal() {
	local code=0
	: >out # of the run before: it would look ready, and this shell's own child be hit
	# This shell may have been started with some of them ignored, as every background command is.
	env --default-signal=HUP,INT,QUIT,TERM "$launch" --append keys=ff "$k" <silent >out 2>err &
	local pid=$!
	until grep -q ready out; do sleep 0.02; done
	kill "-$1" $pid
	wait $pid || code=$?
	[[ $code == $((128 + $1)) ]] && none_left || {
		echo "exit code $code"
		return 1
	}
}
mkfifo silent && exec 8<>silent
for number in 1 2 3 9 15; do
	ok "no terminal: signal $number" without_terminal $number
done
ok 'SIGHUP ignored by nohup stays so' eval \
	'(trap "" HUP; "$launch" --append keys=ssq "$k" </dev/null >out 2>err; echo $? >code) & sleep 0.3;
	 pkill -o -HUP -f -- "$k"; wait $!; [[ $(<code) == 0 ]] && none_left'

many() { # many COUNT: at once
	local i bad=0 pids=()
	for ((i = 0; i < $1; i++)); do
		"$launch" --append "keys=fsy${i}q" "$k" </dev/null >"out.$i" 2>&1 &
		pids+=($!)
	done
	for ((i = 0; i < $1; i++)); do
		wait "${pids[i]}" && grep -qx '<y>' "out.$i" || bad=$((bad + 1))
	done
	((bad == 0)) && none_left
}
in_a_row() { # in_a_row COUNT
	local i
	for ((i = 0; i < $1; i++)); do
		"$launch" --append keys=fq "$k" </dev/null >out 2>&1 || return 1
	done
	none_left
}
files() {
	find /dev/shm "${TMPDIR:-/tmp}" -maxdepth 1 -iname '*afterburn*' | sort
}
files >before
# What other programs have there for a moment does not count.
no_file_left() {
	local turns=0
	while files | comm -13 before - | grep .; do
		((turns++ < 100)) || return 1
		sleep 0.05
	done
}
ok '20 at once' many 20
ok '100 in a row' in_a_row 100
ok 'no file in /dev/shm or /tmp' no_file_left
ok 'no zombie of ours' eval '! ps -o stat=,comm= --ppid $$ | grep -q "^Z.*\(launch\|afterburn\)"'
done_testing
