#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Xen with Debian's dom0, xl, and the packed i386 kernel as domU: the whole script of the guest.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/i386

boot xen "$guest/vmlinux.packed"
report_boot i386

memory_stays_unused() {
	boot xen "$guest/vmlinux.packed" --memory 1024 --append afterburn.steps=fork
	exit_code 0 && grep -aq "192 MiB of memory stay unused: the wedge's addresses are for 832" "$tmp/console"
}
ok "memory that devices cannot reach stays unused, and it says so" memory_stays_unused
done_testing
