/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_store.c - the store's daemon for one domain (docs/misc/xenstore.txt of Xen's source).
 *
 * Invariant: answers come in the order of the requests, whole packets or as much of one as the ring
 * has room for.
 */
#include "fake_domain.h"

#include <stdio.h>
#include <xen/io/xs_wire.h>

enum { ENTRIES_MAX = 200, PATH = 160, VALUE = 80, WATCHES = 32, OUT = 65536 };
#define OWN "/local/domain/1/"

char store_page[4096] __attribute__((aligned(4096)));

static struct {
	char path[PATH], value[VALUE];
} entries[ENTRIES_MAX];
static unsigned int entry_count;

static struct {
	char path[PATH], token[16];
	bool relative;
} watches[WATCHES];
static unsigned int watch_count;

static char in[8192], out[OUT];
static size_t in_bytes, out_bytes;
enum store_fault store_fault;
unsigned int store_requests;

static struct xenstore_domain_interface *ring(void)
{
	return (void *)store_page;
}

void store_new(void)
{
	memset(store_page, 0, sizeof(store_page));
	entry_count = watch_count = 0;
	in_bytes = out_bytes = 0;
	store_fault = STORE_RIGHT;
	store_requests = 0;
}

static void send(uint32_t type, uint32_t id, const void *text, size_t size)
{
	struct xsd_sockmsg header = {.type = type, .req_id = id, .len = (uint32_t)size};

	if (store_fault == STORE_LONG)
		header.len = XENSTORE_PAYLOAD_MAX + 1;
	if (store_fault == STORE_OTHER_ID)
		header.req_id += 1000;
	assert_in_range(out_bytes + sizeof(header) + size, 0, OUT);
	memcpy(out + out_bytes, &header, sizeof(header));
	memcpy(out + out_bytes + sizeof(header), text, size);
	out_bytes += sizeof(header) + size;
}

static void send_watch(unsigned int w, const char *path)
{
	char text[PATH + 16];
	size_t skip = watches[w].relative ? strlen(OWN) : 0;
	int first = snprintf(text, sizeof(text), "%s", path + skip) + 1;
	int second =
		snprintf(text + first, sizeof(text) - (size_t)first, "%s", watches[w].token) + 1;

	send(XS_WATCH_EVENT, 0, text, (size_t)(first + second));
}

static void fire(const char *path)
{
	for (unsigned int w = 0; w < watch_count; w++) {
		size_t length = strlen(watches[w].path);

		if (!strncmp(watches[w].path, path, length) &&
		    (!path[length] || path[length] == '/'))
			send_watch(w, path);
	}
}

static int find(const char *path)
{
	for (unsigned int i = 0; i < entry_count; i++)
		if (!strcmp(entries[i].path, path))
			return (int)i;
	return -1;
}

const char *store_get(const char *path)
{
	int i = find(path);

	return i < 0 ? NULL : entries[i].value;
}

void store_set(const char *path, const char *value)
{
	int i = find(path);

	if (i < 0) {
		assert_in_range(entry_count, 0, ENTRIES_MAX - 1);
		i = (int)entry_count++;
	}
	snprintf(entries[i].path, PATH, "%s", path);
	snprintf(entries[i].value, VALUE, "%s", value);
	fire(path);
}

/* With all that is below. */
void store_remove(const char *path)
{
	size_t length = strlen(path);
	unsigned int kept = 0;

	for (unsigned int i = 0; i < entry_count; i++) {
		const char *p = entries[i].path;

		if (strncmp(p, path, length) || (p[length] && p[length] != '/'))
			entries[kept++] = entries[i];
	}
	entry_count = kept;
	fire(path);
}

static void list(uint32_t id, const char *path)
{
	char names[2048] = "";
	size_t used = 0, length = strlen(path);

	for (unsigned int i = 0; i < entry_count; i++) {
		const char *rest = entries[i].path + length + 1;
		size_t name = strncmp(entries[i].path, path, length) || rest[-1] != '/'
				      ? 0
				      : strcspn(rest, "/");
		bool known = false;

		for (size_t at = 0; at < used; at += strlen(names + at) + 1)
			known |= strlen(names + at) == name && !strncmp(names + at, rest, name);
		if (!name || known)
			continue;
		memcpy(names + used, rest, name);
		names[used + name] = 0;
		used += name + 1;
	}
	if (used)
		send(XS_DIRECTORY, id, names, used);
	else
		send(XS_ERROR, id, "ENOENT", 7);
}

