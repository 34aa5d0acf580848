# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# A guest's network: on Xen Debian's dom0, its back end and xl, and QEMU's network behind them; on bare metal
# QEMU's alone; in a process passt. Sourced behind tests/boot/lib.sh; net/init is the guest's first process.
#
# Invariant: what went over the network is compared by its checksum, which either side makes itself.
net_bytes=$((16 << 20))
net_platform=xen
declare -A net_mac=([xen]=00:16:3e:00:00:01 [bare]=52:54:00:12:34:56 [process]=52:54:00:12:34:56)

# make_net_ramdisk FILE [ARCHIVE]: with what that archive has besides
make_net_ramdisk() {
	local root=$tmp/net-root busybox
	mkdir -p "$root"/{bin,dev,proc,sys,tmp}
	busybox=$("$TOP/guest-patches/busybox" "$(width_of_guest)") && cp "$busybox" "$root/bin/busybox" &&
		cp "$TOP/tests/boot/net/init" "$root/init" &&
		{ "$TOP/scripts/dom0/cpio" "$root" && cat ${2:+"$2"}; } | gzip -1n >"$1"
}

width_of_guest() {
	[[ $guest == */i386 ]] && echo i386 || echo x86_64
}

# A server of this machine, for the guest, at $net_address or else on its loopback: sets $port. Its ports are below those that connections get.
start_server() {
	local turns=0
	mkdir -p "$tmp/web" && head -c $net_bytes /dev/urandom >"$tmp/web/file" && echo small >"$tmp/web/small" || return
	while ((turns++ < 20)); do
		port=$((20000 + RANDOM % 10000))
		busybox httpd -f -p "${net_address:-127.0.0.1}:$port" -h "$tmp/web" 2>"$tmp/server.err" &
		server=$!
		sleep 0.2
		! kill -0 $server 2>/dev/null || return 0
	done
	cat "$tmp/server.err"
	return 1
}

fetch() { # fetch ADDRESS FILE
	python3 -c 'import shutil, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as out:
    shutil.copyfileobj(answer, out)' "$@" 2>"$tmp/fetch.err"
}

# net_guest KERNEL RAMDISK WORDS [OPTION...]: the guest does them, and this machine its part of `serve`
net_guest() {
	local kernel=$1 ramdisk=$2 words=$3 forward turns=0 pid
	shift 3
	forward=$((30000 + RANDOM % 2000))
	rm -f "$tmp/web/over" "$tmp/back"
	boot_code=0
	"$afterburn_run" --on "$net_platform" --timeout 240 --net "user,forward=$forward:80" --initrd "$ramdisk" \
		--append "panic_on_warn=1 net.do=$words net.port=$port net.bytes=$net_bytes" "$@" "$kernel" \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" &
	pid=$!
	while kill -0 $pid 2>/dev/null && ((turns++ < 2400)); do
		sleep 0.1
		[[ $words != *,gone ]] || ! grep -aq '^NET ready 1' "$tmp/console.raw" || pkill -P $pid passt
		[[ ! -e $tmp/web/over ]] && grep -aq '^NET serving' "$tmp/console.raw" || continue
		fetch "http://127.0.0.1:$forward/file" "$tmp/back" && : >"$tmp/web/over"
	done
	wait $pid || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	mkdir -p "$O/tests/logs" && cp "$tmp/console" "$O/tests/logs/console-net-$net_platform-${guest##*/}"
	exit_code 0
}

did() { # did WORD
	grep -qx "NET-OK $1" "$tmp/console" || {
		grep -a '^NET\|^SUM' "$tmp/console"
		return 1
	}
}

# passt, which is nobody if root starts it, pings by sockets that a setting gives to some groups.
can_ping() {
	local first last group
	[[ $net_platform == process ]] || return 0
	group=$(id -g)
	((EUID)) || group=$(id -g nobody)
	read -r first last </proc/sys/net/ipv4/ping_group_range
	((first <= group && group <= last))
}

same_sum() { # same_sum NAME FILE WORD
	grep -qx "SUM $1 $(sha256sum <"$2" | cut -d' ' -f1)" "$tmp/console" && did "$3"
}

# report_net KERNEL RAMDISK [TITLE [OPTION...]]
report_net() {
	local what=${3:-$net_platform}
	ok "$what: the guest ran" net_guest "$1" "$2" address,show,get,serve,small,ping,show "${@:4}"
	ok "$what: an address by DHCP" did address
	ok "$what: the address and the device that it should be" grep -qx "NET address=10.0.2.15/24 mac=${net_mac[$net_platform]}" "$tmp/console"
	ok "$what: a link, and no errors" did show
	ok "$what: $((net_bytes >> 20)) MiB from the host" same_sum got "$tmp/web/file" get
	ok "$what: $((net_bytes >> 20)) MiB to the host, by the forwarded port" same_sum served "$tmp/back" serve
	ok "$what: 50 short connections" did small
	if can_ping; then
		ok "$what: datagrams and their answers" did ping
	else
		skip "$what: datagrams and their answers" "this host lets nobody's programs ping (net.ipv4.ping_group_range)"
	fi
}

# passt is ended in the midst of the run.
report_gone() {
	net_platform=process
	ok 'process: the guest ran, without passt at last' net_guest "$guest/vmlinux.packed" "$tmp/initrd" address,gone
	ok 'process: its link went down' did gone
	ok 'process: the run says so' grep -qx "afterburn run: the guest's network is gone: passt has ended" "$tmp/run.err"
}

report_networks() { # report_networks PLATFORM...
	ok 'a server of this machine' start_server
	trap 'kill $server; rm -rf "$tmp"' EXIT
	ok 'the guest for this test is made' make_net_ramdisk "$tmp/initrd"
	for net_platform in "$@"; do
		report_net "$guest/vmlinux.packed" "$tmp/initrd"
	done
}
