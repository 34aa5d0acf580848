#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# A kernel starts another one in its place (kexec): on bare metal it does, be there a wedge in both or not; on
# Xen the wedge ends the guest before the first instruction that would go wrong, and says why.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

# The guest's RAM disk, and before it the folder from which the step kexec takes the other kernel.
ramdisk() {
	mkdir -p "$tmp/more/kexec"
	"$O/bin/afterburn" pack --quiet --wedge xen -o "$tmp/more/kexec/kernel" "$guest/annotated/bzImage" &&
		cp "$guest/initrd.gz" "$tmp/more/kexec/" &&
		echo 'console=ttyS0 panic=-1 afterburn.steps=processes,fork,mmap' >"$tmp/more/kexec/arguments" &&
		"$TOP/scripts/dom0/cpio" "$tmp/more" >"$tmp/ramdisk" && cat "$guest/initrd.gz" >>"$tmp/ramdisk"
}

kernels_began() { # kernels_began NUMBER
	same "$(grep -c '^Linux version ' "$tmp/console")" "$1" && grep -x 'kexec_core: Starting new kernel' "$tmp/console"
}

other_kernel_works() {
	exit_code 0 && kernels_began 2 && grep -x 'GUEST-END pass=3 fail=0' "$tmp/console"
}

is_refused() {
	exit_code 1 && kernels_began 1 &&
		grep -Ex 'afterburn run: .*afterburn wedge: fatal: the kernel starts another one in its place \(kexec\) at f[0-9a-f]+' \
			"$tmp/run.err"
}

if [[ ! -e $guest/annotated/bzImage ]]; then
	skip 'kexec' 'the example kernel is built without a bzImage: it is not relocatable'
else
	ok 'a RAM disk with another kernel' ramdisk
	for platform in bare xen-dom0 xen; do
		boot "$platform" "$guest/vmlinux.packed" --memory 512 --initrd "$tmp/ramdisk" --append afterburn.steps=kexec
		if [[ $platform == bare ]]; then
			ok "$platform: the other kernel works" other_kernel_works
		else
			ok "$platform: the wedge refuses" is_refused
		fi
	done
fi
done_testing
