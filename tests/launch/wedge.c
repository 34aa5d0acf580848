/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge.c - a wedge without a guest, for tests of the launcher: it does what its keys say.
 *
 * It prints what it was given, then takes one letter after another from its input. The word after
 * "keys=" on the command line comes before the input.
 *
 * Invariant: it uses nothing but what wedge/launch.h promises.
 */
#include <afterburn/bundle.h>
#include <afterburn/sites.h>
#include <wedge/launch.h>

#include <stddef.h>

enum {
	SYS_READ = 0,
	SYS_WRITE = 1,
	SYS_POLL = 7,
	SYS_PREAD = 17,
	SYS_PAUSE = 34,
	SYS_NANOSLEEP = 35,
	SYS_FORK = 57,
	SYS_FCNTL = 72,
	SYS_FUTEX = 202,
	SYS_EXIT_GROUP = 231
};

enum { POLL_IN = 1, FUTEX_WAIT = 0 };

static long call(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

__attribute__((section(".header"), used)) static const struct afterburn_wedge_header header = {
	.magic = AFTERBURN_WEDGE_MAGIC,
	.version = AFTERBURN_BUNDLE_VERSION,
	.sites_version = AFTERBURN_SITES_VERSION,
	.width = 32,
	.entry = sizeof(struct afterburn_wedge_header),
	.platform = "linux",
};

static const struct launch_info *given;

static void print(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	call(SYS_WRITE, given->output_fd, (long)text, (long)size, 0);
}

static void print_number(const char *name, uint64_t value)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	print(name);
	print("=");
	print(at);
	print("\n");
}

/* The first bytes of the kernel's code (at 16 MiB, see fixture.sh) and of the RAM disk. */
static void print_memory(void)
{
	unsigned char bytes[4] = {0};
	char text[9] = "", disk[32] = "";

	call(SYS_PREAD, given->memory_fd, (long)bytes, sizeof(bytes), 0x1000000);
	for (int i = 0; i < 8; i++)
		text[7 - i] = "0123456789abcdef"[bytes[i / 2] >> i % 2 * 4 & 15];
	print("text=");
	print(text);
	call(SYS_PREAD, given->memory_fd, (long)disk, sizeof(disk) - 1, (long)given->ramdisk);
	print(given->ramdisk ? "\ndisk=" : "\nno disk");
	print(given->ramdisk ? disk : "");
	print("\n");
}

static void print_given(void)
{
	print("command line: ");
	print(given->command_line);
	print("\n");
	print_number("version", given->version);
	print_number("trap", given->trap);
	print_memory();
	print_number("memory", given->memory_bytes);
	print_number("ramdisk", given->ramdisk);
	print_number("ramdisk_bytes", given->ramdisk_bytes);
	print_number("tsc_khz", given->tsc_khz);
	print_number("xstate", given->xstate_bytes);
	print_number("frame", given->signal_frame_bytes);
	print_number("sites", *(const volatile unsigned int *)&header.site_count);
	print("ready\n");
}

/* Descriptors that are open, as bits. */
static void print_descriptors(void)
{
	uint64_t open = 0, expected = 0;

	for (int fd = 0; fd < 4096; fd++)
		if (call(SYS_FCNTL, fd, 1 /* F_GETFD */, 0, 0) >= 0)
			open |= UINT64_C(1) << (fd < 63 ? fd : 63);
	expected |= UINT64_C(1) << given->memory_fd | UINT64_C(1) << given->output_fd;
	if (given->input_fd >= 0)
		expected |= UINT64_C(1) << given->input_fd;
	print(open == expected ? "descriptors: as given\n" : "descriptors: others\n");
}

static void sleep_ms(long ms)
{
	long time[2] = {ms / 1000, ms % 1000 * 1000000};

	call(SYS_NANOSLEEP, (long)time, 0, 0, 0);
}

static _Noreturn void end(int code)
{
	for (;;)
		call(SYS_EXIT_GROUP, code, 0, 0, 0);
}

static int next_key(void)
{
	static const char *keys;
	char key;

	if (!keys) {
		keys = given->command_line;
		while (*keys && !(keys[0] == 's' && keys[1] == '='))
			keys++;
		keys += *keys ? 2 : 0;
	}
	if (*keys)
		return *keys++;
	for (;;) {
		struct {
			int fd;
			short events, results;
		} poll = {given->input_fd, POLL_IN, 0};

		if (given->input_fd >= 0 && call(SYS_READ, given->input_fd, (long)&key, 1, 0) == 1)
			return key;
		call(SYS_POLL, (long)&poll, 1, -1, 0);
	}
}

/* As a wedge stops for a debugger (launch.h), with registers that a test can know. */
static void stop(struct launch_debug *debug, uint32_t reason)
{
	debug->reason = reason;
	debug->registers.eip++;
	__atomic_store_n(&debug->request, LAUNCH_STOP, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&debug->stops, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&debug->request, __ATOMIC_SEQ_CST) == LAUNCH_STOP)
		call(SYS_FUTEX, (long)&debug->request, FUTEX_WAIT, LAUNCH_STOP, 0);
}

static void do_key(int key)
{
	char text[] = {'<', (char)key, '>', '\n', '\0'};

	switch (key) {
	case 'q':
		end(LAUNCH_POWEROFF);
	case 'c':
		end(LAUNCH_CRASH);
	case 'h':
		end(LAUNCH_HOST);
	case 'b':
		end(LAUNCH_REBOOT);
	case 'B':
		print("[    1.234567] reboot: Restarting system\r\n");
		end(LAUNCH_REBOOT);
	case 'u':
		end(77);
	case 'k':
		__builtin_trap();
	case 'p':
		print("[    0.5] Kernel panic - not ");
		sleep_ms(20);
		print("syncing: test\r\nend of trace\r\n");
		for (;;)
			call(SYS_PAUSE, 0, 0, 0, 0);
	case 'P':
		print("not a Kernel panic - not syncing\n");
		break;
	case 'd':
		print_descriptors();
		break;
	case 'f': /* a process that goes on */
		if (call(SYS_FORK, 0, 0, 0, 0) == 0)
			for (;;)
				call(SYS_PAUSE, 0, 0, 0, 0);
		break;
	case 'o': /* much output */
		for (int i = 0; i < 20000; i++)
			print("a line of some output that goes on and on\n");
		break;
	case 's':
		sleep_ms(300);
		break;
	case 'S':
		stop((struct launch_debug *)(uintptr_t)given->debug, LAUNCH_BREAKPOINT);
		break;
	default:
		print(text);
		break;
	}
}

__attribute__((section(".entry"), used)) static void entry(const struct launch_info *info)
{
	given = info;
	print_given();
	for (;;)
		do_key(next_key());
}
