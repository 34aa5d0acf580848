/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fpu_test.c - instructions that save, load or reset the FPU's state, where user code has an FPU of
 * its own (SDM 1 sections 8.1.10 and 10.5; 2A FXSAVE, FXRSTOR, FSAVE, FINIT).
 *
 * Invariant: the FPU under test is this process's; what user code left is fake.fpu.
 */
#include "guest.h"

#define GUEST_ABSENT 0xb0000000ull

enum {
	FXSAVE_BYTES = 512,
	FNSAVE_BYTES = 108,
	MXCSR = 24,
	X87_END = 160,
	XMM15 = 160 + 15 * 16,
	SOFTWARE = 464
};

#define FXSAVE	0x0f, 0xae, 0x03 /* (%ebx) */
#define FXRSTOR 0x0f, 0xae, 0x0b
#define FNSAVE	0xdd, 0x33
#define FRSTOR	0xdd, 0x23
#define FNINIT	0xdb, 0xe3

static uint8_t theirs[FXSAVE_BYTES] __attribute__((aligned(16)));
static uint8_t ours[FXSAVE_BYTES] __attribute__((aligned(16)));

/* User code has left some registers; the kernel's FPU has others; EBX has the address. */
static void begin(uint64_t va)
{
	for (uint64_t page = GUEST_DATA; page < GUEST_DATA + 0x3000; page += 0x1000)
		guest_map(page, GUEST_DATA_PA + page - GUEST_DATA, X86_PTE_P | X86_PTE_W);
	__asm__ volatile("fninit; fldpi; fxsave %0" : "=m"(theirs));
	theirs[XMM15] ^= 0xa5;
	__asm__ volatile("fninit");
	fake.fpu = theirs;
	fake.fpu_fetches = 0;
	fake_fpu_is_one = 0;
	vcpu.gpr[X86_RBX] = va;
}

static void see(void)
{
	__asm__ volatile("fxsave %0; fninit" : "=m"(ours));
}

/* But for the x87's last addresses, and XMM registers that this program's own code uses. */
static void check_like_theirs(const uint8_t *state)
{
	assert_memory_equal(state, theirs, 6);
	assert_memory_equal(state + 32, theirs + 32, X87_END - 32);
	assert_memory_equal(state + XMM15, theirs + XMM15, 16);
}

/* The area lies on two pages; what is left to software stays. */
static void fxsave_stores_what_user_code_left(void **state)
{
	uint64_t va = GUEST_DATA + 0x1000 - 64;
	uint8_t before[FXSAVE_BYTES], after[FXSAVE_BYTES];

	(void)state;
	begin(va);
	memset(before, 0xee, sizeof(before));
	guest_poke(va, before, sizeof(before));
	EXECUTE(FXSAVE);
	guest_peek(va, after, sizeof(after));
	check_like_theirs(after);
	assert_memory_equal(after + SOFTWARE, before + SOFTWARE, FXSAVE_BYTES - SOFTWARE);
	assert_int_equal(fake.fpu_fetches, 1);
	assert_true(fake.fpu_kept);
}

/* What user code left need not be fetched: it is replaced. */
static void fxrstor_replaces_it(void **state)
{
	(void)state;
	begin(GUEST_DATA + 0xff0);
	theirs[XMM15 + 1] ^= 0x5a;
	guest_poke(GUEST_DATA + 0xff0, theirs, sizeof(theirs));
	EXECUTE(FXRSTOR);
	see();
	check_like_theirs(ours);
	assert_int_equal(fake.fpu_fetches, 1);
	assert_false(fake.fpu_kept);
}

static void bad_states_and_addresses_change_nothing(void **state)
{
	(void)state;
	begin(GUEST_DATA + 8);
	FAULTS(X86_TRAP_GP, 0, FXSAVE);
	vcpu.gpr[X86_RBX] = GUEST_DATA + 8;
	FAULTS(X86_TRAP_GP, 0, FXRSTOR);
	theirs[MXCSR + 3] = 0x80;
	guest_poke(GUEST_DATA, theirs, sizeof(theirs));
	vcpu.gpr[X86_RBX] = GUEST_DATA;
	FAULTS(X86_TRAP_GP, 0, FXRSTOR);
	vcpu.gpr[X86_RBX] = GUEST_ABSENT;
	FAULTS(X86_TRAP_PF, 0, FXRSTOR);
	vcpu.gpr[X86_RBX] = GUEST_ABSENT;
	FAULTS(X86_TRAP_PF, 0, FRSTOR);
	assert_int_equal(fake.fpu_fetches, 0);
}

/* The second page is read-only. */
static void a_store_that_faults_keeps_the_registers(void **state)
{
	(void)state;
	begin(GUEST_DATA + 0x1000 - 64);
	guest_map(GUEST_DATA + 0x1000, GUEST_DATA_PA + 0x1000, X86_PTE_P);
	guest_forget_all(&vcpu);
	FAULTS(X86_TRAP_PF, X86_PF_WRITE | X86_PF_PRESENT, FNSAVE);
	see();
	check_like_theirs(ours);
	vcpu.gpr[X86_RBX] = GUEST_DATA + 0x1000 - 64;
	FAULTS(X86_TRAP_PF, X86_PF_WRITE | X86_PF_PRESENT, FXSAVE);
}

static void the_old_forms_have_the_x87_alone(void **state)
{
	uint8_t saved[FNSAVE_BYTES];

	(void)state;
	begin(GUEST_DATA);
	EXECUTE(FNSAVE);
	guest_peek(GUEST_DATA, saved, sizeof(saved));
	assert_int_equal(saved[5] >> 3 & 7, 7); /* one register is in use */
	assert_memory_equal(saved + 28, theirs + 32, 10);
	see();
	assert_int_equal(ours[4], 0); /* reset */
	assert_memory_equal(ours + XMM15, theirs + XMM15, 16);
	fake.fpu = NULL;
	EXECUTE(FRSTOR);
	see();
	check_like_theirs(ours);
	assert_int_equal(fake.fpu_fetches, 2);
	fake.fpu = theirs;
	EXECUTE(FNINIT);
	see();
	assert_int_equal(ours[4], 0);
	assert_memory_equal(ours + XMM15, theirs + XMM15, 16);
	FAULTS(X86_TRAP_UD, ARCH_NO_ERROR_CODE, 0x66, FNSAVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(fxsave_stores_what_user_code_left),
		GUEST_TEST(fxrstor_replaces_it),
		GUEST_TEST(bad_states_and_addresses_change_nothing),
		GUEST_TEST(a_store_that_faults_keeps_the_registers),
		GUEST_TEST(the_old_forms_have_the_x87_alone),
	};

	return RUN_TAP(tests);
}
