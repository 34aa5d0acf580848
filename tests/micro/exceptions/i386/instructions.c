/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * instructions.c - exceptions that only 32-bit code can cause: into, bound, int n of every kind,
 * limits of segments.
 *
 * Invariant: the address that a check expects is a label in its own assembler text.
 */
#include "micro.h"

enum { TRAP_BR = 5 };

#define INSTRUCTION(name, text)                                                                    \
	__asm__(".pushsection .text; .globl " #name ", " #name "_end\n" #name ":\n\t" text         \
		"\n" #name "_end:\n\tret\n.popsection");                                           \
	extern const char name[], name##_end[]

INSTRUCTION(do_into, "into");
INSTRUCTION(do_bound, "bound %eax, (%edx)");
INSTRUCTION(do_int3_long, ".byte 0xcd, 3");
INSTRUCTION(do_aam, ".byte 0xd4, 0");

extern const char user_into[], user_into_end[], user_bound[], user_int3_long[], user_int4[];
extern const char user_limit[], user_null_gs[];

struct call {
	const char *code;
	word ax;
	const void *dx;
	word flags;
};

static void make_call(void *argument)
{
	const struct call *c = argument;

	__asm__ volatile("pushl %0; popfl; call *%1"
			 :
			 : "r"(c->flags), "r"(c->code), "a"(c->ax), "d"(c->dx)
			 : "ecx", "memory", "cc");
}

static struct fault call(const char *code, word ax, const void *dx, word flags)
{
	struct call c = {code, ax, dx, flags | 2};

	return attempt(make_call, &c);
}

CHECK(overflow)
{
	struct fault f = call(do_into, 0, NULL, FLAG_OF);

	expect_fault(f, TRAP_OF, 0);
	expect_is(f.regs.ip, (word)do_into_end);
	expect(!call(do_into, 0, NULL, 0).hit);
}

CHECK(bound_range)
{
	static const int32_t bounds[2] = {-5, 7};
	struct fault f = call(do_bound, 8, bounds, 0);

	expect_fault(f, TRAP_BR, 0);
	expect_is(f.regs.ip, (word)do_bound);
	expect(!call(do_bound, (word)-5, bounds, 0).hit);
}

CHECK(breakpoint_of_two_bytes)
{
	struct fault f = call(do_int3_long, 0, NULL, 0);

	expect_fault(f, TRAP_BP, 0);
	expect(f.regs.ip >= (word)do_int3_long + 2 && f.regs.ip <= (word)do_int3_long_end);
}

CHECK(divide_error_of_aam)
{
	struct fault f = call(do_aam, 0, NULL, 0);

	expect_fault(f, TRAP_DE, 0);
	expect_is(f.regs.ip, (word)do_aam);
}

static struct regs run(const char *code, word flags)
{
	struct regs regs = user_regs(code);

	regs.flags |= flags;
	regs.di = USER_DATA;
	regs.gs = TLS_SELECTOR;
	gdt[TLS_SELECTOR / 8] = descriptor(USER_DATA, 255, SEGMENT_BYTES3);
	user_run(&regs, BY_IRET);
	gdt[TLS_SELECTOR / 8] = 0;
	return regs;
}

#define expect_trap(regs, trap, code, at)                                                          \
	do {                                                                                       \
		expect_is((regs).vector, trap);                                                    \
		expect_is((regs).error, code);                                                     \
		expect_is((regs).ip, at);                                                          \
		expect_is((regs).cs, USER_CS);                                                     \
	} while (0)

CHECK(user_overflow)
{
	struct regs regs = run(user_into, FLAG_OF);

	expect_trap(regs, TRAP_OF, 0, (word)user_into_end);
	regs = run(user_int4, 0);
	expect_trap(regs, TRAP_OF, 0, (word)user_int4 + 2);
}

CHECK(user_bound_range)
{
	struct regs regs;

	write_word(USER_DATA, 1);
	write_word(USER_DATA + 4, 2);
	regs = run(user_bound, 0);
	expect_trap(regs, TRAP_BR, 0, (word)user_bound);
}

CHECK(user_breakpoint_of_two_bytes)
{
	struct regs regs = run(user_int3_long, 0);

	expect_trap(regs, TRAP_BP, 0, (word)user_int3_long + 2);
}

/* 256 bytes through GS: the last word is there, the next one is not. */
CHECK(user_segment_limit)
{
	struct regs regs = run(user_limit, 0);

	if (regs.vector == TRAP_END && on_emulator())
		skip("this QEMU has no segment limits");
	expect_trap(regs, TRAP_GP, 0, (word)user_limit + 8);
}

CHECK(user_null_segment)
{
	struct regs regs = run(user_null_gs, 0);

	if (regs.vector == TRAP_PF && on_emulator())
		skip("this QEMU takes null for a flat segment");
	expect_is(regs.vector, TRAP_GP);
	expect_is(regs.error, 0);
}

/* CR0.AM and the flag together (SDM 3A section 6.15). */
CHECK(user_alignment_check)
{
	extern const char user_misaligned[];
	word cr0 = read_cr0();
	struct regs regs;

	write_cr0(cr0 | 1ul << 18);
	regs = run(user_misaligned, FLAG_AC);
	write_cr0(cr0);
	if (regs.vector == TRAP_END && on_emulator())
		skip("this QEMU has no alignment check");
	expect_trap(regs, TRAP_AC, 0, (word)user_misaligned);
}
