/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attacks.c - attacks of 64-bit programs alone: by system calls, addresses, the vsyscall page, the
 * bases of FS and GS, jumps to each place in the stub, and the door (door.c).
 *
 * Invariant: see ../attacks.c.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../attacks.h"
#include "../forge.h"
#include "door.h"

enum { NR_ARCH_PRCTL = 158, GET_FS = 0x1003, ASK_FOR_TILES = 0x1023, TILES = 18 };

#define UPPER_HALF 0xffffffff81000000ull
#define VSYSCALLS  0xffffffffff600000ull

/* Mostly by signal: only a call that is made often goes through the door. */
int last_call(int number, int a, const void *b, int c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"((long)number), "D"((long)a), "S"(b), "d"((long)c)
			 : "rcx", "r11", "memory");
	return (int)result;
}

/* ---- system calls of the host, by the stub's instruction: others are the guest's ---- */

static const uint16_t calls[] = {0,   1,   2,	9,   16,  22,  39,  41,	 56,  57,
				 59,  62,  101, 157, 158, 186, 205, 234, 272, 310,
				 317, 319, 323, 329, 330, 425, 435, 438};

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
	if (!attacks_control)
		order(calls[n], 0, 0, 0, 0, 0, 0);
	host_call(calls[n], 0, 0, 0, 0, 0, 0);
	broke();
}

static void order_get_base(void)
{
	static uint64_t base;

	order(NR_ARCH_PRCTL, GET_FS, (uintptr_t)&base, 0, 0, 0, 0);
}

static void order_tiles(void)
{
	order(NR_ARCH_PRCTL, ASK_FOR_TILES, TILES, 0, 0, 0, 0);
}

/* ---- ranges of memory that hold what is not the program's ---- */

static void unmap(uint64_t from, uint64_t size)
{
	order(NR_MUNMAP, from, size, 0, 0, 0, 0);
}

static void unmap_into_stub(void)
{
	unmap(STUB - 0x2000, 0x4000);
}

/* The upper halves of both are innocent. */
static void unmap_by_carry(void)
{
	unmap(0x6ffdfffff000, 0x2ffffffff);
}

static void unmap_across_door_from_afar(void)
{
	unmap(0x10000, 0x100000000);
}

static void unmap_half_of_all(void)
{
	unmap(0x100000000, 0x7f0000000000);
}

static void unmap_all(void)
{
	unmap(0, 0x7ffffffff000);
}

static void unmap_around_the_end(void)
{
	unmap(0xfffffffffffff000, 0x800000000000);
}

static void protect_door(void)
{
	order(NR_MPROTECT, DOOR_PAGE - 0x1000, 0x2000, 0, 0, 0, 0);
}

/* ---- addresses ---- */

static void read_window(void)
{
	peek64(0x7f804000);
	broke();
}

static void read_direct_map(void)
{
	peek64(0x408000000000);
	broke();
}

static void read_upper_half(void)
{
	peek64(UPPER_HALF);
	broke();
}

/* What returns if it is executed: "mov $CODE, %eax; ret" */
static void run_at(uint64_t address)
{
	((void (*)(void))address)();
	broke();
}

static void run_orders(void)
{
	run_at(ORDERS);
}

static void run_channel(void)
{
	poke64(CHANNEL + 0x200, 0xc3);
	run_at(CHANNEL + 0x200);
}

static void run_kernel(void)
{
	run_at(KERNEL);
}

static void run_upper_half(void)
{
	run_at(UPPER_HALF);
}

static void run_nowhere(void)
{
	run_at(0x8000000000000000);
}

/* ---- the vsyscall page, which the host may carry out ---- */

static void vsyscall(void)
{
	run_at(VSYSCALLS + 0x400);
}

static void vsyscall_middle(void)
{
	run_at(VSYSCALLS + 0x409);
}

static void vsyscall_bad_pointer(void)
{
	((void (*)(uint64_t, uint64_t))VSYSCALLS)(UPPER_HALF, 0);
	broke();
}

static void vsyscall_bad_stack(void)
{
	struct registers r = {.rsp = 0x1000};

	jump64(&r, VSYSCALLS);
}

/* ---- ways into the host's kernel ---- */

static void old_call(void)
{
	long result = SYS_getpid;

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	broke();
}

