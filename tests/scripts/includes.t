#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Who may include whom, what a folder consists of, and that the checks notice when somebody breaks
# that.
source "$TOP/tests/lib.sh"

# offends FILE INCLUDE-LINE: the check must name the file
offends() {
	local root=$tmp/tree
	rm -rf "$root"
	mkdir -p "$root"/{afterburner,wedge,guest-patches,tests} "$root/$(dirname "$1")"
	echo "$2" >"$root/$1"
	! "$TOP/scripts/check-includes" "$root" >"$tmp/out" && grep -q "^$1" "$tmp/out"
}

ok "the tree keeps the rules" "$TOP/scripts/check-includes" "$TOP"
ok "the assembler knows no ELF library" offends afterburner/as/x.c '#include "elf/image.h"'
ok "what everybody calls knows nothing above it" offends wedge/base/x.c '#include <wedge/core.h>'
ok "nor the architecture" offends wedge/base/x.c '#include <wedge/arch.h>'
ok "core knows no chip" offends wedge/core/x.c '#include <wedge/dev/i8254.h>'
ok "core knows no back end" offends wedge/core/x.c '#include "../backend/xen/hypercall.h"'
ok "nor does the boot protocol" offends wedge/boot/x.c '#include <wedge/arch.h>'
ok "the architecture calls the machine, not the core" offends wedge/arch/x.c '#include <wedge/core.h>'
ok "only the core sees the devices" offends wedge/arch/x.c '#include <wedge/dev.h>'
ok "a device knows no back end" offends wedge/dev/x.c '#include <wedge/backend.h>'
ok "a device has no libc" offends wedge/dev/x.c '#include <stdio.h>'
ok "the back end for Linux has no libc" offends wedge/backend/linux/x.c '#include <signal.h>'
ok "no other back end speaks to Linux" offends wedge/backend/xen/x.c '#include <linux/seccomp.h>'
ok "nor does the core" offends wedge/core/x.c '#include <asm/unistd_64.h>'
ok "back ends do not know each other" offends wedge/backend/xen/x.c '#include "../l4/ipc.h"'
ok "a new folder needs a rule" offends wedge/new/x.c 'int x;'

# A file that no list of sources names stops every make.
stray() {
	mkdir -p "$tmp/stray/wedge/dev"
	echo 'int x;' >"$tmp/stray/wedge/dev/x.c"
	! make -n -f "$TOP/wedge/sources.mk" SRC="$tmp/stray" 2>"$tmp/out" &&
		grep -q 'no list names wedge/dev/x.c' "$tmp/out"
}
ok "a source file needs a place in a list" stray

# crooked TEXT: a header of that text must not pass
crooked() {
	echo "$1" >"$tmp/x.h"
	! make -C "$TOP" O="$O" lint-headers WEDGE_HEADERS="$tmp/x.h" >"$tmp/out" 2>&1 &&
		grep -q 'x.h.*error' "$tmp/out"
}
ok "a header stands alone" crooked 'uint64_t of_no_include(void);'
done_testing
