/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exception_test.c - the frame, the stack and the flags with which a handler begins (SDM 3A section
 * 6.14), and what happens when it cannot.
 *
 * Invariant: frames are compared word for word, and the words around them as well.
 */
#include "guest.h"

#define GUARD 0x5aa5a55a0ff0f00full

enum { TRAP_GATE = 15, INTERRUPT_GATE = 14, TASK_GATE = 5, FLAGS = 0x10a97, TSS_RSP0 = 4 };

static void fill_stack(uint64_t base)
{
	for (unsigned int i = 0; i < 512; i++)
		guest_poke64(base + 8 * i, GUARD);
}

/* `words` from rsp up; the ones below and above must be as they were. */
static void check_frame(uint64_t rsp, const uint64_t *words, unsigned int count)
{
	assert_int_equal(vcpu.gpr[X86_RSP], rsp);
	assert_int_equal(guest_peek64(rsp - 8), GUARD);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(guest_peek64(rsp + 8 * i), words[i]);
	assert_int_equal(guest_peek64(rsp + 8 * count), GUARD);
}

#define FRAME(...)                                                                                 \
	(const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)

/* A stack pointer inside the third stack page, `low` bytes above a 16-byte boundary. */
static uint64_t kernel_stack(unsigned int low)
{
	fill_stack(GUEST_STACK + 0x2000);
	vcpu.gpr[X86_RSP] = GUEST_STACK + 0x2800 + low;
	return GUEST_STACK + 0x2800;
}

static void kernel_frames_are_aligned(void **state)
{
	(void)state;
	for (unsigned int low = 0; low < 16; low++) {
		uint64_t top = kernel_stack(low);

		vcpu.rip = GUEST_CODE + 0x123;
		vcpu.rflags = FLAGS;
		vcpu.kernel_cs = SEL_CODE;
		vcpu.kernel_ss = SEL_DATA;
		exception_deliver(&vcpu, 32, ARCH_NO_ERROR_CODE, 0);
		check_frame(top - 40,
			    FRAME(GUEST_CODE + 0x123, SEL_CODE, FLAGS, top + low, SEL_DATA));
		assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 32);
	}
}

static void error_codes_lie_below_the_frame(void **state)
{
	uint64_t top = kernel_stack(8);

	(void)state;
	exception_deliver(&vcpu, X86_TRAP_GP, 0xfff8, 0);
	check_frame(top - 48,
		    FRAME(0xfff8, GUEST_CODE, SEL_CODE, X86_FLAGS_IF | 2, top + 8, SEL_DATA));
	assert_int_equal(vcpu.gpr[X86_RSP] % 16, 0);
}

static void user_frames_are_on_the_kernel_stack(void **state)
{
	(void)state;
	fill_stack(GUEST_STACK);
	guest_poke64(GUEST_TSS + TSS_RSP0, GUEST_STACK + 0x808);
	guest_enter_user(0x7fffffffe3c9);
	exception_page_fault(&vcpu, 0x123456789, X86_PF_USER | X86_PF_WRITE);
	/* The guest's own selectors, whatever the hypervisor runs user code on. */
	check_frame(GUEST_STACK + 0x800 - 48,
		    FRAME(X86_PF_USER | X86_PF_WRITE, GUEST_USER, SEL_USER_CODE, X86_FLAGS_IF | 2,
			  0x7fffffffe3c9, SEL_USER_DATA));
	assert_int_equal(vcpu.cr[2], 0x123456789);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_PF);
	assert_int_equal(vcpu.gs_state, VCPU_GS_USER);
	assert_false(vcpu_in_user(&vcpu));
}

static void the_kernel_keeps_its_gs_and_ss(void **state)
{
	(void)state;
	exception_ud(&vcpu);
	assert_int_equal(vcpu.gs_state, VCPU_GS_KERNEL);
	assert_int_equal(vcpu.kernel_ss, SEL_DATA);
}

static void handlers_see_cpl_0(void **state)
{
	(void)state;
	guest_poke64(GUEST_TSS + TSS_RSP0, GUEST_STACK_TOP);
	guest_enter_user(0x1000);
	exception_ud(&vcpu);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
	assert_int_equal(vcpu.kernel_ss, 0); /* null with the new CPL as RPL */
}

static void ist_changes_the_stack_for_everyone(void **state)
{
	(void)state;
	for (unsigned int ist = 1; ist <= 7; ist++) {
		for (unsigned int user = 0; user < 2; user++) {
			uint64_t old;

			guest_setup(NULL);
			fill_stack(GUEST_IST);
			guest_poke64(GUEST_TSS + 36 + 8 * (ist - 1), GUEST_IST + 0x80f);
			guest_set_gate(2, GUEST_HANDLER, ist, INTERRUPT_GATE, 0);
			if (user)
				guest_enter_user(0x1238);
			old = vcpu.gpr[X86_RSP];
			exception_deliver(&vcpu, 2, ARCH_NO_ERROR_CODE, 0);
			check_frame(GUEST_IST + 0x800 - 40,
				    FRAME(user ? GUEST_USER : GUEST_CODE,
					  user ? SEL_USER_CODE : SEL_CODE, X86_FLAGS_IF | 2, old,
					  user ? SEL_USER_DATA : SEL_DATA));
		}
	}
}

