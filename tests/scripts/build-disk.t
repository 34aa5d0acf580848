#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# guest-patches/build-disk where nothing is installed: what an image is kept under, what is said where it cannot be
# made, and that there is a whole image or none. mmdebstrap and the last hook are stand-ins.
source "$TOP/tests/lib.sh"
tree=$tmp/tree
mkdir -p "$tree/scripts" "$tmp/bin" "$tmp/none"
cp -r "$TOP/guest-patches" "$tree/"
cp -r "$TOP/scripts/dom0" "$TOP/scripts/host-runs-32-bit" "$tree/scripts/"
export AFTERBURN_CACHE=$tmp/cache

# Does what the hook would do, with what it was asked for as the image.
cat >"$tmp/bin/mmdebstrap" <<'E2'
#!/bin/bash
echo "$*" >"$ASKED"
[[ -z $BREAKS ]] || { echo half >"$IMAGE"; echo "E: no route" >&2; exit 1; }
{ echo "$MIB of $SUITE"; grep -oE 'architectures=[a-z0-9]*' <<<"$*"; } >"$IMAGE"
E2
chmod +x "$tmp/bin/mmdebstrap"
for program in bash readlink dirname mktemp rm cat find sort stat sha256sum cut id touch mkdir cp mv chmod tail sed xargs tr \
	grep head awk as ld; do
	ln -sf "$(type -P $program)" "$tmp/none/"
done
export ASKED=$tmp/asked BREAKS=''

# build CODE ARGUMENT...: its exit code, what it says in $tmp/said
build() {
	local code=0 expected=$1
	shift
	PATH=${path:-$tmp/bin:$PATH} "$tree/guest-patches/build-disk" "$@" >"$tmp/said" 2>&1 || code=$?
	((code == expected)) || {
		echo "exit code $code"
		cat "$tmp/said"
		return 1
	}
}
says() {
	grep -q -- "$1" "$tmp/said" || {
		cat "$tmp/said"
		return 1
	}
}
key() { # key FOLDER ARCHITECTURE
	"$1/guest-patches/build-disk" "$2" --key
}

for wrong in '' amd64 'arm64 image'; do
	# shellcheck disable=SC2086 # two words
	ok "usage: '$wrong'" build 2 $wrong
done
mkdir "$tmp/no-archive" && printf '#!/bin/sh\n' >"$tmp/no-archive/apt-get" && chmod +x "$tmp/no-archive/apt-get"
ok 'apt knows no archive' eval 'path=$tmp/no-archive:$tmp/bin:$PATH build 3 amd64 "$tmp/image" && says "run apt-get update" && [[ ! -e $tmp/image ]]'
first=$(key "$tree" amd64)
ok 'a key' grep -Eqx 'root-disk-amd64-[0-9a-f]{24}' <<<"$first"
mkdir "$tmp/other" && cp -r "$tree" "$tmp/other/"
is 'it is the same in another folder' "$(key "$tmp/other/tree" amd64)" "$first"
ok 'another one of another architecture' eval '[[ $(key "$tree" i386) != "${first/amd64/i386}" ]]'
echo vim >>"$tmp/other/tree/guest-patches/disk/packages"
ok 'another list of packages' eval '[[ $(key "$tmp/other/tree" amd64) != "$first" ]]'
cp "$tree/guest-patches/disk/packages" "$tmp/other/tree/guest-patches/disk/packages"
chmod -x "$tmp/other/tree/guest-patches/disk/files/usr/local/sbin/guest-disk-check"
ok 'a file with other rights' eval '[[ $(key "$tmp/other/tree" amd64) != "$first" ]]'

path=$tmp/none ok 'no mmdebstrap' build 3 amd64 "$tmp/image"
ok 'it says which package' says 'mmdebstrap not found: install the package mmdebstrap'
AFTERBURN_HOST_LACKS=32-bit ok 'i386 where no 32-bit code runs' build 3 i386 "$tmp/image"
ok 'it says why' says 'this host runs no 32-bit code'
if [[ $(id -u) == 0 ]]; then
	chmod 755 "$tmp" && install -d -m 777 "$tmp/open"
	nobody() {
		setpriv --reuid 65534 --regid 65534 --clear-groups env AFTERBURN_CACHE="$tmp/open/cache" PATH="$tmp/bin:$PATH" \
			"$tree/guest-patches/build-disk" amd64 "$tmp/open/image" >"$tmp/said" 2>&1 || (($? == 3))
	}
	ok 'a user without users of its own' nobody
	ok 'is told how' says 'or build as root'
	BREAKS=1 ok 'installing fails' build 1 amd64 "$tmp/image"
	ok 'it says why' says '^E: no route'
	ok 'there is no image then' eval '[[ ! -e $tmp/image && -z $(ls "$AFTERBURN_CACHE" 2>/dev/null) ]]'
	ok 'an image' build 0 amd64 "$tmp/folder/image"
	is 'of that size and release' "$(cat "$tmp/folder/image")" $'768 of bookworm\narchitectures=amd64'
	ok 'with all packages' grep -q -- '--include=systemd-sysv,dbus,.*,gcc,libc6-dev ' "$ASKED"
	ok 'it is kept' cmp "$tmp/folder/image" "$AFTERBURN_CACHE/$first"
	path=$tmp/none ok 'and taken from there' build 0 amd64 "$tmp/again"
	ok 'the same' cmp "$tmp/again" "$tmp/folder/image"
	echo changed >"$tmp/again"
	ok 'who writes to it changes no other' build 0 amd64 "$tmp/third"
	ok 'indeed' cmp "$tmp/third" "$tmp/folder/image"
else
	skip 'an image by root' 'this is not root'
fi
done_testing
