#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels of the lower half: where they are linked, and what the audit says. What they do, all other
# tests of this folder ask.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

# Addresses of all symbols but the user programs', absolute ones left out.
kernel_addresses() { # kernel_addresses FILE
	nm "$1" | awk '$2 !~ /[aA]/ && $3 !~ /^(user|try)_/ { print $1 }' | sort
}

in_its_gib() { # in_its_gib FILE
	local addresses
	mapfile -t addresses < <(kernel_addresses "$1")
	((${#addresses[@]} > 50)) && [[ ! ${addresses[0]} < 0000000041000000 &&
		${addresses[-1]} < 000000007f800000 ]]
}

ok "the audit accepts it" micro_audit x86_64-low flags
for guest in "$O"/tests/micro/x86_64-low/*.elf; do
	ok "$(basename "$guest" .elf) is linked from 1 to 2 GiB" in_its_gib "$guest"
done
done_testing
