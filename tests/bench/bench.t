#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 120
#
# The benchmarks' own behaviour: bad input is refused with a word about it, what a guest prints
# becomes a results file or an error, and a tiny run on bare metal measures what it says.
source "$TOP/tests/lib.sh"
bench=$TOP/tests/bench

said() { # said COMMAND...: what it said, then its exit code
	"$@" 2>&1
	echo "$?"
}

# On this machine, with a file for a disk and itself for a server.
io_operations() { # io_operations PROGRAM
	local server port code=0 turns=0
	truncate -s 2M "$tmp/disk" && : >"$tmp/port"
	"$1" --serve 127.0.0.1:0 >"$tmp/port" &
	server=$!
	until port=$(sed -n 's/^BENCH-PORT //p' "$tmp/port") && [[ -n $port ]] || ((turns++ > 50)); do sleep 0.1; done
	"$1" --disk "$tmp/disk" --server "127.0.0.1:$port" --set io >"$tmp/out" || code=$?
	kill $server
	cat "$tmp/out"
	((code == 0)) && diff <(sed -En 's/^BENCH ([^ ]*) us( [0-9.]+){3,9}$/\1/p' "$tmp/out") <("$1" --list io)
}

for width in x86_64 i386; do
	ops=$O/bench/$width/bench-ops
	if [[ $width == i386 ]] && why=$(host_lacks 32-bit); then
		skip "$width: the program" "$why"
		continue
	fi
	is "$width: an unknown clock" "$(said "$ops" --clock sun)" \
		"bench-ops: no clock 'sun': wall or tsc
2"
	is "$width: an unknown set" "$(said "$ops" --set few)" "bench-ops: no set 'few': process, micro or io
2"
	is "$width: an option without a value" "$(said "$ops" --clock)" \
		"bench-ops: --clock needs a value
2"
	is "$width: an unknown option" "$(said "$ops" --fast yes)" "bench-ops: unknown option '--fast'
2"
	is "$width: a disk that is not named" "$(said "$ops" disk-read-4k | sed 1d)" \
		"BENCH-FAIL disk operations need --disk: Success
1"
	is "$width: a server that is nowhere" "$(said "$ops" --server nowhere tcp-trip | sed 1d)" \
		"BENCH-FAIL nowhere: Invalid argument
1"
	ok "$width: disks and networks: samples of each" io_operations "$ops"
	is "$width: an unknown operation after options" "$(said "$ops" --clock tsc nonsense)" \
		"bench-ops: no operation 'nonsense'; see bench-ops --list
2"
	# On this machine the counter counts cycles, but it counts.
	ok "$width: the time stamp counter as the clock: nine samples" \
		grep -Eqx 'BENCH null-call instructions( [0-9]+[.][0-9]+){9}' <("$ops" --clock tsc null-call)
done

is "an unknown set" "$(said "$bench/bench" --set all)" "bench: no set 'all': gate, quick or full
2"
is "an unknown option" "$(said "$bench/bench" --quick)" "bench: unknown option '--quick'; see bench --help
2"
is "an unknown guest" "$(said "$bench/bench" --guest i386)" \
	"bench: no guest 'i386': x86_64, x86_64-low, debian-cloud or debian
2"
if [[ ! -r $O/guest/x86_64/initrd.gz ]]; then
	skip "a guest that is not built" "no RAM disk to start it with: make guest"
elif [[ -e $O/guest/debian/vmlinux.plain ]]; then
	skip "a guest that is not built" "it is built"
else
	is "a guest that is not built" "$(said "$bench/bench" --guest debian --systems plain/bare/x86_64 \
		--metrics fork -o "$tmp/r.json" | grep -o 'vmlinux.plain is missing: run make .*')" \
		"vmlinux.plain is missing: run make guest-debian guest-plain-debian"
fi
is "an option without a value" "$(said "$bench/bench" -o)" "bench: -o needs a value; see bench --help
2"
is "rounds, not a number" "$(said "$bench/bench" --rounds 0)" \
	"bench: --rounds takes a whole number from 1 to 99, not '0'
2"
is "an unknown metric" "$(said "$bench/bench" --metrics fork,spoon)" \
	"bench: no metric 'spoon' in operations.txt or jobs/jobs.txt
2"
ok "an unknown system" grep -q "^bench: no system 'plain/xen/i386'; there are: plain/bare/x86_64 " \
	<("$bench/bench" --systems plain/xen/i386 2>&1)
is "a system and a metric" \
	"$("$bench/bench" --list --set quick --systems plain/bare/i386,host/host/i386 --metrics fork,tar)" \
	"plain/bare/i386: count:fork jobs:tar
host/host/i386: micro:fork wall-jobs:tar"
is "disks and networks, where a system has them" \
	"$("$bench/bench" --list --set quick --systems stock/xen-domU/x86_64,stock/bare/x86_64 --metrics tcp-get,disk-untar)" \
	"stock/xen-domU/x86_64: io:tcp-get,disk-untar
