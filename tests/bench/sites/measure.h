/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * measure.h - what one execution of a sensitive instruction costs: a loop with it and the same loop
 * without, both timed; the difference by the number of executions.
 *
 * A loop is written in assembler: `setup` once, then `around` (in both loops) and `body` for each
 * execution, on a stack that may grow by 64 bytes each time. %rsi (%esi) points to loop_data; all
 * other registers but the stack pointer, %rbp and %rdi are free; 2: is the place behind the body.
 *
 * Invariant: nothing else differs between the two loops.
 */
#ifndef BENCH_SITES_MEASURE_H
#define BENCH_SITES_MEASURE_H

#include "micro.h"

/* Executes `count` times. */
typedef void loop(word count);

struct site {
	const char *name; /* of the metric */
	loop *with, *without;
	unsigned int per;     /* sites in one execution */
	void (*before)(void); /* called in front of every loop, or NULL; not timed */
};

/* Prints the line for a site: samples, and what the wedge counted for each execution. */
void measure(const struct site *site);

/* Executions in one call of a loop. */
enum { LOOP_COUNT = 200 };

extern word loop_data[4];

#define LOOP(function, setup, body)                                                                \
	static void function(word count)                                                           \
	{                                                                                          \
		__asm__ volatile("mov %%" REG_SP ", %%" REG_BP "\n\t" setup "\n"                   \
				 "\t.balign 16\n"                                                  \
				 "1:\t" body "\n"                                                  \
				 "2:\tdec %%" REG_DI "\n"                                          \
				 "\tjnz 1b\n"                                                      \
				 "\tmov %%" REG_BP ", %%" REG_SP                                   \
				 : "+D"(count)                                                     \
				 : "S"(loop_data)                                                  \
				 : REG_AX, REG_BX, REG_CX, REG_DX, REG_BP, "memory", "cc");        \
	}

/* The two loops of a site. */
#define LOOPS(id, setup, around, body)                                                             \
	LOOP(with_##id, setup, around "\n\t" body)                                                 \
	LOOP(without_##id, setup, around)

#define LOOPS_OF(id) .with = with_##id, .without = without_##id

/* A site that needs no preparation. */
#define SITE(id, metric, setup, around, body)                                                      \
	LOOPS(id, setup, around, body)                                                             \
	CHECK(site_##id)                                                                           \
	{                                                                                          \
		measure(&(struct site){.name = metric, LOOPS_OF(id), .per = 1});                   \
	}

#define A "%%" REG_AX
#define B "%%" REG_BX
#define D "%%" REG_DX
#define S "%%" REG_SI

#endif /* BENCH_SITES_MEASURE_H */
