/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptor_test.c - descriptor tables, the instructions that look into them, and segment
 * registers (SDM 3A chapter 3; SDM 2A LAR, LLDT, LSL, LTR, VERR, SWAPGS; 2B MOV, POP).
 *
 * Invariant: descriptors are those of guest.c, judged by the manual's tables.
 */
#include "guest.h"

enum { RAX = 0, RBX = 3 };

#define NOBODY ARCH_NO_ERROR_CODE

static void table_registers_load_and_store(void **state)
{
	uint8_t image[10] = {0x34, 0x12, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11}, got[12];

	(void)state;
	vcpu.gpr[RBX] = GUEST_DATA + 0xffc; /* over a page's end */
	guest_poke(GUEST_DATA + 0xffc, image, sizeof(image));
	EXECUTE(0x0f, 0x01, 0x13); /* lgdt */
	assert_int_equal(vcpu.gdt.limit, 0x1234);
	assert_int_equal(vcpu.gdt.base, 0x1122334455667788);
	assert_int_equal(fake.gdt_loads, 1);
	image[0]++;
	guest_poke(GUEST_DATA + 0xffc, image, sizeof(image));
	EXECUTE(0x66, 0x0f, 0x01, 0x1b); /* lidt; the prefix means nothing */
	assert_int_equal(vcpu.idt.limit, 0x1235);
	assert_int_equal(vcpu.idt.base, 0x1122334455667788);
	vcpu.gpr[RBX] = GUEST_DATA + 0x10;
	guest_poke(GUEST_DATA + 0x10, "............", 12);
	EXECUTE(0x0f, 0x01, 0x03); /* sgdt */
	guest_peek(GUEST_DATA + 0x10, got, sizeof(got));
	assert_memory_equal(got, "\x34\x12\x88\x77\x66\x55\x44\x33\x22\x11..", 12);
	EXECUTE(0x0f, 0x01, 0x0b); /* sidt */
	guest_peek(GUEST_DATA + 0x10, got, sizeof(got));
	assert_memory_equal(got, image, 10);
}

#define LTR_EAX	 0x0f, 0x00, 0xd8
#define LLDT_EAX 0x0f, 0x00, 0xd0

static void ltr_takes_the_task_and_marks_it_busy(void **state)
{
	(void)state;
	vcpu.task = (struct vcpu_table){0};
	vcpu.gpr[RAX] = 0xffff0000 | SEL_TSS;
	EXECUTE(LTR_EAX);
	assert_int_equal(vcpu.task.base, GUEST_TSS);
	assert_int_equal(vcpu.task.limit, GUEST_TSS_LIMIT);
	assert_int_equal(vcpu.task.selector, SEL_TSS);
	assert_int_equal(guest_peek64(GUEST_GDT + SEL_TSS), 0x84008b0020002069);
	FAULTS(X86_TRAP_GP, SEL_TSS, LTR_EAX); /* busy now */
	vcpu.gpr[RBX] = GUEST_DATA;
	EXECUTE(0x0f, 0x00, 0x0b); /* str to memory */
	assert_int_equal(guest_peek64(GUEST_DATA), SEL_TSS);
}

static void ltr_refuses_what_is_no_task(void **state)
{
	static const uint16_t bad[] = {0, 3, SEL_DATA, SEL_CODE, SEL_LDT, SEL_EMPTY, SEL_OUTSIDE};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vcpu.gpr[RAX] = bad[i];
		FAULTS(X86_TRAP_GP, bad[i] & ~3, LTR_EAX);
	}
	assert_int_equal(vcpu.task.base, GUEST_TSS);
}

/* Where the table may not be written, the busy mark faults, and nothing was loaded. */
static void ltr_faults_on_a_read_only_table(void **state)
{
	(void)state;
	vcpu.task = (struct vcpu_table){0};
	guest_map(GUEST_TSS, 0x402000, X86_PTE_P | X86_PTE_W);
	*guest_entry(GUEST_GDT, 1) &= ~X86_PTE_W;
	vcpu.gpr[RAX] = SEL_TSS;
	FAULTS(X86_TRAP_PF, X86_PF_PRESENT | X86_PF_WRITE, LTR_EAX);
	assert_int_equal(vcpu.cr[2], GUEST_GDT + SEL_TSS);
	assert_int_equal(vcpu.task.base, 0);
}

