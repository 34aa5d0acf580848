/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer_test.c - iret, far returns, jumps and calls of a 32-bit kernel (SDM 2A CALL, INT n,
 * IRET, JMP; 2B RET).
 *
 * Invariant: a transfer that faults leaves the stack pointer and all else alone.
 */
#include "guest.h"

#define TARGET 0x81001230u

enum { RBX = 3 };

static void push(uint32_t value, unsigned int size)
{
	vcpu.gpr[X86_RSP] -= size;
	guest_poke(vcpu.gpr[X86_RSP], &value, size);
}

/* EIP, CS, EFLAGS. */
static void push_inner(uint32_t eip, uint32_t cs, uint32_t flags)
{
	push(flags, 4);
	push(cs, 4);
	push(eip, 4);
}

static void push_outer(uint32_t cs, uint32_t ss)
{
	push(ss, 4);
	push(0xbfff7654, 4);
	push_inner((uint32_t)GUEST_USER, cs, 0x246);
}

#define IRET 0xcf

static void iret_inside_the_kernel_pops_three(void **state)
{
	uint64_t esp = vcpu.gpr[X86_RSP];

	(void)state;
	/* Only the low half of a selector's slot counts. */
	push_inner(TARGET, 0xabcd0000 | SEL_CODE, 0x246 | X86_FLAGS_NT | X86_FLAGS_AC);
	guest_emulate(BYTES(IRET));
	assert_int_equal(vcpu.rip, TARGET);
	assert_int_equal(vcpu.rflags, 0x246);
	assert_int_equal(vcpu.gpr[X86_RSP], esp);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
	assert_false(vcpu_in_user(&vcpu));
	push_inner(TARGET + 1, SEL_CODE_CONFORMING, 0x202);
	guest_emulate(BYTES(IRET));
	assert_int_equal(vcpu.rip, TARGET + 1);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE_CONFORMING);
}

static void iret_to_user_code_pops_five(void **state)
{
	(void)state;
	vcpu.selector[X86_ES] = SEL_USER_DATA;
	push_outer(SEL_USER_CODE, SEL_USER_DATA);
	guest_emulate(BYTES(IRET));
	assert_true(vcpu_in_user(&vcpu));
	assert_int_equal(vcpu.rip, GUEST_USER);
	assert_int_equal(vcpu.cs, SEL_USER_CODE);
	assert_int_equal(vcpu.ss, SEL_USER_DATA);
	assert_int_equal(vcpu.gpr[X86_RSP], 0xbfff7654);
	assert_int_equal(vcpu.rflags, 0x246);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
	/* What only the kernel may use is null for them. */
	assert_int_equal(vcpu.selector[X86_DS], 0);
	assert_int_equal(vcpu.selector[X86_FS], 0);
	assert_int_equal(vcpu.selector[X86_ES], SEL_USER_DATA);
	/* User data that was named with another RPL stays. */
	guest_setup(NULL);
	vcpu.selector[X86_DS] = SEL_USER_DATA & ~3;
	push_outer(SEL_USER_CODE, SEL_USER_DATA);
	guest_emulate(BYTES(IRET));
	assert_int_equal(vcpu.selector[X86_DS], SEL_USER_DATA & ~3);
}

static void iret_of_16_bits(void **state)
{
	uint64_t esp = vcpu.gpr[X86_RSP];

	(void)state;
	push(0x246, 2);
	push(SEL_CODE, 2);
	push(0x1230, 2);
	guest_emulate(BYTES(0x66, IRET));
	assert_int_equal(vcpu.rip, 0x1230);
	assert_int_equal(vcpu.rflags, 0x246);
	assert_int_equal(vcpu.gpr[X86_RSP], esp);
}

static void expect_refusal(uint32_t cs, uint32_t ss, unsigned int vector, uint32_t error)
{
	uint64_t esp;

	guest_setup(NULL);
	push_outer(cs, ss);
	esp = vcpu.gpr[X86_RSP];
	FAULTS(vector, error, IRET);
	assert_int_equal(vcpu.gpr[X86_RSP], esp);
	assert_false(vcpu_in_user(&vcpu));
	assert_int_equal(vcpu.selector[X86_DS], SEL_DATA);
}

