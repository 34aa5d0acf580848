/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exception_test.c - the frame, the stack and the flags with which a handler of a 32-bit kernel
 * begins, and the double fault's task (SDM 3A sections 6.11 to 6.13 and 7.3).
 *
 * Invariant: frames are compared word for word, and the words around them as well.
 */
#include "guest.h"

#define GUARD 0x5aa5a55au

enum {
	TASK_GATE = 5,
	INTERRUPT_GATE_16 = 6,
	INTERRUPT_GATE = 14,
	TRAP_GATE = 15,
	FLAGS = 0x10a97,
	TSS_SS0 = 8,
};

static void fill_stack(uint64_t base)
{
	for (unsigned int i = 0; i < 1024; i++)
		guest_poke_word(base + 4 * i, GUARD);
}

/* `words` from esp up; the ones below and above must be as they were. */
static void check_frame(uint64_t esp, const uint32_t *words, unsigned int count)
{
	assert_int_equal(vcpu.gpr[X86_RSP], esp);
	assert_int_equal(guest_peek_word(esp - 4), GUARD);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(guest_peek_word(esp + 4 * i), words[i]);
	assert_int_equal(guest_peek_word(esp + 4 * count), GUARD);
}

#define FRAME(...)                                                                                 \
	(const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

static void frames_inside_the_kernel_are_three_words(void **state)
{
	(void)state;
	for (unsigned int low = 0; low < 16; low++) {
		guest_setup(NULL);
		fill_stack(GUEST_STACK + 0x2000);
		vcpu.gpr[X86_RSP] = GUEST_STACK + 0x2800 + low;
		for (unsigned int i = 0; i < 8; i++)
			guest_poke_word(vcpu.gpr[X86_RSP] - 4 * i, GUARD);
		vcpu.rip = GUEST_CODE + 0x123;
		vcpu.rflags = FLAGS;
		exception_deliver(&vcpu, 32, ARCH_NO_ERROR_CODE, 0);
		/* Wherever the stack was; nothing aligns it. */
		check_frame(GUEST_STACK + 0x2800 + low - 12,
			    FRAME((uint32_t)GUEST_CODE + 0x123, SEL_CODE, FLAGS));
		assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 32);
		assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	}
}

static void error_codes_lie_below_the_frame(void **state)
{
	(void)state;
	fill_stack(GUEST_STACK + 0x2000);
	vcpu.gpr[X86_RSP] = GUEST_STACK + 0x2800;
	exception_deliver(&vcpu, X86_TRAP_GP, 0xfff8, 0);
	check_frame(GUEST_STACK + 0x2800 - 16,
		    FRAME(0xfff8, (uint32_t)GUEST_CODE, SEL_CODE, X86_FLAGS_IF | 2));
}

static void user_frames_are_on_the_kernel_stack(void **state)
{
	(void)state;
	fill_stack(GUEST_STACK);
	guest_set_kernel_stack(GUEST_STACK + 0x804);
	vcpu.kernel_ss = 0;
	vcpu.selector[X86_DS] = SEL_USER_DATA;
	vcpu.selector[X86_FS] = SEL_USER_TLS;
	guest_enter_user(0xbfffe3c9);
	vcpu.rflags = 0x3202 | X86_FLAGS_AC | X86_FLAGS_NT;
	exception_page_fault(&vcpu, 0x12345678, X86_PF_USER | X86_PF_WRITE);
	check_frame(GUEST_STACK + 0x804 - 24,
		    FRAME(X86_PF_USER | X86_PF_WRITE, (uint32_t)GUEST_USER, SEL_USER_CODE,
			  0x3202 | X86_FLAGS_AC | X86_FLAGS_NT, 0xbfffe3c9, SEL_USER_DATA));
	assert_int_equal(vcpu.cr[2], 0x12345678);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_PF);
	assert_false(vcpu_in_user(&vcpu));
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
	assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	/* The handler saves them. */
	assert_int_equal(vcpu.selector[X86_DS], SEL_USER_DATA);
	assert_int_equal(vcpu.selector[X86_FS], SEL_USER_TLS);
	/* A process has no use for these in kernel code. */
	assert_int_equal(vcpu.rflags & (X86_FLAGS_AC | X86_FLAGS_NT | X86_FLAGS_IF), 0);
}

