/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io_test.c - in, out and their string forms (SDM 2A IN, INS; 2B OUT, OUTS), and the permission
 * bitmap that lets user programs use ports (SDM 1 section 19.5.2).
 *
 * Invariant: ports are logged, not connected to chips; every access is accounted for.
 */
#include "guest.h"

#define RAX_OLD 0x1122334455667788ull

static void check_port(unsigned int n, bool write, uint16_t port, unsigned int width,
		       uint32_t value)
{
	assert_true(n < fake.port_count);
	assert_int_equal(fake.ports[n].write, write);
	assert_int_equal(fake.ports[n].port, port);
	assert_int_equal(fake.ports[n].width, width);
	assert_int_equal(fake.ports[n].value, value);
}

static void set_registers(void)
{
	fake.port_count = 0;
	fake.port_value = 0xa1b2c3d4;
	vcpu.gpr[X86_RAX] = RAX_OLD;
	vcpu.gpr[X86_RDX] = 0xfedc000003f8;
	vcpu.gpr[X86_RDI] = GUEST_DATA + 0x100;
	vcpu.gpr[X86_RSI] = GUEST_DATA + 0x100;
}

static void in_writes_as_many_bytes_as_it_reads(void **state)
{
	(void)state;
	set_registers();
	EXECUTE(0xec);
	check_port(0, false, 0x3f8, 1, 0xd4);
	assert_int_equal(vcpu.gpr[X86_RAX], 0x11223344556677d4);
	set_registers();
	EXECUTE(0x66, 0xed);
	check_port(0, false, 0x3f8, 2, 0xc3d4);
	assert_int_equal(vcpu.gpr[X86_RAX], 0x112233445566c3d4);
	set_registers();
	EXECUTE(0xed);
	check_port(0, false, 0x3f8, 4, 0xa1b2c3d4);
	assert_int_equal(vcpu.gpr[X86_RAX], 0xa1b2c3d4);
	set_registers();
	EXECUTE(0xe4, 0xf1);
	check_port(0, false, 0xf1, 1, 0xd4);
	set_registers();
	EXECUTE(0x66, 0xe5, 0x71);
	check_port(0, false, 0x71, 2, 0xc3d4);
	set_registers();
	EXECUTE(0x48, 0xe5, 0x71); /* there is no port access of eight bytes */
	check_port(0, false, 0x71, 4, 0xa1b2c3d4);
	assert_int_equal(vcpu.gpr[X86_RAX], 0xa1b2c3d4);
}

/* The value's upper bytes are nobody's business, so only the width's are compared. */
static void check_out(unsigned int width, uint16_t port)
{
	uint32_t mask = width == 4 ? UINT32_MAX : (1u << 8 * width) - 1;

	assert_int_equal(fake.port_count, 1);
	assert_true(fake.ports[0].write);
	assert_int_equal(fake.ports[0].port, port);
	assert_int_equal(fake.ports[0].width, width);
	assert_int_equal(fake.ports[0].value & mask, RAX_OLD & mask);
	assert_int_equal(vcpu.gpr[X86_RAX], RAX_OLD);
	set_registers();
}

static void out_sends_the_low_bytes(void **state)
{
	(void)state;
	set_registers();
	EXECUTE(0xee);
	check_out(1, 0x3f8);
	EXECUTE(0x66, 0xef);
	check_out(2, 0x3f8);
	EXECUTE(0xef);
	check_out(4, 0x3f8);
	EXECUTE(0xe6, 0x80);
	check_out(1, 0x80);
	EXECUTE(0x66, 0xe7, 0x80);
	check_out(2, 0x80);
	EXECUTE(0xe7, 0x80);
	check_out(4, 0x80);
}

