/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netback.h - the back end of a network device of Xen's, which a test plays: what front/net.c,
 * net_life.c and net_frame.c have behind them. Event channels, grants and the store are stand-ins.
 *
 * Invariant: the back end's side is written by the layouts of public/io/netif.h and ring.h, by
 * hand, so that a test can write what no back end should.
 */
#ifndef TESTS_WEDGE_XEN_FRONT_NETBACK_H
#define TESTS_WEDGE_XEN_FRONT_NETBACK_H

#include <front/net.h>

#include "tap.h"

enum {
	BACK_ADDRESS_LAST = 5, /* the device's address is 00:16:3e:00:00:05 */
	BACK_ENTRIES_AT = 64,  /* where a ring's entries begin in its page */
};

struct back {
	struct net_front *f;
	uint32_t send_taken, receive_taken; /* requests that the back end has taken */
	uint32_t send_answered, receive_answered;
	unsigned int events;	 /* sent to the back end */
	unsigned int logs;	 /* lines of the wedge's */
	unsigned int interrupts; /* for the driver */
	unsigned int granted;	 /* pages */
	bool still_maps;	 /* grants are not given up */
	bool no_grants, no_port;
	struct virtio_identity identity;
	struct virtio_shared shared;
	const char *value[16]; /* what the store says, by the kind's index of keys */
	char said[16][24];     /* names of what the front end has said */
	uint64_t number[16];
	unsigned int said_count;
};
extern struct back back;

/* A device that its driver and its back end have started, with these features of the driver's. */
void back_new(uint64_t features);

/* As above, until the front end may offer its rings. */
void back_found(void);
bool back_offer(void);
void back_show(void);
void back_connect(void);

/* Whether the driver has been told that the link is up. */
bool back_link(void);

/* What the store says of the device under a key from now on; NULL: nothing. */
void back_say(const char *key, const char *value);

/* What the front end has said in the store under a name; 0: nothing. */
uint64_t back_said(const char *name);

/* ---- the back end ---- */

/* The next request to send; false if there is none. */
bool back_take(struct netif_tx_request *r);
/* Extra information, which is in the next entry. */
struct netif_extra_info back_take_extra(void);
const uint8_t *back_page(grant_ref_t reference);
void back_answer(uint16_t id, int16_t status);

/* Puts a response into the ring for received frames; `bytes` go into its page before. */
void back_bring(const void *bytes, uint16_t offset, int16_t status, uint16_t flags);
void back_bring_extra(uint8_t type, uint8_t flags, uint16_t size, uint8_t gso);

/* The counts of responses, as the front end sees them. */
void back_claim_sent(uint32_t count);
void back_claim_received(uint32_t count);

/* The front end's event channel. */
void back_event(void);

/* Closes the device, as when its back end has gone. */
void back_close(void);

#endif /* TESTS_WEDGE_XEN_FRONT_NETBACK_H */
