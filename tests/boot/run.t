#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
#
# afterburn run on bare metal: what its exit codes say about a real guest.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

kernel=$guest/vmlinux

# runs CODE ARGUMENT...
runs() {
	local want=$1
	shift
	boot_code=0
	"$afterburn_run" --on bare --timeout 60 "$@" "$kernel" </dev/null >"$tmp/console" \
		2>"$tmp/run.err" || boot_code=$?
	exit_code "$want"
}

says() {
	grep -q "$1" "$tmp/run.err"
}

no_qemu_left() {
	! pgrep -f "qemu-system.*$tmp" >/dev/null
}

export TMPDIR=$tmp
ok "power-off is 0" runs 0 --initrd "$guest/initrd.gz" --append afterburn.tsc
ok "no root file system is a panic: 1" runs 1
ok "the panic is named" says 'panicked or crashed'
ok "the time is limited: 124" runs 124 --timeout 1 --initrd "$guest/initrd.gz"
ok "the limit is named" says 'still running after 1 seconds'
ok "no emulator is left" no_qemu_left
ok "silence is no success: 1" runs 1 --initrd "$guest/initrd.gz" \
	--append 'quiet loglevel=0 rdinit=/bin/busybox -- poweroff -f'
ok "and is named" says 'ended without a word on its console'
ok "--memory reaches the guest" runs 0 --memory 100 --initrd "$guest/initrd.gz" \
	--append afterburn.steps=none
ok "it is what was asked for" grep -Eq 'Memory: [0-9]+K/10[12][0-9]{3}K' "$tmp/console"
ok "--cpu reaches the guest" runs 0 --cpu Skylake-Server,-avx512f --initrd "$guest/initrd.gz" \
	--append afterburn.steps=none
ok "it is that model" grep -q 'CPU0: Intel Xeon Processor (Skylake)' "$tmp/console"
done_testing
