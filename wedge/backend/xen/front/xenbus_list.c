/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenbus_list.c - which devices of a kind there are: those that the kind's folder lists (xenbus.h).
 *
 * Invariant: no device has two slots.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "xenbus.h"

static struct xenbus_device *device_of(const struct xenbus_kind *kind, uint64_t id)
{
	for (unsigned int i = 0; i < kind->slots; i++)
		if (kind->slot[i]->life != XENBUS_FREE && kind->slot[i]->id == id)
			return kind->slot[i];
	return NULL;
}

static struct xenbus_device *free_slot(const struct xenbus_kind *kind)
{
	for (unsigned int i = 0; i < kind->slots; i++)
		if (kind->slot[i]->life == XENBUS_FREE && !kind->slot[i]->request.busy)
			return kind->slot[i];
	return NULL;
}

/* The smallest number in the list that is not below `from`; false if there is none. */
static bool next_id(const char *names, size_t length, uint64_t from, uint64_t *id)
{
	bool found = false;
	uint64_t number;

	for (size_t at = 0; at < length; at += strlen(names + at) + 1) {
		if (!xenstore_number(names + at, &number) || number < from)
			continue;
		if (!found || number < *id)
			*id = number;
		found = true;
	}
	return found;
}

static void find_new(struct xenbus_kind *kind, const char *names, size_t length)
{
	uint64_t id = 0;

	for (uint64_t from = 0; next_id(names, length, from, &id); from = id + 1) {
		struct xenbus_device *d = device_of(kind, id) ? NULL : free_slot(kind);

		if (d) {
			xenbus_arrive(d, kind, id);
		} else if (!device_of(kind, id) && !kind->full) {
			kind->full = true;
			wedge_log("%s %lu: there is no room for one more", kind->what,
				  (unsigned long)id);
		}
	}
}

static void drop_old(struct xenbus_kind *kind, const char *names, size_t length)
{
	uint64_t id;

	for (unsigned int i = 0; i < kind->slots; i++) {
		struct xenbus_device *d = kind->slot[i];

		if (d->life == XENBUS_FREE)
			continue;
		if (next_id(names, length, d->id, &id) && id == d->id)
			continue;
		kind->full = false;
		xenbus_remove(d);
	}
}

/* A folder that is not there has no devices. */
static void listed(struct xenstore_request *r, const char *names, size_t length)
{
	struct xenbus_kind *kind = (void *)((char *)r - offsetof(struct xenbus_kind, request));

	kind->listed = true;
	if (!xenstore_works())
		return;
	drop_old(kind, names, names ? length : 0);
	find_new(kind, names, names ? length : 0);
	if (kind->again) {
		kind->again = false;
		xenstore_list(r, kind->folder, NULL);
	}
}

void xenbus_look(struct xenbus_kind *kind)
{
	kind->again = kind->request.busy;
	if (!kind->request.busy)
		xenstore_list(&kind->request, kind->folder, NULL);
}

static void folder_changed(struct xenstore_watch *w)
{
	xenbus_look((void *)((char *)w - offsetof(struct xenbus_kind, watch)));
}

/* The watch is called once when it begins. */
static void watched(struct xenstore_request *r, const char *value, size_t length)
{
	struct xenbus_kind *kind = (void *)((char *)r - offsetof(struct xenbus_kind, request));

	(void)length;
	r->done = listed;
	if (!value)
		kind->listed = true;
	else if (kind->again)
		xenstore_list(r, kind->folder, NULL);
	kind->again = false;
}

void xenbus_start(struct xenbus_kind *kind)
{
	kind->request.done = watched;
	kind->watch.changed = folder_changed;
	xenstore_watch(&kind->request, &kind->watch, kind->folder, NULL);
}

bool xenbus_settled(const struct xenbus_kind *kind)
{
	if (!kind->listed)
		return false;
	for (unsigned int i = 0; i < kind->slots; i++) {
		const struct xenbus_device *d = kind->slot[i];

		if (d->life == XENBUS_FOUND || d->life == XENBUS_OFFERED || d->answers)
			return false;
	}
	return true;
}
