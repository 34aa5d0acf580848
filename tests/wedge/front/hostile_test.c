/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostile_test.c - back ends that die, stall or answer nonsense, and a store that does: the guest
 * gets errors in bounded time, and goes on.
 */
#include "driver.h"

enum { READ = VIRTIO_BLK_T_IN, OK = VIRTIO_BLK_S_OK, ERROR = VIRTIO_BLK_S_IOERR };
enum { FIRST = 51712, SECOND = 51728, SECTORS = 500 };

#define MINUTE_NS (60 * 1000000000ull)

static void boot_two(void)
{
	back_attach(FIRST, SECTORS);
	back_attach(SECOND, SECTORS);
	driver_boot();
	driver_start(0);
}

static void pass_time(uint64_t ns)
{
	struct vcpu_info *info = (void *)&vcpu.events;

	info->time.system_time = fake.now_ns += ns;
}

/* All that waits has failed, all that comes fails, and the other disk goes on. */
static void assert_closed(unsigned int requests)
{
	assert_int_equal(driver_answered(), requests);
	for (unsigned int n = 0; n < requests; n++)
		assert_int_equal(driver_status(n), ERROR);
	assert_int_equal(driver_capacity(0), 0);
	assert_int_equal(driver_do(0, READ, 0, 512), ERROR);
	assert_int_equal(fake.logged, 1);
	driver_start(1);
	assert_int_equal(driver_do(1, READ, 5, 512), OK);
	assert_int_equal(driver_data(0)[0], 6);
}

/* Several requests, whose first answer is nonsense. */
static void meet(uint8_t nonsense)
{
	boot_two();
	back_of(FIRST)->nonsense = nonsense;
	memset(driver_data(0), 0x31, 512);
	for (unsigned int n = 0; n < 3; n++)
		driver_offer(n, READ, n, 512, 512);
	driver_ring(0);
	world();
}

DEFINE_FRONT_TEST(an_answer_to_no_request)
{
	meet(BACK_BAD_ID);
	assert_closed(3);
}

DEFINE_FRONT_TEST(an_answer_that_comes_twice)
{
	meet(BACK_TWICE);
	assert_int_equal(driver_answered(), 3);
	assert_int_equal(driver_status(0), OK);
	assert_int_equal(driver_status(1), ERROR);
	assert_int_equal(driver_status(2), ERROR);
	assert_int_equal(driver_capacity(0), 0);
}

DEFINE_FRONT_TEST(an_index_that_runs_away)
{
	meet(BACK_RUNAWAY);
	assert_non_null(strstr(fake.last_log, "more answers than there were questions"));
	assert_closed(3);
}

DEFINE_FRONT_TEST(an_answer_while_nothing_is_asked)
{
	boot_two();
	back_of(FIRST)->nonsense = BACK_UNASKED;
	world();
	assert_closed(0);
}

/* The timer of deadlines is another: it is on while something is at work. */
DEFINE_FRONT_TEST(a_back_end_that_stalls)
{
	boot_two();
	back_of(FIRST)->silent = true;
	assert_int_equal(fake.period_ns, 0);
	for (unsigned int n = 0; n < 3; n++)
		driver_offer(n, READ, n, 512, 512);
	driver_ring(0);
	world();
	assert_int_not_equal(fake.period_ns, 0);
	assert_in_range(fake.period_ns, 1, MINUTE_NS / 2);
	pass_time(MINUTE_NS - 1000);
	front_timer();
	assert_int_equal(driver_answered(), 0);
	pass_time(1001);
	front_timer();
	assert_closed(3);
	assert_int_equal(store_requests > 0, 1);
	assert_string_equal(strstr(fake.last_log, "has not answered"),
			    "has not answered for a minute: the disk is closed");
}

DEFINE_FRONT_TEST(the_timer_stops_when_all_is_done)
{
	boot_two();
	assert_int_equal(driver_do(0, READ, 0, 512), OK);
	assert_int_not_equal(fake.period_ns, 0);
	front_timer();
	assert_int_equal(fake.period_ns, 0);
	pass_time(10 * MINUTE_NS);
	front_timer();
	assert_int_equal(driver_do(0, READ, 0, 512), OK);
	front_timer();
	assert_int_equal(driver_do(0, READ, 0, 512), OK);
	assert_int_equal(fake.logged, 0);
}

