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
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include "attacks.h"
#include "forge.h"

enum { NR_CLOSE = 3, NR_MMAP = 9, NR_MPROTECT = 10, NR_MUNMAP = 11, NR_GETPID = 39, NR_LDT = 154 };
enum { NR32_WRITE = 4, NR32_GETPID = 20, NR32_PAUSE = 29, NR32_MUNMAP = 91 };
#define KERNEL 0x81000000u

enum { WINDOW = 0x60000000, FAULTS = 150000, PATIENCE = 14704 /* in the orders */ };

static bool stay;
static int ready = -1;

_Noreturn void broke(void)
{
	_exit(BROKE);
}

/* By the door: no signal of the host's is needed, which the process may not survive any more. */
static int door_call(int number, int a, const void *b, int c)
{
	int result;

	__asm__ volatile("call *0xffffe000"
			 : "=a"(result)
			 : "0"(number), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return result;
}

_Noreturn void land(void)
{
	if (!stay)
		broke();
	door_call(NR32_WRITE, ready, "r", 1);
	for (;;)
		door_call(NR32_PAUSE, 0, NULL, 0);
}

void attacks_stay(int pipe)
{
	stay = true;
	ready = pipe;
}

/* ---- system calls of the host ---- */

static const uint16_t calls[] = {0,  1,	  2,   9,   10,	 16,  22,  39,	41,  56,  57,  59,
				 62, 101, 157, 158, 186, 205, 234, 272, 310, 317, 319, 425};

unsigned int attacks_calls(void)
{
	return sizeof(calls) / sizeof(calls[0]);
}

unsigned int attacks_call_number(unsigned int n)
{
	return calls[n];
}

void attack_call(unsigned int n)
{
	host_call(calls[n], 0, 0, 0, 0, 0, 0);
	broke();
}

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
	ask(NR_MUNMAP, DOOR & ~0xfffu, 0x1000, 0, 0, 0);
}

