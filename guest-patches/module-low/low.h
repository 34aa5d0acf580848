/* SPDX-License-Identifier: BSD-2-Clause */
/* low.h - the two sets of checks that main.c runs; each returns a bit per failed check. */
#ifndef LOW_H
#define LOW_H

/* Addresses: where everything of the kernel is, and what its functions think of an address. */
unsigned int check_addresses(void);

/* Exceptions inside the kernel: it recognizes its own code, and its own GS base. */
unsigned int check_traps(void);

#endif
