/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenstore.h - a client of the store by which domains agree on devices (public/io/xs_wire.h,
 * docs/misc/xenstore.txt of Xen's source).
 *
 * Nothing here waits: a request is answered by a call of its `done`, in an event's handler or
 * before the function that made it returns. Requests are answered in the order in which they were
 * made.
 *
 * Invariant: a request belongs to the store from the call that makes it until its `done` is called.
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_XENSTORE_H
#define WEDGE_BACKEND_XEN_FRONT_XENSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the text of a request: paths, and a value or a token. A longer one is refused. */
enum { XENSTORE_TEXT = 320 };

struct xenstore_request {
	/*
	 * Set it before a request is made. `value`: the answer, of `length` bytes, with a NUL
	 * behind; NULL: the store has refused. It is valid during the call. The request may be used
	 * again at once.
	 */
	void (*done)(struct xenstore_request *r, const char *value, size_t length);
	bool busy; /* made, and not answered yet */

	/* The store's own. */
	struct xenstore_request *next;
	uint32_t sent;
	struct {
		uint32_t type, id, transaction, length;
		char text[XENSTORE_TEXT];
	} packet;
};

/* Connects to the store, if the domain has one. Call it once. */
bool xenstore_init(void);

/*
 * Whether the daemon keeps to the protocol. If not, all requests are refused, which says nothing
 * about what is in the store.
 */
bool xenstore_works(void);

/*
 * The requests: read a value; list the names of a folder's entries, each with a NUL behind; write a
 * value, which makes the entry if there is none; remove an entry with all below. The path is
 * `folder`, and unless `name` is NULL, a slash and `name`. Paths without a slash in front begin at
 * the domain's own folder.
 */
void xenstore_read(struct xenstore_request *r, const char *folder, const char *name);
void xenstore_list(struct xenstore_request *r, const char *folder, const char *name);
void xenstore_write(struct xenstore_request *r, const char *folder, const char *name,
		    const char *value);
void xenstore_remove(struct xenstore_request *r, const char *folder, const char *name);

/* A watch: `changed` is called once soon, and whenever the entry or one below it has changed. */
struct xenstore_watch {
	void (*changed)(struct xenstore_watch *w);

	/* The store's own. */
	struct xenstore_watch *next;
	char token[12];
};

/* Begins a watch; sets all of it but `changed`, which must be set. `r`: the request to do it by. */
void xenstore_watch(struct xenstore_request *r, struct xenstore_watch *w, const char *folder,
		    const char *name);

/* Ends it, by the same path: `changed` is not called any more. */
void xenstore_unwatch(struct xenstore_request *r, struct xenstore_watch *w, const char *folder,
		      const char *name);

/* A decimal number without sign; false if the text is none, or has more than 64 bits. */
bool xenstore_number(const char *text, uint64_t *number);

#endif /* WEDGE_BACKEND_XEN_FRONT_XENSTORE_H */
