#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Xen with support for 32-bit guests, and the packed i386 kernel as dom0: the whole script of the guest. And
# Debian's own Xen, which has none.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/i386

boot xen-dom0 "$guest/vmlinux.packed"
report_boot i386

refused_without_pv32() {
	AFTERBURN_XEN=/boot/xen-4.17-amd64.gz boot xen-dom0 "$guest/vmlinux.packed"
	exit_code 3 && grep -q 'this Xen has no support for 32-bit guests (CONFIG_PV32' "$tmp/run.err"
}
ok "a Xen without CONFIG_PV32 is named" refused_without_pv32

# The wedge has addresses for 832 MiB at a time; Linux without high memory for about 900.
more_memory() {
	boot xen-dom0 "$guest/vmlinux.packed" --memory 1024 --append afterburn.steps=fork,mmap
	exit_code 0 && ! grep -aq 'memory stay unused' "$tmp/console" &&
		(($(sed -n 's,^Memory: [0-9]*K/\([0-9]*\)K available.*,\1,p' "$tmp/console") > 850 * 1024))
}
ok "of 1024 MiB the kernel has more than 850" more_memory
done_testing
