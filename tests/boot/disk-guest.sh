# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# A guest with disks on any platform, as the tests of disks need it: what it does with them, and how the host looks at
# their images afterwards. Sourced behind process.sh.
#
# Invariant: what the guest has read or written is compared on the host, by its own tools.
width=m64
[[ ${guest##*/} != i386 ]] || width=m32
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
	[[ $platform != process ]] || before=("${as_user[@]}" "${traced[@]}")
	boot_code=0
	"${before[@]}" "$run" --on "$platform" --timeout $limit --initrd initrd.gz \
		--append "panic_on_warn=1 disk.do=$words" "$@" "${kernel_options[@]}" vmlinux.packed \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	mkdir -p "$O/tests/logs" && cp "$tmp/console" "$O/tests/logs/console-disk-$platform-${guest##*/}"
}
traced=() kernel_options=()

# What a disk's serial number is: what was asked for, or where Xen's protocol knows none, the disk's number there.
serial() { # serial PLATFORM ASKED DISK
	local numbers=(51712 51728 51744)
	[[ $1 == xen ]] && echo "${numbers[$3]}" || echo "$2"
}

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
		says "DISK vda sectors=524288 ro=0 serial=$(serial "$1" first 0)" && says "SUM random $(sum "$tmp/files/random")" &&
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
		says "DISK vdb sectors=16384 ro=1 serial=$(serial "$1" '' 1)" &&
		says "DISK vdc sectors=16384 ro=0 serial=$(serial "$1" third 2)" &&
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
