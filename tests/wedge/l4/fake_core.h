/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_core.h - what the L4 back end asks of the core and of sigma0, for its unit tests.
 *
 * Invariant: the last thing that was delivered is kept, and all pages that were looked at.
 */
#ifndef TESTS_FAKE_CORE_H
#define TESTS_FAKE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "../../wedge/backend/l4/l4.h"

enum fake_delivery { DELIVERED_NOTHING, DELIVERED_INTERRUPT, DELIVERED_FAULT, DELIVERED_TRAP };
struct fake_delivered {
	enum fake_delivery how;
	unsigned int vector;
	int64_t error;
	unsigned int more; /* the instruction's length, or a trap's address */
	uint64_t rip;
};

enum { FAKE_FETCHES = 128 };
extern struct fake_core {
	struct fake_delivered delivered;
	uint64_t code_at; /* the guest's code, as far as anybody can read it */
	uint8_t code[2];
	bool as_user; /* how it was read last */
	uint64_t fetch[FAKE_FETCHES];
	unsigned int fetched;
	bool (*sigma0)(uint32_t fpage, uint32_t window);
	/* The page of a program's that the guest's tables allow, and its memory. */
	uint32_t allowed, allowed_at;
	uint32_t asked, asked_access; /* the last walk */
	struct process *process;
	bool process_lost;
	/* At the so manieth wait from now an event comes; 0: none. It was pending: nothing is sent.
	 */
	unsigned int event_at;
	bool event_was_pending;
} fake_core;

#endif /* TESTS_FAKE_CORE_H */
