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

# A window of 832 MiB is all that the wedge's addresses have room for.
memory_stays_unused() {
	boot xen-dom0 "$guest/vmlinux.packed" --memory 1024 --append afterburn.steps=fork
	exit_code 0 && grep -aq "192 MiB of memory stay unused: the wedge's addresses are for 832" "$tmp/console"
}
ok "memory beyond the wedge's window stays unused, and it says so" memory_stays_unused
done_testing
