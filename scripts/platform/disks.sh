# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The guest's disks in QEMU's machine and in xl's configuration: --disk FILE[,ro][,cow][,serial=S], each
# one in ${disks[...]}. In a process the launcher does all this itself, with the same words.
#
# Invariant: a disk that is refused has not been changed, and nothing has been started.

# Sets $disk_file, $disk_way (rw, ro, cow) and $disk_serial. Options are taken from the end, so a name may have
# commas.
parse_disk() { # parse_disk TEXT
	local word
	disk_file=$1 disk_way=rw disk_serial=''
	while [[ $disk_file == *,* ]]; do
		word=${disk_file##*,}
		case $word in
		ro | cow)
			[[ $disk_way == rw || $disk_way == "$word" ]] || die 2 "--disk takes ro or cow, not both: '$1'"
			disk_way=$word
			;;
		serial=*)
			disk_serial=${word#serial=}
			check_serial
			;;
		*) break ;;
		esac
		disk_file=${disk_file%,*}
	done
	[[ -n $disk_file ]] || die 2 "--disk needs a file, not '$1'"
}

check_serial() {
	[[ ! $disk_serial =~ [^[:print:]] ]] || die 2 "--disk: a serial number has printable characters only"
	((${#disk_serial} >= 1 && ${#disk_serial} <= 20)) ||
		die 2 "--disk: a serial number has 1 to 20 characters, not '$disk_serial'"
}

check_disk() {
	local size hint=''
	[[ $disk_file != *,* ]] || hint=' (options behind a comma are ro, cow and serial=S)'
	[[ -e $disk_file ]] || die 2 "the disk '$disk_file' cannot be opened: No such file or directory$hint"
	[[ -f $disk_file || -b $disk_file ]] ||
		die 2 "the disk '$disk_file' is neither a regular file nor a block device"
	[[ -r $disk_file ]] || die 2 "the disk '$disk_file' may not be read"
	[[ $disk_way != rw || -w $disk_file ]] || die 2 "the disk '$disk_file' may not be written: add ,ro or ,cow"
	[[ -f $disk_file ]] || return 0
	size=$(stat -Lc %s "$disk_file")
	((size > 0 && size % 512 == 0)) ||
		die 2 "the disk '$disk_file' has $size bytes: a disk has whole sectors of 512 bytes, at least one"
}

check_disks() {
	local text
	((${#disks[@]} <= 8)) || die 2 "a guest has at most 8 disks"
	for text in "${disks[@]}"; do
		parse_disk "$text"
		check_disk
	done
}

# Adds the disks to QEMU's options, in their order.
qemu_disks() {
	local text number=0 how
	for text in "${disks[@]}"; do
		parse_disk "$text"
		how=''
		[[ $disk_way != ro ]] || how=,readonly=on
		[[ $disk_way != cow ]] || how=,snapshot=on
		options+=(-drive "if=none,id=disk$number,format=raw,file=$(escape_commas "$disk_file")$how"
			-device "virtio-blk-pci,drive=disk$number${disk_serial:+,serial=$disk_serial}")
		number=$((number + 1))
	done
}

# What xl.cfg's list of disks has, for a domU that gets QEMU's disks from its dom0.
xl_disks() {
	local text letters=abcdefgh letter between='' right
	for text in "${disks[@]}"; do
		parse_disk "$text"
		letter=${letters:0:1} letters=${letters:1} right=w
		[[ $disk_way != ro ]] || right=r
		printf '%s"phy:/dev/vd%s,xvd%s,%s"' "$between" "$letter" "$letter" "$right"
		between=', '
	done
}

# A first domain has the machine's devices. What a wedge shows its kernel are other domains', of which there is none.
refuse_disks_of_wedge() {
	((${#disks[@]} == 0)) || [[ $console != ttyS0 ]] ||
		die 2 "--disk: as dom0 a kernel under a wedge has no disk; it has as a domU (--on xen), on bare metal and in a process"
}
