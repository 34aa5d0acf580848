#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# make deb: the packages install into a root of their own, and what is in them works there.
source "$TOP/tests/lib.sh"
source "$TOP/tests/tools/fixture.sh"

root=$tmp/root
bin=$root/usr/bin/afterburn
packages=(afterburner afterburner-run afterburner-wedges)

version_of() { # version_of PACKAGE: as dpkg has it
	dpkg --root="$root" --status "$1" | sed -n 's/^Version: //p'
}

install_them() { # install_them PACKAGE...: what they depend on, Debian's, is not in that root
	dpkg --root="$root" --force-not-root --force-depends --log=/dev/null --install \
		"${@/#/$O/deb/}"
}

sums() {
	(cd "$O/deb" && sha256sum ./*.deb)
}

# Every file in /usr is some package's, unchanged, and everything that is installed by hand is there.
same_as_install() {
	make -s -C "$TOP" O="$O" DESTDIR="$tmp/by-hand" PREFIX=/usr install &&
		diff <(cd "$tmp/by-hand" && find . -type f | sed '/\/man1\//s/$/.gz/' | sort) \
			<(cd "$root" && find ./usr -type f ! -path './usr/share/doc/*' ! -path '*/lintian/*' | sort)
}

packs() {
	"$bin" pack --wedge xen,linux -o "$tmp/packed" "$tmp/kernel" &&
		"$O/bin/afterburn" pack --wedge xen,linux -o "$tmp/packed.own" "$tmp/kernel" &&
		cmp "$tmp/packed" "$tmp/packed.own"
}

compiles() {
	printf 'vmlinux: x.c\n\t$(CC) -c x.c -o $@\n' >"$tmp/Makefile"
	echo 'void f(void) { __asm__ volatile("cli"); }' >"$tmp/x.c"
	HOME=$tmp "$bin" make --no-audit -C "$tmp" && "$bin" sites "$tmp/vmlinux" | grep -w CLI
}

# build_of FILE...: the script on a source that installs these, and three that the lists name
build_of() {
	mkdir -p "$tmp/tree/afterburner/tools" "$tmp/tree/afterburner/doc" "$tmp/tree/wedge/doc" "$tmp/tree/scripts/debian"
	echo '#define AFTERBURN_VERSION "7.5"' >"$tmp/tree/afterburner/tools/command.h"
	touch "$tmp/tree/README.md"
	cp "$TOP/scripts/debian"/{build,control,copyright} "$tmp/tree/scripts/debian/"
	local name
	for name in "${packages[@]}"; do
		echo "usr/share/$name" >"$tmp/tree/scripts/debian/$name.files"
	done
	printf 'install:\n\tmkdir -p $(DESTDIR)/usr/share && cd $(DESTDIR)/usr/share && touch %s\n' "$*" >"$tmp/tree/Makefile"
	"$tmp/tree/scripts/debian/build" "$tmp/tree/build"
}

refuses() { # refuses MESSAGE FILE...
	! build_of "${@:2}" >"$tmp/out" 2>&1 && cat "$tmp/out" && grep -qx "debian/build: $1" "$tmp/out" &&
		[[ -z $(ls -A "$tmp/tree/build") ]]
}

if ! command -v dpkg-shlibdeps >/dev/null; then
	skip 'packages are built' 'the package dpkg-dev is not installed'
	done_testing
	exit
fi
ok 'make deb' make -s -C "$TOP" O="$O" deb
sums >"$tmp/sums"
ok 'again: the same bytes' eval 'make -s -C "$TOP" O="$O" deb && sums | diff "$tmp/sums" -'
mkdir -p "$root"/var/lib/dpkg/{info,updates,triggers} && touch "$root/var/lib/dpkg/status"
version=$("$O/bin/afterburn" --version | sed 's/^afterburn //')
ok 'the tools without the rest' install_them "afterburner_${version}_amd64.deb"
kernel_base=0x40000000 kernel 64 "$tmp/kernel"
ok 'pack says what is missing' eval '! "$bin" pack --wedge xen -o "$tmp/packed" "$tmp/kernel" 2>"$tmp/err" &&
	cat "$tmp/err" && grep -q "wedge-xen-x86_64.elf" "$tmp/err" && [[ ! -e $tmp/packed ]]'
ok 'the others' install_them "afterburner-wedges_${version}_amd64.deb" "afterburner-run_${version}_amd64.deb"
for package in "${packages[@]}"; do
	is "version of $package" "$(version_of "$package")" "$version"
done
ok 'nothing differs from what was packed' eval '[[ -z $(dpkg --root="$root" --verify) ]]'
ok 'what make install installs is in them' same_as_install
is 'afterburn --version' "$("$bin" --version)" "afterburn $version"
for command in make audit run stats; do
	ok "afterburn $command is found" "$bin" "$command" --help
done
ok 'a kernel is packed, with wedges that lost no byte of what counts' packs
ok 'afterburn make works from there' compiles
ok 'the launcher starts' eval '"$root/usr/libexec/afterburner/launch" --probe x86_64; (($? == 0 || $? == 3))'
ok 'other wedges than the tools expect are not installed' eval 'sed -i "/^Package: afterburner$/,/^$/s/^Version: .*/Version: 0.1/" \
	"$root/var/lib/dpkg/status" && ! install_them "afterburner-wedges_${version}_amd64.deb" 2>"$tmp/err" && grep "breaks afterburner" "$tmp/err"'
if command -v lintian >/dev/null; then
	ok 'lintian' lintian --allow-root --fail-on error,warning "$O"/deb/*.deb
else
	skip 'lintian' 'it is not installed'
fi
ok 'the script by itself' eval 'build_of "${packages[@]}" && [[ -s $tmp/tree/build/deb/afterburner-run_7.5_amd64.deb ]]'
rm -rf "$tmp/tree/build"
ok 'a file that no list names' refuses 'in no package.s list: /usr/share/stray ' "${packages[@]}" stray
ok 'a name that no file has' refuses \
	'afterburner-run.files: nothing that make install installs is called usr/share/afterburner-run' afterburner afterburner-wedges
done_testing
