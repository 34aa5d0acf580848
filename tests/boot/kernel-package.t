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
source "$TOP/tests/boot/package.sh"

# boots NAME SCRIPT: GRUB's first entry of that script
boots() {
	mkdir -p "$tmp/root/boot/grub"
	{
		printf '%s\n' 'serial --unit=0' 'terminal_output serial' 'set timeout=0'
		entries "$2"
	} >"$tmp/root/boot/grub/grub.cfg"
	grub-mkrescue -o "$tmp/$1.iso" "$tmp/root" >/dev/null 2>&1 && machine "package-$1" -cdrom "$tmp/$1.iso"
}

if ! can_make_discs; then
	skip 'a package of a kernel' "$no_discs"
elif ! can_make_entries; then
	skip 'a package of a kernel' "$no_entries"
else
	ok 'the package of the kernel' package
	ok 'as it was built, update-grub has no entry for Xen' eval \
		'install_package "$tmp/in.deb" && [[ -z $(entries 20_linux_xen) ]]'
	ok 'gets a wedge' "$O/bin/afterburn" kernel-package --output "$tmp" "$tmp/in.deb"
	ok 'is installed' install_package "$packed_package"
	ok 'update-grub has an entry for Xen' eval \
		'entries 20_linux_xen | grep -E "^[[:space:]]*module2[[:space:]]+/boot/vmlinuz-$release placeholder "'
	ok 'GRUB boots it on bare metal' eval 'boots bare 10_linux && spoke && ! on_wedge'
	ok 'GRUB boots it on Xen' eval 'boots xen 20_linux_xen && on_wedge'
fi
done_testing