static void only_interrupt_gates_clear_the_flag(void **state)
{
	uint64_t cleared = X86_FLAGS_TF | X86_FLAGS_NT | X86_FLAGS_RF | X86_FLAGS_VM;

	(void)state;
	vcpu.rflags = 0x2 | X86_FLAGS_IF | X86_FLAGS_DF | X86_FLAGS_CF | cleared;
	guest_set_gate(3, GUEST_HANDLER, TRAP_GATE, 3);
	exception_deliver(&vcpu, 3, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rflags, 0x2 | X86_FLAGS_IF | X86_FLAGS_DF | X86_FLAGS_CF);
	exception_deliver(&vcpu, 4, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rflags, 0x2 | X86_FLAGS_DF | X86_FLAGS_CF);
}

static void gates_hold_whole_addresses_and_selectors(void **state)
{
	(void)state;
	guest_set_gate(200, 0x89abcdef, INTERRUPT_GATE, 0);
	exception_deliver(&vcpu, 200, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rip, 0x89abcdef);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
}

/* int 0x80 by user code: two bytes, a gate of DPL 3. */
static void user_software_interrupts_need_dpl_3(void **state)
{
	(void)state;
	guest_set_kernel_stack(GUEST_STACK_TOP);
	guest_enter_user(0x1000);
	vcpu.rip += 2;
	exception_deliver(&vcpu, 0x80, ARCH_NO_ERROR_CODE, 2);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_GP);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), 0x80 * 8 + 2);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP] + 4), GUEST_USER);
	guest_set_gate(0x80, GUEST_HANDLER + 0x800, TRAP_GATE, 3);
	guest_enter_user(0x1000);
	vcpu.rflags = X86_FLAGS_IF | X86_FLAGS_FIXED;
	vcpu.rip += 2;
	exception_deliver(&vcpu, 0x80, ARCH_NO_ERROR_CODE, 2);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 0x800);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), GUEST_USER + 2);
	assert_true(vcpu.rflags & X86_FLAGS_IF);
}

/* The handler of `vector` runs, with that error code; nothing was done before. */
static void expect_instead(unsigned int vector, uint32_t error)
{
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * vector);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), error);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP] + 4), GUEST_CODE);
}

static void clear_present(unsigned int vector)
{
	uint64_t at = GUEST_IDT + 8 * vector;

	guest_poke64(at, guest_peek64(at) & ~(1ull << 47));
}

static void an_unusable_entry_is_a_fault(void **state)
{
	(void)state;
	clear_present(33);
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_NP, 33 * 8 + 3);
	guest_setup(NULL);
	guest_set_gate(33, GUEST_HANDLER, INTERRUPT_GATE_16, 0);
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_GP, 33 * 8 + 3);
	/* Half behind the limit. */
	guest_setup(NULL);
	vcpu.idt.limit = 33 * 8 + 6;
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_GP, 33 * 8 + 3);
	guest_setup(NULL);
	vcpu.idt.limit = 33 * 8 + 7;
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 33);
	/* A task that is none. */
	guest_setup(NULL);
	guest_set_gate(33, 0, TASK_GATE, 0);
	guest_poke(GUEST_IDT + 8 * 33 + 2, &(uint16_t){SEL_DATA}, 2);
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_TS, SEL_DATA + 1);
}

/* The instruction's own doing: no EXT in the error code, and the frame shows it. */
static void software_interrupts_fault_themselves(void **state)
{
	(void)state;
	clear_present(0x77);
	FAULTS(X86_TRAP_NP, 0x77 * 8 + 2, 0xcd, 0x77);
	guest_set_gate(0x78, GUEST_HANDLER, INTERRUPT_GATE_16, 0);
	FAULTS(X86_TRAP_GP, 0x78 * 8 + 2, 0xcd, 0x78);
}

