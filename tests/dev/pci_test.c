/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pci_test.c - configuration mechanism #1 (PCI Local Bus Specification 2.2, section 3.2.2.3.2) as
 * probes of operating systems use it, and base address registers (section 6.2.5.1).
 *
 * Invariant: functions are added through pci_add only.
 */
#include "host.h"

static struct pci_function card;

static void write32(uint16_t port, uint32_t value)
{
	pc_io_write(&pc, port, 4, value);
}

static uint32_t read32(uint16_t port)
{
	return pc_io_read(&pc, port, 4);
}

static void select_reg(unsigned bus, unsigned device, unsigned function, unsigned reg)
{
	write32(0xcf8, 0x80000000u | bus << 16 | device << 11 | function << 8 | reg);
}

/* A card at 00:03.0 with 64 ports. */
static void add_card(void)
{
	card = (struct pci_function){.devfn = 3 << 3};
	card.config[0] = 0x10011af4;
	card.config[2] = 0x01000000;
	card.config[4] = 0x00000001;
	card.writable[1] = 0x00000107;
	card.writable[4] = 0x0000ffc0;
	card.writable[15] = 0x000000ff;
	assert_true(pci_add(&pc.pci, &card));
}

static void address_register_reads_back(void **state)
{
	(void)state;
	write32(0xcf8, 0xffffffff);
	assert_int_equal(read32(0xcf8), 0x80fffffc);
	write32(0xcf8, 0);
	assert_int_equal(read32(0xcf8), 0);
}

/* pci_check_type1 of Linux: byte write to 0xcfb, then the enable bit reads back. */
static void linux_finds_mechanism_1(void **state)
{
	(void)state;
	out(0xcfb, 0x01);
	write32(0xcf8, 0x80000000);
	assert_int_equal(read32(0xcf8), 0x80000000);
	/* Its sanity check wants a host bridge, VGA, or Intel or Compaq on bus 0. */
	select_reg(0, 0, 0, 8);
	assert_int_equal(pc_io_read(&pc, 0xcfe, 2), 0x0600);
}

/* pci_check_type2: must not see zeros at 0xcf8 and 0xcfa. */
static void mechanism_2_is_absent(void **state)
{
	(void)state;
	out(0xcfb, 0);
	out(0xcf8, 0);
	out(0xcfa, 0);
	assert_int_equal(in(0xcf8), 0xff);
	assert_int_equal(in(0xcfa), 0xff);
}

static void only_32_bit_accesses_reach_the_address(void **state)
{
	(void)state;
	write32(0xcf8, 0x80001234);
	out(0xcf8, 0xff);
	pc_io_write(&pc, 0xcfa, 2, 0xffff);
	assert_int_equal(read32(0xcf8), 0x80001234);
	assert_int_equal(pc_io_read(&pc, 0xcf8, 2) & 0xff, 0xff);
}

static void host_bridge_identity(void **state)
{
	(void)state;
	select_reg(0, 0, 0, 0);
	assert_int_equal(read32(0xcfc), 0x12378086);
	select_reg(0, 0, 0, 8);
	assert_int_equal(read32(0xcfc), 0x06000002);
	select_reg(0, 0, 0, 0x0c);
	assert_int_equal(in(0xcfe), 0); /* header type 0, one function */
}

static void bytes_and_words_of_data(void **state)
{
	(void)state;
	select_reg(0, 0, 0, 0);
	assert_int_equal(in(0xcfc), 0x86);
	assert_int_equal(in(0xcfd), 0x80);
	assert_int_equal(in(0xcfe), 0x37);
	assert_int_equal(in(0xcff), 0x12);
	assert_int_equal(pc_io_read(&pc, 0xcfc, 2), 0x8086);
	assert_int_equal(pc_io_read(&pc, 0xcfd, 2), 0x3780);
	assert_int_equal(pc_io_read(&pc, 0xcfe, 2), 0x1237);
	assert_int_equal(pc_io_read(&pc, 0xcff, 2), 0xff12); /* half beyond the register */
}

