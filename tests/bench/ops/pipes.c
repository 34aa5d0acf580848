/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes that hand a byte on by pipes: the round trip between two, and a ring of several, in
 * which every hop is a context switch when they share a CPU.
 *
 * Invariant: the byte goes round once before the clock starts, so that every process has started;
 * all of them end, and are waited for, before the operation returns.
 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define MAX_RING 16u

struct ring {
	unsigned size;
	int pipes[MAX_RING][2];
	pid_t members[MAX_RING];
};

static void pass(int fd)
{
	char byte = 'x';

	if (write(fd, &byte, 1) != 1)
		fail("write to a pipe");
}

/* Hands on what comes until the writer before it is gone. */
static void member(struct ring *ring, unsigned self)
{
	int from = dup(ring->pipes[self][0]), to = dup(ring->pipes[(self + 1) % ring->size][1]);
	char byte;

	for (unsigned i = 0; i < ring->size; i++) {
		close(ring->pipes[i][0]);
		close(ring->pipes[i][1]);
	}
	while (read(from, &byte, 1) == 1)
		pass(to);
	_exit(0);
}

static void build(struct ring *ring, unsigned size)
{
	ring->size = size;
	for (unsigned i = 0; i < size; i++)
		if (pipe(ring->pipes[i]) != 0)
			fail("pipe");
	for (unsigned i = 1; i < size; i++) {
		ring->members[i] = fork();
		if (ring->members[i] == 0)
			member(ring, i);
		if (ring->members[i] < 0)
			fail("fork");
	}
}

/* One process after the other sees the end of its pipe: this one's goes first. */
static void take_down(struct ring *ring)
{
	for (unsigned i = 0; i < ring->size; i++) {
		close(ring->pipes[i][0]);
		close(ring->pipes[i][1]);
	}
	for (unsigned i = 1; i < ring->size; i++)
		waitpid(ring->members[i], NULL, 0);
}

static void go_round(struct ring *ring, unsigned rounds)
{
	char byte;

	for (unsigned i = 0; i < rounds; i++) {
		pass(ring->pipes[1][1]);
		if (read(ring->pipes[0][0], &byte, 1) != 1)
			fail("read of a pipe");
	}
}

static void run_ring(unsigned size, unsigned rounds)
{
	struct ring ring;

	build(&ring, size);
	go_round(&ring, 1);
	timing_start();
	go_round(&ring, rounds);
	timing_stop();
	take_down(&ring);
}

unsigned run_pipe(unsigned count)
{
	run_ring(2, count);
	return count;
}

/* One operation is one hop; rounds are whole. */
static unsigned run_switch(unsigned size, unsigned count)
{
	unsigned rounds = (count + size - 1) / size;

	run_ring(size, rounds);
	return rounds * size;
}

unsigned run_switch_2(unsigned count)
{
	return run_switch(2, count);
}

unsigned run_switch_8(unsigned count)
{
	return run_switch(8, count);
}

unsigned run_switch_16(unsigned count)
{
	return run_switch(16, count);
}
