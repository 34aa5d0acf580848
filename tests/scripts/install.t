#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# make install: everything arrives below DESTDIR and PREFIX, and finds its other parts there.
source "$TOP/tests/lib.sh"

root=$tmp/root
bin=$root/opt/ab/bin/afterburn
libexec=$root/opt/ab/libexec/afterburner

only_below_prefix() {
	same "$(cd "$root" && find . -maxdepth 2 -mindepth 2)" ./opt/ab
}

compiles() {
	echo 'void f(void) { __asm__ volatile("cli"); }' >"$tmp/x.c"
	gcc -B"$libexec/" -c "$tmp/x.c" -o "$tmp/x.o" && "$bin" sites "$tmp/x.o"
}

packs() {
	"$bin" pack --wedge xen -o "$tmp/packed" "$tmp/no-kernel" 2>"$tmp/err"
	local code=$?
	cat "$tmp/err"
	[[ $code == 2 && ! -e $tmp/packed ]]
}

ok "make install" make -s -C "$TOP" O="$O" DESTDIR="$root" PREFIX=/opt/ab install
ok "nothing outside the prefix" only_below_prefix
ok "afterburn starts" "$bin" --help
for command in make run stats; do
	ok "afterburn $command is found" "$bin" $command --help
done
ok "the assembler is found by gcc" compiles
for wedge in xen-x86_64 linux-i386 linux-x86_64; do
	ok "the wedge $wedge is there" test -s "$root/opt/ab/lib/afterburner/wedge-$wedge.elf"
done
ok "the contract is there" test -s "$root/opt/ab/include/afterburn/insns.def"
ok "a missing kernel is named" packs

# make splits words at blanks, and so does the compiler's own driver.
ok "make install where the path has a blank" make -s -C "$TOP" O="$O" DESTDIR="$tmp/a b" PREFIX=/opt/ab install
is "everything is there" "$(cd "$tmp/a b/opt/ab" && find . -type f | sort)" \
	"$(cd "$root/opt/ab" && find . -type f | sort)"
printf 'vmlinux: x.c\n\t$(CC) -c x.c -o $@\n' >"$tmp/Makefile"
HOME=$tmp/home ok "afterburn make works from there" "$tmp/a b/opt/ab/bin/afterburn" make --no-audit -C "$tmp"
text_size() {
	size -A "$1" | awk '$1 == ".text" { print $2 }'
}
ok "with our assembler, which makes room" eval 'gcc -c "$tmp/x.c" -o "$tmp/plain.o" &&
	(($(text_size "$tmp/vmlinux") > $(text_size "$tmp/plain.o")))'
done_testing
