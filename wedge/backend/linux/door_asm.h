/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * door_asm.h - what the doors of both widths (WIDTH/door.S) do alike, with the channel's address in
 * a register of their choice.
 *
 * Invariant: as stub.S.
 */
/* clang-format off */
#ifndef WEDGE_BACKEND_LINUX_DOOR_ASM_H
#define WEDGE_BACKEND_LINUX_DOOR_ASM_H

#include "channel.h"

/* Selectors into the channel. */
.macro door_save_selectors channel
	movw %ds, CHANNEL_SELECTOR(\channel)
	movw %es, CHANNEL_SELECTOR + 2(\channel)
	movw %fs, CHANNEL_SELECTOR + 4(\channel)
	movw %gs, CHANNEL_SELECTOR + 6(\channel)
.endm

/* The extended state, the orders in r14; then the process rests or stops. */
.macro door_rest channel
	movl ORDERS_XSTATE(%r14), %eax
	movl ORDERS_XSTATE + 4(%r14), %edx
	xsave64 CHANNEL_XSTATE(\channel)
	movq $0, CHANNEL_FRAME(\channel)
	movl $USER_CALLS, %edi
	movl CHANNEL_CALL(\channel), %ebp
	jmp stub_rest
.endm

/* The extended state, the orders in rbx, and a stack for the frame of iretq. */
.macro door_load_state channel
	movl ORDERS_XSTATE(%rbx), %eax
	movl ORDERS_XSTATE + 4(%rbx), %edx
	xrstor64 CHANNEL_XSTATE(\channel)
	leaq CHANNEL_SCRATCH(\channel), %rsp
.endm

/* That frame, and the first eight registers but the stack pointer. */
.macro door_load_registers channel
	pushq CALL_SS(\channel)
	pushq CHANNEL_CALL + 32(\channel)
	pushq CALL_FLAGS(\channel)
	pushq CALL_CS(\channel)
	pushq CALL_RIP(\channel)
	movq CHANNEL_CALL(\channel), %rax
	movq CHANNEL_CALL + 8(\channel), %rcx
	movq CHANNEL_CALL + 16(\channel), %rdx
	movq CHANNEL_CALL + 24(\channel), %rbx
	movq CHANNEL_CALL + 40(\channel), %rbp
	movq CHANNEL_CALL + 48(\channel), %rsi
	movq CHANNEL_CALL + 56(\channel), %rdi
.endm

#endif /* WEDGE_BACKEND_LINUX_DOOR_ASM_H */
