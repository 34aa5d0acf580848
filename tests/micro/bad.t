#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels that do what no kernel should: the guest ends with the wedge's reason, and what is below
# the wedge does not.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"
micro_time_limit=20

# ends PLACE CHECK CODE REASON: with that exit code, and REASON (a pattern) from the wedge
ends() {
	micro_boot "$1" bad "only=$2"
	grep -aqx "MICRO-RUN $2" "$tmp/console" && ((boot_code == $3)) &&
		grep -aqE "^afterburn wedge: ($4)" "$tmp/console" && nothing_worse || {
		show_end "$2"
		return 1
	}
}

# What must not be there: a hypervisor or launcher that ended itself, a kernel that went on.
nothing_worse() {
	! grep -aqE '^\(XEN\) +Panic on CPU|FATAL TRAP|still here|^afterburn run: .*(defect|signal)' \
		"$tmp/console" "$tmp/run.err"
}

show_end() { # show_end CHECK
	echo "exit code $boot_code"
	sed -n "/MICRO-RUN $1\$/,\$p" "$tmp/console" | head -n 15
	grep -aqx "MICRO-RUN $1" "$tmp/console" || tail -n 5 "$tmp/console"
	head -n 5 "$tmp/run.err"
}

# The guest may end, or get an exception of its own for it; nothing else.
ends_or_faults() { # ends_or_faults PLACE CHECK
	micro_boot "$1" bad "only=$2"
	if ((boot_code == 1)) && grep -aqx "MICRO-RUN $2" "$tmp/console"; then
		grep -aqE '^afterburn wedge: fatal: ' "$tmp/console" && nothing_worse && return
	fi
	grep -aqE "^MICRO-FAIL $2: unexpected trap " "$tmp/console" && nothing_worse || {
		show_end "$2"
		return 1
	}
}

# The same, or the kernel is refused and goes on.
comes_to_nothing() { # comes_to_nothing PLACE CHECK
	ends_or_faults "$1" "$2" || {
		grep -aqx "MICRO-OK $2" "$tmp/console" && ((boot_code == 0)) && nothing_worse
	}
}

# The same, or the guest powers off: which code of the wedge it meets there is another in each build, and what
# ends a guest is among it. A kernel can do that anyway.
ends_somehow() {
	ends_or_faults "$1" "$2" || {
		((boot_code == 0)) && grep -aqx "MICRO-RUN $2" "$tmp/console" &&
			! grep -aqE "^MICRO-(OK|FAIL) " "$tmp/console" && nothing_worse
	}
}

resets_bare_metal() { # resets_bare_metal PLACE CHECK
	micro_boot "$1" bad "only=$2"
	((boot_code == 1)) && grep -q 'triple fault' "$tmp/run.err"
}

triple_faults='triple_fault idt_in_nothing idt_of_rubbish stack_in_nothing'
for place in x86_64/bare x86_64-low/bare i386/bare; do
	for check in $triple_faults; do
		ok "${place/\// }: $check" resets_bare_metal "$place" "$check"
	done
done

# On Xen the wedge lives in guest-physical memory, and keeps the kernel's tables itself.
bad_on_xen() { # bad_on_xen PLACE
	local check
	for check in cr3_beyond_memory cr3_into_wedge; do
		micro_ok "$1" "$check" ends "$1" "$check" 1 'fatal: the guest loads CR3 with'
	done
	for check in maps_wedge_memory large_page_over_wedge maps_beyond_memory; do
		micro_ok "$1" "$check" ends "$1" "$check" 1 'fatal: .*where it has no memory'
	done
	micro_ok "$1" table_in_wedge_memory ends_or_faults "$1" table_in_wedge_memory
}

# In a process it has no guest-physical memory that could be mapped.
host_calls='kernel_makes_32_bit_host_call kernel_makes_64_bit_host_call'
window_writes='overwrites_window zeroes_window'
bad_on_process() { # bad_on_process PLACE
	local check
	micro_ok "$1" cr3_beyond_memory ends "$1" cr3_beyond_memory 1 \
		'fatal: (triple fault|the guest loads CR3 with)'
	micro_ok "$1" maps_beyond_memory ends "$1" maps_beyond_memory 1 \
		'fatal: .*where it has no memory'
	for check in $host_calls; do
		micro_ok "$1" "$check" comes_to_nothing "$1" "$check"
	done
	for check in $window_writes; do
		micro_ok "$1" "$check" ends_or_faults "$1" "$check"
	done
}

bad_on() { # bad_on PLACE
	local check
	for check in $triple_faults; do
		micro_ok "$1" "$check" ends "$1" "$check" 1 'fatal: triple fault'
	done
	case $1 in
	*/process) bad_on_process "$1" ;;
	*) bad_on_xen "$1" ;;
	esac
	for check in jumps_to_wedge_start writes_over_wedge writes_over_vcpu; do
		micro_ok "$1" "$check" ends_or_faults "$1" "$check"
	done
	micro_ok "$1" jumps_into_wedge ends_somehow "$1" jumps_into_wedge
	micro_ok "$1" halts_for_ever ends "$1" halts_for_ever 0 'halted with interrupts off'
}

# Where there is the platform.
try_on() { # try_on FUNCTION PLACE...
	local function=$1 place
	for place in "${@:2}"; do
		micro_boot "$place" bad only=halts_for_ever
		if ((boot_code == 3)); then
			skip "${place/\// }: all" "$(head -n 1 "$tmp/run.err")"
		else
			"$function" "$place"
		fi
	done
}
try_on bad_on x86_64/xen-dom0 x86_64-low/xen-dom0 x86_64-low/process i386/process

# On L4 kernel and wedge are one program, which nothing keeps apart; what the wedge sees it refuses.
bad_on_l4() { # bad_on_l4 PLACE
	local check
	for check in $triple_faults cr3_beyond_memory; do
		micro_ok "$1" "$check" ends "$1" "$check" 1 'fatal: triple fault'
	done
	micro_ok "$1" maps_beyond_memory ends "$1" maps_beyond_memory 1 'fatal: .*where it has no memory'
	micro_ok "$1" halts_for_ever ends "$1" halts_for_ever 0 'halted with interrupts off'
}
try_on bad_on_l4 i386/l4 ${AFTERBURN_L4:+i386/l4-real}

# Nor does a kernel without a host find one.
for place in x86_64-low/bare i386/bare; do
	for check in $host_calls; do
		ok "${place/\// }: $check" comes_to_nothing "$place" "$check"
	done
	for check in $window_writes; do
		ok "${place/\// }: $check" ends_or_faults "$place" "$check"
	done
done
done_testing
