# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Debian's root disk (guest-patches/build-disk): the same image on every platform, to a login at the console,
# where the disk's own checks are called, and to power-off; the host's e2fsck afterwards. Set `guest_of_process`,
# `architecture`, `platforms`, and `networks`, those of them that have a network, and source it after
# tests/boot/lib.sh.
#
# Invariant: each platform gets the image with the bytes that were made; what it has written is looked at by
# nothing of ours.
source "$TOP/tests/boot/process.sh"
image=$tmp/image
peer=''
checks=$TOP/guest-patches/disk/files/usr/local/sbin/guest-disk-check

# What it says if this machine cannot make the disk goes to $why.
make_image() {
	local code=0
	why=''
	"$TOP/guest-patches/build-disk" "$architecture" "$image" >"$tmp/made" 2>&1 || code=$?
	((code != 3)) || why=$(sed -n 's/^build-disk: //p' "$tmp/made")
}

is_made() {
	cat "$tmp/made"
	[[ -s $image ]]
}

sum() {
	sha256sum <"$1" | cut -d' ' -f1
}

# What the guest talks to by its network. Sets $port and $forward.
start_peer() {
	local turns=0
	: >"$tmp/ports"
	exec {peer}> >(exec "$TOP/tests/boot/peer" >"$tmp/ports")
	until read -r port forward <"$tmp/ports"; do
		((turns++ < 300)) || return
		sleep 0.1
	done
}

# start PLATFORM DISK [WORD...]: as start_guest of process.sh, on any platform, with what is typed in $typed
start() {
	local platform=$1 disk=$2 command=("$afterburn_run") port forward net=()
	shift 2
	if [[ " $networks " == *" $platform "* ]]; then
		start_peer
		net=(--net "user,forward=$forward:80")
		set -- "afterburn.peer=$port" "$@"
	fi
	rm -f "$tmp/typed" "$tmp/console"
	mkfifo "$tmp/typed"
	exec {typed}<>"$tmp/typed"
	: >"$tmp/console"
	[[ $platform != process ]] || command=("${as_user[@]}" "$run")
	"${command[@]}" --on "$platform" --memory 512 --timeout 400 --disk "$disk" "${net[@]}" \
		--append "root=/dev/vda rw panic_on_warn=1 $*" vmlinux.packed \
		<&"$typed" >"$tmp/console" 2>"$tmp/run.err" &
	run_pid=$!
}

finish() { # finish: the run's end, by itself
	boot_code=0
	wait "$run_pid" || boot_code=$?
	exec {typed}>&-
	[[ -z $peer ]] || exec {peer}>&-
	peer=''
	tr -d '\r' <"$tmp/console" >"$tmp/text" && mv "$tmp/text" "$tmp/console"
	exit_code 0
}

waits_for() { # waits_for PATTERN: on the console, at its end, where somebody is asked
	local turns=0
	until tail -c 200 "$tmp/console" | grep -aq -- "$1"; do
		((turns++ < 2000)) && kill -0 "$run_pid" || {
			cat "$tmp/run.err"
			tail -n 20 "$tmp/console"
			return 1
		}
		sleep 0.1
	done
}

# Serial lines lose what is typed faster than it is read.
types() {
	sleep 0.5
	echo "$1" >&"$typed"
}

logs_in() {
	waits_for 'guest login: ' && types root && waits_for 'root@guest:~# '
}

works() {
	types 'guest-disk-check && echo typed >/root/typed; systemctl poweroff'
	finish
}

# In front of a line stands what the console had asked before.
passed() {
	grep -aq "GUEST-OK $1\$" "$tmp/console" || {
		grep -aE "GUEST-FAIL|^  $1: " "$tmp/console"
		return 1
	}
}

# Those of the network are indented, below their condition.
steps() { # steps PLATFORM
	sed -nE 's/^step ([a-z-]+) [0-9]+$/\1/p' "$checks"
	[[ " $networks " != *" $1 "* ]] || sed -nE 's/^\tstep ([a-z-]+) [0-9]+$/\1/p' "$checks"
}

report_checks() { # report_checks WHAT PLATFORM
	local step count=0
	for step in $(steps "$2"); do
		count=$((count + 1))
		ok "$1: $step" passed "$step"
	done
	ok "$1: all steps and nothing else" grep -aq "GUEST-END pass=$count fail=0\$" "$tmp/console"
}

in_order() { # in_order DISK: without a repair, and with what was written
	e2fsck -fn "$1" && [[ $(debugfs -R 'cat /root/typed' "$1" 2>/dev/null) == typed ]]
}

# Each platform has a copy that it may write.
report_platform() { # report_platform PLATFORM
	rm -f disk && cp --sparse=always "$image" disk && chmod 666 disk
	is "$1: the disk is the one that was made" "$(sum disk)" "$before"
	start "$1" disk
	ok "$1: a login" logs_in
	ok "$1: it works until power-off" works
	report_checks "$1" "$1"
	mkdir -p "$O/tests/logs" && cp "$tmp/console" "$O/tests/logs/console-root-disk-$1-${guest##*/}"
	ok "$1: its file system is in order" in_order disk
}

# Nobody logs in: the kernel's command line asks for the checks, and the image stays as it is.
by_a_word() {
	start process disk,cow afterburn.check
	finish
}

prepare_user
make_image
if [[ -n $why ]]; then
	skip 'a root disk' "$why"
else
	ok 'the root disk is made' is_made
	before=$(sum "$image")
	for platform in $platforms; do
		report_platform "$platform"
	done
	cp --sparse=always "$image" disk && chmod 444 disk
	ok 'by a word of the command line' by_a_word
	report_checks 'by a word' process
	is 'the image stays as it is' "$(sum disk)" "$before"
	ok 'nothing is left of all these' none_left
fi
