/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.h - the guest's console output on its way to the platform.
 */
#ifndef WEDGE_CONSOLE_H
#define WEDGE_CONSOLE_H

#include <stddef.h>

/* Takes bytes that the guest sent. */
void console_put(const char *bytes, size_t length);

/* Passes on all bytes taken so far. */
void console_flush(void);

#endif /* WEDGE_CONSOLE_H */
