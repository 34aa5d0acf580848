/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * attacks.h - the list of attacks, for the program that carries them out.
 *
 * Invariant: see attacks.c.
 */
#ifndef ATTACKS_H
#define ATTACKS_H

#include <stdbool.h>

/* Exit code of a process that got what it must not. */
enum { BROKE = 42 };

enum where {
	EVERYWHERE, /* on a host without a guest it succeeds: the control */
	GUEST,	    /* needs the stub */
	LEAVES,	    /* needs the stub, and leaves its process to the next */
	PATIENT,    /* needs the stub, and an unknown number of attempts */
	LIVES,	    /* no attack, and takes its time: it must come to its end */
	WORKS,	    /* no attack: shows that the means of the others work */
};

struct attack {
	const char *name;
	void (*body)(void);
	enum where where;
};

extern const struct attack attacks[], width_attacks[];

/* This is the host itself, where nothing is forbidden. */
extern bool attacks_control;

_Noreturn void broke(void);

/* What lands stays, and says so through a pipe. */
void attacks_stay(int pipe);

/* System calls of the host that are tried (WIDTH/attacks.c). */
unsigned int attacks_calls(void);
unsigned int attacks_call_number(unsigned int n);
void attack_call(unsigned int n);

#endif /* ATTACKS_H */
