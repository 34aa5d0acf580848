/*
 * The kernel's clock: the real-time clock's periodic interrupt, 512 a second, as the original's;
 * and the time stamp counter's frequency, by channel 2 of the 8254. MC146818A and Intel 8254 data
 * sheets.
 *
 * Invariant: channel 0 and its line are left as the BIOS set them: they are the programs'.
 */
#include "kernel.h"
#include "call.h"

#define RTC_INDEX 0x70
#define RTC_DATA  0x71

#define PIT_HZ 1193182u
#define PIT_MS 20

static uint64_t ticks;
static word khz;

static uint8_t rtc_read(uint8_t index)
{
	out8(RTC_INDEX, index);
	return in8(RTC_DATA);
}

static void rtc_write(uint8_t index, uint8_t value)
{
	out8(RTC_INDEX, index);
	out8(RTC_DATA, value);
}

static uint64_t counter(void)
{
	word low, high;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* Mode 0 counts once; its output, bit 5 of port 0x61, rises at the end. */
static void measure(void)
{
	const word count = PIT_HZ * PIT_MS / 1000;
	uint8_t old = in8(0x61);
	out8(0x61, (uint8_t)((old & ~2) | 1));
	out8(0x43, 0xb0);
	out8(0x42, (uint8_t)count);
	out8(0x42, (uint8_t)(count >> 8));
	uint64_t start = counter();
	while (!(in8(0x61) & 0x20))
		;
	khz = (word)(counter() - start) / PIT_MS;
	out8(0x61, old);
}

void clock_init(void)
{
	measure();
	rtc_write(0x0a, (rtc_read(0x0a) & 0xf0) | 7);
	rtc_write(0x0b, rtc_read(0x0b) | 0x40);
	rtc_read(0x0c);
}

void clock_tick(void)
{
	rtc_read(0x0c); /* or there is no next one */
	ticks++;
	timeouts_run();
}

uint64_t clock_now(void)
{
	/* ticks * 1,953.125 us, without a division of 64 bits */
	return ticks * 1953 + (ticks >> 3);
}

word clock_khz(void)
{
	return khz;
}
