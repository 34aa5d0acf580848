#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 10800
#
# The kernel's own x86 selftests in a kernel that is configured as Debian configures its own for virtual
# machines: Xen against bare metal. What differs is in tests/boot/selftests/limits.*, with the reason. The
# kernel is kept in the cache; it takes up to an hour to compile.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/selftests/lib.sh"

kernel_of() { # kernel_of GUEST
	echo "$O/long/$1-6.1/x86_64/annotated/vmlinux"
}

compiles() { # compiles GUEST
	local kernel
	kernel=$(kernel_of "$1")
	mkdir -p "${kernel%/annotated/*}"
	"$TOP/guest-patches/build-linux" "$1" annotated "${kernel%/*}" 6.1
}

build_selftests
ok 'the kernel is built' compiles debian-cloud
selftests debian-cloud 64 bare xen-dom0
done_testing