static void only_interrupt_gates_clear_the_flag(void **state)
{
	uint64_t cleared = X86_FLAGS_TF | X86_FLAGS_NT | X86_FLAGS_RF;

	(void)state;
	vcpu.rflags = 0x2 | X86_FLAGS_IF | X86_FLAGS_DF | X86_FLAGS_CF | cleared;
	guest_set_gate(3, GUEST_HANDLER, 0, TRAP_GATE, 3);
	exception_deliver(&vcpu, 3, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rflags, 0x2 | X86_FLAGS_IF | X86_FLAGS_DF | X86_FLAGS_CF);
	exception_deliver(&vcpu, 4, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rflags, 0x2 | X86_FLAGS_DF | X86_FLAGS_CF);
}

static void gates_hold_whole_addresses_and_selectors(void **state)
{
	(void)state;
	guest_set_gate(200, 0x8123456789abcdef, 0, INTERRUPT_GATE, 0);
	exception_deliver(&vcpu, 200, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rip, 0x8123456789abcdef);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
}

static void expect_double_fault(void)
{
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_DF);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]), 0);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP] + 8), GUEST_CODE);
}

/* The handler of `vector` runs, with that error code; nothing was done before. */
static void expect_instead(unsigned int vector, uint64_t error)
{
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * vector);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]), error);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP] + 8), GUEST_CODE);
}

static void an_unusable_entry_is_a_fault(void **state)
{
	(void)state;
	/* Of a kind that 64-bit mode does not have, or code or data. */
	guest_set_gate(33, GUEST_HANDLER, 0, TASK_GATE, 0);
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_GP, 33 * 8 + 3);
	guest_setup(NULL);
	guest_set_gate(33, GUEST_HANDLER, 0, 16 | INTERRUPT_GATE, 0);
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_GP, 33 * 8 + 3);
	/* Half behind the limit. */
	guest_setup(NULL);
	vcpu.idt.limit = 33 * 16 + 14;
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_GP, 33 * 8 + 3);
	guest_setup(NULL);
	vcpu.idt.limit = 33 * 16 + 15;
	exception_deliver(&vcpu, 33, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 33);
}

static void clear_present(unsigned int vector)
{
	uint64_t at = GUEST_IDT + 16 * vector;

	guest_poke64(at, guest_peek64(at) & ~(1ull << 47));
}

/* The instruction's own doing: no EXT in the error code, and the frame shows it. */
static void software_interrupts_fault_themselves(void **state)
{
	(void)state;
	clear_present(0x77);
	FAULTS(X86_TRAP_NP, 0x77 * 8 + 2, 0xcd, 0x77);
	guest_set_gate(0x78, GUEST_HANDLER, 0, TASK_GATE, 0);
	FAULTS(X86_TRAP_GP, 0x78 * 8 + 2, 0xcd, 0x78);
	guest_set_gate(0x79, GUEST_HANDLER, 1, INTERRUPT_GATE, 0);
	guest_poke64(GUEST_TSS + 36, GUEST_NOTHING + 0x800);
	FAULTS(X86_TRAP_PF, X86_PF_WRITE, 0xcd, 0x79);
	assert_int_equal(vcpu.cr[2], GUEST_NOTHING + 0x7f8);
}

/* SDM 3A table 6-5, as rows of the first event and columns of what comes while it is delivered. */
static void faults_while_delivering_go_by_the_table(void **state)
{
	static const bool contributory[256] = {
		[X86_TRAP_DE] = true, [X86_TRAP_TS] = true, [X86_TRAP_NP] = true,
		[X86_TRAP_SS] = true, [X86_TRAP_GP] = true,
	};
	static const uint8_t seconds[] = {X86_TRAP_GP, X86_TRAP_NP, X86_TRAP_PF};

	(void)state;
	for (unsigned int first = 0; first < 256; first++)
		for (unsigned int i = 0; i < sizeof(seconds); i++) {
			bool page_fault = seconds[i] == X86_TRAP_PF;
			bool twice = first == X86_TRAP_PF || (contributory[first] && !page_fault);

			guest_setup(NULL);
			vcpu.cr[2] = 0x1234;
			if (first == X86_TRAP_DF)
				continue;
			if (page_fault)
				guest_set_gate(first, GUEST_HANDLER, 2, INTERRUPT_GATE, 0);
			else if (seconds[i] == X86_TRAP_NP)
				clear_present(first);
			else
				guest_set_gate(first, GUEST_HANDLER, 0, TASK_GATE, 0);
			guest_poke64(GUEST_TSS + 44, GUEST_NOTHING + 0x800);
			exception_deliver(&vcpu, first, ARCH_NO_ERROR_CODE, 0);
			if (twice)
				expect_instead(X86_TRAP_DF, 0);
			else
				expect_instead(seconds[i],
					       page_fault ? X86_PF_WRITE : first * 8 + 3);
			assert_int_equal(vcpu.cr[2], page_fault ? GUEST_NOTHING + 0x7f8 : 0x1234);
		}
}

