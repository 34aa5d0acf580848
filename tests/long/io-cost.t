#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1800
#
# What a domU's disks and network cost under a wedge, beside Debian's kernel with its own drivers for Xen: instructions
# of the whole machine for reads, writes, round trips, streams, and two jobs on a disk (tests/bench/io.sh). A wedge may
# cost a fifth more.
source "$TOP/tests/lib.sh"
bench=$TOP/tests/bench
metrics=$(awk -F ' *[|] *' '/^[a-z]/ && (" " $2 " ") ~ " io " { print $1 }' "$bench"/{operations,jobs/jobs}.txt)

# The report's own words: | io NAME | system | measured against | at most | measured | verdict |
verdict() { # verdict METRIC
	grep "^| io $1 |" "$tmp/report.md" | tee "$tmp/line"
	grep -q '| met |$' "$tmp/line"
}

ok 'both kernels run' "$bench/bench" --set quick --systems annotated/xen-domU/x86_64,stock/xen-domU/x86_64 \
	--metrics "$(paste -sd, <<<"$metrics")" -o "$tmp/results.json"
ok 'a report of it' "$bench/report/report" --output "$tmp" "$tmp/results.json"
for metric in $metrics; do
	ok "$metric: at most 1.2 times as many instructions" verdict "$metric"
	sed 's/^/# /' "$tmp/line"
done
done_testing
