/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - the first process of a guest: carries out every attack in a process of its own, and
 * after each looks whether other processes are as they were. With "control" it runs on the host,
 * where what is forbidden to a guest succeeds.
 *
 * Invariant: one line for each attack: ATTACK NAME died|broke|lived, with milliseconds; then HARM
 * NAME if anybody else was hurt.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "attack.h"
#include "attacks.h"

enum { GOOD = 5, WITNESS = 7, ROUNDS = 16, PATTERN = 65536 };

bool attacks_control;
static unsigned char pattern[PATTERN];
static volatile sig_atomic_t asked;

static void fill(void)
{
	for (int i = 0; i < PATTERN; i++)
		pattern[i] = (unsigned char)(i * 7);
}

static bool is_whole(void)
{
	for (int i = 0; i < PATTERN; i++) {
		if (pattern[i] != (unsigned char)(i * 7))
			return false;
	}
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static void on_term(int signal)
{
	(void)signal;
	asked = 1;
}

/* Watches its own memory while all else goes on. */
static pid_t start_witness(void)
{
	pid_t witness;

	signal(SIGTERM, on_term);
	witness = fork();
	if (witness)
		return witness;
	while (!asked) {
		if (!is_whole())
			_exit(1);
		usleep(1000);
	}
	_exit(WITNESS);
}

static bool ends_well(pid_t pid, int code)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* A harmless process: memory, system calls, the FPU, a signal. */
static _Noreturn void behave(void)
{
	volatile double quarter = 0.25;
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	page[4096] = 1;
	signal(SIGTERM, on_term);
	raise(SIGTERM);
	usleep(100);
	_exit(asked && is_whole() && quarter * 4 == 1.0 && page[4096] == 1 ? GOOD : 1);
}

static bool others_are_well(int rounds)
{
	bool well = is_whole();

	for (int i = 0; i < rounds; i++) {
		pid_t pid = fork();

		if (!pid)
			behave();
		well &= ends_well(pid, GOOD);
	}
	return well;
}

static void report(const char *name, int status, int64_t began, int rounds)
{
	printf("ATTACK %s %s %lld ms\n", name,
	       WIFSIGNALED(status)	      ? "died"
	       : WEXITSTATUS(status) == BROKE ? "broke"
					      : "lived",
	       (long long)(now_ms() - began));
	if (!others_are_well(rounds))
		printf("HARM %s\n", name);
}

/* The control has these places, so that it may do to them what a guest may not. */
static void make_places(void)
{
	void *place = (void *)KERNEL;
	FILE *file = tmpfile();

	mmap(place, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0);
	if (!file || ftruncate(fileno(file), 8192) || dup2(fileno(file), 3) < 0)
		_exit(1);
}

static void carry_out(const struct attack *attack)
{
	int64_t began = now_ms();
	int status, ends[2];
	char byte;
	pid_t pid;

	if (pipe(ends))
		return;
	pid = fork();
	if (!pid) {
		if (attacks_control)
			make_places();
		if (attack->where == LEAVES)
			attacks_stay(ends[1]);
		alarm(attack->where == PATIENT || attack->where == WORKS ? 60 : 20);
		/* What 64-bit code touches must be there: nobody handles its faults. */
		memset(landing_stack, 1, LANDING_STACK);
		attack->body();
		_exit(0);
	}
	close(ends[1]);
	if (attack->where == LEAVES && read(ends[0], &byte, 1) == 1)
		kill(pid, SIGKILL);
	close(ends[0]);
	waitpid(pid, &status, 0);
	report(attack->name, status, began, attack->where == LEAVES ? ROUNDS : 1);
}

static void carry_out_all(const struct attack *list)
{
	for (const struct attack *a = list; a->name; a++) {
		if (!attacks_control || a->where == EVERYWHERE)
			carry_out(a);
	}
}

static void carry_out_call(unsigned int n)
{
	char name[32];
	int64_t began = now_ms();
	int status;
	pid_t pid = fork();

	if (!pid) {
		attack_call(n);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	snprintf(name, sizeof(name), "call-%u", attacks_call_number(n));
	report(name, status, began, 1);
}

/* Sleeps while the host's side kills the guest's user processes, then looks around. */
static void be_hurt_from_outside(void)
{
	printf("READY\n");
	sleep(3);
	printf("OUTSIDE %s\n", others_are_well(ROUNDS) ? "well" : "hurt");
	reboot(RB_POWER_OFF);
}

int main(int argc, char **argv)
{
	pid_t witness;

	attacks_control = argc == 2 && !strcmp(argv[1], "control");
	setvbuf(stdout, NULL, _IONBF, 0);
	fill();
	if (argc == 2 && !strcmp(argv[1], "outside"))
		be_hurt_from_outside();
	witness = start_witness();
	for (unsigned int n = 0; n < attacks_calls(); n++) {
		/* pause-like, or the end of the process: not for the control */
		if (!attacks_control || attacks_call_number(n) == 39 || attacks_call_number(n) == 2)
			carry_out_call(n);
	}
	carry_out_all(attacks);
	carry_out_all(width_attacks);
	kill(witness, SIGTERM);
	printf("WITNESS %s\n", ends_well(witness, WITNESS) ? "well" : "hurt");
	printf("ATTACKS-END\n");
	if (!attacks_control)
		reboot(RB_POWER_OFF);
	return 0;
}
