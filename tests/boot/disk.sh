# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# A guest's disks, on bare metal and in a process: file systems, blocks, read-only disks, disks whose
# image stays as it is, and SIGKILL; in a process also what the host sees of it: fdatasync, a full disk, an image that
# becomes shorter. Sourced, after tests/lib.sh, by a test for each guest, which sets `guest_of_process`.
#
# Invariant: what the guest has read or written is compared on the host, by its own tools.
source "$TOP/tests/boot/process.sh"
source "$TOP/tests/boot/disk-guest.sh"
kills=${kills:-8} bare_kills=${bare_kills:-2}

# ---- what only a process has ----

flushes_reach_the_host() {
	make_image image
	traced=(strace -f -y -e trace=fdatasync -o "$HOME/trace")
	does process synced --disk image
	local code=$? count
	traced=()
	((code == 0)) && clean image || return
	count=$(grep -c "fdatasync([0-9]*<$HOME/image>) *= 0" trace)
	echo "$count times"
	((count >= 10))
}

# The host has 20 MiB for a disk of 64. What it has taken stays, and the guest hears of the rest.
host_is_full() {
	local small=$tmp/small
	mkdir -p "$small"
	in_namespace "mount -t tmpfs -o size=20m none '$small' && truncate -s 64M '$small/image' &&
		'$run' --on process --timeout 60 --initrd initrd.gz --append 'panic_on_warn=1 disk.do=full' \
			--disk '$small/image' vmlinux.packed </dev/null | tr -d '\r' >'$tmp/console' &&
		cmp -n 262144 '$small/image' '$tmp/root/bin/busybox'" && says 'DISK-OK full'
}

in_namespace() {
	unshare --user --map-root-user --mount bash -c "set -o pipefail; $1"
}

image_becomes_shorter() {
	rm -f image && truncate -s 8M image && owned image
	start_guest --timeout 60 --append 'panic_on_warn=1 disk.do=shorter' --disk image vmlinux.packed
	console_shows 'READS all' && truncate -s 1M image && wait "$run_pid" &&
		tr -d '\r' <"$tmp/console" | grep -qx 'DISK-OK shorter'
}

stops_and_goes_on() {
	noise raw 134217728
	start_guest --append 'panic_on_warn=1 disk.do=whole' --disk raw vmlinux.packed
	console_shows 'vda' || return
	sleep 0.1
	kill -TSTP "$run_pid" && sleep 0.5 && ! grep -aq '^SUM' "$tmp/console" && kill -CONT "$run_pid" && wait "$run_pid" &&
		tr -d '\r' <"$tmp/console" | grep -qx "SUM vda $(sum raw)"
}

# ---- SIGKILL ----

# A process is the launcher's; on bare metal the machine is QEMU, which the command starts.
kill_machine() { # kill_machine PLATFORM
	local machine=$run_pid
	[[ $1 == process ]] || machine=$(pgrep -P "$run_pid" -x qemu-system-x86) || return
	kill -9 "$machine"
}

# The machine is killed while the guest writes; what fsync was done for is there, and records that were never written
# are missed.
loses_nothing() { # loses_nothing PLATFORM
	local count
	rm -f image && truncate -s 64M image && mkfs.ext4 -q image && owned image
	start_guest_on "$1" --append 'panic_on_warn=1 disk.do=kept' --disk image vmlinux.packed
	console_shows 'KEPT 20' || return
	sleep "0.$((RANDOM % 900 + 100))"
	kill_machine "$1" || return
	wait "$run_pid"
	none_left || return
	count=$(tr -d '\r' <"$tmp/console" | sed -n 's/^KEPT \([0-9]*\)$/\1/p' | tail -n 1)
	echo "$count records"
	# What a loss of power leaves: a journal to be replayed.
	e2fsck -fp image || (($? == 1)) || return
	e2fsck -fn image && content image kept >kept && "$tmp/disk" check kept "$count" &&
		! "$tmp/disk" check kept $((count + 100000))
}

prepare_user
ok 'the guest for this test is made' make_ramdisk
for platform in bare process; do
	ok "$platform: a file system" file_system $platform
	ok "$platform: blocks" plain_blocks $platform
	ok "$platform: programs that run from a disk" programs_from_a_disk $platform
	ok "$platform: several disks, one read-only, one that keeps its image" three_kinds $platform
done
cp "$O/tests/launch/deny" "$tmp/home/"
ordinary=("${as_user[@]}")
as_user+=("$tmp/home/deny" listener)
ok 'process, by ptrace: a file system' file_system process
ok 'it is by ptrace' grep -q 'stopped by ptrace' "$tmp/run.err"
as_user=("${ordinary[@]}")
if type strace >/dev/null 2>&1; then
	ok 'a flush is an fdatasync of the host' flushes_reach_the_host
else
	skip 'a flush is an fdatasync of the host' 'no strace (package strace)'
fi
if in_namespace true 2>/dev/null; then
	ok 'the host has no more room' host_is_full
else
	skip 'the host has no more room' 'this host gives no user namespaces'
fi
ok 'the image becomes shorter under the guest' image_becomes_shorter
ok 'stopped and continued in the middle of reads' stops_and_goes_on
for ((i = 1; i <= bare_kills; i++)); do
	ok "bare: SIGKILL $i while files are written" loses_nothing bare
done
for ((i = 1; i <= kills; i++)); do
	ok "process: SIGKILL $i while files are written" loses_nothing process
done
noise raw 268435456
ok 'figures' does process figures --disk raw
sed -n 's/^FIGURE /# /p' "$tmp/console"
ok 'nothing is left of all these' none_left
