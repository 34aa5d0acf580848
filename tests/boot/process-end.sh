# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Linux in a process, in front of a terminal and without: a shell, Ctrl-C, and whatever ends the run.
# Nothing is left of it, and the terminal is as it was. What needs no Linux is in tests/launch.
# Sourced, after tests/lib.sh, by a test for each guest, which sets `guest_of_process`; and `once` to
# end it in each way once only, where another guest has been ended by every key and signal.
#
# Invariant: there is no kind of end that only one of the guests is tried with.
source "$TOP/tests/boot/process.sh"
signals=(9 1 2 3 15)
victims=(1 2 3 4 -1)
if [[ -n ${once:-} ]]; then
	signals=(9)
	victims=(1 -1)
fi
prepare_user
touch "$tmp/started"

# on_terminal ACTION...: at the prompt of a shell; see tests/launch/pty.c for the actions
on_terminal() {
	"${as_user[@]}" "$pty" expect:GUEST-SHELL raw 'expect:# ' "$@" -- "$run" --on process \
		--initrd initrd.gz --append afterburn.shell vmlinux.packed && none_left
}

# A command of the guest runs in the foreground, and has the guest's terminal.
busy=('send:(echo busy-$((6*7)); sleep 1000)%0d' expect:busy-42)

ok 'what is typed is run' on_terminal 'send:echo typed-$((6*7))%0d' expect:typed-42 'send:exit%0d' \
	exit:0 cooked
ok 'Ctrl-C interrupts what runs in the guest, not the guest' on_terminal "${busy[@]}" send:%03 'expect:# ' \
	'send:echo code-$?%0d' expect:code-130 'send:exit%0d' exit:0 cooked
if [[ -z ${once:-} ]]; then
	ok 'Ctrl-Z stops it there' on_terminal "${busy[@]}" send:%1a expect:Stopped 'expect:# ' \
		'send:poweroff -f%0d' exit:0 cooked
	ok 'Ctrl-\ ends it there' on_terminal "${busy[@]}" send:%1c 'expect:# ' 'send:exit%0d' exit:0 cooked
fi
ok 'Ctrl-A X ends the run' on_terminal "${busy[@]}" send:%01x exit:1 cooked
for number in "${signals[@]}"; do
	ok "signal $number in front of a terminal" on_terminal "${busy[@]}" kill:"$number" \
		signal:"$number" cooked
done
ok 'the terminal is closed' on_terminal "${busy[@]}" hangup ended
ok 'stopped and continued' on_terminal kill:20 stopped cooked continue raw \
	'send:echo again-$((6*7))%0d' expect:again-42 'send:exit%0d' exit:0 cooked

# pastes HOW: 64 KiB, lines of 64 bytes, into a terminal of the guest's that stty HOW makes
pastes() {
	head -c 49152 /dev/urandom | base64 -w 63 | head -n 1024 >"$tmp/text"
	on_terminal patience:30 "send:stty $1; echo ready-\$((6*7)); head -c 65536 | sha256sum; stty sane%0d" \
		expect:ready-42 "paste:$tmp/text" "expect:$(sha256sum <"$tmp/text" | cut -d' ' -f1)" 'send:exit%0d' exit:0 cooked
}
ok '64 KiB are pasted into a program that takes bytes' pastes 'raw -echo'
ok '64 KiB are pasted into one that takes lines, and shown' pastes sane

# ends_by SIGNAL: in the middle of 500 forks, without a terminal
ends_by() {
	local code=0 members
	start_guest --append afterburn.steps=fork vmlinux.packed
	console_shows GUEST-BEGIN || return 1
	mapfile -t members < <(family "$run_pid")
	((${#members[@]} > 3)) || {
		echo "only ${#members[@]} processes: ${members[*]}"
		return 1
	}
	kill "-$1" "$run_pid"
	wait "$run_pid" || code=$?
	[[ $code == $((128 + $1)) ]] && none_left "${members[@]}" || {
		echo "exit code $code"
		return 1
	}
}
for number in "${signals[@]}"; do
	ok "signal $number while processes are made" ends_by $number
done

# Any of its processes may be killed by the host, as when memory runs out.
a_member_dies() { # a_member_dies INDEX
	local members code=0
	start_guest --timeout 20 --append afterburn.shell vmlinux.packed
	console_shows GUEST-SHELL || return 1
	sleep 0.5
	mapfile -t members < <(family "$run_pid")
	kill -9 "${members[$1]%:*}"
	sleep 0.5
	kill "$run_pid" 2>/dev/null
	wait "$run_pid" || code=$?
	echo "exit code $code, of ${#members[@]} processes"
	((code == 1 || code == 143)) && none_left "${members[@]}"
}
for number in "${victims[@]}"; do
	ok "the host kills process $number of a run" a_member_dies $number
done

# In the runs' folder for temporary files, and where shared memory has its names.
files_left() {
	local mine=(-iname '*afterburn*')
	[[ -z $user ]] || mine=(-user "$user")
	find "$TMPDIR" -mindepth 1
	find /dev/shm -maxdepth 1 -newer "$tmp/started" "${mine[@]}"
}
is 'no file is left' "$(files_left)" ''
ok 'no process is left' none_left
