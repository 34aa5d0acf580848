/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8042.h - the keyboard controller of a machine without a keyboard: only its output port, by which
 * software resets a PC.
 *
 * Status reads 0xfd. The input buffer is empty, so software does not wait before the reset command.
 * The output buffer is always full, which drivers take for "no controller" after a few reads of
 * port 0x60.
 */
#ifndef WEDGE_DEV_I8042_H
#define WEDGE_DEV_I8042_H

#include <stdbool.h>
#include <stdint.h>

#define I8042_STATUS 0xfdu

struct i8042 {
	bool want_output_port; /* command 0xd1 came; the next data byte is for the output port */
};

void i8042_init(struct i8042 *kbc);

/* Ports 0x64 and 0x60. True: the write resets the processor. */
bool i8042_write_command(struct i8042 *kbc, uint8_t value);
bool i8042_write_data(struct i8042 *kbc, uint8_t value);

#endif
