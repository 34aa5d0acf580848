#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The comparison behind the proof: every flipped bit of an object is noticed, and no object, however
# broken, makes it crash. FUZZ_ROUNDS and FUZZ_SEED change the second part.
# timeout: 600
source "$TOP/tests/as/lib.sh"
cd "$tmp" || exit 1

pair() { # pair WIDTH NAME: standard input, with and without pads, as NAME.plain.o and NAME.o
	cat >"$2.s"
	"$REAL" "--$1" "$2.s" -o "$2.plain.o" && "$AS" "--$1" "$2.s" -o "$2.o"
}

# No fill: one NOP is as good as another there.
pair 64 wide <<'END'
	.text
	.globl	f
f:	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	cli
	movl	$5, %eax
	leaq	g(%rip), %rdx
	call	ext
	je	g
	jmp	f
1:	wrmsr
	.cfi_remember_state
g:	sti
	hlt
	movq	table(%rip), %rax
	addq	$1000, 100(%rax)
	popq	%rbp
	.cfi_restore_state
	ret
	.cfi_endproc
	.size	f, .-f
	.data
table:	.quad	g, f, ext
	.byte	g-f
	.long	1b-.
	.byte	1, 2, 200
END
pair 32 narrow <<'END'
	.text
	.globl	f
f:	.cfi_startproc
	pushl	%ebp
	.cfi_def_cfa_offset 8
	cli
	movl	$5, %eax
	movl	$g, %edx
	call	ext
	je	g
	jmp	f
1:	wrmsr
	.cfi_remember_state
g:	sti
	hlt
	movl	table(,%eax,4), %eax
	ljmp	$8, $g
	popl	%ebp
	.cfi_restore_state
	ret
	.cfi_endproc
	.size	f, .-f
	.data
table:	.long	g, f, ext
	.byte	g-f
	.long	1b-.
	.byte	1, 2, 200
END
pair 64 filled <<'END'
f:	cli
	.p2align 4
g:	jne f
	.rept 40
	sti
	.endr
	jmp g
	.org f + 1000
	.section .other,"ax"
	call f
	.section .rodata,"a"
	.long g - ., 0
	.quad f + 1
END
ok "each flipped bit is noticed" "$O/tests/as/compare" bits wide.plain.o wide.o narrow.plain.o narrow.o
ok "mutated objects" "$O/tests/as/compare" fuzz "${FUZZ_ROUNDS:-200000}" "${FUZZ_SEED:-20260101}" \
	wide.plain.o wide.o narrow.plain.o narrow.o filled.plain.o filled.o
done_testing
