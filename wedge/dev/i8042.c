/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8042.c - the keyboard controller's commands that can reset the processor.
 *
 * Invariant: a data byte counts as output port only if it directly follows command 0xd1.
 */
#include <wedge/dev/i8042.h>

enum {
	WRITE_OUTPUT_PORT = 0xd1,
	PULSE_OUTPUT_PORT = 0xf0, /* bits 0 to 3: lines that are not pulsed */
	OUTPUT_NOT_RESET = 0x01
};

void i8042_init(struct i8042 *kbc)
{
	kbc->want_output_port = false;
}

bool i8042_write_command(struct i8042 *kbc, uint8_t value)
{
	kbc->want_output_port = value == WRITE_OUTPUT_PORT;
	return value >= PULSE_OUTPUT_PORT && !(value & OUTPUT_NOT_RESET);
}

bool i8042_write_data(struct i8042 *kbc, uint8_t value)
{
	bool reset = kbc->want_output_port && !(value & OUTPUT_NOT_RESET);

	kbc->want_output_port = false;
	return reset;
}
