#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel in C++ with inline functions that hold sites and that two units have.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

if [[ ! -e $O/tests/micro/x86_64/inline.elf ]]; then
	skip "inline functions of C++" "no g++ here"
	done_testing
	exit
fi
for width in x86_64 x86_64-low i386; do
	ok "$width: the audit accepts it" micro_audit $width inline
	ok "$width: the units have three groups each" same 3 \
		"$(readelf -gW "$O/tests/micro/$width/inline/first.cc.o" | grep -c '^COMDAT group')"
done
micro_group inline
done_testing