/* The table's last entries lie in a page that is absent. */
static void an_entry_that_is_not_there_is_a_page_fault(void **state)
{
	uint8_t entries[8 * 32];

	(void)state;
	guest_peek(GUEST_IDT, entries, sizeof(entries));
	guest_poke(GUEST_DATA + 8 * X86_PAGE_SIZE - sizeof(entries), entries, sizeof(entries));
	vcpu.idt.base = GUEST_DATA + 8 * X86_PAGE_SIZE - sizeof(entries);
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_PF, 0);
	assert_int_equal(vcpu.cr[2], GUEST_DATA + 8 * X86_PAGE_SIZE + 8);
}

/* int 8, int 13 and int 14 are no exceptions of these numbers. */
static void user_software_interrupts_are_benign(void **state)
{
	(void)state;
	for (unsigned int vector = 0; vector < 256; vector++) {
		guest_setup(NULL);
		guest_set_kernel_stack(GUEST_STACK_TOP);
		guest_enter_user(0x1000);
		vcpu.rip += 2;
		exception_deliver(&vcpu, vector, ARCH_NO_ERROR_CODE, 2);
		assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_GP);
		assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), vector * 8 + 2);
	}
}

static void no_double_fault_handler_is_the_end(void **state)
{
	(void)state;
	vcpu.idt.limit = 0;
	assert_fatal("triple fault: no usable handler for vector 14",
		     exception_page_fault(&vcpu, 0, 0));
	assert_fatal("vector 8", exception_deliver(&vcpu, X86_TRAP_DF, 0, false));
}

static uint32_t tss_word(uint64_t tss, unsigned int offset)
{
	return guest_peek_word(tss + offset);
}

/* The old task's state, as the manual's figure of a task-state segment lays it out. */
static void check_saved_state(uint32_t esp)
{
	assert_int_equal(tss_word(GUEST_TSS, 32), GUEST_CODE);
	assert_int_equal(tss_word(GUEST_TSS, 36), FLAGS | X86_FLAGS_NT);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(tss_word(GUEST_TSS, 40 + 4 * i), i == X86_RSP ? esp : 0x1000 + i);
	assert_int_equal(tss_word(GUEST_TSS, 72), SEL_USER_DATA); /* es */
	assert_int_equal(tss_word(GUEST_TSS, 76), SEL_CODE);
	assert_int_equal(tss_word(GUEST_TSS, 80), SEL_DATA); /* ss */
	assert_int_equal(tss_word(GUEST_TSS, 84), SEL_DATA); /* ds */
	assert_int_equal(tss_word(GUEST_TSS, 88), SEL_BASED);
	assert_int_equal(tss_word(GUEST_TSS, 92), SEL_USER_TLS);
}

static void a_stack_that_faults_enters_the_double_faults_task(void **state)
{
	(void)state;
	guest_prepare_double_fault();
	guest_poke64(GUEST_GDT + SEL_TSS, 0x84008b0020002069); /* in use: busy */
	for (unsigned int i = 0; i < 8; i++)
		vcpu.gpr[i] = 0x1000 + i;
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	vcpu.selector[X86_ES] = SEL_USER_DATA;
	vcpu.selector[X86_FS] = SEL_BASED;
	vcpu.selector[X86_GS] = SEL_USER_TLS;
	vcpu.rflags = FLAGS | X86_FLAGS_NT;
	exception_gp(&vcpu, 0);
	check_saved_state((uint32_t)GUEST_NOTHING);
	assert_int_equal(vcpu.cr[2], GUEST_NOTHING - 4);
	/* The new one's. */
	assert_int_equal(vcpu.rip, GUEST_DF_HANDLER);
	assert_int_equal(vcpu.rflags, X86_FLAGS_FIXED);
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_IST + X86_PAGE_SIZE - 4);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), 0);
	assert_int_equal(vcpu.gpr[X86_RAX], 0);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
	assert_int_equal(vcpu.kernel_ss, SEL_DATA);
	assert_int_equal(vcpu.selector[X86_DS], SEL_USER_DATA);
	assert_int_equal(vcpu.selector[X86_FS], SEL_BASED);
	assert_int_equal(vcpu.fs_base, GUEST_BASED);
	assert_int_equal(vcpu.selector[X86_GS], 0);
	assert_true(vcpu.cr[0] & X86_CR0_TS);
	/* Who is where: both busy, the new one linked to the old. */
	assert_int_equal(vcpu.task.selector, SEL_DF_TSS);
	assert_int_equal(vcpu.task.base, GUEST_DF_TSS);
	assert_int_equal(tss_word(GUEST_DF_TSS, 0) & 0xffff, SEL_TSS);
	assert_int_equal(guest_peek64(GUEST_GDT + SEL_DF_TSS), 0x84008b0058000067);
	assert_int_equal(guest_peek64(GUEST_GDT + SEL_TSS), 0x84008b0020002069);
	/* It is busy now: no way in a second time. */
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	assert_fatal("triple fault", exception_gp(&vcpu, 0));
}

