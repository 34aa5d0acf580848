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
done_testing
