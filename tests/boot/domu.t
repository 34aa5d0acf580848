#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Xen with Debian's dom0, xl, and the packed kernel as domU: the whole script of the guest.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

boot xen "$guest/vmlinux.packed"
report_boot domu

too_little_memory() {
	boot_code=0
	"$afterburn_run" --on xen --memory 40 --timeout 120 "$guest/vmlinux.packed" </dev/null \
		>"$tmp/console" 2>"$tmp/run.err" || boot_code=$?
	exit_code 1 &&
		grep -aq 'afterburn wedge: fatal: 40 MiB of memory are too little' "$tmp/console"
}
ok "too little memory is refused, with the least that is needed" too_little_memory
done_testing
