# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# A Linux as a process of an ordinary user: the file that boots on bare metal, the same script, memory
# sizes, what the exit code says. Set `guest_of_process` and source it after tests/lib.sh. What boot and end leave
# behind is in process-end.t.
source "$TOP/tests/boot/process.sh"

sum() {
	sha256sum <"$1" | cut -d' ' -f1
}

no_privilege() {
	"${as_user[@]}" bash -c '(($(id -u) != 0)) && grep -q "^CapEff:[[:space:]]*0*$" /proc/self/status' || {
		"${as_user[@]}" bash -c 'id; grep ^Cap /proc/self/status'
		return 1
	}
}

# fits MIB: the kernel sees nearly all of it, and works
fits() {
	boot_process --memory "$1" --append afterburn.steps=fork,mmap vmlinux.packed
	exit_code 0 && grep -qx 'GUEST-END pass=2 fail=0' "$tmp/console" &&
		awk -v want="$1" -F '[/K]' '/^Memory: / {
			print; good = $3 > (want - 2) * 1024 && $3 <= want * 1024 }
			END { exit !good }' "$tmp/console"
}

# The launcher says how much is the least; one MiB less is refused with that number.
too_little() {
	boot_process --memory 16 vmlinux.packed
	exit_code 2 || return 1
	least=$(sed -n 's/.* needs at least \([0-9]*\) MiB, --memory gives 16$/\1/p' "$tmp/run.err")
	[[ -n $least ]] && boot_process --memory $((least - 1)) vmlinux.packed && exit_code 2 &&
		grep -q "needs at least $least MiB" "$tmp/run.err"
}

panics() {
	boot_process --append rdinit=/nothing vmlinux.packed
	exit_code 1 && grep -q 'panicked or crashed' "$tmp/run.err" &&
		grep -q 'Kernel panic - not syncing' "$tmp/console"
}

takes_too_long() {
	boot_process --timeout 2 --append afterburn.shell vmlinux.packed
	exit_code 124 && grep -q 'still running after 2 seconds' "$tmp/run.err"
}

restarts() {
	boot_process --append 'afterburn.shell rdinit=/bin/busybox -- reboot -f' vmlinux.packed
	exit_code 0 && grep -q 'Restarting system' "$tmp/console"
}

# What is typed and printed goes through hvc0; the serial line is still there for the wedge.
virtio_console() { # virtio_console PLATFORM
	local run_pid keys
	rm -f keys && mkfifo keys && exec {keys}<>keys
	: >"$tmp/console"
	"${as_user[@]}" "$run" --on "$1" --timeout 60 --console virtio --initrd initrd.gz --append afterburn.shell vmlinux.packed \
		<keys >"$tmp/console" 2>"$tmp/run.err" &
	run_pid=$!
	console_shows GUEST-SHELL && sleep 1 &&
		echo 'cat /sys/class/tty/console/active; tty; head -c 100000 /dev/zero | tr "\0" x; echo; poweroff -f' >keys && wait "$run_pid"
	local code=$?
	exec {keys}>&-
	tr -d '\r' <"$tmp/console" >"$tmp/plain"
	((code == 0)) && grep -qx hvc0 "$tmp/plain" && grep -qx /dev/hvc0 "$tmp/plain" && awk '/^x+$/ && length == 100000 { found = 1 } END { exit !found }' "$tmp/plain" || {
		cut -c1-200 "$tmp/plain" | tail -n 20 | cat - "$tmp/run.err"
		return 1
	}
}

# What the user's terminal is, hvc0 is, at first and when it changes.
virtio_console_has_size() {
	"${as_user[@]}" "$pty" patience:60 expect:GUEST-SHELL 'send:stty size%0d' 'expect:24 80' size:50x132 'send:stty size%0d' \
		'expect:50 132' 'send:%01x' exit:1 cooked -- \
		"$run" --on process --console virtio --initrd initrd.gz --append afterburn.shell vmlinux.packed
}

prepare_user
ok 'the user has no privilege' no_privilege
before=$(sum "$guest/vmlinux.packed")
boot bare "$guest/vmlinux.packed" --append afterburn.steps=processes
ok 'bare metal boots it' exit_code 0
is 'the file in the process is the one on bare metal' "$(sum vmlinux.packed)" "$before"
boot_process vmlinux.packed
report_boot process
is 'the file is as it was' "$(sum vmlinux.packed)" "$before"
mkdir -p "$O/tests/logs" && cp "$tmp/console" "$O/tests/logs/console-process-${guest##*/}-vmlinux.packed"
ok 'nothing is left of it' none_left
boot_process --append afterburn.steps=modules,fork vmlinux
ok 'unpacked, it is packed on the fly' exit_code 0
ok 'and works' grep -qx 'GUEST-END pass=2 fail=0' "$tmp/console"

# The same where seccomp notifies somebody else.
cp "$O/tests/launch/deny" "$tmp/home/"
ordinary=("${as_user[@]}")
as_user+=("$tmp/home/deny" listener)
boot_process vmlinux.packed
report_boot 'process, by ptrace'
ok 'by ptrace: it says so' grep -q 'stopped by ptrace' "$tmp/run.err"
as_user=("${ordinary[@]}")

least=''
ok 'too little memory is refused, and how much it needs' too_little
for size in ${least:-64} 64 512 1800; do
	ok "$size MiB of memory" fits "$size"
done
ok 'a panic is 1' panics
ok 'the time is limited: 124' takes_too_long
ok 'a restart ends the run: 0' restarts
ok 'a virtio console in place of the serial line' virtio_console process
ok 'the same on bare metal' virtio_console bare
ok 'a virtio console has the size of the terminal' virtio_console_has_size
ok 'nothing is left of all these' none_left
