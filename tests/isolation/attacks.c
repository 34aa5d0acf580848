/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attacks.c - each attack, as the body of a process that is to die of it.
 *
 * Invariant: whoever gets what was attempted calls broke(); an attack that just returns did
 * nothing.
 */
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "attacks.h"
#include "forge.h"

enum { FAULTS = 150000, PATIENCE = 14704 /* in the orders */ };

enum { CLAIMS = 4000, NOT_HEARD = 8, TAKEN_AWAY = 9 };

static bool stay;
static int ready = -1;
static uint32_t claimed; /* the number of a system call; 0: nothing is */

_Noreturn void broke(void)
{
	_exit(BROKE);
}

_Noreturn void land(void)
{
	if (claimed && !claim_was_heard(claimed))
		_exit(NOT_HEARD);
	if (!stay)
		broke();
	last_call(SYS_write, ready, "r", 1);
	for (;;)
		last_call(SYS_pause, 0, NULL, 0);
}

void attacks_stay(int pipe)
{
	stay = true;
	ready = pipe;
}

/* ---- system calls of the host ---- */

/* By the stub's instruction; the control has none and makes the call itself. */
static void ask(uint32_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
	if (!attacks_control)
		order(number, a, b, c, d, e, 0);
	if (host_call(number, a, b, c, d, e, 0) > -4096 && host_call(number, a, b, c, d, e, 0) < 0)
		return;
	broke();
}

static void order_getpid(void)
{
	ask(NR_GETPID, 0, 0, 0, 0, 0);
}

static void order_anonymous(void)
{
	ask(NR_MMAP, WINDOW, 4096, 3, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, ~0ull);
}

/* Guest-physical memory, if the file were open. */
static void order_memory(void)
{
	ask(NR_MMAP, WINDOW, 4096, 3, MAP_SHARED | MAP_FIXED, 3);
}

static void order_writable(void)
{
	static const char page[4096] __attribute__((aligned(4096))) = "constant";

	ask(NR_MPROTECT, (uintptr_t)page, 4096, 3, 0, 0);
}

static void order_unmap_channel(void)
{
	ask(NR_MUNMAP, CHANNEL, 0x1000, 0, 0, 0);
}

static void order_unmap_stub(void)
{
	ask(NR_MUNMAP, STUB + 0x1000, 0x1000, 0, 0, 0);
}

static void order_unmap_door(void)
{
	ask(NR_MUNMAP, DOOR_PAGE, 0x1000, 0, 0, 0);
}

static void order_unmap_across(void)
{
	ask(NR_MUNMAP, DOOR_PAGE - 0x20000, 0x40000, 0, 0, 0);
}

