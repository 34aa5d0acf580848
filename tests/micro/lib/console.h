/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console.h - formatted lines on the first serial port.
 *
 * Invariant: works with interrupts on or off, and needs nothing set up.
 */
#ifndef MICRO_CONSOLE_H
#define MICRO_CONSOLE_H

#include <stdarg.h>

/* Prints text in the format of micro.h; no newline is added. */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_print_list(const char *format, va_list arguments);

#endif /* MICRO_CONSOLE_H */
