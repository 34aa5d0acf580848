#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that is linked with --gc-sections, which drops a function that holds sites.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

# The object has the function and its sites; the kernel does not.
dropped() { # dropped WIDTH
	local folder=$O/tests/micro/$1
	"$O/bin/afterburn" sites "$folder/sections/sections.c.o" | grep -F ' dropped+' &&
		! nm "$folder/sections.elf" | grep -w dropped && nm "$folder/sections.elf" | grep -w kept
}

for width in x86_64 x86_64-low i386; do
	ok "$width: a function is dropped" dropped $width
	ok "$width: the audit accepts it" micro_audit $width sections
done
micro_group sections
done_testing
