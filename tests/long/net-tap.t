#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# needs: process-x86_64
#
# A guest's network by a tap interface of the host, in a process and on bare metal: the same words, the same host.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net.sh"
guest=$O/guest/x86_64-low
tap=abtap$((RANDOM % 1000))
host=10.$((RANDOM % 200 + 20)).77

if ((EUID)) || ! type -P ip >/dev/null || ! ip tuntap add mode tap name "$tap" 2>"$tmp/why"; then
	skip 'a tap interface' "one cannot be made here: $(cat "$tmp/why" 2>/dev/null) (root, iproute2 and /dev/net/tun are needed)"
	done_testing
	exit
fi
trap 'kill $server; ip link del "$tap"; rm -rf "$tmp"' EXIT
ip addr add "$host.1/24" dev "$tap" && ip link set "$tap" up || exit 1
net_address=$host.1
ok 'a server of this machine' start_server

get_by_tap() { # get_by_tap PLATFORM: the guest's root is the host's, and so are its programs
	"$afterburn_run" --on "$1" --memory 256 --timeout 120 --net "tap=$tap" --root / \
		--append "ip=$host.2::$host.1:255.255.255.0::eth0:off" --exec "python3 -c 'import hashlib, urllib.request
print(hashlib.sha256(urllib.request.urlopen(\"http://$host.1:$port/file\", timeout=60).read()).hexdigest())'" \
		"$guest/vmlinux.packed" </dev/null >"$tmp/sum" 2>"$tmp/run.err" || { cat "$tmp/run.err"; return 1; }
	grep -qx "$(sha256sum <"$tmp/web/file" | cut -d' ' -f1)" <(tr -d '\r' <"$tmp/sum")
}
for platform in process bare; do
	ok "$platform: $((net_bytes >> 20)) MiB by a tap interface" get_by_tap "$platform"
done
ok 'two guests do not share one' eval '"$afterburn_run" --on process --net "tap=$tap" --root / --exec "sleep 5" "$guest/vmlinux.packed" \
	</dev/null >/dev/null 2>&1 & first=$!; sleep 1.5
	"$afterburn_run" --on process --net "tap=$tap" "$guest/vmlinux.packed" </dev/null >/dev/null 2>"$tmp/second"; code=$?; wait $first
	((code == 3)) && grep -q "another program has it" "$tmp/second"'
done_testing
