# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# Builds the small ELF files that the tests of the tools look at. Needs TOP.
#
# Invariant: plain gcc and ld make them; our assembler has no part in it.
fixtures=$TOP/tests/tools

# object WIDTH OUT [gcc argument...]: kernel.S as an object file
object() {
	local width=$1 out=$2 regs
	shift 2
	if ((width == 64)); then regs='-DREG(x)=r##x -DIRET=iretq'; else regs='-DREG(x)=e##x -DIRET=iret'; fi
	# shellcheck disable=SC2086 # two words on purpose
	gcc -m"$width" -c -I"$TOP/afterburner/include" -I"$fixtures" $regs "$@" \
		"$fixtures/kernel.S" -o "$out"
}

# with_code WIDTH OUT CODE: the same, with CODE in the function `extra`
with_code() {
	printf '%s\n' "$3" >"$2.inc"
	object "$1" "$2" "-DEXTRA=\"$2.inc\""
}

# link_kernel WIDTH OBJECT OUT [ld argument...]: at a kernel's addresses, or those behind
# $kernel_base, with note and segments
link_kernel() {
	local width=$1 object=$2 out=$3 base format
	shift 3
	if ((width == 64)); then
		base=0xffffffff80000000 format=elf_x86_64
	else
		base=0xc0000000 format=elf_i386
	fi
	base=${kernel_base:-$base}
	cat >"$out.lds" <<-END
		ENTRY(phys_start)
		phys_start = 0x1000000;
		PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); init PT_LOAD FLAGS(7); note PT_NOTE; }
		SECTIONS {
			. = $base + 0x1000000;
			.text : AT(ADDR(.text) - $base) { *(.text) } :text
			.rodata : AT(ADDR(.rodata) - $base) { *(.rodata) } :text
			.notes : AT(ADDR(.notes) - $base) { *(.notes) } :text :note
			. = ALIGN(0x1000);
			.data : AT(ADDR(.data) - $base) { *(.data) } :data
			. = ALIGN(0x1000);
			.init.text : AT(ADDR(.init.text) - $base) { *(.init.text) } :init
			.altinstr_replacement : AT(ADDR(.altinstr_replacement) - $base) {
				*(.altinstr_replacement) } :init
			.bss : AT(ADDR(.bss) - $base) { *(.bss) . += 0x3000; } :init
			/DISCARD/ : { *(.note.*) }
		}
	END
	ld -m "$format" --no-warn-rwx-segments -z max-page-size=0x1000 -T "$out.lds" "$@" "$object" -o "$out"
}

kernel() { # kernel WIDTH OUT
	object "$1" "$2.o" && link_kernel "$1" "$2.o" "$2"
}

# wedge WIDTH OUT [gcc argument...]: at a wedge's address, or at $wedge_base
wedge() {
	local width=$1 out=$2 base format
	shift 2
	if ((width == 64)); then
		base=0xffffffffffe00000 format=elf_x86_64
	else
		base=0xffa00000 format=elf_i386
	fi
	gcc -m"$width" -DWIDTH="$width" -c -I"$TOP/afterburner/include" "$@" "$fixtures/wedge.S" \
		-o "$out.o" || return
	cat >"$out.lds" <<-END
		PHDRS { all PT_LOAD FLAGS(7); note PT_NOTE; }
		SECTIONS {
			. = ${wedge_base:-$base};
			.text : { *(.text) } :all
			.note.Xen : { *(.note.Xen) } :all :note
			.bss : { *(.bss) } :all
			/DISCARD/ : { *(.note.*) }
		}
	END
	ld -m "$format" --no-warn-rwx-segments -z max-page-size=0x1000 -e header -T "$out.lds" "$out.o" -o "$out"
}

le() { # le BYTES VALUE: a little-endian number, for printf
	local text='' i value=$2
	for ((i = 0; i < $1; i++)); do
		text+=$(printf '\\x%02x' $((value >> 8 * i & 255)))
	done
	printf '%b' "$text"
}

# bzimage PAYLOAD OUT: a bzImage's outside around a compressed kernel
bzimage() {
	head -c 1024 /dev/zero >"$2"
	poke "$2" 497 "$(printf '\\x01')"
	poke "$2" 514 'HdrS'
	poke "$2" 518 '\x0d\x02'
	cat "$1" >>"$2"
	le 4 0 | dd of="$2" bs=1 seek=584 conv=notrunc status=none
	le 4 "$(stat -c %s "$1")" | dd of="$2" bs=1 seek=588 conv=notrunc status=none
}

# poke FILE OFFSET BYTES: bytes in printf's notation over what is there
poke() {
	printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
