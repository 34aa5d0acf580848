/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8254.c - Intel 8254 programmable interval timer, data sheet order number 231164.
 *
 * Invariant: count and OUT are functions of a channel's state and the present clock only; `settle`
 * and `collect` apply what was due in between before the state is read or changed.
 */
#include <wedge/dev/i8254.h>
#include <wedge/lib/muldiv.h>

#define NS_PER_S 1000000000u

/* Clock number at origin_ns: far enough from 0 that no start lies below it. */
#define FIRST_CLOCK 0x20000u

/* Control word, and the read-back command that shares its port. */
enum { CW_BCD = 0x01, CW_READ_BACK = 3, RB_NO_COUNT = 0x20, RB_NO_STATUS = 0x10 };
enum { ACCESS_LATCH, ACCESS_LOW, ACCESS_HIGH, ACCESS_BOTH };
enum { STATUS_OUT = 0x80, STATUS_NULL = 0x40 };

/* A channel's modes by the names of the data sheet. */
enum { TERMINAL_COUNT, ONE_SHOT, RATE_GENERATOR, SQUARE_WAVE, SOFTWARE_STROBE, HARDWARE_STROBE };

static uint64_t clock_at(const struct i8254 *pit, uint64_t now_ns)
{
	if (now_ns < pit->origin_ns)
		return FIRST_CLOCK;
	return FIRST_CLOCK + u64_muldiv(now_ns - pit->origin_ns, I8254_HZ, NS_PER_S);
}

static uint64_t time_of(const struct i8254 *pit, uint64_t clock)
{
	return pit->origin_ns + u64_muldiv_up(clock - FIRST_CLOCK, NS_PER_S, I8254_HZ);
}

static bool periodic(const struct i8254_channel *ch)
{
	return ch->mode == RATE_GENERATOR || ch->mode == SQUARE_WAVE;
}

static bool triggered(const struct i8254_channel *ch)
{
	return ch->mode == ONE_SHOT || ch->mode == HARDWARE_STROBE;
}

/* Clocks of a mode 3 period with OUT high: the longer half of an odd count. */
static uint32_t high_half(uint32_t initial)
{
	return (initial + 1) / 2;
}

/* A new count that waited for the end of the period, or half period, takes over. */
static void settle(struct i8254_channel *ch, uint64_t clock)
{
	if (!ch->next_initial || !periodic(ch) || clock < ch->switch_at)
		return;
	ch->initial = ch->next_initial;
	ch->start = ch->next_start;
	ch->next_initial = 0;
}

static uint64_t elapsed(const struct i8254_channel *ch, uint64_t clock)
{
	if (!ch->gate && !triggered(ch))
		return ch->held;
	return clock > ch->start ? clock - ch->start : 0;
}

static uint32_t modulus(const struct i8254_channel *ch)
{
	return ch->control & CW_BCD ? 10000 : 65536;
}

static uint16_t to_bcd(uint32_t n)
{
	return (uint16_t)(n / 1000 << 12 | n / 100 % 10 << 8 | n / 10 % 10 << 4 | n % 10);
}

static uint32_t from_bcd(uint16_t n)
{
	return (n >> 12) * 1000u + (n >> 8 & 15) * 100u + (n >> 4 & 15) * 10u + (n & 15);
}

/* Mode 3 counts down by two, twice a period; odd counts start at one less (p. "MODE 3"). */
static uint32_t square_wave_count(uint32_t initial, uint64_t clocks)
{
	uint32_t phase = u64_mod(clocks, initial);

	if (phase >= high_half(initial))
		phase -= high_half(initial);
	return (initial & ~1u) - 2 * phase;
}

/* The counting element as the guest reads it. */
static uint16_t count(const struct i8254_channel *ch, uint64_t clock)
{
	uint64_t clocks = elapsed(ch, clock);
	uint32_t n = ch->initial;

	if (!ch->counting)
		clocks = 0;
	if (ch->mode == RATE_GENERATOR)
		n -= u64_mod(clocks, ch->initial);
	else if (ch->mode == SQUARE_WAVE)
		n = square_wave_count(ch->initial, clocks);
	else
		n += modulus(ch) - u64_mod(clocks, modulus(ch));
	n %= modulus(ch);
	return ch->control & CW_BCD ? to_bcd(n) : (uint16_t)n;
}

