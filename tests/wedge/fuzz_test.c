/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_test.c - random instructions of the table on a random vCPU with random tables. Bounded and
 * repeatable; the sanitizers judge memory and arithmetic.
 *
 * Invariant: an instruction is done, or an exception is delivered, or the guest ends; never
 * neither.
 */
#include "encodings.h"
#include "guest.h"

enum { ROUNDS = 100000, TRAPS = 30000, FRESH = 32 };

static uint64_t seed, tables;
static unsigned int done, faulted, moved, ended;

static uint64_t random64(void)
{
	return next_random(&seed);
}

/* Addresses near what is mapped, half of the time; anything else otherwise. */
static uint64_t some_address(void)
{
	static const uint64_t bases[] = {GUEST_CODE, GUEST_DATA, GUEST_STACK, GUEST_IDT,  GUEST_GDT,
					 GUEST_TSS,  GUEST_LDT,	 GUEST_IST,   GUEST_USER, 0};
	uint64_t r = random64();

	if (r & 1)
		return bases[(r >> 8) % 10] + (r >> 16) % 0x4000;
	return r & 2 ? r >> 16 : r << 8 | (r & 0x3ff);
}

/* A good stack, with something to return to. */
static void some_frame(void)
{
	uint64_t r = random64(), offset = r % 0x3fc0 & ~0x3full;
	const guest_word frame[] = {(guest_word)(r & 64 ? GUEST_USER : GUEST_CODE),
				    r & 64 ? SEL_USER_CODE : SEL_CODE, X86_FLAGS_IF | 2,
				    (guest_word)GUEST_USER, SEL_USER_DATA};

	vcpu.gpr[X86_RSP] = GUEST_STACK + offset;
	memcpy(guest_pointer(GUEST_STACK_PA + offset, sizeof(frame)), frame, sizeof(frame));
}

static void some_registers(void)
{
	for (unsigned int i = 0; i < 16; i++)
		vcpu.gpr[i] =
			(random64() & 3 ? some_address() : random64() % 256) & ARCH_ADDRESS_MASK;
	/* Else hardly anything but double faults would come. */
	if (random64() & 1)
		some_frame();
	/* Counts of string instructions stay small; the rest would only take time. */
	vcpu.gpr[X86_RCX] = random64() & 1 ? random64() % 2000 : 0xc0000080 + random64() % 8;
	vcpu.rflags = (random64() & 0x3f7fd5) | X86_FLAGS_FIXED | X86_FLAGS_IF;
	vcpu.fs_base = some_address() & ARCH_ADDRESS_MASK;
	vcpu.gs_base_kernel = some_address() & ARCH_ADDRESS_MASK;
	vcpu.gs_base_user = some_address() & ARCH_ADDRESS_MASK;
	vcpu.gs_state = ARCH_LONG_MODE && random64() & 1 ? VCPU_GS_USER : VCPU_GS_KERNEL;
	vcpu.cr[0] ^= random64() & (X86_CR0_WP | X86_CR0_TS);
	vcpu.cr[4] ^= random64() & (X86_CR4_DE | X86_CR4_OSXSAVE);
	/* Without it, pages that carry the bit are all reserved. */
	if (ARCH_LONG_MODE)
		vcpu.efer = (vcpu.efer | X86_EFER_NX) ^ (random64() & 15 ? 0 : X86_EFER_NX);
}

/* Bits of entries turned over, at all levels, and descriptors replaced by noise. */
static void some_damage(void)
{
	uint64_t damage = random64();

	if (damage >> 40 & 7)
		return;
	for (unsigned int i = 0; i < damage % 6; i++) {
		uint64_t page = 0x600 + random64() % 24;
		uint64_t *table = backend_page(page);

		table[random64() % 512] ^= random64() & 1 ? 1ull << random64() % 64 : random64();
	}
	if (damage >> 32 & 1)
		memcpy((char *)backend_page(0x401) + random64() % 0x88, &damage, 8);
	if (damage >> 33 & 1)
		vcpu.gdt.limit = random64() & 0xffff;
	if (damage >> 34 & 1)
		vcpu.ldt = (struct vcpu_table){.base = some_address(), .limit = random64() & 0xff};
	if (damage >> 35 & 1)
		vcpu.task.base = some_address();
}

/* An encoding of a random entry, with random operands behind the opcode. */
static bool some_instruction(struct site *site)
{
	const struct afterburn_insn *insn = &afterburn_insns[random64() % AFTERBURN_INSN_COUNT];
	static const uint8_t prefixes[] = {0x66, 0x67, 0xf2, 0xf3, 0x64, 0x65, 0x2e, 0xf0};
	unsigned int at = 0;

	while (random64() & 1 && at < 4)
		site->insn[at++] = prefixes[random64() % sizeof(prefixes)];
	if (insn->prefix != AFTERBURN_PREFIX_ANY)
		site->insn[at++] = afterburn_prefix_bytes[insn->prefix];
	if (ARCH_LONG_MODE && random64() & 1)
		site->insn[at++] = (uint8_t)(0x40 | (random64() & 15));
	if (insn->map != AFTERBURN_MAP_1B)
		site->insn[at++] = 0x0f;
	if (insn->map == AFTERBURN_MAP_0F38)
		site->insn[at++] = 0x38;
	site->insn[at++] = (uint8_t)(insn->opcode | (random64() & (uint8_t)~insn->mask));
	if ((insn->modrm & 0x700) == AFTERBURN_MODRM_KIND_BYTE)
		site->insn[at++] = (uint8_t)insn->modrm;
	else if (insn->modrm >= AFTERBURN_MODRM_KIND_EXT && insn->modrm < AFTERBURN_MODRM_MEMANY)
		site->insn[at++] = (uint8_t)((insn->modrm & 7) << 3 | (random64() & 0xc7));
	while (at < AFTERBURN_INSN_MAX)
		site->insn[at++] = (uint8_t)random64();
	return afterburn_match(site->insn, AFTERBURN_INSN_MAX, ARCH_CODE_MODE, &site->d);
}

