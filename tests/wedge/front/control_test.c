/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control_test.c - what the tool stack asks of a domain: taken, or not, and said on its console.
 */
#include "driver.h"

#define SHUTDOWN "/local/domain/1/control/shutdown"
#define SYSRQ	 "/local/domain/1/control/sysrq"

static void ask(const char *wish)
{
	store_set(SHUTDOWN, wish);
	world();
}

static void press(const char *key)
{
	store_set(SYSRQ, key);
	world();
}

DEFINE_FRONT_TEST(nothing_is_asked_for)
{
	driver_boot();
	ask("");
	assert_int_equal(fake.logged, 0);
}

DEFINE_FRONT_TEST(a_wish_to_power_off_is_a_key)
{
	driver_boot();
	ask("poweroff");
	assert_string_equal(store_get(SHUTDOWN), "");
	assert_int_equal(fake.power_presses, 1);
	ask("halt");
	assert_string_equal(store_get(SHUTDOWN), "");
	assert_int_equal(fake.power_presses, 2);
	assert_int_equal(fake.logged, 0);
}

DEFINE_FRONT_TEST(a_wish_to_reboot_is_three_keys)
{
	driver_boot();
	ask("reboot");
	assert_string_equal(store_get(SHUTDOWN), "");
	assert_int_equal(fake.power_presses, 0);
	assert_int_equal(fake.reboot_presses, 1);
	assert_int_equal(fake.logged, 0);
}

DEFINE_FRONT_TEST(a_sysrq_key_is_a_break)
{
	driver_boot();
	press("");
	assert_int_equal(fake.breaks, 0);
	press("h");
	assert_string_equal(store_get(SYSRQ), "");
	assert_int_equal(fake.breaks, 1);
	assert_int_equal(fake.break_key, 'h');
	press("h");
	assert_int_equal(fake.breaks, 2);
	assert_int_equal(fake.logged, 0);
	press("help");
	assert_string_equal(store_get(SYSRQ), "help");
	assert_int_equal(fake.breaks, 2);
	assert_int_equal(fake.logged, 1);
}

/* Both at once: neither is lost. */
DEFINE_FRONT_TEST(two_wishes_are_both_heard)
{
	driver_boot();
	store_set(SYSRQ, "s");
	ask("poweroff");
	assert_int_equal(fake.breaks, 1);
	assert_int_equal(fake.power_presses, 1);
}

/* It stays there until the tool stack takes it back. */
DEFINE_FRONT_TEST(a_wish_to_sleep_is_not_taken)
{
	driver_boot();
	ask("suspend");
	assert_string_equal(store_get(SHUTDOWN), "suspend");
	assert_string_equal(fake.last_log, "this domain cannot be saved or migrated: it goes on");
	ask("");
	ask("power");
	assert_string_equal(store_get(SHUTDOWN), "power");
	assert_int_equal(fake.logged, 2);
	assert_int_equal(fake.power_presses, 0);
}

/* The domain was asked before it listened. */
DEFINE_FRONT_TEST(an_early_wish_is_heard)
{
	store_set(SHUTDOWN, "poweroff");
	driver_boot();
	assert_int_equal(fake.power_presses, 0);
	world();
	assert_string_equal(store_get(SHUTDOWN), "");
	assert_int_equal(fake.power_presses, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRONT_TEST(nothing_is_asked_for),
		FRONT_TEST(a_wish_to_power_off_is_a_key),
		FRONT_TEST(a_wish_to_reboot_is_three_keys),
		FRONT_TEST(a_wish_to_sleep_is_not_taken),
		FRONT_TEST(an_early_wish_is_heard),
		FRONT_TEST(a_sysrq_key_is_a_break),
		FRONT_TEST(two_wishes_are_both_heard),
	};

	return RUN_TAP(tests);
}
