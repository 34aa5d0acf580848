#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The pages for those who add a device or a platform name every function of the borders that they
# explain, and no function that is not there.
source "$TOP/tests/lib.sh"
headers=$TOP/wedge/include/wedge

declared() { # declared PREFIX HEADER
	sed -E 's,/\*.*\*/,,' "$2" | grep -oE "\b$1[a-z0-9_]+\(" | tr -d '(' | sort -u
}

named() { # named PREFIX PAGE
	grep -oE "\b$1[a-z0-9_]+\b" "$2" | sort -u
}

# covers PAGE PREFIX HEADER [WORD...]: WORDs are no functions
covers() {
	diff <(declared "$2" "$3") <(named "$2" "$1" | grep -vxF -e "$(printf '%s\n' "${@:4}")")
}

ok 'a platform: what a back end supplies' covers "$TOP/wedge/doc/adding-a-platform.md" backend_ \
	"$headers/backend.h" backend_traits backend_counters
ok 'a platform: what it calls' covers "$TOP/wedge/doc/adding-a-platform.md" core_ "$headers/core.h"
ok 'a device: what it asks for' covers "$TOP/wedge/doc/writing-a-device.md" dev_host_ "$headers/dev.h"

# That the comparison can fail:
printf 'void backend_one(void);\nvoid backend_two(void);\n' >"$tmp/h"
printf '`backend_one` and `backend_three`\n' >"$tmp/page"
ok 'a function that the page lacks, and one that is gone' eval '! covers "$tmp/page" backend_ "$tmp/h"'
done_testing
