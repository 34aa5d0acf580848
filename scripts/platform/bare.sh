# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Bare metal: QEMU's own PC, the kernel entered through its PVH note (ELF) or as a bzImage.
#
# Invariant: no hypervisor and no packing; the file runs as it is.

platform_run() {
	local console=ttyS0
	qemu_options
	[[ -z $virtio_console ]] || console=hvc0
	[[ -z $balloon ]] || options+=(-device virtio-balloon-pci,free-page-reporting=on)
	[[ -z $rng ]] || options+=(-device virtio-rng-pci)
	run_qemu -m "$memory" -smp "$cpus" -kernel "$kernel" ${initrd:+-initrd "$initrd"} \
		-append "console=$console $panic_resets${append:+ $append}"
	finish
}
