/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_domain.h - a domain as front ends see it: its memory, event channels, grant table and time,
 * the store's daemon (fake_store.c), and a back end for disks (fake_back.c).
 *
 * Nothing happens by itself: world() lets daemon, back end and the wedge's handlers run until all
 * are still.
 *
 * Invariant: the back end reaches pages by grants alone, and a page that it maps stays mapped until
 * it lets go.
 */
#ifndef TESTS_WEDGE_FRONT_FAKE_DOMAIN_H
#define TESTS_WEDGE_FRONT_FAKE_DOMAIN_H

#include <xen.h>
#include <events.h>
#include <wedge/dev/virtio_shared.h>
#include <xen/grant_table.h>

#include "../tap.h"

enum {
	FAKE_GUEST_PAGES = 1024, /* from guest-physical 0 on; then the wedge's heap */
	FAKE_PAGES = 4096,
	FAKE_STORE_PORT = 5,
	FAKE_CONSOLE_PORT = 6,
	FAKE_OTHER = 0, /* the back ends' domain */
};

struct fake_domain {
	uint64_t now_ns;
	uint64_t period_ns;	  /* of the periodic timer; 0: off */
	unsigned int allocations; /* of the wedge's heap that are allowed; each takes one */
	unsigned int virtio_interrupts;
	unsigned int power_presses, reboot_presses;
	unsigned int breaks;		  /* on the serial line */
	char break_key;			  /* behind the last of them */
	unsigned int in_balloon, xen_has; /* pages that are in it; that can come back */
	unsigned int logged;		  /* messages */
	char last_log[200];
	void (*yielded)(void); /* if there is one: what others do meanwhile */
	unsigned int console_port_events, console_calls; /* sent; console_io, which is refused */
	bool ports_refused, grants_refused;
	unsigned int ports_open;
};

extern struct fake_domain fake;
extern struct vcpu vcpu;

/* A new domain, with a store, without devices. */
void fake_domain_new(void);

/* A page of guest memory. */
void *fake_guest(uint64_t address);

/* An event for the domain. */
void fake_event(evtchn_port_t port);

/* The domain's page by a grant, for its back end; NULL: it is not granted. Maps it. */
void *fake_map(grant_ref_t reference);
/* The back end lets go of all pages. */
void fake_unmap_all(void);
/* How many grants there are. */
unsigned int fake_grants(void);

/* ---- fake_store.c ---- */

void store_new(void);

/* The daemon has been woken: it looks at the ring as often as there is something new. */
bool store_run(void);

/* An entry of the store, by its absolute path; NULL: none. Setting and removing fires watches. */
const char *store_get(const char *path);
void store_set(const char *path, const char *value);
void store_remove(const char *path);

/* What is wrong with the daemon's answers from now on. */
enum store_fault {
	STORE_RIGHT,
	STORE_SILENT,
	STORE_LONG,	/* packets longer than the protocol allows */
	STORE_OTHER_ID, /* answers to what was not asked */
	STORE_RUNAWAY,	/* an index that runs away */
};
extern enum store_fault store_fault;
extern unsigned int store_requests;

/* ---- fake_back.c ---- */

void back_new(void);

/*
 * A disk as the tool stack makes it: number `id` of the domain, in state InitWait, of `sectors`
 * sectors; sector n is full of bytes n + 1.
 */
void back_attach(unsigned int id, unsigned int sectors);

/* The tool stack wants it away; and takes it out of the store once both sides are closed. */
void back_detach(unsigned int id);

/* Lets the back ends do what there is to do; true if there was anything. */
bool back_run(void);

enum { BACK_SECTORS = 4096 };

struct back {
	unsigned int id; /* 0: none */
	bool connected;
	bool silent;	     /* answers nothing */
	bool fails;	     /* answers with errors */
	bool refuses_extras; /* flush and discard are not known */
	bool backwards;	     /* answers the latest request first */
	uint8_t nonsense;    /* BACK_*: once */
	unsigned int sectors;
	uint8_t bytes[BACK_SECTORS * 512];
	unsigned int requests, indirect, flushes, discards; /* seen */
	unsigned int ring_pages;
	uint32_t taken, answered;
	evtchn_port_t port;
	uint8_t *ring;
};

enum { BACK_RIGHT, BACK_BAD_ID, BACK_TWICE, BACK_RUNAWAY, BACK_UNASKED };

/* The back end of disk `id`. */
struct back *back_of(unsigned int id);

/* ---- all of it ---- */

void world(void);

#endif /* TESTS_WEDGE_FRONT_FAKE_DOMAIN_H */
