#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# afterburn audit and sites: right files, every kind of finding, every kind of file, exit codes.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/tools/fixture.sh"
cd "$tmp" || exit 1
afterburn=$O/bin/afterburn

# status EXPECTED COMMAND...: runs it; its output is in ./out, its messages in ./err
status() {
	local expected=$1 got
	shift
	"$@" >out 2>err
	got=$?
	((got == expected)) || {
		echo "exit code $got instead of $expected: $*"
		cat out err
		return 1
	}
}

# says TEXT: the last command's output or messages hold it
says() {
	grep -qF -- "$1" out err || {
		echo "missing: $1"
		cat out err
		return 1
	}
}

clean() { # clean FILE...
	status 0 "$afterburn" audit --strict "$@" && says '0 findings'
}

finds() { # finds TEXT FILE
	status 1 "$afterburn" audit "$2" && says "$1"
}

# What one piece of code in the function `extra` leads to, for both widths.
code_finds() { # code_finds CODE TEXT
	local width
	for width in 32 64; do
		with_code $width bad$width.o "$1" || return
		finds "$2" bad$width.o || return
	done
}

for width in 32 64; do
	ok "a clean $width-bit object" eval "object $width k$width.o && clean k$width.o"
	ok "a clean $width-bit kernel" eval "kernel $width k$width && clean k$width"
	ok "a clean $width-bit module (ld -r)" eval \
		"ld -m elf_$( ((width == 64)) && echo x86_64 || echo i386) -r k$width.o -o k$width.ko &&
		 clean k$width.ko"
	ok "$width-bit: sites of object and kernel are the same" eval \
		"$afterburn sites k$width.o | cut -c$((width / 4 + 2))- >a &&
		 $afterburn sites k$width | cut -c$((width / 4 + 2))- >b &&
		 sort a >a.sorted && sort b >b.sorted && cmp a.sorted b.sorted && (( \$(wc -l <a) == 10 ))"
done

ok 'a sensitive instruction without a pad' code_finds 'nop; lgdt (%eax)' \
	'extra+0x1: unannotated lgdt'
ok 'data is not code' eval 'clean k64.o && says "exempt 1 in .altinstr_replacement"'
ok 'an instruction that the disassembler may not know' eval \
	'with_code 64 x.o ".byte 0xf2,0x0f,0x00,0xf7; cli; nop" && status 1 "$afterburn" audit x.o &&
	 says ": 2 findings (" && says "extra+0x0: unannotated" && says "extra+0x4: unannotated cli"'
ok 'is no finding if it has its site' eval \
	'with_code 64 x.o "after ID_LKGS, .byte 0xf2,0x0f,0x00,0xf7; nop" && clean x.o'
ok 'an optional instruction needs no site' eval 'with_code 64 x.o rdtscp && clean x.o'
ok 'unless all of them are asked for' eval \
	'status 1 "$afterburn" audit --all x.o && says "unannotated rdtscp" && says "unannotated rdtsc"'
ok 'int3 is no site' eval 'with_code 64 x.o "int3; .fill 40,1,0xcc; nop" && clean x.o'
ok 'an instruction behind data that looks like the start of one' code_finds \
	'.byte 0xe8; .globl behind; behind: cli; .skip 8, 0x90' 'behind+0x0: unannotated cli'
ok 'an instruction behind a site behind data' code_finds \
	'.byte 0x81, 0x84; after ID_CLI, cli; hlt; .skip 8, 0x90' 'unannotated hlt'
ok 'a superfluous prefix is part of its instruction' eval \
	'with_code 64 x.o "rex.W; hlt; .byte 0x48, 0x48; iretq; .byte 0xf3, 0x66, 0x66; rdmsr" &&
	 status 1 "$afterburn" audit --strict x.o && says ": 3 findings (" && says "extra+0x0: unannotated" &&
	 says "extra+0x2: unannotated" && says "extra+0x6: unannotated"'
ok 'a prefix in front of a site would apply to what replaces it' code_finds \
	'.byte 0xf2; after ID_HLT, hlt' 'extra+0x0: unannotated repnz hlt'

ok 'a pad in data is data' eval \
	'with_code 64 x.o ".data; cli; pad 1, ID_CLI; pad 9, 126; .text" && clean x.o && says "(10 sites"'