static void expect_no_task(unsigned int offset, uint32_t value)
{
	guest_setup(NULL);
	guest_prepare_double_fault();
	guest_set_df_task(offset, value);
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	assert_fatal("triple fault", exception_gp(&vcpu, 0));
}

/* The page directory changes with the task; every part that cannot be had is the end. */
static void a_task_needs_all_of_its_parts(void **state)
{
	(void)state;
	expect_no_task(76, SEL_USER_CODE);
	expect_no_task(80, SEL_USER_DATA);
	expect_no_task(84, SEL_TSS);
	expect_no_task(96, SEL_DATA);
	guest_setup(NULL);
	guest_prepare_double_fault();
	guest_poke64(GUEST_GDT + SEL_DF_TSS, 0x8400890058000066); /* a byte short */
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	assert_fatal("triple fault", exception_gp(&vcpu, 0));
	guest_setup(NULL);
	guest_prepare_double_fault();
	guest_set_df_task(28, (uint32_t)vcpu.cr[3] | 0x18);
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	exception_gp(&vcpu, 0);
	assert_int_equal(vcpu.rip, GUEST_DF_HANDLER);
	assert_int_equal(vcpu.cr[3], GUEST_TABLES_PA | 0x18);
	assert_int_equal(fake.space_loads, 1);
}

/* Any vector may have a task; one without error code gets none. */
static void other_vectors_may_enter_tasks(void **state)
{
	(void)state;
	guest_prepare_double_fault();
	guest_poke64(GUEST_IDT + 8 * 2, guest_peek64(GUEST_IDT + 8 * X86_TRAP_DF));
	guest_enter_user(0x1000);
	exception_deliver(&vcpu, 2, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rip, GUEST_DF_HANDLER);
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_IST + X86_PAGE_SIZE);
	assert_int_equal(tss_word(GUEST_TSS, 76), SEL_USER_CODE);
	assert_int_equal(tss_word(GUEST_TSS, 80), SEL_USER_DATA);
	assert_false(vcpu_in_user(&vcpu));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(frames_inside_the_kernel_are_three_words),
		GUEST_TEST(error_codes_lie_below_the_frame),
		GUEST_TEST(user_frames_are_on_the_kernel_stack),
		GUEST_TEST(only_interrupt_gates_clear_the_flag),
		GUEST_TEST(gates_hold_whole_addresses_and_selectors),
		GUEST_TEST(user_software_interrupts_need_dpl_3),
		GUEST_TEST(an_unusable_entry_is_a_fault),
		GUEST_TEST(software_interrupts_fault_themselves),
		GUEST_TEST(an_entry_that_is_not_there_is_a_page_fault),
		GUEST_TEST(user_software_interrupts_are_benign),
		GUEST_TEST(no_double_fault_handler_is_the_end),
		GUEST_TEST(a_stack_that_faults_enters_the_double_faults_task),
		GUEST_TEST(a_task_needs_all_of_its_parts),
		GUEST_TEST(other_vectors_may_enter_tasks),
	};

	return RUN_TAP(tests);
}
