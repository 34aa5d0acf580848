/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attacks.c - attacks of 32-bit programs alone: by the door, and by being in 64-bit mode at all.
 *
 * Invariant: see ../attacks.c.
 */
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>
#include "../attacks.h"
#include "../forge.h"

/* Behind the pointer in the door's page. */
#define DOOR (DOOR_PAGE + 16)

/* By the door: no signal of the host's is needed, which the process may not survive any more. */
int last_call(int number, int a, const void *b, int c)
{
	int result;

	__asm__ volatile("call *0xffffe000"
			 : "=a"(result)
			 : "0"(number), "b"(a), "c"(b), "d"(c)
			 : "memory");
	return result;
}

/* ---- system calls of the host, by 64-bit code ---- */

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

/* As the door leaves them. */
void claim_call(uint32_t number, uint32_t a, uint32_t b, uint64_t rip, uint64_t stack)
{
	enum { CALL = 64, RIP = CALL + 64 };

	poke64(CHANNEL, 0);
	poke64(CHANNEL + CALL, number);
	poke64(CHANNEL + CALL + 8, b);
	poke64(CHANNEL + CALL + 24, a);
	poke64(CHANNEL + CALL + 32, stack);
	poke64(CHANNEL + RIP, rip);
	poke64(CHANNEL + RIP + 8, 0x202);
	poke64(CHANNEL + RIP + 16, 0x23);
	poke64(CHANNEL + RIP + 24, 0x2b);
}

/* A tick that finds it in 64-bit code ends the program. */
bool claim_was_heard(uint32_t number)
{
	(void)number;
	return true;
}

static void write_door(void)
{
	*(volatile uint32_t *)(uintptr_t)(DOOR - 16) = 0;
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

static void spin(void)
{
	struct registers r = {0};

	jump64(&r, (uintptr_t)spin64);
}

const struct attack width_attacks[] = {
	{"write-door", write_door, GUEST},
	{"door-leak", door_leak, GUEST},
	{"spin", spin, GUEST},
	{"works-door", door_works, WORKS},
	{0},
};
