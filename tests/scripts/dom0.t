#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# scripts/dom0: which archives it asks for another version of Xen, and what it says if there is none.
# apt-get is a stand-in; what is really built is tested in tests/boot and tests/long.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"

mkdir -p "$tmp/bin"
# Three of Debian's archives, in two places, and one of somebody else. Of suites there is trixie alone.
cat >"$tmp/bin/apt-get" <<'END'
#!/bin/bash
case " $* " in
*' indextargets '*)
	printf 'Debian http://a.test/debian/ bookworm\nDebian http://a.test/debian/ bookworm-updates\n'
	printf 'Debian http://b.test/security/ bookworm-security\nElse http://c.test/ nodistro\n'
	;;
*' update '*)
	lists=$(sed -n 's/^Dir::State "\(.*\)";/\1/p' "$APT_CONFIG")/lists
	! grep -q '/debian/ trixie main' "${lists%/lists}/sources.list" || : >"$lists/a.test_debian_dists_trixie_main_binary-amd64_Packages"
	echo 'E: no Release file'
	exit 100
	;;
esac
END
chmod +x "$tmp/bin/apt-get"
suite() {
	PATH=$tmp/bin:$PATH "$TOP/scripts/dom0/apt-suite" "$1" "$tmp/$1" 2>"$tmp/err"
}

refused() { # refused VERSION PATTERN
	mkdir -p "$tmp/cache"
	! PATH=$tmp/bin:$PATH "$TOP/scripts/dom0/build" "$tmp/cache/dom0" "$1" 2>"$tmp/err" &&
		grep -q "$2" "$tmp/err" && [[ -z $(ls -A "$tmp/cache") ]]
}

run_with() { # run_with VERSION
	echo 'no kernel' >"$tmp/kernel"
	AFTERBURN_XEN=$1 AFTERBURN_CACHE=$tmp/run-cache "$TOP/scripts/commands/run" --on xen-dom0 "$tmp/kernel" \
		</dev/null >"$tmp/out" 2>"$tmp/err"
	(($? == 3)) && grep -q "no release of Debian is known to have Xen $1" "$tmp/err"
}

ok 'another suite, though it has no security archive' suite trixie
is "from the machine's archives, with its name in place" "$(sed -E 's/ \[signed-by=[^]]*\]//' "$tmp/trixie/sources.list")" \
	$'deb http://a.test/debian/ trixie main\ndeb http://b.test/security/ trixie-security main'
ok 'each signed' eval '[[ $(grep -c "signed-by=/usr/share/keyrings/" "$tmp/trixie/sources.list") == 2 ]]'
ok 'and no other' grep -qx 'Dir::Etc::sourceparts "/dev/null";' "$tmp/trixie/apt.conf"
ok 'a suite that there is not' eval '! suite nothing && grep -q "release nothing cannot be had: E: no Release file" "$tmp/err"'
ok 'a version that no release has' refused 4.99 'no release of Debian is known to have Xen 4.99'
ok 'a version whose release cannot be had' refused 4.14 'the packages of Xen 4.14 cannot be had'
if type -P qemu-system-x86_64 >/dev/null; then
	ok 'run says so' run_with 4.99
else
	skip 'run says so' 'qemu-system-x86_64 not found'
fi
done_testing
