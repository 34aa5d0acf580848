#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Xen that isolates page tables (XPTI, its answer to Meltdown), on a processor where it would not, and Xen
# that does not, where it would. What Xen's isolation leaves open is the same for Debian's own kernel.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

xpti_is_off() {
	! xpti_is_on && grep -aq 'XPTI .*: Dom0 disabled' "$tmp/console"
}

dom0() { # dom0 WHAT on|off KERNEL [OPTION...]
	local what="$1, XPTI $2" state=$2
	boot xen-dom0 "$3" --append afterburn.steps=fork,isolation "${@:4}"
	ok "$what: exit code 0" exit_code 0
	ok "$what: so says Xen" "xpti_is_$state"
	ok "$what: fork" step_passed fork
	ok "$what: isolation" step_passed isolation
	ok "$what: what user code reads of Xen's table" xen_table_as_said
}

export AFTERBURN_XEN_OPTIONS='xpti=dom0=1,domu=1'
dom0 'AMD' on "$guest/vmlinux.packed"
dom0 "AMD, Debian's own kernel" on "$(stock_kernel)"
export AFTERBURN_XEN_OPTIONS='xpti=no'
dom0 'Skylake' off "$guest/vmlinux.packed" --cpu Skylake-Server
done_testing
