#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
#
# What cannot run on L4 says why: no L4 kernel or one that is unfit (exit code 3), a kernel of 64 bits (3), options that
# L4 has no use for (2), too little memory (1). Unfit kernels are the tests' own, with a few bytes changed.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/tests/micro/i386/processor.elf
l4=$O/tests/l4

refused() { # refused CODE TEXT OPTION...
	local code=$1 text=$2 got=0
	shift 2
	"$afterburn_run" --on l4 --timeout 100 "$@" >"$tmp/out" 2>"$tmp/run.err" </dev/null || got=$?
	((got == code)) && tail -n 1 "$tmp/run.err" | grep -F "afterburn run: " | grep -qF -- "$text" || {
		echo "exit code $got"
		tail -n 5 "$tmp/out"
		cat "$tmp/run.err"
		return 1
	}
}

# A folder whose L4 kernel differs from the tests' by what a Perl expression does to its bytes, once.
unfit() { # unfit FOLDER EXPRESSION
	mkdir "$tmp/$1"
	ln -s "$l4/kickstart" "$l4/sigma0" "$tmp/$1"
	perl -0777 -pe "$2" "$l4/x86-kernel" >"$tmp/$1/x86-kernel"
	! cmp -s "$l4/x86-kernel" "$tmp/$1/x86-kernel"
}

mkdir "$tmp/empty"
AFTERBURN_L4='' ok "no L4 kernel" refused 3 "no L4 kernel: give a folder" "$guest"
ok "a folder without one" refused 3 "has no kickstart" --l4-kernel "$tmp/empty" "$guest"
ok "a 64-bit kernel" refused 3 "can never run on L4" --l4-kernel "$l4" "$O/tests/micro/x86_64/processor.elf"
ok "the reason is pack's" grep -qF "L4 keeps that for itself" "$tmp/run.err"

ok "(a kernel of version 4)" unfit version 's/(L4\xe6K\0\0)\x05\x84/$1\x04\x84/'
ok "an interface page of another version" refused 3 "the kernel interface page is not that of an L4 X.2 kernel" \
	--l4-kernel "$tmp/version" --memory 80 "$guest"
ok "(no kernel interface page)" unfit magic 's/L4\xe6K\0\0/L3\xe6K\0\0/'
ok "no interface page" refused 3 "the kernel interface page is not that of an L4 X.2 kernel" \
	--l4-kernel "$tmp/magic" --memory 80 "$guest"
for feature in pagerexregs ioflexpages; do
	ok "(a kernel without $feature)" unfit "$feature" "s/$feature\\0/no-feature-\\0/"
	ok "a kernel without $feature" refused 3 "this L4 kernel was built without $feature" \
		--l4-kernel "$tmp/$feature" --memory 80 "$guest"
done

ok "too little memory for the kernel" refused 1 "not enough memory: the kernel alone reaches up to" \
	--l4-kernel "$l4" --memory 16 "$guest"
head -c 9M /dev/zero >"$tmp/ramdisk"
ok "too little memory for the RAM disk" refused 1 "not enough memory for the kernel and a RAM disk of 9216 KiB" \
	--l4-kernel "$l4" --memory 80 --initrd "$tmp/ramdisk" "$guest"
ok "more memory than L4 has room for" refused 2 "on L4 a guest has at most 416 MiB" --l4-kernel "$l4" --memory 420 "$guest"
ok "two processors" refused 2 "a guest on L4 has one processor" --l4-kernel "$l4" --cpus 2 "$guest"
ok "a disk" refused 2 "a guest on L4 has no disks" --l4-kernel "$l4" --disk "$tmp/ramdisk" "$guest"
ok "a network" refused 2 "a guest on L4 has no network" --l4-kernel "$l4" --net user "$guest"
done_testing