static void absent_functions_read_ones(void **state)
{
	(void)state;
	for (unsigned device = 1; device < 32; device++) {
		select_reg(0, device, 0, 0);
		assert_int_equal(read32(0xcfc), 0xffffffff);
		assert_int_equal(pc_io_read(&pc, 0xcfc, 2), 0xffff);
	}
	select_reg(0, 0, 1, 0);
	assert_int_equal(read32(0xcfc), 0xffffffff);
	select_reg(1, 0, 0, 0);
	assert_int_equal(read32(0xcfc), 0xffffffff);
	write32(0xcfc, 0); /* and take writes */
}

static void disabled_address_reads_ones(void **state)
{
	(void)state;
	write32(0xcf8, 0);
	assert_int_equal(read32(0xcfc), 0xffffffff);
}

static void read_only_registers_stay(void **state)
{
	(void)state;
	for (unsigned reg = 0; reg < 256; reg += 4) {
		uint32_t before;

		select_reg(0, 0, 0, reg);
		before = read32(0xcfc);
		write32(0xcfc, 0xffffffff);
		assert_int_equal(read32(0xcfc), before);
	}
}

static void base_address_sizing(void **state)
{
	(void)state;
	add_card();
	select_reg(0, 3, 0, 0x10);
	write32(0xcfc, 0xffffffff);
	assert_int_equal(read32(0xcfc), 0x0000ffc1);
	write32(0xcfc, 0xc040);
	assert_int_equal(read32(0xcfc), 0x0000c041);
	select_reg(0, 3, 0, 0x14);
	write32(0xcfc, 0xffffffff);
	assert_int_equal(read32(0xcfc), 0);
}

static void partial_writes_touch_their_bytes_only(void **state)
{
	(void)state;
	add_card();
	select_reg(0, 3, 0, 0x10);
	write32(0xcfc, 0xc040);
	out(0xcfd, 0x12);
	assert_int_equal(read32(0xcfc), 0x1241);
	pc_io_write(&pc, 0xcfe, 2, 0xffff);
	assert_int_equal(read32(0xcfc), 0x1241);
	select_reg(0, 3, 0, 0x3c);
	out(0xcfc, 11);
	assert_int_equal(in(0xcfc), 11);
	assert_int_equal(in(0xcfd), 0);
	select_reg(0, 3, 0, 4);
	pc_io_write(&pc, 0xcfc, 2, 0xffff);
	assert_int_equal(read32(0xcfc), 0x0107);
}

static void table_refuses_duplicates_and_too_many(void **state)
{
	struct pci_function more[PCI_FUNCTIONS] = {0};
	unsigned added = 0;

	(void)state;
	add_card();
	assert_false(pci_add(&pc.pci, &card));
	for (unsigned i = 0; i < PCI_FUNCTIONS; i++) {
		more[i].devfn = (uint8_t)((i + 10) << 3);
		added += pci_add(&pc.pci, &more[i]);
	}
	assert_int_equal(added, PCI_FUNCTIONS - 2); /* host bridge and card are in */
}

static void reset_register_lies_beside_the_address(void **state)
{
	(void)state;
	write32(0xcf8, 0x80000600); /* 0xcf9 would see 0x06: a system reset */
	assert_int_equal(host.resets, 0);
	out(0xcf9, 0x06);
	assert_int_equal(host.resets, 1);
	assert_int_equal(read32(0xcf8), 0x80000600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(address_register_reads_back),
		PC_TEST(linux_finds_mechanism_1),
		PC_TEST(mechanism_2_is_absent),
		PC_TEST(only_32_bit_accesses_reach_the_address),
		PC_TEST(host_bridge_identity),
		PC_TEST(bytes_and_words_of_data),
		PC_TEST(absent_functions_read_ones),
		PC_TEST(disabled_address_reads_ones),
		PC_TEST(read_only_registers_stay),
		PC_TEST(base_address_sizing),
		PC_TEST(partial_writes_touch_their_bytes_only),
		PC_TEST(table_refuses_duplicates_and_too_many),
		PC_TEST(reset_register_lies_beside_the_address),
	};

	return RUN_TAP(tests);
}
