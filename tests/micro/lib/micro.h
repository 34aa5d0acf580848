/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * micro.h - what a group of checks is written with.
 *
 * A check is one function, CHECK(name) { ... }, that returns when the mechanism works. The four
 * results are those of the Xen Test Framework: it returns (MICRO-OK), the mechanism is wrong
 * (fail(), expect(): MICRO-FAIL), there is nothing to check here (skip(): MICRO-SKIP), or the check
 * could not be made (broken(): MICRO-ERROR). MICRO-RUN is printed before each, so that a check
 * that takes the machine down is known by name.
 *
 * Invariant: a check starts with interrupts off, all IRQs masked, no hooks, and ends in exactly one
 * of the four results.
 */
#ifndef MICRO_H
#define MICRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "traps.h"
#include "x86.h"

struct check {
	const char *name;
	void (*run)(void);
};

#define CHECK(id)                                                                                  \
	static void id(void);                                                                      \
	static const struct check check_##id                                                       \
		__attribute__((used, section(".checks"), aligned(sizeof(struct check)))) = {#id,   \
											    id};   \
	static void id(void)

/* Format: %s, %d, %u, %x, and l before the last three. */
#define FORMAT __attribute__((format(printf, 1, 2)))
_Noreturn FORMAT void fail(const char *format, ...);
_Noreturn FORMAT void skip(const char *format, ...);
_Noreturn FORMAT void broken(const char *format, ...);
FORMAT void say(const char *format, ...);

#define expect(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail("%s:%d: not so: %s", __FILE_NAME__, __LINE__, #condition);            \
	} while (0)

/* The value must be the expected one. */
#define expect_is(value, expected)                                                                 \
	do {                                                                                       \
		word value_ = (word)(value), expected_ = (word)(expected);                         \
		_Static_assert(sizeof(value) <= sizeof(word), "compared in full");                 \
		if (value_ != expected_)                                                           \
			fail("%s:%d: %s is %lx, expected %lx", __FILE_NAME__, __LINE__, #value,    \
			     value_, expected_);                                                   \
	} while (0)

/* The attempt must have ended in that exception with that error code. */
#define expect_fault(fault, trap, code)                                                            \
	do {                                                                                       \
		if (!(fault).hit)                                                                  \
			fail("%s:%d: no exception, expected %u", __FILE_NAME__, __LINE__, trap);   \
		expect_is((fault).regs.vector, trap);                                              \
		expect_is((fault).regs.error, code);                                               \
	} while (0)

#define expect_page_fault(fault, where, code)                                                      \
	do {                                                                                       \
		expect_fault(fault, TRAP_PF, code);                                                \
		expect_is((fault).address, where);                                                 \
	} while (0)

/* The word `key=value` of the command line; "" if there is none. */
const char *option(const char *key);
bool option_is(const char *key, const char *value);

/* Not on bare metal. */
bool on_wedge(void);

/* True if QEMU emulates the processor: everywhere but in a process. */
bool on_emulator(void);

_Noreturn void power_off(void);

void *memset(void *to, int byte, size_t size);
void *memcpy(void *to, const void *from, size_t size);
size_t strlen(const char *text);
bool same_text(const char *a, const char *b);

#endif /* MICRO_H */
