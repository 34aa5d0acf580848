/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console_test.c - a domain's console against its daemon: one that reads and writes as it should,
 * at its own pace, and one whose indices are anything.
 *
 * Invariant: the daemon's side is written by hand in the ring (public/io/console.h), between two
 * pages that nobody may touch.
 */
#include "../../random.h"
#include "driver.h"

#include <wedge/backend.h>
#include <xen/io/console.h>

#include <stdlib.h>
#include <sys/mman.h>

enum { OUT = 2048, IN = 1024, RUNS = 200000, TEXT = 10000 };

#define MINUTE_NS (60 * 1000000000ull)

static struct xencons_interface *ring;
static char heard[2 * TEXT]; /* what the daemon has read */
static size_t heard_bytes;
static uint64_t seed;

/* The daemon reads at most so many bytes. */
static void read_some(uint32_t bytes)
{
	uint32_t cons = ring->out_cons;

	for (; bytes && cons != ring->out_prod; bytes--) {
		assert_in_range(ring->out_prod - cons, 1, OUT);
		assert_in_range(heard_bytes, 0, sizeof(heard) - 1);
		heard[heard_bytes++] = ring->out[MASK_XENCONS_IDX(cons++, ring->out)];
	}
	ring->out_cons = cons;
}

static void read_at_its_pace(void)
{
	read_some((uint32_t)(next_random(&seed) & 255));
}

/* The daemon writes what fits; how much. */
static size_t write_some(const char *text, size_t size)
{
	size_t n = 0;

	for (; n < size && ring->in_prod - ring->in_cons < IN; n++)
		ring->in[MASK_XENCONS_IDX(ring->in_prod++, ring->in)] = text[n];
	return n;
}

