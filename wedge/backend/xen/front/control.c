/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.c - what the tool stack asks of the whole domain (docs/misc/xenstore-paths of Xen's
 * source, "~/control/shutdown").
 *
 * A wish to power off presses the guest's power key. No key means to reboot: that wish is taken,
 * which its tool then reports, and the console says it to whoever is there. One to sleep, for save
 * or migration, is not taken, and its tool gives up after a minute.
 *
 * Invariant: every wish presses the key once, or gets one message.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "front.h"
#include "xenstore.h"

static const char folder[] = "control", name[] = "shutdown";

static struct xenstore_request request;
static struct xenstore_watch watch;
static bool again; /* it has changed while the request was at work */

static bool is(const char *value, size_t length, const char *word)
{
	return length == strlen(word) && !memcmp(value, word, length);
}

static void look(void);

static void answered(struct xenstore_request *r, const char *value, size_t length)
{
	(void)r;
	(void)value;
	(void)length;
	if (again)
		look();
}

static void take_wish(struct xenstore_request *r, const char *value, size_t length)
{
	r->done = answered;
	if (!value || !length) {
		answered(r, value, length);
	} else if (is(value, length, "poweroff") || is(value, length, "halt")) {
		core_power_button(vcpu_this());
		xenstore_write(r, folder, name, "");
	} else if (is(value, length, "reboot")) {
		wedge_log("this domain is asked to reboot: tell its system, which cannot hear it");
		xenstore_write(r, folder, name, "");
	} else {
		wedge_log("this domain is asked for what it cannot do: %s", value);
		answered(r, value, length);
	}
}

static void look(void)
{
	again = false;
	request.done = take_wish;
	xenstore_read(&request, folder, name);
}

static void changed(struct xenstore_watch *w)
{
	(void)w;
	again = true;
	if (!request.busy)
		look();
}

void control_start(void)
{
	request.done = answered;
	watch.changed = changed;
	xenstore_watch(&request, &watch, folder, name);
}