static void order_unmap_across(void)
{
	ask(NR_MUNMAP, 0xfffd0000u, 0x40000, 0, 0, 0);
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
	door_call(NR32_GETPID, 0, NULL, 0);
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

static void write_door(void)
{
	*(volatile uint32_t *)(uintptr_t)(DOOR - 16) = 0;
	broke();
}

static void read_kernel(void)
{
	*(volatile uint32_t *)KERNEL;
	broke();
}

/* ---- through the door with the kernel's memory as the stack ---- */

static char handler_stack[65536] __attribute__((aligned(16)));
static uint32_t own_stack[16];
static uint32_t door_stack;
static bool stepped;
extern const char step_to_door[], arrived[];

__asm__(".globl step_to_door, arrived\n"
	"step_to_door: jmp *%eax\n"
	"arrived: movl $door_arrived, %eax; movl $handler_stack + 32768, %esp; call *%eax\n");

_Noreturn void door_arrived(void);

__attribute__((used)) _Noreturn void door_arrived(void)
{
	broke();
}

static void on_step(int signal, siginfo_t *info, void *p)
{
	ucontext_t *context = p;
	greg_t *r = context->uc_mcontext.gregs;

	(void)info;
	if (signal == SIGUSR1) {
		r[REG_EIP] = (greg_t)(uintptr_t)step_to_door;
		r[REG_EAX] = (greg_t)DOOR;
		r[REG_ESP] = r[REG_UESP] = (greg_t)door_stack;
		r[REG_EFL] |= 0x100;
		return;
	}
	if ((uint32_t)r[REG_EIP] == (uintptr_t)arrived) {
		r[REG_EFL] &= ~0x100;
		return;
	}
	/* What it read from the kernel's memory is where it went. */
	if ((uint32_t)r[REG_EIP] != DOOR && stepped)
		broke();
	stepped = (uint32_t)r[REG_EIP] == (uintptr_t)step_to_door || signal == SIGTRAP;
	if (signal == SIGTRAP && (uint32_t)r[REG_EIP] == DOOR) {
		struct sigaction normal = {.sa_handler = SIG_DFL};

		sigaction(SIGTRAP, &normal, NULL);
		raise(SIGTRAP);
	}
	if (signal == SIGSEGV && (uint32_t)r[REG_EIP] != DOOR)
		broke();
}

static void step_through(uint32_t stack)
{
	stack_t other = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
	struct sigaction action = {.sa_sigaction = on_step,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

	door_stack = stack;
	sigaltstack(&other, NULL);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	raise(SIGUSR1);
}

static void door_leak(void)
{
	step_through(KERNEL + 0x1000);
}

static void door_works(void)
{
	own_stack[0] = (uint32_t)(uintptr_t)arrived;
	step_through((uint32_t)(uintptr_t)own_stack);
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

static void spin(void)
{
	struct registers r = {0};

	jump64(&r, (uintptr_t)spin64);
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

enum { CLAIMS = 100, NOT_HEARD = 8, TAKEN_AWAY = 9 };

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

/* The registers of a system call, in the channel. */
static void claim_call(uint32_t number, uint32_t a, uint32_t b)
{
	enum { CALL = 64, RIP = CALL + 64 };

	poke64(CHANNEL, 0);
	poke64(CHANNEL + CALL, number);
	poke64(CHANNEL + CALL + 8, b);
	poke64(CHANNEL + CALL + 24, a);
	poke64(CHANNEL + CALL + 32, (uintptr_t)handler_stack + 32768);
	poke64(CHANNEL + RIP, (uintptr_t)after_claim);
	poke64(CHANNEL + RIP + 8, 0x202);
	poke64(CHANNEL + RIP + 16, 0x23);
	poke64(CHANNEL + RIP + 24, 0x2b);
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
		door_call(NR32_GETPID, 0, NULL, 0);
	while (!peek64(ORDERS + PATIENCE));
	claim_call(number, (uint32_t)(uintptr_t)kept, 4096);
	jump64(&r, (uintptr_t)rest64);
}

/* A tick of the clock that finds it in 64-bit code ends a claim: many of them, then. */
static int claim_until_heard(uint32_t number)
{
	int status = 0, code = NOT_HEARD;

	kept = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*kept = 1;
	memset(handler_stack, 0, sizeof(handler_stack));
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
	switch (claim_until_heard(NR32_MUNMAP)) {
	case BROKE:
		broke();
	case TAKEN_AWAY:
		raise(SIGKILL);
	}
}

static void claim_works(void)
{
	if (claim_until_heard(NR32_GETPID) == BROKE)
		broke();
}

/* ---- a page fault that never happened, again and again ---- */

enum { FRAME = 0x9000, R = FRAME + 40 };

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
	poke64(CHANNEL + R + 15 * 8, (uintptr_t)loop_stack + 8000);
	poke64(CHANNEL + R + 16 * 8, (uintptr_t)fault_again);
	poke64(CHANNEL + R + 17 * 8, 0x202);
	poke64(CHANNEL + R + 18 * 8, 0x002b000000000023);
	poke64(CHANNEL + R + 19 * 8, 4);
	poke64(CHANNEL + R + 20 * 8, 14);
	poke64(CHANNEL + R + 22 * 8, (uintptr_t)loop_stack);
	poke64(CHANNEL + R + 23 * 8, CHANNEL + FRAME + 0x1000 - FRAME % 64);
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
	{"write-door", write_door, GUEST},
	{"read-kernel", read_kernel, EVERYWHERE},
	{"door-leak", door_leak, GUEST},
	{"step-in-stub", step_in_stub, GUEST},
	{"step-as-signal", step_as_signal, GUEST},
	{"spin", spin, GUEST},
	{"spin-masked", spin_masked, GUEST},
	{"stop-without-frame", stop_without_frame, GUEST},
	{"stop-as-done", stop_as_done, GUEST},
	{"claim-and-keep", claim_and_keep, PATIENT},
	{"forged-faults", forged_faults, GUEST},
	{"trap-stack", trap_stack, LEAVES},
	{"trap-mask", trap_mask, LEAVES},
	{"trap-frame", trap_frame, LEAVES},
	{"many-mappings", many_mappings, LIVES},
	{"works-door", door_works, WORKS},
	{"works-forging", trap_frame, WORKS},
	{"works-claim", claim_works, WORKS},
	{"works-read", works_read, WORKS},
	{"works-write", works_write, WORKS},
	{0},
};
