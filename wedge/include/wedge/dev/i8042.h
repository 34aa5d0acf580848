/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8042.h - the keyboard controller of a PC with a keyboard (IBM Personal System/2 Hardware
 * Interface Technical Reference, "Keyboard and Auxiliary Device Controller" and "Keyboard"), on
 * which somebody may press the power key, or control, alt and delete; and the controller's output
 * port, by which software resets a PC.
 *
 * There is no auxiliary device (mouse): its interface fails the controller's test, and bytes for it
 * are lost. The keyboard has scan code set 2, and no lights.
 *
 * Invariant: the output buffer has a byte of the keyboard only while its interface is enabled;
 * bytes come out in the order in which the keyboard sent them.
 */
#ifndef WEDGE_DEV_I8042_H
#define WEDGE_DEV_I8042_H

#include <stdbool.h>
#include <stdint.h>

enum { I8042_KEYBOARD_BYTES = 16 };

struct i8042 {
	uint8_t command_byte;
	uint8_t status;	 /* without the bit that says the output buffer is full */
	uint8_t command; /* of the controller, whose data byte is to come; 0: none */
	bool full;	 /* the output buffer */
	uint8_t output;
	/* The keyboard. */
	bool scanning;		  /* keys are reported */
	uint8_t keyboard_command; /* whose parameter is to come; 0: none */
	uint8_t last;		  /* byte that it has sent */
	unsigned sent;		  /* bytes that wait for the output buffer */
	uint8_t queue[I8042_KEYBOARD_BYTES];
};

/* As a PC's firmware leaves it: translation to set 1, interrupts, keys reported. */
void i8042_init(struct i8042 *kbc);

/* Ports 0x64 and 0x60. A write that returns true resets the processor. */
uint8_t i8042_read_status(const struct i8042 *kbc);
uint8_t i8042_read_data(struct i8042 *kbc);
bool i8042_write_command(struct i8042 *kbc, uint8_t value);
bool i8042_write_data(struct i8042 *kbc, uint8_t value);

/* Level of the interrupt line: the output buffer is full, and software wants to be told. */
bool i8042_irq(const struct i8042 *kbc);

/*
 * Presses and releases the power key; or control, alt and delete together. Nothing happens if the
 * keyboard may not send, or if its queue has no room since nobody reads: a key pressed before is in
 * it then.
 */
void i8042_press_power(struct i8042 *kbc);
void i8042_press_reboot(struct i8042 *kbc);

#endif
