#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# What a domU's network costs under a wedge, beside Debian's kernel with its own driver for Xen: instructions of
# the whole machine, for a round trip and for a MiB either way. The other side is a program in dom0, so that no
# clock but the counting one is asked. A wedge may cost a fifth more.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net.sh"
port=1

# What dom0 gets in addition: an address on the bridge, and the server, which the script starts that xl calls for
# the guest's device.
prepare() {
	local extra=$tmp/extra scripts=$tmp/extra/etc/xen/scripts
	mkdir -p "$scripts" "$tmp/net-root/bin" &&
		gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$extra/load" "$TOP/tests/boot/net/load.c" || return
	cp "$extra/load" "$tmp/net-root/bin/" && cp "$TOP/scripts/dom0/vif-bridge" "$scripts/own"
	printf '%s\n' '#!/bin/busybox sh' '[ "$1" != online ] || {' 'ip addr add 10.0.2.99/24 dev xenbr0' \
		'setsid /load </dev/null >/dev/null 2>&1 &' '}' 'exec /etc/xen/scripts/own "$@"' >"$scripts/vif-bridge"
	chmod +x "$scripts"/*
	export AFTERBURN_DOM0_FILES=$extra
}

measure() { # measure NAME KERNEL RAMDISK
	net_guest "$2" "$3" address,load --icount && did load && sed -n 's/^FIGURE //p' "$tmp/console" | tail -n 3 >"$tmp/$1"
}

cheap() { # cheap FIGURE
	local own wedge
	own=$(awk -v f="$1" '$1 == f { print $2 }' "$tmp/own")
	wedge=$(awk -v f="$1" '$1 == f { print $2 }' "$tmp/wedge")
	echo "$own $wedge" >"$tmp/figure-$1"
	((own > 0 && wedge > 0 && wedge * 10 <= own * 12))
}

mkdir -p "$tmp/web"
ok 'a dom0 with a server' prepare
kernel=$(stock_kernel)
ok 'guests for this test are made' eval 'make_net_ramdisk "$tmp/own.gz" "${kernel%/*}/domu.cpio" &&
	make_net_ramdisk "$tmp/wedge.gz"'
ok "Debian's kernel" measure own "$kernel" "$tmp/own.gz"
ok 'a kernel under a wedge' measure wedge "$O/guest/x86_64-low/vmlinux.packed" "$tmp/wedge.gz"
for figure in trip get put; do
	ok "$figure: at most 1.2 times as many instructions" cheap $figure
	awk -v f=$figure '{ printf "# %s: own driver %d, wedge %d, %.2f\n", f, $1, $2, $2 / $1 }' "$tmp/figure-$figure"
done
done_testing
