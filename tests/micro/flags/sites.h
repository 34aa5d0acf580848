/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.h - functions with one site each (sites.S), and how they are checked (sites.c).
 *
 * Invariant: SITE(name, ...) goes with `begin name`.
 */
#ifndef MICRO_SITES_H
#define MICRO_SITES_H

#include "micro.h"
#include "raw.h"

#define BIT(n) (1u << (n))

/* The flags that raw_call() can see everywhere; IF is the platform's own there. */
#define SEEN_FLAGS (ARITHMETIC_FLAGS | FLAG_DF)

/* Registers a site needs: number and value. */
struct input {
	unsigned int reg;
	word value;
};

struct site {
	void (*code)(void);
	struct input in[4];
	unsigned int inputs;
	unsigned int changes; /* registers, BIT(AX) ... */
	word changes_flags;
	bool on_stack; /* uses one, by what it does or as the wedge does it */
};

/*
 * Runs it with interrupts off and on, all flags set and all clear; and with interrupts off, unless
 * it needs a stack, with stack pointers that are none.
 */
void run_site(const struct site *site);

/* Words that sites may read and write. */
extern char site_buffer[64];

#define IN(n, v)                                                                                   \
	{                                                                                          \
		n, v                                                                               \
	}
#define NOTHING	   IN(AX, 0)
#define COUNT(...) (sizeof((struct input[]){__VA_ARGS__}) / sizeof(struct input))

/* SITE(name, changed registers, changed flags, inputs...), or the same for one that needs a stack
 */
#define SITE(name, regs, flags, ...)	      DEFINE_SITE(name, false, regs, flags, __VA_ARGS__)
#define SITE_ON_STACK(name, regs, flags, ...) DEFINE_SITE(name, true, regs, flags, __VA_ARGS__)

#define DEFINE_SITE(name, stack, regs, flags, ...)                                                 \
	extern void site_##name(void);                                                             \
	CHECK(site_keeps_##name)                                                                   \
	{                                                                                          \
		const struct site site = {site_##name, {__VA_ARGS__}, COUNT(__VA_ARGS__),          \
					  regs,	       flags,	      stack};                      \
		run_site(&site);                                                                   \
	}

#endif /* MICRO_SITES_H */
