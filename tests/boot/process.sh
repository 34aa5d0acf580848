# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What the boot tests of platform 'process' share: source it after tests/boot/lib.sh, with
# `guest_of_process` set to the folder of the guest that is booted.
#
# Invariant: guests run as an ordinary user. When the test is root it takes a user number that
# nobody else has, and everything that this user still runs after a guest's end is a leftover.
guest=$guest_of_process
pty=$O/tests/launch/pty
user=''
as_user=()

# A copy of what was built, and a folder to run in, for a user who may not read anything else.
prepare_user() {
	chmod 755 "$tmp"
	mkdir -p "$tmp/ab/lib" "$tmp/home"
	cp -r "$O/bin" "$O/libexec" "$tmp/ab/"
	cp -r "$O/lib/afterburner" "$tmp/ab/lib/"
	cp "$guest"/{vmlinux,vmlinux.packed,initrd.gz} "$pty" "$tmp/home/"
	chmod -R a+rX "$tmp/ab" "$tmp/home"
	run=$tmp/ab/libexec/afterburner/commands/run
	pty=$tmp/home/pty
	cd "$tmp/home" || exit 1
	mkdir -p "$tmp/home/temporary"
	# HOME becomes another one, the cache stays: root disk, dom0 and Xen are made once.
	export AFTERBURN_CACHE=${AFTERBURN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/afterburn}
	export HOME=$tmp/home TMPDIR=$tmp/home/temporary
	[[ $(id -u) == 0 ]] || return 0
	user=$((60000 + $$ % 5000))
	chown "$user" "$HOME" "$TMPDIR"
	as_user=(setpriv --reuid "$user" --regid "$user" --clear-groups --bounding-set -all)
}

# boot_process [OPTION...] KERNEL: as boot() of lib.sh, as the user
boot_process() {
	boot_platform=process boot_code=0
	"${as_user[@]}" "$run" --on process --timeout 240 --initrd initrd.gz "$@" \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
}

# A process and all that it started, as PID:START-TIME: the same number may be given again.
family() {
	local pid
	[[ ! -r /proc/$1/stat ]] || echo "$1:$(sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20)"
	for pid in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
		family "$pid"
	done
}

# Members of a family that are alive, and every process of the user.
survivors() {
	local member pid
	for member; do
		pid=${member%:*}
		[[ $(family "$pid" | head -n 1) != "$member" ]] ||
			! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$pid/status" || echo "$pid"
	done 2>/dev/null
	[[ -z $user ]] || ps -o pid= -U "$user"
}

none_left() { # none_left FAMILY-MEMBER...
	local turns=0 left
	while left=$(survivors "$@") && [[ -n $left ]]; do
		((turns++ < 100)) || {
			ps -o pid,ppid,pgid,uid,stat,args -p "$(echo "$left" | tr -s ' \n' ',' | sed 's/,$//')"
			return 1
		}
		sleep 0.02
	done
}

# start_guest ARGUMENT...: in the background, with a silent input; its process in $run_pid
start_guest() {
	start_guest_on process "$@"
}

start_guest_on() { # start_guest_on PLATFORM ARGUMENT...
	local platform=$1 before=()
	shift
	[[ $platform != process ]] || before=("${as_user[@]}")
	[[ -p $tmp/silent ]] || mkfifo "$tmp/silent"
	exec 8<>"$tmp/silent"
	rm -f "$tmp/console" # of the guest before, which nobody shall look at
	: >"$tmp/console"
	# A background command has SIGINT and SIGQUIT ignored.
	env --default-signal "${before[@]}" "$run" --on "$platform" --initrd initrd.gz "$@" \
		<&8 >"$tmp/console" 2>"$tmp/run.err" 8<&- &
	run_pid=$!
}

console_shows() { # console_shows TEXT: within a minute
	local turns=0
	until grep -aq -- "$1" "$tmp/console"; do
		((turns++ < 600)) && [[ -d /proc/$run_pid ]] || {
			cat "$tmp/run.err"
			tail -n 10 "$tmp/console"
			return 1
		}
		sleep 0.1
	done
}

# Processor time in milliseconds that a process and all below it have used.
cpu_ms() {
	local member
	for member in $(family "$1"); do
		cat /proc/"${member%:*}"/task/*/schedstat 2>/dev/null
	done | awk '{ ns += $1 } END { printf "%d\n", ns / 1000000 }'
}
