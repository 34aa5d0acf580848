/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment_test.c - descriptor tables and segment registers of a 32-bit kernel on a platform that
 * has selectors of its own (SDM 3A chapter 3; SDM 2A LAR, LDS, LGDT, LSL, LTR; 2B MOV, POP, PUSH).
 *
 * Invariant: descriptors are those of guest_width.c, judged by the manual's tables.
 */
#include "guest.h"

#include <arch/x86/emulate.h>

enum { EAX = 0, EBX = 3 };

#define NOBODY ARCH_NO_ERROR_CODE

static void table_registers_load_and_store(void **state)
{
	uint8_t image[6] = {0x34, 0x12, 0x88, 0x77, 0x66, 0x55}, got[8];

	(void)state;
	vcpu.gpr[EBX] = GUEST_DATA + 0xffd; /* over a page's end */
	guest_poke(GUEST_DATA + 0xffd, image, sizeof(image));
	EXECUTE(0x0f, 0x01, 0x13); /* lgdt */
	assert_int_equal(vcpu.gdt.limit, 0x1234);
	assert_int_equal(vcpu.gdt.base, 0x55667788);
	assert_int_equal(fake.gdt_loads, 1);
	EXECUTE(0x66, 0x0f, 0x01, 0x1b); /* lidt with 16-bit operands: 24 bits of base */
	assert_int_equal(vcpu.idt.limit, 0x1234);
	assert_int_equal(vcpu.idt.base, 0x667788);
	guest_poke(GUEST_DATA, "........", 8);
	vcpu.gpr[EBX] = GUEST_DATA;
	EXECUTE(0x0f, 0x01, 0x03); /* sgdt */
	guest_peek(GUEST_DATA, got, sizeof(got));
	assert_memory_equal(got, "\x34\x12\x88\x77\x66\x55..", 8);
	EXECUTE(0x66, 0x0f, 0x01, 0x03);
	guest_peek(GUEST_DATA, got, sizeof(got));
	assert_memory_equal(got, "\x34\x12\x88\x77\x66\x00..", 8);
}

#define LTR_EAX	 0x0f, 0x00, 0xd8
#define LLDT_EAX 0x0f, 0x00, 0xd0

static void system_descriptors_are_eight_bytes(void **state)
{
	(void)state;
	vcpu.task = (struct vcpu_table){0};
	vcpu.gpr[EAX] = SEL_TSS;
	EXECUTE(LTR_EAX);
	assert_int_equal(vcpu.task.base, GUEST_TSS);
	assert_int_equal(vcpu.task.limit, GUEST_TSS_LIMIT);
	assert_int_equal(guest_peek64(GUEST_GDT + SEL_TSS), 0x84008b0020002069);
	FAULTS(X86_TRAP_GP, SEL_TSS, LTR_EAX); /* busy now */
	vcpu.ldt = (struct vcpu_table){0};
	vcpu.gpr[EAX] = SEL_LDT;
	EXECUTE(LLDT_EAX);
	assert_int_equal(vcpu.ldt.base, GUEST_LDT);
	assert_int_equal(vcpu.ldt.limit, 15);
	vcpu.gpr[EAX] = SEL_TSS;
	FAULTS(X86_TRAP_GP, SEL_TSS, LLDT_EAX);
	vcpu.gpr[EAX] = SEL_LOCAL; /* never from the LDT itself */
	FAULTS(X86_TRAP_GP, SEL_LOCAL & ~3, LLDT_EAX);
	/* The last descriptor of the table has nothing behind it that could be missing. */
	vcpu.gdt.limit = SEL_TSS + 7;
	guest_poke64(GUEST_GDT + SEL_TSS, 0x8400890020002069);
	vcpu.gpr[EAX] = SEL_TSS;
	EXECUTE(LTR_EAX);
}

static void check_query(uint16_t selector, bool good, uint32_t rights)
{
	vcpu.gpr[EBX] = selector;
	vcpu.gpr[EAX] = 0x12345678;
	EXECUTE(0x0f, 0x02, 0xc3); /* lar %bx, %eax */
	assert_int_equal(!!(vcpu.rflags & X86_FLAGS_ZF), good);
	assert_int_equal(vcpu.gpr[EAX], good ? rights : 0x12345678);
}

static void queries_know_the_16_bit_descriptors(void **state)
{
	static const uint16_t lar_types = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 |
					  1 << 11 | 1 << 12,
			      lsl_types = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11;

	(void)state;
	check_query(SEL_CODE, true, 0xc09b00);
	check_query(SEL_OUTSIDE, false, 0);
	for (unsigned int type = 0; type < 16; type++) {
		guest_poke64(GUEST_GDT + SEL_EMPTY, 0x0000800000000123 | (uint64_t)type << 40);
		check_query(SEL_EMPTY, lar_types >> type & 1, 0x8000 | type << 8);
		EXECUTE(0x0f, 0x03, 0xc3); /* lsl */
		assert_int_equal(!!(vcpu.rflags & X86_FLAGS_ZF), lsl_types >> type & 1);
	}
}

