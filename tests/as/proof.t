#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The proof (--afterburn=proof): what it refuses, with file and line; what it must not refuse; how
# it behaves on command lines. tests/as/compare.t looks at the comparison behind it.
# timeout: 600
source "$TOP/tests/as/lib.sh"
cd "$tmp" || exit 1

prove() { # prove ARGUMENTS...: assemble to x.o under proof
	rm -f x.o
	"$AS" --afterburn=proof "$@" -o x.o >out 2>err
}

accepts() { # accepts ARGUMENTS...: proved, without a word
	prove "$@" || {
		cat err
		return 1
	}
	[[ -s x.o && ! -s err && ! -s out ]]
}

refuses() { # refuses PATTERN ARGUMENTS...: status 1, the message, and no object stays behind
	local pattern=$1
	shift
	prove "$@"
	[[ $? == 1 ]] && grep -qE -- "^as: error: $pattern" err && [[ ! -e x.o ]] || {
		cat err
		return 1
	}
}

text() { # text NAME: standard input is that file
	cat >"$1"
}

# Sensitive instructions without a pad
text undecided.s <<'END'
1:	nop
	.if . - 1b == 2
	.data
	.endif
	cli
END
ok "a section behind an .if that asks for a distance: the instruction that was left" \
	refuses 'undecided.s:5: CLI has no pad.*afterburn: off' undecided.s
text both.s <<'END'
	.macro m
	nop
	cli
	.endm
	m
	.data
	m
END
ok "a macro that is code and data: the line in the macro" refuses 'both.s:3: CLI has no pad' both.s
mkdir part
echo '	hlt' >part/part.i
printf '\tnop\n\t.include "part.i"\n' >include.s
ok ".include: its line" refuses 'include.s:2: HLT has no pad' -I part include.s
printf '# 1 "x.c"\n1:\tnop\n\t.if . - 1b == 2\n\t.data\n\t.endif\n# 77 "y.h"\n\tcli\n' >marked.s
ok "behind line markers: the user's file and line" refuses 'y.h:77: CLI has no pad' marked.s
several() {
	! prove undecided.s include.s -I part && grep -q '^as: error: undecided.s:5: CLI' err &&
		grep -q '^as: error: include.s:2: HLT' err
}
ok "all of them are named, in all files" several
printf '1:\tnop\n\t.if . - 1b == 2\n\t.data\n\t.endif\n# afterburn: off\n\tcli\n# afterburn: on\n' >off.s
ok "not where pads are off" accepts off.s
printf '\t.macro m a\n\tnop\n\t\\a\n\t.endm\n# afterburn: off\n\tm "cli"\n' >off-call.s
ok "nor in the arguments of a call where they are off" accepts off-call.s
printf '\t.code16\n\tcli\n\tlgdt x\n\tjmp 1f\n1:\tmovw $1, %%ax\n\t.code64\n\tsti\n\tmovq $1, %%rax\n' >modes.s
ok "not in 16-bit code" accepts modes.s
printf '\t.section .altinstr_replacement,"ax"\n\tcli\n\twrmsr\n\t.text\n\tcli\n' >alternative.s
ok "not in a section of templates" accepts alternative.s
printf '\trdtsc\n\trdpkru\n\tcli\n' >optional.s
ok "not optional ones" accepts optional.s
ok "nor those when they have pads" accepts --afterburn=all optional.s
printf 'f:\tcli\n\tjmp f\n\t.ascii "a string: \\372\\373 and more \\353\\001"\n\t.byte 0xfa\n\tsti\n' >data.s
ok "not in data between code" accepts data.s

# Pads where none may be
text in-data.s <<'END'
	cli
	.data
	.byte 15,48
	.long 1
END
text in-16.s <<'END'
	cli
	.code16
	hlt
END
# A real as that puts a pad where the pass would put none, if it is given sites.
cat >"$tmp/careless" <<'END'
#!/bin/sh
text=$(mktemp "${TMPDIR:-/tmp}/careless.XXXXXX")
cat >"$text"
! grep -q 98765432 "$text" || sed -i -e 's/15,48/&; .byte 15,31,128; .long 0xafb50002/' \
	-e 's/hlt/&; .byte 15,31,128; .long 0xafb50401/' "$text"
as "$@" <"$text"
code=$?
rm "$text"
exit $code
END
chmod +x "$tmp/careless"
careless() { # careless PATTERN FILE
	AFTERBURN_AS=$tmp/careless refuses "$1" - <"$2"
}
ok "a pad in data" careless '.standard input.:3: a pad stands in data' in-data.s
ok "a pad in 16-bit code" careless '.standard input.:3: a pad stands in data, in 16-bit' in-16.s

