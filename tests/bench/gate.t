#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# The gate on this tree: no metric that is measured in instructions may have grown by more than 3 %
# since the baseline. Two runs are the same to the instruction; a wedge that is slow on purpose in
# one class of sites is caught, and the class is named.
source "$TOP/tests/lib.sh"
bench=$TOP/tests/bench
system=annotated/xen-dom0/x86_64

results() { # results FILE: one line each, without what describes the run
	sed -nE 's/^ *(\{"kernel": .*"metric": .*\}),?$/\1/p' "$1"
}

# The machine and the kernels of a results file, as lines for collect.
about() { # about FILE
	/usr/bin/python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
print("commit", run["commit"])
for name, value in run["machine"].items():
    print(f"machine.{name}", value)
for name, kernel in run["kernels"].items():
    for field, value in kernel.items():
        print(f"kernel.{name}.{field}", value)' "$1"
}

slow_sites() { # slow_sites CLASS: $tmp/slow.json
	local consoles=$tmp/consoles
	mkdir "$consoles" &&
		"$bench/sites/run" "$system" --wedge "$O/bench/sites/wedge-slow-$1.elf" \
			>"$consoles/${system//\//-}.1.sites" &&
		about "$tmp/gate.json" >"$tmp/about" &&
		"$bench/collect" --output "$tmp/slow.json" --set gate --rounds 1 --about "$tmp/about" \
			"$consoles"
}

# What failed must be sites of that class and nothing else.
names_the_class() { # names_the_class CLASS
	local said code=0
	said=$("$bench/report/gate" --only "$system site " "$tmp/slow.json" "$tmp/base.json") || code=$?
	echo "$said"
	((code == 1)) && awk -v class="class.$1" -v key="FAIL: $system site " '
		/^FAIL/ { failed++; if (index($0, key) != 1) wrong++ }
		/^ / { if (index($0, class)) named++ }
		END { exit !(failed > 0 && named == failed && !wrong) }' <<<"$said"
}

ok "the metrics of the gate are measured" "$bench/bench" --set gate -o "$tmp/gate.json"
code=0
"$bench/report/gate" --tap "$tmp/gate.json" "$bench/baseline/gate.json" || code=$?
ok "the gate judged, or said why not" test "$code" -ne 2

ok "a second run of one system" "$bench/bench" --systems annotated/bare/x86_64 -o "$tmp/second.json"
results "$tmp/gate.json" | grep -F '"platform": "bare", "width": "x86_64"' >"$tmp/first"
results "$tmp/second.json" >"$tmp/second"
ok "it measured as much" test "$(wc -l <"$tmp/second")" -ge 15
ok "it is the same to the instruction" cmp "$tmp/first" "$tmp/second"

ok "a baseline of this run" "$bench/report/gate" --renew "$tmp/gate.json" "$tmp/base.json"
ok "its sites are their own baseline" \
	"$bench/report/gate" --only "$system site " "$tmp/gate.json" "$tmp/base.json"
ok "a wedge that is slow in one class" slow_sites tlb
ok "is caught, and the class is named" names_the_class tlb
done_testing
