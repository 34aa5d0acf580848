/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turn.c - see turn.h.
 *
 * A system call is remembered by its number, for all user processes together; the last time
 * decides. Calls that change mappings or block nearly always do so.
 *
 * Invariant: a process may rest only while the wedge looks for that; the wedge looks a bounded
 * number of times.
 */
#include <wedge/lib.h>
#include "turn.h"

enum {
	REST_YIELDS = 8,
	WAIT_YIELDS = 4,
	/* The other processor is idle but for this process: a yield takes a third of a microsecond.
	 */
	APART_YIELDS = 64,
	STREAK = 200, /* system calls; coming together again costs as much as some ten */
	/* If the wedge sees a change later than this, another program uses the processor. */
	BUSY_US = 25,
	BUSY_TURNS_MIN = 256,
	BUSY_TURNS_MAX = 4096,
};

/* As in the orders, for the next new process. */
static uint64_t learnt[USER_CALL_NUMBERS / 64];

static struct linux_vcpu *own(void)
{
	return linux_of(vcpu_this());
}

void turn_init(struct vcpu *v)
{
	linux_of(v)->busy_next = BUSY_TURNS_MIN;
}

/* ---- where ---- */

enum { APART = 1u << 31 };

static bool is_apart(const struct process *process)
{
	return process->place & APART;
}

/* The host's descriptor for user code tells (arch/x86/include/asm/segment.h, VDSO_CPUNODE). */
static uint32_t own_processor(void)
{
	enum { CPU_SELECTOR = 0x7b, CPU_MASK = 0xfff };
	uint32_t cpu;

	__asm__ volatile("lsl %1, %0" : "=r"(cpu) : "r"(CPU_SELECTOR) : "cc");
	return cpu & CPU_MASK;
}

/* All processors but one; false if there are none. */
static bool all_but(uint32_t cpu, uint64_t *set)
{
	uint64_t any = 0;

	memcpy(set, machine.cpus, sizeof(machine.cpus));
	set[cpu / 64] &= ~(1ull << cpu % 64);
	for (unsigned int i = 0; i < LINUX_CPU_WORDS; i++)
		any |= set[i];
	return any;
}

/* Rarely: the set is larger than all else that a turn touches. */
static void move(struct process *process, uint32_t cpu, bool apart)
{
	uint64_t set[LINUX_CPU_WORDS] = {0};

	if (apart && !all_but(cpu, set)) {
		process->streak = 0;
		return;
	}
	if (!apart)
		set[cpu / 64] = 1ull << cpu % 64;
	process->place = apart ? cpu | APART : cpu;
	host_call3(__NR_sched_setaffinity, process->pid, sizeof(set), set);
}

void turn_place(struct process *process)
{
	uint32_t cpu = own_processor();
	bool apart = process->streak >= STREAK && !own()->busy;

	if (process->place != (apart ? cpu | APART : cpu))
		move(process, cpu, apart);
}

/* ---- how long ---- */

uint64_t turn_patience(const struct process *process)
{
	struct linux_vcpu *l = own();

	if (!l->busy)
		return is_apart(process) ? APART_YIELDS : REST_YIELDS;
	l->busy--;
	return 0;
}

void turn_learn(struct process *process)
{
	uint32_t n = process->call / 64;
	uint64_t bit = 1ull << process->call % 64;

	if (process->call >= USER_CALL_NUMBERS)
		return;
	learnt[n] = process->held ? learnt[n] | bit : learnt[n] & ~bit;
	process->orders->stops[n] = learnt[n];
}

void turn_teach(struct process *process)
{
	memcpy(process->orders->stops, learnt, sizeof(learnt));
}

static uint64_t state_of(const struct process *process)
{
	return __atomic_load_n(&process->channel->state, __ATOMIC_ACQUIRE);
}

/* How long after the process was ready to hand over the wedge has come to see it. */
static void note_delay(const struct process *process)
{
	uint64_t ticks = __builtin_ia32_rdtsc() - process->channel->since;
	struct linux_vcpu *l = own();

	if (ticks > BUSY_US * machine.info.tsc_khz / 1000) {
		l->busy = l->busy_next;
		if (l->busy_next < BUSY_TURNS_MAX)
			l->busy_next *= 2;
	} else if (l->busy_next > BUSY_TURNS_MIN) {
		l->busy_next -= l->busy_next / BUSY_TURNS_MIN;
	}
}

bool turn_await(const struct vcpu *v, struct process *process)
{
	unsigned int most = is_apart(process) ? APART_YIELDS : WAIT_YIELDS;

	for (unsigned int i = 0; process->orders->patience && i < most; i++) {
		uint64_t state;

		host_call0(__NR_sched_yield);
		state = state_of(process);
		if (state != USER_RUNS)
			note_delay(process);
		if (state == USER_RESTS)
			return true;
		if (state == USER_STOPS || v->events.pending)
			break;
	}
	process->orders->patience = 0;
	return false;
}

void turn_expect_stop(const struct process *process)
{
	for (unsigned int i = 0; i < WAIT_YIELDS && state_of(process) != USER_STOPS; i++)
		host_call0(__NR_sched_yield);
}
