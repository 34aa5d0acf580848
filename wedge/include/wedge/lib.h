/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib.h - the few functions of the C library that freestanding code needs.
 *
 * Invariant: the four mem functions keep the C library's contract, since the compiler calls them.
 */
#ifndef WEDGE_LIB_H
#define WEDGE_LIB_H

#include <stdarg.h>
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);

/**
 * format_text - as vsnprintf, for the conversions wedge_log documents.
 *
 * Returns the number of bytes written without the terminating NUL; never more than size - 1.
 */
size_t format_text(char *to, size_t size, const char *format, va_list arguments);

#endif /* WEDGE_LIB_H */
