/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports.h - streams of the guest's beside its serial line: ports of a virtio console device
 * (devices.h), each between the guest and pipes. One is a terminal (hvc0), the others are the
 * standard streams of a command (`afterburn run --exec`).
 *
 * Invariant: what the guest has sent through a port is not lost when it resets or ends, as long as
 * somebody reads it.
 */
#ifndef LAUNCH_PORTS_H
#define LAUNCH_PORTS_H

#include "launcher.h"

/* Numbers of the ports. */
enum port { PORT_TERMINAL, PORT_INPUT, PORT_OUTPUT, PORT_ERROR };

/*
 * Reads the words of --ports: terminal, input, output, error, with commas between. Ends the
 * launcher, code 2, if it makes no sense.
 */
void ports_parse(struct options *options, const char *text);

/* Puts the device on the bus, if ports are asked for. Ends the launcher, code 2, if that is full.
 */
void ports_open(const struct options *options);

/* Before devices_start(): ends of pipes that do not block, which are the port's; -1: none. */
void ports_connect(enum port port, int input, int output);

/* The terminal may have another size. */
void ports_resize(void);

/*
 * Behind devices_stop(): puts into the pipes what the guest has sent and what they have room for.
 * False: there was nothing.
 */
bool ports_drain(void);

#endif
