/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balloon_test.c - the guest's balloon: the tool stack's target, and pages that Xen lacks.
 *
 * Invariant: the balloon is the last device, and the domain's size is FAKE_PAGES.
 */
#include "driver.h"

#include <linux/virtio_balloon.h>

#define TARGET "/local/domain/1/memory/target"

enum { GIVE, GET, RING = 0x1000, AVAILABLE = 0x2000, USED = 0x3000, LIST = 0x4000, SIZE = 64 };

static struct virtio_shared *shared;

static void boot(void)
{
	const struct virtio_identity *identity;

	front_start(&vcpu);
	xen.start_info->nr_pages = FAKE_PAGES;
	driver_devices = backend_virtio(&identity, &shared);
	shared += driver_devices - 1;
	assert_int_equal(identity[driver_devices - 1].type, 5);
	world();
}

static unsigned int asked(void)
{
	return shared->config[offsetof(struct virtio_balloon_config, num_pages) / 4];
}

static void set_target(const char *kib)
{
	store_set(TARGET, kib);
	world();
}

static void ring(unsigned int queue)
{
	backend_virtio_doorbell(driver_devices - 1, queue);
	world();
}

static void start(void)
{
	for (unsigned int queue = GIVE; queue <= GET; queue++) {
		uint64_t base = RING + queue * 0x10000;

		memset(fake_guest(base), 0, 0x3000);
		shared->queue[queue] = (struct virtio_ring){
			.descriptors = base,
			.driver = base + AVAILABLE - RING,
			.device = base + USED - RING,
			.size = SIZE,
			.enabled = 1,
		};
	}
	shared->features = VIRTIO_FEATURE_VERSION_1 | UINT64_C(1)
							      << VIRTIO_BALLOON_F_MUST_TELL_HOST;
	shared->run = 1;
	ring(GIVE);
	assert_int_equal(shared->serving, 1);
}

static void reset(void)
{
	shared->run = 0;
	ring(0);
	assert_int_equal(shared->serving, 0);
}

/* A list of so many numbers, all zero: what they name is not asked here. */
static void offer(unsigned int queue, uint32_t count)
{
	uint64_t base = RING + queue * 0x10000;
	struct vring_desc *descriptor = fake_guest(base);
	struct vring_avail *available = fake_guest(base + AVAILABLE - RING);

	memset(fake_guest(LIST), 0, count * 4);
	*descriptor = (struct vring_desc){LIST, count * 4, 0, 0};
	available->idx++;
	ring(queue);
}

static unsigned int answered(unsigned int queue)
{
	return ((struct vring_used *)fake_guest(USED + queue * 0x10000))->idx;
}

static void time_passes(void)
{
	front_timer();
	world();
}

DEFINE_FRONT_TEST(the_target_is_what_is_left)
{
	boot();
	assert_int_equal(asked(), 0);
	set_target("8192");
	assert_int_equal(asked(), FAKE_PAGES - 2048);
	set_target("16384");
	assert_int_equal(asked(), 0);
	set_target("99999999");
	assert_int_equal(asked(), 0);
	set_target("0");
	assert_int_equal(asked(), FAKE_PAGES);
	set_target("half of it");
	assert_int_equal(asked(), FAKE_PAGES);
}

DEFINE_FRONT_TEST(a_target_of_the_start_is_heard)
{
	store_set(TARGET, "8192");
	boot();
	assert_int_equal(asked(), FAKE_PAGES - 2048);
}

DEFINE_FRONT_TEST(pages_go_and_come_back)
{
	boot();
	start();
	offer(GIVE, 100);
	assert_int_equal(fake.in_balloon, 100);
	assert_int_equal(answered(GIVE), 1);
	fake.xen_has = 1000;
	offer(GET, 40);
	assert_int_equal(fake.in_balloon, 60);
	assert_int_equal(answered(GET), 1);
	assert_int_equal(fake.logged, 0);
	assert_int_equal(fake.period_ns, 0);
}

/* The driver waits; time, or another target, brings what is missing. */
DEFINE_FRONT_TEST(what_xen_lacks_comes_later)
{
	boot();
	start();
	offer(GIVE, 100);
	fake.xen_has = 10;
	offer(GET, 40);
	assert_int_equal(answered(GET), 0);
	assert_int_equal(fake.logged, 1);
	assert_int_not_equal(fake.period_ns, 0);
	fake.xen_has = 10;
	time_passes();
	assert_int_equal(answered(GET), 0);
	assert_int_equal(fake.in_balloon, 80);
	assert_int_equal(fake.logged, 1);
	fake.xen_has = 1000;
	set_target("16000");
	assert_int_equal(answered(GET), 1);
	assert_int_equal(fake.in_balloon, 60);
	time_passes();
	assert_int_equal(fake.period_ns, 0);
}

/* A driver that starts anew has an empty balloon. */
DEFINE_FRONT_TEST(a_reset_brings_all_back)
{
	boot();
	start();
	offer(GIVE, 100);
	fake.xen_has = 30;
	reset();
	assert_int_equal(fake.in_balloon, 70);
	assert_int_equal(fake.logged, 1);
	start();
	offer(GIVE, 5);
	assert_int_equal(answered(GIVE), 0); /* not before the old ones are back */
	fake.xen_has = 1000;
	time_passes();
	assert_int_equal(answered(GIVE), 1);
	assert_int_equal(fake.in_balloon, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRONT_TEST(the_target_is_what_is_left), FRONT_TEST(a_target_of_the_start_is_heard),
		FRONT_TEST(pages_go_and_come_back),	FRONT_TEST(what_xen_lacks_comes_later),
		FRONT_TEST(a_reset_brings_all_back),
	};

	return RUN_TAP(tests);
}
