#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What linkers make of annotated objects: they link as the plain ones do, with the same messages, and
# the sites of the result are those of the code that is in it.
source "$TOP/tests/as/lib.sh"
cd "$tmp" || exit 1
afterburn=$O/bin/afterburn

annotate() { # annotate OBJECT [OPTION...]: standard input, and OBJECT.plain beside it
	cat >"$1.s" && "$AS" "${@:2}" "$1.s" -o "$1" && "$REAL" "${@:2}" "$1.s" -o "$1.plain"
}

has_sites() { # has_sites COUNT FILE: right ones, and nothing else to find
	"$afterburn" audit --strict "$2" >audit.out 2>&1 || {
		cat audit.out
		return 1
	}
	grep -qF "$2: 0 findings ($1 sites," audit.out || {
		cat audit.out
		return 1
	}
}

as_plain() { # as_plain LINKER...: succeeds, and says what it says of the plain objects
	"${@/%.o/.o.plain}" 2>&1 | sed 's/\.o\.plain/.o/g' >said.plain
	"$@" >said 2>&1 && diff said.plain said
}

# A script that must place every section, as of kernels linked with --orphan-handling=error.
annotate orphan.o <<'END'
	.globl _start
_start:	cli
1:	hlt
	jmp 1b
END
cat >orphan.ld <<'END'
SECTIONS {
	. = 0xffffffff80000000;
	.text : { *(.text) }
	.data : { *(.data) *(.bss) }
	.got : { *(.got) *(.got.plt) *(.igot) *(.igot.plt) *(.iplt) }
	.rela : { *(.rela.*) }
	.comment 0 : { *(.comment) }
	.symtab 0 : { *(.symtab) }
	.strtab 0 : { *(.strtab) }
	.shstrtab 0 : { *(.shstrtab) }
}
END
orphans() { # orphans LINKER
	as_plain "$1" --orphan-handling=error -T orphan.ld orphan.o -o orphan && has_sites 2 orphan
}

# Two translation units with the same inline function, of which the linker keeps one.
inline_code() { # inline_code NAME
	cat <<-END
		.section .text.shared, "axG", @progbits, shared, comdat
		.weak shared
		shared:	cli
			sti
			ret
		.text
		.globl $1
		$1:	call shared
			hlt
			ret
	END
}
inline_code _start | annotate first.o
inline_code second | annotate second.o
groups() { # groups LINKER OPTION...: 2 sites in each unit and 2 in the function that is kept
	as_plain "$@" first.o second.o -o groups && has_sites 4 groups
}
groups_joined() {
	ld -r first.o second.o -o joined.o && has_sites 4 joined.o
}

# A function that nothing calls, and that goes.
annotate sections.o <<'END'
	.section .text.dead, "ax"
dead:	cli
	mov %cr3, %rax
	ret
	.section .text.live, "ax"
	.globl _start
_start:	sti
1:	hlt
	jmp 1b
END
collected() { # collected LINKER
	as_plain "$1" --gc-sections sections.o -o sections && has_sites 2 sections &&
		! nm sections | grep dead
}
collected_and_packed() {
	collected ld && "$afterburn" pack --wedge xen -o packed sections | grep -F ': 2 sites, '
}
discarded() { # the same by a linker script
	printf 'SECTIONS { . = 0xffffffff80000000; .text : { *(.text.live) } /DISCARD/ : { *(.text.dead) } }\n' \
		>discard.ld
	as_plain ld -T discard.ld sections.o -o discard && has_sites 2 discard
}

# Anywhere in the address space.
far() { # far LINKER ADDRESS
	as_plain "$1" -Ttext="$2" orphan.o -o far && has_sites 2 far
}


# What Xen and the wedge keep for themselves, up to the last page, and the first behind it.
taken() { # taken ADDRESS WHOSE
	ld -Ttext="$1" orphan.o -o far && "$afterburn" pack --wedge xen -o far.packed far 2>said &&
		grep -F "lies among $2 addresses" said && rm far.packed
}
free() { # free ADDRESS
	ld -Ttext="$1" orphan.o -o far && "$afterburn" pack --wedge xen -o far.packed far 2>said &&
		[[ ! -s said ]] && rm far.packed
}
is "the wedge's addresses are those of its back end" \
	"$(awk '$1 == "#define" && $2 ~ /^XEN_PHYSMAP(_PAGES_MAX)?$/ { print $3 }' \
		"$TOP"/wedge/backend/xen/{x86_64/include/wedge/backend_traits,memory_layout}.h | tr '\n' ' ')" '0xffffff8000000000 0x6f00000 '

# 32 bit, with warnings as errors.
annotate narrow.o --32 <<'END'
	.globl _start
_start:	cli
	mov %eax, %cr3
1:	hlt
	jmp 1b
END
warnings() { # warnings LINKER
	as_plain "$1" -m elf_i386 --fatal-warnings narrow.o -o narrow && has_sites 3 narrow
}

for linker in ld ld.gold ld.lld; do
	if ! command -v "$linker" >said; then
		skip "$linker" "no $linker here"
		continue
	fi
	# gold knows no --orphan-handling.
	[[ $linker == ld.gold ]] || ok "$linker: no section is left over" orphans $linker
	ok "$linker: one copy of an inline function" groups $linker
	ok "$linker: a function that is collected" collected $linker
	for address in 0xffff800000100000 0x200000000 0xffffffff80100000; do
		ok "$linker: a kernel at $address" far $linker $address
	done
	ok "$linker: --fatal-warnings, 32 bit" warnings $linker
done
for address in 0xffff800000100000 0xffff87fffffff000; do
	ok "of a kernel at $address pack warns that it never runs on Xen" taken $address "Xen's own"
done
for address in 0xffffff8000001000 0xffffffeefffff000; do
	ok "of a kernel at $address, too" taken $address "the wedge's"
done
for address in 0xffff880000001000 0xffffffef00001000; do
	ok "of one at $address it does not" free $address
done
ok "ld -r: one copy of an inline function" groups_joined
ok "ld: a function that is collected does not keep a kernel from being packed" collected_and_packed
ok "ld: a section that the script discards" discarded

# The same from a compiler that makes the groups itself.
cat >inline.h <<'END'
struct lock {
	__attribute__((noinline)) static void close() { asm volatile("cli" ::: "memory"); }
};
template <int port> __attribute__((noinline)) unsigned char in()
{
	unsigned char value;
	asm volatile("inb %1, %0" : "=a"(value) : "i"(port));
	return value;
}
END
printf '#include "inline.h"\nint other() { lock::close(); return in<96>(); }\n' >other.cc
printf '#include "inline.h"\nint other();\nint sum;\nextern "C" void _start() { lock::close(); sum = in<96>() + other(); }\n' \
	>start.cc
compiled() { # compiled COMPILER FLAG...
	local unit
	for unit in start other; do
		"$@" -O2 -c $unit.cc -o $unit.o && has_sites 2 $unit.o &&
			AFTERBURN=off "$@" -O2 -c $unit.cc -o $unit.o.plain || return 1
	done
	as_plain ld start.o other.o -o compiled && has_sites 2 compiled
}
if command -v g++ >said; then
	ok "g++: inline functions of two units" compiled g++ -B"$(dirname "$AS")"
else
	skip "g++: inline functions of two units" "no g++ here"
fi
if command -v clang++ >said; then
	ok "clang++: inline functions of two units" compiled clang++ -no-integrated-as -B"$(dirname "$AS")"
else
	skip "clang++: inline functions of two units" "no clang++ here"
fi
done_testing
