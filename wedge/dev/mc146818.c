/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mc146818.c - Motorola MC146818A real-time clock, data sheet of 1988, and PC/AT CMOS memory.
 *
 * Nothing here counts: the divider chain is the host's time since phase_ns. The time cells are
 * computed when the guest reads them; the flags of register C when the guest reads them or has
 * enabled an interrupt.
 *
 * Invariant: while the clock stands still (SET, or divider held in reset), the time cells hold its
 * time; while it runs, offset_s does.
 */
#include <wedge/dev.h>
#include <wedge/lib/muldiv.h>

#include "calendar.h"

#define NS_PER_S   1000000000u
#define CRYSTAL_HZ 32768u

/* An update takes 1984 us and announces itself 244 us ahead (tables 5 and 6 of the data sheet). */
#define UIP_NS (1984000u + 244000u)

enum {
	SECONDS,
	SECONDS_ALARM,
	MINUTES,
	MINUTES_ALARM,
	HOURS,
	HOURS_ALARM,
	WEEKDAY,
	DAY,
	MONTH,
	YEAR,
	REG_A,
	REG_B,
	REG_C,
	REG_D,
	CENTURY = 0x32
};
enum { A_UIP = 0x80, A_DIVIDER = 0x70, A_RUN = 0x20, A_RESET = 0x60, A_RATE = 0x0f };
enum { B_SET = 0x80, B_UIE = 0x10, B_BINARY = 0x04, B_24H = 0x02 };
enum { C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10, C_FLAGS = 0x70, D_VRT = 0x80 };
enum { HOUR_PM = 0x80, ALARM_ANY = 0xc0, INDEX_NMI = 0x80 };

static bool divider_runs(const struct mc146818 *rtc)
{
	return (rtc->cell[REG_A] & A_RESET) != A_RESET;
}

static bool clock_runs(const struct mc146818 *rtc)
{
	return divider_runs(rtc) && !(rtc->cell[REG_B] & B_SET);
}

/* Whole seconds since phase_ns, and the part of a second that is over. */
static uint64_t since_phase(const struct mc146818 *rtc, uint64_t now_ns, uint32_t *part_ns)
{
	return u64_div(now_ns - rtc->phase_ns, NS_PER_S, part_ns);
}

/* The guest's time, in the seconds of calendar.h, `seconds` after the phase. */
static uint64_t guest_time(const struct mc146818 *rtc, uint64_t seconds)
{
	return CALENDAR_UNIX + rtc->phase_s + (uint64_t)rtc->offset_s + seconds;
}

/* Follows jumps of the host's wall clock. A difference of one second is only one of phase. */
static void follow_host(struct mc146818 *rtc, uint64_t now_ns)
{
	uint32_t ignored;
	int64_t ahead = (int64_t)(dev_host_wallclock_s() - rtc->phase_s -
				  since_phase(rtc, now_ns, &ignored));

	if (ahead > 1 || ahead < -1)
		rtc->phase_s += (uint64_t)ahead;
}

static uint8_t encode(const struct mc146818 *rtc, uint32_t n)
{
	return (uint8_t)(rtc->cell[REG_B] & B_BINARY ? n : n / 10 << 4 | n % 10);
}

/* A cell's number, at most `limit` whatever the guest put there. */
static uint32_t decode(const struct mc146818 *rtc, uint8_t cell, uint32_t limit)
{
	uint32_t n = rtc->cell[REG_B] & B_BINARY ? cell : (cell >> 4) * 10u + (cell & 15);

	return n < limit ? n : limit;
}

static uint8_t encode_hour(const struct mc146818 *rtc, uint32_t hour)
{
	if (rtc->cell[REG_B] & B_24H)
		return encode(rtc, hour);
	return encode(rtc, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? HOUR_PM : 0);
}

static uint32_t decode_hour(const struct mc146818 *rtc, uint8_t cell)
{
	if (rtc->cell[REG_B] & B_24H)
		return decode(rtc, cell, 23);
	return decode(rtc, cell & (uint8_t)~HOUR_PM, 12) % 12 + (cell & HOUR_PM ? 12 : 0);
}

