/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter_device.h - the device by which a guest reads the wedge's counters; counter_ports.h is its
 * interface to programs.
 *
 * Invariant: only a command changes what is shown.
 */
#ifndef WEDGE_DEV_COUNTER_DEVICE_H
#define WEDGE_DEV_COUNTER_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <wedge/dev/counter_ports.h>

/* More counters than this are not shown. */
enum { COUNTER_PORTS_MAX = 256 };

struct dev_host;

struct counter_ports {
	struct dev_host *host; /* reads the counters */
	uint16_t count;
	uint16_t selected; /* COUNTER_ITEM */
	bool begun;
	uint64_t before[COUNTER_PORTS_MAX]; /* at the BEGIN */
	uint64_t shown[COUNTER_PORTS_MAX];
};

void counter_ports_init(struct counter_ports *c, struct dev_host *host);

/* `offset`: from COUNTER_PORTS on, below COUNTER_PORTS_COUNT. */
uint8_t counter_ports_read(const struct counter_ports *c, unsigned offset);
void counter_ports_write(struct counter_ports *c, unsigned offset, uint8_t value);

#endif