/* The domain was paused: the answers are there, and count. */
DEFINE_FRONT_TEST(a_domain_that_was_asleep)
{
	boot_two();
	driver_offer(0, READ, 0, 512, 512);
	driver_ring(0);
	pass_time(10 * MINUTE_NS);
	back_run();
	front_timer();
	assert_int_equal(driver_status(0), OK);
	assert_int_equal(fake.logged, 0);
}

/* Requests that are given back while parts of them are still at work elsewhere. */
DEFINE_FRONT_TEST(a_disk_is_taken_away_at_work)
{
	boot_two();
	back_of(FIRST)->silent = true;
	for (unsigned int n = 0; n < 3; n++)
		driver_offer(n, READ, n, DRIVER_DATA_MAX, 0x1000);
	driver_ring(0);
	back_detach(FIRST);
	world();
	assert_int_equal(driver_answered(), 3);
	for (unsigned int n = 0; n < 3; n++)
		assert_int_equal(driver_status(n), ERROR);
	assert_int_equal(driver_capacity(0), 0);
}

/* It has gone with pages still mapped: they are not used for another. */
DEFINE_FRONT_TEST(a_back_end_that_keeps_pages)
{
	boot_two();
	assert_int_equal(driver_do(0, READ, 0, 512), OK);
	back_of(FIRST)->silent = true;
	store_remove("/local/domain/0/backend/vbd/1/51712");
	store_remove("/local/domain/1/device/vbd/51712");
	back_of(FIRST)->id = 99999;
	world();
	assert_int_equal(driver_capacity(0), 0);
	assert_int_equal(fake.logged, 0);
	back_attach(FIRST, SECTORS);
	world();
	assert_int_equal(driver_capacity(0), 0);
	assert_non_null(strstr(fake.last_log, "has not let go of its memory"));
	fake_unmap_all();
	back_attach(51744, SECTORS);
	world();
}

/* What it says of the disk is nonsense. */
DEFINE_FRONT_TEST(a_disk_that_says_nonsense)
{
	back_attach(FIRST, SECTORS);
	store_set("/local/domain/0/backend/vbd/1/51712/sectors", "99999999999999999999999");
	store_set("/local/domain/0/backend/vbd/1/51712/max-ring-page-order", "-3");
	store_set("/local/domain/0/backend/vbd/1/51712/feature-max-indirect-segments",
		  "18446744073709551615");
	driver_boot();
	assert_int_equal(driver_capacity(0), 0);
	driver_start(0);
	assert_int_equal(driver_do(0, READ, 0, 512), ERROR);
}

DEFINE_FRONT_TEST(a_disk_without_a_back_end)
{
	store_set("/local/domain/1/device/vbd/51712/state", "1");
	store_set("/local/domain/1/device/vbd/nonsense", "1");
	driver_boot();
	assert_int_equal(driver_capacity(0), 0);
	assert_int_equal(fake.logged, 1);
}

/* The guest starts without it. */
DEFINE_FRONT_TEST(a_back_end_that_never_connects)
{
	uint64_t before = fake.now_ns;

	back_attach(FIRST, SECTORS);
	store_set("/local/domain/0/backend/vbd/1/51712/state", "1");
	driver_boot();
	assert_in_range(fake.now_ns - before, 1000000000, MINUTE_NS / 2);
	assert_int_equal(driver_capacity(0), 0);
	store_set("/local/domain/0/backend/vbd/1/51712/state", "2");
	world();
	assert_int_equal(driver_capacity(0), SECTORS);
}

/* ---- what the domain lacks ---- */

static void assert_no_disk(const char *why)
{
	back_attach(FIRST, SECTORS);
	driver_boot();
	world();
	assert_int_equal(driver_capacity(0), 0);
	assert_non_null(strstr(fake.last_log, why));
	assert_int_equal(fake_grants(), 0);
}

DEFINE_FRONT_TEST(no_grants)
{
	fake.grants_refused = true;
	assert_no_disk("grant table");
}

DEFINE_FRONT_TEST(no_event_channels)
{
	fake.ports_refused = true;
	assert_no_disk("event channel");
}

/* With any amount of memory the domain starts, with as many places as fit. */
static void start_with(unsigned int allocations)
{
	fake.allocations = allocations;
	back_attach(FIRST, SECTORS);
	driver_boot();
	assert_in_range(driver_devices, 0, 3);
	world();
}

DEFINE_FRONT_TEST(memory_for_0)
{
	start_with(0);
}

DEFINE_FRONT_TEST(memory_for_1)
{
	start_with(1);
}