static volatile char *fresh_pages(unsigned int pages)
{
	return mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void do_nothing(void)
{
}

/* While the turn lasts for which the wedge has ordered it. */
static void order_twice(void)
{
	order_again(fresh_pages(16), 16, do_nothing);
}

static void call_kernel(void)
{
	last_call(SYS_getpid, 0, NULL, 0);
}

static void order_stale(void)
{
	order_again(fresh_pages(16), 16, call_kernel);
}

/* Where the memory file is open, whoever has the process next needs it. */
static void order_close(void)
{
	ask(NR_CLOSE, 3, 0, 0, 0, 0);
}

static void order_descriptor(void)
{
	static uint32_t entry[4] = {6, 0x1000, 0xfffff, 0x51};

	ask(NR_LDT, 0x11, (uintptr_t)entry, sizeof(entry), 0, 0);
}

/* ---- memory ---- */

static void read_wedge(void)
{
	peek64(0x780000000000);
	broke();
}

static void read_heap(void)
{
	peek64(0x781000000000);
	broke();
}

static void read_channels(void)
{
	peek64(0x782000000000);
	broke();
}

static void read_physical(void)
{
	peek64(0x600000100000);
	broke();
}

static void read_behind_channel(void)
{
	peek64(CHANNEL + 0x20000);
	broke();
}

static void write_stub(void)
{
	poke64(STUB, 0);
	broke();
}

static void write_orders(void)
{
	poke64(ORDERS, 1);
	broke();
}

static void read_kernel(void)
{
	*(volatile uint32_t *)(uintptr_t)KERNEL;
	broke();
}

/* ---- forged stops ---- */

static void step_in_stub(void)
{
	forge_frame(find_stop() + 5, 0x100, 0, 0);
	return_frame();
}

static void step_as_signal(void)
{
	forge_frame(find_stop() + 5, 0x100, 0, SIGUSR1);
	return_frame();
}

static void spin_masked(void)
{
	forge_frame((uintptr_t)spin64, 0, ~0ull, 0);
	return_frame();
}

static void stop_without_frame(void)
{
	struct registers r = {.rax = 111, .rdi = SIGSEGV};

	poke64(CHANNEL, 0x1234);
	jump64(&r, find_stop());
}

static void stop_as_done(void)
{
	struct registers r = {.rax = 111, .rdi = 0};

	jump64(&r, find_stop());
}

/* ---- a system call without resting for it ---- */

static char claim_stack[65536] __attribute__((aligned(16)));
static volatile char *kept;
static volatile bool went_on;

/* The kernel has gone on with it where it claimed to be. */
static _Noreturn void after_claim(void)
{
	went_on = true;
	(void)*kept;
	broke();
}

static void on_end_of_claim(int signal)
{
	(void)signal;
	_exit(went_on ? TAKEN_AWAY : NOT_HEARD);
}

/* The wedge waits for a process to rest now and then only, if others use the processor. */
static _Noreturn void claim(uint32_t number)
{
	stack_t other = {.ss_sp = landing_stack, .ss_size = LANDING_STACK};
	struct sigaction action = {.sa_handler = on_end_of_claim, .sa_flags = SA_ONSTACK};
	struct registers r = {.rbx = (uintptr_t)kept, .r8 = CHANNEL, .r9 = ORDERS};

	memset(landing_stack, 1, LANDING_STACK);
	sigaltstack(&other, NULL);
	sigaction(SIGSEGV, &action, NULL);
	do
		last_call(SYS_getpid, 0, NULL, 0);
	while (!peek64(ORDERS + PATIENCE));
	claimed = number;
	claim_call(number, (uint32_t)(uintptr_t)kept, 4096, (uintptr_t)after_claim,
		   (uintptr_t)claim_stack + 32768);
	jump64(&r, (uintptr_t)rest64);
}

/* A tick of the clock ends a claim: many of them, then. */
static int claim_until_heard(uint32_t number)
{
	int status = 0, code = NOT_HEARD;

	kept = mmap((void *)WINDOW, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
	*kept = 1;
	memset(claim_stack, 0, sizeof(claim_stack));
	for (int i = 0; i < CLAIMS && code == NOT_HEARD; i++) {
		pid_t pid = fork();

		if (!pid)
			claim(number);
		waitpid(pid, &status, 0);
		code = WIFEXITED(status) ? WEXITSTATUS(status) : NOT_HEARD;
	}
	return code;
}

/* To have the memory that the kernel takes back. */
static void claim_and_keep(void)
{
	switch (claim_until_heard(SYS_munmap)) {
	case BROKE:
		broke();
	case TAKEN_AWAY:
		raise(SIGKILL);
	}
}

static void claim_works(void)
{
	if (claim_until_heard(SYS_getpid) == BROKE)
		broke();
}

/* ---- a page fault that never happened, again and again ---- */

static char loop_stack[8192] __attribute__((aligned(16)));
static volatile uint32_t faults;

static _Noreturn void fault_again(void)
{
	struct registers r = {.rax = 111, .rdi = SIGSEGV};
	static uint64_t stop;

	if (!stop)
		stop = find_stop();
	if (++faults > FAULTS)
		_exit(0);
	poke64(CHANNEL, CHANNEL + FRAME);
	poke64(CHANNEL + 8, SIGSEGV);
	poke64(CHANNEL + FRAME_REGISTERS + 15 * 8, (uintptr_t)loop_stack + 8000);
	poke64(CHANNEL + FRAME_REGISTERS + 16 * 8, (uintptr_t)fault_again);
	poke64(CHANNEL + FRAME_REGISTERS + 17 * 8, 0x202);
	poke64(CHANNEL + FRAME_REGISTERS + 18 * 8, 0x002b000000000000 | CODE_SELECTOR);
	poke64(CHANNEL + FRAME_REGISTERS + 19 * 8, 4);
	poke64(CHANNEL + FRAME_REGISTERS + 20 * 8, 14);
	poke64(CHANNEL + FRAME_REGISTERS + 22 * 8, (uintptr_t)loop_stack);
	poke64(CHANNEL + FRAME_REGISTERS + 23 * 8, CHANNEL + FRAME + 0x1000 - FRAME % 64);
	jump64(&r, stop);
}

static void forged_faults(void)
{
	fault_again();
}

/* ---- traps for whoever has the process next ---- */

static void trap_stack(void)
{
	static char tiny[64];

	forge_frame((uintptr_t)landing64, 0, 0, 0);
	forge_stack((uintptr_t)tiny, 8192);
	return_frame();
}

static void trap_mask(void)
{
	forge_frame((uintptr_t)landing64, 0, ~0ull, 0);
	return_frame();
}

/* Nothing is there; its success shows that orders and frames can be forged. */
static void trap_frame(void)
{
	order(NR_MUNMAP, WINDOW, 4096, 0, 0, 0, 0);
}

static void works_read(void)
{
	peek64(STUB);
	broke();
}

static void works_write(void)
{
	poke64(CHANNEL + 0x200, 1);
	broke();
}

/*
 * No attack, but more mappings than the host gives a process (vm.max_map_count, 65530 where nobody
 * has raised it): the same page of zeros everywhere.
 */
static void many_mappings(void)
{
	enum { PAGES = 80000 };
	volatile char *at = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	for (int i = 0; i < PAGES; i++) {
		if (at[i * 4096])
			broke();
	}
}

const struct attack attacks[] = {
	{"order-getpid", order_getpid, EVERYWHERE},
	{"order-anonymous", order_anonymous, EVERYWHERE},
	{"order-memory", order_memory, EVERYWHERE},
	{"order-writable", order_writable, EVERYWHERE},
	{"order-unmap-channel", order_unmap_channel, GUEST},
	{"order-unmap-stub", order_unmap_stub, GUEST},
	{"order-unmap-door", order_unmap_door, GUEST},
	{"order-unmap-across", order_unmap_across, GUEST},
	{"order-descriptor", order_descriptor, EVERYWHERE},
	{"order-twice", order_twice, GUEST},
	{"order-stale", order_stale, GUEST},
	{"order-close", order_close, GUEST},
	{"read-wedge", read_wedge, GUEST},
	{"read-heap", read_heap, GUEST},
	{"read-channels", read_channels, GUEST},
	{"read-physical", read_physical, GUEST},
	{"read-behind-channel", read_behind_channel, GUEST},
	{"write-stub", write_stub, GUEST},
	{"write-orders", write_orders, GUEST},
	{"read-kernel", read_kernel, EVERYWHERE},
	{"step-in-stub", step_in_stub, GUEST},
	{"step-as-signal", step_as_signal, GUEST},
	{"spin-masked", spin_masked, GUEST},
	{"stop-without-frame", stop_without_frame, GUEST},
	{"stop-as-done", stop_as_done, GUEST},
	{"claim-and-keep", claim_and_keep, PATIENT},
	{"forged-faults", forged_faults, GUEST},
	{"trap-stack", trap_stack, LEAVES},
	{"trap-mask", trap_mask, LEAVES},
	{"trap-frame", trap_frame, LEAVES},
	{"many-mappings", many_mappings, LIVES},
	{"works-forging", trap_frame, WORKS},
	{"works-claim", claim_works, WORKS},
	{"works-read", works_read, WORKS},
	{"works-write", works_write, WORKS},
	{0},
};
