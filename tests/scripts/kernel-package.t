#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# afterburn kernel-package: what changes in a package of a kernel, what stays, and what is refused.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/tools/fixture.sh"
cd "$tmp" || exit 1
afterburn=$O/bin/afterburn
release=6.1.192-small

# debian_package OUT NAME VERSION FILE...: these files of ./files in a package as bindeb-pkg makes it
debian_package() {
	local out=$1 name=$2 version=$3 file
	shift 3
	rm -rf tree
	mkdir -p tree/DEBIAN tree/usr/share/doc/"$name"
	printf '%s\n' "Package: $name" 'Source: linux-upstream' "Version: $version" 'Architecture: amd64' \
		'Maintainer: A <a@b.invalid>' 'Installed-Size: 7' 'Description: kernel' >tree/DEBIAN/control
	printf '#!/bin/sh\necho "hooks of /etc/kernel"\n' >tree/DEBIAN/postinst
	chmod 755 tree/DEBIAN/postinst
	for file; do
		install -Dm 644 "files/$(basename "$file")" "tree/$file"
	done
	dpkg-deb --root-owner-group -b tree "$out" >/dev/null
}

# refuses CODE MESSAGE ARGUMENT...: and leaves nothing behind
refuses() {
	local want=$1 message=$2 code=0
	shift 2
	rm -rf o && mkdir o
	"$afterburn" kernel-package --output o "$@" >out 2>err || code=$?
	cat out err
	((code == want)) && grep -qE -- "$message" err && [[ -z $(ls -A o) ]]
}

# changed: the files that are not the same in both packages, but for the control files
changed() {
	diff -rq before after | sed -nE 's/^Files before\/(.*) and .* differ$/\1/p; s/^Only in after\/?(.*): (.*)/\1\/\2/p' |
		grep -v '^DEBIAN' | sort | xargs
}

mkdir files
kernel 64 k64 && strip -o k k64 && compress gzip k k.gz && bzimage k.gz "files/vmlinuz-$release"
printf 'CONFIG_X86_64=y\n# CONFIG_XEN is not set\n' >"files/config-$release"
echo map >"files/System.map-$release"
echo module >x.ko && cp x.ko files/
all=("boot/vmlinuz-$release" "boot/config-$release" "boot/System.map-$release" "lib/modules/$release/x.ko")
debian_package in.deb linux-image-$release 1:6.1-1 "${all[@]}"
out=linux-image-${release}_6.1-1+afterburn_amd64.deb

ok 'a package gets a wedge' eval '"$afterburn" kernel-package in.deb >name && [[ $(<name) == ./$out && -s $out ]]'
dpkg-deb -R in.deb before && dpkg-deb -R "$out" after
is 'kernel, its configuration and an xl.cfg differ' "$(changed)" \
	"boot/config-$release boot/vmlinuz-$release usr/share/doc/linux-image-$release/examples"
ok 'the kernel is the packed one' eval '"$afterburn" pack -q --wedge xen -o packed "files/vmlinuz-$release" &&
	cmp packed "after/boot/vmlinuz-$release"'
ok 'everybody may read it' eval '[[ $(dpkg-deb -c "$out" | grep vmlinuz) == "-rw-r--r-- root/root "* ]]'
ok 'the hooks stay' cmp before/DEBIAN/postinst after/DEBIAN/postinst
ok 'check sums of all files' eval '(cd after && md5sum -c --quiet DEBIAN/md5sums) &&
	(($(wc -l <after/DEBIAN/md5sums) == $(find after -type f ! -path "*/DEBIAN/*" | wc -l)))'
is 'the version tells' "$(dpkg-deb -f "$out" Version)" 1:6.1-1+afterburn
ok 'dpkg takes it for a newer one' dpkg --compare-versions "$(dpkg-deb -f "$out" Version)" gt 1:6.1-1
ok 'the size is the new one' eval '(($(dpkg-deb -f "$out" Installed-Size) > 7))'
ok "update-grub's condition for Xen" grep -qx CONFIG_XEN_DOM0=y "after/boot/config-$release"
ok 'the rest of the configuration stays' eval 'diff <(head -n 2 "after/boot/config-$release") "files/config-$release"'
ok 'xl.cfg names kernel and RAM disk' eval 'config=after/usr/share/doc/linux-image-$release/examples/xl.cfg &&
	grep -qx "kernel = \"/boot/vmlinuz-$release\"" "$config" && grep -qx "ramdisk = \"/boot/initrd.img-$release\"" "$config" &&
	grep -qx "type = \"pv\"" "$config"'
ok 'nothing else is left' eval '[[ -z $(find . -name ".kernel-package*") ]]'
ok 'into another folder' eval 'mkdir -p other && "$afterburn" kernel-package --output other in.deb && [[ -s other/$out ]]'

ok 'a package twice' refuses 1 'has been through this before' "$out"
ok 'no package' refuses 1 "'k64' is no Debian package" k64
head -c $(($(stat -c %s in.deb) - 200)) in.deb >cut.deb
ok 'a package that is cut short' refuses 1 "'cut.deb' is no Debian package" cut.deb
debian_package no.deb linux-headers-$release 6.1-1 lib/modules/$release/x.ko
ok 'a package without a kernel' refuses 1 'is no package of a kernel' no.deb
cp "files/vmlinuz-$release" files/vmlinuz-other
debian_package two.deb linux-image-$release 6.1-1 boot/vmlinuz-other "boot/vmlinuz-$release"
ok 'a package with two kernels' refuses 1 'is no package of a kernel' two.deb
printf 'nothing' | gzip >k.gz && bzimage k.gz "files/vmlinuz-other"
debian_package bad.deb linux-image-other 6.1-1 boot/vmlinuz-other
ok 'a kernel that pack refuses: pack says why' refuses 1 "the kernel of 'bad.deb' cannot be packed" bad.deb
debian_package odd.deb linux-image 6.1-1 boot/vmlinuz-other
dpkg-deb -R odd.deb odd && sed -i 's/^Package: .*/Package: ..\/up/' odd/DEBIAN/control
(cd odd/DEBIAN && tar czf ../../control.tar.gz ./control) && ar x odd.deb && rm -f evil.deb &&
	ar rc evil.deb debian-binary control.tar.gz data.tar.*
ok 'a name that would be a path' refuses 1 'is no Debian package: invalid package name' evil.deb
ok 'no file' refuses 2 'not a readable file' nothing.deb
ok 'no argument' refuses 2 'no package given'
ok 'two packages' refuses 2 'one package at a time' in.deb no.deb
ok 'an unknown option' refuses 2 "unknown option '--sign'" --sign in.deb
ok 'an option without value' refuses 2 'needs a value' in.deb --wedge
ok 'a wedge that is not there' refuses 2 'cannot be packed' --wedge other in.deb
ok 'no folder' eval '! "$afterburn" kernel-package --output nowhere in.deb 2>err && grep "not a folder" err'
done_testing