/* A user program can have the kernel return to anything: the fault must be the iret's. */
static void iret_to_user_code_checks_both_selectors(void **state)
{
	(void)state;
	expect_refusal(3, SEL_USER_DATA, X86_TRAP_GP, 0);
	expect_refusal(SEL_USER_DATA, SEL_USER_DATA, X86_TRAP_GP, SEL_USER_DATA & ~3);
	expect_refusal(SEL_CODE | 3, SEL_USER_DATA, X86_TRAP_GP, SEL_CODE);
	expect_refusal(SEL_USER_CODE & ~2, SEL_USER_DATA, X86_TRAP_GP, SEL_USER_CODE & ~3);
	expect_refusal(SEL_OUTSIDE | 3, SEL_USER_DATA, X86_TRAP_GP, SEL_OUTSIDE);
	expect_refusal(SEL_EMPTY | 3, SEL_USER_DATA, X86_TRAP_GP, SEL_EMPTY);
	expect_refusal(SEL_CODE_ABSENT, SEL_USER_DATA, X86_TRAP_NP, SEL_CODE_ABSENT & ~3);
	expect_refusal(SEL_USER_CODE, 0, X86_TRAP_GP, 0);
	expect_refusal(SEL_USER_CODE, 3, X86_TRAP_GP, 0);
	expect_refusal(SEL_USER_CODE, SEL_DATA | 3, X86_TRAP_GP, SEL_DATA);
	expect_refusal(SEL_USER_CODE, SEL_USER_DATA & ~3, X86_TRAP_GP, SEL_USER_DATA & ~3);
	expect_refusal(SEL_USER_CODE, SEL_USER_READ_ONLY, X86_TRAP_GP, SEL_USER_READ_ONLY & ~3);
	expect_refusal(SEL_USER_CODE, SEL_USER_CODE, X86_TRAP_GP, SEL_USER_CODE & ~3);
	expect_refusal(SEL_USER_CODE, SEL_USER_ABSENT, X86_TRAP_SS, SEL_USER_ABSENT & ~3);
	expect_refusal(SEL_USER_CODE, 0xf, X86_TRAP_GP, 0xc); /* the LDT's empty second */
}

static void users_may_have_local_and_conforming_segments(void **state)
{
	(void)state;
	push_outer(SEL_CODE_CONFORMING | 3, SEL_LOCAL);
	guest_emulate(BYTES(IRET));
	assert_int_equal(vcpu.cs, SEL_CODE_CONFORMING | 3);
	assert_int_equal(vcpu.ss, SEL_LOCAL);
}

/* What is remembered of the kernel's own segments is forgotten with the table. */
static void remembered_segments_are_checked_again_after_lgdt(void **state)
{
	uint8_t image[6];
	uint16_t limit = SEL_USER_CODE - 4;
	uint32_t base = (uint32_t)GUEST_GDT;

	(void)state;
	push_outer(SEL_USER_CODE, SEL_USER_DATA);
	guest_emulate(BYTES(IRET));
	assert_int_equal(vcpu.user_cs, SEL_USER_CODE);
	vcpu.cs = vcpu.ss = 0;
	vcpu.gpr[X86_RSP] = GUEST_STACK_TOP - 0x1000;
	memcpy(image, &limit, 2);
	memcpy(image + 2, &base, 4);
	guest_poke(GUEST_DATA, image, sizeof(image));
	vcpu.gpr[RBX] = GUEST_DATA;
	EXECUTE(0x0f, 0x01, 0x13); /* lgdt (%ebx) */
	push_outer(SEL_USER_CODE, SEL_USER_DATA);
	FAULTS(X86_TRAP_GP, SEL_USER_CODE & ~3, IRET);
}

static void iret_from_half_a_frame_faults(void **state)
{
	(void)state;
	vcpu.gpr[X86_RSP] = GUEST_STACK_TOP - 8;
	guest_poke_word(GUEST_STACK_TOP - 4, SEL_CODE);
	guest_map(GUEST_STACK_TOP, 0x380000, X86_PTE_P);
	*guest_entry(GUEST_STACK_TOP, 1) = 0;
	FAULTS(X86_TRAP_PF, 0, IRET);
	assert_int_equal(vcpu.cr[2], GUEST_STACK_TOP);
	assert_int_equal(vcpu.gpr[X86_RSP], GUEST_STACK_TOP - 8);
}

static void virtual_8086_mode_is_the_end(void **state)
{
	(void)state;
	push_inner(TARGET, SEL_CODE, X86_FLAGS_VM | 2);
	assert_fatal("enters virtual-8086 mode", guest_emulate(BYTES(IRET)));
}

static void far_returns_of_all_sizes(void **state)
{
	uint64_t esp = vcpu.gpr[X86_RSP];

	(void)state;
	push(SEL_CODE, 4);
	push(TARGET, 4);
	guest_emulate(BYTES(0xcb));
	assert_int_equal(vcpu.rip, TARGET);
	assert_int_equal(vcpu.gpr[X86_RSP], esp);
	push(SEL_CODE, 2);
	push(0x1230, 2);
	guest_emulate(BYTES(0x66, 0xcb));
	assert_int_equal(vcpu.rip, 0x1230);
	push(SEL_CODE, 4);
	push(TARGET, 4);
	guest_emulate(BYTES(0xca, 0x20, 0x01));
	assert_int_equal(vcpu.rip, TARGET);
	assert_int_equal(vcpu.gpr[X86_RSP], esp + 0x120);
}

