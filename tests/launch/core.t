#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# The launcher's cores of guests that crash or panic, for kernels of both widths.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1

# loads: where the core's segments are, and what they are of
loads() {
	awk '$1 == "LOAD" { print $3, $4, $6 }' elf | tr '\n' ' '
}

# What differs: file type, segments, and what gdb prints of registers, code, and the page elsewhere.
expect_32=(ELF32 '0xc0000000 0x00000000 0x10000000 0xf8005000 0x01000000 0x01000 '
	'^eax +0x11223344 ' '0xc1000000 <start>:.*cli' 0xf8005000)
expect_64=(ELF64 '0x0000000040000000 0x0000000000000000 0x1200000 0x0000408000005000 0x0000000001000000 0x001000 '
	'^rax +0x1122334455667788 ' '0x41000000 <start>:.*cli' 0x408000005000)

cores() {
	local -n expect=expect_$width
	fake_kernel k || return
	rm -f core
	ok "$width bit: a crash" runs 1 --core core --append keys=c k
	ok "$width bit: says where the core is" says "the core is in 'core': gdb vmlinux core"
	ok "$width bit: readelf takes it" eval 'readelf -lnW core >elf 2>errors && [[ ! -s errors ]]'
	ok "$width bit: it is a core of its width" eval 'readelf -h core | grep -q "CORE (Core file)" &&
		readelf -h core | grep -q "${expect[0]}" && grep -q PRSTATUS elf'
	is "$width bit: the kernel, and what is mapped elsewhere" "$(loads)" "${expect[1]}"
	command -v gdb >/dev/null || {
		skip "$width bit: gdb reads it" 'gdb is not there: install the package gdb'
		return
	}
	ok "$width bit: gdb reads it" eval 'gdb -nx -q -batch k.plain core -ex "info registers" -ex "x/i \$pc" \
		-ex "x/xw ${expect[4]}" >said 2>&1'
	ok "$width bit: registers" grep -Eq "${expect[2]}" said
	ok "$width bit: symbols and code" grep -Eq "${expect[3]}" said
	ok "$width bit: memory that is mapped elsewhere" grep -Eq "^${expect[4]}:.*0x801f0ffa" said
	((width == 32)) || ok '64 bit: the other registers' eval \
		'grep -Eq "^r15 +0xf00df00df00df00d" said && grep -Eq "^eflags +0x202 " said &&
		 grep -Eq "^rsp +0x41002000" said && grep -Eq "^cs +0x60" said'
}
for_widths cores

fake_kernel k || exit 1

ok 'a crash' runs 1 --core core --append keys=c k
ok 'it has the holes of the memory' eval '(($(stat -c "%b * 512" core) < 4 << 20))'
ok 'nobody else reads it' eval '[[ $(stat -c %a core) == 600 ]]'
ok 'nothing is left beside it' eval '[[ $(echo core*) == core ]]'
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
