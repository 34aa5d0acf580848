/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * control.c - what the tool stack asks of the whole domain (docs/misc/xenstore-paths of Xen's
 * source, "~/control/shutdown", "~/control/sysrq").
 *
 * A wish to power off presses the guest's power key, one to reboot presses control, alt and delete.
 * One to sleep, for save or migration, is not taken, and its tool gives up. A SysRq key is a break
 * on the guest's serial line and then that character, as on any serial console.
 *
 * Invariant: every wish is carried out once, or gets one message.
 */
#include <wedge/lib.h>
#include <wedge/log.h>
#include "front.h"
#include "xenstore.h"

static const char folder[] = "control";

/* An entry of the folder that the tool stack writes its wishes to. */
struct wishes {
	const char *name;
	bool (*carry_out)(const char *value, size_t length); /* false: it is not taken */
	struct xenstore_request request;
	struct xenstore_watch watch;
	bool again; /* it has changed while the request was at work */
};

static bool is(const char *value, size_t length, const char *word)
{
	return length == strlen(word) && !memcmp(value, word, length);
}

static bool shutdown(const char *value, size_t length)
{
	if (is(value, length, "poweroff") || is(value, length, "halt")) {
		core_power_button(vcpu_this());
		return true;
	}
	if (is(value, length, "reboot")) {
		core_reboot_keys(vcpu_this());
		return true;
	}
	if (is(value, length, "suspend"))
		wedge_log("this domain cannot be saved or migrated: it goes on");
	else
		wedge_log("this domain is asked for what it cannot do: %s", value);
	return false;
}

static bool sysrq(const char *value, size_t length)
{
	if (length != 1) {
		wedge_log("this domain is asked for a SysRq key that is none: %s", value);
		return false;
	}
	core_serial_break(vcpu_this(), *value);
	return true;
}

static struct wishes kinds[] = {
	{.name = "shutdown", .carry_out = shutdown},
	{.name = "sysrq", .carry_out = sysrq},
};

static struct wishes *of_request(struct xenstore_request *r)
{
	return (struct wishes *)((char *)r - offsetof(struct wishes, request));
}

static void look(struct wishes *w);

static void answered(struct xenstore_request *r, const char *value, size_t length)
{
	struct wishes *w = of_request(r);

	(void)value;
	(void)length;
	if (w->again)
		look(w);
}

/* A wish that is taken is written over, by nothing: its tool waits for that. */
static void take_wish(struct xenstore_request *r, const char *value, size_t length)
{
	struct wishes *w = of_request(r);

	r->done = answered;
	if (value && length && *value && w->carry_out(value, length))
		xenstore_write(r, folder, w->name, "");
	else
		answered(r, value, length);
}

static void look(struct wishes *w)
{
	w->again = false;
	w->request.done = take_wish;
	xenstore_read(&w->request, folder, w->name);
}

static void changed(struct xenstore_watch *watch)
{
	struct wishes *w = (struct wishes *)((char *)watch - offsetof(struct wishes, watch));

	w->again = true;
	if (!w->request.busy)
		look(w);
}

void control_start(void)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct wishes *w = &kinds[i];

		w->request.done = answered;
		w->watch.changed = changed;
		xenstore_watch(&w->request, &w->watch, folder, w->name);
	}
}
