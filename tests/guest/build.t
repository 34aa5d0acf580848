#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The guests' build: kept results, bad input, no sensitive instruction without a
# site, and a RAM disk that is the same each time.
source "$TOP/tests/lib.sh"

build_linux=$TOP/guest-patches/build-linux
build_initrd=$TOP/guest-patches/build-initrd
busybox=$TOP/guest-patches/busybox

# A folder that looks like guest-patches with another configuration.
copy_with() {
	rm -rf "$tmp/patches"
	cp -r "$TOP/guest-patches" "$tmp/patches"
	echo "$1" >>"$tmp/patches/configs/$width.config"
}

no_source() {
	! LINUX_SOURCE=$tmp/none "$build_linux" "$width" plain "$tmp/linux" 2>"$tmp/err" &&
		grep -q 'install the package linux-source-6.1' "$tmp/err" && [[ ! -e $tmp/linux ]]
}

bad_option() {
	copy_with 'CONFIG_NO_SUCH_THING=y'
	rm -rf "$tmp/cache"
	! AFTERBURN_CACHE=$tmp/cache "$tmp/patches/build-linux" "$width" plain "$tmp/linux" \
		>"$tmp/err" 2>&1 &&
		grep -q 'CONFIG_NO_SUCH_THING=y did not take' "$tmp/err" && [[ ! -e $tmp/linux ]] &&
		[[ -z $(ls "$tmp/cache") ]]
}

kept() {
	"$build_linux" "$width" annotated "$tmp/again" >"$tmp/out" && ! grep -q building "$tmp/out" &&
		cmp "$tmp/again/vmlinux" "$guest/vmlinux"
}

same_initrd() {
	TZ=Asia/Tokyo "$build_initrd" "$width" "$guest/guest-check" "$guest/annotated" \
		"$tmp/initrd.gz"
	cmp "$tmp/initrd.gz" "$guest/initrd.gz"
}

no_xen_inside() {
	! grep -Eq '^CONFIG_(XEN|PARAVIRT)=' "$guest/annotated/config"
}

same_config() {
	cmp "$guest/annotated/config" "$guest/plain/config"
}

audit_clean() {
	"$O/bin/afterburn" audit "$guest/vmlinux" "$guest"/annotated/modules/*.ko
}

# Sites are there at all: an audit of nothing would be clean as well.
has_sites() {
	"$O/bin/afterburn" sites --summary "$guest/vmlinux" |
		awk '$1 == "class" { n += $3 } END { print n + 0; exit !(n > 1000) }'
}

# The kernel, and every program of the RAM disk.
right_width() {
	mkdir -p "$tmp/root-$width"
	gzip -dc "$guest/initrd.gz" | (cd "$tmp/root-$width" && cpio -i --quiet)
	local file
	for file in "$guest/vmlinux" "$tmp/root-$width"/{bin/guest-check,bin/busybox,modules/*.ko}; do
		readelf -h "$file" | grep -q "Class: *$class\$" || {
			echo "$file"
			return 1
		}
	done
}

has_module() {
	gzip -dc "$guest/initrd.gz" | cpio -t 2>/dev/null | grep -qx modules/afterburn_guest.ko
}

# As wide as x86-64 makes it: the kernel begins at 2 GiB, and L4's own area stays free of it.
kernel_at_2_gib() {
	readelf -lW "$guest/vmlinux" | awk '$1 == "LOAD" { print $3 }' |
		while read -r address; do
			((address >= 0x80000000 && address < 0xbf000000)) || exit 1
		done && grep -qx 'CONFIG_PAGE_OFFSET=0x80000000' "$guest/annotated/config"
}

for width in x86_64 i386; do
	guest=$O/guest/$width
	class=ELF64
	[[ $width == x86_64 ]] || class=ELF32
	ok "$width: no kernel source" no_source
	ok "$width: a configuration that does not take" bad_option
	ok "$width: an unchanged kernel is not built again" kept
	ok "$width: the RAM disk is reproducible" same_initrd
	ok "$width: the guest knows neither Xen nor paravirtualization" no_xen_inside
	ok "$width: no sensitive instruction without a site" audit_clean
	ok "$width: the kernel has sites" has_sites
	ok "$width: kernels, modules and programs are of that width" right_width
	ok "$width: the RAM disk has the modules" has_module
done
ok "i386: the kernel is linked at 2 GiB" kernel_at_2_gib
ok "i386: annotated and plain have one configuration" same_config

# Image in the second GiB, and no symbol that is an address above it; what is per processor begins at 0.
kernel_is_low() {
	local address
	for address in $(readelf -lW "$guest/vmlinux" | awk '$1 == "LOAD" && $3 !~ /^0x0*$/ { print $3 }'); do
		((address >= 0x41000000 && address < 0x60000000)) || return 1
	done
	nm "$guest/vmlinux" | awk '$2 ~ /^[tTdDbBrR]$/ && $1 > "0000000080000000" { print; n++ } END { exit n > 0 }'
}

guest=$O/guest/x86_64-low
width=x86_64
class=ELF64
ok "x86_64-low: the RAM disk is reproducible" same_initrd
ok "x86_64-low: the guest knows neither Xen nor paravirtualization" no_xen_inside
ok "x86_64-low: no sensitive instruction without a site" audit_clean
ok "x86_64-low: the kernel has sites" has_sites
ok "x86_64-low: annotated and plain have one configuration" same_config
ok "x86_64-low: the RAM disk has the modules" has_module
ok "x86_64-low: the kernel is in the second GiB" kernel_is_low

unknown_width() {
	! "$build_linux" sparc plain "$tmp/linux" >"$tmp/err" 2>&1 &&
		grep -q "no configuration for width 'sparc'" "$tmp/err" &&
		! "$busybox" sparc 2>"$tmp/err" && grep -q "no width 'sparc'" "$tmp/err"
}

named_busybox_is_wrong() {
	! AFTERBURN_BUSYBOX_I386=/bin/true "$busybox" i386 2>"$tmp/err" &&
		grep -q '/bin/true is no static i386 program' "$tmp/err"
}

# apt finds nothing in an empty list of sources: the package is named, and nothing is left behind.
no_busybox() {
	local none=(env "AFTERBURN_CACHE=$tmp/empty" "APT_CONFIG=$tmp/apt.conf")
	printf 'Dir::Etc::SourceList "/dev/null";\nDir::Etc::SourceParts "/dev/null";\n' >"$tmp/apt.conf"
	! "${none[@]}" "$busybox" i386 >"$tmp/out" 2>"$tmp/err" && [[ ! -s $tmp/out ]] &&
		grep -q 'the package busybox-static:i386 cannot be downloaded' "$tmp/err" &&
		[[ -z $(ls -A "$tmp/empty") ]]
}

ok "a width that does not exist" unknown_width
ok "a busybox of the wrong kind" named_busybox_is_wrong
ok "no busybox to be had" no_busybox
done_testing
