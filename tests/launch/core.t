#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process
#
# The launcher's cores of guests that crash or panic.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
fake_kernel k || exit 1

ok 'a crash' runs 1 --core core --append keys=c k
ok 'says where the core is' says "the core is in 'core': gdb vmlinux core"
ok 'readelf takes it' eval 'readelf -lnW core >elf 2>errors && [[ ! -s errors ]]'
ok 'it is a core for i386' eval 'readelf -h core | grep -q "CORE (Core file)" && grep -q PRSTATUS elf'
ok 'the direct map, and what is mapped elsewhere' eval \
	'awk "\$1 == \"LOAD\" { print \$3, \$4, \$6 }" elf | tr "\n" " " >loads &&
	 same "$(<loads)" "0xc0000000 0x00000000 0x10000000 0xf8005000 0x01000000 0x01000 "'
ok 'it has the holes of the memory' eval '(($(stat -c "%b * 512" core) < 4 << 20))'
ok 'nobody else reads it' eval '[[ $(stat -c %a core) == 600 ]]'
ok 'nothing is left beside it' eval '[[ $(echo core*) == core ]]'
if command -v gdb >/dev/null; then
	ok 'gdb reads it' eval 'gdb -nx -q -batch k.plain core -ex "info registers" -ex "x/i \$pc" \
		-ex "x/xw 0xf8005000" >said 2>&1'
	ok 'registers' grep -Eq '^eax +0x11223344' said
	ok 'symbols and code' grep -Eq '0xc1000000 <start>:.*cli' said
	ok 'memory that is mapped elsewhere' grep -Eq '^0xf8005000:.*0x801f0ffa' said
else
	skip 'gdb reads it' 'gdb is not there: install the package gdb'
fi
ok 'a panic' eval 'rm core && runs 1 --core core --append keys=p k && says "the core is in" &&
	! says "without registers" >/dev/null'
ok 'a guest killed by a signal: without registers' eval 'rm core && runs 1 --core core --append keys=k k &&
	says "without registers" && [[ -s core ]]'
ok 'no core of a guest that ends well' eval 'rm core && runs 0 --core core --append keys=q k && [[ ! -e core ]]'
ok 'an old core is replaced' eval 'echo old >core && runs 1 --core core --append keys=c k && readelf -h core >elf'
ok 'a folder that is not there' eval 'runs 1 --core gone/core --append keys=c k && says "no core in"'
ok 'a device stays a device' eval 'runs 1 --core /dev/full --append keys=c k && says "not a regular file" &&
	[[ -c /dev/full ]]'
# 64 MiB of memory may be made, a little more may not be written.
ok 'a file size limit leaves nothing' eval 'rm core && (ulimit -f 65537;
	runs 1 --memory 64 --core core --append keys=c k) && says "File too large" && [[ $(echo core*) == "core*" ]]'
done_testing
