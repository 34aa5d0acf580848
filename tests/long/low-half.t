#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 3600
#
# The patch that moves Linux into the lower half is an option: without it, the patched source is the same
# kernel as the unpatched one, byte for byte but for the names of symbols: some have the number of a line
# of the source. Two kernels are compiled.
source "$TOP/tests/lib.sh"

if [[ ! -r ${LINUX_SOURCE:-/usr/src/linux-source-6.1.tar.xz} ]]; then
	skip 'the same kernel without the option' 'no kernel source: install the package linux-source-6.1'
	done_testing
	exit
fi

cp -r "$TOP/guest-patches" "$tmp/guests"
configs=$tmp/guests/configs
sed '/X86_LOW_HALF/d; /^# Module:/d; /^# Patch:/d' "$configs/x86_64-low.config" >"$configs/x86_64-small.config"
sed -i 's/^CONFIG_X86_LOW_HALF=y/# CONFIG_X86_LOW_HALF is not set/; /^# Module:/d' "$configs/x86_64-low.config"

compile() { # compile GUEST: into $tmp/GUEST
	"$tmp/guests/build-linux" "$1" plain "$tmp/$1"
}

# One bit of the option is in the configuration's text, which is not in the kernel.
option_is_off() {
	diff "$tmp/x86_64-small/config" "$tmp/x86_64-low/config" >"$tmp/difference"
	[[ $(grep '^[<>]' "$tmp/difference") == '> # CONFIG_X86_LOW_HALF is not set' ]]
}

ok 'the unpatched kernel compiles' compile x86_64-small
ok 'the patched one too, without the option' compile x86_64-low
ok 'their configurations differ in the option that is off' option_is_off
for guest in x86_64-small x86_64-low; do
	objcopy -S "$tmp/$guest/vmlinux" "$tmp/$guest/stripped"
	nm "$tmp/$guest/vmlinux" | sed -E 's/(__initcall__kmod_[a-z0-9_]+__[0-9]+_)[0-9]+/\1LINE/' | sort >"$tmp/$guest/symbols"
done
ok 'all that is loaded is the same' cmp "$tmp/x86_64-small/stripped" "$tmp/x86_64-low/stripped"
ok 'and the symbols, but for numbers of lines' diff "$tmp/x86_64-small/symbols" "$tmp/x86_64-low/symbols"
done_testing
