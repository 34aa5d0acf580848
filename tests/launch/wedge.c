/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wedge.c - a wedge without a guest, for tests of the launcher: it does what its keys say.
 *
 * WIDTH, 32 or 64, is that of its kernels. It prints what it was given, then takes one letter after
 * another from its input. The word after "keys=" on the command line comes before the input.
 *
 * Invariant: it uses nothing but what wedge/launch.h promises.
 */
#include "wedge.h"

#include <afterburn/bundle.h>
#include <afterburn/sites.h>

#include <stddef.h>

/* The guest-physical address of the kernel's panic_cpu (lib.sh). */
enum { PANIC_WORD = 0x1004000 };

enum { POLL_IN = 1 };

long call(long number, long a, long b, long c, long d)
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
	.width = WIDTH,
	.entry = sizeof(struct afterburn_wedge_header),
	.platform = "linux",
};

const struct launch_info *given;

void print(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	call(SYS_WRITE, given->output_fd, (long)text, (long)size, 0);
}

static int begins(const char *text, const char *with)
{
	while (*with && *text == *with) {
		text++;
		with++;
	}
	return !*with;
}

void print_number(const char *name, uint64_t value)
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
	print_number("handover", given->handover);
	print_memory();
	print_number("memory", given->memory_bytes);
	print_number("ramdisk", given->ramdisk);
	print_number("ramdisk_bytes", given->ramdisk_bytes);
	print_number("tsc_khz", given->tsc_khz);
	print_number("xstate", given->xstate_bytes);
	print_number("frame", given->signal_frame_bytes);
	print_number("fsgsbase", given->fsgsbase);
	print_number("disks", given->virtio_count);
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
	for (uint32_t i = 0; i < given->virtio_count; i++)
		expected |= UINT64_C(1) << given->doorbell_fd[i];
	if (given->input_fd >= 0)
		expected |= UINT64_C(1) << given->input_fd;
	print(open == expected ? "descriptors: as given\n" : "descriptors: others\n");
}

void sleep_ms(long ms)
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

static struct launch_debug *debug(void)
{
	return &shared()->debug;
}

/* As a wedge stops for a debugger (launch.h). */
static void stop(uint32_t reason)
{
	debug()->reason = reason;
	__atomic_store_n(&debug()->request, LAUNCH_STOP, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&debug()->stops, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&debug()->request, __ATOMIC_SEQ_CST) == LAUNCH_STOP)
		call(SYS_FUTEX, (long)&debug()->request, FUTEX_WAIT, LAUNCH_STOP, 0);
}

/* The kernel's virtual minus its physical addresses. */
#define DISTANCE (WIDTH == 32 ? 0xc0000000 : 0x40000000)

static void put(uint64_t physical, uint64_t value)
{
	call(SYS_PWRITE, given->memory_fd, (long)&value, WIDTH / 8, (long)physical);
}

/* The kernel mapped by one large page of 4 MiB, and a page elsewhere. */
static void map_i386(void)
{
	put(0x2000 + 0x304 * 4, 0x01000083);
	put(0x2000 + 0x3e0 * 4, 0x3003);
	put(0x3000 + 5 * 4, 0x01000003);
}

/* The same with four levels; the large pages have 2 MiB, and not all bits of entries are address.
 */
static void map_x86_64(void)
{
	const uint64_t no_execute = 0x8000000000000000;

	put(0x2000, 0x3023);
	put(0x3000 + 1 * 8, 0x4023);
	put(0x4000 + 8 * 8, 0x010000e3);
	put(0x2000 + 129 * 8, 0x5023);
	put(0x5000, 0x6023);
	put(0x6000, 0x7023 | no_execute);
	put(0x7000 + 5 * 8, 0x01000023 | no_execute);
}

/* Stopped in `start`. */
static void make_machine(void)
{
	struct launch_registers *r = &debug()->registers;

	(WIDTH == 32 ? map_i386 : map_x86_64)();
	*r = (struct launch_registers){
		.rip = DISTANCE + 0x1000000,
		.rflags = 0x202,
		.cs = 0x60,
		.ss = 0x68,
		.ds = 0x7b,
		.es = 0x7b,
		.fs = 0xd8,
		.cr0 = 0x80000011,
		.cr2 = 0xdeadbeef,
		.cr3 = 0x2000,
		.cr4 = 0x10,
		.fs_base = 0x00123000,
	};
	r->general[0] = 0x11223344;
	r->general[4] = DISTANCE + 0x1002000;
	if (WIDTH == 64) {
		r->general[0] = 0x1122334455667788;
		r->general[15] = 0xf00df00df00df00d;
		r->gs_base = 0x408000123000;
		r->cr4 = 0x20;
	}
}

