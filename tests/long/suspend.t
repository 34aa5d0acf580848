#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 7200
#
# A machine that sleeps. With ACPI the clock wakes it. Without ACPI, as under a wedge, Linux lets no interrupt
# wake it (its 8259 has no such function): it sleeps until somebody ends it, on bare metal too. A wedge has it
# refuse that, as the guest's step `suspend` checks, but for a user who asks for this sleep by its name.
# QEMU 7.2 wakes no kernel, annotated or not, that it has started by its PVH entry, so this one is a bzImage.
#
# The i386 guest cannot sleep. One that can is built for this, and kept in the cache.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/harness/host.sh"

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

# build_i386: into $guest, the i386 guest with suspend and hibernation
build_i386() {
	mkdir -p "$tmp/tree" "$guest" && cp -r "$TOP/guest-patches" "$TOP/scripts" "$tmp/tree/" || return
	cat >"$tmp/tree/guest-patches/configs/i386-suspend.config" <<-'END'
		# Version: 6.1
		# Base: devices.config i386.config
		CONFIG_SWAP=y
		CONFIG_SUSPEND=y
		CONFIG_HIBERNATION=y
	END
	"$tmp/tree/guest-patches/build-linux" i386-suspend annotated "$guest/annotated" &&
		"$TOP/guest-patches/build-initrd" i386 "$O/guest/i386/guest-check" "$guest/annotated" "$guest/initrd.gz" &&
		"$O/bin/afterburn" pack --quiet --wedge xen,linux -o "$guest/vmlinux.packed" "$guest/annotated/vmlinux"
}

refuses() {
	exit_code 0 && step_passed suspend
}

i386() {
	local platform
	guest=$O/long/i386-suspend
	ok 'i386: builds' build_i386
	for platform in xen-dom0 process; do
		boot "$platform" "$guest/vmlinux.packed" --append afterburn.steps=suspend
		ok "i386, $platform: refuses a sleep from which nothing wakes it" refuses
		sleeps "$platform" "$guest/vmlinux.packed" --timeout 45 --append mem_sleep_default=s2idle
		ok "i386, $platform, if that sleep is asked for by its name: nothing wakes it" stays_asleep
	done
}

if lacks=$(host_lacks 32-bit); then
	skip i386 "$lacks"
else
	i386
fi
done_testing
