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

# number FILE OFFSET BYTES: a little-endian number
number() {
	od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# sum FILE BYTES: the CRC-32 of its first BYTES, as gzip computes it
sum() {
	head -c "$2" "$1" | gzip -c | tail -c 8 | od -An -t u4 -N 4 | tr -d ' '
}

# compress METHOD FILE OUT: as Linux does; behind all but gzip stands the plain size
compress() {
	case $1 in
	gzip) gzip -nc "$2" >"$3" && return ;;
	xz) xz --check=crc32 --x86 --lzma2=dict=1MiB -c "$2" >"$3" ;;
	zstd) zstd -q -19 -c "$2" >"$3" ;;
	lz4) lz4 -q -l -c "$2" >"$3" ;;
	esac || return
	le 4 "$(stat -c %s "$2")" >>"$3"
}

# bzimage PAYLOAD OUT: a bzImage's outside around a compressed kernel: setup code of 1024 bytes, then
# the payload, then code, the last word of which is the check sum
bzimage() {
	local size
	head -c 1024 /dev/zero >"$2"
	poke "$2" 497 '\x01'
	poke "$2" 514 'HdrS\x0d\x02'
	cat "$1" >>"$2"
	printf 'code behind the payload' >>"$2"
	size=$(($(stat -c %s "$2") + 4 + 15 & ~15))
	truncate -s $size "$2"
	put "$2" 500 $(((size - 1024) / 16))
	put "$2" 584 0
	put "$2" 588 "$(stat -c %s "$1")"
	put "$2" 608 0x100000
	put "$2" $((size - 4)) $(($(sum "$2" $((size - 4))) ^ 0xffffffff))
}

# pe_signature FILE: gives a bzImage a PE header (PE32+, at 64) and a signature at the end. The header's
# entry for it is at 64 + 24 + 112 + 32.
pe_signature() {
	poke "$1" 60 '\100'
	poke "$1" 64 'PE\0\0'
	poke "$1" 88 '\x0b\x02'
	put "$1" 232 "$(stat -c %s "$1")"
	put "$1" 236 16
	printf '0123456789abcdef' >>"$1"
}

# put FILE OFFSET VALUE: a word of four bytes over what is there
put() {
	le 4 "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# poke FILE OFFSET BYTES: bytes in printf's notation over what is there
poke() {
	printf '%b' "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