static void string_input_stores_and_advances(void **state)
{
	(void)state;
	set_registers();
	vcpu.gpr[X86_RCX] = 3;
	EXECUTE(0xf3, 0x66, 0x6d); /* rep insw */
	assert_int_equal(fake.port_count, 3);
	check_port(2, false, 0x3f8, 2, 0xc3d6);
	assert_int_equal(vcpu.gpr[X86_RCX], 0);
	assert_int_equal(vcpu.gpr[X86_RDI], GUEST_DATA + 0x106);
	assert_int_equal(guest_peek64(GUEST_DATA + 0x100), 0x0000c3d6c3d5c3d4);
	set_registers();
	vcpu.gpr[X86_RCX] = 77;
	EXECUTE(0x6c); /* one element; the count is none */
	assert_int_equal(fake.port_count, 1);
	assert_int_equal(vcpu.gpr[X86_RCX], 77);
	assert_int_equal(vcpu.gpr[X86_RDI], GUEST_DATA + 0x101);
}

static void string_output_loads_and_advances(void **state)
{
	(void)state;
	guest_poke64(GUEST_DATA + 0x100, 0x8877665544332211);
	set_registers();
	vcpu.gpr[X86_RCX] = 2;
	EXECUTE(0xf3, 0x6f); /* rep outsl */
	assert_int_equal(fake.port_count, 2);
	check_port(0, true, 0x3f8, 4, 0x44332211);
	check_port(1, true, 0x3f8, 4, 0x88776655);
	assert_int_equal(vcpu.gpr[X86_RSI], GUEST_DATA + 0x108);
	/* repne repeats as well */
	set_registers();
	vcpu.gpr[X86_RCX] = 2;
	EXECUTE(0xf2, 0x6e);
	assert_int_equal(fake.port_count, 2);
	check_port(1, true, 0x3f8, 1, 0x22);
}

static void the_direction_flag_turns_strings_around(void **state)
{
	(void)state;
	guest_poke64(GUEST_DATA + 0x100, 0x8877665544332211);
	set_registers();
	vcpu.rflags |= X86_FLAGS_DF;
	vcpu.gpr[X86_RSI] += 6;
	vcpu.gpr[X86_RCX] = 4;
	EXECUTE(0xf3, 0x66, 0x6f);
	check_port(0, true, 0x3f8, 2, 0x8877);
	check_port(3, true, 0x3f8, 2, 0x2211);
	assert_int_equal(vcpu.gpr[X86_RSI], GUEST_DATA + 0xfe);
}

static void no_count_no_access(void **state)
{
	(void)state;
	set_registers();
	vcpu.gpr[X86_RCX] = 0;
	vcpu.gpr[X86_RDI] = GUEST_NOTHING;
	EXECUTE(0xf3, 0x6c);
	assert_int_equal(fake.port_count, 0);
	assert_int_equal(vcpu.gpr[X86_RDI], GUEST_NOTHING);
}

/* With 32-bit addresses only the low halves of the registers count. */
static void short_addresses_use_half_registers(void **state)
{
	(void)state;
	set_registers();
	vcpu.gpr[X86_RDI] = 0xabcd00000000ull + GUEST_USER;
	vcpu.gpr[X86_RCX] = 0x500000002;
	EXECUTE(0x67, 0xf3, 0x6c);
	assert_int_equal(fake.port_count, 2);
	assert_int_equal(vcpu.gpr[X86_RCX], 0);
	assert_int_equal(vcpu.gpr[X86_RDI], GUEST_USER + 2);
	assert_int_equal(guest_peek64(GUEST_USER) & 0xffff, 0xd5d4);
}

/* A fault in the middle leaves the rest to be done, and no element is lost or done twice. */
static void strings_restart_after_a_fault(void **state)
{
	uint64_t end = GUEST_DATA + 0x8000;

	(void)state;
	set_registers();
	vcpu.gpr[X86_RSI] = end - 8;
	vcpu.gpr[X86_RCX] = 4;
	guest_poke64(end - 8, 0x8877665544332211);
	FAULTS(X86_TRAP_PF, 0, 0xf3, 0x6f);
	assert_int_equal(vcpu.cr[2], end);
	assert_int_equal(vcpu.gpr[X86_RCX], 2);
	assert_int_equal(vcpu.gpr[X86_RSI], end);
	assert_int_equal(fake.port_count, 2);
	guest_map(end, GUEST_DATA_PA + 0x8000, X86_PTE_P | X86_PTE_W);
	EXECUTE(0xf3, 0x6f);
	assert_int_equal(fake.port_count, 4);
}

