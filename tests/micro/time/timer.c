/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.c - the 8254, the time stamp counter, the clock chip, and waiting with hlt.
 *
 * Invariant: rates are compared with wide margins: the machine under the test may be busy.
 */
#include "interrupts.h"
#include "micro.h"

enum { PORT_B = 0x61, CHANNEL2 = 0x42, CONTROL = 0x43, RTC_INDEX = 0x70, RTC_DATA = 0x71 };

static uint8_t rtc_read(uint8_t reg)
{
	outb(RTC_INDEX, reg);
	return inb(RTC_DATA);
}

static void rtc_write(uint8_t reg, uint8_t value)
{
	outb(RTC_INDEX, reg);
	outb(RTC_DATA, value);
}

CHECK(tsc_goes_on)
{
	uint64_t before = rdtsc();

	for (unsigned int i = 0; i < 10000; i++) {
		uint64_t now = rdtsc();

		expect(now >= before);
		before = now;
	}
}

static uint16_t latch(void)
{
	uint8_t low;

	outb(CONTROL, 0x00);
	low = inb(0x40);
	return (uint16_t)(low | inb(0x40) << 8);
}

CHECK(count_goes_down)
{
	uint16_t first, second;

	timer_start(0, 0xffff);
	first = latch();
	for (unsigned int i = 0; i < 100; i++)
		inb(0x80);
	second = latch();
	expect(second < first);
}

CHECK(one_shot_fires_once)
{
	uint64_t start = rdtsc(), took;

	timer_count_ticks();
	timer_start(0, 1193); /* 1 ms */
	sti_hlt();
	cli();
	took = rdtsc() - start;
	expect_is(timer_ticks, 1);
	/* As long again and more: no second one. */
	sti();
	for (start = rdtsc(); rdtsc() - start < 5 * took;)
		;
	cli();
	expect_is(timer_ticks, 1);
}

/* From one second of the clock chip to the next. */
static word ticks_in_second(void)
{
	uint8_t second;

	for (second = rtc_read(0); rtc_read(0) == second;)
		;
	second = rtc_read(0);
	timer_ticks = 0;
	while (rtc_read(0) == second)
		;
	return timer_ticks;
}

/* 100, give or take; a machine that was busy elsewhere gets some more seconds. */
CHECK(periodic_rate)
{
	word ticks = 0;

	timer_count_ticks();
	timer_start(2, PIT_HZ / 100);
	sti();
	for (unsigned int i = 0; i < 6 && (ticks < 80 || ticks > 120); i++)
		ticks = ticks_in_second();
	cli();
	timer_stop();
	if (ticks < 80 || ticks > 120)
		fail("%lu ticks of 10 ms in a second", ticks);
}

CHECK(hlt_waits_for_each_tick)
{
	timer_count_ticks();
	timer_start(2, PIT_HZ / 500);
	for (unsigned int i = 0; i < 50; i++) {
		word before = timer_ticks;

		sti_hlt();
		cli();
		expect(timer_ticks > before);
	}
	timer_stop();
}

/* Linux measures the time stamp counter so: channel 2, its output at port 0x61 bit 5. */
CHECK(channel_2_output)
{
	uint64_t start = rdtsc(), short_time;

	outb(PORT_B, (uint8_t)((inb(PORT_B) & ~2) | 1));
	outb(CONTROL, 0xb0);
	outb(CHANNEL2, (uint8_t)1193);
	outb(CHANNEL2, 1193 >> 8);
	expect(!(inb(PORT_B) & 0x20));
	for (start = rdtsc(); !(inb(PORT_B) & 0x20);)
		;
	short_time = rdtsc() - start;
	outb(CONTROL, 0xb0);
	outb(CHANNEL2, (uint8_t)59659); /* 50 ms */
	outb(CHANNEL2, 59659 >> 8);
	for (start = rdtsc(); !(inb(PORT_B) & 0x20);)
		;
	if (rdtsc() - start < 10 * short_time)
		fail("1 ms took %lu clocks, 50 ms %lu", (word)short_time, (word)(rdtsc() - start));
}

/* And the quick way: the high byte of channel 2's count, read again and again. */
CHECK(channel_2_count)
{
	uint8_t last = 0xff;
	unsigned int reads = 0, steps = 0;

	outb(PORT_B, (uint8_t)((inb(PORT_B) & ~2) | 1));
	outb(CONTROL, 0xb0);
	outb(CHANNEL2, 0xff);
	outb(CHANNEL2, 0xff);
	inb(CHANNEL2);
	inb(CHANNEL2);
	while (steps < 20 && reads++ < 1000000) {
		uint8_t high;

		inb(CHANNEL2);
		high = inb(CHANNEL2);
		if (high > last)
			fail("count went up from %x to %x", last, high);
		steps += high != last;
		last = high;
	}
	expect_is(steps, 20);
}

CHECK(clock_is_a_date)
{
	uint8_t status = rtc_read(0xb);
	uint8_t month = rtc_read(8), day = rtc_read(7), hour = rtc_read(4), minute = rtc_read(2);

	expect_is(rtc_read(0xd) & 0x80, 0x80);
	if (!(status & 4)) {
		month = (uint8_t)((month >> 4) * 10 + (month & 15));
		day = (uint8_t)((day >> 4) * 10 + (day & 15));
		minute = (uint8_t)((minute >> 4) * 10 + (minute & 15));
		hour = (uint8_t)((hour >> 4) * 10 + (hour & 15));
	}
	expect(month >= 1 && month <= 12 && day >= 1 && day <= 31);
	expect(minute <= 59 && hour <= 23);
}

CHECK(clock_memory_keeps)
{
	rtc_write(0x40, 0x5a);
	rtc_write(0x41, 0xa5);
	expect_is(rtc_read(0x40), 0x5a);
	expect_is(rtc_read(0x41), 0xa5);
}

static volatile unsigned int clock_interrupts;

static bool clock_interrupt(struct regs *regs)
{
	(void)regs;
	clock_interrupts += rtc_read(0xc) >> 6 & 1;
	irq_end(8);
	return true;
}

/* 1024 Hz on the second controller's first line. */
CHECK(clock_periodic_interrupt)
{
	clock_interrupts = 0;
	trap_hooks[VECTOR_IRQ + 8] = clock_interrupt;
	rtc_write(0xa, 0x26);
	rtc_write(0xb, (uint8_t)(rtc_read(0xb) | 0x40));
	rtc_read(0xc);
	irq_unmask(8);
	/* One may have been requested before the read above took its reason away. */
	for (unsigned int i = 0; i < 21 && clock_interrupts < 20; i++) {
		sti_hlt();
		cli();
	}
	rtc_write(0xb, (uint8_t)(rtc_read(0xb) & ~0x40));
	rtc_read(0xc);
	/* At least: a late halt may find the next one waiting, too. */
	expect(clock_interrupts >= 20);
}
