#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 3600
#
# The kernel's own x86 selftests in the guests, on bare metal and on a hypervisor: every one passes on both,
# skips as much as is known, and says the same on both. What does not is in selftests/limits.* with the
# reason; one that is listed there and passes all the same is a failure, unless the reason begins with
# "sometimes,": then it is the host that decides. Alone, without make:
#   tests/boot/selftests/build DIR; build/bin/afterburn run --on process --append selftests=iopl \
#           --initrd DIR/32/initrd.gz build/guest/i386/vmlinux
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/selftests/lib.sh"

build_selftests
selftests i386 32 bare process
selftests x86_64 64 bare xen-dom0
selftests x86_64-low 64 bare process
done_testing