static bool out(const struct i8254_channel *ch, uint64_t clock)
{
	uint64_t clocks = elapsed(ch, clock);

	if (!ch->counting)
		return ch->mode != TERMINAL_COUNT;
	switch (ch->mode) {
	case TERMINAL_COUNT:
		return clocks >= ch->initial;
	case ONE_SHOT:
		return clock < ch->start || clocks >= ch->initial;
	case RATE_GENERATOR:
		return !ch->gate || u64_mod(clocks, ch->initial) != ch->initial - 1;
	case SQUARE_WAVE:
		return !ch->gate || u64_mod(clocks, ch->initial) < high_half(ch->initial);
	default:
		return clocks != ch->initial;
	}
}

/* How many times OUT rose in (from, to], `settle` having nothing to do in between. */
static uint64_t rises(const struct i8254_channel *ch, uint64_t from, uint64_t to)
{
	uint64_t at = ch->start + ch->initial + (ch->mode == SOFTWARE_STROBE);
	uint32_t rest;

	if (!ch->counting || triggered(ch) || to < at)
		return 0;
	if (!periodic(ch))
		return from < at;
	at = u64_div(to - ch->start, ch->initial, &rest);
	return from < ch->start ? at : at - u64_div(from - ch->start, ch->initial, &rest);
}

/* Channel 0: account for every rise up to `clock`. */
static void collect(struct i8254 *pit, uint64_t clock)
{
	struct i8254_channel *ch = &pit->channel[0];
	uint64_t due = pit->backlog;

	if (ch->next_initial && periodic(ch) && clock >= ch->switch_at) {
		due += rises(ch, pit->seen, ch->switch_at);
		pit->seen = ch->switch_at;
		settle(ch, clock);
	}
	if (clock > pit->seen) {
		due += rises(ch, pit->seen, clock);
		pit->seen = clock;
	}
	pit->backlog = due < I8254_BACKLOG ? (uint32_t)due : I8254_BACKLOG;
}

/* A channel brought up to date for an access at `clock`. */
static struct i8254_channel *touch(struct i8254 *pit, unsigned index, uint64_t clock)
{
	if (index == 0)
		collect(pit, clock);
	else
		settle(&pit->channel[index], clock);
	return &pit->channel[index];
}

/* Counting element loaded from the count register at the next clock. */
static void load(struct i8254_channel *ch, uint32_t initial, uint64_t clock)
{
	ch->initial = initial;
	ch->next_initial = 0;
	ch->start = clock + 1;
	ch->held = 0;
}

/* Modes 2 and 3: a count written while counting waits for the end of the (half) period. */
static void load_later(struct i8254_channel *ch, uint32_t initial, uint64_t clock)
{
	uint32_t phase = u64_mod(clock - ch->start, ch->initial);
	uint32_t high = high_half(ch->initial);

	ch->next_initial = initial;
	ch->switch_at = clock - phase + ch->initial;
	ch->next_start = ch->switch_at;
	if (ch->mode == SQUARE_WAVE && phase < high) {
		ch->switch_at = clock - phase + high;
		ch->next_start = ch->switch_at - high_half(initial);
	}
}

static void write_count(struct i8254_channel *ch, uint16_t value, uint64_t clock)
{
	uint32_t initial = ch->control & CW_BCD ? from_bcd(value) % modulus(ch) : value;
	bool running = ch->counting && clock >= ch->start;

	if (initial == 0)
		initial = modulus(ch);
	/* 1 is illegal in modes 2 and 3; taken as 2 so that no period is empty. */
	if (initial == 1 && periodic(ch))
		initial = 2;
	ch->loaded = true;
	if (triggered(ch)) {
		if (ch->counting)
			ch->next_initial = initial;
		else
			ch->initial = initial;
		return;
	}
	if (periodic(ch) && running && ch->gate)
		load_later(ch, initial, clock);
	else
		load(ch, initial, clock);
	ch->counting = true;
}