# Distances
text wraps.s <<'END'
	nop
	.byte 0xeb
	.byte 1f-.-1
	.rept 16
	cli
	.endr
1:	nop
END
ok "a jump written as numbers whose distance wraps" refuses 'wraps.s:3: a distance over pads' wraps.s
text literal.s <<'END'
	.byte 0xeb, 1
	cli
	nop
END
ok "a jump written as numbers that counts bytes itself" refuses 'literal.s:1: a branch' literal.s
printf '\tnop\n\tjmp .+3\n\tcli\n\tnop\n' >relative.s
ok "a jump to a place counted in bytes" refuses 'relative.s:2: a branch' relative.s
distances() { # distances BYTES DIRECTIVE SECTION: a distance that takes that many bytes without pads
	printf 'a:\tcli\n\t.skip %d, 0x90\nb:\tnop\n\t.section %s\n\t.byte 1\n\t%s b-a\n' \
		$(($1 - 1)) "$3" "$2" >distance.s
}
in_bytes() {
	local section
	for section in .text '.data' '.rodata,"a"'; do
		distances 120 .byte "$section" && accepts distance.s || return 1
		distances 121 .byte "$section" && refuses 'distance.s:6: a distance over pads' distance.s || return 1
		distances 200 .byte "$section" && accepts distance.s || return 1
	done
}
in_words() {
	distances 32760 .word .data && accepts distance.s && distances 32761 .word .data &&
		refuses 'distance.s:6: a distance over pads' distance.s && distances 32761 .long .data && accepts distance.s
}
ok "a distance in a byte: up to its sign" in_bytes
ok "a distance in two bytes: up to its sign" in_words
text condition.s <<'END'
1:	cli
2:
	.if (2b - 1b) > 4
	nop
	.endif
END
ok "a condition that asks for a distance: what it adds" refuses 'condition.s:4: with pads this statement comes in addition' condition.s
printf 'a:\tcli\nb:\t.data\n\t.long b\n\t.long a+1\n' >end.s
ok "an address that says where an instruction ends" accepts end.s
printf 'a:\tcli\n\tnop\n\t.section .other,"ax"\n\tjmp a+1\n' >between.s
ok "a branch between instruction and pad" refuses 'between.s:4: a reference into code' between.s
printf 'a:\tnop\n\tcli\n\tnop\n\t.data\n\t.quad a+3\n' >past.s
ok "a reference to a place counted in bytes" refuses 'past.s:5: a reference into code' past.s

