/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk_test.c - disks that other domains have, behind the guest's virtio disks: found in the store,
 * connected, read and written; they come and go while the guest runs.
 */
#include "driver.h"

enum { READ = VIRTIO_BLK_T_IN, WRITE = VIRTIO_BLK_T_OUT, OK = VIRTIO_BLK_S_OK };
enum { FIRST = 51712, SECOND = 51728, SPARE = 2, BALLOON = 1 };

static void boot(unsigned int disks)
{
	for (unsigned int i = 0; i < disks; i++)
		back_attach(FIRST + 16 * i, 400 + 100 * (i + 1));
	driver_boot();
}

static void boot_one(void)
{
	boot(1);
	driver_start(0);
}

static void assert_bytes(const uint8_t *data, uint64_t sector, unsigned int sectors)
{
	for (unsigned int i = 0; i < sectors * 512; i++)
		assert_int_equal(data[i], (uint8_t)(sector + i / 512 + 1));
}

DEFINE_FRONT_TEST(a_domain_without_disks_has_places)
{
	boot(0);
	assert_int_equal(driver_devices, SPARE + BALLOON);
	assert_int_equal(driver_capacity(0), 0);
	driver_start(0);
	assert_int_equal(driver_do(0, READ, 0, 512), VIRTIO_BLK_S_IOERR);
}

DEFINE_FRONT_TEST(a_domain_without_a_store_has_none)
{
	xen.start_info->flags = SIF_INITDOMAIN;
	boot(0);
	assert_int_equal(driver_devices, 0);
}

/* By their numbers, whatever the store lists first. */
DEFINE_FRONT_TEST(disks_have_an_order)
{
	back_attach(SECOND, 100);
	back_attach(FIRST, 200);
	boot(0);
	assert_int_equal(driver_devices, 2 + SPARE + BALLOON);
	assert_int_equal(driver_capacity(0), 200);
	assert_int_equal(driver_capacity(1), 100);
	assert_string_equal(store_get("/local/domain/1/device/vbd/51712/state"), "4");
	assert_int_equal(fake.logged, 0);
}

DEFINE_FRONT_TEST(there_are_eight_at_most)
{
	boot(9);
	assert_int_equal(driver_devices, 8 + BALLOON);
	assert_int_equal(driver_capacity(7), 400 + 100 * 8);
	assert_int_equal(fake.logged, 1);
}

