#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# An interactive shell in the guest: what is typed on standard input is run, on every platform.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

# Types when the shell is there, and a little later, so that its prompt is out.
type_when_ready() {
	local turns=0
	while ! grep -aq GUEST-SHELL "$tmp/console" && ((turns++ < 900)); do
		sleep 0.1
	done
	sleep 3
	echo 'echo typed-$((6 * 7))'
	sleep 1
	echo 'exit'
	sleep 3
}

shell_on() {
	boot_code=0
	: >"$tmp/console"
	type_when_ready | "$afterburn_run" --on "$1" --timeout 120 --initrd "$guest/initrd.gz" \
		--append afterburn.shell "$guest/vmlinux.packed" >"$tmp/console" 2>"$tmp/run.err" ||
		boot_code=$?
	exit_code 0 && grep -aq '^typed-42' "$tmp/console"
}

for platform in bare xen-dom0 xen; do
	ok "$platform: a shell listens" shell_on "$platform"
done
done_testing
