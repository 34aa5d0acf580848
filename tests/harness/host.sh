# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Finds out what this host lacks that a test needs. Needs TOP and O.
#
# A test file that needs something says so near its top, `# needs: WORD`, and tests/run calls
# host_lacks. A test that needs it for one part calls host_lacks itself: if why=$(host_lacks
# 32-bit); then skip 'part' "$why"; fi
#
# Invariant: the reason is the one that the trial or the launcher printed. A test is not started if
# the host lacks what it needs.

# host_lacks 32-bit|process|process-x86_64: prints why this host lacks it; fails if the host has it. A
# process is one for an i386 kernel, if it is not said.
host_lacks() {
	local why
	case $1 in
	32-bit) ! why=$("$TOP/scripts/host-runs-32-bit" 2>&1) ;;
	process) why=$(host_lacks 32-bit || refusal_of_launcher i386) ;;
	process-x86_64) why=$(refusal_of_launcher x86_64) ;;
	*) why="unknown word '$1' in # needs:" && echo "$why" >&2 && return 2 ;;
	esac || return
	echo "$why"
}

# The launcher tries, in milliseconds, all that it needs of the host. Exit code 3 means that the
# host lacks something; the tests find every other fault.
refusal_of_launcher() { # refusal_of_launcher WIDTH
	local said code=0
	said=$("$O/libexec/afterburner/launch" --probe "$1" 2>&1 </dev/null) || code=$?
	((code == 3)) && echo "${said#afterburn run: }"
}
