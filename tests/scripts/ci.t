#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# .ci/run: both totals, and an exit code that hides nothing. `make` is a stand-in.
source "$TOP/tests/lib.sh"
mkdir -p "$tmp/tree/.ci" "$tmp/tree/scripts" "$tmp/bin"
cp "$TOP/.ci/run" "$tmp/tree/.ci/"
printf '#!/bin/sh\nexit 0\n' >"$tmp/tree/scripts/packages"
printf '#!/bin/sh\n[ "$AFTERBURN_HOST_LACKS" != 32-bit ]\n' >"$tmp/tree/scripts/host-runs-32-bit"
cat >"$tmp/bin/make" <<'END'
#!/bin/sh
case $2/$AFTERBURN_HOST_LACKS in
$BAD) echo "8 passed, 2 failed, 0 skipped" && exit 2 ;;
$MUTE) exit 0 ;;
check/) echo "9 passed, 0 failed, 1 skipped" ;;
check/32-bit | unit/32-bit) echo "6 passed, 0 failed, 4 skipped" ;;
esac
END
chmod +x "$tmp/bin/make" "$tmp"/tree/scripts/*

ci() { # ci: its last two lines and its exit code
	PATH=$tmp/bin:$PATH "$tmp/tree/.ci/run" >"$tmp/out" 2>&1
	echo "= $?" >>"$tmp/out"
	tail -n 3 "$tmp/out"
}
export BAD='' MUTE=''
unset AFTERBURN_HOST_LACKS
other='as a host without 32-bit code, what boots nothing'
is 'both totals' "$(ci)" "this host: 9 passed, 0 failed, 1 skipped
$other: 6 passed, 0 failed, 4 skipped
= 0"
is 'a host without 32-bit code has one' "$(AFTERBURN_HOST_LACKS=32-bit ci | tail -n 2)" \
	"this host: 6 passed, 0 failed, 4 skipped
= 0"
is 'a failure here' "$(BAD='check/' ci)" "this host: 8 passed, 2 failed, 0 skipped
$other: 6 passed, 0 failed, 4 skipped
= 1"
is 'a failure without 32-bit code' "$(BAD='unit/32-bit' ci)" "this host: 9 passed, 0 failed, 1 skipped
$other: 8 passed, 2 failed, 0 skipped
= 1"
is 'no total is a failure' "$(MUTE='check/' ci)" "this host: no total
$other: 6 passed, 0 failed, 4 skipped
= 1"
done_testing
