#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# One packed bzImage, as it would be installed, is started by everything that starts kernels: QEMU,
# GRUB on a BIOS and on UEFI, UEFI itself by the kernel's EFI stub, GRUB and Xen, Xen with it as dom0,
# and xl.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/machine.sh"

bzimage=$guest/annotated/bzImage
firmware=/usr/share/ovmf/OVMF.fd

# disc NAME LINE...: $tmp/NAME.iso, whose GRUB executes these lines
disc() {
	local folder=$tmp/$1 name=$1
	shift
	mkdir -p "$folder/boot/grub"
	ln "$tmp/vmlinuz" "$guest_initrd" "$folder/boot/"
	[[ ! -e $tmp/xen.gz ]] || ln "$tmp/xen.gz" "$folder/boot/"
	{
		printf '%s\n' 'serial --unit=0' 'terminal_output serial' 'set timeout=0' 'menuentry a {'
		printf '%s\n' "$@" '}'
	} >"$folder/boot/grub/grub.cfg"
	grub-mkrescue -o "$tmp/$name.iso" "$folder" >/dev/null 2>&1
}

if [[ ! -e $bzimage ]]; then
	skip 'a packed bzImage' 'the example kernel is built without a bzImage: it is not relocatable'
	done_testing
	exit
fi
guest_initrd=$tmp/initrd.gz
cp "$guest/initrd.gz" "$guest_initrd"
ok 'audit' eval '"$O/bin/afterburn" audit "$bzimage" | grep -q ": 0 findings"'
ok 'pack' eval '"$O/bin/afterburn" pack --wedge xen -o "$tmp/vmlinuz" "$bzimage"'
for platform in bare xen-dom0 xen; do
	boot $platform "$tmp/vmlinuz" --memory 512 --append afterburn.steps=$steps
	ok "$platform" ran
done
boot xen-dom0 "$bzimage" --memory 512 --append afterburn.steps=$steps
ok 'xen-dom0: packed for the run' ran

line="console=ttyS0 panic=-1 afterburn.steps=$steps"
if [[ -r $firmware ]]; then
	machine bzimage-stub -bios $firmware -kernel "$tmp/vmlinuz" -initrd "$guest_initrd" -append "$line"
	ok 'UEFI: by the EFI stub' spoke
else
	skip 'UEFI: by the EFI stub' 'no firmware (package ovmf)'
fi
if can_make_discs; then
	disc linux "linux /boot/vmlinuz $line" 'initrd /boot/initrd.gz'
	machine bzimage-bios -cdrom "$tmp/linux.iso"
	ok 'BIOS: by GRUB' spoke
	if [[ -r $firmware && -d /usr/lib/grub/x86_64-efi ]]; then
		machine bzimage-uefi -bios $firmware -cdrom "$tmp/linux.iso"
		ok 'UEFI: by GRUB' spoke
	else
		skip 'UEFI: by GRUB' 'no firmware, or no GRUB for it (packages ovmf, grub-efi-amd64-bin)'
	fi
	cp "${AFTERBURN_XEN:-/boot/xen-4.17-amd64.gz}" "$tmp/xen.gz"
	disc xen 'multiboot2 /boot/xen.gz console=com1 spec-ctrl=eager-fpu dom0_mem=512M,max:512M' \
		"module2 /boot/vmlinuz $line" 'module2 /boot/initrd.gz'
	machine bzimage-xen -cdrom "$tmp/xen.iso"
	ok 'Xen: by GRUB' on_wedge
else
	skip 'by GRUB' "$no_discs"
fi
done_testing
