#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Who may include whom, and that the check notices when somebody does not.
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
ok "only the core sees the devices" offends wedge/arch/x.c '#include <wedge/dev.h>'
ok "a device knows no back end" offends wedge/dev/x.c '#include <wedge/backend.h>'
ok "a device has no libc" offends wedge/dev/x.c '#include <stdio.h>'
ok "the back end for Linux has no libc" offends wedge/backend/linux/x.c '#include <signal.h>'
ok "no other back end speaks to Linux" offends wedge/backend/xen/x.c '#include <linux/seccomp.h>'
ok "nor does the core" offends wedge/core/x.c '#include <asm/unistd_64.h>'
ok "back ends do not know each other" offends wedge/backend/xen/x.c '#include "../l4/ipc.h"'
ok "a new folder needs a rule" offends wedge/new/x.c 'int x;'
done_testing
