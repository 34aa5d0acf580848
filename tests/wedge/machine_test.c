/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine_test.c - the virtual PC as core binds it to a back end: serial output by lines, the ways
 * a guest ends, and its counters.
 *
 * Invariant: the chips are the real ones; each has unit tests of its own elsewhere.
 */
#include "guest.h"

#include <wedge/console.h>
#include <wedge/counters.h>
#include <wedge/dev.h>
#include <wedge/log.h>
#include <wedge/machine.h>
#include <wedge/stats.h>

enum { UART = 0x3f8, KEYBOARD = 0x64, PULSE_RESET = 0xfe, POWER = 0x604, SLEEP_S5 = 0x2000 };
/* The second device's, in the legacy layout. */
enum { VIRTIO_LEGACY = 0xc200, QUEUE_ADDRESS = 8, DEVICE_STATUS = 18 };
enum { PIC = 0x20, SLAVE = 0xa0, TIMER = 0x40, TIMER_CONTROL = 0x43 };

static void send(const char *text)
{
	fake.real_ports = true;
	for (; *text; text++)
		machine_io_write(&vcpu, UART, 1, (uint8_t)*text);
}

static void serial_output_comes_by_lines(void **state)
{
	(void)state;
	send("two ");
	assert_string_equal(fake.console, "");
	send("words\nand");
	assert_string_equal(fake.console, "two words\n");
	core_timer(&vcpu);
	assert_string_equal(fake.console, "two words\nand");
	console_flush();
	assert_string_equal(fake.console, "two words\nand");
}

static void long_lines_come_in_pieces(void **state)
{
	char line[301];

	(void)state;
	memset(line, 'x', 300);
	line[300] = '\0';
	send(line);
	assert_true(fake.console_size > 0 && fake.console_size < 300);
	console_flush();
	assert_string_equal(fake.console, line);
}

/* What the guest said before comes before what the wedge says. */
static void messages_do_not_overtake(void **state)
{
	(void)state;
	send("guest");
	wedge_log("wedge");
	assert_string_equal(fake.console, "guestafterburn wedge: wedge\n");
}

static void the_guest_ends_itself_by_ports(void **state)
{
	(void)state;
	fake.real_ports = true;
	assert_ends(BACKEND_REBOOT, machine_io_write(&vcpu, KEYBOARD, 1, PULSE_RESET));
	send("bye");
	assert_ends(BACKEND_POWEROFF, machine_io_write(&vcpu, POWER, 2, SLEEP_S5));
	assert_string_equal(fake.console, "bye");
}

static void counters_are_printed_if_wanted(void **state)
{
	(void)state;
	guest_emulate(BYTES(0x0f, 0xa2));
	guest_emulate(BYTES(0x0f, 0xa2));
	vcpu.traps[X86_TRAP_PF] = 7;
	stats_init();
	assert_false(stats_wanted());
	assert_ends(BACKEND_POWEROFF, core_end(&vcpu, BACKEND_POWEROFF));
	assert_string_equal(fake.console, "");
	fake.command_line = "quiet afterburn.stats";
	stats_init();
	assert_ends(BACKEND_POWEROFF, core_end(&vcpu, BACKEND_POWEROFF));
	assert_non_null(strstr(fake.console, "stats insn.CPUID 2\n"));
	assert_non_null(strstr(fake.console, "stats class.cpuid 2\n"));
	assert_non_null(strstr(fake.console, "stats trap.14 7\n"));
	assert_null(strstr(fake.console, "insn.CLI"));
}

