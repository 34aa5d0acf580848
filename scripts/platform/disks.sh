# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The guest's disks in QEMU's machine and in xl's configuration: --disk FILE[,ro][,cow][,serial=S][,format=F],
# each one in ${disks[...]}. In a process the launcher does all this itself, with the same words.
#
# Invariant: a disk that is refused has not been changed, and nothing has been started.

# Sets $disk_file, $disk_way (rw, ro, cow), $disk_serial and $disk_format (QEMU's name). Options are taken from the end, so a name may have
# commas.
parse_disk() { # parse_disk TEXT
	local word
	disk_file=$1 disk_way=rw disk_serial='' disk_format=''
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
		format=*)
			disk_format=${word#format=}
			[[ $disk_format =~ ^(raw|qcow2|qcow|qed|vmdk|vdi|vhdx|vpc|parallels)$ ]] ||
				die 2 "--disk: a format is raw, qcow2, qcow, qed, vmdk, vdi, vhdx, vpc or parallels, not '$disk_format'"
			;;
		*) break ;;
		esac
		disk_file=${disk_file%,*}
	done
	disk_told=$disk_format
	[[ -n $disk_format ]] || disk_format=$(format_of_name "${disk_file,,}")
	[[ -n $disk_file ]] || die 2 "--disk needs a file, not '$1'"
}

# Never what is in the file: a guest writes there, and could make a raw image one that names any file of the host's
# as its other half.
format_of_name() {
	case $1 in
	*.qcow2 | *.qcow | *.qed | *.vmdk | *.vdi | *.vhdx) echo "${1##*.}" ;;
	*.vhd) echo vpc ;;
	*.hdd | *.hds) echo parallels ;;
	*) echo raw ;;
	esac
}

# Refuses a raw image that looks like another one.
check_content() {
	local bytes seems=''
	bytes=$(head -c 68 "$disk_file" | od -An -tx1 -v | tr -d ' \n')
	case $bytes in
	514649fb*) seems=qcow2 ;;
	514544*) seems=qed ;;
	4b444d56*) seems=vmdk ;;
	7668647866696c65*) seems=vhdx ;;
	636f6e6563746978*) seems=vpc ;;
	576974686f7574467265655370616365* | 576974686f7546726553706163457874*) seems=parallels ;;
	esac
	[[ ${bytes:128} != 7f10dabe ]] || seems=vdi
	[[ -z $seems ]] ||
		die 2 "the disk '$disk_file' looks like a $seems image, but is not named so: add ,format=$seems, or format=raw if its first sector is the guest's own"
}

check_serial() {
	[[ ! $disk_serial =~ [^[:print:]] ]] || die 2 "--disk: a serial number has printable characters only"
	((${#disk_serial} >= 1 && ${#disk_serial} <= 20)) ||
		die 2 "--disk: a serial number has 1 to 20 characters, not '$disk_serial'"
}

check_disk() {
	local size hint=''
	[[ $disk_file != *,* ]] || hint=' (options behind a comma are ro, cow, serial=S and format=F)'
	[[ -e $disk_file ]] || die 2 "the disk '$disk_file' cannot be opened: No such file or directory$hint"
	[[ -f $disk_file || -b $disk_file ]] ||
		die 2 "the disk '$disk_file' is neither a regular file nor a block device"
	[[ -r $disk_file ]] || die 2 "the disk '$disk_file' may not be read"
	[[ $disk_way != rw || -w $disk_file ]] || die 2 "the disk '$disk_file' may not be written: add ,ro or ,cow"
	[[ $disk_format == raw ]] || return 0
	[[ -n $disk_told ]] || check_content
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
		options+=(-drive "if=none,id=disk$number,format=$disk_format,file=$(escape_commas "$disk_file")$how"
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
