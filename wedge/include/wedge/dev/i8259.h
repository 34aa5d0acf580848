/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8259.h - two cascaded Intel 8259A interrupt controllers as in a PC/AT, with the edge/level
 * control registers of later chip sets. Order number 231468 is the data sheet meant below.
 *
 * Invariant: `intr` always equals the INT output of the master, computed after every change.
 */
#ifndef WEDGE_DEV_I8259_H
#define WEDGE_DEV_I8259_H

#include <stdbool.h>
#include <stdint.h>

struct i8259_chip {
	uint8_t irr;	  /* latched requests (edge) or request lines (level) */
	uint8_t isr;	  /* in service */
	uint8_t imr;	  /* 1: masked */
	uint8_t lines;	  /* present level of IR0..IR7 */
	uint8_t elcr;	  /* 1: level triggered, bit by bit */
	uint8_t lowest;	  /* input of lowest priority; 7 after ICW1 */
	uint8_t base;	  /* ICW2: vector of IR0 */
	uint8_t cascade;  /* ICW3 of the master: inputs with a slave; 0 in the slave */
	uint8_t expect;	  /* next initialisation word: 2, 3, 4; 0 when initialised */
	bool single;	  /* ICW1 SNGL: no ICW3, no cascade */
	bool want_icw4;	  /* ICW1 IC4 */
	bool level;	  /* ICW1 LTIM: all inputs level triggered */
	bool auto_eoi;	  /* ICW4 AEOI */
	bool auto_rotate; /* OCW2 rotate in automatic EOI mode */
	bool nested;	  /* ICW4 SFNM: special fully nested mode */
	bool special;	  /* OCW3 special mask mode */
	bool read_isr;	  /* OCW3 RIS: command port reads ISR, not IRR */
	bool poll;	  /* OCW3 P: the next read is a poll */
};

struct i8259 {
	struct i8259_chip chip[2]; /* master, slave */
	bool intr;		   /* INT output of the master */
};

enum { I8259_MASTER, I8259_SLAVE };

/* As a BIOS leaves it: vectors 0x08 and 0x70, everything masked, edge triggered. */
void i8259_init(struct i8259 *pic);

/* Level of ISA interrupt line 0 to 15; line 2 is the cascade and is ignored. */
void i8259_set_line(struct i8259 *pic, unsigned irq, bool level);

/* Whether the request of `irq` is latched and not yet acknowledged. */
bool i8259_requested(const struct i8259 *pic, unsigned irq);

/* Interrupt acknowledge: the vector; that of the spurious interrupt, IR7, if INT is low. */
int i8259_ack(struct i8259 *pic);

/* Command port (data = false) and data port of one chip. */
uint8_t i8259_read(struct i8259 *pic, unsigned chip, bool data);
void i8259_write(struct i8259 *pic, unsigned chip, bool data, uint8_t value);

/* Edge/level control registers, ports 0x4d0 (chip 0) and 0x4d1. */
uint8_t i8259_read_elcr(const struct i8259 *pic, unsigned chip);
void i8259_write_elcr(struct i8259 *pic, unsigned chip, uint8_t value);

#endif
