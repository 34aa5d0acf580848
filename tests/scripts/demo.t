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
cp "$TOP/tests/boot/limits."{process,l4} "$tree/tests/boot/"
mkdir -p "$out/libexec/afterburner"
cp "$TOP/scripts/host-runs-32-bit" "$tree/scripts/"
for guest in i386 x86_64-low; do
	mkdir -p "$out/guest/$guest/annotated/modules"
	echo "$guest" >"$out/guest/$guest/vmlinux.packed"
done
for program in bash readlink dirname realpath mkdir nproc date grep sed awk sort tr wc cut perl sha256sum \
	tail head cat printf env getconf as ld mktemp rm; do
	ln -sf "$(type -P $program)" "$tmp/bin/"
done
ln -s "$(type -P true)" "$tmp/qemu/qemu-system-x86_64"
printf '#!/bin/sh\necho "$@" >>"%s"\n' "$tmp/made" >"$tmp/bin/make"
printf '#!/bin/sh\n[ "$1" = process ] || [ -z "$LACKS" ]\n' >"$tree/scripts/packages"
mkdir -p "$tree/guest-patches"
printf '#!/bin/sh\n[ -z "$NO_DISK" ] || { echo "build-disk: $NO_DISK" >&2; exit ${DISK_CODE:-3}; }\necho "$1" >"$2"\n' \
	>"$tree/guest-patches/build-disk"