static void lldt_loads_a_table_or_none(void **state)
{
	(void)state;
	vcpu.gpr[RAX] = 0;
	EXECUTE(LLDT_EAX);
	assert_int_equal(vcpu.ldt.limit, 0);
	vcpu.gpr[RAX] = SEL_LDT;
	EXECUTE(LLDT_EAX);
	assert_int_equal(vcpu.ldt.base, GUEST_LDT);
	assert_int_equal(vcpu.ldt.limit, 15);
	assert_int_equal(fake.ldt_loads, 2);
	vcpu.gpr[RAX] = SEL_DATA;
	FAULTS(X86_TRAP_GP, SEL_DATA, LLDT_EAX);
	vcpu.gpr[RAX] = SEL_TSS;
	FAULTS(X86_TRAP_GP, SEL_TSS, LLDT_EAX);
	/* A fault loads nothing. */
	assert_int_equal(vcpu.ldt.selector, SEL_LDT);
	assert_int_equal(vcpu.ldt.base, GUEST_LDT);
	vcpu.gpr[RAX] = UINT64_MAX;
	EXECUTE(0x0f, 0x00, 0xc0); /* sldt */
	assert_int_equal(vcpu.gpr[RAX], SEL_LDT);
}

/* What lar, lsl, verr and verw say of each selector: rights and limit, or nothing. */
static const struct {
	uint16_t selector;
	bool lar, lsl, verr, verw;
	uint32_t rights, limit;
} answers[] = {
	{0, false, false, false, false, 0, 0},
	{SEL_CODE, true, true, true, false, 0xa09b00, 0xffffffff},
	{SEL_DATA, true, true, true, true, 0xc09300, 0xffffffff},
	{SEL_USER_DATA, true, true, true, true, 0xc0f300, 0xffffffff},
	{SEL_ABSENT, true, true, true, true, 0xc01300, 0xffffffff},
	{SEL_TSS, true, true, false, false, 0x008900, GUEST_TSS_LIMIT},
	{SEL_LDT, true, true, false, false, 0x008200, 15},
	{SEL_READ_ONLY, true, true, true, false, 0xc09100, 0xffffffff},
	{SEL_EXECUTE_ONLY, true, true, false, false, 0xa09900, 0xffffffff},
	{SEL_BASED, true, true, true, true, 0x409300, 0xfff},
	{SEL_EMPTY, false, false, false, false, 0, 0},
	{SEL_CALL_GATE, true, false, false, false, 0x008c00, 0},
	{SEL_LOCAL, true, true, true, true, 0xc09300, 0xffffffff},
	{SEL_OUTSIDE, false, false, false, false, 0, 0},
};

static void check_query(bool good)
{
	assert_int_equal(!!(vcpu.rflags & X86_FLAGS_ZF), good);
	vcpu.rflags ^= X86_FLAGS_ZF;
}

static void queries_answer_through_zf(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		uint64_t old = 0x1234567887654321;

		vcpu.gpr[RBX] = answers[i].selector;
		vcpu.gpr[RAX] = old;
		EXECUTE(0x0f, 0x02, 0xc3); /* lar %ebx, %eax */
		check_query(answers[i].lar);
		assert_int_equal(vcpu.gpr[RAX], answers[i].lar ? answers[i].rights : old);
		vcpu.gpr[RAX] = old;
		EXECUTE(0x0f, 0x03, 0xc3); /* lsl %ebx, %eax */
		check_query(answers[i].lsl);
		assert_int_equal(vcpu.gpr[RAX], answers[i].lsl ? answers[i].limit : old);
		EXECUTE(0x0f, 0x00, 0xe3); /* verr %bx */
		check_query(answers[i].verr);
		EXECUTE(0x0f, 0x00, 0xeb); /* verw %bx */
		check_query(answers[i].verw);
	}
}

/* mov %eax, %sreg */
#define TO_SREG(n) 0x8e, (0xc0 | (n) << 3)

