#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Debian's own kernels, as they are in its packages, are refused: no wedge can run their configuration. The
# message names both options at fault, and no file is left.
source "$TOP/tests/lib.sh"

# The package that linux-image-FLAVOUR stands for.
image_of() { # image_of FLAVOUR
	"$TOP/scripts/unpack-packages" amd64 "$tmp/$1" "linux-image-$1" || return
	dpkg-deb -f "$tmp/$1/debs/linux-image-$1"_*.deb Depends | grep -oE 'linux-image-[^ ,]+'
}

fetch_kernel() { # fetch_kernel FLAVOUR: into $kernel
	local package
	package=$(image_of "$1") && "$TOP/scripts/unpack-packages" amd64 "$tmp/$1" "$package" &&
		kernel=$tmp/$1/root/boot/vmlinuz-${package#linux-image-} && [[ -s $kernel ]]
}

is_refused() {
	! "$O/bin/afterburn" pack --wedge xen -o "$tmp/packed" "$kernel" >"$tmp/out" 2>&1 && cat "$tmp/out" &&
		grep -q CONFIG_XEN_PV=n "$tmp/out" && grep -q CONFIG_PARAVIRT_XXL "$tmp/out" && [[ ! -e $tmp/packed ]]
}

for flavour in cloud-amd64 amd64; do
	kernel=''
	ok "$flavour: the package is downloaded" fetch_kernel "$flavour"
	ok "$flavour: its kernel is refused" is_refused
done
done_testing
