/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_server.h - the program that reads and writes an image of another format than raw:
 * qemu-storage-daemon, by the NBD protocol (nbd.h). It gets no memory of the guest's.
 *
 * Invariant: it ends with the launcher, however that ends; if it ends before, or does not answer,
 * the guest's requests fail.
 */
#ifndef LAUNCH_IMAGE_SERVER_H
#define LAUNCH_IMAGE_SERVER_H

#include "image.h"
#include "nbd.h"

#include <sys/types.h>

struct image_server {
	struct nbd nbd;
	pid_t process; /* 0: none */
	bool said;     /* that it is of no use any more */
};

/*
 * Starts it for an image, which is a file that is there. Ends the launcher with a message, code 3,
 * if there is no such program, and code 2 with the program's own words if it does not want the
 * image.
 */
void image_server_start(struct image_server *server, const struct image_option *option);

/* Says once why it is of no use any more, if that is so. */
void image_server_look(struct image_server *server, const struct image_option *option);

/* Has it write what it keeps, and ends it; by force, if it does not answer. */
void image_server_end(struct image_server *server);

#endif
