/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bytes.h - a range of memory with its size, and the one check of every offset that a file names.
 *
 * Invariant: in the ELF library and the tools only ab_slice() and ab_string() turn an offset from a
 * file into a pointer, and neither can overflow.
 */
#ifndef AFTERBURNER_ELF_BYTES_H
#define AFTERBURNER_ELF_BYTES_H

#include <stdbool.h>
#include <stdint.h>

struct ab_bytes {
	const unsigned char *data;
	uint64_t size;
};

/* An error message for the user, without the file's name in front. */
struct ab_error {
	char text[512];
};

/**
 * ab_fail - store a formatted message
 *
 * Returns -1, so that `return ab_fail(...)` reads well.
 */
int ab_fail(struct ab_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * ab_slice - the `size` bytes at `offset` of `from`
 *
 * Returns false, leaving *out alone, when they do not all lie inside.
 */
bool ab_slice(struct ab_bytes from, uint64_t offset, uint64_t size, struct ab_bytes *out);

/**
 * ab_string - the NUL terminated string at `offset` of a string table
 *
 * Returns NULL if it starts or ends outside.
 */
const char *ab_string(struct ab_bytes table, uint64_t offset);

/* `width` bytes (1 to 8) as a little-endian number; the caller has checked that they exist. */
uint64_t ab_get(const unsigned char *from, unsigned int width);

/* The reverse of ab_get(). */
void ab_put(unsigned char *to, unsigned int width, uint64_t value);

/* Ends the program with a message and status 2. */
void ab_out_of_memory(void) __attribute__((noreturn));

/**
 * ab_alloc - zeroed memory for `count` objects of `size` bytes
 *
 * Ends the program when there is none. Zero objects give a pointer that may be freed.
 */
void *ab_alloc(uint64_t count, uint64_t size);

/* Enlarges an array from ab_alloc() so that element `used` exists; *room is its capacity. */
void *ab_grow(void *array, uint64_t used, uint64_t *room, uint64_t size);

#endif