/* Puts the time into the cells. */
static void show_time(struct mc146818 *rtc, uint64_t time)
{
	uint32_t second;
	struct calendar date = calendar_date((uint32_t)u64_div(time, CALENDAR_DAY, &second));

	rtc->cell[SECONDS] = encode(rtc, second % 60);
	rtc->cell[MINUTES] = encode(rtc, second / 60 % 60);
	rtc->cell[HOURS] = encode_hour(rtc, second / 3600);
	rtc->cell[WEEKDAY] = encode(rtc, date.weekday);
	rtc->cell[DAY] = encode(rtc, date.day);
	rtc->cell[MONTH] = encode(rtc, date.month);
	rtc->cell[YEAR] = encode(rtc, date.year % 100);
	rtc->cell[CENTURY] = encode(rtc, date.year / 100);
}

static uint64_t shown_time(const struct mc146818 *rtc)
{
	struct calendar date = {
		.year = decode(rtc, rtc->cell[CENTURY], 99) * 100 +
			decode(rtc, rtc->cell[YEAR], 99),
		.month = decode(rtc, rtc->cell[MONTH], 12),
		.day = decode(rtc, rtc->cell[DAY], 31),
	};

	/* The calendar starts with year 1, so zeros are no date. */
	date.year += !date.year;
	date.month += !date.month;
	date.day += !date.day;
	return (uint64_t)calendar_days(&date) * CALENDAR_DAY +
	       decode_hour(rtc, rtc->cell[HOURS]) * 3600 +
	       decode(rtc, rtc->cell[MINUTES], 59) * 60 + decode(rtc, rtc->cell[SECONDS], 59);
}

/* Makes the time in the cells the guest's time from now on. */
static void adopt_time(struct mc146818 *rtc, uint64_t now_ns)
{
	uint32_t ignored;
	uint64_t seconds = since_phase(rtc, now_ns, &ignored);

	follow_host(rtc, now_ns);
	rtc->offset_s += (int64_t)(shown_time(rtc) - guest_time(rtc, seconds));
}

static bool alarm_matches(const struct mc146818 *rtc, unsigned cell, uint8_t shown)
{
	return rtc->cell[cell] >= ALARM_ANY || rtc->cell[cell] == shown;
}

static bool hour_matches(const struct mc146818 *rtc, uint32_t hour)
{
	return alarm_matches(rtc, HOURS_ALARM, encode_hour(rtc, hour));
}

/* The first n in [from, 60) that a minutes or seconds alarm cell matches; 60 if none does. */
static uint32_t first_match(const struct mc146818 *rtc, unsigned cell, uint32_t from)
{
	while (from < 60 && !alarm_matches(rtc, cell, encode(rtc, from)))
		from++;
	return from;
}

/* The first second of a day, from `from` on, at which the alarm goes off; CALENDAR_DAY if none. */
static uint32_t alarm_of_day(const struct mc146818 *rtc, uint32_t from)
{
	uint32_t minute0 = first_match(rtc, MINUTES_ALARM, 0);
	uint32_t second0 = first_match(rtc, SECONDS_ALARM, 0);

	if (minute0 == 60 || second0 == 60)
		return CALENDAR_DAY;
	for (uint32_t hour = from / 3600; hour < 24; hour++) {
		uint32_t begin = hour * 3600, minute, second;

		if (!hour_matches(rtc, hour))
			continue;
		if (from <= begin)
			return begin + minute0 * 60 + second0;
		/* Within the hour of `from`: this minute, else the next that matches. */
		minute = first_match(rtc, MINUTES_ALARM, from / 60 % 60);
		second = second0;
		if (minute == from / 60 % 60) {
			second = first_match(rtc, SECONDS_ALARM, from % 60);
			if (second == 60) {
				second = second0;
				minute = first_match(rtc, MINUTES_ALARM, minute + 1);
			}
		}
		if (minute < 60)
			return begin + minute * 60 + second;
	}
	return CALENDAR_DAY;
}

/* The first alarm after `time`; UINT64_MAX if there is no such time of day. */
static uint64_t next_alarm(const struct mc146818 *rtc, uint64_t time)
{
	uint32_t second = u64_mod(time + 1, CALENDAR_DAY);
	uint64_t midnight = time + 1 - second;
	uint32_t at = alarm_of_day(rtc, second);

	if (at < CALENDAR_DAY)
		return midnight + at;
	at = alarm_of_day(rtc, 0);
	return at < CALENDAR_DAY ? midnight + CALENDAR_DAY + at : UINT64_MAX;
}

