/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blocks.h - memory from sigma0 in blocks of 4 MiB, each by its physical address.
 *
 * Invariant: nothing here needs the rest of the wedge: the root program uses it too. sigma0 gives
 * the same block again to whom it has given it, so a block is asked for once.
 */
#ifndef WEDGE_BACKEND_L4_BLOCKS_H
#define WEDGE_BACKEND_L4_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

enum { BLOCKS_LOG2 = 22, BLOCKS_BYTES = 1 << BLOCKS_LOG2 };

/*
 * Maps the next block of conventional memory at or above *from, which no boot module lies in, at
 * `to`; *from is then behind it. False: there is none.
 */
bool blocks_take(uint32_t *from, uint32_t to);

#endif /* WEDGE_BACKEND_L4_BLOCKS_H */
