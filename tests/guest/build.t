#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The guest's build: kept results, bad input, and a RAM disk that is the same each time.
source "$TOP/tests/lib.sh"

build_linux=$TOP/guest-patches/build-linux
build_initrd=$TOP/guest-patches/build-initrd
guest=$O/guest/x86_64

# A folder that looks like guest-patches with another configuration.
copy_with() {
	rm -rf "$tmp/patches"
	cp -r "$TOP/guest-patches" "$tmp/patches"
	echo "$1" >>"$tmp/patches/configs/x86_64.config"
}

no_source() {
	! LINUX_SOURCE=$tmp/none "$build_linux" plain "$tmp/linux" 2>"$tmp/err" &&
		grep -q 'install the package linux-source-6.1' "$tmp/err" && [[ ! -e $tmp/linux ]]
}

bad_option() {
	copy_with 'CONFIG_NO_SUCH_THING=y'
	! AFTERBURN_CACHE=$tmp/cache "$tmp/patches/build-linux" plain "$tmp/linux" >"$tmp/err" 2>&1 &&
		grep -q 'CONFIG_NO_SUCH_THING=y did not take' "$tmp/err" && [[ ! -e $tmp/linux ]] &&
		[[ -z $(ls "$tmp/cache") ]]
}

kept() {
	"$build_linux" plain "$tmp/again" >"$tmp/out" && ! grep -q building "$tmp/out" &&
		cmp "$tmp/again/vmlinux" "$guest/vmlinux.plain"
}

same_initrd() {
	TZ=Asia/Tokyo "$build_initrd" "$guest/guest-check" "$guest/annotated/modules" "$tmp/initrd.gz"
	cmp "$tmp/initrd.gz" "$guest/initrd.gz"
}

no_xen_inside() {
	! grep -Eq '^CONFIG_(XEN|PARAVIRT)=' "$guest/annotated/config"
}

same_config() {
	cmp "$guest/annotated/config" "$guest/plain/config"
}

ok "no kernel source" no_source
ok "a configuration that does not take" bad_option
ok "an unchanged kernel is not built again" kept
ok "the RAM disk is reproducible" same_initrd
ok "the guest knows neither Xen nor paravirtualization" no_xen_inside
ok "annotated and plain have one configuration" same_config
ok "the RAM disk has the modules" bash -c \
	"gzip -dc '$guest/initrd.gz' | cpio -t 2>/dev/null | grep -qx modules/afterburn_guest.ko"
done_testing
