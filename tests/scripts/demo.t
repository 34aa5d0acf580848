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
mkdir -p "$out/libexec/afterburner"
cp "$TOP/scripts/host-runs-32-bit" "$tree/scripts/"
for width in i386 x86_64; do
	mkdir -p "$out/guest/$width/annotated/modules"
	echo "$width" >"$out/guest/$width/vmlinux.packed"
done
for program in bash readlink dirname realpath mkdir nproc date grep sed awk sort tr wc cut perl sha256sum \
	tail head cat printf env getconf as ld mktemp rm; do
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
printf '#!/bin/sh\n[ -z "$LAUNCHER" ] || { echo "afterburn run: $LAUNCHER" >&2; exit 3; }\nexit 2\n' \
	>"$out/libexec/afterburner/launch"
chmod +x "$out/libexec/afterburner/launch" "$tmp/bin/make" "$tree/scripts/packages" "$out/bin/afterburn"

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

# order PATTERN...: these lines come one after another
order() {
	local pattern at last=0
	for pattern; do
		at=$(grep -nEm 1 -- "$pattern" "$tmp/out" | cut -d: -f1)
		((${at:-0} > last)) || {
			echo "not there, or too early: $pattern"
			cat "$tmp/out"
			return 1
		}
		last=$at
	done
}
builds() { # builds WORD: a call of make has it
	grep -q -- "$1" "$tmp/made"
}

# Emulated for all: on this machine 32-bit code may run or not.
run_32_bit() {
	printf '#!/bin/sh\nexit 0\n' >"$tree/scripts/host-runs-32-bit"
}

path=$tmp/qemu:$tmp/bin
export AFTERBURN_XEN=$tmp/xen
touch "$AFTERBURN_XEN"
xen_headers=''
[[ ! -r /usr/include/xen/xen.h ]] || xen_headers=1
no_32_bit='this host runs no 32-bit code \(AFTERBURN_HOST_LACKS says so\)'
if [[ -n $xen_headers ]]; then
	AFTERBURN_HOST_LACKS=32-bit ok 'no 32-bit code: success' demo 0 'the process must not be started'
	ok 'said at the beginning' order "^== Left out: i386 in a process.*: $no_32_bit" '^== Tools'
	ok 'in the table, too' shows "^i386, a Linux process +- +left out: $no_32_bit\$"
	ok 'and its kernel is not built' shows '^i386, bare metal +- +left out: its kernel'
	ok 'indeed' eval '! builds i386 && builds guest/x86_64/vmlinux.packed'
	ok 'x86-64 in three places' eval '(($(grep -cE "^x86-64, (bare metal|Xen, dom0|Xen, domU under xl) +PASS" "$tmp/out") == 3))'
	ok 'processor time' shows '^[0-9]+ s, [0-9]+ s of processor time$'
	run_32_bit
	LAUNCHER='seccomp filters do not work' ok 'the launcher finds the host wanting' demo 0 'must not be started'
	ok 'its reason' shows '^i386, a Linux process +- +left out: seccomp filters do not work$'
	ok 'before a kernel is built' order '^== Tools' '^== Left out: i386 in a process.*: seccomp' '^== x86-64: Linux'
	ok 'nothing of i386 is built then' eval '! builds i386'
	ok 'all of it' demo 0 "$good"
	ok 'one kernel after the other, a process first' order '^== i386: Linux' '^== i386: audit' '^== i386: pack' \
		'^== i386, a Linux process' '^== i386, bare' '^== x86-64: Linux' '^== x86-64: pack' '^== x86-64, bare' \
		'^== x86-64, Xen, dom0' '^== x86-64, Xen, domU'
	ok 'nothing is left out' eval '! grep -qi "left out" "$tmp/out"'
else
	run_32_bit
	skip 'a machine with Xen' 'no Xen here (package libxen-dev)'
fi
AFTERBURN_XEN=$tmp/none
AFTERBURN_HOST_LACKS=32-bit
cp "$TOP/scripts/host-runs-32-bit" "$tree/scripts/"
export AFTERBURN_HOST_LACKS
ok 'neither 32-bit code nor Xen: there is nothing to show' demo 1 ''
ok 'it says so' shows '^A kernel to boot +FAIL'
ok 'nothing is built for that' eval '[[ ! -s $tmp/made ]]'
unset AFTERBURN_HOST_LACKS
run_32_bit

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
ok 'no Xen: i386 in both places' demo 0 "$good"
ok 'bare metal' shows '^i386, bare metal +PASS'
ok 'Xen is left out' shows 'left out: no Xen here'
done_testing
