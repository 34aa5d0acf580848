#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# scripts/unpack-packages: which archives it asks for packages of another suite. apt-get is a stand-in.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"

mkdir -p "$tmp/bin" "$tmp/package/usr/share/x"
echo content >"$tmp/package/usr/share/x/file"
mkdir "$tmp/package/DEBIAN"
printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: m <m@m>\nDescription: d\n' >"$tmp/package/DEBIAN/control"
dpkg-deb -b "$tmp/package" "$tmp/x.deb" >/dev/null
# Three of Debian's archives, in two places, and one of somebody else.
cat >"$tmp/bin/apt-get" <<END
#!/bin/bash
case " \$* " in
*' indextargets '*)
	printf 'Debian http://a.test/debian/ bookworm\nDebian http://a.test/debian/ bookworm-updates\n'
	printf 'Debian http://b.test/security/ bookworm-security\nElse http://c.test/ nodistro\n'
	;;
*' download '* | *' source '*)
	echo "\$*" >"$tmp/arguments"
	[[ " \$* " != *' missing '* ]] || { echo 'E: Unable to locate package missing'; exit 100; }
	cp "$tmp/x.deb" .
	;;
esac
END
chmod +x "$tmp/bin/apt-get"
unpack() {
	rm -rf "$tmp/folder" "$tmp/arguments"
	PATH=$tmp/bin:$PATH "$TOP/scripts/unpack-packages" "$@" 2>"$tmp/err"
}

ok 'a package is unpacked' eval 'unpack amd64 "$tmp/folder" x && [[ $(<"$tmp/folder/root/usr/share/x/file") == content ]]'
ok 'from the archives of the machine' eval '! grep -q SourceList "$tmp/arguments" && [[ ! -e $tmp/folder/sources.list ]]'
ok 'from another suite' unpack --suite trixie i386 "$tmp/folder" x
ok 'for that architecture' grep -q 'APT::Architecture=i386 ' "$tmp/arguments"
ok 'from no other archive' grep -q "SourceList=$tmp/folder/sources.list .*SourceParts=/dev/null " "$tmp/arguments"
is 'which are those of the machine, with its name in place' \
	"$(sed -E 's/ \[signed-by=[^]]*\]//' "$tmp/folder/sources.list")" \
	$'deb http://a.test/debian/ trixie main\ndeb http://b.test/security/ trixie-security main'
ok 'each signed' eval '[[ $(grep -c "signed-by=/usr/share/keyrings/" "$tmp/folder/sources.list") == 2 ]]'
ok 'a package that there is not' eval '! unpack --suite trixie amd64 "$tmp/folder" missing && grep -q "package missing" "$tmp/err"'
ok 'the files of a source package' eval 'unpack --suite trixie --source i386 "$tmp/folder" x && [[ -e $tmp/folder/debs/x.deb ]]'
ok 'are not unpacked' eval '[[ -z $(ls "$tmp/folder/root") ]] && grep -q " source --download-only x$" "$tmp/arguments"'
ok "from the archives' sources" eval '! grep -v "^deb-src " "$tmp/folder/sources.list"'
ok 'a source package that there is not' eval '! unpack --suite trixie --source i386 "$tmp/folder" missing && grep -q "package missing" "$tmp/err"'
done_testing