/* Crystal cycles between periodic interrupts (table 5, 32.768 kHz column); 0: none. */
static uint32_t period(const struct mc146818 *rtc)
{
	unsigned rate = rtc->cell[REG_A] & A_RATE;

	if (!rate || !divider_runs(rtc))
		return 0;
	return rate <= 2 ? 1u << (rate + 6) : 1u << (rate - 1);
}

/* Periodic interrupts between the phase and `now_ns`. */
static uint64_t periods(const struct mc146818 *rtc, uint64_t now_ns, uint32_t length)
{
	uint32_t ignored;

	return u64_div(u64_muldiv(now_ns - rtc->phase_ns, CRYSTAL_HZ, NS_PER_S), length, &ignored);
}

/* Flags for all that happened since seen_ns. */
static void update_flags(struct mc146818 *rtc, uint64_t now_ns)
{
	uint32_t ignored, length = period(rtc);
	uint64_t before = since_phase(rtc, rtc->seen_ns, &ignored);
	uint64_t after = since_phase(rtc, now_ns, &ignored);
	uint8_t flags = 0;

	if (length && periods(rtc, now_ns, length) > periods(rtc, rtc->seen_ns, length))
		flags |= C_PF;
	if (clock_runs(rtc) && after > before) {
		flags |= C_UF;
		if (next_alarm(rtc, guest_time(rtc, before)) <= guest_time(rtc, after))
			flags |= C_AF;
	}
	rtc->cell[REG_C] |= flags;
	rtc->seen_ns = now_ns;
}

bool mc146818_update(struct mc146818 *rtc, uint64_t now_ns)
{
	uint8_t enabled = rtc->cell[REG_B] & C_FLAGS;

	if (!enabled)
		return false;
	update_flags(rtc, now_ns);
	return rtc->cell[REG_C] & enabled;
}

uint64_t mc146818_deadline(struct mc146818 *rtc, uint64_t now_ns)
{
	uint8_t enabled = rtc->cell[REG_B] & C_FLAGS;
	uint32_t ignored, length = period(rtc);
	uint64_t seconds = UINT64_MAX, at = UINT64_MAX, time;

	/* An asserted line needs no timer: it stays asserted until the guest reads register C. */
	if (!enabled || mc146818_update(rtc, now_ns))
		return UINT64_MAX;
	if (enabled & C_PF && length)
		at = u64_muldiv_up((periods(rtc, now_ns, length) + 1) * length, NS_PER_S,
				   CRYSTAL_HZ);
	if (clock_runs(rtc) && enabled & (C_UF | C_AF)) {
		seconds = since_phase(rtc, now_ns, &ignored);
		time = guest_time(rtc, seconds);
		if (enabled & C_UF)
			seconds++;
		else if (next_alarm(rtc, time) == UINT64_MAX)
			seconds = UINT64_MAX;
		else
			seconds += next_alarm(rtc, time) - time;
	}
	if (seconds != UINT64_MAX && seconds * NS_PER_S < at)
		at = seconds * NS_PER_S;
	return at == UINT64_MAX ? at : rtc->phase_ns + at;
}

static bool is_time(unsigned index)
{
	return index == SECONDS || index == MINUTES || index == HOURS ||
	       (index >= WEEKDAY && index <= YEAR) || index == CENTURY;
}

/* Cells as the guest would read them now. */
static void refresh(struct mc146818 *rtc, uint64_t now_ns)
{
	uint32_t ignored;

	if (!clock_runs(rtc))
		return;
	follow_host(rtc, now_ns);
	show_time(rtc, guest_time(rtc, since_phase(rtc, now_ns, &ignored)));
}

