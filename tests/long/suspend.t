#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# A machine that sleeps. With ACPI the clock wakes it. Without ACPI, as under a wedge, Linux lets no interrupt
# wake it (its 8259 has no such function): it sleeps until somebody ends it, on bare metal too. On Xen a wedge
# has it refuse that, as the guest's step `suspend` checks, but for a user who asks for this sleep by its name.
# QEMU 7.2 wakes no kernel, annotated or not, that it has started by its PVH entry, so this one is a bzImage.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

wakes() {
	exit_code 0 && step_passed sleep
}

# If it wakes, the limit is gone: take it out of wedge/doc/architecture.md.
stays_asleep() {
	exit_code 124 && grep -x 'PM: suspend entry (s2idle)' "$tmp/console" && ! grep 'PM: suspend exit' "$tmp/console"
}

sleeps() { # sleeps PLATFORM KERNEL [OPTION...]
	boot "$@" --append afterburn.steps=sleep --append no_console_suspend
}

if [[ ! -e $guest/annotated/bzImage ]]; then
	skip 'bare metal: the clock wakes it' 'the example kernel is built without a bzImage: it is not relocatable'
else
	sleeps bare "$guest/annotated/bzImage"
	ok 'bare metal: the clock wakes it' wakes
fi
sleeps bare "$guest/vmlinux.packed" --timeout 45 --append 'acpi=off noapic nolapic'
ok 'bare metal without ACPI: nothing wakes it' stays_asleep
sleeps xen-dom0 "$guest/vmlinux.packed" --timeout 45 --append mem_sleep_default=s2idle
ok 'dom0, if that sleep is asked for by its name: nothing wakes it' stays_asleep
done_testing
