#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# What annotation costs a kernel of each width that nobody rewrites: instructions executed from
# the kernel's entry to its first process, under a deterministic QEMU where the time stamp counter
# counts them.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

limit=1.01

# count KERNEL: the time stamp counter when /init ran
count() {
	boot bare "$1" --icount --append afterburn.tsc
	sed -n 's/^GUEST-TSC //p' "$tmp/console"
}

number() {
	[[ $1 =~ ^[0-9]+$ ]] || {
		cat "$tmp/run.err"
		tail -n 5 "$tmp/console"
		return 1
	}
}

within() {
	awk -v plain="$1" -v annotated="$2" -v limit="$limit" 'BEGIN {
		ratio = annotated / plain
		printf "%d / %d = %.4f\n", annotated, plain, ratio
		exit !(ratio < limit && ratio > 2 - limit) }'
}

# What the firmware and the loader take before the kernel's first instruction.
as --64 -o "$tmp/entry.o" "$TOP/tests/boot/entry.s"
ld -Ttext=0x100000 -o "$tmp/entry" "$tmp/entry.o" 2>/dev/null
entry=$(count "$tmp/entry")
ok "the loader's part was counted" number "$entry"
for width in x86_64-low i386; do
	guest=$O/guest/$width
	plain=$(count "$guest/vmlinux.plain")
	again=$(count "$guest/vmlinux.plain")
	annotated=$(count "$guest/vmlinux")
	ok "$width: the plain kernel was counted" number "$plain"
	ok "$width: the annotated kernel was counted" number "$annotated"
	ok "$width: the plain kernel was counted again" number "$again"
	is "$width: the count is deterministic" "$again" "$plain"
	ok "$width: annotation costs less than 1 %" within $((plain - entry)) $((annotated - entry))
	echo "# $width, from entry to /init: plain $((plain - entry))," \
		"annotated $((annotated - entry)) instructions"
done
done_testing
