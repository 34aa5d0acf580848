#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1800
#
# Processor models of both makers: the kernel meets nothing there that it warns of. It runs with
# panic_on_warn=1; what is no warning to it (an MSR that it reads in vain, a clock that it gives up) is
# looked for in its messages. On Xen it has no use for page-table isolation and the clearing of buffers.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

complaints='unchecked MSR access|WARNING: (CPU:|[^ ]+:[0-9]+ at )|Call Trace:|BUG:'
# QEMU's own clocks differ on a busy machine, so bare metal is not asked.
clock='unstable|skew is too large'
guarded='meltdown l1tf mds tsx_async_abort mmio_stale_data itlb_multihit gather_data_sampling'

wait_for() { # wait_for TEXT: in what the guest prints
	local turns=0
	while ! grep -aq "$1" "$tmp/console.raw" && ((turns++ < 2400)); do
		sleep 0.1
	done
	sleep 2
}

# Two lines, each typed a little after the shell is ready for it: what is typed is echoed amid the output.
type_when_ready() {
	wait_for GUEST-SHELL
	echo 'cd /sys/devices/system/cpu/vulnerabilities; grep . *'
	wait_for '^tsx_async_abort:'
	echo 'exit'
	sleep 2
}

# no_timer_check: QEMU's timer is late on a busy machine, for which Linux would give its IO-APIC up.
boots() { # boots PLATFORM KERNEL MODEL
	boot_code=0
	: >"$tmp/console.raw"
	type_when_ready | "$afterburn_run" --on "$1" --timeout 300 --cpu "$3" --initrd "$guest/initrd.gz" \
		--append 'panic_on_warn=1 ignore_loglevel no_timer_check afterburn.shell' "$guest/$2" \
		>"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	cp "$tmp/console" "$O/tests/logs/console-$1-$3"
	exit_code 0 && grep -aq '^spectre_v1:' "$tmp/console"
}

# The messages are all there, the first and the last.
complains_of_nothing() { # complains_of_nothing PATTERN
	grep -aq 'Linux version' "$tmp/console" && grep -aEq 'reboot: (Power down|System halted)' "$tmp/console" &&
		! grep -aE "$1" "$tmp/console"
}

needs_no_guard() {
	local leak
	for leak in $guarded; do
		grep -aqx "$leak:Not affected" "$tmp/console" || {
			grep -a "^$leak:" "$tmp/console" || echo "nothing is said of $leak"
			return 1
		}
	done
}

mkdir -p "$O/tests/logs"
for model in max EPYC-Rome Skylake-Server Icelake-Server; do
	ok "$model, bare: boots" boots bare vmlinux "$model"
	ok "$model, bare: no warning" complains_of_nothing "$complaints"
	ok "$model, xen-dom0: boots" boots xen-dom0 vmlinux.packed "$model"
	ok "$model, xen-dom0: no warning, and the clock is believed" complains_of_nothing "$complaints|$clock"
	ok "$model, xen-dom0: no guard is needed" needs_no_guard
done
done_testing