/* The whole word, wherever it stands. */
static void counters_are_asked_for_by_a_word(void **state)
{
	static const struct {
		const char *line;
		bool wanted;
	} lines[] = {
		{"", false},
		{"afterburn.stats", true},
		{"afterburn.stats quiet", true},
		{"quiet afterburn.stats\n", true},
		{"a afterburn.stats b", true},
		{"afterburn.stat", false},
		{"afterburn.statsx", false},
		{"no-afterburn.stats", false},
		{"init=/bin/afterburn.stats", false},
		{"afterburn.stats=off", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fake.command_line = lines[i].line;
		stats_init();
		if (stats_wanted() != lines[i].wanted)
			fail_msg("\"%s\" is misread", lines[i].line);
	}
	fake.command_line = "";
	stats_init();
}

static unsigned int place_of(const char *wanted)
{
	char name[COUNTER_NAME_SIZE];

	for (unsigned int i = 0; i < counters_shown(); i++) {
		counters_name(i, name, sizeof(name));
		if (!strcmp(name, wanted))
			return i;
	}
	fail_msg("no counter %s", wanted);
	return 0;
}

static uint64_t counted(const char *name)
{
	return counters_value(&vcpu, place_of(name));
}

/* The device has room for all of them, and for their names; each name is there once. */
static void counters_have_names(void **state)
{
	char name[2 * COUNTER_NAME_SIZE];

	(void)state;
	assert_in_range(counters_shown(), COUNT_ALL, COUNTER_PORTS_MAX);
	for (unsigned int i = 0; i < counters_shown(); i++) {
		counters_name(i, name, sizeof(name));
		assert_in_range(strlen(name), 1, COUNTER_NAME_SIZE - 1);
		assert_null(strchr(name, ' '));
		assert_int_equal(place_of(name), i);
	}
}

static void counters_have_values(void **state)
{
	(void)state;
	for (unsigned int c = 0; c < COUNT_ALL; c++)
		vcpu.counters[c] = 1000 + c;
	for (unsigned int c = 0; c < COUNT_ALL; c++)
		assert_int_equal(counters_value(&vcpu, c), 1000 + c);
	vcpu_count(&vcpu, COUNT_INTERRUPTS);
	assert_int_equal(counted("interrupts"), 1001 + COUNT_INTERRUPTS);
	vcpu.entries[AFTERBURN_INSN_CLI] = 3;
	vcpu.entries[AFTERBURN_INSN_STI] = 4;
	vcpu.entries[AFTERBURN_INSN_CPUID] = 5;
	assert_int_equal(counted("insn.STI"), 4);
	assert_int_equal(counted("class.intr"), 7);
	assert_int_equal(counted("class.cpuid"), 5);
	assert_int_equal(counted("sites"), 12);
	vcpu.traps[31] = 6;
	assert_int_equal(counted("trap.31"), 6);
	assert_int_equal(counters_shown() - 1, place_of("trap.31"));
}

/* A total is the sum of the counters from its first to its last, both included. */
static void totals_are_sums(void **state)
{
	(void)state;
	assert_int_equal(counted("faults"), 0);
	vcpu.counters[COUNT_FAULT_USER_FILLED] = 1;
	vcpu.counters[COUNT_FAULT_KERNEL_GUEST] = 2;
	vcpu.counters[COUNT_FAULT_CODE] = 4;
	vcpu.counters[COUNT_RETRY_FILLED] = 8;
	assert_int_equal(counted("faults"), 7);
}

static uint8_t interrupts_shown_to(struct vcpu *v)
{
	machine_io_write(v, COUNTER_SELECT, 2, place_of("interrupts"));
	machine_io_write(v, COUNTER_COMMAND, 1, COUNTER_TOTAL);
	return (uint8_t)machine_io_read(v, COUNTER_DATA, 1);
}

static void an_access_is_that_of_one_vcpu(void **state)
{
	static struct vcpu second;

	(void)state;
	fake.real_ports = true;
	vcpu.counters[COUNT_INTERRUPTS] = 5;
	second.counters[COUNT_INTERRUPTS] = 7;
	assert_int_equal(interrupts_shown_to(&second), 7);
	assert_int_equal(interrupts_shown_to(&vcpu), 5);
}

/* The 8259 has one processor, whichever has programmed it. */
static void interrupts_go_to_the_first_vcpu(void **state)
{
	static struct vcpu second;

	(void)state;
	fake.real_ports = true;
	second.rflags = X86_FLAGS_IF;
	for (const uint16_t *w = (const uint16_t[]){0x11, 0x30, 0x04, 0x01, 0}; *w; w++)
		machine_io_write(&second, *w == 0x11 ? PIC : PIC + 1, 1, *w);
	machine_io_write(&second, PIC + 1, 1, 0xff & ~1);
	machine_io_write(&second, TIMER_CONTROL, 1, 0x34);
	machine_io_write(&second, TIMER, 1, 0);
	machine_io_write(&second, TIMER, 1, 0x10);
	fake.now_ns = fake.timer_ns;
	core_timer(&second);
	assert_true(vcpu.line && vcpu.events.pending);
	assert_false(second.line || second.events.pending);
	core_deliver_interrupts(&second);
	assert_true(vcpu.line);
	core_deliver_interrupts(&vcpu);
	assert_int_equal(vcpu.rip, GUEST_HANDLER + 16 * 0x30);
	assert_false(vcpu.line);
}

/* A virtio device's doorbell goes to the platform, and its interrupt comes from there. */
static void virtio_devices_are_the_platforms(void **state)
{
	static struct virtio_shared shared[2];
	static const struct virtio_identity identity[2] = {
		{.pci_device = 0x1001, .queues = 1, .queue_size = 8},
		{.pci_device = 0x1001, .queues = 1, .queue_size = 8},
	};

	(void)state;
	fake.virtio_devices = 2;
	fake.virtio_identity = identity;
	fake.virtio_shared = shared;
	machine_init(&vcpu);
	fake.real_ports = true;
	machine_io_write(&vcpu, VIRTIO_LEGACY + QUEUE_ADDRESS, 4, 1);
	machine_io_write(&vcpu, VIRTIO_LEGACY + DEVICE_STATUS, 1, 7);
	assert_int_equal(shared[1].run, 1);
	assert_int_equal(fake.doorbells, 1);
	assert_int_equal(fake.last_doorbell, 1 * 16 + 0);
	for (const uint16_t *w = (const uint16_t[]){0x11, 0x30, 0x04, 0x01, 0}; *w; w++)
		machine_io_write(&vcpu, *w == 0x11 ? PIC : PIC + 1, 1, *w);
	for (const uint16_t *w = (const uint16_t[]){0x11, 0x38, 0x02, 0x01, 0}; *w; w++)
		machine_io_write(&vcpu, *w == 0x11 ? SLAVE : SLAVE + 1, 1, *w);
	machine_io_write(&vcpu, PIC + 1, 1, 0xff & ~4);
	machine_io_write(&vcpu, SLAVE + 1, 1, 0);
	core_virtio(&vcpu);
	assert_false(vcpu.line);
	shared[1].interrupt = 1;
	core_virtio(&vcpu);
	assert_true(vcpu.line && vcpu.events.pending);
	shared[1].serving = 1;
	machine_io_write(&vcpu, VIRTIO_LEGACY + DEVICE_STATUS, 1, 0);
	assert_int_equal(fake.quiets, 1);
	assert_false(vcpu.line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(serial_output_comes_by_lines),
		GUEST_TEST(long_lines_come_in_pieces),
		GUEST_TEST(messages_do_not_overtake),
		GUEST_TEST(the_guest_ends_itself_by_ports),
		GUEST_TEST(counters_are_printed_if_wanted),
		GUEST_TEST(counters_are_asked_for_by_a_word),
		GUEST_TEST(counters_have_names),
		GUEST_TEST(counters_have_values),
		GUEST_TEST(totals_are_sums),
		GUEST_TEST(an_access_is_that_of_one_vcpu),
		GUEST_TEST(interrupts_go_to_the_first_vcpu),
		GUEST_TEST(virtio_devices_are_the_platforms),
	};

	return RUN_TAP(tests);
}
