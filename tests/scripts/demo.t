#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# make demo: what its table says of a guest, and what it leaves out. `make`, the packages and
# `afterburn` are stand-ins.
source "$TOP/tests/lib.sh"

tree=$tmp/tree
out=$tmp/build
mkdir -p "$tree/scripts" "$tree/tests/boot" "$tmp/bin" "$tmp/qemu" "$out/bin"
cp "$TOP/scripts/demo" "$tree/scripts/"
cp "$TOP/tests/boot/limits.process" "$tree/tests/boot/"
for width in i386 x86_64; do
	mkdir -p "$out/guest/$width/annotated/modules"
	echo "$width" >"$out/guest/$width/vmlinux.packed"
done
for program in bash readlink dirname realpath mkdir nproc date grep sed awk sort tr wc cut perl sha256sum \
	tail head cat printf env; do
	ln -sf "$(type -P $program)" "$tmp/bin/"
done
ln -s "$(type -P true)" "$tmp/qemu/qemu-system-x86_64"
printf '#!/bin/sh\necho "$@" >>"%s"\n' "$tmp/made" >"$tmp/bin/make"
printf '#!/bin/sh\n[ "$1" = process ] || [ -z "$LACKS" ]\n' >"$tree/scripts/packages"
cat >"$out/bin/afterburn" <<'E2'
#!/bin/sh
[ "$1" = run ] || exit 0
case $3 in
process) printf "$GUEST" ;;
*) printf 'GUEST-BEGIN\r\nGUEST-END pass=2 fail=0\r\n' ;;
esac
exit ${CODE:-0}
E2
chmod +x "$tmp/bin/make" "$tree/scripts/packages" "$out/bin/afterburn"

limits=$(sed -n 's/^\([a-z0-9-]*\): .*/GUEST-FAIL \1\\n/p' "$TOP/tests/boot/limits.process" | tr -d '\n')
count=$(grep -c '^[a-z].*:' "$TOP/tests/boot/limits.process")
good="GUEST-BEGIN\nGUEST-OK a\n${limits}GUEST-END pass=1 fail=$count\n"

# demo CODE GUEST: its exit code, when a process prints that
demo() {
	local code=0
	: >"$tmp/made"
	PATH=$path GUEST=$2 "$tree/scripts/demo" "$out" >"$tmp/out" 2>&1 || code=$?
	[[ $code == "$1" ]] || {
		echo "exit code $code"
		tail -n 20 "$tmp/out"
		return 1
	}
}
shows() {
	grep -Eq -- "$1" "$tmp/out" || {
		tail -n 20 "$tmp/out"
		return 1
	}
}

path=$tmp/bin
ok 'no QEMU: the process alone' demo 0 "$good"
ok 'passes with exactly the known limits' shows '^i386, a Linux process +PASS .*known limits'
ok 'what is left out' shows '^x86-64, bare metal and Xen +- +left out: no QEMU here'
ok 'the other place of the same file, too' shows '^i386, bare metal +- +left out: no QEMU'
ok 'one sum' shows "^One i386 file everywhere: sha256 $(sha256sum <"$out/guest/i386/vmlinux.packed" | cut -d' ' -f1)"
ok 'nothing of x86-64 is built' eval '! grep -q x86_64 "$tmp/made" && grep -q all-process "$tmp/made"'
LACKS=1 ok 'packages for the rest are not needed' demo 0 "$good"
ok 'another step fails' demo 1 "GUEST-BEGIN\nGUEST-FAIL fork\n${limits}GUEST-END pass=1 fail=$((count + 1))\n"
ok 'it says so' shows '^i386, a Linux process +FAIL'
ok 'another one in the place of a limit' demo 1 "GUEST-FAIL fork\nGUEST-END pass=1 fail=1\n"
ok 'a limit that is gone' demo 1 "GUEST-OK a\nGUEST-END pass=1 fail=0\n"
ok 'no end' demo 1 "GUEST-BEGIN\n"
CODE=1 ok 'an exit code' demo 1 "$good"
path=$tmp/qemu:$tmp/bin
AFTERBURN_XEN=$tmp/none ok 'no Xen: i386 in both places' demo 0 "$good"
ok 'bare metal' shows '^i386, bare metal +PASS'
ok 'Xen is left out' shows 'left out: no Xen here'
done_testing
