#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The report and the gate on made-up figures: what they say, and what they refuse.
source "$TOP/tests/lib.sh"
tools=$TOP/tests/bench/report

make() { # make NAME STATEMENT...: $tmp/NAME.json, changed
	local name=$1
	shift
	"$tools/synthetic" "$@" >"$tmp/$name.json"
}

gate() { # gate NAME [OPTION...]: what it says, then its exit code
	local name=$1
	shift
	"$tools/gate" "$@" "$tmp/$name.json" "$tmp/base.json" 2>&1 | sed "s|$tmp/||g"
	echo "exit ${PIPESTATUS[0]}"
}

says() { # says NAME TEXT EXIT [OPTION...]
	local name=$1 text=$2 code=$3 said
	shift 3
	said=$(gate "$name" "$@")
	[[ $said == *"$text"* && $said == *"exit $code" ]] || {
		echo "$said"
		echo "expected: $text, exit $code"
		return 1
	}
}

domu=annotated/xen-domU/x86_64

make good
is "a baseline of a run" "$(gate good --renew)" "gate: wrote base.json: 81 metrics
exit 0"
ok "one metric a line" grep -qx "  \"$domu micro fork\": {\"instructions\": 180000, \"counters\": {.*}},*" \
	"$tmp/base.json"
ok "nothing but what was measured in instructions" sh -c "! grep -E 'process|pad-bytes' '$tmp/base.json'"
cp "$tmp/base.json" "$tmp/first.json"
gate good --renew >/dev/null
ok "renewed from the same run it is the same" cmp "$tmp/first.json" "$tmp/base.json"

is "the same again" "$(gate good)" "gate: 81 metrics, 0 failed (limit +3 %)
exit 0"
make grown "scale(find('$domu', 'fork'), 1.05)" "find('$domu', 'fork')['counters']['hypercalls'] = 14"
is "growth is named, with what was counted" "$(gate grown)" \
	"FAIL: $domu micro fork: 180,000 -> 189,000 instructions (+5.00 %)
    hypercalls 12 -> 14
gate: 81 metrics, 1 failed (limit +3 %)
exit 1"
ok "as TAP: the line of the metric fails" says grown \
	"$domu micro fork: 180,000 -> 189,000 instructions (+5.00 %)
#   hypercalls 12 -> 14" 1 --tap
is "as TAP: a line a metric" "$(gate grown --tap | awk '/^ok/ { o++ } /^not ok/ { n++ } /^1\.\./ { p = $0 } END { print o, n, p }')" \
	"80 1 1..81"
make grown_plain "scale(find('plain/bare/x86_64', 'null-call'), 1.04)"
ok "growth without a counter" says grown_plain "no counter changed" 1
make within "scale(find('$domu', 'fork'), 1.0299)"
ok "3 % is allowed" says within "0 failed" 0
make shrunk "scale(find('$domu', 'fork'), 0.9)"
ok "shrinking is told, and passes" says shrunk "shrunk: $domu micro fork" 0
ok "with the way to renew" says shrunk "make bench-baseline" 0
make new "r['results'].append(dict(find('$domu', 'fork'), metric='spoon'))"
ok "a new metric is told, and passes" says new "new: $domu micro spoon" 0
make gone "r['results'].remove(find('$domu', 'fork'))" \
	"r['skipped'].append({'system': '$domu', 'metric': 'fork', 'reason': 'no forks today'})"
ok "a metric that is gone fails" says gone "FAIL: $domu micro fork: gone (no forks today)" 1
make all_gone "r['results'] = []"
ok "a run that measured nothing fails" says all_gone "81 failed" 1
ok "only some: the others are not judged" says grown "0 failed" 0 --only "$domu macro"
ok "only some: those are" says grown "$domu micro fork: 180,000" 1 --only "$domu micro"
ok "only some that do not exist" says grown "no metrics like nonsense" 2 --only nonsense
make wall "scale(find('annotated/process/i386', 'fork'), 9)"
ok "the clock never fails the gate" says wall "0 failed" 0
for name in gcc qemu xen linux_source; do
	make other "r['machine']['$name'] = 'another'" "scale(find('$domu', 'fork'), 9)"
	ok "another $name: not judged, and said" says other "SKIP: the baseline of abc was taken with other versions: $name: baseline" 3
