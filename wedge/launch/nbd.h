/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nbd.h - the client of the NBD protocol ("The NBD protocol", NetworkBlockDevice/nbd, proto.md): a
 * disk that another program, the server, reads and writes.
 *
 * Invariant: one request at a time, and only such as lie within the disk. A reply is believed only
 * if it is the one that is due and comes in time; otherwise the server is of no use any more, and
 * all requests fail.
 */
#ifndef LAUNCH_NBD_H
#define LAUNCH_NBD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

struct nbd {
	int socket;	       /* connected to the server; the caller's */
	unsigned int wait;     /* ms that the server may take for a reply */
	bool (*hurries)(void); /* unless NULL: replies are not waited for so long any more */
	int error;	       /* for which the server is of no use any more, or 0 */
	uint64_t bytes;	       /* of the disk */
	uint16_t flags;	       /* of the transmission */
	uint64_t number;       /* of the last request */
};

/*
 * All return 0 or an error number: the server's for a request, or what the socket said, ETIMEDOUT,
 * EPIPE for a server that has ended, EPROTO for a reply that makes no sense.
 */

/* Agrees with a server about its export of this name; socket, wait and hurries are set. */
int nbd_open(struct nbd *n, const char *name);

/* The next `size` bytes of a list, which is used up by so many (elements.h). */
int nbd_read(struct nbd *n, uint64_t offset, uint64_t size, struct iovec **memory,
	     unsigned int *count);
int nbd_write(struct nbd *n, uint64_t offset, uint64_t size, struct iovec **memory,
	      unsigned int *count);

int nbd_flush(struct nbd *n);
int nbd_trim(struct nbd *n, uint64_t offset, uint64_t size);
int nbd_zero(struct nbd *n, uint64_t offset, uint64_t size, bool unmap);

/* Tells the server that no request comes any more. */
void nbd_close(struct nbd *n);

#endif
