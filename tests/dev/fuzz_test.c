/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_test.c - a guest that does anything to any port at any time. Bounded and repeatable; the
 * sanitizers of the build are the judge of memory and arithmetic, the invariants of dev.h of sense.
 *
 * Invariant: after every call the promises of dev.h hold (check_promises).
 */
#include "host.h"

enum { STEPS = 400000 };

static const uint16_t bases[] = {0x20,	0x40,  0x60,  0x70,  0x80,  0x92, 0xa0,
				 0x3f8, 0x4d0, 0x604, 0xcb0, 0xcb8, 0xcf8};

static void check_promises(void)
{
	assert_int_equal(host.intr, pc.pic.intr);
	assert_int_equal(host.intr, pc.pic.intr);
	assert_int_equal(host.timer_ns, pc.armed_ns);
	assert_true(pc.com1.count <= NS16550_FIFO);
	assert_true(pc.pit.backlog <= I8254_BACKLOG);
}

/* Ports near devices half of the time, any port otherwise. */
static uint16_t some_port(uint64_t r)
{
	if (r & 1)
		return (uint16_t)(r >> 8);
	return (uint16_t)(bases[(r >> 8) % (sizeof(bases) / sizeof(bases[0]))] + (r >> 16 & 7));
}

static void access(uint64_t r, uint16_t port)
{
	static const unsigned widths[8] = {1, 1, 1, 1, 1, 1, 2, 4};
	unsigned width = widths[r & 7];

	if (r & 8) {
		pc_io_write(&pc, port, width, (uint32_t)(r >> 32));
	} else {
		uint32_t value = pc_io_read(&pc, port, width);

		assert_true(width == 4 || value >> 8 * width == 0);
	}
}

static void event(uint64_t r)
{
	switch (r & 7) {
	case 0:
		host.input = "The quick brown fox";
		pc_console_input(&pc);
		break;
	case 1:
		pc_timer_expired(&pc); /* needless */
		host.timer_ns = pc.armed_ns;
		break;
	case 2:
		pc_set_irq(&pc, r >> 8 & 31, r >> 16 & 1);
		break;
	case 3:
		host.wall_s += r >> 8 & 0xffff;
		break;
	case 4:
		host_advance(r >> 8 & 0xffffff);
		break;
	default:
		assert_in_range(pc_ack_interrupt(&pc) + 1, 0, 256);
		break;
	}
}

static void run(uint64_t seed)
{
	host_setup(NULL);
	for (unsigned i = 0; i < STEPS; i++) {
		uint64_t r = next_random(&seed);

		if (r >> 60)
			access(r, some_port(next_random(&seed)));
		else
			event(r);
		check_promises();
		/* Fast timers would eat the time of the test; they have theirs elsewhere. */
		if (host.timer_ns != PC_NEVER && host.timer_ns < host.now_ns + 1000)
			host.now_ns = host.timer_ns;
		else
			host.now_ns += r >> 48 & 0x3ff;
	}
}

static void random_guest_1(void **state)
{
	(void)state;
	run(0x9e3779b97f4a7c15);
}

static void random_guest_2(void **state)
{
	(void)state;
	run(0xd1b54a32d192ed03);
}

/* Every port, every width, a few values: nothing but what a read or a write may do. */
static void every_port_and_width(void **state)
{
	static const uint32_t values[] = {0, 0xffffffff, 0x11111111, 0x80000000, 0x12345678};

	(void)state;
	for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]); v++)
		for (unsigned port = 0; port < 0x10000; port++)
			for (unsigned width = 1; width <= 4; width *= 2) {
				pc_io_write(&pc, (uint16_t)port, width, values[v]);
				pc_io_read(&pc, (uint16_t)port, width);
				check_promises();
			}
}

/* Random programming of the 8254 alone: the deadline is always honest. */
static void timer_deadline_is_honest(void **state)
{
	static struct i8254 pit;
	uint64_t seed = 0x3333, now = 0;

	(void)state;
	i8254_init(&pit, now);
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t r = next_random(&seed), deadline;

		if (r & 1)
			i8254_write(&pit, r >> 8 & 3, (uint8_t)(r >> 16), now);
		else if (r & 2)
			i8254_read(&pit, r >> 8 & 3, now);
		else if (r & 4)
			i8254_set_gate2(&pit, r >> 8 & 1, now);
		deadline = i8254_deadline(&pit, now);
		if (deadline == UINT64_MAX) {
			assert_false(i8254_take_edge(&pit, now + SECOND));
			now += SECOND;
		} else if (r & 8 && deadline > now) {
			assert_false(i8254_take_edge(&pit, deadline - 1));
			now = deadline;
			i8254_take_edge(&pit, now);
			assert_true(i8254_deadline(&pit, now) > now);
		} else {
			now += r >> 40 & 0xffff;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PC_TEST(random_guest_1),
		PC_TEST(random_guest_2),
		PC_TEST(every_port_and_width),
		PC_TEST(timer_deadline_is_honest),
	};

	return RUN_TAP(tests);
}
