# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# A PC that starts a guest by itself, without `afterburn run`: what the tests of boot loaders share. source
# it after tests/boot/lib.sh.
#
# Invariant: a guest counts only if its own last line says that all of $steps passed.
steps=processes,fork,mmap

# spoke: the last boot's guest passed the steps
spoke() {
	grep -ax 'GUEST-END pass=3 fail=0' "$tmp/console" || {
		tail -n 25 "$tmp/console"
		return 1
	}
}

ran() {
	exit_code 0 && spoke
}

on_wedge() {
	spoke && grep -a '^afterburn wedge: ' "$tmp/console"
}

# machine NAME OPTION...: a PC of its own; its console is in $tmp/console. It ends with the guest, or,
# as Xen halts and does not power off, when the guest has said its last word.
machine() {
	local name=$1 pid turns=0
	shift
	: >"$tmp/console.raw"
	timeout 240 qemu-system-x86_64 -accel tcg -cpu max,-smap -nodefaults -display none -no-reboot -m 1024 \
		-serial "file:$tmp/console.raw" "$@" </dev/null 2>"$tmp/run.err" &
	pid=$!
	while kill -0 $pid 2>/dev/null && ((turns++ < 2400)); do
		! grep -aq '^GUEST-END' "$tmp/console.raw" || break
		sleep 0.1
	done
	kill $pid 2>/dev/null
	wait $pid
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	mv "$tmp/console.raw" "$O/tests/logs/console-machine-$name"
}

can_make_discs() {
	type grub-mkrescue xorriso mformat >/dev/null 2>&1 && [[ -d /usr/lib/grub/i386-pc ]]
}
no_discs='no grub-mkrescue (packages grub-common, grub-pc-bin, xorriso, mtools)'
