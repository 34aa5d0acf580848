#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# A kernel may have notes for Xen of its own, as one with CONFIG_XEN and without CONFIG_XEN_PV has. Xen reads
# them beside the wedge's: none of them may change the domain that the wedge finds.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

word() { # word NUMBER...: 32 bits each
	local number
	for number; do
		# shellcheck disable=SC2059 # the format is made here
		printf "$(printf '\\x%02x' $((number & 255)) $((number >> 8 & 255)) $((number >> 16 & 255)) $((number >> 24 & 255)))"
	done
}

# What Linux asks for: a table of its memory in the second 512 GiB (XEN_ELFNOTE_INIT_P2M).
own_note() {
	word 4 8 15
	printf 'Xen\0'
	word 0 0x80
}

# The build's number, a note of 36 bytes at the end, becomes the note and an empty one.
make_kernel() {
	local offset size
	cp "$guest/vmlinux" "$tmp/vmlinux" || return
	read -r offset size < <(readelf -SW "$tmp/vmlinux" | sed -n 's/.* \.notes  *NOTE  *[0-9a-f]* \([0-9a-f]*\) \([0-9a-f]*\) .*/\1 \2/p')
	{ own_note && word 0 0 0; } | dd of="$tmp/vmlinux" bs=1 seek=$((0x$offset + 0x$size - 36)) conv=notrunc status=none
	readelf -nW "$tmp/vmlinux" | grep -Eq '^  Xen  *0x00000008.*0x0000000f' && ! readelf -nW "$tmp/vmlinux" | grep -q BUILD_ID
}

runs() { # runs PLATFORM
	boot "$1" "$tmp/vmlinux" --append afterburn.steps=date && exit_code 0 && step_passed date
}

ok 'a kernel with a note of its own' make_kernel
ok 'as dom0' runs xen-dom0
ok 'as domU' runs xen
done_testing
