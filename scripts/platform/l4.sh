# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# L4: a microkernel with the X.2 interface (L4Ka::Pistachio for ia32), its sigma0, and the wedge as the
# root program. No distribution ships one, so the user supplies kickstart, x86-kernel and sigma0.
#
# Invariant: the kernel gets exactly --memory; what L4 and the wedge need comes on top.

# L4's boot loader has left its last word by then.
others_end='Launching kernel'

# MiB: L4's own heap, in which every mapping costs a node; the wedge and its heap, what is lost around
# the boot modules, loader and microkernel.
l4_heap=32
l4_others=40
# The root program lies at 112 MiB, in the piece of 4 MiB there, the modules begin at 8.
l4_files_most=96
l4_root_end=116
l4_memory_most=416

find_l4() {
	local folder=${l4_kernel:-${AFTERBURN_L4:-}} file
	[[ -n $folder ]] ||
		die 3 "no L4 kernel: give a folder with kickstart, x86-kernel and sigma0 by --l4-kernel or AFTERBURN_L4 (no distribution ships one; see wedge/doc/l4.md)"
	for file in kickstart x86-kernel sigma0; do
		[[ -f $folder/$file && -r $folder/$file ]] ||
			die 3 "'$folder' has no $file: it must hold kickstart, x86-kernel and sigma0 of an L4 X.2 kernel for ia32"
		ln -s "$(readlink -f "$folder/$file")" "$work/$file"
	done
	[[ -r $here/../../lib/afterburner/l4-root.elf ]] ||
		die 2 "$here/../../lib/afterburner/l4-root.elf is missing: build it with make"
	ln -s "$(readlink -f "$here/../../lib/afterburner/l4-root.elf")" "$work/root"
}

is_for_l4() {
	is_elf "$1" && LC_ALL=C grep -aqP 'ABWEDGE\x01.{16}l4\0' -- "$1"
}

# Makes $work/kernel an ELF file with the wedge for L4; packs it if needed.
kernel_for_l4() {
	local afterburn=${AFTERBURN:-$here/../../bin/afterburn} code=0
	if is_for_l4 "$kernel"; then
		ln -s "$kernel" "$work/kernel"
		return
	fi
	! is_packed "$kernel" ||
		die 2 "'$kernel' is packed without the wedge for L4; give the kernel as it was built"
	[[ -x $afterburn ]] || die 2 "$afterburn is missing: build it with make"
	note "packing $kernel with the wedge for L4"
	"$afterburn" pack --elf --wedge l4 -o "$work/kernel" "$kernel" >&2 || code=$?
	((code != 3)) || die 3 "'$kernel' can never run on L4"
	((code == 0)) || die 2 "'$kernel' cannot be packed for L4"
}

check_l4_sizes() {
	files=$((($(stat -Lc %s "$work/kernel") + ${initrd:+$(stat -Lc %s "$initrd")} + 0 + 1048575) >> 20))
	((files <= l4_files_most)) ||
		die 1 "kernel and RAM disk have $files MiB: L4's boot loader takes at most $l4_files_most"
	((memory <= l4_memory_most)) ||
		die 2 "--memory $memory: on L4 a guest has at most $l4_memory_most MiB, since L4 leaves its kernel address space for no more"
}

platform_run() {
	[[ ${#disks[@]} == 0 ]] || die 2 "--disk: a guest on L4 has no disks"
	! has_net || die 2 "--net: a guest on L4 has no network"
	((cpus == 1)) || die 2 "--cpus $cpus: a guest on L4 has one processor"
	find_l4
	kernel_for_l4
	[[ -z $initrd ]] || ln -s "$(readlink -f "$initrd")" "$work/initrd"
	check_l4_sizes
	memory=$(((memory + 3) / 4 * 4))
	local machine=$((memory + l4_heap + l4_others + files))
	((machine >= l4_root_end + l4_heap)) || machine=$((l4_root_end + l4_heap))
	# The boot loader cannot read the memory map of QEMU's AMD models; FS's base is an MSR of those
	# with long mode.
	cpu=${cpu:-Conroe}
	qemu_options
	# L4's tick is the clock's chip: with a clock that only instructions move its calibration hangs.
	[[ -z $icount ]] || options+=(-rtc clock=host)
	local arguments="memory=$memory console=ttyS0 $panic_resets${append:+ $append}"
	run_qemu -m "$machine" -kernel "$work/kickstart" -append "kmem=${l4_heap}M" \
		-initrd "$work/x86-kernel,$work/sigma0,$work/root,$work/kernel $(escape_commas "$arguments")${initrd:+,$work/initrd}"
	finish
}
