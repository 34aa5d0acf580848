#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# The network of a domU whose kernel has a driver of its own for Xen: Debian's (boot/net.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net.sh"

ok 'a server of this machine' start_server
trap 'kill $server; rm -rf "$tmp"' EXIT
kernel=$(stock_kernel)
ok 'the guest for this test is made' make_net_ramdisk "$tmp/initrd" "${kernel%/*}/domu.cpio"
report_net "$kernel" "$tmp/initrd"
ok 'without --net there is no device' eval 'boot_code=0; "$afterburn_run" --on xen --timeout 120 --initrd "$tmp/initrd" \
	--append net.do=none "$kernel" </dev/null 2>"$tmp/run.err" | tr -d "\r" >"$tmp/console" && did none'
done_testing