static void add_watch(uint32_t id, const char *path, bool relative, const char *token)
{
	unsigned int w = watch_count++;

	assert_in_range(w, 0, WATCHES - 1);
	snprintf(watches[w].path, PATH, "%s", path);
	snprintf(watches[w].token, sizeof(watches[w].token), "%s", token);
	watches[w].relative = relative;
	send(XS_WATCH, id, "OK", 3);
	send_watch(w, path);
}

static void end_watch(uint32_t id, const char *path, const char *token)
{
	for (unsigned int w = 0; w < watch_count; w++) {
		if (strcmp(watches[w].path, path) || strcmp(watches[w].token, token))
			continue;
		watches[w] = watches[--watch_count];
		send(XS_UNWATCH, id, "OK", 3);
		return;
	}
	send(XS_ERROR, id, "ENOENT", 7);
}

static void handle(const struct xsd_sockmsg *header, char *text)
{
	char path[PATH], value[VALUE] = "";
	const char *second = text + strlen(text) + 1;
	size_t rest = header->len - (size_t)(second - text);

	store_requests++;
	assert_in_range(strlen(text), 1, PATH - sizeof(OWN));
	snprintf(path, sizeof(path), "%s%.140s", *text == '/' ? "" : OWN, text);
	switch (header->type) {
	case XS_READ:
		if (store_get(path))
			send(XS_READ, header->req_id, store_get(path), strlen(store_get(path)));
		else
			send(XS_ERROR, header->req_id, "ENOENT", 7);
		break;
	case XS_WRITE:
		assert_in_range(rest, 0, VALUE - 1);
		memcpy(value, second, rest);
		send(XS_WRITE, header->req_id, "OK", 3);
		store_set(path, value);
		break;
	case XS_DIRECTORY:
		list(header->req_id, path);
		break;
	case XS_WATCH:
		add_watch(header->req_id, path, *text != '/', second);
		break;
	case XS_UNWATCH:
		end_watch(header->req_id, path, second);
		break;
	case XS_RM:
		send(XS_RM, header->req_id, "OK", 3);
		store_remove(path);
		break;
	default:
		fail_msg("request %u", header->type);
	}
}

static bool take_requests(void)
{
	struct xenstore_domain_interface *r = ring();
	struct xsd_sockmsg header;
	bool any = r->req_cons != r->req_prod;

	assert_in_range(r->req_prod - r->req_cons, 0, XENSTORE_RING_SIZE);
	while (r->req_cons != r->req_prod)
		in[in_bytes++] = r->req[MASK_XENSTORE_IDX(r->req_cons++)];
	while (in_bytes >= sizeof(header)) {
		char text[4096] = "";

		memcpy(&header, in, sizeof(header));
		if (in_bytes < sizeof(header) + header.len)
			break;
		memcpy(text, in + sizeof(header), header.len);
		in_bytes -= sizeof(header) + header.len;
		memmove(in, in + sizeof(header) + header.len, in_bytes);
		handle(&header, text);
	}
	return any;
}

static bool give_answers(void)
{
	struct xenstore_domain_interface *r = ring();
	size_t done = 0;

	if (store_fault == STORE_RUNAWAY && out_bytes) {
		r->rsp_prod = r->rsp_cons + XENSTORE_RING_SIZE + 1;
		out_bytes = 0;
		return true;
	}
	while (done < out_bytes && r->rsp_prod - r->rsp_cons < XENSTORE_RING_SIZE)
		r->rsp[MASK_XENSTORE_IDX(r->rsp_prod++)] = out[done++];
	out_bytes -= done;
	memmove(out, out + done, out_bytes);
	return done;
}

bool store_run(void)
{
	bool any;

	if (store_fault == STORE_SILENT)
		return false;
	any = take_requests();
	any |= give_answers();
	if (any)
		fake_event(FAKE_STORE_PORT);
	return any;
}