/* CR2 shows the word that hardware, which pushes from the top, could not push. */
static void a_frame_faults_from_its_top(void **state)
{
	(void)state;
	/* The upper three words have a place. */
	guest_set_gate(2, GUEST_HANDLER, 1, INTERRUPT_GATE, 0);
	guest_poke64(GUEST_TSS + 36, GUEST_DATA + 32);
	exception_deliver(&vcpu, 2, ARCH_NO_ERROR_CODE, 0);
	expect_instead(X86_TRAP_PF, X86_PF_WRITE);
	assert_int_equal(vcpu.cr[2], GUEST_DATA - 8);
}

static void a_stack_that_faults_is_a_double_fault(void **state)
{
	(void)state;
	guest_set_gate(X86_TRAP_DF, GUEST_HANDLER + 16 * X86_TRAP_DF, 1, INTERRUPT_GATE, 0);
	guest_poke64(GUEST_TSS + 36, GUEST_IST + 0x1000);
	vcpu.gpr[X86_RSP] = GUEST_NOTHING;
	exception_gp(&vcpu, 0);
	expect_double_fault();
	/* Read-only is no better. */
	guest_setup(NULL);
	guest_set_gate(X86_TRAP_DF, GUEST_HANDLER + 16 * X86_TRAP_DF, 1, INTERRUPT_GATE, 0);
	guest_poke64(GUEST_TSS + 36, GUEST_IST + 0x1000);
	*guest_entry(vcpu.gpr[X86_RSP] - 8, 1) &= ~X86_PTE_W;
	exception_gp(&vcpu, 0);
	expect_double_fault();
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
		assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]), vector * 8 + 2);
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

/* INT n by user code needs a gate of DPL 3; hardware's interrupts do not. */
static void user_software_interrupts_need_dpl_3(void **state)
{
	(void)state;
	guest_poke64(GUEST_TSS + TSS_RSP0, GUEST_STACK_TOP);
	guest_enter_user(0x1000);
	exception_deliver(&vcpu, 0x80, ARCH_NO_ERROR_CODE, 2);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_GP);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]), 0x80 * 8 + 2);
	/* The fault is the instruction's, not the next one's. */
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP] + 8), GUEST_USER - 2);
	guest_set_gate(0x80, GUEST_HANDLER + 0x800, 0, INTERRUPT_GATE, 3);
	guest_enter_user(0x1000);
	exception_deliver(&vcpu, 0x80, ARCH_NO_ERROR_CODE, 2);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 0x800);
	guest_enter_user(0x1000);
	exception_deliver(&vcpu, 0x81, ARCH_NO_ERROR_CODE, 0);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x81);
	/* The kernel may, whatever the DPL. */
	exception_deliver(&vcpu, 0x82, ARCH_NO_ERROR_CODE, 2);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x82);
}

/* The page below the frame is in the shadow before the handler runs, and looked at only once. */
static void the_handlers_stack_is_prepared(void **state)
{
	unsigned int fills;

	(void)state;
	vcpu.gpr[X86_RSP] = GUEST_STACK + 0x2040;
	exception_ud(&vcpu);
	assert_int_equal(fake.space_fills, 2);
	assert_int_equal(fake.filled & ~0xfffull, GUEST_STACK + 0x1000);
	assert_true(*guest_entry(GUEST_STACK + 0x1000, 1) & X86_PTE_D);
	fills = fake.space_fills;
	vcpu.gpr[X86_RSP] = GUEST_STACK + 0x2040;
	exception_ud(&vcpu);
	assert_int_equal(fake.space_fills, fills);
	arch_forget_stacks(&vcpu);
	exception_ud(&vcpu);
	assert_true(fake.space_fills > fills);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(kernel_frames_are_aligned),
		GUEST_TEST(error_codes_lie_below_the_frame),
		GUEST_TEST(user_frames_are_on_the_kernel_stack),
		GUEST_TEST(the_kernel_keeps_its_gs_and_ss),
		GUEST_TEST(handlers_see_cpl_0),
		GUEST_TEST(ist_changes_the_stack_for_everyone),
		GUEST_TEST(only_interrupt_gates_clear_the_flag),
		GUEST_TEST(gates_hold_whole_addresses_and_selectors),
		GUEST_TEST(an_unusable_entry_is_a_fault),
		GUEST_TEST(software_interrupts_fault_themselves),
		GUEST_TEST(faults_while_delivering_go_by_the_table),
		GUEST_TEST(a_frame_faults_from_its_top),
		GUEST_TEST(a_stack_that_faults_is_a_double_fault),
		GUEST_TEST(user_software_interrupts_are_benign),
		GUEST_TEST(no_double_fault_handler_is_the_end),
		GUEST_TEST(user_software_interrupts_need_dpl_3),
		GUEST_TEST(the_handlers_stack_is_prepared),
	};

	return RUN_TAP(tests);
}
