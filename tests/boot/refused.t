#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# afterburn run on Xen: a start that fails says why, a silent domU is no success, words are joined.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

# fails PATTERN OPTION...: exit code 1, and the last message of `afterburn run`
fails() {
	local pattern=$1
	shift
	boot_code=0
	"$afterburn_run" --timeout 100 "$@" </dev/null >"$tmp/console" 2>"$tmp/run.err" || boot_code=$?
	exit_code 1 && grep -Ex "afterburn run: $pattern" "$tmp/run.err"
}

too_small='Xen could not start the kernel as dom0 with --memory 40: .* is too small .*'
ok 'a dom0 that does not fit' fails "$too_small; it needs at least [0-9]+" --on xen-dom0 --memory 40 \
	"$guest/vmlinux.packed"
least=$(sed -n 's/.* it needs at least //p' "$tmp/run.err")
ok 'one MiB less than was said is not enough' fails "Xen could not start .*; it needs at least $least" \
	--on xen-dom0 --memory "$((${least:-0} - 1))M" "$guest/vmlinux.packed"
ok 'as much as was said is' fails '.*Kernel panic - not syncing: VFS: Unable to mount root fs.*' --on xen-dom0 \
	--memory "$((${least:-0} * 1024 - 1023))K" "$guest/vmlinux.packed"
echo 'no kernel' >"$tmp/file"
ok 'no kernel, as dom0' fails 'Xen could not start the kernel as dom0: ELF: not an ELF binary' --on xen-dom0 \
	"$tmp/file"
ok 'no kernel, as domU' fails 'xl could not start the guest: no loader found: Invalid kernel' --on xen "$tmp/file"
ok 'a domU that does not fit' fails 'xl could not start the guest: --memory 20 is too little, .*' --on xen \
	--memory 20 "$guest/vmlinux.packed"
ok 'a silent domU' fails 'the guest ended without a word on its console: .*' --on xen --initrd "$guest/initrd.gz" \
	--append 'quiet loglevel=0' --append 'rdinit=/bin/busybox -- poweroff -f' "$guest/vmlinux.packed"
done_testing