# A real as that goes wrong: it changes the object that the user gets, not those for the proof.
text tampering <<'END'
#!/bin/bash
"$REAL" "$@" || exit
while (($#)); do
	[[ $1 != -o ]] || out=$2
	shift
done
[[ $out == /proc/* ]] || perl -0777 -pi -e "$TAMPER" "$out"
END
chmod +x tampering
text good.s <<'END'
	.text
	.globl f
f:	xorl %eax, %eax
	cli
	xorl %ebx, %ebx
	movl $77, %ecx
	call ext
	sti
	je f
	ret
	.size f, .-f
	.data
	.long 0x12345678
	.quad f
END
tampered() { # tampered PERL [PATTERN]
	AFTERBURN_AS=$tmp/tampering REAL=$REAL TAMPER=$1 refuses "${2:-good.s: }" good.s
}
ok "an honest assembler" env AFTERBURN_AS="$tmp/tampering" REAL="$REAL" TAMPER=1 "$AS" --afterburn=proof good.s -o y.o
ok "a pad that is none" tampered 's/\x0f\x1f\x80\x01\x00\xb5\xaf/\x0f\x1f\x80\0\0\0\0/ or die'
ok "a pad of another instruction" tampered 's/\x80\x01\x00\xb5\xaf/\x80\x01\x04\xb5\xaf/ or die'
ok "a pad of another length" tampered 's/\x80\x01\x00\xb5\xaf/\x80\x02\x00\xb5\xaf/ or die'
ok "another instruction" tampered 's/\x31\xdb/\x33\xdb/ or die'
ok "instructions in another order" tampered 's/\x31\xdb(\xb9....)/$1\x31\xdb/s or die'
ok "an instruction less" tampered 's/\x31\xdb/\x66\x90/ or die'
ok "another number" tampered 's/\xb9\x4d/\xb9\x4e/ or die'
ok "another distance of a branch" tampered 's/\x74(.)\xc3/"\x74".chr(ord($1)+1)."\xc3"/se or die'
ok "another addend" tampered 's/\xfc\xff{7}/\xf5\xff\xff\xff\xff\xff\xff\xff/ or die'
ok "other data" tampered 's/\x78\x56\x34\x12/\x78\x56\x34\x13/ or die'
ok "half an object" tampered 'substr($_, length($_) / 2) = ""' 'cannot read'
ok "no ELF file" tampered '$_ = "text"' 'cannot read'

# What must not be refused
golden() {
	local file options
	for file in "$TOP"/tests/as/golden/*.s; do
		# One is wrong for the proof: a condition over a distance.
		case $file in
		*/conditionals.s) continue ;;
		esac
		! grep -q '^# rejected' "$file" || continue
		sed '/^>>>$/,$d' "$file" >golden.s
		read -ra options <<<"$(sed -n 's/^# options: //p' "$file")"
		prove "${options[@]}" golden.s || {
			echo "$file: $(cat err)"
			return 1
		}
	done
}
ok "the golden files" golden
spellings() {
	local width syntax
	for width in 32 64; do
		for syntax in att intel; do
			"$O/tests/as/spellings" "$width" "$syntax" | cut -f3 >all.s
			"$REAL" "--$width" "-msyntax=$syntax" -mnaked-reg all.s -o gas.o 2>gas.err
			sed -n 's|^all.s:\([0-9]*\): Error:.*|\1d|p' gas.err | sort -un >drop
			sed -f drop all.s >some.s
			prove --afterburn=all "--$width" "-msyntax=$syntax" -mnaked-reg some.s || return 1
		done
	done
}
ok "every spelling of insns.def" spellings
text program.c <<'END'
extern int g(int);
extern void h(void);
#define FLAGS "pushf ; pop %0"
static inline void cli(void) { asm volatile("cli" ::: "memory"); }
static inline void sti(void) { asm volatile("sti" ::: "memory"); }
static inline unsigned long flags(void) { unsigned long f; asm volatile(FLAGS : "=r"(f)); return f; }
int table(int x)
{
	cli();
	switch (x) {
	case 0: sti(); return g(1);
	case 1: cli(); return 3;
	case 2: return g(7);
	case 3: h(); return 5;
	case 4: sti(); h(); return 8;
	case 5: return (int)flags();
	case 6: return g(99);
	}
	return x * 7;
}
unsigned long many(int n)
{
	unsigned long s = 0;
	for (int i = 0; i < n; i++) {
		cli();
		s += flags();
		if (s & 4) h();
		if (i % 3) { cli(); s ^= (unsigned long)g(i); sti(); cli(); sti(); cli(); sti(); cli(); sti(); }
	}
	return s;
}
static void k(void) { cli(); sti(); }
void (*pointer)(void) = k;
END
text program.cc <<'END'
extern int g(int);
struct A { ~A(); int x; };
inline int in_group(int a) { asm volatile("cli"); return g(a); }
template <class T> int guarded(T t)
{
	A a;
	asm volatile("sti");
	try {
		for (int i = 0; i < 9; i++) { asm volatile("cli"); g(i); }
		return in_group(t);
	} catch (int e) { asm volatile("hlt"); return e; }
}
int one() { return guarded(1); }
int two() { return guarded('a') + in_group(4); }
int three() { A a; asm volatile("cli;cli;cli;cli;cli;cli;cli;cli;cli;cli;cli;cli;cli"); return g(2) + in_group(3); }
END
compiled() { # compiled FILE OPTIONS...: proved, and really annotated
	gcc -B"$(dirname "$AS")" -Wa,--afterburn=proof -c "$@" -o c.o &&
		objdump -d c.o | grep -q 'nopl .*-0x504a'
}
for file in program.c program.cc; do
	for options in -O0 -O2 -Os "-O2 -g" "-O2 -g -gz" "-gdwarf-4 -gz=zlib-gnu" "-O2 -fPIC -fcf-protection" \
		"-O2 -ffunction-sections -falign-functions=32" "-O2 -fno-asynchronous-unwind-tables" -pipe; do
		for width in -m32 -m64; do
			read -ra words <<<"$options"
			ok "gcc $width $options $file" compiled "$file" "$width" "${words[@]}"
		done
	done
done
alternatives() {
	text alternatives.s <<-'END'
	661:	cli
	662:
		.skip -(((6651f-6641f)-(662b-661b)) > 0) * ((6651f-6641f)-(662b-661b)),0x90
	663:
		.section .altinstructions,"a"
		.long 661b - ., 6641f - .
		.byte 663b-661b, 6651f-6641f
		.section .altinstr_replacement,"ax"
	6641:	call ext
		nop
		nop
	6651:
		.text
		ret
	END
	accepts alternatives.s
}
ok "alternatives as Linux writes them" alternatives
text tables.s <<'END'
	.code32
start:	cli
	ljmp $8, $1f - 0x40000000
1:	leal (x - start)(%ebp), %eax
	jmp *2f(,%eax,4)
	.p2align 4
2:	.long 1b, start, 3f
3:	sti
	.org start + 256
	.uleb128 3b-start
x:	.long .-start
END
ok "tables, constants and fill in code" accepts --32 tables.s
already() {
	prove good.s && objdump -d x.o | grep -c nopl | grep -qx 2 &&
		printf '\tcli\n\t.byte 0x0f,0x1f,0x80,1,0,0xb5,0xaf\n' >padded.s && accepts padded.s
}
ok "a text that holds a pad" already

# Command lines
by_environment() {
	AFTERBURN=proof "$AS" undecided.s -o x.o 2>err
	[[ $? == 1 && ! -e x.o ]] && grep -q 'CLI has no pad' err
}
ok "AFTERBURN=proof" by_environment
by_itself() { # a distance in a byte is proved unasked; nothing else is
	"$AS" undecided.s -o x.o && ! "$AS" wraps.s -o x.o 2>err && [[ ! -e x.o ]] &&
		grep -q '^as: error: wraps.s:3: a distance over pads' err &&
		"$AS" --afterburn=no-proof wraps.s -o x.o && "$AS" --afterburn=off wraps.s -o x.o
}
ok "a distance in a byte: unasked" by_itself
bytes_of_data() {
	printf '\tcli\n\t.byte 1, -1, 0x10-1, 0xbf - 2\n' >numbers.s
	AFTERBURN_AS=$tmp/show "$AS" numbers.s >out 2>err && [[ ! -s err ]]
}
ok "numbers are no distances, and what makes no object is not proved" bytes_of_data
same_object() { # same_object FILE: the proof changes nothing in the object
	"$AS" "$1" -o y.o && accepts "$1" && cmp x.o y.o
}
ok "the object is the same as without proof" same_object good.s
printf '\tnop\n' >none.s
ok "a text without sites: gas's own object" same_object none.s
default_name() {
	rm -f a.out
	"$AS" --afterburn=proof good.s && [[ -s a.out ]] && ! "$AS" --afterburn=proof undecided.s 2>err && [[ ! -e a.out ]]
}
ok "a.out" default_name
from_stdin() {
	"$AS" --afterburn=proof -o x.o <good.s && ! "$AS" --afterburn=proof -o x.o - <wraps.s 2>err &&
		grep -q '^as: error: {standard input}:3: ' err && [[ ! -e x.o ]] &&
		"$AS" --afterburn=proof -o x.o good.s - <none.s
}
ok "standard input" from_stdin
from_pipe() {
	"$AS" --afterburn=proof -o x.o <(cat good.s)
}
ok "a pipe" from_pipe
beside() { # the listing and the dependencies are written once, and as without proof
	"$AS" -al --MD y.d good.s -o x.o >y.lst && "$AS" --afterburn=proof -al --MD x.d good.s -o x.o >x.lst &&
		cmp x.lst y.lst && cmp x.d y.d && "$AS" --afterburn=proof -al=z.lst good.s -o x.o && cmp z.lst y.lst
}
ok "listing and dependencies" beside
messages() { # gas's own messages come once, with its status
	printf '\tcli\n\tbogus\n' >bogus.s
	! prove bogus.s && [[ $(grep -c bogus.s:2: err) == 1 ]] && ! grep -q '^as: error' err &&
		printf '\tbogus\n' >bogus.s && ! prove bogus.s && [[ $(grep -c bogus.s:1: err) == 1 ]] &&
		printf '\tcli\n\t.warning "w"\n' >warns.s && prove warns.s && [[ $(grep -c Warning err) == 1 ]]
}
ok "messages of the real as" messages
ok "--keep-locals" accepts --keep-locals good.s
ok "the probes of a kernel's configuration" "$AS" --afterburn=proof -o /dev/null good.s
limited() {
	rm -f x.o
	(
		ulimit -f 0
		"$AS" --afterburn=proof good.s -o x.o 2>err
	)
	[[ $? == 1 && ! -s x.o ]]
}
ok "no room for an object" limited
long_text() { # linear in the number of sites
	awk 'BEGIN { for (i = 0; i < 100000; i++) print "\tcli\n\tje 1f\n\tnop\n1:" }' >long.s
	timeout 60 "$AS" --afterburn=proof long.s -o x.o
}
ok "100,000 sites" long_text
many_sections() { # more than the ELF header can count
	awk 'BEGIN {
		for (i = 0; i < 17000; i++)
			print "\t.section .text.f" i ",\"ax\"\nf" i ":\tcli\n\tcall f" (i + 1) % 17000 \
				"\n\tret\n\t.section .data.f" i ",\"aw\"\n\t.quad f" i
	}' >many.s
	timeout 60 "$AS" --afterburn=proof many.s -o x.o
}
ok "68,000 sections" many_sections
done_testing
