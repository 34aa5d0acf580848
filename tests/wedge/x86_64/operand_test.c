/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * operand_test.c - addresses and registers of operands: every ModRM and SIB form with every REX,
 * segment bases and the address-size prefix, against the tables of SDM 2A section 2.1.5.
 *
 * Invariant: the expected address is computed from the encoding's fields, read as the manual's
 * tables say, not with the matcher.
 */
#include "guest.h"

#define DISP8  (-0x31)
#define DISP32 (-0x12345)

static const uint64_t fs_base = 0x0000111122223333, gs_kernel = 0xffff888000004444,
		      gs_user = 0x0000555566667777;

static void set_registers(void)
{
	for (unsigned int i = 0; i < 16; i++)
		vcpu.gpr[i] = 0x0101010101010101 * (i + 1) + 0xf0000000;
	vcpu.fs_base = fs_base;
	vcpu.gs_base_kernel = gs_kernel;
	vcpu.gs_base_user = gs_user;
}

/* invlpg with these fields: /7 of 0f 01. Returns its length. */
static size_t encode(uint8_t *code, uint8_t segment, bool short_address, uint8_t rex, uint8_t mod,
		     uint8_t rm, uint8_t sib)
{
	bool has_sib = rm == 4, no_base = mod == 0 && (has_sib ? (sib & 7) == 5 : rm == 5);
	int32_t disp = mod == 1 ? DISP8 : DISP32;
	size_t at = 0, size = mod == 1 ? 1 : mod == 2 || no_base ? 4 : 0;

	if (segment)
		code[at++] = segment;
	if (short_address)
		code[at++] = 0x67;
	if (rex)
		code[at++] = rex;
	code[at++] = 0x0f;
	code[at++] = 0x01;
	code[at++] = (uint8_t)(mod << 6 | 7 << 3 | rm);
	if (has_sib)
		code[at++] = sib;
	memcpy(code + at, &disp, size);
	return at + size;
}

/* What those fields mean. */
static uint64_t meant(uint8_t segment, bool short_address, uint8_t rex, uint8_t mod, uint8_t rm,
		      uint8_t sib, size_t length)
{
	uint64_t address = mod == 1 ? (uint64_t)DISP8 : mod == 2 ? (uint64_t)DISP32 : 0;
	unsigned int index = (sib >> 3 & 7) + (rex & 2 ? 8 : 0);

	if (rm == 4) {
		if (mod == 0 && (sib & 7) == 5)
			address = (uint64_t)DISP32;
		else
			address += vcpu.gpr[(sib & 7) + (rex & 1 ? 8 : 0)];
		if (index != 4)
			address += vcpu.gpr[index] * (1u << (sib >> 6));
	} else if (mod == 0 && rm == 5) {
		address = GUEST_CODE + length + (uint64_t)DISP32;
	} else {
		address += vcpu.gpr[rm + (rex & 1 ? 8 : 0)];
	}
	if (short_address)
		address = (uint32_t)address;
	return address + (segment == 0x64 ? fs_base : segment == 0x65 ? gs_kernel : 0);
}

static void check_form(uint8_t segment, bool short_address, uint8_t rex, uint8_t mod, uint8_t rm,
		       uint8_t sib)
{
	uint8_t code[AFTERBURN_INSN_MAX] = {0};
	size_t length = encode(code, segment, short_address, rex, mod, rm, sib);

	guest_emulate(code, length);
	assert_int_equal(fake.invalidated,
			 meant(segment, short_address, rex, mod, rm, sib, length));
	assert_int_equal(vcpu.rip, GUEST_CODE + length + AFTERBURN_PAD_LEN);
}

static void every_addressing_form(void **state)
{
	static const uint8_t segments[] = {0, 0x64, 0x65, 0x2e, 0x3e};
	unsigned int forms = 0;

	(void)state;
	set_registers();
	for (size_t s = 0; s < sizeof(segments); s++)
		for (unsigned int n = 0; n < 2 * 17 * 3 * 8; n++) {
			unsigned int rex = n / 48 ? 0x3f + n / 48 : 0;
			uint8_t mod = n / 16 % 3, rm = n / 2 % 8;

			if (rex > 0x4f)
				break;
			for (unsigned int sib = 0; sib < (rm == 4 ? 256 : 1); sib++, forms++)
				check_form(segments[s], n & 1, (uint8_t)rex, mod, rm, (uint8_t)sib);
		}
	assert_int_equal(fake.space_invalidations, forms);
	print_message("# %u forms\n", forms);
}

/* Between two swapgs the user's GS base is the active one. */
static void gs_follows_swapgs(void **state)
{
	(void)state;
	set_registers();
	vcpu.gpr[X86_RAX] = 0x10;
	EXECUTE(0x65, 0x0f, 0x01, 0x38);
	assert_int_equal(fake.invalidated, gs_kernel + 0x10);
	EXECUTE(0x0f, 0x01, 0xf8);
	EXECUTE(0x65, 0x0f, 0x01, 0x38);
	assert_int_equal(fake.invalidated, gs_user + 0x10);
	EXECUTE(0x0f, 0x01, 0xf8);
	EXECUTE(0x65, 0x0f, 0x01, 0x38);
	assert_int_equal(fake.invalidated, gs_kernel + 0x10);
}

/* str to all registers in all sizes: 16 bits leave the rest, 32 clear the upper half. */
static void register_results_have_the_operand_size(void **state)
{
	static const struct {
		uint8_t prefix, rex;
		uint64_t kept;
	} sizes[] = {{0x66, 0x40, ~0xffffull}, {0x26, 0x40, 0}, {0x26, 0x48, 0}};

	(void)state;
	vcpu.task.selector = SEL_TSS;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (unsigned int reg = 0; reg < 16; reg++) {
			uint64_t old = 0x123456789abcdef0;

			vcpu.gpr[reg] = old;
			EXECUTE(sizes[s].prefix, (uint8_t)(sizes[s].rex | reg >> 3), 0x0f, 0x00,
				(uint8_t)(0xc8 | (reg & 7)));
			assert_int_equal(vcpu.gpr[reg], (old & sizes[s].kept) | SEL_TSS);
		}
}

/* A fault shows the instruction and the address, and nothing is changed. */
static void memory_operands_fault_cleanly(void **state)
{
	(void)state;
	vcpu.gpr[X86_RBX] = GUEST_NOTHING + 8;
	FAULTS(X86_TRAP_PF, X86_PF_WRITE, 0x0f, 0x00, 0x0b);
	assert_int_equal(vcpu.cr[2], GUEST_NOTHING + 8);
	/* lgdt over the end of what is mapped: the second page faults. */
	vcpu.gpr[X86_RBX] = GUEST_DATA + 0x8000 - 4;
	FAULTS(X86_TRAP_PF, 0, 0x0f, 0x01, 0x13);
	assert_int_equal(vcpu.cr[2], GUEST_DATA + 0x8000);
	assert_int_equal(vcpu.gdt.base, GUEST_GDT);
	assert_int_equal(fake.gdt_loads, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(every_addressing_form),
		GUEST_TEST(gs_follows_swapgs),
		GUEST_TEST(register_results_have_the_operand_size),
		GUEST_TEST(memory_operands_fault_cleanly),
	};

	return RUN_TAP(tests);
}