done
make other "r['kernels']['stock/x86_64']['version'] = 'another'"
ok "another stock kernel: not judged" says other "stock/x86_64: baseline 6.1.0-1-amd64, this run another" 3
make more "r['kernels']['stock/i386'] = {'sha256': '0', 'version': 'x'}"
ok "a stock kernel that the baseline lacks" says more "0 failed" 0
ok "as TAP: a skip" says other "1..0 # SKIP the baseline" 3 --tap

refused() { # refused WHAT TEXT STATEMENT...: by gate and report, and nothing is written
	local what=$1 text=$2 out=$tmp/out
	shift 2
	make bad "$@"
	ok "$what: refused by the gate" says bad "$text" 2
	rm -rf "$out" && mkdir "$out"
	ok "$what: refused by the report" sh -c "! '$tools/report' --output '$out' '$tmp/bad.json'"
	is "$what: nothing is written" "$(ls "$out")" ""
}
refused "another schema" "schema 3, this reads schema 2" "r['schema'] = 3"
refused "no schema" "'schema' is missing" "del r['schema']"
refused "no results" "'results' is missing" "del r['results']"
refused "a figure that is none" "NaN is not a figure" "find('$domu', 'fork')['median'] = float('nan')"
refused "an infinite figure" "is not a figure" "find('$domu', 'fork')['high'] = 1e999"
refused "a huge figure" "is not a figure" "find('$domu', 'fork')['samples'][0] = 10 ** 400"
refused "a negative figure" "is below zero" "scale(find('$domu', 'fork'), -1)"
refused "a negative counter" "is below zero" "find('$domu', 'fork')['counters']['hypercalls'] = -1"
refused "a figure in quotes" "is not a figure" "find('$domu', 'fork')['median'] = '5'"
refused "no samples" "no samples" "find('$domu', 'fork')['samples'] = []"
refused "a median beyond the samples" "contradict each other" "find('$domu', 'fork')['median'] *= 5"
refused "instructions by the clock" "mixed clocks" "find('$domu', 'fork')['clock'] = 'wall'"
refused "the clock on QEMU" "mixed clocks" "find('$domu', 'fork').update(clock='wall', unit='us')"
refused "instructions of the host" "mixed clocks" \
	"find('host/host/i386', 'fork').update(clock='icount', unit='instructions')"
refused "a metric twice" "is there twice" "r['results'].append(find('$domu', 'fork'))"
refused "an unknown group" "'group' is 'nano'" "find('$domu', 'fork')['group'] = 'nano'"
refused "no version of QEMU" "'qemu' is missing" "del r['machine']['qemu']"
refused "a list for a table" "'kernels' is" "r['kernels'] = []"
refused "not even a table" "'schema' is missing" "r.clear()"

broken() { # broken WHAT TEXT: the file is there already
	ok "$1" says bad "$2" 2
}
make bad && truncate -s -100 "$tmp/bad.json"
broken "cut short" "bad.json: not JSON"
printf '\377\376\000' >"$tmp/bad.json"
broken "not text" "bad.json: not JSON"
: >"$tmp/bad.json"
broken "empty" "bad.json: not JSON"
head -c 200000 /dev/zero | tr '\0' '[' >"$tmp/bad.json"
broken "nested beyond reason" "bad.json: not JSON"
rm "$tmp/bad.json"
broken "not there" "bad.json: No such file"
mkdir "$tmp/bad.json"
broken "a folder" "bad.json: Is a directory"
is "wrong usage" "$("$tools/gate" one 2>/dev/null; echo $?)" 2

base() { # base TEXT: put in the baseline's place
	printf '%s' "$1" >"$tmp/base.json"
}
base '{"schema": 1, "commit": "c", "versions": {}'
ok "a baseline cut short" says good "base.json: not JSON" 2
base '{"schema": 2}'
ok "a baseline of another schema" says good "not a baseline of schema 1" 2
cp "$tmp/good.json" "$tmp/base.json"
ok "a results file as the baseline" says good "not a baseline" 2
sed '/"metrics"/,$d' "$tmp/first.json" >"$tmp/base.json"
echo '"metrics": {}}' >>"$tmp/base.json"
ok "an empty baseline" says good "the baseline has no metrics" 2
sed 's/{"instructions": 180000/{"instructions": -1/' "$tmp/first.json" >"$tmp/base.json"
ok "a negative baseline" says good "is below zero" 2
cp "$tmp/first.json" "$tmp/base.json"
make none "r['results'] = []"
is "no baseline of nothing" "$(gate none --renew)" "gate: nothing in the results was measured in instructions
exit 2"
ok "and the old one stays" cmp "$tmp/first.json" "$tmp/base.json"