DEFINE_FRONT_TEST(a_read_only_disk_is_shown_as_one)
{
	back_attach(FIRST, 100);
	store_set("/local/domain/0/backend/vbd/1/51712/info", "4");
	boot(0);
	assert_true(driver_identity[0].features & UINT64_C(1) << VIRTIO_BLK_F_RO);
	driver_start(0);
	assert_int_equal(driver_do(0, WRITE, 0, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(back_of(FIRST)->requests, 0);
}

DEFINE_FRONT_TEST(data_go_both_ways)
{
	boot_one();
	assert_int_equal(driver_do(0, READ, 7, 1024), OK);
	assert_bytes(driver_data(0), 7, 2);
	memset(driver_data(0), 0x77, 512);
	assert_int_equal(driver_do(0, WRITE, 3, 512), OK);
	assert_bytes(back_of(FIRST)->bytes, 0, 3);
	assert_memory_equal(back_of(FIRST)->bytes + 3 * 512, driver_data(0), 512);
	assert_bytes(back_of(FIRST)->bytes + 4 * 512, 4, 496);
	assert_int_not_equal(fake.virtio_interrupts, 0);
}

/* Pieces of any length, beginning anywhere: virtio asks for no alignment. */
DEFINE_FRONT_TEST(buffers_may_lie_as_they_like)
{
	boot_one();
	driver_offer(0, READ, 5, 8 * 512, 300);
	driver_offer(1, READ, 20, 3 * 512, 511);
	driver_ring(0);
	world();
	assert_int_equal(driver_status(0), OK);
	assert_bytes(driver_data(0), 5, 8);
	assert_bytes(driver_data(1), 20, 3);
	for (unsigned int i = 0; i < 5 * 512; i++)
		driver_data(2)[i] = (uint8_t)(i * 7);
	driver_offer(2, WRITE, 100, 5 * 512, 333);
	driver_ring(0);
	world();
	assert_memory_equal(back_of(FIRST)->bytes + 100 * 512, driver_data(2), 5 * 512);
}

/* More than 11 pages are listed in a page; what is longer than a part is cut. */
DEFINE_FRONT_TEST(long_requests_are_cut)
{
	boot_one();
	assert_int_equal(driver_do(0, READ, 2, DRIVER_DATA_MAX), OK);
	assert_bytes(driver_data(0), 2, DRIVER_DATA_MAX / 512);
	for (unsigned int n = 0; n < DRIVER_REQUESTS; n++)
		driver_offer(n, READ, n, DRIVER_DATA_MAX, 0x1000);
	driver_ring(0);
	world();
	assert_int_equal(driver_answered(), 1 + DRIVER_REQUESTS);
	assert_in_range(back_of(FIRST)->indirect, DRIVER_REQUESTS / 2, 10 * DRIVER_REQUESTS);
	for (unsigned int n = 0; n < DRIVER_REQUESTS; n++)
		assert_bytes(driver_data(n), n, DRIVER_DATA_MAX / 512);
}

DEFINE_FRONT_TEST(answers_come_in_any_order)
{
	boot_one();
	back_of(FIRST)->backwards = true;
	for (unsigned int n = 0; n < DRIVER_REQUESTS; n++)
		driver_offer(n, READ, 10 * n, 20 * 512, 700);
	driver_ring(0);
	world();
	for (unsigned int n = 0; n < DRIVER_REQUESTS; n++) {
		assert_int_equal(driver_status(n), OK);
		assert_bytes(driver_data(n), 10 * n, 20);
	}
}

DEFINE_FRONT_TEST(an_old_back_end_serves_too)
{
	back_attach(FIRST, 512);
	store_remove("/local/domain/0/backend/vbd/1/51712/max-ring-page-order");
	store_remove("/local/domain/0/backend/vbd/1/51712/feature-max-indirect-segments");
	store_remove("/local/domain/0/backend/vbd/1/51712/feature-flush-cache");
	store_remove("/local/domain/0/backend/vbd/1/51712/feature-discard");
	boot(0);
	driver_start(0);
	assert_int_equal(back_of(FIRST)->ring_pages, 1);
	for (unsigned int n = 0; n < DRIVER_REQUESTS; n++)
		driver_offer(n, READ, n, DRIVER_DATA_MAX, 0x1000);
	driver_ring(0);
	world();
	for (unsigned int n = 0; n < DRIVER_REQUESTS; n++)
		assert_bytes(driver_data(n), n, DRIVER_DATA_MAX / 512);
	assert_int_equal(back_of(FIRST)->indirect, 0);
	assert_int_equal(driver_do(0, VIRTIO_BLK_T_FLUSH, 0, 0), OK);
	assert_int_equal(back_of(FIRST)->flushes, 0);
}

static void discard(uint64_t sector, uint32_t sectors)
{
	struct virtio_blk_discard_write_zeroes range = {.sector = sector, .num_sectors = sectors};

	memcpy(driver_data(0), &range, sizeof(range));
	assert_int_equal(driver_do(0, VIRTIO_BLK_T_DISCARD, 0, sizeof(range)), OK);
}

DEFINE_FRONT_TEST(flush_and_discard_arrive)
{
	boot_one();
	assert_int_equal(driver_do(0, VIRTIO_BLK_T_FLUSH, 0, 0), OK);
	assert_int_equal(back_of(FIRST)->flushes, 1);
	discard(4, 2);
	assert_int_equal(back_of(FIRST)->discards, 1);
	assert_int_equal(back_of(FIRST)->bytes[4 * 512], 0xdd);
	assert_bytes(back_of(FIRST)->bytes + 6 * 512, 6, 494);
	assert_false(driver_identity[0].features & UINT64_C(1) << VIRTIO_BLK_F_WRITE_ZEROES);
}

/* It has said that it knows them, and then does not: they are not asked for again. */
DEFINE_FRONT_TEST(what_a_back_end_refuses_is_left)
{
	boot_one();
	back_of(FIRST)->refuses_extras = true;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(driver_do(0, VIRTIO_BLK_T_FLUSH, 0, 0), OK);
		discard(4, 2);
	}
	assert_int_equal(back_of(FIRST)->flushes, 1);
	assert_int_equal(back_of(FIRST)->discards, 1);
}

DEFINE_FRONT_TEST(errors_are_told)
{
	boot_one();
	back_of(FIRST)->fails = true;
	memset(driver_data(0), 0x99, DRIVER_DATA_MAX);
	assert_int_equal(driver_do(0, READ, 0, DRIVER_DATA_MAX), VIRTIO_BLK_S_IOERR);
	assert_int_equal(driver_data(0)[0], 0);
	back_of(FIRST)->fails = false;
	assert_int_equal(driver_do(0, READ, 0, 512), OK);
}

/* ---- coming and going ---- */

DEFINE_FRONT_TEST(a_disk_comes_while_the_guest_runs)
{
	boot_one();
	driver_start(1);
	fake.virtio_interrupts = 0;
	back_attach(SECOND, 77);
	world();
	assert_int_equal(driver_capacity(1), 77);
	assert_int_equal(fake.virtio_interrupts, 1);
	assert_int_equal(driver_configured(1), 1);
	assert_int_equal(driver_do(1, READ, 76, 512), OK);
	assert_bytes(driver_data(0), 76, 1);
	assert_int_equal(driver_do(1, READ, 77, 512), VIRTIO_BLK_S_IOERR);
}

DEFINE_FRONT_TEST(a_disk_goes_and_another_comes)
{
	unsigned int ports;

	boot_one();
	ports = fake.ports_open;
	for (unsigned int i = 0; i < 5; i++) {
		back_detach(FIRST);
		world();
		assert_null(store_get("/local/domain/1/device/vbd/51712/state"));
		assert_int_equal(driver_capacity(0), 0);
		assert_int_equal(fake_grants(), 0);
		assert_int_equal(fake.ports_open, ports - 1);
		assert_int_equal(driver_do(0, READ, 0, 512), VIRTIO_BLK_S_IOERR);
		back_attach(FIRST, 300 + i);
		world();
		assert_int_equal(driver_capacity(0), 300 + i);
		assert_int_equal(driver_do(0, READ, 299, 512), OK);
	}
	assert_int_equal(fake.logged, 0);
}

DEFINE_FRONT_TEST(a_disk_grows)
{
	boot_one();
	back_of(FIRST)->sectors = 600;
	store_set("/local/domain/0/backend/vbd/1/51712/sectors", "600");
	store_set("/local/domain/0/backend/vbd/1/51712/state", "4");
	world();
	assert_int_equal(driver_capacity(0), 600);
	assert_int_equal(driver_do(0, READ, 599, 512), OK);
}

DEFINE_FRONT_TEST(other_sectors_are_refused)
{
	back_attach(FIRST, 100);
	store_set("/local/domain/0/backend/vbd/1/51712/sector-size", "4096");
	boot(0);
	world();
	assert_int_equal(driver_capacity(0), 0);
	assert_int_equal(fake.logged, 1);
	assert_int_equal(fake_grants(), 0);
}

/* ---- resets ---- */

/* Answers that come behind a reset reach nobody, and new requests wait for them. */
DEFINE_FRONT_TEST(a_reset_takes_the_memory_back)
{
	boot_one();
	back_of(FIRST)->silent = true;
	memset(driver_data(0), 0x44, 512);
	driver_offer(0, READ, 1, 512, 512);
	driver_offer(1, WRITE, 9, 512, 512);
	memset(driver_data(1), 0x01, 512);
	driver_ring(0);
	driver_reset(0);
	driver_start(0);
	memset(driver_data(1), 0x02, 512);
	driver_offer(1, WRITE, 9, 512, 512);
	driver_ring(0);
	back_of(FIRST)->silent = false;
	back_of(FIRST)->backwards = true;
	world();
	assert_int_equal(driver_data(0)[0], 0x44);
	assert_int_equal(driver_status(1), OK);
	assert_int_equal(driver_answered(), 1);
	assert_int_equal(back_of(FIRST)->bytes[9 * 512], 0x02);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRONT_TEST(a_domain_without_disks_has_places),
		FRONT_TEST(a_domain_without_a_store_has_none),
		FRONT_TEST(disks_have_an_order),
		FRONT_TEST(there_are_eight_at_most),
		FRONT_TEST(a_read_only_disk_is_shown_as_one),
		FRONT_TEST(data_go_both_ways),
		FRONT_TEST(buffers_may_lie_as_they_like),
		FRONT_TEST(long_requests_are_cut),
		FRONT_TEST(answers_come_in_any_order),
		FRONT_TEST(an_old_back_end_serves_too),
		FRONT_TEST(flush_and_discard_arrive),
		FRONT_TEST(what_a_back_end_refuses_is_left),
		FRONT_TEST(errors_are_told),
		FRONT_TEST(a_disk_comes_while_the_guest_runs),
		FRONT_TEST(a_disk_goes_and_another_comes),
		FRONT_TEST(a_disk_grows),
		FRONT_TEST(other_sectors_are_refused),
		FRONT_TEST(a_reset_takes_the_memory_back),
	};

	return RUN_TAP(tests);
}