/* What a device gave must not be lost because there was nowhere to put it. */
static void input_reads_no_port_before_it_can_store(void **state)
{
	uint64_t end = GUEST_DATA + 0x8000;

	(void)state;
	set_registers();
	vcpu.gpr[X86_RDI] = end - 4;
	vcpu.gpr[X86_RCX] = 2;
	FAULTS(X86_TRAP_PF, X86_PF_WRITE, 0xf3, 0x6d);
	assert_int_equal(vcpu.cr[2], end);
	assert_int_equal(vcpu.gpr[X86_RCX], 1);
	assert_int_equal(fake.port_count, 1);
}

/* outs may name another segment; ins may not. */
static void output_strings_honour_a_segment_override(void **state)
{
	(void)state;
	guest_poke64(GUEST_DATA + 0x100, 0x42);
	set_registers();
	vcpu.fs_base = GUEST_DATA;
	vcpu.gpr[X86_RSI] = 0x100;
	EXECUTE(0x64, 0x6e);
	check_port(0, true, 0x3f8, 1, 0x42);
	assert_int_equal(vcpu.gpr[X86_RSI], 0x101);
	set_registers();
	EXECUTE(0x64, 0x6c);
	assert_int_equal(guest_peek64(GUEST_DATA + 0x100), 0xd4);
}

enum { BITMAP = 0x68 };

/* A TSS whose bitmap allows what `allowed` lists, one bit each. */
static void build_bitmap(const uint16_t *allowed, size_t count)
{
	uint8_t bits[0x2001];
	uint16_t base = BITMAP;

	memset(bits, 0xff, sizeof(bits));
	for (size_t i = 0; i < count; i++)
		bits[allowed[i] / 8] &= (uint8_t) ~(1u << allowed[i] % 8);
	guest_poke(GUEST_TSS + 102, &base, 2);
	guest_poke(GUEST_TSS + BITMAP, bits, sizeof(bits));
	guest_enter_user(0x1000);
	set_registers();
}

static bool try_user_io(uint16_t port, const uint8_t *code, size_t size)
{
	vcpu.rip = GUEST_USER;
	vcpu.gpr[X86_RDX] = port;
	guest_poke(GUEST_USER, code, size);
	fake.port_count = 0;
	return arch_emulate_user_io(&vcpu);
}

static void user_ports_follow_the_bitmap(void **state)
{
	static const uint16_t allowed[] = {0x60, 0x378, 0x379, 0x37f, 0x380};

	(void)state;
	build_bitmap(allowed, 5);
	assert_true(try_user_io(0x378, BYTES(0xec)));
	assert_int_equal(vcpu.rip, GUEST_USER + 1);
	check_port(0, false, 0x378, 1, 0xd4);
	assert_true(try_user_io(0x378, BYTES(0x66, 0xef)));
	assert_int_equal(vcpu.rip, GUEST_USER + 2);
	/* Every byte of the access must be allowed, over byte borders of the map too. */
	assert_true(try_user_io(0x37f, BYTES(0x66, 0xed)));
	assert_false(try_user_io(0x378, BYTES(0xed)));
	assert_false(try_user_io(0x379, BYTES(0x66, 0xed)));
	assert_int_equal(fake.port_count, 0);
	assert_int_equal(vcpu.rip, GUEST_USER);
	assert_true(try_user_io(0, BYTES(0xe4, 0x60)));
	assert_false(try_user_io(0, BYTES(0xe6, 0x61)));
}

static void a_short_tss_allows_nothing(void **state)
{
	static const uint16_t allowed[] = {0x378, 0xffff};
	uint16_t none = 0xffff;

	(void)state;
	build_bitmap(allowed, 2);
	assert_true(try_user_io(0xffff, BYTES(0xec)));
	vcpu.task.limit = BITMAP + 0x378 / 8 + 1;
	assert_true(try_user_io(0x378, BYTES(0xec)));
	/* The processor always reads two bytes. */
	vcpu.task.limit--;
	assert_false(try_user_io(0x378, BYTES(0xec)));
	vcpu.task.limit = GUEST_TSS_LIMIT;
	guest_poke(GUEST_TSS + 102, &none, 2);
	assert_false(try_user_io(0x378, BYTES(0xec)));
}