ok 'a site that overlaps another' code_finds 'after ID_CLI, cli; pad 3, ID_CLI' \
	'extra+0x5: wrong site (CLI): the site overlaps the one before it'
ok 'a pad of a zero-length instruction' code_finds 'pad 0, ID_CLI' \
	'an instruction of 0 bytes is impossible'
ok 'a pad of a very long instruction' code_finds '.skip 255, 0x90; pad 255, ID_CLI' \
	'an instruction of 255 bytes is impossible'
ok 'a pad of an unknown instruction' code_finds 'cli; pad 1, 126' \
	'wrong site (?): instruction number 126 is unknown'
ok 'a pad of another instruction' code_finds 'cli; pad 1, ID_HLT' \
	'the instruction there is CLI, not HLT'
ok 'a pad of an instruction that is not there' code_finds 'nop; pad 1, ID_CLI' \
	'extra+0x0: wrong site (CLI): the CLI of its pad is not there'
ok 'its instruction is unannotated, too, where it stands' code_finds 'cli; nop; pad 1, ID_CLI' \
	'extra+0x0: unannotated cli'
ok 'a pad with a wrong length' code_finds 'cli; nop; pad 2, ID_CLI' 'has 1 bytes, not 2'
ok 'a pad that leaves the instruction open, without one' code_finds 'nop; pad 1, ID_DECODE' \
	'the DECODE of its pad is not there'
ok 'a pad on the wrong side' code_finds 'sti; pad 1, ID_STI' 'the pad of STI must stand before it'
ok 'a shadow also where the pad leaves the instruction open' code_finds \
	'sti; pad 1, ID_DECODE' 'must stand before it'
ok 'a pad in front of an instruction that may fault' code_finds 'before ID_IRET, iret' \
	'the pad of IRET must stand after it'
ok 'a transfer in the shadow of an sti has its pad behind it' eval \
	'with_code 32 x.o "before ID_STI, sti; after ID_SYSEXIT, sysexit" && clean x.o'
ok 'a pad at the very start of its section' code_finds \
	'.section .text.z, "ax"; z: pad 1, ID_CLI; .text' 'z+0x0: wrong site (CLI): its pad follows no instruction'
ok 'a pad at the very end of its section' code_finds \
	'.section .text.z, "ax"; z: pad 1, ID_STI | 0x80; .text' \
	'z+0x0: wrong site (STI): the site reaches beyond the end of its section'
ok 'a number in code that looks like a pad' code_finds \
	'.byte 0xb8; pad 1, ID_CLI' 'extra+0x0: wrong site (CLI): the CLI of its pad is not there'
ok 'what an older assembler wrote beside the pads is ignored' eval \
	'with_code 64 x.o ".section .debug_afterburn; .long extra - ., 1, -1; .byte 0; .text" && clean x.o &&
	 says "(10 sites"'

ok 'wrong sites of a linked kernel' eval \
	'with_code 64 w.o "cli; pad 1, ID_HLT" &&
	 link_kernel 64 w.o w && finds "extra+0x0: wrong site (HLT)" w && status 1 "$afterburn" sites w &&
	 says "WRONG: the instruction there is CLI"'

ok '32-bit code with sites in a 64-bit file' eval \
	'with_code 64 x.o ".code32; inc %eax; before ID_LJMP_IMM, ljmp \$8, \$1f; .code64; 1: nop" && clean x.o'
ok '32-bit code without a site in front of one that has' eval \
	'with_code 64 x.o ".code32; push %es; before ID_LJMP_IMM, ljmp \$8, \$1f; .code64; 1: nop" &&
	 finds "extra+0x0: unannotated push %es" x.o'

mixed='.code64; 2: before ID_LRET, lretq; push %fs; .code32; inc %eax; 1: after ID_MOV_TO_SREG, mov %eax, %ds
	push %es; before ID_LJMP_IMM, ljmp $8, $0x1000; .code64; iretq'
ok '64-bit code on both sides of 32-bit code' eval \
	'with_code 64 x.o "$mixed" && status 1 "$afterburn" audit x.o && says "unannotated push %fs" &&
	 says "unannotated push %es" && says "unannotated iretq" && says ": 3 findings"'
