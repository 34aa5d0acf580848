/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8254.h - Intel 8254 programmable interval timer. Order number 231164 is the data sheet meant
 * below.
 *
 * Nothing here counts. A channel remembers the input clock at which its counting element was
 * loaded; count and output follow from the present time. Time is in input clocks since i8254_init,
 * by exact integer arithmetic, so there is no drift.
 *
 * The 8259 holds only one tick of channel 0. Further ticks that the guest has not taken wait in a
 * backlog of at most I8254_BACKLOG; more are lost, as on real hardware. While a tick waits in the
 * 8259, no other is offered and no host timer runs. Then ticks of the backlog come at most at twice
 * the programmed rate, so a slow guest still makes progress.
 */
#ifndef WEDGE_DEV_I8254_H
#define WEDGE_DEV_I8254_H

#include <stdbool.h>
#include <stdint.h>

#define I8254_HZ      1193182u
#define I8254_BACKLOG 16u

struct i8254_channel {
	uint64_t start;	       /* clock at which the counting element holds `initial` */
	uint64_t held;	       /* clocks counted when the gate stopped counting */
	uint64_t switch_at;    /* clock at which `next_initial` takes over, modes 2 and 3 ... */
	uint64_t next_start;   /* ... and what `start` is from then on */
	uint32_t initial;      /* 1 to 65536 (10000 in BCD) */
	uint32_t next_initial; /* 0: none waits */
	uint16_t latch;	       /* output latch */
	uint8_t latched;       /* bytes of `latch` still to be read */
	uint8_t control;       /* control word, bits 0 to 5 */
	uint8_t mode;	       /* 0 to 5, out of the control word */
	uint8_t access;	       /* RW out of the control word: 1 low, 2 high, 3 low then high byte */
	uint8_t low;	       /* low byte of a count whose high byte is still to come */
	uint8_t status;	       /* latched status byte */
	bool status_latched;
	bool write_high; /* the next byte written is the high one */
	bool read_high;	 /* the next byte read is the high one */
	bool gate;
	bool loaded;   /* a whole count was written since the control word */
	bool counting; /* and counting was started, in modes 1 and 5 by the gate */
};

struct i8254 {
	struct i8254_channel channel[3];
	uint64_t origin_ns; /* time of clock 0 */
	uint64_t seen;	    /* channel 0: edges up to this clock are accounted for */
	uint64_t last_edge; /* channel 0: clock of the latest edge handed out */
	uint32_t backlog;   /* channel 0: edges due and not handed out */
};

/* As a BIOS leaves it: channel 0 mode 3 at 65536, channel 1 mode 2 at 18, channel 2 idle. */
void i8254_init(struct i8254 *pit, uint64_t now_ns);

/* Ports 0x40 + reg, reg 0 to 3. */
uint8_t i8254_read(struct i8254 *pit, unsigned reg, uint64_t now_ns);
void i8254_write(struct i8254 *pit, unsigned reg, uint8_t value, uint64_t now_ns);

/* GATE input of channel 2 (those of 0 and 1 are wired high). */
void i8254_set_gate2(struct i8254 *pit, bool level, uint64_t now_ns);

/* OUT pin of a channel. */
bool i8254_out(struct i8254 *pit, unsigned channel, uint64_t now_ns);

/* The refresh-request flip-flop of port 0x61 bit 4: toggles about every 15 microseconds. */
bool i8254_refresh_toggle(const struct i8254 *pit, uint64_t now_ns);

/* Takes one due rising edge of channel 0, if there is one and the catch-up rate allows it. */
bool i8254_take_edge(struct i8254 *pit, uint64_t now_ns);

/* Whether channel 0 holds OUT low in mode 0, which withdraws an interrupt request. */
bool i8254_out0_cleared(struct i8254 *pit, uint64_t now_ns);

/* When i8254_take_edge may next succeed; UINT64_MAX: not without a write. */
uint64_t i8254_deadline(struct i8254 *pit, uint64_t now_ns);

#endif
