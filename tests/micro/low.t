#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels of the lower half: where they are linked, and what the audit says. What they do, all other
# tests of this folder ask.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

# Addresses of all symbols but the user programs' and absolute ones.
kernel_addresses() { # kernel_addresses FILE
	nm "$1" | awk '$2 !~ /[aA]/ && $3 !~ /^(user|try)_/ { print $1 }'
}

in_its_gib() { # in_its_gib FILE
	(($(kernel_addresses "$1" | grep -c '^000000004[1-9a-f]') > 50)) &&
		! kernel_addresses "$1" | grep -v '^000000004[1-9a-f]'
}

ok "the audit accepts it" micro_audit x86_64-low flags
for guest in "$O"/tests/micro/x86_64-low/*.elf; do
	ok "$(basename "$guest" .elf) is linked from 1 to 2 GiB" in_its_gib "$guest"
done
done_testing