/* mov %eax, %sreg */
#define TO_SREG(n) 0x8e, (0xc0 | (n) << 3)

static void data_selectors_are_checked_and_noted(void **state)
{
	static const struct {
		uint16_t selector;
		int fault;
	} cases[] = {
		{0, 0},
		{3, 0},
		{SEL_DATA, 0},
		{SEL_USER_DATA, 0},
		{SEL_USER_DATA & ~3, 0},
		{SEL_CODE, 0},
		{SEL_READ_ONLY, 0},
		{SEL_LOCAL, 0},
		{SEL_USER_TLS, 0},
		{SEL_CODE_CONFORMING | 3, 0},
		{SEL_DATA | 3, X86_TRAP_GP}, /* out of reach for that RPL */
		{SEL_CODE | 1, X86_TRAP_GP},
		{SEL_ABSENT, X86_TRAP_NP},
		{SEL_TSS, X86_TRAP_GP},
		{SEL_EXECUTE_ONLY, X86_TRAP_GP},
		{SEL_EMPTY, X86_TRAP_GP},
		{SEL_OUTSIDE, X86_TRAP_GP},
	};
	static const uint8_t registers[] = {X86_ES, X86_DS, X86_FS, X86_GS};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t r = 0; r < sizeof(registers); r++) {
			vcpu.gpr[EAX] = 0xabcd0000 | cases[i].selector;
			if (cases[i].fault) {
				uint32_t before = vcpu.selector[registers[r]];

				FAULTS((unsigned int)cases[i].fault, cases[i].selector & ~3,
				       TO_SREG(registers[r]));
				assert_int_equal(vcpu.selector[registers[r]], before);
				continue;
			}
			EXECUTE(TO_SREG(registers[r]));
			assert_int_equal(vcpu.selector[registers[r]], cases[i].selector);
		}
	assert_int_equal(fake.selector_loads, 0);
}

static void kernel_data_must_be_flat(void **state)
{
	(void)state;
	vcpu.gpr[EAX] = SEL_BASED;
	assert_fatal("loads a data segment that begins at 12345678 (selector 70)",
		     guest_emulate(BYTES(TO_SREG(X86_DS))));
	assert_fatal("loads a stack segment that begins at 12345678 (selector 70)",
		     guest_emulate(BYTES(TO_SREG(X86_SS))));
}

/* Linux pops what a user program gave to sigreturn: any selector of the table. */
static void popped_data_may_be_anything(void **state)
{
	static const uint16_t selectors[] = {SEL_BASED, SEL_USER_TLS, SEL_USER_TLS & ~3};

	(void)state;
	for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
		vcpu.gpr[X86_RSP] = GUEST_STACK_TOP - 4;
		guest_poke_word(GUEST_STACK_TOP - 4, selectors[i]);
		EXECUTE(0x1f);
		assert_int_equal(vcpu.selector[X86_DS], selectors[i]);
	}
	assert_false(segment_is_flat(&vcpu, SEL_BASED));
	/* What is the kernel's own is null for the user code it returns to. */
	vcpu.selector[X86_ES] = SEL_CODE_CONFORMING;
	vcpu.selector[X86_FS] = SEL_BASED;
	guest_poke(GUEST_STACK_TOP - 20,
		   (const uint32_t[]){(uint32_t)GUEST_USER, SEL_USER_CODE, 0x202, 0x1000,
				      SEL_USER_DATA},
		   20);
	vcpu.gpr[X86_RSP] = GUEST_STACK_TOP - 20;
	guest_emulate(BYTES(0xcf));
	assert_true(vcpu_in_user(&vcpu));
	assert_int_equal(vcpu.selector[X86_DS], SEL_USER_TLS & ~3);
	assert_int_equal(vcpu.selector[X86_ES], SEL_CODE_CONFORMING);
	assert_int_equal(vcpu.selector[X86_FS], 0);
}

static void the_stack_segment_must_be_the_kernels(void **state)
{
	static const uint16_t bad[] = {SEL_USER_DATA, SEL_READ_ONLY, SEL_CODE, SEL_DATA | 3, 0, 3};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vcpu.gpr[EAX] = bad[i];
		FAULTS(X86_TRAP_GP, bad[i] & ~3, TO_SREG(X86_SS));
		assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	}
	vcpu.gpr[EAX] = SEL_ABSENT;
	FAULTS(X86_TRAP_SS, SEL_ABSENT, TO_SREG(X86_SS));
	vcpu.kernel_ss = 0;
	vcpu.gpr[EAX] = SEL_DATA;
	EXECUTE(TO_SREG(X86_SS));
	assert_int_equal(vcpu.kernel_ss, SEL_DATA);
}

