/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenbus.h - the life of a front end's device: it is found in the store, agrees with its back end
 * by the states of both (public/io/xenbus.h), and is closed when either side wants that.
 *
 *   the back end's state   what happens
 *   InitWait               offer() makes ring and event channel, and says where they are
 *   Connected              connected(), and again whenever the back end says something new
 *   Closing                closing(): nothing more is sent; the front end's state becomes Closed
 *   Closed, or none        closed(): all that was granted may be taken back
 *
 * Nothing here waits. What a kind of device does itself is in its own file (block.c).
 *
 * Invariant: closing() is called once behind each offer() that succeeded, closed() once behind
 * each closing().
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_XENBUS_H
#define WEDGE_BACKEND_XEN_FRONT_XENBUS_H

#include "xenstore.h"
#include "../xen.h"
#include <xen/io/xenbus.h>

enum {
	XENBUS_PATH = 96,  /* of a device's folders */
	XENBUS_VALUE = 40, /* of what is read there, NUL included; what is longer counts as none */
	XENBUS_KEYS = 12,  /* that a kind may read */
	XENBUS_ANSWERS = 14, /* that it may write */
	XENBUS_SLOTS = 8,    /* devices of a kind */
};

struct xenbus_device;

struct xenbus_kind {
	const char *folder;	   /* "device/vbd" */
	const char *what;	   /* for messages: "disk" */
	const char *const *keys;   /* read in the back end's folder before each call below */
	unsigned int key_count;	   /* at most XENBUS_KEYS */
	enum xenbus_state offered; /* the front end's state behind offer() */

	/* False: it cannot be done, and nothing is left of it. The device is closed. */
	bool (*offer)(struct xenbus_device *d);
	void (*connected)(struct xenbus_device *d);
	void (*closing)(struct xenbus_device *d);
	void (*closed)(struct xenbus_device *d);

	/* Where devices of this kind may be. */
	struct xenbus_device *slot[XENBUS_SLOTS];
	unsigned int slots;

	/* xenbus_list.c's own. */
	struct xenstore_request request;
	struct xenstore_watch watch;
	bool listed; /* the devices of the start are known */
	bool again;
	bool full; /* there is one more than slots, which was told */
};

/* FREE: no device is here. DEAD: it was closed, and stays so until it leaves the store. */
enum xenbus_life {
	XENBUS_FREE,
	XENBUS_FOUND,
	XENBUS_OFFERED,
	XENBUS_CONNECTED,
	XENBUS_CLOSING,
	XENBUS_DEAD
};

/* What the requests in the store are for. */
enum xenbus_phase { XENBUS_IDLE, XENBUS_PATHS, XENBUS_WATCHES, XENBUS_READS, XENBUS_WRITES };

struct xenbus_device {
	struct xenbus_kind *kind;
	uint64_t id;	/* its name in the kind's folder */
	domid_t domain; /* the back end's */
	enum xenbus_life life;

	/* xenbus.c's own. */
	enum xenbus_phase phase;
	unsigned int step; /* within the phase */
	bool again;	   /* the back end has changed meanwhile */
	bool removed;	   /* the device has left the store meanwhile */
	bool watches;
	struct xenstore_request request;
	struct xenstore_watch watch;
	char front[XENBUS_PATH], back[XENBUS_PATH];
	char state[XENBUS_VALUE]; /* the back end's */
	char value[XENBUS_KEYS][XENBUS_VALUE];
	struct {
		char name[24], text[24];
	} answer[XENBUS_ANSWERS];
	unsigned int answers;
};

/*
 * Begins to look for devices of a kind, whose slots are set. They take the slots in the order of
 * their numbers, and those that come later the first free one.
 */
void xenbus_start(struct xenbus_kind *kind);

/* Whether all devices that were there at the start are connected, or never will be. */
bool xenbus_settled(const struct xenbus_kind *kind);

/* For offer(): the front end's folder gets this entry; a number, or a text of up to 23 bytes. */
void xenbus_say(struct xenbus_device *d, const char *name, uint64_t number);
void xenbus_say_text(struct xenbus_device *d, const char *name, const char *text);

/* What the back end says; NULL or 0 if it says nothing, or no number. `key`: index of the kind's.
 */
const char *xenbus_text(const struct xenbus_device *d, unsigned int key);
uint64_t xenbus_number(const struct xenbus_device *d, unsigned int key);

/*
 * Closes a device whose back end cannot be talked to: calls closing(). A message has told why.
 * Does nothing if it is closed already.
 */
void xenbus_close(struct xenbus_device *d);

/* ---- between xenbus_list.c and xenbus.c ---- */

/* A device of the kind is in the store, and gets this free slot; or has left the store. */
void xenbus_arrive(struct xenbus_device *d, struct xenbus_kind *kind, uint64_t id);
void xenbus_remove(struct xenbus_device *d);

/* A slot is free again: some device may be waiting for it. */
void xenbus_look(struct xenbus_kind *kind);

#endif /* WEDGE_BACKEND_XEN_FRONT_XENBUS_H */