/* A ring whose indices have come that far. */
static void begin(uint32_t index)
{
	char *pages = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(pages != MAP_FAILED);
	assert_int_equal(mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
	fake_domain_new();
	seed = 0x9e3779b97f4a7c15;
	ring = (void *)(pages + PAGE);
	ring->out_prod = ring->out_cons = ring->in_prod = ring->in_cons = index;
	console_set_ring(ring);
	console_start_counting();
}

static const char *text_of(size_t size)
{
	static char text[TEXT];

	for (size_t i = 0; i < size; i++)
		text[i] = (char)next_random(&seed);
	return text;
}

DEFINE_FRONT_TEST(all_that_is_written_is_read)
{
	const char *text;

	begin(UINT32_MAX - 1000);
	text = text_of(TEXT);
	fake.yielded = read_at_its_pace;
	for (size_t done = 0; done < TEXT; done += 100)
		backend_console_write(text + done, 100);
	assert_in_range(fake.console_port_events, TEXT / 100, UINT32_MAX);
	console_drain();
	assert_int_equal(ring->out_cons, ring->out_prod);
	assert_int_equal(heard_bytes, TEXT);
	assert_memory_equal(heard, text, TEXT);
}

DEFINE_FRONT_TEST(all_that_comes_is_read)
{
	char got[300];
	const char *text;
	size_t given = 0, taken = 0;

	begin(UINT32_MAX - 100);
	text = text_of(TEXT);
	assert_int_equal(backend_console_read(got, sizeof(got)), 0);
	assert_int_equal(fake.console_port_events, 0);
	while (taken < TEXT) {
		size_t size = next_random(&seed) % sizeof(got), n;

		given += write_some(text + given, TEXT - given < 77 ? TEXT - given : 77);
		n = backend_console_read(got, size);
		assert_int_equal(n, size < given - taken ? size : given - taken);
		assert_memory_equal(got, text + taken, n);
		taken += n;
	}
	assert_int_not_equal(fake.console_port_events, 0);
}

/* The guest stands still for a minute at most, and once. */
DEFINE_FRONT_TEST(a_daemon_that_reads_nothing)
{
	uint64_t start;

	begin(5);
	start = fake.now_ns;
	backend_console_write(text_of(OUT), OUT);
	assert_int_equal(fake.now_ns, start);
	backend_console_write("more", 4);
	assert_in_range(fake.now_ns - start, MINUTE_NS, MINUTE_NS + MINUTE_NS / 10);
	start = fake.now_ns;
	for (unsigned int i = 0; i < 1000; i++)
		backend_console_write("and more", 8);
	assert_int_equal(fake.now_ns, start);
	/* It is there again. */
	read_some(OUT);
	heard_bytes = 0;
	fake.yielded = read_at_its_pace;
	backend_console_write(text_of(TEXT), TEXT);
	console_drain();
	assert_int_equal(heard_bytes, TEXT);
	assert_int_equal(fake.console_calls, 0);
}

/* The last words of a domain wait for a second at most. */
DEFINE_FRONT_TEST(a_daemon_that_does_not_hear_the_end)
{
	uint64_t start;

	begin(0);
	backend_console_write("last", 4);
	start = fake.now_ns;
	console_drain();
	assert_in_range(fake.now_ns - start, 1000000000, 1100000000);
}

/* Nothing is believed any more, and nothing waits: the guest goes on without a console. */
static void assert_given_up(void)
{
	struct xencons_interface before = *ring;
	unsigned int calls = fake.console_calls, events = fake.console_port_events;
	uint64_t start = fake.now_ns;
	char got[8];

	for (unsigned int i = 0; i < 1000; i++) {
		backend_console_write("text", 4);
		assert_int_equal(backend_console_read(got, sizeof(got)), 0);
	}
	console_drain();
	assert_memory_equal(ring, &before, sizeof(before));
	assert_int_equal(fake.console_calls, calls + 2000);
	assert_int_equal(fake.console_port_events, events);
	assert_int_equal(fake.now_ns, start);
}

DEFINE_FRONT_TEST(an_index_of_output_that_runs_away)
{
	begin(7);
	ring->out_cons++;
	backend_console_write("a", 1);
	assert_int_equal(ring->out_prod, 7);
	assert_given_up();
}

DEFINE_FRONT_TEST(an_index_of_output_that_goes_back)
{
	begin(7);
	backend_console_write("abc", 3);
	ring->out_cons -= OUT - 2;
	backend_console_write("a", 1);
	assert_given_up();
}

DEFINE_FRONT_TEST(an_index_of_input_that_runs_away)
{
	char got[2 * IN];

	begin(7);
	ring->in_prod += IN + 1;
	assert_int_equal(backend_console_read(got, sizeof(got)), 0);
	assert_int_equal(ring->in_cons, 7);
	assert_given_up();
}

/* While the guest waits for room. */
static void write_nonsense(void)
{
	ring->out_cons = (uint32_t)next_random(&seed);
}

DEFINE_FRONT_TEST(an_index_that_changes_meanwhile)
{
	begin(7);
	fake.yielded = write_nonsense;
	backend_console_write(text_of(TEXT), TEXT);
	assert_given_up();
}

/* A full ring is right, by one byte. */
DEFINE_FRONT_TEST(a_ring_that_is_full)
{
	char got[2 * IN];

	begin(UINT32_MAX - 3);
	assert_int_equal(write_some(text_of(TEXT), TEXT), IN);
	assert_int_equal(backend_console_read(got, sizeof(got)), IN);
	assert_int_equal(ring->in_cons, ring->in_prod);
	assert_int_equal(fake.console_calls, 0);
}

/* All words of the ring are anything, at any time: each call ends, and stays in the ring. */
static void spoil(void)
{
	uint64_t r = next_random(&seed);
	uint32_t *const index[] = {&ring->in_cons, &ring->in_prod, &ring->out_cons,
				   &ring->out_prod};

	if (r & 12)
		*index[r & 3] += (uint32_t)(r & 16 ? r >> 32 & 15 : r >> 32);
	else
		read_some(r >> 8 & 1023);
	heard_bytes = 0;
}

DEFINE_FRONT_TEST(a_ring_of_nonsense)
{
	unsigned int given_up = 0, good = 0;

	begin(0);
	fake.yielded = spoil;
	for (unsigned int i = 0; i < RUNS; i++) {
		unsigned int calls = fake.console_calls;
		uint64_t r = next_random(&seed);
		char got[300];

		if (r & 1)
			backend_console_write(text_of(300), r >> 8 & 255);
		else
			assert_in_range(backend_console_read(got, r >> 8 & 255), 0, r >> 8 & 255);
		good += fake.console_calls == calls;
		if (fake.console_calls != calls) {
			ring->out_cons = ring->out_prod;
			ring->in_prod = ring->in_cons;
			console_set_ring(ring);
			given_up++;
		} else if (!(r >> 16 & 7)) {
			ring->out_cons = ring->out_prod - (r >> 20 & 2047);
			ring->in_prod = ring->in_cons + (r >> 32 & 1023);
		} else if (!(r >> 16 & 56)) {
			(&ring->in_cons)[r >> 20 & 3] = (uint32_t)(r >> 32);
		}
	}
	assert_in_range(given_up, RUNS / 64, RUNS);
	assert_in_range(good, RUNS / 4, RUNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRONT_TEST(all_that_is_written_is_read),
		FRONT_TEST(all_that_comes_is_read),
		FRONT_TEST(a_daemon_that_reads_nothing),
		FRONT_TEST(a_daemon_that_does_not_hear_the_end),
		FRONT_TEST(an_index_of_output_that_runs_away),
		FRONT_TEST(an_index_of_output_that_goes_back),
		FRONT_TEST(an_index_of_input_that_runs_away),
		FRONT_TEST(an_index_that_changes_meanwhile),
		FRONT_TEST(a_ring_that_is_full),
		FRONT_TEST(a_ring_of_nonsense),
	};

	return RUN_TAP(tests);
}