ok 'the same without symbols' eval \
	'with_code 64 x.o "${mixed/inc %eax/nop}" && link_kernel 64 x.o x && strip x && status 1 "$afterburn" audit x && says "unannotated push %fs" &&
	 says "unannotated push %es" && says "unannotated iretq" && says ": 3 findings"'

# What a file can be wrapped in.
ok 'stripped' eval 'strip -o s64 k64 && clean s64 && says "10 sites"'
ok 'stripped and without section headers' eval \
	'cp s64 n64 && poke n64 40 "\0\0\0\0\0\0\0\0" &&
	 poke n64 60 "\0\0\0\0" && status 0 "$afterburn" sites n64 && (( $(grep -c insn out) == 10 ))'
ok 'an archive with a long member name' eval \
	'cp k64.o a_member_with_a_name_too_long_for_the_header.o && echo text >readme &&
	 ar rc x.a k32.o readme a_member_with_a_name_too_long_for_the_header.o && clean x.a &&
	 says "x.a(k32.o): 0" && says "x.a(a_member_with_a_name_too_long_for_the_header.o): 0"'
ok 'sites names the members' eval \
	'status 0 "$afterburn" sites x.a && says "x.a(k32.o): sites" && (( $(grep -c insn out) == 20 ))'
ok 'a thin archive in another folder' eval \
	'mkdir -p d && cp k64.o d/ && (cd d && ar rcT thin.a k64.o) && clean d/thin.a'
ok 'a thin archive whose member is gone' eval \
	'rm d/k64.o && status 2 "$afterburn" audit d/thin.a && says "No such file"'
ok 'a gzip file' eval 'gzip -nc k64 >k.gz && clean k.gz'
ok 'a bzImage with gzip' eval 'bzimage k.gz bz && clean bz'
ok 'a truncated bzImage' eval 'head -c 1100 bz >t && status 2 "$afterburn" audit t && says "cut short"'
ok 'a damaged gzip stream' eval 'cp bz e && poke e 1100 "\377\377\377\377\377\377" &&
	status 2 "$afterburn" audit e && says "damaged"'

# cover FILE: all its sections that hold code become the whole file
cover() {
	local start size index
	start=$(od -An -t u8 -j 40 -N 8 "$1") size=$(stat -c %s "$1")
	for index in $(readelf -SW "$1" | sed -n 's/^ *\[ *\([0-9]*\)\].* AX .*/\1/p'); do
		poke "$1" $((start + index * 64 + 24)) '\0\0\0\0\0\0\0\0'
		le 8 "$size" | dd of="$1" bs=1 seek=$((start + index * 64 + 32)) conv=notrunc status=none
	done
}
ok 'data that the linker calls code, in a segment that is not executable' eval '
	with_code 64 wax.o ".data; .byte 0xf4; .text" &&
	objcopy --set-section-flags .data=alloc,load,code,data wax.o && link_kernel 64 wax.o wax &&
	readelf -SW wax | grep -q "\.data .* WAX " && clean wax'
ok 'code sections that lie over each other' eval \
	'cp k64 over && cover over && status 2 "$afterburn" audit over && says "lie over each other"'

# Baseline, limits, JSON.
with_code 64 base.o 'cli; cli; hlt; sti'
ok 'a baseline accepts' eval \
	'printf "# tested by hand\nextra: cli\nex*: hlt\nextra: sti\n" >b && clean --baseline b base.o &&
	 says "4 accepted"'
ok 'a baseline accepts only what it names' eval \
	'printf "extra: cli\n" >b && status 1 "$afterburn" audit -b b base.o && says "unannotated hlt"'
ok 'a line of the baseline that is not needed' eval \
	'printf "extra: cli\nextra: hlt\nextra: sti\ngone: cli\n" >b && status 0 "$afterburn" audit -b b base.o &&
	 says "line 4" && status 1 "$afterburn" audit --strict -b b base.o'
ok 'a malformed baseline' eval \
	'echo nonsense >b && status 2 "$afterburn" audit -b b base.o && says "line 1 is not"'
ok 'at most N findings a function' eval \
	'status 1 "$afterburn" audit -l 2 base.o && (( $(grep -c unannotated out) == 2 )) &&
	 says "and 2 more there" && says "4 findings"'
