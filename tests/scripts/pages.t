#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The pages for those who add a device or a platform name every function of the borders that they
# explain, and no function that is not there. Files that a page names are there.
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

# Words with capitals stand for something (NAME.t); netif.h is Xen's, report.md is made.
missing_files() { # missing_files PAGE...: what they name, by a path or its end, and is no file
	grep -ohE '`[a-z0-9_./-]+\.(c|h|S|sh|t|mk|def|md|lds)`' "$@" | tr -d '`' | sort -u |
		grep -vxE '(public/io/)?netif\.h|report\.md' | while read -r name; do
		grep -qE "(^|/)$(sed 's,^\(\.\./\)*,,; s,[.],[.],g' <<<"$name")$" "$tmp/files" || echo "$name"
	done
}
cd "$TOP" || exit
find . -path ./build -prune -o -type f -printf '%P\n' >"$tmp/files"
ok 'files that pages name are there' eval \
	'diff /dev/null <(missing_files README.md {afterburner,wedge}/doc/*.md tests/README.md tests/*/README.md guest-patches/README.md)'

# That the comparisons can fail:
printf 'void backend_one(void);\nvoid backend_two(void);\n' >"$tmp/h"
printf '`backend_one` and `backend_three`\n' >"$tmp/page"
ok 'a function that the page lacks, and one that is gone' eval '! covers "$tmp/page" backend_ "$tmp/h"'
printf '`wedge/gone.c`, `gone.h` and `wedge/core/start.c`, `start.c`, `../core/trap.c`\n' >"$tmp/page"
ok 'files that are gone' diff <(printf 'gone.h\nwedge/gone.c\n') <(missing_files "$tmp/page")
done_testing
