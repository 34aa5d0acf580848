#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# A kernel on Xen has all the memory that it has on bare metal, but for what the wedge says it takes and
# what Xen's builder put there: the list of frames, 8 bytes for each page, and tables. Below and above
# 4 GiB. Linux gives its programs the memory above first, so they run there.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

# total KERNEL-CONSOLE: KiB that Linux found
total() {
	sed -n 's|.*Memory: [0-9]*K/\([0-9]*\)K available.*|\1|p' "$tmp/console" | head -n 1
}

# MiB that the wedge took
heap() {
	sed -n 's/.*afterburn wedge: Xen .* MiB, of which \([0-9]*\) for shadow tables$/\1/p' "$tmp/console"
}

all_is_there() { # all_is_there MEMORY BARE-KIB XEN-KIB HEAP-MIB
	local builder=$(($1 * 1024 / 512 + 16384)) missing=$(($2 - $3 - $4 * 1024))
	echo "bare metal $2 KiB, Xen $3 KiB, heap $4 MiB: $missing KiB are missing"
	[[ $2 && $3 && $4 ]] && (($2 > $1 * 1000 && missing <= builder))
}

memory=6144
boot bare "$guest/vmlinux" --memory "$memory" --append afterburn.steps=none
bare=$(total)
for platform in xen-dom0 xen; do
	boot "$platform" "$guest/vmlinux.packed" --memory "$memory" --append afterburn.steps=fork
	ok "$platform: processes are made" exit_code 0
	ok "$platform: all memory is there" all_is_there "$memory" "$bare" "$(total)" "$(heap)"
done
done_testing
