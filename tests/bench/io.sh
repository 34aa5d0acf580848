# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Disks and a network for a domU whose instructions are counted: the disks' images and the other side of the network are
# in dom0, where no clock but the counting one is asked. Source it after systems.sh.
#
# Invariant: all that serves the guest is inside of the machine, so two runs are the same to the instruction.

# The guest of ours that has the drivers. Debian's has them as modules.
io_kernel() { # io_kernel SYSTEM
	case $1 in
	annotated/*) echo "$O/guest/${1##*/}-low/vmlinux" ;;
	*) kernel_of "$1" ;;
	esac
}

# What dom0 gets: images, the program, and scripts that xl calls for the guest's devices. To QEMU the disks are others,
# empty ones, since xl looks whether they are there.
prepare_io() {
	local files=$work/io-dom0 scripts=$work/io-dom0/etc/xen/scripts
	[[ ! -d $files ]] || return 0
	mkdir -p "$scripts" "$files/domu"
	cp "$O/bench/x86_64/bench-ops" "$files/"
	head -c 16M /dev/urandom >"$files/domu/vda"
	O=$O "$here/jobs/disk" x86_64 "$work/io-disk" "$files/domu/vdb" >&2 || die "the disk with the jobs cannot be made"
	gzip -1n "$files/domu/vda" "$files/domu/vdb" # a dom0 has no room for both archive and images
	rm -rf "$work/io-disk"
	cp "$top/scripts/dom0/vif-bridge" "$scripts/own-vif"
	cp "$top/scripts/dom0/block" "$scripts/own-block"
	cp "$here/io-block" "$scripts/block"
	cp "$here/io-vif" "$scripts/vif-bridge"
	chmod +x "$scripts"/*
	truncate -s 1M "$work/io-a" "$work/io-b"
	bench_initrd x86_64 ops >/dev/null
}

# The drivers of Debian's kernel are in an archive of its own.
io_initrd() { # io_initrd SYSTEM
	local made=$work/io-initrd-${1//\//-}
	cat "$(bench_initrd "${1##*/}" ops)" >"$made"
	[[ $1 != stock/* ]] || cat "$(dirname "$(stock_kernel)")/domu.cpio" >>"$made"
	echo "$made"
}

# run_io SYSTEM WHAT: takes this shell's place with the system's console
run_io() {
	local file initrd
	file=$(io_kernel "$1")
	[[ -r $file ]] || die "$file is missing: run make guest"
	initrd=$(io_initrd "$1")
	AFTERBURN_DOM0_FILES=$work/io-dom0 exec "$afterburn" run --on xen --icount --memory 256 --timeout 1200 \
		--net user --disk "$work/io-a,cow" --disk "$work/io-b,cow" --initrd "$initrd" \
		--append "quiet rdinit=/bench/init bench.run=count-$2 bench.server=10.0.2.99:5000 $(words_of "$1")" "$file"
}
