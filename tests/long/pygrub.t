#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# The package of a kernel with a wedge as a domU, by the xl.cfg that is in the package and Debian's own xl: with
# the kernel of the host, and with the one that pygrub finds in the guest's disk, by the menu that update-grub
# makes there.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/machine.sh"
source "$TOP/tests/boot/package.sh"

# The folder of Debian's dom0, and in it the archive that adds pygrub; both are kept in the cache.
find_dom0() {
	dom0=$(dirname "$(stock_kernel)") || return
	pygrub_files=${dom0%/*}/pygrub-$(sha256sum <"$TOP/tests/long/pygrub-files" | cut -c1-16).cpio
	[[ -e $pygrub_files ]] || "$TOP/tests/long/pygrub-files" "$pygrub_files"
}

installed() {
	package && "$O/bin/afterburn" kernel-package --output "$tmp" "$tmp/in.deb" && install_package "$packed_package" &&
		cp "$tmp/root/usr/share/doc/linux-image-$release/examples/xl.cfg" "$tmp/xl.cfg"
}

# The guest's disk: one file system with /boot, as update-grub leaves it.
disk() {
	mkdir -p "$tmp/root/boot/grub"
	{
		printf 'set timeout=1\n'
		entries 10_linux
	} >"$tmp/root/boot/grub/grub.cfg"
	rm "$tmp/root$xen_image"
	truncate -s 64M "$tmp/disk" && mke2fs -q -t ext4 -d "$tmp/root" "$tmp/disk"
}

# starts NAME FILE...: dom0 with these archives over its own starts the domU of $tmp/over/domu/guest.cfg
starts() {
	local name=$1
	shift
	gzip -dcf "$dom0/xen.gz" >"$tmp/xen"
	{
		cat "$dom0/dom0.cpio" "$@"
		"$TOP/scripts/dom0/cpio" "$tmp/over"
	} >"$tmp/dom0.initrd"
	machine "domu-$name" -m 1408 -drive "file=$tmp/disk,format=raw,if=virtio" -kernel "$tmp/xen" \
		-append 'console=com1 guest_loglvl=all spec-ctrl=eager-fpu noreboot dom0_mem=640M,max:640M dom0_max_vcpus=1' \
		-initrd "$dom0/vmlinux console=hvc0 quiet loglevel=3,$tmp/dom0.initrd"
}

# As the package's xl.cfg is, but for the steps.
by_kernel() {
	mkdir -p "$tmp/over/domu" "$tmp/over/boot"
	cp "$tmp/root/boot"/{vmlinuz,initrd.img}-"$release" "$tmp/over/boot/"
	sed "s/^extra = \"/&afterburn.steps=$steps /; s/^name = .*/name = \"guest\"/" "$tmp/xl.cfg" >"$tmp/over/domu/guest.cfg"
	starts kernel && on_wedge
}

# As its comment says.
by_pygrub() {
	rm -r "$tmp/over/boot"
	sed 's/^kernel = .*/bootloader = "pygrub"/; /^ramdisk = /d; s/^name = .*/name = "guest"/
		$a disk = [ "phy:/dev/vda,xvda,w" ]' "$tmp/xl.cfg" >"$tmp/over/domu/guest.cfg"
	starts pygrub "$pygrub_files" && on_wedge
}

if ! can_make_entries; then
	skip 'a package of a kernel as domU' "$no_entries"
elif ! find_dom0 2>"$tmp/err"; then
	skip 'a package of a kernel as domU' "no dom0 with pygrub: $(tail -n 1 "$tmp/err")"
else
	ok 'the package of the kernel is installed' installed
	ok 'the disk of the guest' disk
	ok "xl starts it with the host's copy of the kernel" by_kernel
	ok "xl and pygrub start it with the kernel of the guest's disk" by_pygrub
fi
done_testing
