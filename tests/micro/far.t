#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that is linked far from the wedge: every kind of site, interrupts, and what a rewritten
# instruction leaves alone, as of one that is near.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"
micro_places='x86_64-far/bare x86_64-far/xen-dom0'
guest=$O/tests/micro/x86_64-far/flags.elf

ok "the audit accepts it" micro_audit x86_64-far flags
ok "it is linked outside the last 2 GiB" bash -c \
	"nm '$guest' | grep -q '^ffff90000[0-9a-f]* T micro_start\$'"
micro_group flags

# Where the upper half begins, a kernel can be linked, but not for Xen.
micro_places='x86_64-upper/bare'
ok "the audit accepts it at the upper half's beginning" micro_audit x86_64-upper flags
micro_group flags
refused_on_xen() {
	micro_boot x86_64-upper/xen-dom0 flags
	((boot_code == 1)) && grep -aq "wedge: fatal: the kernel's segment at ffff8000[0-9a-f]* lies among Xen's own" "$tmp/console"
}
if [[ -r ${AFTERBURN_XEN:-/boot/xen-4.17-amd64.gz} ]]; then
	ok "its wedge refuses to run it on Xen" refused_on_xen
else
	skip "its wedge refuses to run it on Xen" "no Xen here"
fi
done_testing
