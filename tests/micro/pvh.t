#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that is no Linux and has a PVH entry is entered there: a micro-guest whose note of Linux's
# has another owner.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

# Its command line is read through PVH's start info: exactly the one check that it names runs.
entered_by_pvh() { # entered_by_pvh WIDTH/PLATFORM
	micro_boot "$1" processor-pvh only=entered_by_boot_protocol
	grep -aqx 'MICRO-SKIP entered_by_boot_protocol: entered by the PVH protocol' \
		"$tmp/console" && (($(grep -ac '^MICRO-RUN' "$tmp/console") == 1)) && micro_ended
}

mkdir -p "$O/tests/micro/i386"
perl -pe 's/Linux\0\0\0test/Other\0\0\0test/' "$O/tests/micro/i386/processor.elf" \
	>"$O/tests/micro/i386/processor-pvh.elf"
is 'it is no Linux by its notes' "$(readelf -n "$O/tests/micro/i386/processor-pvh.elf" |
	awk '$1 == "Linux" || $1 == "Other" { print $1 }')" Other
micro_boot i386/process processor-pvh only=none
if ((boot_code == 3)); then
	skip 'i386 process: entered by PVH' "$(head -n 1 "$tmp/run.err")"
else
	ok 'i386 process: entered by PVH' entered_by_pvh i386/process
fi
done_testing