/* The first breakpoint at or behind `from`, or 0; its int3 must be in memory. */
static uint64_t next_breakpoint(uint64_t from)
{
	uint64_t found = 0;
	unsigned char byte = 0;

	for (uint64_t i = 0; i < debug()->breakpoint_count; i++) {
		uint64_t at = debug()->breakpoints[i];

		if (at >= from && (!found || at < found))
			found = at;
	}
	if (found)
		call(SYS_PREAD, given->memory_fd, (long)&byte, 1, (long)(found - DISTANCE));
	if (found && byte != 0xcc)
		print("breakpoint without int3\n");
	return found;
}

/* A processor of its kind: runs from breakpoint to breakpoint, each step is one byte. */
static void be_machine(void)
{
	struct launch_registers *r = &debug()->registers;
	uint64_t found;

	make_machine();
	stop(LAUNCH_ASKED);
	while (debug()->attached) {
		print_number("rax", r->general[0]);
		if (debug()->request == LAUNCH_STEP) {
			r->rip++;
			stop(LAUNCH_STEPPED);
			continue;
		}
		found = next_breakpoint(r->rip);
		if (found) {
			r->rip = found;
			stop(LAUNCH_BREAKPOINT);
			continue;
		}
		while (debug()->attached && debug()->request == LAUNCH_RUN)
			sleep_ms(5);
		if (debug()->attached)
			stop(LAUNCH_ASKED);
	}
	print("on its own\n");
}

static void crash(void)
{
	make_machine();
	debug()->reason = LAUNCH_CRASHED;
	debug()->stops++;
	end(LAUNCH_CRASH);
}

static void note_panic(void)
{
	uint32_t processor = 1;

	call(SYS_PWRITE, given->memory_fd, (long)&processor, sizeof(processor), PANIC_WORD);
}

/* A panicked kernel waits for ever; a wedge in it is still asked to stop. */
static void panic(void)
{
	make_machine();
	note_panic();
	print("[    0.5] Kernel panic - not ");
	sleep_ms(20);
	print("syncing: test\r\nend of trace\r\n");
	while (debug()->request == LAUNCH_RUN)
		sleep_ms(5);
	stop(LAUNCH_ASKED);
}

static void do_key(int key)
{
	char text[] = {'<', (char)key, '>', '\n', '\0'};

	switch (key) {
	case 'q':
		end(LAUNCH_POWEROFF);
	case 'c':
		crash();
		break;
	case 'h':
		print("afterburn wedge: fatal: the host refuses a timer (error 22)\n");
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
		panic();
		break;
	case 'e': /* a panic before there is a console */
		note_panic();
		for (;;)
			sleep_ms(100);
	case 'L': /* any user program can print that */
		print("\nKernel panic - not syncing: a lie\n");
		break;
	case 'w':
		print("afterburn wedge: 10 sites rewritten\n\n");
		break;
	case 'R': /* panic=-1 */
		print("Kernel panic - not syncing: and then it resets\n");
		end(LAUNCH_REBOOT);
	case 'H':
		note_panic();
		print("Kernel panic - not syncing: and then it halts\n");
		end(LAUNCH_POWEROFF);
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
	case 'D':
		disk_read();
		break;
	case 'E':
		disk_break();
		break;
	case 'T':
		disk_toggle();
		break;
	case 'M':
		be_machine();
		break;
	default:
		print(text);
		break;
	}
}

__attribute__((section(".entry"), used)) static void entry(const struct launch_info *info)
{
	const uint64_t blocked = UINT64_C(1) << (SIGNAL_STOP - 1) | UINT64_C(1)
									    << (SIGNAL_DISK - 1);

	given = info;
	call(SYS_RT_SIGPROCMASK, 0 /* SIG_BLOCK */, (long)&blocked, 0, 8);
	if (!begins(info->command_line, "console=ttyS0 silent"))
		print_given();
	for (;;)
		do_key(next_key());
}