static void fast_old_call(void)
{
	__asm__ volatile("sysenter" : : "a"(20L) : "rcx", "rdx", "memory");
	broke();
}

/* It goes on behind the end of its page. */
static void call_at_page_end(void)
{
	uint8_t *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(page + 4096, 4096);
	page[4094] = 0x0f;
	page[4095] = 0x05;
	__asm__ volatile("call *%0" : : "r"(page + 4094), "a"(SYS_getpid) : "rcx", "r11", "memory");
	broke();
}

/* No attack: a number of another ABI of the host's is none of the guest's. */
static void call_of_another_abi(void)
{
	if (host_call(0x40000000 | NR_GETPID, 0, 0, 0, 0, 0, 0) > 0)
		broke();
}

/* ---- forged frames ---- */

enum {
	R_RDI = 8,
	R_RSI = 9,
	R_RAX = 13,
	R_RSP = 15,
	R_RIP,
	R_FLAGS,
	R_SELECTORS,
	R_ERROR,
	R_TRAP,
	R_CR2 = 22,
	R_XSTATE
};

static void poke_register(unsigned int n, uint64_t value)
{
	poke64(CHANNEL + FRAME_REGISTERS + n * 8, value);
}

/* A frame of 64-bit code at `rip` in the channel. */
static void poke_frame(uint64_t rip, uint64_t stack)
{
	enum { STACK_SELECTOR = 0x2b };

	poke64(CHANNEL, CHANNEL + FRAME);
	poke_register(R_RSP, stack);
	poke_register(R_RIP, rip);
	poke_register(R_FLAGS, 0x202);
	poke_register(R_SELECTORS, (uint64_t)STACK_SELECTOR << 48 | CODE_SELECTOR);
	poke_register(R_XSTATE, CHANNEL + FRAME + 0x1000);
}

/* What the host writes for a system call, behind the frame. */
static void poke_call(uint64_t address)
{
	enum { INFO = FRAME + 304, ADDRESS = 16, CALL = 24 };

	poke64(CHANNEL + INFO + ADDRESS, address);
	poke64(CHANNEL + INFO + CALL, 0xc000003eull << 32);
}

void claim_call(uint32_t number, uint32_t a, uint32_t b, uint64_t rip, uint64_t stack)
{
	poke_frame(rip, stack);
	poke_register(R_RDI, a);
	poke_register(R_RSI, b);
	poke_register(R_RAX, number);
	poke_call(rip);
}

/* After a tick it goes on, too, but then there is no result. */
bool claim_was_heard(uint32_t number)
{
	return peek64(CHANNEL + FRAME_REGISTERS + R_RAX * 8) != number;
}

static _Noreturn void stop_as(int signal)
{
	struct registers r = {.rax = 111, .rdi = (uint64_t)signal};

	poke64(CHANNEL + 8, (uint64_t)signal);
	jump64(&r, find_stop());
}

static void forged_vsyscall(void)
{
	poke_frame((uintptr_t)landing64, (uintptr_t)landing_stack + 8192);
	poke_call(VSYSCALLS);
	stop_as(SIGSYS);
}

static void forged_upper_half(void)
{
	poke_frame(UPPER_HALF, (uintptr_t)landing_stack + 8192);
	poke_register(R_TRAP, 14);
	poke_register(R_CR2, UPPER_HALF);
	stop_as(SIGSEGV);
}

static void forged_kernel_code(void)
{
	poke_frame((uintptr_t)landing64, (uintptr_t)landing_stack + 8192);
	poke_register(R_SELECTORS, 0x10);
	stop_as(SIGUSR1);
}

/* No attack: its own registers, bases that no processor can load among them. */
static _Noreturn void come_back(void)
{
	for (;;)
		last_call(SYS_exit_group, 0, NULL, 0);
}

static void forged_bases(void)
{
	poke_frame((uintptr_t)come_back, (uintptr_t)landing_stack + 8192);
	poke64(CHANNEL + 48, 0x7fffffffffffffff);
	poke64(CHANNEL + 56, 0x800000000000);
	stop_as(SIGUSR1);
}

/* ---- jumps to each place in the stub ---- */

enum { EACH_BYTE = 0x1c0, STRIDE = 16, STUB_CODE = 0x1000, PATIENCE_US = 5000 };

