/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer_test.c - far returns, jumps and calls, iret of odd sizes, int n, and what enters the
 * wedge besides rewritten sites: exceptions of guest code (SDM 2A CALL, INT n, IRET, JMP; 2B RET).
 *
 * Invariant: a transfer that faults leaves the stack pointer alone.
 */
#include "guest.h"

#define TARGET 0xffffffff81001230ull

enum { RBX = 3 };

static void push(uint64_t value, unsigned int size)
{
	vcpu.gpr[X86_RSP] -= size;
	guest_poke(vcpu.gpr[X86_RSP], &value, size);
}

static void far_returns_of_all_sizes(void **state)
{
	uint64_t rsp = vcpu.gpr[X86_RSP];

	(void)state;
	push(SEL_CODE, 8);
	push(TARGET, 8);
	guest_emulate(BYTES(0x48, 0xcb));
	assert_int_equal(vcpu.rip, TARGET);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp);
	push(SEL_CODE, 4);
	push(0x81001230, 4);
	guest_emulate(BYTES(0xcb));
	assert_int_equal(vcpu.rip, 0x81001230);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp);
	push(SEL_CODE, 2);
	push(0x1230, 2);
	guest_emulate(BYTES(0x66, 0xcb));
	assert_int_equal(vcpu.rip, 0x1230);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp);
	push(SEL_CODE, 8);
	push(TARGET, 8);
	guest_emulate(BYTES(0x48, 0xca, 0x20, 0x01));
	assert_int_equal(vcpu.rip, TARGET);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp + 0x120);
}

static void the_code_selector_is_remembered(void **state)
{
	(void)state;
	guest_poke64(GUEST_GDT + SEL_EMPTY, 0x00af9b000000ffff);
	push(SEL_EMPTY, 8);
	push(TARGET, 8);
	guest_emulate(BYTES(0x48, 0xcb));
	assert_int_equal(vcpu.kernel_cs, SEL_EMPTY);
}

static void far_transfers_refuse_bad_selectors(void **state)
{
	static const uint16_t bad[] = {0,	   SEL_DATA, SEL_CODE | 3, SEL_USER_CODE,
				       SEL_ABSENT, SEL_TSS,  SEL_EMPTY,	   SEL_OUTSIDE};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t rsp;

		push(bad[i], 8);
		push(TARGET, 8);
		rsp = vcpu.gpr[X86_RSP];
		FAULTS(X86_TRAP_GP, bad[i] & ~3, 0x48, 0xcb);
		assert_int_equal(vcpu.gpr[X86_RSP], rsp);
		assert_int_equal(vcpu.kernel_cs, SEL_CODE);
	}
}

static void a_32_bit_segment_is_the_end(void **state)
{
	(void)state;
	push(SEL_CODE32, 8);
	push(TARGET, 8);
	assert_fatal("enters a 32-bit code segment (selector 20)",
		     guest_emulate(BYTES(0x48, 0xcb)));
}

static void far_jumps_take_a_pointer_from_memory(void **state)
{
	static const uint8_t pointer[10] = {0x30, 0x12, 0x00, 0x81,    0xff,
					    0xff, 0xff, 0xff, SEL_CODE};

	(void)state;
	vcpu.gpr[RBX] = GUEST_DATA + 0xff8;
	guest_poke(GUEST_DATA + 0xff8, pointer, sizeof(pointer));
	guest_emulate(BYTES(0x48, 0xff, 0x2b));
	assert_int_equal(vcpu.rip, TARGET);
	guest_poke64(GUEST_DATA, (uint64_t)SEL_CODE << 32 | 0x81001230);
	vcpu.gpr[RBX] = GUEST_DATA;
	guest_emulate(BYTES(0xff, 0x2b));
	assert_int_equal(vcpu.rip, 0x81001230);
	vcpu.gpr[RBX] = GUEST_DATA + 0x8000 - 9;
	FAULTS(X86_TRAP_PF, 0, 0x48, 0xff, 0x2b);
	assert_int_equal(vcpu.cr[2], GUEST_DATA + 0x8000);
}

