/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xenbus.c - see xenbus.h.
 *
 * Invariant: a device has one request in the store at most; what happens meanwhile is noted, and
 * looked at when the phase is over.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "xenbus.h"

static void format(char *to, size_t size, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

static void format(char *to, size_t size, const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	format_text(to, size, text, arguments);
	va_end(arguments);
}

static void go_on(struct xenbus_device *d);

/* ---- what both sides say ---- */

void xenbus_say_text(struct xenbus_device *d, const char *name, const char *text)
{
	if (d->answers == XENBUS_ANSWERS)
		wedge_fatal("a front end says more than there is room for");
	format(d->answer[d->answers].name, sizeof(d->answer[0].name), "%s", name);
	format(d->answer[d->answers].text, sizeof(d->answer[0].text), "%s", text);
	d->answers++;
}

void xenbus_say(struct xenbus_device *d, const char *name, uint64_t number)
{
	char text[24];

	format(text, sizeof(text), "%lu", (unsigned long)number);
	xenbus_say_text(d, name, text);
}

const char *xenbus_text(const struct xenbus_device *d, unsigned int key)
{
	return d->value[key][0] ? d->value[key] : NULL;
}

uint64_t xenbus_number(const struct xenbus_device *d, unsigned int key)
{
	uint64_t number;

	return xenstore_number(d->value[key], &number) ? number : 0;
}

static void keep(char *to, size_t size, const char *value, size_t length)
{
	bool fits = value && length < size && !memcmp(value + length, "", 1);

	memset(to, 0, size);
	if (fits)
		memcpy(to, value, length);
}

/* ---- the states ---- */

static void say_state(struct xenbus_device *d, enum xenbus_state state)
{
	xenbus_say(d, "state", state);
}

static void begin_closing(struct xenbus_device *d)
{
	if (d->life == XENBUS_OFFERED || d->life == XENBUS_CONNECTED) {
		d->life = XENBUS_CLOSING;
		d->kind->closing(d);
	} else if (d->life == XENBUS_FOUND) {
		d->life = XENBUS_DEAD;
	} else {
		return;
	}
	d->answers = 0;
	if (d->phase == XENBUS_WRITES)
		d->step = UINT32_MAX; /* the answer at work becomes the one before the first */
	say_state(d, XenbusStateClosed);
}

static void end_closing(struct xenbus_device *d)
{
	begin_closing(d);
	if (d->life != XENBUS_CLOSING)
		return;
	d->life = XENBUS_DEAD;
	d->kind->closed(d);
}

void xenbus_close(struct xenbus_device *d)
{
	begin_closing(d);
	go_on(d);
}

static void offer(struct xenbus_device *d)
{
	d->answers = 0;
	if (!d->kind->offer(d)) {
		begin_closing(d);
		return;
	}
	d->life = XENBUS_OFFERED;
	say_state(d, d->kind->offered);
}

static void connect(struct xenbus_device *d)
{
	if (d->life == XENBUS_OFFERED) {
		d->life = XENBUS_CONNECTED;
		if (d->kind->offered != XenbusStateConnected)
			say_state(d, XenbusStateConnected);
	}
	if (d->life == XENBUS_CONNECTED)
		d->kind->connected(d);
}

/* The back end's state and values have been read. */
static void judge(struct xenbus_device *d)
{
	uint64_t state = XenbusStateUnknown;

	xenstore_number(d->state, &state);
	switch (state) {
	case XenbusStateInitWait:
		if (d->life == XENBUS_FOUND)
			offer(d);
		break;
	case XenbusStateConnected:
		connect(d);
		break;
	case XenbusStateClosing:
		begin_closing(d);
		break;
	case XenbusStateUnknown:
	case XenbusStateClosed:
		end_closing(d);
		break;
	default:
		break;
	}
}

/* ---- one request after the other ---- */

static void take_paths(struct xenbus_device *d, const char *value, size_t length)
{
	char text[XENBUS_VALUE];
	uint64_t domain;

	if (d->step == 0) {
		keep(d->back, sizeof(d->back), value, length);
		return;
	}
	keep(text, sizeof(text), value, length);
	if (!d->back[0] || !xenstore_number(text, &domain) || domain >= DOMID_FIRST_RESERVED) {
		wedge_log("%s %lu: the store does not say where its back end is", d->kind->what,
			  (unsigned long)d->id);
		d->life = XENBUS_DEAD;
		return;
	}
	d->domain = (domid_t)domain;
}

static void take_value(struct xenbus_device *d, const char *value, size_t length)
{
	if (d->step == 0)
		keep(d->state, sizeof(d->state), value, length);
	else
		keep(d->value[d->step - 1], XENBUS_VALUE, value, length);
}

static void done(struct xenstore_request *r, const char *value, size_t length)
{
	struct xenbus_device *d = (void *)((char *)r - offsetof(struct xenbus_device, request));

	if (d->phase == XENBUS_PATHS)
		take_paths(d, value, length);
	else if (d->phase == XENBUS_READS)
		take_value(d, value, length);
	d->step++;
	go_on(d);
}

static void changed(struct xenstore_watch *w)
{
	struct xenbus_device *d = (void *)((char *)w - offsetof(struct xenbus_device, watch));

	d->again = true;
	go_on(d);
}

static void enter(struct xenbus_device *d, enum xenbus_phase phase)
{
	d->phase = phase;
	d->step = 0;
}

/* The device has left the store; its slot is free once its watch has ended. */
static void leave(struct xenbus_device *d)
{
	d->removed = false;
	end_closing(d);
	d->answers = 0;
	d->life = XENBUS_FREE;
	if (d->watches) {
		d->watches = false;
		enter(d, XENBUS_WATCHES);
		d->step = 1;
		xenstore_unwatch(&d->request, &d->watch, d->back, "state");
	}
}

/* A phase is over: which is next. */
static void next_phase(struct xenbus_device *d)
{
	if (d->phase == XENBUS_PATHS && d->life == XENBUS_FOUND && !d->watches) {
		enter(d, XENBUS_WATCHES);
		return;
	}
	if (d->phase == XENBUS_READS && xenstore_works())
		judge(d);
	if (d->phase == XENBUS_WRITES)
		d->answers = 0;
	enter(d, XENBUS_IDLE);
	if (d->life == XENBUS_FREE) {
		xenbus_look(d->kind);
	} else if (d->removed) {
		leave(d);
	} else if (d->answers) {
		enter(d, XENBUS_WRITES);
	} else if (d->again) {
		d->again = false;
		enter(d, XENBUS_READS);
	}
}

/* How many requests the phase has. */
static unsigned int steps(const struct xenbus_device *d)
{
	switch (d->phase) {
	case XENBUS_PATHS:
		return 2;
	case XENBUS_WATCHES:
		return 1;
	case XENBUS_READS:
		return 1 + d->kind->key_count;
	case XENBUS_WRITES:
		return d->answers;
	default:
		return 0;
	}
}

static void ask(struct xenbus_device *d)
{
	switch (d->phase) {
	case XENBUS_PATHS:
		xenstore_read(&d->request, d->front, d->step ? "backend-id" : "backend");
		break;
	case XENBUS_WATCHES:
		d->watches = true;
		xenstore_watch(&d->request, &d->watch, d->back, "state");
		break;
	case XENBUS_READS:
		xenstore_read(&d->request, d->back, d->step ? d->kind->keys[d->step - 1] : "state");
		break;
	case XENBUS_WRITES:
		xenstore_write(&d->request, d->front, d->answer[d->step].name,
			       d->answer[d->step].text);
		break;
	case XENBUS_IDLE:
		break;
	}
}

/* Makes the next request, if the one before is answered. Ends when there is nothing to ask. */
static void go_on(struct xenbus_device *d)
{
	if (d->request.busy)
		return;
	while (d->step >= steps(d)) {
		next_phase(d);
		if (d->request.busy || d->phase == XENBUS_IDLE)
			return;
	}
	ask(d);
}

void xenbus_arrive(struct xenbus_device *d, struct xenbus_kind *kind, uint64_t id)
{
	d->kind = kind;
	d->id = id;
	d->life = XENBUS_FOUND;
	d->again = d->removed = false;
	d->request.done = done;
	d->watch.changed = changed;
	format(d->front, sizeof(d->front), "%s/%lu", kind->folder, (unsigned long)id);
	enter(d, XENBUS_PATHS);
	go_on(d);
}

void xenbus_remove(struct xenbus_device *d)
{
	d->removed = true;
	go_on(d);
}