static void data_selectors_are_checked_and_loaded(void **state)
{
	static const struct {
		uint16_t selector;
		int fault;
	} cases[] = {
		{0, 0},
		{3, 0},
		{SEL_DATA, 0},
		{SEL_USER_DATA, 0},
		{SEL_CODE, 0},
		{SEL_READ_ONLY, 0},
		{SEL_LOCAL, 0},
		{SEL_ABSENT, X86_TRAP_NP},
		{SEL_TSS, X86_TRAP_GP},
		{SEL_EXECUTE_ONLY, X86_TRAP_GP},
		{SEL_EMPTY, X86_TRAP_GP},
		{SEL_OUTSIDE, X86_TRAP_GP},
	};
	static const uint8_t registers[] = {X86_ES, X86_DS, X86_FS};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t r = 0; r < sizeof(registers); r++) {
			unsigned int loads = fake.selector_loads;

			vcpu.gpr[RAX] = 0xabcd0000 | cases[i].selector;
			if (cases[i].fault) {
				FAULTS((unsigned int)cases[i].fault, cases[i].selector & ~3,
				       TO_SREG(registers[r]));
				assert_int_equal(fake.selector_loads, loads);
				continue;
			}
			EXECUTE(TO_SREG(registers[r]));
			assert_int_equal(fake.live_selector[registers[r]], cases[i].selector);
			assert_int_equal(vcpu.selector[registers[r]], cases[i].selector);
		}
}

static void the_platform_may_refuse_a_selector(void **state)
{
	(void)state;
	fake.refuse_selector = true;
	vcpu.gpr[RAX] = SEL_DATA;
	FAULTS(X86_TRAP_GP, SEL_DATA, TO_SREG(X86_DS));
	assert_int_equal(vcpu.selector[X86_DS], 0);
}

static void the_stack_segment_must_be_the_kernels(void **state)
{
	static const uint16_t bad[] = {SEL_USER_DATA, SEL_READ_ONLY, SEL_CODE, SEL_DATA | 3};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vcpu.gpr[RAX] = bad[i];
		FAULTS(X86_TRAP_GP, bad[i] & ~3, TO_SREG(X86_SS));
		assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	}
	vcpu.gpr[RAX] = SEL_ABSENT;
	FAULTS(X86_TRAP_SS, SEL_ABSENT, TO_SREG(X86_SS));
	vcpu.gpr[RAX] = 0;
	EXECUTE(TO_SREG(X86_SS));
	assert_int_equal(vcpu.kernel_ss, 0);
	assert_int_equal(fake.selector_loads, 0);
}

static void cs_and_numbers_above_gs_are_no_targets(void **state)
{
	(void)state;
	FAULTS(X86_TRAP_UD, NOBODY, TO_SREG(X86_CS));
	FAULTS(X86_TRAP_UD, NOBODY, TO_SREG(6));
	FAULTS(X86_TRAP_UD, NOBODY, TO_SREG(7));
	FAULTS(X86_TRAP_UD, NOBODY, 0x8c, 0xf0);
}

static void selectors_read_as_the_guest_believes(void **state)
{
	(void)state;
	fake.live_selector[X86_DS] = SEL_USER_DATA;
	vcpu.gpr[RAX] = UINT64_MAX;
	EXECUTE(0x66, 0x8c, 0xc8); /* mov %cs, %ax */
	assert_int_equal(vcpu.gpr[RAX], 0xffffffffffff0000 | SEL_CODE);
	EXECUTE(0x8c, 0xd8);
	assert_int_equal(vcpu.gpr[RAX], SEL_USER_DATA);
	vcpu.gpr[RBX] = GUEST_DATA;
	guest_poke64(GUEST_DATA, UINT64_MAX);
	EXECUTE(0x48, 0x8c, 0x13); /* mov %ss, (%rbx): two bytes whatever the size */
	assert_int_equal(guest_peek64(GUEST_DATA), 0xffffffffffff0000 | SEL_DATA);
}

static void loading_fs_loads_its_base(void **state)
{
	(void)state;
	vcpu.fs_base = 0x9999;
	vcpu.gpr[RAX] = SEL_BASED;
	EXECUTE(TO_SREG(X86_FS));
	assert_int_equal(vcpu.fs_base, GUEST_BASED);
	vcpu.gpr[RAX] = 0;
	EXECUTE(TO_SREG(X86_FS));
	assert_int_equal(vcpu.fs_base, 0);
}

/* GS belongs to the kernel, but between two swapgs it is the user's. */
static void loading_gs_loads_the_active_base(void **state)
{
	(void)state;
	vcpu.gs_base_user = 0x7777;
	vcpu.gpr[RAX] = SEL_BASED;
	EXECUTE(TO_SREG(X86_GS));
	assert_int_equal(vcpu.gs_base_kernel, GUEST_BASED);
	assert_int_equal(vcpu.gs_base_user, 0x7777);
	assert_int_equal(fake.gs_kernel_loads, 1);
	assert_int_equal(fake.selector_loads, 0);
	EXECUTE(0x0f, 0x01, 0xf8);
	vcpu.gpr[RAX] = 0;
	EXECUTE(TO_SREG(X86_GS));
	assert_int_equal(vcpu.gs_base_kernel, GUEST_BASED);
	assert_int_equal(vcpu.gs_base_user, 0);
	assert_int_equal(fake.selector_loads, 1);
	assert_int_equal(fake.last_sreg, X86_GS);
}

