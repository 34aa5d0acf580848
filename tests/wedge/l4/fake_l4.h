/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_l4.h - a model of L4 for the back end's unit tests: threads of user code that behave as the
 * test says, and what is mapped where.
 *
 * A user thread executes the stub as stub.h describes it: it carries out orders and calls K again,
 * or goes on with guest code; what that does next is a list of messages. The pager maps what K
 * tells it.
 *
 * Invariant: like the real one, it fails the test if other memory is mapped over a page.
 */
#ifndef TESTS_FAKE_L4_H
#define TESTS_FAKE_L4_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "../../wedge/backend/l4/process.h"

enum { FAKE_WORDS = 13, FAKE_SCRIPT = 128, FAKE_USERS = 4 };

struct fake_message {
	uint32_t tag; /* with X2_TAG_ERROR: none comes */
	uint32_t words[FAKE_WORDS];
};

struct fake_thread {
	bool alive;
	uint32_t sp, ip, flags;
	/* What it says the next times K waits for it, but for the stub's own calls. */
	struct fake_message script[FAKE_SCRIPT];
	unsigned int said, count;
	bool halted; /* it says nothing more; and so often was it waited for: */
	unsigned int silences;
	bool in_stub;	 /* it goes on in the stub */
	bool has_called; /* its last message was the stub's call */
	/* The answer that it got last, with its words. */
	struct fake_message answer;
	unsigned int answers, flushed;
};
extern struct fake_thread fake_users[FAKE_USERS];

/* What L4 was asked for, by kind. */
extern struct fake_calls {
	unsigned int thread_control, space_control, exchange, unmap, schedule, pager;
	bool refuse_threads, refuse_exchange, refuse_sigma0;
} fake_calls;

/* Memory where the wedge expects it; before each test everything forgotten. */
int fake_setup(void **state);

/* Adds to a thread's script. */
void fake_says(struct fake_thread *t, struct fake_message message);
struct fake_message fake_page_fault(uint32_t address, uint32_t ip, uint32_t access);
struct fake_message fake_exception(uint32_t vector, uint32_t error, uint32_t ip);

/* The address of the wedge's memory that is mapped at a page, with its rights in the low bits; 0:
 * none. */
uint32_t fake_user_page(const struct fake_thread *t, uint32_t va);
uint32_t fake_kernel_page(uint32_t va);

/* Where wedge_fatal() ends, and what it said. */
extern jmp_buf fake_fatal;
extern char fake_fatal_text[256];
extern bool fake_fatal_expected;
#define assert_fatal(what, text)                                                                   \
	do {                                                                                       \
		fake_fatal_expected = true;                                                        \
		if (!setjmp(fake_fatal)) {                                                         \
			what;                                                                      \
			fail_msg("no fatal message");                                              \
		}                                                                                  \
		if (!strstr(fake_fatal_text, text))                                                \
			fail_msg("fatal: %s", fake_fatal_text);                                    \
	} while (0)

#endif /* TESTS_FAKE_L4_H */