stock/bare/x86_64: "
is "L4 runs no jobs" \
	"$("$bench/bench" --list --set full --systems annotated/l4/i386 --metrics fork,tar)" "annotated/l4/i386: count:fork"
ok "a tree that is not built" grep -qx "bench: $tmp/none/bin/afterburn is missing: run make" \
	<(O=$tmp/none "$bench/bench" -o "$tmp/r.json" 2>&1)

# What the host lacks is no failure of the others.
lacking() {
	AFTERBURN_HOST_LACKS=32-bit "$bench/bench" --systems host/host/i386,annotated/process/i386 -o "$tmp/r.json" 2>&1
}
ok "what the host cannot run is left out, and why" eval '! lacking >"$tmp/out" &&
	(($(grep -cE "^bench: (host/host|annotated/process)/i386 is left out: this host runs no 32-bit code" "$tmp/out") == 2))'
ok "if that is all, nothing was measured" grep -q "nothing was measured" "$tmp/out"

# collected TEXT [TEXT2]: a console of one round, or of two, through collect
collected() {
	rm -rf "$tmp/consoles" "$tmp/r.json"
	mkdir "$tmp/consoles"
	printf '%b' "$1" >"$tmp/consoles/annotated-bare-i386.1.count"
	[[ -z ${2:-} ]] || printf '%b' "$2" >"$tmp/consoles/annotated-bare-i386.2.count"
	printf 'commit abc\nmachine.cpus 2\nkernel.annotated/i386.version 6.1\n' >"$tmp/about"
	"$bench/collect" --output "$tmp/r.json" --set gate --rounds 1 --about "$tmp/about" \
		"$tmp/consoles" 2>&1
}
refused() { # refused NAME EXPECTED TEXT...
	is "$1" "$(collected "${@:3}"; ls "$tmp"/r.json* 2>/dev/null)" "collect: $2"
}
good='some text\nBENCH fork instructions 30 10 20.5 | faults=2 insn.CLI=0.25\r\nBENCH-DONE\r\n'
is "a console becomes a result" "$(collected "$good"; grep fork "$tmp/r.json")" \
	'  {"kernel": "annotated", "platform": "bare", "width": "i386", "group": "micro", "metric": "fork", "clock": "icount", "unit": "instructions", "samples": [10, 20.5, 30], "median": 20.5, "low": 10, "high": 30, "counters": {"faults": 2, "insn.CLI": 0.25}}'
is "two equal rounds are one result" "$(collected "$good" "$good"; grep -c '"samples": \[10, 20.5, 30\]' "$tmp/r.json")" 1
us='BENCH fork us 2\nBENCH-DONE\n'
is "rounds by the wall clock are put together" \
	"$(collected "$us" "${us/2/1}"; grep -o '"median.*high": 2' "$tmp/r.json")" \
	'"median": 1.5, "low": 1, "high": 2'
is "what was left out and why" \
	"$(collected "BENCH-SKIP sh: no busybox\n$good"; grep busybox "$tmp/r.json")" \
	'  {"system": "annotated/bare/i386", "metric": "sh", "reason": "no busybox"}'
refused "rounds that differ" \
	"annotated/bare/i386: fork differs between rounds, and should not by one instruction" \
	"$good" "${good/20.5/20.6}"
refused "a round without a metric" "annotated/bare/i386: fork is missing in a round" \
	"$good" "${good/fork/exec}"
refused "no end" "annotated-bare-i386: the run did not come to its end" "${good/BENCH-DONE/}"
refused "a failure" "annotated-bare-i386: BENCH-FAIL fork: no" "BENCH-FAIL fork: no\n$good"
refused "a line cut short" "annotated-bare-i386: BENCH pipe instructions 3 4.x" \
	"BENCH pipe instructions 3 4.x\n$good"
refused "a metric twice" "annotated/bare/i386: fork twice in one round" "$good$good"
refused "nothing" "nothing was measured" 'BENCH-DONE\n'

guest=$O/guest/x86_64/vmlinux
if [[ ! -r $guest ]]; then
	skip "a run on bare metal" "no guest: make guest"
else
	ok "a run on bare metal" "$bench/bench" --systems annotated/bare/x86_64 --metrics null-call,fork \
		--rounds 2 -o "$tmp/run.json"
	ok "it has these two metrics, with samples, in instructions, and tells of what they are" \
		/usr/bin/python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
assert run["schema"] == 2 and run["rounds"] == 2 and run["skipped"] == []
assert run["kernels"]["annotated/x86_64"]["sha256"] == sys.argv[2]
by = {r["metric"]: r for r in run["results"]}
assert sorted(by) == ["fork", "null-call"]
for r in by.values():
    assert (r["kernel"], r["platform"], r["width"]) == ("annotated", "bare", "x86_64")
    assert r["group"] == "micro" and r["clock"] == "icount" and r["unit"] == "instructions"
    assert len(r["samples"]) == 9 and r["low"] <= r["median"] <= r["high"]
assert 50 < by["null-call"]["median"] < 2000 < by["fork"]["median"]
' "$tmp/run.json" "$(sha256sum <"$guest" | cut -d ' ' -f 1)"
fi
done_testing