/* Code of a segment that begins elsewhere; in 64-bit code segments begin at 0 whatever is there. */
static void user_code_is_read_where_its_segment_begins(void **state)
{
	static const uint16_t allowed[] = {0x378, 0x379, 0x37a, 0x37b};
	const uint64_t code32 = 0x00cffb000000ffff | GUEST_USER << 16, big = 1ull << 54;

	(void)state;
	build_bitmap(allowed, 4);
	vcpu.cs = 0xf;
	vcpu.gpr[X86_RDX] = 0x378;
	guest_poke(GUEST_USER + 0x10, "\xed\x90\x48\xed", 4);
	guest_poke64(GUEST_LDT + 8, code32);
	vcpu.rip = 0x10;
	assert_true(arch_emulate_user_io(&vcpu));
	assert_int_equal(vcpu.rip, 0x11);
	check_port(0, false, 0x378, 4, 0xa1b2c3d4);
	/* With 16-bit operands. */
	guest_poke64(GUEST_LDT + 8, code32 & ~big);
	vcpu.rip = 0x10;
	fake.port_count = 0;
	assert_true(arch_emulate_user_io(&vcpu));
	assert_int_equal(fake.ports[0].width, 2);
	/* What is REX in 64-bit code is an instruction here. */
	guest_poke64(GUEST_LDT + 8, code32);
	vcpu.rip = 0x12;
	assert_false(arch_emulate_user_io(&vcpu));
	guest_poke64(GUEST_LDT + 8, (code32 & ~big) | 1ull << 53);
	vcpu.rip = GUEST_USER + 0x12;
	assert_true(arch_emulate_user_io(&vcpu));
	assert_int_equal(vcpu.rip, GUEST_USER + 0x14);
	/* Where the kernel alone may read is no code of the user's. */
	guest_poke64(GUEST_LDT + 8, (0x00cffb000000ffff | (GUEST_USER + X86_PAGE_SIZE) << 16));
	guest_poke(GUEST_USER + X86_PAGE_SIZE, "\xed", 1);
	*guest_entry(GUEST_USER + X86_PAGE_SIZE, 1) &= ~X86_PTE_U;
	vcpu.rip = 0;
	assert_false(arch_emulate_user_io(&vcpu));
}

/* Strings would need the user's rights for memory; all else is no port access at all. */
static void only_register_forms_are_done_for_users(void **state)
{
	static const uint16_t allowed[] = {0x378};

	(void)state;
	build_bitmap(allowed, 1);
	assert_false(try_user_io(0x378, BYTES(0x6c)));
	assert_false(try_user_io(0x378, BYTES(0x6e)));
	assert_false(try_user_io(0x378, BYTES(0xfa)));
	assert_false(try_user_io(0x378, BYTES(0x90)));
	assert_int_equal(fake.port_count, 0);
	vcpu.rip = GUEST_NOTHING;
	assert_false(arch_emulate_user_io(&vcpu));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(in_writes_as_many_bytes_as_it_reads),
		GUEST_TEST(out_sends_the_low_bytes),
		GUEST_TEST(string_input_stores_and_advances),
		GUEST_TEST(string_output_loads_and_advances),
		GUEST_TEST(the_direction_flag_turns_strings_around),
		GUEST_TEST(no_count_no_access),
		GUEST_TEST(short_addresses_use_half_registers),
		GUEST_TEST(strings_restart_after_a_fault),
		GUEST_TEST(input_reads_no_port_before_it_can_store),
		GUEST_TEST(output_strings_honour_a_segment_override),
		GUEST_TEST(user_ports_follow_the_bitmap),
		GUEST_TEST(a_short_tss_allows_nothing),
		GUEST_TEST(user_code_is_read_where_its_segment_begins),
		GUEST_TEST(only_register_forms_are_done_for_users),
	};

	return RUN_TAP(tests);
}
