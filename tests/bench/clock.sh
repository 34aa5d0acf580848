# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The clock of a system, compared with ours: the program tells its own before and after, and we note
# when that came. Source it with die() defined.
#
# Invariant: no figure is taken from a run whose clock went otherwise than ours.

# Adds the moment to each line that tells a clock, and takes carriage returns away.
stamp() {
	local line
	while IFS= read -r line; do
		line=${line//$'\r'/}
		[[ $line != BENCH-CLOCK* ]] || line="$line $EPOCHREALTIME"
		echo "$line"
	done
}

# Times told by a clock that runs slow would be worth nothing. A line may be late by a quarter of a
# second on a busy machine; beyond that 3 % is too much.
clock_off() { # clock_off CONSOLE: how the clock went, if that is wrong
	awk '/^BENCH-CLOCK/ { n++; own[n] = $2; ours[n] = $3 }
		END {
			theirs = own[2] - own[1]
			here = ours[2] - ours[1]
			off = theirs > here ? theirs - here : here - theirs
			if (n != 2 || off > 0.25 + 0.03 * here)
				printf "%.3f s in %.3f s", theirs, here
		}' "$1"
}

check_clock() { # check_clock WHOSE CONSOLE
	local difference
	difference=$(clock_off "$2")
	[[ -z $difference ]] || die "the clock of the $1 went $difference"
}
