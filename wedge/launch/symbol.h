/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * symbol.h - looks a name up in the symbol table of a kernel's file.
 *
 * Invariant: a file without a table, or with a damaged one, only has no symbols.
 */
#ifndef LAUNCH_SYMBOL_H
#define LAUNCH_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The value of the defined symbol `name` in the ELF file `fd`, a virtual address. False if there is
 * none.
 */
bool symbol_find(int fd, const char *name, uint64_t *value);

#endif
