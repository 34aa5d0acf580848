#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The tests' own X.2 kernel does what L4Ka::Pistachio was seen to do: the conformance root task prints on
# it what pistachio.log holds, and it stops where that one stops. With a Pistachio at hand (its folder in
# AFTERBURN_L4: kickstart, x86-kernel, sigma0) the log is checked against the real one as well.
source "$TOP/tests/lib.sh"
source "$TOP/tests/l4/run.sh"
log=$TOP/tests/l4/pistachio.log

# What the log says without its header.
recorded() {
	grep -v '^#' "$log"
}

as_recorded() { # as_recorded DIR
	l4_conformance "$1" >"$tmp/printed"
	recorded | diff - "$tmp/printed" && return
	echo "'<' is $log, '>' the kernel in $1"
	return 1
}

says_what_it_is() {
	l4_all_cases "$O/tests/l4" >/dev/null
	grep -aq "^X.2 test kernel: for Afterburner's tests only, not for use" "$tmp/l4.console"
}

# A module that is no program of 32 bit is refused with a sentence.
refuses_other_files() {
	l4_command "$O/tests/l4" ''
	: >"$tmp/l4.console"
	timeout "$l4_boot_limit" "${l4_qemu[@]/"$l4_root"/$log}" </dev/null >"$tmp/l4.qemu" 2>&1
	grep -aq '^kickstart of the X.2 test kernel: a module is no ELF file of 32 bit' "$tmp/l4.console"
}

if ! command -v qemu-system-x86_64 >/dev/null; then
	skip "the test kernel" "no qemu-system-x86_64 here"
	done_testing
	exit
fi
ok "the test kernel says what it is" says_what_it_is
ok "its loader refuses what is no program" refuses_other_files
ok "it does what the log of Pistachio says" as_recorded "$O/tests/l4"
if [[ -n ${AFTERBURN_L4:-} ]]; then
	ok "so does the Pistachio in AFTERBURN_L4" as_recorded "$AFTERBURN_L4"
else
	skip "so does Pistachio" "none here: AFTERBURN_L4 names no folder"
fi
done_testing
