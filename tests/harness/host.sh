# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What this host lacks that a test needs. Needs TOP and O.
#
# A whole test file says so near its top, `# needs: WORD`, and tests/run asks here; a test that
# needs it for a part only asks itself: if why=$(host_lacks 32-bit); then skip 'part' "$why"; fi
#
# Invariant: the reason is the one that the trial or the launcher itself gave; what needs something
# that is lacking is not started.

# host_lacks 32-bit|process: prints why it cannot be had here; fails if it can
host_lacks() {
	local why
	case $1 in
	32-bit) ! why=$("$TOP/scripts/host-runs-32-bit" 2>&1) ;;
	process) why=$(host_lacks 32-bit || refusal_of_launcher) ;;
	*) why="unknown word '$1' in # needs:" && echo "$why" >&2 && return 2 ;;
	esac || return
	echo "$why"
}

# The launcher tries out, in milliseconds, what it will ask of the host. Exit code 3 means that the
# host lacks something; whatever else may be wrong is for the tests to find.
refusal_of_launcher() {
	local said code=0
	said=$("$O/libexec/afterburner/launch" --probe 2>&1 </dev/null) || code=$?
	((code == 3)) && echo "${said#afterburn run: }"
}
