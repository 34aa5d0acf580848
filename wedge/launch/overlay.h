/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * overlay.h - the sectors that a guest has written to an image that must stay as it is.
 *
 * Invariant: they are in a file without a name; nothing of them is left when the launcher ends.
 */
#ifndef LAUNCH_OVERLAY_H
#define LAUNCH_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>

struct overlay {
	int fd;			/* as long as the image; each sector in its own place */
	unsigned char *written; /* a bit for each sector of the image */
};

/* Makes an empty one for an image of `sectors`. Returns 0 or an error number. */
int overlay_open(struct overlay *overlay, uint64_t sectors);

/*
 * How many of the `most` sectors from `sector` on are like the first: `*here` if they are in the
 * overlay, else in the image.
 */
uint64_t overlay_run(const struct overlay *overlay, uint64_t sector, uint64_t most, bool *here);

/* These sectors have been written to the overlay. */
void overlay_note(struct overlay *overlay, uint64_t sector, uint64_t count);

#endif