static void write_channel(struct i8254_channel *ch, uint8_t value, uint64_t clock)
{
	if (ch->access == ACCESS_LOW) {
		write_count(ch, value, clock);
	} else if (ch->access == ACCESS_HIGH) {
		write_count(ch, (uint16_t)(value << 8), clock);
	} else if (ch->write_high) {
		ch->write_high = false;
		write_count(ch, (uint16_t)(value << 8 | ch->low), clock);
	} else {
		ch->low = value;
		ch->write_high = true;
		/* "Writing the first byte disables counting. OUT is set low immediately." */
		if (ch->mode == TERMINAL_COUNT)
			ch->counting = false;
	}
}

static void write_control(struct i8254_channel *ch, uint8_t value)
{
	ch->control = value & 0x3f;
	ch->access = value >> 4 & 3;
	ch->mode = value >> 1 & 7;
	if (ch->mode > HARDWARE_STROBE)
		ch->mode -= 4; /* X10 and X11: bit 2 is ignored */
	ch->write_high = false;
	ch->read_high = false;
	ch->latched = 0;
	ch->status_latched = false;
	ch->loaded = false;
	ch->counting = false;
	ch->next_initial = 0;
	ch->held = 0;
}

static void latch_count(struct i8254_channel *ch, uint64_t clock)
{
	if (ch->latched)
		return;
	ch->latch = count(ch, clock);
	ch->latched = ch->access == ACCESS_BOTH ? 2 : 1;
}

static void latch_status(struct i8254_channel *ch, uint64_t clock)
{
	bool pending = !ch->loaded || ch->next_initial || (ch->counting && clock < ch->start) ||
		       (triggered(ch) && !ch->counting);

	if (ch->status_latched)
		return;
	ch->status = ch->control;
	if (out(ch, clock))
		ch->status |= STATUS_OUT;
	if (pending)
		ch->status |= STATUS_NULL;
	ch->status_latched = true;
}

static void read_back(struct i8254 *pit, uint8_t value, uint64_t clock)
{
	for (unsigned i = 0; i < 3; i++) {
		if (!(value >> (i + 1) & 1))
			continue;
		if (!(value & RB_NO_COUNT))
			latch_count(touch(pit, i, clock), clock);
		if (!(value & RB_NO_STATUS))
			latch_status(touch(pit, i, clock), clock);
	}
}

static void write_command(struct i8254 *pit, uint8_t value, uint64_t clock)
{
	unsigned index = value >> 6;

	if (index == CW_READ_BACK) {
		read_back(pit, value, clock);
		return;
	}
	if ((value >> 4 & 3) == ACCESS_LATCH) {
		latch_count(touch(pit, index, clock), clock);
		return;
	}
	write_control(touch(pit, index, clock), value);
	if (index == 0)
		pit->backlog = 0;
}

void i8254_write(struct i8254 *pit, unsigned reg, uint8_t value, uint64_t now_ns)
{
	uint64_t clock = clock_at(pit, now_ns);

	reg &= 3;
	if (reg == 3) {
		write_command(pit, value, clock);
		return;
	}
	write_channel(touch(pit, reg, clock), value, clock);
	/* A one-shot that starts again has no backlog. */
	if (reg == 0 && !periodic(&pit->channel[0]))
		pit->backlog = 0;
}

/* The byte of a 16-bit value that the guest reads next. */
static uint8_t next_byte(struct i8254_channel *ch, uint16_t value)
{
	bool high = ch->access == ACCESS_HIGH || (ch->access == ACCESS_BOTH && ch->read_high);

	ch->read_high = ch->access == ACCESS_BOTH && !high;
	return (uint8_t)(high ? value >> 8 : value);
}

uint8_t i8254_read(struct i8254 *pit, unsigned reg, uint64_t now_ns)
{
	struct i8254_channel *ch;
	uint64_t clock;

	reg &= 3;
	if (reg == 3)
		return 0xff; /* the control word register cannot be read */
	ch = &pit->channel[reg];
	if (ch->status_latched) {
		ch->status_latched = false;
		return ch->status;
	}
	if (ch->latched) {
		ch->latched--;
		return next_byte(ch, ch->latch);
	}
	clock = clock_at(pit, now_ns);
	return next_byte(ch, count(touch(pit, reg, clock), clock));
}