static void far_calls_push_where_to_come_back(void **state)
{
	static const uint8_t pointer[10] = {0x30, 0x12, 0x00, 0x81,    0xff,
					    0xff, 0xff, 0xff, SEL_CODE};
	uint64_t rsp = vcpu.gpr[X86_RSP];

	(void)state;
	vcpu.gpr[RBX] = GUEST_DATA;
	guest_poke(GUEST_DATA, pointer, sizeof(pointer));
	guest_emulate(BYTES(0x48, 0xff, 0x1b));
	assert_int_equal(vcpu.rip, TARGET);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp - 16);
	assert_int_equal(guest_peek64(rsp - 16), GUEST_CODE + 3 + AFTERBURN_PAD_LEN);
	assert_int_equal(guest_peek64(rsp - 8), SEL_CODE);
	guest_poke64(GUEST_DATA + 8, SEL_DATA);
	FAULTS(X86_TRAP_GP, SEL_DATA, 0x48, 0xff, 0x1b);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp - 16);
}

static void iret_pops_five_of_its_size(void **state)
{
	(void)state;
	for (unsigned int size = 2; size <= 4; size += 2) {
		guest_setup(NULL);
		push(SEL_DATA, size);
		push(0x7654, size);
		push(0x246, size);
		push(SEL_CODE, size);
		push(0x1230, size);
		if (size == 2)
			guest_emulate(BYTES(0x66, 0xcf));
		else
			guest_emulate(BYTES(0xcf));
		assert_int_equal(vcpu.rip, 0x1230);
		assert_int_equal(vcpu.kernel_cs, SEL_CODE);
		assert_int_equal(vcpu.rflags, 0x246);
		assert_int_equal(vcpu.gpr[X86_RSP], 0x7654);
		assert_false(vcpu_in_user(&vcpu));
	}
	guest_setup(NULL);
	push(SEL_USER_DATA, 4);
	push(0x7654, 4);
	push(0x202, 4);
	push(SEL_USER_CODE, 4);
	push(0x400000, 4);
	guest_emulate(BYTES(0xcf));
	assert_true(vcpu_in_user(&vcpu));
	assert_int_equal(vcpu.cs, SEL_USER_CODE);
	assert_int_equal(vcpu.ss, SEL_USER_DATA);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
}

static void expect_refusal(uint16_t cs, uint16_t ss, unsigned int vector, uint16_t error)
{
	guest_setup(NULL);
	guest_set_kernel_stack(GUEST_STACK_TOP - 0x1000);
	push(ss, 4);
	push(0x7654, 4);
	push(0x202, 4);
	push(cs, 4);
	push(0x400000, 4);
	guest_emulate(BYTES(0xcf));
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * vector);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]), error);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP] + 8), 0x400000);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP] + 16), cs);
}

/* A user program can have the kernel return to anything. */
static void iret_to_user_code_checks_both_selectors(void **state)
{
	(void)state;
	expect_refusal(3, SEL_USER_DATA, X86_TRAP_GP, 0);
	expect_refusal(SEL_USER_DATA, SEL_USER_DATA, X86_TRAP_GP, SEL_USER_DATA & ~3);
	expect_refusal(SEL_CODE | 3, SEL_USER_DATA, X86_TRAP_GP, SEL_CODE);
	expect_refusal(SEL_USER_CODE, 3, X86_TRAP_GP, 0);
	expect_refusal(SEL_USER_CODE, SEL_DATA | 3, X86_TRAP_GP, SEL_DATA);
	expect_refusal(SEL_USER_CODE, SEL_USER_DATA & ~3, X86_TRAP_GP, SEL_USER_DATA & ~3);
	expect_refusal(SEL_USER_CODE, SEL_USER_CODE, X86_TRAP_GP, SEL_USER_CODE & ~3);
}

