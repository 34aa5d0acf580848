/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters.c - the ports by which a kernel reads what its wedge counted; on bare metal nobody
 * answers there.
 *
 * Invariant: what is compared was counted between a BEGIN and an END.
 */
#include "micro.h"

#include "../../../wedge/include/wedge/dev/counter_ports.h"

enum { TIMES = 10, POST_CODE = 0x80 };

static void need_counters(void)
{
	if (!on_wedge())
		skip("bare metal has no counters");
}

static word number_of(unsigned int index)
{
	outw(COUNTER_SELECT, (uint16_t)COUNTER_ITEM(index, COUNTER_PART_VALUE));
	return inl(COUNTER_DATA);
}

static bool has_name(unsigned int index, const char *name)
{
	char text[COUNTER_NAME_SIZE + 1] = "";

	for (unsigned int i = 0; i < COUNTER_NAME_SIZE; i++) {
		outw(COUNTER_SELECT, (uint16_t)COUNTER_ITEM(index, COUNTER_PART_NAME + i / 8));
		text[i] = (char)inb((uint16_t)(COUNTER_DATA + i % 8));
	}
	return same_text(text, name);
}

static word counted(const char *name)
{
	for (unsigned int i = 0; i < inw(COUNTER_COUNT); i++) {
		if (has_name(i, name))
			return number_of(i);
	}
	fail("no counter %s", name);
}

static void begin(void)
{
	outb(COUNTER_COMMAND, COUNTER_CLEAR);
	outb(COUNTER_COMMAND, COUNTER_BEGIN);
}

static void end(void)
{
	outb(COUNTER_COMMAND, COUNTER_END);
}

CHECK(counters_show_themselves)
{
	for (unsigned int i = 0; i < 4; i++)
		expect_is(inb((uint16_t)(COUNTER_SIGNATURE + i)),
			  on_wedge() ? (uint8_t)COUNTER_SIGNATURE_TEXT[i] : 0xff);
}

/* Sites that go through the wedge's C; the END is one of them. */
CHECK(counters_count_sites)
{
	need_counters();
	begin();
	for (unsigned int i = 0; i < TIMES; i++)
		inb(POST_CODE);
	end();
	expect_is(counted("class.io"), TIMES + 1);
	expect_is(counted("sites"), TIMES + 1);
	expect_is(counted("class.cpuid"), 0);
	begin();
	for (unsigned int i = 0; i < TIMES; i++)
		cpuid(0, 0);
	end();
	expect_is(counted("class.cpuid"), TIMES);
	expect_is(counted("insn.CPUID"), TIMES);
}

static void touch(void *at)
{
	read8((word)at);
}

CHECK(counters_count_faults)
{
	need_counters();
	begin();
	for (unsigned int i = 0; i < TIMES; i++)
		attempt(touch, (void *)AREA(5));
	end();
	expect_is(counted("fault.kernel-guest"), TIMES);
	expect_is(counted("fault.user-guest"), 0);
	expect_is(counted("trap.14"), counted("faults"));
	expect(counted("delivered") >= TIMES);
}

CHECK(counters_count_address_spaces)
{
	need_counters();
	begin();
	for (unsigned int i = 0; i < TIMES; i++)
		write_cr3(read_cr3());
	end();
	expect_is(counted("space.loads"), TIMES);
}