static void fs_and_gs_take_their_bases(void **state)
{
	(void)state;
	vcpu.gpr[EAX] = SEL_BASED;
	EXECUTE(TO_SREG(X86_FS));
	assert_int_equal(vcpu.fs_base, GUEST_BASED);
	assert_int_equal(fake.fs_loads, 1);
	assert_int_equal(vcpu.fs_selector, SEL_BASED);
	EXECUTE(TO_SREG(X86_GS));
	assert_int_equal(vcpu.gs_base_kernel, GUEST_BASED);
	assert_int_equal(fake.gs_kernel_loads, 1);
	/* Null has no base; what FS has may stay for when the kernel takes it back. */
	vcpu.gpr[EAX] = 0;
	EXECUTE(TO_SREG(X86_FS));
	assert_int_equal(vcpu.selector[X86_FS], 0);
	assert_int_equal(fake.fs_loads, 1);
	assert_int_equal(vcpu.fs_selector, SEL_BASED);
	/* What is a user's is used, but not remembered. */
	vcpu.gpr[EAX] = SEL_USER_TLS;
	EXECUTE(TO_SREG(X86_FS));
	assert_int_equal(vcpu.fs_selector, 0);
	vcpu.gpr[EAX] = SEL_BASED;
	EXECUTE(TO_SREG(X86_FS));
	fake.fs_loads = 1;
	guest_poke_word(vcpu.gpr[X86_RSP] - 4, SEL_USER_TLS);
	vcpu.gpr[X86_RSP] -= 4;
	EXECUTE(0x0f, 0xa1);
	assert_int_equal(fake.fs_loads, 2);
	assert_int_equal(vcpu.fs_selector, 0);
}

static void load(unsigned int sreg, uint16_t selector)
{
	vcpu.gpr[EAX] = selector;
	guest_emulate(BYTES(0x8e, (uint8_t)(0xc0 | sreg << 3)));
}

static void two_flat_segments_are_remembered(void **state)
{
	(void)state;
	load(X86_DS, SEL_DATA);
	load(X86_ES, SEL_USER_DATA);
	assert_true(segment_is_flat(&vcpu, SEL_DATA) && segment_is_flat(&vcpu, SEL_USER_DATA));
	load(X86_ES, SEL_DATA);
	assert_true(segment_is_flat(&vcpu, SEL_DATA) && segment_is_flat(&vcpu, SEL_USER_DATA));
	/* Neither what users may change, nor what is no writable data, nor null. */
	load(X86_DS, SEL_LOCAL);
	load(X86_DS, SEL_READ_ONLY);
	load(X86_DS, SEL_CODE);
	load(X86_DS, SEL_USER_TLS);
	load(X86_DS, 0);
	assert_true(segment_is_flat(&vcpu, SEL_DATA) && segment_is_flat(&vcpu, SEL_USER_DATA));
	guest_poke(GUEST_DATA, "\xaf\x00\x00\x10\x00\x84", 6);
	vcpu.gpr[EBX] = GUEST_DATA;
	EXECUTE(0x0f, 0x01, 0x13);
	assert_false(segment_is_flat(&vcpu, SEL_DATA) || segment_is_flat(&vcpu, SEL_USER_DATA));
}

static void selectors_read_as_the_guest_believes(void **state)
{
	(void)state;
	vcpu.selector[X86_DS] = SEL_USER_DATA;
	vcpu.gpr[EAX] = 0xffffffff;
	EXECUTE(0x66, 0x8c, 0xc8); /* mov %cs, %ax */
	assert_int_equal(vcpu.gpr[EAX], 0xffff0000 | SEL_CODE);
	EXECUTE(0x8c, 0xd8);
	assert_int_equal(vcpu.gpr[EAX], SEL_USER_DATA);
	vcpu.gpr[EBX] = GUEST_DATA;
	guest_poke_word(GUEST_DATA, 0xffffffff);
	EXECUTE(0x8c, 0x13); /* mov %ss, (%ebx): two bytes whatever the size */
	assert_int_equal(guest_peek_word(GUEST_DATA), 0xffff0000 | SEL_DATA);
}

