/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attack.h - what the attacking program's parts share: means of 64-bit code, in programs of both
 * widths.
 *
 * Invariant: where the host allows it (the control, on the host itself) every attack returns and
 * says so; in a guest none does.
 */
#ifndef ATTACK_H
#define ATTACK_H

#include <stdbool.h>
#include <stdint.h>
#include "width.h"

/* Places in a user process (wedge/backend/linux/channel.h). */
#define STUB	0x700000000000ull
#define STACK	0x700000008000ull
#define ORDERS	0x700000010000ull
#define CHANNEL 0x700000020000ull

/* System calls of the host, which is a 64-bit one. */
enum { NR_CLOSE = 3, NR_MMAP = 9, NR_MPROTECT = 10, NR_MUNMAP = 11, NR_GETPID = 39, NR_LDT = 154 };

/*
 * Where 64-bit code may put a signal frame, in the channel; in it, the registers. Neither the host
 * nor the wedge puts any there.
 */
enum { FRAME = 0xd000, FRAME_REGISTERS = FRAME + 40 };

/* Makes a system call of the 64-bit host by an instruction of its own. */
int64_t host_call(uint32_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
		  uint64_t f);

uint64_t peek64(uint64_t address);
void poke64(uint64_t address, uint64_t value);

/* Goes on at `rip` with all registers of `r`, in 64-bit mode. */
struct registers {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r12, r13, r14, rsp;
};
_Noreturn void jump64(const struct registers *r, uint64_t rip);

/* Where forged frames may go on: counts in `arrived`, then 64-bit code that returns to land(). */
extern const char landing64[];
_Noreturn void land(void);

/* Its stack. */
enum { LANDING_STACK = 16384 };
extern char landing_stack[LANDING_STACK];

/* Claims to rest, and goes on (code64.S). */
extern const char rest64[];

/*
 * A system call of the guest that works as long as anything does: if the width has a way without a
 * signal, by that.
 */
int last_call(int number, int a, const void *b, int c);

/* The registers of a system call, in the channel, as if it had been made in front of `rip`. */
void claim_call(uint32_t number, uint32_t a, uint32_t b, uint64_t rip, uint64_t stack);

/* Has the kernel carried that out, if the program goes on behind rest64? */
bool claim_was_heard(uint32_t number);

/* Spins in 64-bit mode for ever. */
extern const char spin64[];

#endif /* ATTACK_H */