report() { # report NAME: report.md and report.html in $tmp/NAME
	mkdir -p "$tmp/$1"
	"$tools/report" --baseline "$tmp/base.json" --output "$tmp/$1" "$tmp/$1.json"
}
has() { # has NAME LINE: in report.md
	grep -qxF -- "$2" "$tmp/$1/report.md" || {
		cat "$tmp/$1/report.md"
		return 1
	}
}
well_formed() {
	/usr/bin/python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$tmp/$1/report.html"
}
ok "a report" report good
ok "the page is well-formed" well_formed good
ok "it needs no other file" sh -c "! grep -E '<script|<link|<img|src=|href=|url\\(http' '$tmp/good/report.html'"
ok "first: what each platform costs" has good \
	"| Afterburner, Xen dom0 | 1.900 | 1.900 | 1.900 | 1.900 | 1.900 | 1.900 | 1.900 |"
ok "what was not measured is missing" has good \
	"| Afterburner in a process, i386 | missing | 3.00 | missing | missing | 1.200 | missing | missing |"
ok "a limit that is met" has good \
	"| micro fork | $domu | stock/xen-domU/x86_64 | 1.150 | 1.111 | met |"
ok "one that is missed" has good \
	"| macro compile | $domu | stock/xen-domU/x86_64 | 1.050 | 1.111 | MISSED |"
ok "one that is not measured" has good \
	"| micro mmap | $domu | stock/xen-domU/x86_64 | 1.150 | missing | not measured |"
ok "a 32-bit kernel against the 64-bit one" has good \
	"| micro fork | annotated/xen-dom0/i386 | annotated/xen-dom0/x86_64 | 1.150 | 1.105 | met |"
ok "a limit in instructions" has good "| micro page-fault | annotated/l4/i386 | instructions | 6,000 | 15,000 | MISSED |"
ok "what is asked of Xen and of L4" has good \
	"| null-call | 360 | 570 | 630 | 1.105 | 12 | 1,800 | 3 |"
ok "what L4's share may be" has good \
	"- null-call on L4: 1,440 instructions more than on bare metal: 3 calls of L4 (2 ipc, 1 exchange-registers) and 1 piece mapped for a program per operation; at L4's own prices these are about 2,670"
ok "why a figure is above stock's" has good \
	"- fork: 1.111 times stock's instructions (18,000 more): 12 hypercalls (12 iret) and 3 faults per operation; the platform adds 89,910, to stock 63,000"
every_gain() { # the list's rows, all of them
	(($(grep -vc '^#' "$TOP/tests/bench/gains.txt") == $(grep -cE '^[|] (done|open|tried)' "$tmp/good/report.md")))
}
ok "what would gain most" every_gain
bad_gain() {
	mkdir -p "$tmp/bench" && cp -r "$tools" "$tmp/bench/report" &&
		echo 'open | no estimate' >"$tmp/bench/gains.txt"
	! "$tmp/bench/report/report" --output "$tmp/good" "$tmp/good.json" 2>"$tmp/err" &&
		grep -q 'gains.txt:1: no row of' "$tmp/err"
}
ok "a gain without an estimate is refused, with its line" bad_gain
ok "what was left out, and why" has good "| uml/i386 | all | no User-mode Linux here |"
report grown >/dev/null
ok "the difference to the baseline" has grown \
	"| $domu | 189,000 | 98,910 | 2.10 | 1.167 | +5.00 % | -1.0 to +2.0 % | 14 hypercalls (12 iret), 3 faults |"
report gone >/dev/null
ok "a metric that one system lacks" has gone "| $domu | missing |  |  |  |  |  |  |"
make blind "find('$domu', 'fork')['counters'] = {}"
report blind >/dev/null
ok "no counters, no explanation" has blind \
	"- fork: 1.111 times stock's instructions (18,000 more): not explained, no counters in this run; the platform adds 89,910, to stock 63,000"
make hostile "r['commit'] = '<script>|\`x\x01'" "r['skipped'][0]['reason'] = 'a | b <b>\n# c\ud800'"
ok "odd texts" report hostile
ok "odd texts: well-formed" well_formed hostile
ok "odd texts: no tags" sh -c "! grep -E '<(script|b)>' '$tmp/hostile/report.html'"
report all_gone >/dev/null
ok "an empty run: well-formed" well_formed all_gone
ok "an empty run: nothing is zero" has all_gone \
	"| Afterburner, Xen domU | missing | missing | missing | missing | missing | missing | missing |"
done_testing