/* Registers A and B can stop and start the clock, and change the format of the cells. */
static void write_control(struct mc146818 *rtc, unsigned index, uint8_t value, uint64_t now_ns)
{
	bool ran = clock_runs(rtc), divided = divider_runs(rtc);

	refresh(rtc, now_ns);
	if (index == REG_A)
		rtc->cell[REG_A] = value & (uint8_t)~A_UIP;
	else
		rtc->cell[REG_B] = value & B_SET ? value & (uint8_t)~B_UIE : value;
	/* The first update follows half a second after the divider leaves reset. */
	if (divider_runs(rtc) && !divided) {
		rtc->phase_ns = now_ns - NS_PER_S / 2;
		rtc->phase_s = dev_host_wallclock_s();
	}
	if (clock_runs(rtc) && !ran)
		adopt_time(rtc, now_ns);
}

void mc146818_write_index(struct mc146818 *rtc, uint8_t value)
{
	rtc->nmi_masked = value & INDEX_NMI;
	rtc->index = value & (uint8_t)~INDEX_NMI;
}

void mc146818_write(struct mc146818 *rtc, uint8_t value, uint64_t now_ns)
{
	unsigned index = rtc->index;

	update_flags(rtc, now_ns);
	if (index == REG_A || index == REG_B) {
		write_control(rtc, index, value, now_ns);
	} else if (index == REG_C || index == REG_D) {
		return;
	} else if (is_time(index) && clock_runs(rtc)) {
		refresh(rtc, now_ns);
		rtc->cell[index] = value;
		adopt_time(rtc, now_ns);
	} else {
		rtc->cell[index] = value;
	}
}

uint8_t mc146818_read(struct mc146818 *rtc, uint64_t now_ns)
{
	unsigned index = rtc->index;
	uint32_t part;
	uint8_t value;

	if (is_time(index))
		refresh(rtc, now_ns);
	value = rtc->cell[index];
	if (index == REG_A && clock_runs(rtc)) {
		since_phase(rtc, now_ns, &part);
		if (part >= NS_PER_S - UIP_NS)
			value |= A_UIP;
	} else if (index == REG_C) {
		update_flags(rtc, now_ns);
		value = rtc->cell[REG_C];
		if (value & rtc->cell[REG_B] & C_FLAGS)
			value |= C_IRQF;
		rtc->cell[REG_C] = 0;
	}
	return value;
}

static void set16(struct mc146818 *rtc, unsigned cell, uint64_t value)
{
	if (value > 0xffff)
		value = 0xffff;
	rtc->cell[cell] = (uint8_t)value;
	rtc->cell[cell + 1] = (uint8_t)(value >> 8);
}

/* The AT's memory sizes (KiB above 1 MiB) and those of later BIOSes (64 KiB units). */
static void fill_memory_sizes(struct mc146818 *rtc, uint64_t ram_bytes)
{
	const uint64_t mib = 1u << 20, unit = 1u << 16;
	uint64_t below_4g = ram_bytes < 4096 * mib ? ram_bytes : 4096 * mib;
	uint64_t extended = below_4g > mib ? (below_4g - mib) >> 10 : 0;

	set16(rtc, 0x15, 640);
	set16(rtc, 0x17, extended);
	set16(rtc, 0x30, extended);
	set16(rtc, 0x34, below_4g > 16 * mib ? (below_4g - 16 * mib) / unit : 0);
	set16(rtc, 0x5b, (ram_bytes - below_4g) / unit);
}

/* Cells 0x10 to 0x2d, summed into 0x2e (high) and 0x2f. */
static void fill_checksum(struct mc146818 *rtc)
{
	unsigned sum = 0;

	for (unsigned i = 0x10; i <= 0x2d; i++)
		sum += rtc->cell[i];
	rtc->cell[0x2e] = (uint8_t)(sum >> 8);
	rtc->cell[0x2f] = (uint8_t)sum;
}

void mc146818_init(struct mc146818 *rtc, uint64_t ram_bytes, uint64_t now_ns)
{
	*rtc = (struct mc146818){.phase_ns = now_ns, .seen_ns = now_ns};
	rtc->phase_s = dev_host_wallclock_s();
	rtc->cell[REG_A] = A_RUN | 6; /* 32.768 kHz crystal, 1024 Hz */
	rtc->cell[REG_B] = B_24H;
	rtc->cell[REG_D] = D_VRT;
	rtc->cell[0x14] = 0x02; /* equipment: a numeric processor, no floppy, display with BIOS */
	fill_memory_sizes(rtc, ram_bytes);
	fill_checksum(rtc);
}
