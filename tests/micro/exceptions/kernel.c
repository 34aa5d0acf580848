/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - exceptions of kernel code: vector, error code, and where the frame points.
 *
 * Invariant: the address that a check expects is a label in its own assembler text.
 */
#include "micro.h"
#include "paging.h"

/* One instruction between two labels that the frame is compared with. */
#define INSTRUCTION(name, text)                                                                    \
	__asm__(".pushsection .text; .globl " #name ", " #name "_end\n" #name ":\n\t" text         \
		"\n" #name "_end:\n\tret\n.popsection");                                           \
	extern const char name[], name##_end[]

INSTRUCTION(do_divide, "divl %esi");
INSTRUCTION(do_ud2, "ud2");
INSTRUCTION(do_int3, "int3");
INSTRUCTION(do_int4, "int $4");
INSTRUCTION(do_int77, "int $0x77");
INSTRUCTION(do_load, "mov (%" REG_DI "), %" REG_AX);
INSTRUCTION(do_store, "mov %" REG_AX ", (%" REG_DI ")");
INSTRUCTION(do_load_ds, "movl %edi, %ds");
INSTRUCTION(do_load_ss, "movl %edi, %ss");
INSTRUCTION(do_fnop, "fldz");
INSTRUCTION(do_jump, "jmp *%" REG_DI);

struct call {
	const char *code;
	word argument;
};

static void make_call(void *argument)
{
	const struct call *c = argument;

	__asm__ volatile("call *%0"
			 :
			 : "r"(c->code), "D"(c->argument), "S"(0ul)
			 : REG_AX, REG_CX, REG_DX, "memory", "cc");
}

static struct fault call(const char *code, word argument)
{
	struct call c = {code, argument};

	return attempt(make_call, &c);
}

CHECK(divide_error)
{
	struct fault f = call(do_divide, 0);

	expect_fault(f, TRAP_DE, 0);
	expect_is(f.regs.ip, (word)do_divide);
}

CHECK(invalid_opcode)
{
	struct fault f = call(do_ud2, 0);

	expect_fault(f, TRAP_UD, 0);
	expect_is(f.regs.ip, (word)do_ud2);
}

CHECK(breakpoint)
{
	struct fault f = call(do_int3, 0);

	expect_fault(f, TRAP_BP, 0);
	expect_is(f.regs.ip, (word)do_int3_end);
}

CHECK(int_n)
{
	struct fault f = call(do_int4, 0);

	expect_fault(f, TRAP_OF, 0);
	expect(f.regs.ip >= (word)do_int4 + 2 && f.regs.ip <= (word)do_int4_end);
	/* From ring 0 the gate's DPL does not matter. */
	f = call(do_int77, 0);
	expect_fault(f, 0x77, 0);
}

/* An entry that is none: the fault is the instruction's (SDM 2A, INT n). */
CHECK(int_n_without_entry)
{
	struct fault f;

	idt[0x77] = (struct gate){0};
	f = call(do_int77, 0);
	gate_reset(0x77);
	expect(f.hit);
	expect_is(f.regs.vector, TRAP_GP);
	expect_is(f.regs.ip, (word)do_int77);
	if (f.regs.error == 0x77 * 16 + 2)
		skip("this QEMU has a wrong error code here, vector * 16 + 2");
	expect_is(f.regs.error, 0x77 * 8 + 2);
}

CHECK(segment_beyond_table)
{
	struct fault f = call(do_load_ds, 0x7f8);

	expect_fault(f, TRAP_GP, 0x7f8);
	expect_is(f.regs.ip & ~15ul, (word)do_load_ds & ~15ul);
}

CHECK(segment_not_present)
{
	struct fault f = call(do_load_ds, NOT_PRESENT);

	expect_fault(f, TRAP_NP, NOT_PRESENT);
}

/* A stack segment must be writable data with the DPL of the kernel. */
CHECK(stack_segment_of_code)
{
	struct fault f = call(do_load_ss, KERNEL_CS);

	expect_fault(f, TRAP_GP, KERNEL_CS);
	f = call(do_load_ss, USER_DS);
	expect_fault(f, TRAP_GP, USER_DS & ~3u);
}

CHECK(device_not_available)
{
	struct fault f;

	write_cr0(read_cr0() | CR0_TS);
	f = call(do_fnop, 0);
	__asm__ volatile("clts");
	expect_fault(f, TRAP_NM, 0);
	expect_is(f.regs.ip, (word)do_fnop);
	f = call(do_fnop, 0);
	expect(!f.hit);
	__asm__ volatile("fninit");
}

CHECK(page_fault_not_present)
{
	struct fault f = call(do_load, TEST_AREA + 0x123);

	expect_page_fault(f, TEST_AREA + 0x123, 0);
	expect_is(f.regs.ip, (word)do_load);
	f = call(do_store, TEST_AREA + 0x456);
	expect_page_fault(f, TEST_AREA + 0x456, PF_WRITE);
	f = call(do_jump, TEST_AREA + 0x1000);
	expect_fault(f, TRAP_PF, PF_FETCH);
	expect_is(f.address, TEST_AREA + 0x1000);
	expect_is(f.regs.ip, TEST_AREA + 0x1000);
}

CHECK(page_fault_protection)
{
	struct fault f;

	map(TEST_AREA, physical(page_new()), 0);
	f = call(do_load, TEST_AREA);
	expect(!f.hit);
	f = call(do_store, TEST_AREA + 8);
	expect_page_fault(f, TEST_AREA + 8, PF_PRESENT | PF_WRITE);
	unmap(TEST_AREA);
	invlpg(TEST_AREA);
}

CHECK(page_fault_low_address)
{
	struct fault f = call(do_load, 0x10);

	expect_page_fault(f, 0x10, 0);
	f = call(do_store, LOWER_HALF - 0xfff);
	expect_page_fault(f, LOWER_HALF - 0xfff, PF_WRITE);
}

/* The last bytes of the address space, where error codes as pointers point. */
CHECK(page_fault_error_pointer)
{
	struct fault f = call(do_load, -22ul);

	expect_page_fault(f, -22ul, 0);
}

CHECK(cr2_can_be_written)
{
	write_cr2((word)0x123456789000);
	expect_is(read_cr2(), (word)0x123456789000);
}
