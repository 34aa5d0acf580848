#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 240
# needs: process-x86_64
#
# The guest's user processes, or the process they come from, are killed from outside. The former are
# replaced, without anybody in the guest noticing while they sleep; the latter ends the guest, soon
# and cleanly. Under ptrace user processes are the wedge's own children, the youngest ones.
source "$TOP/tests/lib.sh"
source "$TOP/tests/isolation/lib.sh"

zygote() { # of the launcher $pid: its child is the wedge's process, whose child it is
	local wedge
	wedge=$(pgrep -P "$pid" | while read -r child; do pgrep -P "$child" >/dev/null && echo "$child"; done)
	pgrep -P "$wedge"
}

begin() {
	: >"$tmp/console"
	"${attack_host[@]}" "$O/libexec/afterburner/commands/run" --on process --timeout 60 \
		--initrd "$tmp/initrd.gz" --append 'quiet outside' "$attack_kernel" \
		</dev/null >>"$tmp/console" 2>"$tmp/run.err" &
	pid=$!
	timeout 30 grep -qa READY <(tail -n +1 -f --pid=$pid "$tmp/console")
	first=$(zygote)
	users=$(pgrep -P "${first//$'\n'/,}")
}

begin_traced() {
	attack_host=("$O/tests/launch/deny" listener)
	begin
	# shellcheck disable=SC2086
	set -- $first
	first=$1 users=${*:2}
}

finish() {
	attack_code=0
	wait "$pid" || attack_code=$?
}

all_gone() {
	local one
	for one in $first $users; do
		! kill -0 "$one" 2>/dev/null || return 1
	done
}

killed_from_outside() { # killed_from_outside WIDTH: of the guest's programs
	attack_width "$1"
	attack_ramdisk
	begin
	ok "$1: there are user processes to kill" test -n "$users"
	# shellcheck disable=SC2086
	kill -9 $users
	ok "$1: they are gone" sh -c "sleep 0.2; ! kill -0 ${users%%$'\n'*} 2>/dev/null"
	finish
	ok "$1: the guest goes on and powers off" ends 0
	ok "$1: its programs too" grep -aq 'OUTSIDE well' "$tmp/console"

	begin_traced
	ok "$1: ptrace: there are user processes to kill" test -n "$users"
	# shellcheck disable=SC2086
	kill -9 $users
	finish
	ok "$1: ptrace: the guest goes on and powers off" ends 0
	ok "$1: ptrace: its programs too" grep -aq 'OUTSIDE well' "$tmp/console"
	ok "$1: ptrace: nobody is left" all_gone
	attack_host=()

	begin
	kill -9 "$first"
	finish
	ok "$1: without their parent it ends" ends 3
	ok "$1: saying why" grep -aq 'fatal: the host refuses' "$tmp/console"
	ok "$1: and whom it is about" grep -q 'the host refused the wedge something' "$tmp/run.err"
	ok "$1: nobody is left" all_gone
}

killed_from_outside x86_64
if why=$(host_lacks process); then
	skip 'i386' "$why"
else
	killed_from_outside i386
fi
done_testing
