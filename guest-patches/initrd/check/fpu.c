/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fpu.c - x87, SSE and AVX state belongs to one process, across switches and signals.
 *
 * Invariant: the state is loaded and compared inside one asm statement's reach: no libc call that
 * might use vector registers stands between.
 */
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "check.h"
#include "width.h"

struct state {
	uint64_t xmm[XMM_COUNT][2];
	uint16_t control;
	uint16_t pad[3];
	double x87;
};

static void fill(struct state *s, unsigned int seed)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < XMM_COUNT; i++) {
		s->xmm[i][0] = seed * 0x9e3779b97f4a7c15ull + (unsigned int)i;
		s->xmm[i][1] = ~s->xmm[i][0];
	}
	s->control = seed & 1 ? 0x37f : 0x27f; /* extended or double precision */
	s->x87 = seed * 1.25 + 0.5;
}

#define LOAD(n) "movdqu 16*" #n "(%[in]), %%xmm" #n "\n\t"
#define SAVE(n) "movdqu %%xmm" #n ", 16*" #n "(%[out])\n\t"
#define NAME(n) "xmm" #n,

/* Loads everything, makes one system call, saves everything. */
static void through_syscall(const struct state *in, struct state *out, long number)
{
	long ax = number;

	__asm__ volatile(
		EACH_XMM(LOAD) "fldcw %c[control](%[in])\n\t"
			       "fldl %c[x87](%[in])\n\t" SYSCALL "\n\t"
			       "fstpl %c[x87](%[out])\n\t"
			       "fnstcw %c[control](%[out])\n\t" EACH_XMM(SAVE)
		: "+a"(ax)
		: [in] "r"(in), [out] "r"(out), [control] "i"(offsetof(struct state, control)),
		  [x87] "i"(offsetof(struct state, x87))
		: EACH_XMM(NAME) SYSCALL_CLOBBERS, "st", "st(1)", "st(2)", "st(3)", "st(4)",
		  "st(5)", "st(6)", "st(7)", "memory");
}

/* Prints what differs, unbuffered, since children exit without flushing. */
static bool same_state(const struct state *in, const struct state *out, int turn)
{
	for (int i = 0; i < XMM_COUNT; i++)
		if (memcmp(in->xmm[i], out->xmm[i], 16) != 0)
			dprintf(1,
				"turn %d: xmm%d is %016" PRIx64 ":%016" PRIx64 ", was %016" PRIx64
				":%016" PRIx64 "\n",
				turn, i, out->xmm[i][1], out->xmm[i][0], in->xmm[i][1],
				in->xmm[i][0]);
	if (in->control != out->control)
		dprintf(1, "turn %d: control word is %x, was %x\n", turn, out->control,
			in->control);
	if (in->x87 != out->x87)
		dprintf(1, "turn %d: st(0) is %g, was %g\n", turn, out->x87, in->x87);
	return memcmp(in, out, sizeof(*in)) == 0;
}

static bool keeps_state(unsigned int seed, int turns)
{
	struct state in, out;

	for (int i = 0; i < turns; i++) {
		fill(&in, seed + 2 * (unsigned int)i);
		memset(&out, 0, sizeof(out));
		through_syscall(&in, &out, SYS_sched_yield);
		if (!same_state(&in, &out, i))
			return false;
	}
	return true;
}

__attribute__((target("avx"))) static bool keeps_upper(unsigned int seed, int turns)
{
	uint32_t in[8], out[8];

	for (int i = 0; i < turns; i++) {
		long ax = SYS_sched_yield;

		for (unsigned int k = 0; k < 8; k++)
			in[k] = seed + k * 0x01010101u + (unsigned int)i;
		__asm__ volatile("vmovdqu (%[in]), %%ymm5\n\t" SYSCALL
				 "\n\tvmovdqu %%ymm5, (%[out])"
				 : "+a"(ax)
				 : [in] "r"(in), [out] "r"(out)
				 : "xmm5", SYSCALL_CLOBBERS, "memory");
		if (memcmp(in, out, sizeof(in)) != 0) {
			dprintf(1, "turn %d: ymm5 differs\n", i);
			return false;
		}
	}
	return true;
}

static bool avx(void)
{
	return __builtin_cpu_supports("avx");
}

/* Three processes with different states take turns on the CPU. */
bool check_fpu_switch(void)
{
	bool good = true;
	int pids[2];

	for (unsigned int i = 0; i < 2; i++) {
		pids[i] = fork();
		EXPECT(pids[i] >= 0);
		if (pids[i] == 0)
			_exit(keeps_state(1000 + 7 * i, 3000) &&
					      (!avx() || keeps_upper(7000 * i, 1000))
				      ? 0
				      : 1);
	}
	EXPECT(keeps_state(5, 3000));
	EXPECT(!avx() || keeps_upper(77, 1000));
	for (int i = 0; i < 2; i++) {
		int code = wait_for(pids[i]);

		if (code != 0)
			printf("child %d ended with %d\n", i, code);
		good &= code == 0;
	}
	return good;
}

/* Uses the registers that the interrupted code relies on. */
static void clobber(int signal)
{
	struct state in, out;

	(void)signal;
	fill(&in, 0xdead);
	through_syscall(&in, &out, SYS_getpid);
}

/* A handler has its own state, and the interrupted program gets its old one back. */
bool check_fpu_signal(void)
{
	struct state in, out;
	struct sigaction action;
	sigset_t set;

	memset(&action, 0, sizeof(action));
	action.sa_handler = clobber;
	EXPECT(sigaction(SIGUSR1, &action, NULL) == 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (unsigned int turn = 0; turn < 100; turn++) {
		long ax = SYS_kill;

		fill(&in, 3 + 2 * turn);
		memset(&out, 0, sizeof(out));
		__asm__ volatile(EACH_XMM(LOAD) SYSCALL "\n\t" EACH_XMM(SAVE)
				 : "+a"(ax)
				 : [in] "r"(&in), [out] "r"(&out), FIRST_ARGUMENT((long)getpid()),
				   SECOND_ARGUMENT((long)SIGUSR1)
				 : EACH_XMM(NAME) SYSCALL_CLOBBERS, "memory");
		EXPECT(ax == 0);
		EXPECT(memcmp(in.xmm, out.xmm, sizeof(in.xmm)) == 0);
	}
	return true;
}