/* A 32-bit guest never has more than 32 bits in a register. */
static void check_width(void)
{
	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(vcpu.gpr[i] & ~ARCH_ADDRESS_MASK, 0);
	assert_int_equal(vcpu.rip & ~ARCH_ADDRESS_MASK, 0);
}

/* The FPU is this program's own, and may hold what the guest has loaded: unmasked exceptions too.
 */
static void reset_fpu(void)
{
	static const uint32_t mxcsr = 0x1f80; /* as after a reset (SDM 1 section 10.2.3) */

	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
}

static void execute(struct site *site)
{
	jmp_buf here;

	if (setjmp(here)) {
		fake.end = NULL;
		ended++;
		return;
	}
	fake.end = &here;
	arch_emulate(&vcpu, site, site->va);
	reset_fpu();
	fake.end = NULL;
	check_width();
}

/* Instructions whose target the guest names itself may go anywhere. */
static bool names_its_target(const struct site *site)
{
	return afterburn_insns[site->d.id].class_ == AFTERBURN_CLASS_XFER;
}

/* A handler as it was set up; or, after damage, what the tables say now, or the task. */
static bool is_handler(uint64_t rip)
{
	if (rip - GUEST_HANDLER < 256 * 16 && rip % 16 == 0)
		return true;
	for (unsigned int vector = 0; vector < 256; vector++) {
		if (guest_gate_target(vector) == rip)
			return true;
	}
	return vcpu.task.selector != SEL_TSS;
}

/* The outcome. An exception leaves the kernel at a handler. */
static void check_outcome(const struct site *site, unsigned int ended_before)
{
	if (ended != ended_before)
		return;
	if (vcpu.rip == site->va + site->site_length)
		done++;
	else if (is_handler(vcpu.rip))
		faulted++;
	else if (names_its_target(site))
		moved++;
	else
		fail_msg("%s: rip is %lx, neither behind the site nor at a handler",
			 afterburn_insns[site->d.id].name, (unsigned long)vcpu.rip);
}

static void one_round(void)
{
	struct site site = {.va = GUEST_CODE + 0x100};
	unsigned int before = ended;

	some_registers();
	some_damage();
	if (!some_instruction(&site))
		return;
	site.id = site.d.id;
	site.insn_length = site.d.length;
	site.insn_offset = random64() & 1 ? AFTERBURN_PAD_LEN : 0;
	site.site_length = (uint8_t)(site.insn_length + AFTERBURN_PAD_LEN);
	execute(&site);
	check_outcome(&site, before);
}

/* A new guest, whose double faults have a stack of their own. */
static void fresh_guest(void)
{
	guest_setup(NULL);
	tables = vcpu.cr[3];
	guest_set_kernel_stack(GUEST_STACK_TOP);
	guest_prepare_double_fault();
}

/* Registers that the guest set itself stay set for a round only, or nothing would work any more. */
static void keep_tables(void)
{
	vcpu.cr[3] = tables;
	guest_rearm_double_fault();
	vcpu.task = (struct vcpu_table){
		.base = GUEST_TSS, .limit = GUEST_TSS_LIMIT, .selector = SEL_TSS};
	vcpu.idt = (struct vcpu_table){.base = GUEST_IDT, .limit = 256 * ARCH_IDT_ENTRY_BYTES - 1};
}

static void random_instructions_are_done_or_fault(void **state)
{
	(void)state;
	seed = 0x9e3779b97f4a7c15;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		if (i % FRESH == 0)
			fresh_guest();
		keep_tables();
		one_round();
	}
	print_message("# %u done, %u faulted, %u moved, %u ended\n", done, faulted, moved, ended);
	/* All ways are taken often enough to mean something. */
	assert_true(done > ROUNDS / 10 && faulted > ROUNDS / 10);
	assert_true(moved > ROUNDS / 1000 && ended > ROUNDS / 1000);
}

static void trap(unsigned int vector)
{
	jmp_buf here;

	if (setjmp(here)) {
		fake.end = NULL;
		return;
	}
	fake.end = &here;
	vcpu.trap = vector;
	vcpu.trap_error = random64() & 0x1f;
	core_trap(&vcpu, some_address());
	fake.end = NULL;
}

/* Exceptions of code at random places, users' included, with noise for code. */
static void random_exceptions_end_somewhere(void **state)
{
	static const unsigned int vectors[] = {0,  1,  3,  4,  6,  7,  10, 11,
					       12, 13, 13, 13, 14, 14, 17};

	(void)state;
	seed = 0xd1b54a32d192ed03;
	for (unsigned int i = 0; i < TRAPS; i++) {
		uint64_t noise = random64();

		if (i % FRESH == 0)
			fresh_guest();
		keep_tables();
		some_registers();
		memcpy((char *)backend_page(0x100) + noise % 4000, &noise, 8);
		memcpy((char *)backend_page(0x500) + noise % 4000, &noise, 8);
		vcpu.rip = some_address() & ARCH_ADDRESS_MASK;
		vcpu.cs = noise & 1 ? USER_CS : 0;
		vcpu.ss = noise & 1 ? USER_SS : 0;
		some_damage();
		trap(vectors[random64() % (sizeof(vectors) / sizeof(vectors[0]))]);
		assert_null(fake.end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(random_instructions_are_done_or_fault),
		GUEST_TEST(random_exceptions_end_somewhere),
	};

	return RUN_TAP(tests);
}