cat >"$out/bin/afterburn" <<'E2'
#!/bin/sh
[ "$1" = run ] || exit 0
for kernel; do :; done
case "$3 $*" in
*" --disk "*disk-amd64.img,cow*x86_64-low/* | *" --disk "*disk-i386.img,cow*/i386/*)
	printf "${DEBIAN:-GUEST-BEGIN\nguest login: GUEST-END pass=6 fail=0\n}"; exit ${CODE:-0} ;;
*" --disk "*) exit 1 ;;
l4*) case "$*" in
	*"--l4-kernel "*initrd-no-tls.gz*afterburn.without=*privileged,*) ;;
	*) exit 1 ;;
	esac ;;
esac
case $3 in
process) case $kernel in */i386/*) printf "$GUEST" ;; *) printf "${GUEST_64:-$GOOD_64}" ;; esac ;;
*) printf 'GUEST-BEGIN\r\nGUEST-END pass=2 fail=0\r\n' ;;
esac
exit ${CODE:-0}
E2
printf '#!/bin/sh\ncase $2 in $LAUNCHER_LACKS) echo "afterburn run: seccomp filters do not work" >&2; exit 3;; esac\nexit 0\n' \
	>"$out/libexec/afterburner/launch"
chmod +x "$out/libexec/afterburner/launch" "$tmp/bin/make" "$tree/scripts/packages" "$out/bin/afterburn" \
	"$tree/guest-patches/build-disk"

# good GUEST: what its console shows if only the known limits fail
good() {
	local limits
	mapfile -t limits < <(sed -n "s,^\($1/\)\?\([a-z0-9-]*\): .*,\2,p" "$TOP/tests/boot/limits.process")
	printf 'GUEST-BEGIN\\nGUEST-OK a\\n'
	printf 'GUEST-FAIL %s\\n' "${limits[@]}"
	printf 'GUEST-END pass=1 fail=%d\\n' "${#limits[@]}"
}
good=$(good i386)
GOOD_64=$(good x86_64-low)
export GOOD_64

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
never='must not be started'
if [[ -n $xen_headers ]]; then
	AFTERBURN_HOST_LACKS=32-bit ok 'no 32-bit code: success' demo 0 "$never"
	ok 'said at the beginning' order "^== Left out: i386 in a process: $no_32_bit" '^== Tools'
	ok 'in the table, too' shows "^i386, a Linux process +- +left out: $no_32_bit\$"
	ok 'its kernel runs in QEMU all the same' eval \
		'(($(grep -cE "^i386, (bare metal|Xen, dom0|Xen, domU under xl|L4 \(.*\)) +PASS" "$tmp/out") == 4))'
	ok 'its disk is not made' eval '! grep -q "^== i386: Debian" "$tmp/out"'
	ok 'which the table says' shows "^i386, Debian's disk, a Linux process +- +left out: $no_32_bit\$"
	path=$tmp/bin AFTERBURN_HOST_LACKS=32-bit ok 'without QEMU it is not built' demo 0 "$never"
	ok 'indeed' eval '! builds i386 && builds guest/x86_64-low/vmlinux.packed'
	ok 'and the table says why' shows '^i386, bare metal, Xen and L4 +- +left out: no QEMU here'
	AFTERBURN_HOST_LACKS=32-bit ok 'once more with QEMU' demo 0 "$never"
	ok 'x86-64 in four places' eval \
		'(($(grep -cE "^x86-64, (a Linux process|bare metal|Xen, dom0|Xen, domU under xl) +PASS" "$tmp/out") == 4))'
	ok 'processor time' shows '^[0-9]+ s, [0-9]+ s of processor time$'
	run_32_bit
	LAUNCHER_LACKS='*' ok 'the launcher finds the host wanting' demo 0 "$never"
	ok 'its reason' shows '^x86-64, a Linux process +- +left out: seccomp filters do not work$'
	ok 'for both widths' shows '^i386, a Linux process +- +left out: seccomp filters do not work$'
	ok 'before a kernel is built' order '^== Tools' '^== Left out: x86-64 in a process: seccomp' \
		'^== Left out: i386 in a process: seccomp' '^== x86-64: Linux'
	ok 'the other places are shown' eval \
		'(($(grep -cE "^(x86-64|i386), (bare metal|Xen, dom0|Xen, domU under xl) +PASS" "$tmp/out") == 6))'
	LAUNCHER_LACKS=i386 ok 'one width only' demo 0 "$never"
	ok 'the other one is shown' shows '^x86-64, a Linux process +PASS'
	ok 'all of it' demo 0 "$good"
	ok 'one kernel after the other, a process first' order '^== x86-64: Linux' '^== x86-64: audit' \
		'^== x86-64: pack' '^== x86-64, a Linux process' '^== x86-64, bare' '^== x86-64, Xen, dom0' \
		'^== x86-64, Xen, domU' "^== x86-64: Debian's root disk" "^== x86-64, Debian's disk, a Linux process" \
		"^== x86-64, Debian's disk, bare" "^== x86-64, Debian's disk, Xen, domU" '^== i386: Linux' '^== i386: pack' '^== i386, a Linux process' \
		'^== i386, bare' '^== i386, Xen, dom0' '^== i386, Xen, domU' '^== i386, L4 \(a kernel for tests only\)' \
		"^== i386, Debian's disk, a Linux process"
	ok 'a real L4 kernel has a line of its own' eval 'AFTERBURN_L4=$tmp demo 0 "$good" && shows "^i386, L4 +PASS"'
	ok 'nothing is left out' eval '! grep -qi "left out" "$tmp/out"'
else
	run_32_bit
	skip 'a machine with Xen' 'no Xen here (package libxen-dev)'
fi
AFTERBURN_XEN=$tmp/none
path=$tmp/bin
LAUNCHER_LACKS='*' ok 'neither a process nor QEMU: there is nothing to show' demo 1 ''
ok 'it says so' shows '^A kernel to boot +FAIL'
ok 'no kernel is built for that' eval '! builds guest/'

ok 'no QEMU: the processes alone' demo 0 "$good"
ok 'x86-64 passes with exactly the known limits' shows '^x86-64, a Linux process +PASS .*known limits'
ok 'so does i386' shows '^i386, a Linux process +PASS .*known limits'
ok 'what is left out' shows '^x86-64, Xen, dom0 +- +left out: no QEMU here'
ok 'bare metal of both' eval '(($(grep -cE "^(x86-64|i386), bare metal +- +left out: no QEMU" "$tmp/out") == 2))'
for guest in i386 x86_64-low; do
	ok "one sum of $guest" shows "^One ${guest/x86_64-low/x86-64} file everywhere: sha256 $(sha256sum \
		<"$out/guest/$guest/vmlinux.packed" | cut -d' ' -f1)"
done
ok "one sum of its disk" shows "^One x86-64 disk everywhere: sha256 $(echo amd64 | sha256sum | cut -d' ' -f1)"
ok 'Debian in the processes' eval '(($(grep -cE "^(x86-64|i386), Debian.s disk, a Linux process +PASS" "$tmp/out") == 2))'
ok 'and nowhere else' shows "^x86-64, Debian's disk, bare metal +- +left out: no QEMU here"
ok "Xen's wedge is not built" builds all-process
NO_DISK='mmdebstrap not found' ok 'no disk can be made' demo 0 "$good"
ok 'its reason' shows "^x86-64: Debian's root disk +- +left out: mmdebstrap not found\$"
ok 'nothing starts from it' eval '! grep -q "Debian.s disk," "$tmp/out"'
NO_DISK='no space' DISK_CODE=1 ok 'making the disk fails' demo 1 "$good"
ok 'it says so' shows "^x86-64: Debian's root disk +FAIL"
DEBIAN='GUEST-BEGIN\nGUEST-FAIL running\nGUEST-END pass=5 fail=1\n' ok 'a check of Debian fails' demo 1 "$good"
ok 'it says so' shows "^i386, Debian's disk, a Linux process +FAIL"
LACKS=1 ok 'packages for the rest are not needed' demo 0 "$good"
ok 'another step fails' demo 1 "${good/fail=/fail=1}"
GUEST_64="GUEST-BEGIN\nGUEST-FAIL fork\nGUEST-END pass=1 fail=1\n" ok 'another one in the place of a limit' demo 1 "$good"
ok 'it says so' shows '^x86-64, a Linux process +FAIL'
ok 'a limit that is gone' demo 1 "GUEST-OK a\nGUEST-END pass=1 fail=0\n"
ok 'no end' demo 1 "GUEST-BEGIN\n"
CODE=1 ok 'an exit code' demo 1 "$good"
path=$tmp/qemu:$tmp/bin
ok 'no Xen: two places of each' demo 0 "$good"
ok 'bare metal' eval '(($(grep -cE "^(x86-64|i386), bare metal +PASS" "$tmp/out") == 2))'
ok 'Xen is left out' shows 'left out: no Xen here'
done_testing