static void push_and_pop_move_the_stack_once(void **state)
{
	uint64_t rsp = vcpu.gpr[X86_RSP];

	(void)state;
	fake.live_selector[X86_FS] = SEL_BASED;
	EXECUTE(0x0f, 0xa0); /* push %fs */
	assert_int_equal(vcpu.gpr[X86_RSP], rsp - 8);
	assert_int_equal(guest_peek64(rsp - 8), SEL_BASED);
	EXECUTE(0x66, 0x0f, 0xa0);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp - 10);
	EXECUTE(0x66, 0x0f, 0xa9); /* pop %gs */
	assert_int_equal(vcpu.gpr[X86_RSP], rsp - 8);
	assert_int_equal(vcpu.gs_base_kernel, GUEST_BASED);
	EXECUTE(0x0f, 0xa1); /* pop %fs */
	assert_int_equal(vcpu.gpr[X86_RSP], rsp);
	/* A bad selector leaves the stack as it is. */
	vcpu.gpr[X86_RSP] = rsp - 8;
	guest_poke64(rsp - 8, SEL_TSS);
	guest_emulate(BYTES(0x0f, 0xa1));
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_GP);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP] + 32), rsp - 8);
}

static void far_pointers_load_both_or_nothing(void **state)
{
	static const uint8_t pointer[10] = {0x88, 0x77, 0x66, 0x55,	0x44,
					    0x33, 0x22, 0x11, SEL_DATA, 0};

	(void)state;
	vcpu.gpr[RBX] = GUEST_DATA;
	guest_poke(GUEST_DATA, pointer, sizeof(pointer));
	EXECUTE(0x48, 0x0f, 0xb2, 0x03); /* lss (%rbx), %rax */
	assert_int_equal(vcpu.gpr[RAX], 0x1122334455667788);
	assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	guest_poke64(GUEST_DATA, 0x0010123400000000 | SEL_BASED << 16 | 0xbeef);
	vcpu.gpr[RAX] = UINT64_MAX;
	EXECUTE(0x66, 0x0f, 0xb4, 0x03); /* lfs (%rbx), %ax */
	assert_int_equal(vcpu.gpr[RAX], 0xffffffffffffbeef);
	assert_int_equal(vcpu.fs_base, GUEST_BASED);
	guest_poke64(GUEST_DATA, (uint64_t)SEL_TSS << 32 | 0x1234);
	FAULTS(X86_TRAP_GP, SEL_TSS, 0x0f, 0xb5, 0x03); /* lgs (%rbx), %eax */
	assert_int_equal(vcpu.gpr[RAX], 0xffffffffffffbeef);
}

static void base_instructions_do_not_exist(void **state)
{
	(void)state;
	for (unsigned int field = 0; field < 4; field++)
		FAULTS(X86_TRAP_UD, NOBODY, 0xf3, 0x48, 0x0f, 0xae, (uint8_t)(0xc0 | field << 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(table_registers_load_and_store),
		GUEST_TEST(ltr_takes_the_task_and_marks_it_busy),
		GUEST_TEST(ltr_refuses_what_is_no_task),
		GUEST_TEST(ltr_faults_on_a_read_only_table),
		GUEST_TEST(lldt_loads_a_table_or_none),
		GUEST_TEST(queries_answer_through_zf),
		GUEST_TEST(data_selectors_are_checked_and_loaded),
		GUEST_TEST(the_platform_may_refuse_a_selector),
		GUEST_TEST(the_stack_segment_must_be_the_kernels),
		GUEST_TEST(cs_and_numbers_above_gs_are_no_targets),
		GUEST_TEST(selectors_read_as_the_guest_believes),
		GUEST_TEST(loading_fs_loads_its_base),
		GUEST_TEST(loading_gs_loads_the_active_base),
		GUEST_TEST(push_and_pop_move_the_stack_once),
		GUEST_TEST(far_pointers_load_both_or_nothing),
		GUEST_TEST(base_instructions_do_not_exist),
	};

	return RUN_TAP(tests);
}
