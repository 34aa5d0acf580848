# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What shell tests share: source "$TOP/tests/lib.sh", call ok, is or skip once per result, and
# done_testing at the end. $tmp is a private folder, removed when the test ends.
#
# Invariant: every result is printed with its number, and the plan counts exactly those.
set -u
: "${O:?the build folder}" "${TOP:?the source folder}"
source "$TOP/tests/harness/host.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
tap_count=0
tap_failed=0

# ok NAME COMMAND...: the command must succeed; what it printed is shown when it does not.
ok() {
	local name=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"$tmp/tap.out" 2>&1; then
		echo "ok $tap_count - $name"
	else
		echo "not ok $tap_count - $name"
		sed 's/^/#   /' "$tmp/tap.out" | tail -n 40
		tap_failed=$((tap_failed + 1))
	fi
}

# is NAME GOT EXPECTED: both texts must be the same.
is() {
	ok "$1" same "$2" "$3"
}

same() {
	[[ $1 == "$2" ]] || {
		printf 'got:      %s\nexpected: %s\n' "$1" "$2"
		return 1
	}
}

skip() { # skip NAME REASON
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

done_testing() {
	echo "1..$tap_count"
	((tap_failed == 0))
}
