#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 9000
#
# What annotation costs on bare metal: the limits that the report judges (tests/bench/report/limits.py), for a
# kernel that is configured as Debian configures its own for virtual machines, compiled with and without our
# assembler. Both are kept in the cache, and take up to an hour each. LONG_GUESTS names other guests. The figures
# are in tests/bench/README.md.
source "$TOP/tests/lib.sh"
read -ra guests <<<"${LONG_GUESTS:-debian-cloud}"

compiled() { # compiled GUEST
	make -s -C "$TOP" O="$O" "$O/guest/$1/vmlinux" "$O/guest/$1/vmlinux.plain"
}

measured() { # measured GUEST: $tmp/GUEST.json
	"$TOP/tests/bench/bench" --set full --rounds 1 --guest "$1" -o "$tmp/$1.json" \
		--systems plain/bare/x86_64,annotated/bare/x86_64
}

# One line for each limit of annotation on bare metal: verdict, metric, ratio.
verdicts() { # verdicts FILE
	(cd "$TOP/tests/bench/report" && /usr/bin/python3 -B -c '
import sys, results
from figures import OURS_BARE
from limits import limits
for one in limits(results.load(sys.argv[1])):
    if one.system == OURS_BARE:
        ratio = "" if one.measured is None else f"{one.measured:.4f}, at most {one.most}"
        print(one.verdict.replace(" ", "-"), one.metric, ratio)' "$1")
}

is_met() { # is_met VERDICT RATIO
	echo "$1: $2"
	[[ $1 == met ]]
}

for guest in "${guests[@]}"; do
	ok "$guest: both kernels are built" compiled "$guest"
	ok "$guest: both are measured" measured "$guest"
	verdicts "$tmp/$guest.json" >"$tmp/verdicts"
	ok "$guest: there are limits" test -s "$tmp/verdicts"
	while read -r verdict metric ratio; do
		ok "$guest: $metric" is_met "$verdict" "$ratio"
		echo "# $guest: $metric $ratio"
	done <"$tmp/verdicts"
done
done_testing
