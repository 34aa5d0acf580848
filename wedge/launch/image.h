/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image.h - what a disk of the guest's is on the host: a raw file or a block device, or a file of
 * another format, which a server reads and writes (image_server.h).
 *
 * Invariant: an image is used by one who writes it, or by some who read it, and by nobody else as
 * far as locks tell. What was written to one with copy-on-write is gone with the launcher.
 */
#ifndef LAUNCH_IMAGE_H
#define LAUNCH_IMAGE_H

#include "overlay.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

enum { IMAGE_SECTOR = 512, IMAGE_SERIAL = 20 };

/* What --disk asks for. */
struct image_option {
	char *path;
	bool read_only; /* the guest cannot write */
	bool cow;	/* it can, and the file stays as it is */
	char serial[IMAGE_SERIAL + 1];
	const char *format; /* by QEMU's name; NULL: raw */
	bool told;	    /* it was said on the command line */
};

struct image {
	const struct image_option *option;
	int fd;			     /* of a raw one, else -1 */
	struct image_server *server; /* of another format, else NULL */
	uint64_t bytes;		     /* whole sectors */
	struct overlay overlay;
};

/**
 * image_parse - read FILE[,ro][,cow][,serial=S][,format=F]
 * @text: what follows --disk; options are taken from its end, so a name may have commas
 *
 * Ends the launcher, code 2, if it makes no sense.
 */
void image_parse(struct image_option *option, const char *text);

/*
 * Opens, checks and locks an image. Ends the launcher with a message: code 2 if it is none that can
 * be used so, code 3 if the host has no place for what copy-on-write keeps.
 */
void image_open(struct image *image, const struct image_option *option);

/*
 * Move bytes between the guest's memory and `offset` of the image, all or none known: 0, or an
 * error number (EIO also for an image that has become shorter). Offset and length are whole sectors
 * within the image. The elements of `memory` are used up.
 */
int image_read(struct image *image, uint64_t offset, struct iovec *memory, unsigned int count);
int image_write(struct image *image, uint64_t offset, struct iovec *memory, unsigned int count);

/* What was written before survives a loss of power afterwards (fdatasync). 0 or an error number. */
int image_flush(struct image *image);

/* The bytes need not be kept; a file system that cannot give room back keeps them. */
int image_discard(struct image *image, uint64_t offset, uint64_t size);

/* The bytes become zeroes, with `unmap` by giving room back if that is possible. */
int image_zero(struct image *image, uint64_t offset, uint64_t size, bool unmap);

#endif
