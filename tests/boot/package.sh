# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The example kernel as a Debian package, installed below $tmp/root, and its entries for GRUB: source it after
# tests/boot/lib.sh and tests/boot/machine.sh.
#
# Invariant: no script of a package runs, and nothing outside of $tmp changes.
bzimage=$guest/annotated/bzImage
release=6.1.192-test
xen_image=/boot/xen-4.17-amd64.gz
packed_package=$tmp/linux-image-${release}_$release-1+afterburn_amd64.deb

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

can_make_entries() {
	[[ -e $bzimage && -e /etc/grub.d/10_linux ]] && unshare -rm true 2>/dev/null
}
no_entries='no bzImage of the example kernel, no package grub-common, or no right to mount in a namespace'
