# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Xen with the kernel as its dom0: needs no tool stack, only the hypervisor.
#
# Invariant: the kernel gets exactly --memory; Xen's own memory comes on top.

others_end='*** Serial input to DOM0'

platform_run() {
	choose_xen
	unpack_xen
	kernel_for_xen
	refuse_disks_of_wedge
	refuse_net_of_wedge
	[[ -z $initrd ]] || ln -s "$(readlink -f "$initrd")" "$work/initrd"
	local arguments="console=$console $panic_resets${append:+ $append}"
	# Beside what Xen needs at any size: 40 bytes for each page, in its tables of frames.
	local xen_own_memory=$((192 + memory / 100))
	qemu_options
	# A dom0 without ACPI powers off by a hypercall; Xen then says so and halts, as it does behind a crash.
	run_qemu -h "$xen_halts" -m $((memory + xen_own_memory)) -smp "$cpus" -kernel "$work/xen" \
		-append "console=com1 loglvl=all guest_loglvl=all $xen_options dom0_mem=${memory}M,max:${memory}M dom0_max_vcpus=$cpus" \
		-initrd "$work/kernel $(escape_commas "$arguments")${initrd:+,$work/initrd}"
	finish
}
