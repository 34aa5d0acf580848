# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Runs the conformance root task on an L4 kernel: source it after tests/lib.sh, then l4_conformance DIR
# for a folder that holds kickstart, x86-kernel and sigma0. What the root task prints goes to stdout.
#
# Invariant: no result depends on how fast the machine is: a boot ends by itself, or is one that must
# not end and is looked at for a fixed time.
l4_root=$O/tests/l4/conformance
l4_hazards=$(grep -oE '[{]"[a-z0-9-]+"' "$TOP/tests/l4/task/hazards.c" | tr -d '{"')
l4_boot_limit=${L4_BOOT_LIMIT:-120}
l4_silence=${L4_SILENCE:-1}

# QEMU's program and options for a folder and the root task's arguments.
l4_command() { # l4_command DIR ARGUMENTS
	l4_qemu=(qemu-system-x86_64 -cpu Conroe -m 128 -display none -monitor none -no-reboot
		-serial "file:$tmp/l4.console" -device "isa-debug-exit,iobase=0xf4,iosize=4"
		-kernel "$1/kickstart" -initrd "$1/x86-kernel,$1/sigma0,$l4_root${2:+ $2}")
}

# What the root task printed: the loader's and the kernel's lines come before.
l4_output() {
	tr -d '\r' <"$tmp/l4.console" | sed -n '/^conformance of\|^hazard /,$p'
}

l4_all_cases() {
	l4_command "$1" ''
	: >"$tmp/l4.console"
	timeout "$l4_boot_limit" "${l4_qemu[@]}" </dev/null >"$tmp/l4.qemu" 2>&1
	l4_output
}

# A boot that must stop within the case: what it printed, after a time without more.
l4_hazard() { # l4_hazard DIR NAME
	local waited=0
	l4_command "$1" "hazard=$2"
	: >"$tmp/l4.console"
	timeout "$l4_boot_limit" "${l4_qemu[@]}" </dev/null >"$tmp/l4.qemu" 2>&1 &
	until grep -aq 'hazard .*says nothing' "$tmp/l4.console" || ((waited++ > l4_boot_limit * 5)); do
		sleep 0.2
	done
	sleep "$l4_silence"
	kill $! 2>/dev/null
	wait $! 2>/dev/null
	l4_output
}

l4_conformance() { # l4_conformance DIR
	local name
	l4_all_cases "$1"
	for name in $l4_hazards; do
		l4_hazard "$1" "$name"
	done
}