void i8254_set_gate2(struct i8254 *pit, bool level, uint64_t now_ns)
{
	uint64_t clock = clock_at(pit, now_ns);
	struct i8254_channel *ch = touch(pit, 2, clock);

	if (ch->gate == level)
		return;
	if (!level) {
		ch->held = ch->counting ? elapsed(ch, clock) : 0;
		ch->gate = false;
		return;
	}
	ch->gate = true;
	if (!ch->loaded)
		return;
	if (ch->mode == TERMINAL_COUNT || ch->mode == SOFTWARE_STROBE) {
		ch->start = clock - ch->held;
		return;
	}
	load(ch, ch->next_initial ? ch->next_initial : ch->initial, clock);
	ch->counting = true;
}

bool i8254_out(struct i8254 *pit, unsigned channel, uint64_t now_ns)
{
	uint64_t clock = clock_at(pit, now_ns);

	return out(touch(pit, channel, clock), clock);
}

bool i8254_refresh_toggle(const struct i8254 *pit, uint64_t now_ns)
{
	uint32_t ignored;

	return u64_div(clock_at(pit, now_ns), 18, &ignored) & 1;
}

bool i8254_out0_cleared(struct i8254 *pit, uint64_t now_ns)
{
	return pit->channel[0].mode == TERMINAL_COUNT && !i8254_out(pit, 0, now_ns);
}

/* The earliest clock for the next edge of a backlog: half a period after the last edge. */
static uint64_t catch_up_clock(const struct i8254 *pit)
{
	if (!periodic(&pit->channel[0]))
		return pit->seen;
	return pit->last_edge + pit->channel[0].initial / 2;
}

bool i8254_take_edge(struct i8254 *pit, uint64_t now_ns)
{
	uint64_t clock = clock_at(pit, now_ns);

	collect(pit, clock);
	if (!pit->backlog || clock < catch_up_clock(pit))
		return false;
	pit->backlog--;
	pit->last_edge = clock;
	return true;
}

/* The next clock after `seen` at which OUT of channel 0 rises. */
static uint64_t next_rise(const struct i8254 *pit)
{
	const struct i8254_channel *ch = &pit->channel[0];
	uint64_t at = ch->start + ch->initial + (ch->mode == SOFTWARE_STROBE);

	if (!ch->counting || triggered(ch))
		return UINT64_MAX;
	if (at <= pit->seen) {
		if (!periodic(ch))
			return UINT64_MAX;
		at = pit->seen - u64_mod(pit->seen - ch->start, ch->initial) + ch->initial;
	}
	return at;
}

uint64_t i8254_deadline(struct i8254 *pit, uint64_t now_ns)
{
	const struct i8254_channel *ch = &pit->channel[0];
	uint64_t at;

	collect(pit, clock_at(pit, now_ns));
	at = pit->backlog ? catch_up_clock(pit) : next_rise(pit);
	/* A new count changes everything from its first clock on: look again then. */
	if (ch->next_initial && periodic(ch) && ch->switch_at < at)
		at = ch->switch_at;
	return at == UINT64_MAX ? at : time_of(pit, at);
}

void i8254_init(struct i8254 *pit, uint64_t now_ns)
{
	*pit = (struct i8254){.origin_ns = now_ns, .seen = FIRST_CLOCK, .last_edge = FIRST_CLOCK};
	for (unsigned i = 0; i < 3; i++) {
		pit->channel[i].gate = i != 2;
		pit->channel[i].initial = 65536;
	}
	i8254_write(pit, 3, 0x36, now_ns); /* channel 0: both bytes, mode 3 */
	i8254_write(pit, 0, 0, now_ns);
	i8254_write(pit, 0, 0, now_ns);
	i8254_write(pit, 3, 0x54, now_ns); /* channel 1: low byte, mode 2 */
	i8254_write(pit, 1, 18, now_ns);
	i8254_write(pit, 3, 0xb6, now_ns); /* channel 2: both bytes, mode 3, no count */
}
