# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# A guest's disks, on bare metal and in a process: file systems, blocks, read-only disks and disks whose
# image stays as it is; in a process also what the host sees of it: fdatasync, a full disk, SIGKILL. Sourced,
# after tests/lib.sh, by a test for each guest, which sets `guest_of_process`.
#
# Invariant: what the guest has read or written is compared on the host, by its own tools.
source "$TOP/tests/boot/process.sh"
width=m64
[[ ${guest##*/} != i386 ]] || width=m32
kills=8
PATH+=:/usr/sbin:/sbin # the tools of ext4, for users that are not root

# What the guest has beside a kernel: busybox, the test's first process, a program.
make_ramdisk() {
	local root=$tmp/root
	mkdir -p "$root"/{bin,dev,proc,sys}
	(cd "$root" && gzip -dc "$guest/initrd.gz" | cpio --quiet -id 'bin/busybox' './bin/busybox') &&
		cp "$TOP/tests/boot/disk/init" "$root/init" &&
		gcc -$width -D_GNU_SOURCE -std=c11 -Wall -Wextra -Werror -O2 -static -o "$root/bin/disk" "$TOP/tests/boot/disk/disk.c" &&
		gcc -D_GNU_SOURCE -std=c11 -O2 -o "$tmp/disk" "$TOP/tests/boot/disk/disk.c" &&
		"$TOP/scripts/dom0/cpio" "$root" | gzip -1n >"$tmp/home/initrd.gz"
}

# make_image FILE: 256 MiB with a file system that has a file of 64 MiB, and one to be removed
make_image() {
	mkdir -p "$tmp/files"
	[[ -e $tmp/files/random ]] || head -c 67108864 /dev/urandom >"$tmp/files/random"
	head -c 3000000 /dev/urandom >"$tmp/files/remove"
	rm -f "$1"
	truncate -s 256M "$1" && mkfs.ext4 -q -d "$tmp/files" "$1" && owned "$1"
}

owned() { # owned FILE...: they are the user's
	[[ -z $user ]] || chown "$user" "$@"
}

# noise FILE SIZE
noise() {
	head -c "$2" /dev/urandom >"$1" && owned "$1"
}

# does PLATFORM WORDS OPTION...: the guest does it, and says that all went well
does() {
	local platform=$1 words=$2 word
	shift 2
	boot_disk "$platform" "$words" "$@"
	exit_code 0 || return
	for word in ${words//,/ }; do
		grep -qx "DISK-OK $word" "$tmp/console" || {
			tail -n 20 "$tmp/console"
			return 1
		}
	done
}

boot_disk() { # boot_disk PLATFORM WORDS OPTION...
	local platform=$1 words=$2 limit=120 before=()
	shift 2
	[[ $platform == bare ]] || before=("${as_user[@]}" "${traced[@]}")
	boot_code=0
	"${before[@]}" "$run" --on "$platform" --timeout $limit --initrd initrd.gz \
		--append "panic_on_warn=1 disk.do=$words" "$@" "${kernel_options[@]}" vmlinux.packed \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	mkdir -p "$O/tests/logs" && cp "$tmp/console" "$O/tests/logs/console-disk-$platform-${guest##*/}"
}
traced=() kernel_options=()

# says LINE: of the guest's
says() {
	grep -qx -- "$1" "$tmp/console" || {
		grep -a '^DISK\|^SUM' "$tmp/console"
		return 1
	}
}

sum() { # sum FILE [FIRST-BYTE]
	tail -c +$((${2:-0} + 1)) "$1" | sha256sum | cut -d' ' -f1
}

# The file system is as it was unmounted: nothing is wrong, and no journal has to be replayed.
clean() { # clean IMAGE
	e2fsck -fn "$1" && ! dumpe2fs -h "$1" 2>/dev/null | grep -q needs_recovery
}

content() { # content IMAGE FILE: on standard output
	debugfs -R "cat $2" "$1" 2>/dev/null
}

# A file system that the host made, and finds in order behind the guest.
file_system() { # file_system PLATFORM
	make_image image && does "$1" show,files --disk image,serial=first &&
		says 'DISK vda sectors=524288 ro=0 serial=first' && says "SUM random $(sum "$tmp/files/random")" &&
		clean image && cmp <(content image new/random) "$tmp/files/random" &&
		cmp <(content image new/busybox) "$tmp/root/bin/busybox" &&
		[[ $(content image new/200) == 200 && -z $(content image remove) ]]
}

# Blocks of a disk without a file system.
plain_blocks() { # plain_blocks PLATFORM
	local before
	noise raw 67108864
	before=$(sum raw)
	does "$1" whole,blocks --disk raw && says "SUM vda $before" &&
		cmp -n "$(stat -c %s "$tmp/root/bin/busybox")" -i $((4096 * 1024)):0 raw "$tmp/root/bin/busybox"
}

three_kinds() { # three_kinds PLATFORM
	local before
	noise raw 8388608 && cp raw read && cp raw 'with, comma' && owned read 'with, comma'
	before=$(sum raw)
	does "$1" show,kinds,given --disk raw --disk read,ro --disk 'with, comma,cow,serial=third' &&
		says 'DISK vdb sectors=16384 ro=1 serial=' && says 'DISK vdc sectors=16384 ro=0 serial=third' &&
		says "SUM vdc $(sum read $((303 * 512)))" && second_is_zero raw read &&
		[[ $(sum read) == "$before" && $(sum 'with, comma') == "$before" ]]
}

# second_is_zero FILE BEFORE: the second MiB is, of the third nothing is known, all else is as it was
second_is_zero() {
	cmp -n 1048576 -i 1048576:0 "$1" /dev/zero && cmp -n 1048576 "$1" "$2" && cmp -i 3145728 "$1" "$2"
}

# Programs that run from the disk, as far as they are in memory (number.S).
programs_from_a_disk() { # programs_from_a_disk PLATFORM
	local i
	rm -rf programs && mkdir programs
	for i in {0..7}; do
		gcc -$width -DNUMBER="$i" -DPAGES=32 -nostdlib -static -Wl,--build-id=none -o "programs/number$i" \
			"$TOP/tests/boot/disk/number.S" || return
	done
	rm -f image && truncate -s 16M image && mkfs.ext4 -q -d programs image && owned image &&
		does "$1" programs --disk image && clean image
}

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

stops_and_goes_on() {
	noise raw 134217728
	start_guest --append 'panic_on_warn=1 disk.do=whole' --disk raw vmlinux.packed
	console_shows 'vda' || return
	sleep 0.1
	kill -TSTP "$run_pid" && sleep 0.5 && ! grep -aq '^SUM' "$tmp/console" && kill -CONT "$run_pid" && wait "$run_pid" &&
		tr -d '\r' <"$tmp/console" | grep -qx "SUM vda $(sum raw)"
}

# The launcher is killed while the guest writes; what fsync was done for is there.
loses_nothing() {
	local count
	rm -f image && truncate -s 64M image && mkfs.ext4 -q image && owned image
	start_guest --append 'panic_on_warn=1 disk.do=kept' --disk image vmlinux.packed
	console_shows 'KEPT 20' || return
	sleep "0.$((RANDOM % 900 + 100))"
	kill -9 "$run_pid"
	wait "$run_pid"
	none_left || return
	count=$(tr -d '\r' <"$tmp/console" | sed -n 's/^KEPT \([0-9]*\)$/\1/p' | tail -n 1)
	echo "$count records"
	# What a loss of power leaves: a journal to be replayed.
	e2fsck -fp image || (($? == 1)) || return
	e2fsck -fn image && content image kept >kept && "$tmp/disk" check kept "$count"
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
ok 'stopped and continued in the middle of reads' stops_and_goes_on
for ((i = 1; i <= kills; i++)); do
	ok "SIGKILL $i while files are written" loses_nothing
done
noise raw 268435456
ok 'figures' does process figures --disk raw
sed -n 's/^FIGURE /# /p' "$tmp/console"
ok 'nothing is left of all these' none_left
