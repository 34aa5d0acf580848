#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels that do what no kernel should: the guest ends with the wedge's reason, Xen does not.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"
micro_time_limit=20

# ends CHECK CODE REASON: on Xen, with that exit code, and REASON (a pattern) from the wedge
ends() {
	micro_boot xen-dom0 bad "only=$1"
	grep -aqx "MICRO-RUN $1" "$tmp/console" && ((boot_code == $2)) &&
		grep -aqE "^afterburn wedge: ($3)" "$tmp/console" &&
		! grep -aqE '^\(XEN\) +Panic on CPU|FATAL TRAP|still here' "$tmp/console" || {
		echo "exit code $boot_code"
		sed -n '/MICRO-RUN/,$p' "$tmp/console" | head -n 15
		return 1
	}
}

# The guest may end, or get an exception of its own for it; nothing else.
ends_or_faults() {
	if micro_boot xen-dom0 bad "only=$1" && ((boot_code == 1)); then
		grep -aqE '^afterburn wedge: fatal: ' "$tmp/console" && return
	fi
	grep -aqE "^MICRO-FAIL $1: unexpected trap " "$tmp/console" || {
		echo "exit code $boot_code"
		sed -n '/MICRO-RUN/,$p' "$tmp/console" | head -n 15
		return 1
	}
}

resets_bare_metal() {
	micro_boot bare bad "only=$1"
	((boot_code == 1)) && grep -q 'triple fault' "$tmp/run.err"
}

for check in triple_fault idt_in_nothing idt_of_rubbish stack_in_nothing; do
	ok "bare: $check" resets_bare_metal "$check"
	micro_ok xen-dom0 "$check" ends "$check" 1 'fatal: triple fault'
done
for check in cr3_beyond_memory cr3_into_wedge; do
	ok "xen-dom0: $check" ends "$check" 1 'fatal: the guest loads CR3 with'
done
for check in maps_wedge_memory large_page_over_wedge maps_beyond_memory; do
	ok "xen-dom0: $check" ends "$check" 1 'fatal: .*where it has no memory'
done
for check in table_in_wedge_memory jumps_to_wedge_start jumps_into_wedge writes_over_wedge \
	writes_over_vcpu; do
	ok "xen-dom0: $check" ends_or_faults "$check"
done
ok 'xen-dom0: halts_for_ever' ends halts_for_ever 0 'halted with interrupts off'
done_testing
