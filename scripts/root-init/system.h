/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system.h - the host's C library is none of the guest's: system calls and a few functions on
 * texts, for x86-64 and i386.
 *
 * Invariant: a call returns what the kernel does, a negative error number for an error.
 */
#ifndef ROOT_INIT_SYSTEM_H
#define ROOT_INIT_SYSTEM_H

#include <asm/unistd.h>
#include <stdbool.h>
#include <stddef.h>

static inline long call(long number, long a, long b, long c, long d, long e)
{
	long result;
#ifdef __x86_64__
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
#else
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
#endif
	return result;
}

/* Calls by name: CALL2(mkdir, "/x", 0755). */
#define CALL0(name)		call(__NR_##name, 0, 0, 0, 0, 0)
#define CALL1(name, a)		call(__NR_##name, (long)(a), 0, 0, 0, 0)
#define CALL2(name, a, b)	call(__NR_##name, (long)(a), (long)(b), 0, 0, 0)
#define CALL3(name, a, b, c)	call(__NR_##name, (long)(a), (long)(b), (long)(c), 0, 0)
#define CALL4(name, a, b, c, d) call(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), 0)
#define CALL5(name, a, b, c, d, e)                                                                 \
	call(__NR_##name, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))

size_t text_length(const char *text);
bool text_is(const char *text, const char *other);

/* Whether one of the words in `list`, with commas between, is this one. */
bool text_lists(const char *list, const char *word);

/* The value of the first word "NAME=VALUE" in `line`, up to the next blank; false: there is none.
 */
bool text_word(const char *line, const char *name, char *value, size_t room);

/* Writes a number of three digits at most in decimal; returns how many characters that were. */
size_t text_number(char *to, unsigned int number);

/* Appends `more` to `text`, as far as there is room; both end with a NUL. */
void text_add(char *text, size_t room, const char *more);

/* The beginning of a file, with a NUL behind it and without a line's end. False: there is none. */
bool file_read(const char *path, char *text, size_t room);

/* All bytes, whatever is written at once. */
bool file_write(int fd, const char *bytes, size_t size);

#endif