static void iret_from_half_a_frame_faults(void **state)
{
	uint64_t rsp = GUEST_STACK_TOP - 12;

	(void)state;
	guest_set_gate(X86_TRAP_PF, GUEST_HANDLER + 16 * X86_TRAP_PF, 1, 14, 0);
	guest_poke64(GUEST_TSS + 36, GUEST_IST + 0x1000);
	vcpu.gpr[X86_RSP] = rsp;
	FAULTS(X86_TRAP_PF, 0, 0xcf);
	assert_int_equal(vcpu.gpr[X86_RSP], rsp);
	assert_int_equal(vcpu.cr[2], GUEST_STACK_TOP);
}

static void int_enters_its_vector_behind_the_site(void **state)
{
	(void)state;
	for (unsigned int vector = 0; vector < 256; vector++) {
		guest_setup(NULL);
		guest_emulate(BYTES(0xcd, (uint8_t)vector));
		assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * vector);
		assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]),
				 GUEST_CODE + 2 + AFTERBURN_PAD_LEN);
	}
}

static void what_no_kernel_executes_is_the_end(void **state)
{
	(void)state;
	assert_fatal("SYSCALL", guest_emulate(BYTES(0x0f, 0x05)));
	assert_fatal("SYSENTER", guest_emulate(BYTES(0x0f, 0x34)));
	assert_fatal("SYSEXIT", guest_emulate(BYTES(0x0f, 0x35)));
}

/* ---- core_trap ---- */

static void trap(unsigned int vector, uint64_t error, uint64_t address)
{
	vcpu.trap = vector;
	vcpu.trap_error = error;
	core_trap(&vcpu, address);
}

static void expect_handler(unsigned int vector, int64_t error)
{
	uint64_t rsp = vcpu.gpr[X86_RSP];

	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * vector);
	if (error != ARCH_NO_ERROR_CODE)
		assert_int_equal(guest_peek64(rsp), error);
	else
		assert_int_equal(guest_peek64(rsp), GUEST_CODE);
}

static void exceptions_go_to_the_guest_with_their_codes(void **state)
{
	static const struct {
		unsigned int vector;
		bool has_error;
	} cases[] = {{0, false}, {1, false}, {3, false}, {4, false},  {7, false}, {10, true},
		     {11, true}, {12, true}, {13, true}, {16, false}, {17, true}, {19, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		guest_setup(NULL);
		trap(cases[i].vector, 0x58, 0);
		expect_handler(cases[i].vector, cases[i].has_error ? 0x58 : ARCH_NO_ERROR_CODE);
		assert_int_equal(vcpu.traps[cases[i].vector], 1);
		assert_int_equal(fake.debug_status_reads, cases[i].vector == X86_TRAP_DB);
	}
}

/* A fault that the guest's tables do not explain is the shadow's. */
static void allowed_accesses_fill_the_shadow(void **state)
{
	(void)state;
	trap(X86_TRAP_PF, X86_PF_WRITE | X86_PF_USER, GUEST_DATA + 0x123);
	assert_int_equal(fake.space_fills, 1);
	assert_int_equal(fake.filled, GUEST_DATA + 0x123);
	assert_int_equal(vcpu.rip, GUEST_CODE);
	/* A user may not do what the kernel may. */
	guest_poke64(GUEST_TSS + 4, GUEST_STACK_TOP);
	guest_enter_user(0x1000);
	trap(X86_TRAP_PF, X86_PF_WRITE | X86_PF_USER, GUEST_DATA);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_PF);
	assert_int_equal(guest_peek64(vcpu.gpr[X86_RSP]),
			 X86_PF_PRESENT | X86_PF_WRITE | X86_PF_USER);
	assert_int_equal(vcpu.cr[2], GUEST_DATA);
}

/* The error code is what the guest's tables say, not what the shadow said. */
static void page_faults_show_the_guests_view(void **state)
{
	(void)state;
	trap(X86_TRAP_PF, X86_PF_PRESENT | X86_PF_USER, GUEST_NOTHING);
	expect_handler(X86_TRAP_PF, 0);
	assert_int_equal(vcpu.cr[2], GUEST_NOTHING);
}