ok 'one finding is not "findings"' eval 'with_code 64 x.o cli && finds ": 1 finding " x.o'

json() { # json FILTER: perl, over the JSON in ./out
	perl -MJSON::PP -0777 -e '$d = decode_json(<STDIN>); exit !('"$1"')' <out
}
if perl -MJSON::PP -e 1 2>/dev/null; then
	ok 'audit --json' eval \
		'status 1 "$afterburn" audit --json base.o k32 &&
		 json "@{\$d->{files}} == 2 and @{\$d->{files}[0]{findings}} == 4 and
		       \$d->{files}[0]{findings}[2]{text} eq q(hlt) and \$d->{files}[1]{sites} == 10"'
	ok 'sites --json' eval \
		'status 0 "$afterburn" sites --json k64 &&
		 json "@{\$d->{files}[0]{sites}} == 10 and \$d->{files}[0]{sites}[1]{instruction} eq q(STI)
		       and \$d->{files}[0]{sites}[1]{instruction_offset} == 7"'
	ok 'sites --json --summary' eval \
		'status 0 "$afterburn" sites --json --summary k64 &&
		 json "\$d->{files}[0]{classes}{io} == 2 and \$d->{files}[0]{pad_bytes} == 70"'
else
	skip 'JSON output' 'perl has no JSON::PP (package perl)'
fi
ok 'sites --summary' eval 'status 0 "$afterburn" sites --summary k64 && says "sites                      10"'
ok 'sites of a file that has none' eval \
	'echo nop | as -o none.o - && status 1 "$afterburn" sites none.o && says "no sites"'

# Exit codes and messages.
ok 'no file' status 2 "$afterburn" audit
ok 'no such file' eval 'status 2 "$afterburn" audit gone k64 && says "gone: No such file" && says "k64: 0 findings"'
ok 'an empty file' eval ': >empty && status 2 "$afterburn" audit empty && says "is empty"'
ok 'a folder' eval 'status 2 "$afterburn" audit . && says "is a directory"'
ok 'a text' eval 'echo hello >text && status 2 "$afterburn" audit text && says "not an ELF file"'
ok 'an ELF file for another machine' eval \
	'cp k64.o arm.o && poke arm.o 18 "\267" && status 2 "$afterburn" audit arm.o && says "neither i386 nor x86-64"'
ok 'an unknown option' eval 'status 2 "$afterburn" audit --nonsense k64 && says "audit --help"'
ok 'a wrong number' status 2 "$afterburn" audit -l x k64
ok 'a full disk behind standard output' eval \
	'! "$afterburn" audit k64 2>err >/dev/full; grep -q "cannot write" err &&
	 ! "$afterburn" sites k64 2>err >/dev/full; grep -q "cannot write" err'
for command in '' audit sites pack; do
	ok "afterburn $command --help" eval "status 0 '$afterburn' $command --help && says usage:"
done
ok 'afterburn --version' eval 'status 0 "$afterburn" --version && says "afterburn "'
ok 'afterburn alone' eval 'status 2 "$afterburn" && says usage:'
ok 'an unknown command' eval 'status 2 "$afterburn" frobnicate && says "no command" && says "audit"'
ok 'a command that is a path' status 2 "$afterburn" ../../as
ok 'an unknown global option' status 2 "$afterburn" --nonsense

# The same through our own assembler, where it is built.
if [[ -x $O/libexec/afterburner/as ]]; then
	printf 'int f(void) { __asm__ volatile ("cli; sti; hlt"); __asm__ volatile ("1: rdmsr; mov %%%%cr3, %%%%rax" ::: "rax", "rdx"); return 0; }\n' >c.c
	ok 'what our assembler made is clean' eval \
		'gcc -B"$O/libexec/afterburner" -O2 -c c.c -o c.o && clean c.o && says "5 sites"'
	sed 's/rax/eax/g' c.c >c32.c
	ok 'also in 32 bit' eval \
		'gcc -m32 -B"$O/libexec/afterburner" -O2 -c c32.c -o c.o && clean c.o && says "5 sites"'
	ok 'the same without our assembler is not' eval \
		'gcc -O2 -c c.c -o plain.o && status 1 "$afterburn" audit plain.o && says "5 findings"'
else
	skip 'what our assembler made is clean' 'the assembler is not built'
fi
done_testing
