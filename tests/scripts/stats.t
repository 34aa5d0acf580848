#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# afterburn stats: reading the wedge's counters, and wrong usage.
source "$TOP/tests/lib.sh"

stats=$TOP/scripts/commands/stats
printf 'boot\r\nafterburn wedge: stats cli 12\r\n(d1) afterburn wedge: stats sti 300\r\n' >"$tmp/log"
echo 'nothing here: stats cli' >"$tmp/empty"

exits() { # exits CODE PATTERN ARGUMENT...
	local want=$1 pattern=$2 code=0
	shift 2
	"$stats" "$@" </dev/null >"$tmp/out" 2>&1 || code=$?
	cat "$tmp/out"
	[[ $code == "$want" ]] && grep -q -- "$pattern" "$tmp/out"
}

ok "help" exits 0 usage --help
is "counters, the largest first" "$("$stats" --log "$tmp/log" | tr -s ' ' | tr '\n' ,)" "sti 300,cli 12,"
ok "no counters" exits 1 'printed no counters' --log "$tmp/empty"
ok "no log" exits 2 'cannot be read' --log "$tmp/missing"
ok "not on bare metal" exits 2 'bare metal' --on bare "$tmp/log"
ok "an option without value" exits 2 'needs a value' --on
ok "run's exit code comes through" exits 2 'not a readable file' "$tmp/missing"
done_testing