static void far_jumps_and_calls(void **state)
{
	static const uint8_t pointer[6] = {0x30, 0x12, 0x00, 0x81, SEL_CODE};
	uint64_t esp = vcpu.gpr[X86_RSP];

	(void)state;
	guest_emulate(BYTES(0xea, 0x30, 0x12, 0x00, 0x81, SEL_CODE, 0));
	assert_int_equal(vcpu.rip, TARGET);
	guest_poke(GUEST_DATA, pointer, sizeof(pointer));
	vcpu.gpr[RBX] = GUEST_DATA;
	guest_emulate(BYTES(0xff, 0x2b));
	assert_int_equal(vcpu.rip, TARGET);
	guest_emulate(BYTES(0x9a, 0x34, 0x12, 0x00, 0x81, SEL_CODE_CONFORMING, 0));
	assert_int_equal(vcpu.rip, TARGET + 4);
	assert_int_equal(vcpu.kernel_cs, SEL_CODE_CONFORMING);
	assert_int_equal(vcpu.gpr[X86_RSP], esp - 8);
	assert_int_equal(guest_peek_word(esp - 8), GUEST_CODE + 7 + AFTERBURN_PAD_LEN);
	assert_int_equal(guest_peek_word(esp - 4), SEL_CODE);
	guest_emulate(BYTES(0xff, 0x1b));
	assert_int_equal(vcpu.kernel_cs, SEL_CODE);
	assert_int_equal(guest_peek_word(esp - 12), SEL_CODE_CONFORMING);
	FAULTS(X86_TRAP_GP, SEL_DATA, 0xea, 0x30, 0x12, 0x00, 0x81, SEL_DATA, 0);
	guest_poke64(GUEST_GDT + SEL_CODE_CONFORMING, 0x00cf1f000000ffff);
	FAULTS(X86_TRAP_NP, SEL_CODE_CONFORMING, 0xea, 0, 0, 0, 0, SEL_CODE_CONFORMING, 0);
}

/* Contract: kernel code is flat 32-bit code. */
static void other_code_is_the_end(void **state)
{
	(void)state;
	assert_fatal("enters a 16-bit code segment (selector 20)",
		     guest_emulate(BYTES(0xea, 0, 0, 0, 0, SEL_CODE16, 0)));
	assert_fatal("code segment that begins at 12345678 (selector 98)",
		     guest_emulate(BYTES(0xea, 0, 0, 0, 0, SEL_CODE_BASED, 0)));
}

static void int_enters_its_vector_behind_the_site(void **state)
{
	(void)state;
	guest_emulate(BYTES(0xcd, 0x80));
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x80);
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), GUEST_CODE + 2 + AFTERBURN_PAD_LEN);
}

static void short_system_calls_do_not_exist(void **state)
{
	(void)state;
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x05);
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x07);
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x34);
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x0f, 0x35);
}

static void trap(unsigned int vector, uint64_t error, uint64_t address)
{
	vcpu.trap = vector;
	vcpu.trap_error = error;
	core_trap(&vcpu, address);
}

static void unannotated_instructions_are_carried_out(void **state)
{
	(void)state;
	guest_poke(GUEST_CODE, "\xfa", 1);
	trap(X86_TRAP_GP, 0, 0);
	assert_int_equal(vcpu.rip, GUEST_CODE + 1);
	assert_int_equal(vcpu.rflags & X86_FLAGS_IF, 0);
	/* What is REX in 64-bit code is an instruction of its own here. */
	vcpu.rip = GUEST_CODE + 0x10;
	guest_poke(GUEST_CODE + 0x10, "\x48\x0f\x22\xd8", 4);
	trap(X86_TRAP_GP, 0, 0);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_GP);
}

static void faults_of_users_and_of_the_shadow(void **state)
{
	(void)state;
	trap(X86_TRAP_PF, X86_PF_WRITE | X86_PF_USER, GUEST_DATA + 0x123);
	assert_int_equal(fake.space_fills, 1);
	assert_int_equal(vcpu.rip, GUEST_CODE);
	guest_set_kernel_stack(GUEST_STACK_TOP);
	guest_enter_user(0x1000);
	trap(X86_TRAP_PF, X86_PF_FETCH | X86_PF_USER, GUEST_DATA);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * X86_TRAP_PF);
	/* No-execute is hidden, so a fetch is a read. */
	assert_int_equal(guest_peek_word(vcpu.gpr[X86_RSP]), X86_PF_PRESENT | X86_PF_USER);
	assert_int_equal(vcpu.retry, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(iret_inside_the_kernel_pops_three),
		GUEST_TEST(iret_to_user_code_pops_five),
		GUEST_TEST(iret_of_16_bits),
		GUEST_TEST(iret_to_user_code_checks_both_selectors),
		GUEST_TEST(users_may_have_local_and_conforming_segments),
		GUEST_TEST(remembered_segments_are_checked_again_after_lgdt),
		GUEST_TEST(iret_from_half_a_frame_faults),
		GUEST_TEST(virtual_8086_mode_is_the_end),
		GUEST_TEST(far_returns_of_all_sizes),
		GUEST_TEST(far_jumps_and_calls),
		GUEST_TEST(other_code_is_the_end),
		GUEST_TEST(int_enters_its_vector_behind_the_site),
		GUEST_TEST(short_system_calls_do_not_exist),
		GUEST_TEST(unannotated_instructions_are_carried_out),
		GUEST_TEST(faults_of_users_and_of_the_shadow),
	};

	return RUN_TAP(tests);
}