static void pushes_and_pops(void **state)
{
	static const struct {
		uint8_t code[2], size;
		uint16_t value;
	} pushes[] = {{{0x06}, 1, SEL_READ_ONLY},   {{0x0e}, 1, SEL_CODE},
		      {{0x16}, 1, SEL_DATA},	    {{0x1e}, 1, SEL_USER_DATA},
		      {{0x0f, 0xa0}, 2, SEL_BASED}, {{0x0f, 0xa8}, 2, SEL_USER_TLS}};
	uint64_t esp = vcpu.gpr[X86_RSP];

	(void)state;
	vcpu.selector[X86_ES] = SEL_READ_ONLY;
	vcpu.selector[X86_DS] = SEL_USER_DATA;
	vcpu.selector[X86_FS] = SEL_BASED;
	vcpu.selector[X86_GS] = SEL_USER_TLS;
	for (size_t i = 0; i < sizeof(pushes) / sizeof(pushes[0]); i++) {
		guest_emulate(pushes[i].code, pushes[i].size);
		assert_int_equal(vcpu.gpr[X86_RSP], esp - 4 * (i + 1));
		assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), pushes[i].value);
	}
	EXECUTE(0x0f, 0xa9); /* pop %gs */
	EXECUTE(0x0f, 0xa1); /* pop %fs */
	EXECUTE(0x07);	     /* pop %es */
	EXECUTE(0x17);	     /* pop %ss */
	assert_int_equal(vcpu.gpr[X86_RSP], esp - 8);
	assert_int_equal(vcpu.selector[X86_ES], SEL_USER_DATA);
	assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	vcpu.gpr[X86_RSP] = esp - 4;
	EXECUTE(0x1f); /* pop %ds */
	assert_int_equal(vcpu.selector[X86_DS], SEL_READ_ONLY);
	/* A bad selector leaves the stack as it is: Linux puts a zero there and tries again. */
	vcpu.gpr[X86_RSP] = esp - 4;
	guest_poke_word(esp - 4, SEL_TSS);
	FAULTS(X86_TRAP_GP, SEL_TSS, 0x1f);
	assert_int_equal(vcpu.gpr[X86_RSP], esp - 4);
}

static void far_pointers_load_both_or_nothing(void **state)
{
	static const uint8_t pointer[6] = {0x88, 0x77, 0x66, 0x55, SEL_DATA};

	(void)state;
	vcpu.gpr[EBX] = GUEST_DATA;
	guest_poke(GUEST_DATA, pointer, sizeof(pointer));
	EXECUTE(0x0f, 0xb2, 0x03); /* lss (%ebx), %eax */
	assert_int_equal(vcpu.gpr[EAX], 0x55667788);
	EXECUTE(0xc5, 0x0b); /* lds (%ebx), %ecx */
	assert_int_equal(vcpu.gpr[X86_RCX], 0x55667788);
	EXECUTE(0xc4, 0x13); /* les (%ebx), %edx */
	assert_int_equal(vcpu.gpr[X86_RDX], 0x55667788);
	guest_poke(GUEST_DATA + 4, "\x40", 1); /* a task's */
	FAULTS(X86_TRAP_GP, SEL_TSS, 0xc5, 0x33);
	assert_int_equal(vcpu.gpr[X86_RSI], 0);
}

/* Linux's way back to a 16-bit user stack: the same place, by another name. */
static void a_stack_that_begins_elsewhere_is_flat_in_truth(void **state)
{
	static const uint8_t pointer[6] = {0x00, 0xe0, 0xcb, 0x70, SEL_BASED};

	(void)state;
	vcpu.gpr[EBX] = GUEST_DATA;
	guest_poke(GUEST_DATA, pointer, sizeof(pointer));
	EXECUTE(0x0f, 0xb2, 0x23); /* lss (%ebx), %esp */
	assert_int_equal(vcpu.gpr[X86_RSP], 0x70cbe000u + GUEST_BASED);
	assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	assert_fatal("loads a stack segment", guest_emulate(BYTES(0x0f, 0xb2, 0x03)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(table_registers_load_and_store),
		GUEST_TEST(system_descriptors_are_eight_bytes),
		GUEST_TEST(queries_know_the_16_bit_descriptors),
		GUEST_TEST(data_selectors_are_checked_and_noted),
		GUEST_TEST(kernel_data_must_be_flat),
		GUEST_TEST(popped_data_may_be_anything),
		GUEST_TEST(the_stack_segment_must_be_the_kernels),
		GUEST_TEST(fs_and_gs_take_their_bases),
		GUEST_TEST(two_flat_segments_are_remembered),
		GUEST_TEST(selectors_read_as_the_guest_believes),
		GUEST_TEST(pushes_and_pops),
		GUEST_TEST(far_pointers_load_both_or_nothing),
		GUEST_TEST(a_stack_that_begins_elsewhere_is_flat_in_truth),
	};

	return RUN_TAP(tests);
}
