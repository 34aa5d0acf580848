/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events.h - event channels (public/event_channel.h): a port and who handles its events.
 *
 * Invariant: handlers are called by events_handle() alone, with events masked, one after the other.
 */
#ifndef WEDGE_BACKEND_XEN_EVENTS_H
#define WEDGE_BACKEND_XEN_EVENTS_H

#include "xen.h"

/* Ports from here on are refused: one hypercall waits for all that are in use. */
enum { EVENT_PORTS = 128 };

/*
 * Called when there was an event at least once since the last call. `who` is what was bound with
 * it. A handler may bind and close ports, its own too.
 */
typedef void event_handler(struct vcpu *v, void *who);

/* Has a port's events handled, from now on. False if the port's number is too large. */
bool events_bind(evtchn_port_t port, event_handler *handle, void *who);

/* A new port that the domain may connect to, bound as above; 0 if Xen refuses it. */
evtchn_port_t events_offer(domid_t domain, event_handler *handle, void *who);

/* Closes a port of events_offer(); 0 is none. Its handler is not called any more. */
void events_close(evtchn_port_t port);

/* An event for the other side of the port. */
void events_send(evtchn_port_t port);

/*
 * Waits until an event is pending on any port, or until the time, in ns of backend_now_ns(), and
 * handles the events.
 */
void events_wait(struct vcpu *v, uint64_t until_ns);

#endif /* WEDGE_BACKEND_XEN_EVENTS_H */