DEFINE_FRONT_TEST(memory_for_3)
{
	start_with(3);
}

DEFINE_FRONT_TEST(memory_for_8)
{
	start_with(8);
}

DEFINE_FRONT_TEST(memory_for_9)
{
	start_with(9);
}

DEFINE_FRONT_TEST(memory_for_10)
{
	start_with(10);
}

DEFINE_FRONT_TEST(memory_for_11)
{
	start_with(11);
}

/* ---- the store ---- */

static void meet_store(enum store_fault fault)
{
	boot_two();
	store_fault = fault;
	store_set("/local/domain/0/backend/vbd/1/51712/state", "4");
	world();
	back_attach(51744, SECTORS);
	world();
	assert_int_equal(fake.logged, fault != STORE_SILENT);
	assert_int_equal(driver_capacity(0), SECTORS);
	assert_int_equal(driver_do(0, READ, 3, 512), OK);
	back_of(FIRST)->nonsense = BACK_BAD_ID;
	assert_int_equal(driver_do(0, READ, 3, 512), ERROR);
}

DEFINE_FRONT_TEST(a_store_that_falls_silent)
{
	meet_store(STORE_SILENT);
}

DEFINE_FRONT_TEST(a_store_with_long_packets)
{
	meet_store(STORE_LONG);
}

DEFINE_FRONT_TEST(a_store_that_answers_others)
{
	meet_store(STORE_OTHER_ID);
}

DEFINE_FRONT_TEST(a_store_whose_index_runs_away)
{
	meet_store(STORE_RUNAWAY);
}

DEFINE_FRONT_TEST(a_store_that_is_silent_from_the_start)
{
	back_attach(FIRST, SECTORS);
	store_fault = STORE_SILENT;
	driver_boot();
	assert_int_equal(driver_capacity(0), 0);
	assert_in_range(fake.now_ns, 1000000000, MINUTE_NS);
	assert_int_equal(fake.logged, 1);
}

/* ---- the guest ---- */

/* Rings and buffers are reached through the one check of guest addresses. */
DEFINE_FRONT_TEST(a_buffer_that_is_not_the_guests)
{
	static const struct {
		uint64_t address;
		uint32_t length;
	} wrong[] = {
		{FAKE_GUEST_PAGES * PAGE, 512},
		{FAKE_GUEST_PAGES * PAGE - 256, 512},
		{FAKE_GUEST_PAGES * PAGE - 4096, 8192},
		{UINT64_MAX - 100, 512},
		{UINT64_MAX - 511, 512},
	};

	boot_two();
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		driver_reset(0);
		driver_start(0);
		driver_offer_wrong(0, wrong[i].address, wrong[i].length);
		driver_ring(0);
		world();
		assert_true(driver_is_told_to_reset(0));
		assert_int_equal(driver_answered(), 0);
	}
	assert_int_equal(back_of(FIRST)->requests, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRONT_TEST(an_answer_to_no_request),
		FRONT_TEST(an_answer_that_comes_twice),
		FRONT_TEST(an_index_that_runs_away),
		FRONT_TEST(an_answer_while_nothing_is_asked),
		FRONT_TEST(a_back_end_that_stalls),
		FRONT_TEST(the_timer_stops_when_all_is_done),
		FRONT_TEST(a_domain_that_was_asleep),
		FRONT_TEST(a_disk_is_taken_away_at_work),
		FRONT_TEST(a_back_end_that_keeps_pages),
		FRONT_TEST(a_disk_that_says_nonsense),
		FRONT_TEST(a_disk_without_a_back_end),
		FRONT_TEST(a_back_end_that_never_connects),
		FRONT_TEST(no_grants),
		FRONT_TEST(no_event_channels),
		FRONT_TEST(memory_for_0),
		FRONT_TEST(memory_for_1),
		FRONT_TEST(memory_for_3),
		FRONT_TEST(memory_for_8),
		FRONT_TEST(memory_for_9),
		FRONT_TEST(memory_for_10),
		FRONT_TEST(memory_for_11),
		FRONT_TEST(a_store_that_falls_silent),
		FRONT_TEST(a_store_with_long_packets),
		FRONT_TEST(a_store_that_answers_others),
		FRONT_TEST(a_store_whose_index_runs_away),
		FRONT_TEST(a_store_that_is_silent_from_the_start),
		FRONT_TEST(a_buffer_that_is_not_the_guests),
	};

	return RUN_TAP(tests);
}
