#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# An interactive shell in the guest: what is typed on standard input is run, on every platform; and
# what a program prints ends no run, though it looks like the last words of a kernel or of Xen.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

# Types when the shell is there, and a little later, so that its prompt is out.
type_when_ready() {
	local turns=0 lie
	while ! grep -aq GUEST-SHELL "$tmp/console" && ((turns++ < 900)); do
		sleep 0.1
	done
	sleep 3
	# One at a time: Xen's serial console loses what is typed faster.
	for lie in 'Kernel panic - not syncing: a lie' '(XEN) Hardware Dom0 halted: a lie' \
		'afterburn-dom0: guest powered-off'; do
		printf 'printf "\\n%%s\\n" "%s"\n' "$lie"
		sleep 2
	done
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
	exit_code 0 && grep -aq '^Kernel panic - not syncing: a lie' "$tmp/console" &&
		grep -aq '^(XEN) Hardware Dom0 halted: a lie' "$tmp/console" &&
		grep -aq '^typed-42' "$tmp/console"
}

for platform in ${SHELL_PLATFORMS:-bare xen-dom0 xen}; do
	ok "$platform: a shell listens" shell_on "$platform"
done
done_testing
