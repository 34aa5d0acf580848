#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# A Debian package with a wedge in its kernel: Debian's own scripts of update-grub make entries of what is
# installed, and GRUB boots them, on bare metal and on Xen. The package's content is put into a folder; no
# script of a package runs.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/machine.sh"

bzimage=$guest/annotated/bzImage
release=6.1.192-test
xen_image=/boot/xen-4.17-amd64.gz

# package: $tmp/in.deb, as bindeb-pkg makes it
package() {
	local tree=$tmp/tree
	mkdir -p "$tree/boot" "$tree/DEBIAN"
	cp "$bzimage" "$tree/boot/vmlinuz-$release"
	cp "$guest/annotated/config" "$tree/boot/config-$release"
	printf '%s\n' "Package: linux-image-$release" "Version: $release-1" 'Architecture: amd64' \
		'Maintainer: A <a@b.invalid>' 'Description: kernel' >"$tree/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$tree" "$tmp/in.deb"
}

# install_package DEB: below $tmp/root, with Xen and the example guest's RAM disk
install_package() {
	rm -rf "$tmp/root"
	dpkg-deb -x "$1" "$tmp/root" && cp "$xen_image" "$tmp/root/boot/" &&
		cp "$guest/initrd.gz" "$tmp/root/boot/initrd.img-$release"
}

# entries SCRIPT: what this script of update-grub prints if $tmp/root/boot is /boot. GRUB has another disk
# to start from here, so no file system is looked for.
entries() {
	GRUB_CMDLINE_LINUX="console=ttyS0 panic=-1 afterburn.steps=$steps" GRUB_DISTRIBUTOR=Debian \
		GRUB_CMDLINE_XEN='console=com1 spec-ctrl=eager-fpu dom0_mem=512M,max:512M' GRUB_DISABLE_LINUX_UUID=true \
		GRUB_DEVICE=/dev/none GRUB_DEVICE_BOOT=/dev/none pkgdatadir=/usr/share/grub \
		unshare -rm sh -c 'mount --bind "$1" /boot && sh "$2"' sh "$tmp/root/boot" "/etc/grub.d/$1" 2>"$tmp/err" |
		sed -E 's,[^[:space:]]*/root/boot/,/boot/,g; /^[[:space:]]*search /d'
}

# boots NAME SCRIPT: GRUB's first entry of that script
boots() {
	mkdir -p "$tmp/root/boot/grub"
	{
		printf '%s\n' 'serial --unit=0' 'terminal_output serial' 'set timeout=0'
		entries "$2"
	} >"$tmp/root/boot/grub/grub.cfg"
	grub-mkrescue -o "$tmp/$1.iso" "$tmp/root" >/dev/null 2>&1 && machine "package-$1" -cdrom "$tmp/$1.iso"
}

if [[ ! -e $bzimage ]]; then
	skip 'a package of a kernel' 'the example kernel is built without a bzImage: it is not relocatable'
elif ! can_make_discs; then
	skip 'a package of a kernel' "$no_discs"
elif ! unshare -rm true 2>/dev/null; then
	skip 'a package of a kernel' 'this host lets nobody mount in a namespace of his own'
else
	ok 'the package of the kernel' package
	ok 'as it was built, update-grub has no entry for Xen' eval \
		'install_package "$tmp/in.deb" && [[ -z $(entries 20_linux_xen) ]]'
	ok 'gets a wedge' "$O/bin/afterburn" kernel-package --output "$tmp" "$tmp/in.deb"
	ok 'is installed' install_package "$tmp/linux-image-${release}_$release-1+afterburn_amd64.deb"
	ok 'update-grub has an entry for Xen' eval \
		'entries 20_linux_xen | grep -E "^[[:space:]]*module2[[:space:]]+/boot/vmlinuz-$release placeholder "'
	ok 'GRUB boots it on bare metal' eval 'boots bare 10_linux && spoke && ! on_wedge'
	ok 'GRUB boots it on Xen' eval 'boots xen 20_linux_xen && on_wedge'
fi
done_testing
