#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# The Xen platforms of `afterburn run` themselves, with a kernel that needs no wedge: Debian's own.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

passed() {
	exit_code 0 && grep -qx 'GUEST-END pass=3 fail=0' "$tmp/console"
}

panicked() {
	exit_code 1 && grep -q 'panicked or crashed' "$tmp/run.err"
}

refused() {
	exit_code 1 && grep -q 'could not start the guest' "$tmp/run.err"
}

stock=$(stock_kernel)
ok "Debian's dom0 is there" test -f "$stock"
for platform in xen-dom0 xen; do
	boot $platform "$stock" --append afterburn.steps=processes,fork,fpu-switch
	ok "$platform: a run to power-off" passed
	boot $platform "$stock" --append 'rdinit=/nothing comma="a,b"'
	ok "$platform: a panic" panicked
	ok "$platform: commas in the command line" grep -q 'comma="a,b"' "$tmp/console"
done
cp "$stock" "$tmp/broken"
printf '\377\377' | dd of="$tmp/broken" bs=1 seek=18 conv=notrunc status=none # not an x86 file
boot xen "$tmp/broken"
ok "xen: a file that xl refuses" refused
done_testing