static _Noreturn void jump_once(uint64_t at)
{
	struct itimerval soon = {.it_value.tv_usec = PATIENCE_US};
	struct registers r = {
		.rax = NR_MUNMAP,
		.rdi = CHANNEL,
		.rsi = 0x1000,
		.rdx = 0x1000,
		.rbx = ORDERS,
		.r12 = (uintptr_t)landing_stack,
		.r13 = 2,
		.r14 = 0x1000,
	};

	r.rsp = forge_frame((uintptr_t)landing64, 0, 0, 0);
	setitimer(ITIMER_REAL, &soon, NULL);
	jump64(&r, at);
}

static void jump_everywhere(void)
{
	for (uint64_t at = STUB; at < STUB + STUB_CODE; at += at < STUB + EACH_BYTE ? 1 : STRIDE) {
		pid_t pid = fork();

		if (!pid)
			jump_once(at);
		waitpid(pid, NULL, 0);
	}
}

/* ---- traps for whoever has the process next ---- */

/* Programs know their threads by FS. */
static void trap_bases(void)
{
	__asm__ volatile("wrfsbase %0; wrgsbase %0" : : "r"(ORDERS));
	land();
}

static void trap_selectors(void)
{
	__asm__ volatile("movl %0, %%fs; movl %0, %%gs; movl %0, %%ds" : : "r"(0x2b));
	land();
}

/* No key, so no memory. */
static void trap_keys(void)
{
	__asm__ volatile("wrpkru" : : "a"(~0u), "c"(0), "d"(0));
	land();
}

const struct attack width_attacks[] = {
	{"order-get-base", order_get_base, GUEST},
	{"order-tiles", order_tiles, GUEST},
	{"unmap-into-stub", unmap_into_stub, GUEST},
	{"unmap-by-carry", unmap_by_carry, GUEST},
	{"unmap-across-door-from-afar", unmap_across_door_from_afar, GUEST},
	{"unmap-half-of-all", unmap_half_of_all, GUEST},
	{"unmap-all", unmap_all, GUEST},
	{"unmap-around-the-end", unmap_around_the_end, GUEST},
	{"protect-door", protect_door, GUEST},
	{"read-window", read_window, GUEST},
	{"read-direct-map", read_direct_map, GUEST},
	{"read-upper-half", read_upper_half, GUEST},
	{"run-orders", run_orders, GUEST},
	{"run-channel", run_channel, GUEST},
	{"run-kernel", run_kernel, GUEST},
	{"run-upper-half", run_upper_half, GUEST},
	{"run-nowhere", run_nowhere, GUEST},
	{"vsyscall", vsyscall, GUEST},
	{"vsyscall-middle", vsyscall_middle, GUEST},
	{"vsyscall-bad-pointer", vsyscall_bad_pointer, GUEST},
	{"vsyscall-bad-stack", vsyscall_bad_stack, GUEST},
	{"old-call", old_call, GUEST},
	{"fast-old-call", fast_old_call, GUEST},
	{"call-at-page-end", call_at_page_end, GUEST},
	{"call-of-another-abi", call_of_another_abi, LIVES},
	{"forged-vsyscall", forged_vsyscall, GUEST},
	{"forged-upper-half", forged_upper_half, GUEST},
	{"forged-kernel-code", forged_kernel_code, GUEST},
	{"forged-bases", forged_bases, LIVES},
	{"jump-everywhere", jump_everywhere, LIVES},
	{"door-is-used", door_is_used, WORKS},
	{"door-private-code", door_private_code, LIVES},
	{"door-shared-code", door_shared_code, LIVES},
	{"door-written-code", door_written_code, LIVES},
	{"door-traced-code", door_traced_code, LIVES},
	{"door-forked-code", door_forked_code, LIVES},
	{"door-code-is-read", door_code_is_read, LIVES},
	{"door-signals", door_signals, LIVES},
	{"door-steps", door_steps, LIVES},
	{"door-jumps", door_jumps, LIVES},
	{"door-of-nobody", door_of_nobody, GUEST},
	{"trap-bases", trap_bases, LEAVES},
	{"trap-selectors", trap_selectors, LEAVES},
	{"trap-keys", trap_keys, LEAVES},
	{0},
};
