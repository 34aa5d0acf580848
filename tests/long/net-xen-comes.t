#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# A network that xl takes away and brings back while a kernel under a wedge runs.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net.sh"

# dom0 with a script that it runs beside the guest.
make_dom0_files() {
	local dom0=$tmp/dom0
	mkdir -p "$dom0/domu" && cp "$TOP/tests/boot/net/meanwhile" "$dom0/domu/" &&
		sed 's,^xl unpause guest.*,sh /domu/meanwhile \&\n&,' "$TOP/scripts/dom0/init" >"$dom0/init" &&
		chmod 755 "$dom0/init" && grep -q meanwhile "$dom0/init"
}

says() { # says LINE: the guest's or dom0's
	grep -qx -- "$1" "$tmp/console" || {
		grep -a '^NET\|^DOM0\|afterburn wedge' "$tmp/console"
		return 1
	}
}

ok 'a server of this machine' start_server
trap 'kill $server; rm -rf "$tmp"' EXIT
ok 'the guest for this test is made' make_net_ramdisk "$tmp/initrd"
ok 'dom0 for this test is made' make_dom0_files
export AFTERBURN_DOM0_FILES=$tmp/dom0
ok 'the guest ran' net_guest "$O/guest/x86_64-low/vmlinux.packed" "$tmp/initrd" address,small,comes,get,small,show
for round in 1 2; do
	ok "taken away, $round" says "DOM0-DETACHED $round"
	ok "the link is down, $round" says "NET down $round"
	ok "brought back, $round" says "DOM0-ATTACHED $round"
	ok "the link is up, $round" says "NET up $round"
done
ok 'one with another address is refused' says DOM0-REFUSED
ok 'a file behind that' same_sum got "$tmp/web/file" get
ok 'no errors' did show
done_testing