/* After the guest's handler made the page present, the access is filled before it is repeated. */
static void a_returning_user_finds_its_page(void **state)
{
	(void)state;
	guest_poke64(GUEST_TSS + 4, GUEST_STACK_TOP);
	guest_enter_user(0x1000);
	trap(X86_TRAP_PF, X86_PF_USER | X86_PF_WRITE, GUEST_USER + 0x5000);
	assert_int_equal(vcpu.retry, 1);
	fake.space_fills = 0;
	guest_enter_user(0x1000);
	core_retry(&vcpu);
	assert_int_equal(vcpu.retry, 0);
	assert_int_equal(fake.space_fills, 0);
	guest_map(GUEST_USER + 0x5000, 0x510000, X86_PTE_P | X86_PTE_W | X86_PTE_U);
	core_retry(&vcpu);
	assert_int_equal(fake.space_fills, 1);
	assert_int_equal(fake.filled, GUEST_USER + 0x5000);
}

/* Sensitive instructions that nobody annotated: done when they fault in the kernel, not in users.
 */
static void unannotated_instructions_are_carried_out(void **state)
{
	(void)state;
	guest_poke(GUEST_CODE, "\xfa", 1);
	trap(X86_TRAP_GP, 0, 0);
	assert_int_equal(vcpu.rip, GUEST_CODE + 1);
	assert_int_equal(vcpu.rflags & X86_FLAGS_IF, 0);
	/* At the very end of what is mapped. */
	vcpu.rip = GUEST_CODE + 0x3fff;
	guest_poke(vcpu.rip, "\xfb", 1);
	trap(X86_TRAP_GP, 0, 0);
	assert_int_equal(vcpu.rip, GUEST_CODE + 0x4000);
	assert_true(vcpu.rflags & X86_FLAGS_IF);
	/* Something else. */
	guest_setup(NULL);
	guest_poke(GUEST_CODE, "\x0f\x0b", 2);
	trap(X86_TRAP_UD, 0, 0);
	expect_handler(X86_TRAP_UD, ARCH_NO_ERROR_CODE);
	/* Half of one. */
	guest_setup(NULL);
	vcpu.rip = GUEST_CODE + 0x3fff;
	guest_poke(vcpu.rip, "\x0f", 1);
	trap(X86_TRAP_GP, 0x10, 0);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_GP);
	/* In user code. */
	guest_setup(NULL);
	guest_poke64(GUEST_TSS + 4, GUEST_STACK_TOP);
	guest_enter_user(0x1000);
	guest_poke(GUEST_USER, "\xfa", 1);
	trap(X86_TRAP_GP, 0, 0);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_GP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(far_returns_of_all_sizes),
		GUEST_TEST(the_code_selector_is_remembered),
		GUEST_TEST(far_transfers_refuse_bad_selectors),
		GUEST_TEST(a_32_bit_segment_is_the_end),
		GUEST_TEST(far_jumps_take_a_pointer_from_memory),
		GUEST_TEST(far_calls_push_where_to_come_back),
		GUEST_TEST(iret_pops_five_of_its_size),
		GUEST_TEST(iret_to_user_code_checks_both_selectors),
		GUEST_TEST(iret_from_half_a_frame_faults),
		GUEST_TEST(int_enters_its_vector_behind_the_site),
		GUEST_TEST(what_no_kernel_executes_is_the_end),
		GUEST_TEST(exceptions_go_to_the_guest_with_their_codes),
		GUEST_TEST(allowed_accesses_fill_the_shadow),
		GUEST_TEST(page_faults_show_the_guests_view),
		GUEST_TEST(a_returning_user_finds_its_page),
		GUEST_TEST(unannotated_instructions_are_carried_out),
	};

	return RUN_TAP(tests);
}
