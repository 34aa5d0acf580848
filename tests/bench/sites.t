#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The micro-guest that measures sites, where nothing has to be booted: each metric is documented,
# and a wrong use of its runner is refused.
source "$TOP/tests/lib.sh"
sites=$TOP/tests/bench/sites

# The metrics that the sources name.
measured() {
	cat "$sites"/*.c "$sites"/*/*.c | tr '\n' ' ' |
		grep -oE 'SITE\([a-z0-9_]+, *"[a-z0-9-]+"|\.name = "[a-z0-9-]+"' |
		sed 's/^[^"]*"//; s/"$//' | sort
}

documented() {
	sed -n 's/^\([a-z0-9-]*\) | .*/\1/p' "$sites/sites.txt" | sort
}

refuses() { # refuses TEXT ARGUMENT...
	local text=$1 code=0 said
	shift
	said=$("$sites/run" "$@" 2>&1) || code=$?
	((code == 2)) && [[ $said == *"$text"* ]] || {
		echo "$said (exit code $code)"
		return 1
	}
}

skips() { # skips SYSTEM: with a reason, and that is no failure
	local said
	said=$("$sites/run" "$1") && [[ $said == "BENCH-SKIP "*": "*$'\n'BENCH-DONE ]]
}

ok "there are metrics" test "$(measured | wc -l)" -ge 20
is "each metric is in sites.txt, once" "$(documented)" "$(measured)"
ok "no system is an error" refuses "no system ''"
ok "so is one that there is not" refuses "no system 'annotated/xen-domU/i386'" annotated/xen-domU/i386
ok "so is an unknown option" refuses "unknown option" --slow annotated/bare/x86_64
ok "so is a metric that there is not" refuses "no metric 'clli'" annotated/bare/x86_64 --only clli
ok "so is an option without value" refuses "needs a value" annotated/bare/x86_64 --wedge
ok "a kernel without sites is skipped" skips stock/xen-domU/x86_64
done_testing
