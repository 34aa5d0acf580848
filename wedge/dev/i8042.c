/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8042.c - keyboard controller and keyboard, see i8042.h.
 *
 * Invariant: a data byte belongs to a command only if no other command came between; `sent` is at
 * most the queue's size.
 */
#include <wedge/dev/i8042.h>

/* Commands of the controller (port 0x64). */
enum {
	READ_COMMAND_BYTE = 0x20,
	WRITE_COMMAND_BYTE = 0x60,
	DISABLE_AUXILIARY = 0xa7,
	ENABLE_AUXILIARY = 0xa8,
	TEST_AUXILIARY = 0xa9,
	TEST_CONTROLLER = 0xaa,
	TEST_KEYBOARD = 0xab,
	DISABLE_KEYBOARD = 0xad,
	ENABLE_KEYBOARD = 0xae,
	READ_INPUT_PORT = 0xc0,
	READ_OUTPUT_PORT = 0xd0,
	WRITE_OUTPUT_PORT = 0xd1,
	WRITE_KEYBOARD_BUFFER = 0xd2,
	WRITE_AUXILIARY_BUFFER = 0xd3,
	WRITE_AUXILIARY = 0xd4,
	PULSE_OUTPUT_PORT = 0xf0, /* bits 0 to 3: lines that are not pulsed */
};

enum {
	OUTPUT_NOT_RESET = 0x01,
	OUTPUT_A20 = 0x02,
	OUTPUT_FULL = 0x10,
	CONTROLLER_WORKS = 0x55,
	LINE_WORKS = 0x00,
	LINE_STUCK = 0x02, /* nothing is plugged in there */
	KEYS_NOT_LOCKED = 0x80,
};

/* The command byte. */
enum {
	INTERRUPTS = 0x01,
	SYSTEM_FLAG = 0x04,
	KEYBOARD_OFF = 0x10,
	AUXILIARY_OFF = 0x20,
	TRANSLATES = 0x40,
};

/* Status (port 0x64). */
enum { STATUS_FULL = 0x01, STATUS_SYSTEM = 0x04, STATUS_COMMAND = 0x08, STATUS_UNLOCKED = 0x10 };

/* What the keyboard is told, and says. */
enum {
	SET_LIGHTS = 0xed,
	ECHO = 0xee,
	SELECT_SET = 0xf0,
	IDENTIFY = 0xf2,
	SET_RATE = 0xf3,
	ENABLE = 0xf4,
	DEFAULTS_DISABLE = 0xf5,
	DEFAULTS = 0xf6,
	RESEND = 0xfe,
	RESET = 0xff,
	ACKNOWLEDGE = 0xfa,
	KEYBOARD_WORKS = 0xaa,
	FIRST_ID = 0xab,
	SECOND_ID = 0x83,
	SECOND_ID_TRANSLATED = 0x41,
	THE_SET = 0x02,
	THE_SET_TRANSLATED = 0x41,
};

/* The power key, made and broken; in set 2, and as the controller translates that. */
static const uint8_t power_key[] = {0xe0, 0x37, 0xe0, 0xf0, 0x37};
static const uint8_t power_key_translated[] = {0xe0, 0x5e, 0xe0, 0xde};

/* Left control, left alt and delete (the one beside the arrows) made, and broken backwards. */
static const uint8_t reboot_keys[] = {0x14, 0x11, 0xe0, 0x71, 0xe0, 0xf0,
				      0x71, 0xf0, 0x11, 0xf0, 0x14};
static const uint8_t reboot_keys_translated[] = {0x1d, 0x38, 0xe0, 0x53, 0xe0, 0xd3, 0xb8, 0x9d};

void i8042_init(struct i8042 *kbc)
{
	*kbc = (struct i8042){
		.command_byte = INTERRUPTS | SYSTEM_FLAG | AUXILIARY_OFF | TRANSLATES,
		.status = STATUS_UNLOCKED,
		.scanning = true,
	};
}

static void put_output(struct i8042 *kbc, uint8_t value)
{
	kbc->output = value;
	kbc->full = true;
}

/* The keyboard's next byte comes into the output buffer, if that is free and it may send. */
static void transfer(struct i8042 *kbc)
{
	if (kbc->full || !kbc->sent || kbc->command_byte & KEYBOARD_OFF)
		return;
	put_output(kbc, kbc->queue[0]);
	kbc->sent--;
	for (unsigned i = 0; i < kbc->sent; i++)
		kbc->queue[i] = kbc->queue[i + 1];
}

/* ---- the keyboard ---- */

static void send(struct i8042 *kbc, uint8_t value)
{
	if (kbc->sent < I8042_KEYBOARD_BYTES)
		kbc->queue[kbc->sent++] = value;
	kbc->last = value;
}

/* Keys that somebody presses: all of their codes, or none. */
static void send_keys(struct i8042 *kbc, const uint8_t *codes, unsigned count)
{
	if (!kbc->scanning || kbc->sent + count > I8042_KEYBOARD_BYTES)
		return;
	for (unsigned i = 0; i < count; i++)
		send(kbc, codes[i]);
	transfer(kbc);
}

static uint8_t translated(const struct i8042 *kbc, uint8_t value, uint8_t as)
{
	return kbc->command_byte & TRANSLATES ? as : value;
}

/* The parameter of the keyboard's command before. There are no lights, one rate, and one set. */
static void take_parameter(struct i8042 *kbc, uint8_t value)
{
	bool select = kbc->keyboard_command == SELECT_SET;

	kbc->keyboard_command = 0;
	if (select && value && value != THE_SET) {
		send(kbc, RESEND);
		return;
	}
	send(kbc, ACKNOWLEDGE);
	if (select && !value)
		send(kbc, translated(kbc, THE_SET, THE_SET_TRANSLATED));
}

static void take_command(struct i8042 *kbc, uint8_t value)
{
	switch (value) {
	case ECHO:
		send(kbc, ECHO);
		return;
	case RESEND:
		send(kbc, kbc->last);
		return;
	case SET_LIGHTS:
	case SELECT_SET:
	case SET_RATE:
		kbc->keyboard_command = value;
		break;
	case ENABLE:
	case DEFAULTS:
		kbc->scanning |= value == ENABLE;
		break;
	case DEFAULTS_DISABLE:
		kbc->scanning = false;
		break;
	case RESET:
		kbc->scanning = true;
		kbc->sent = 0;
		break;
	case IDENTIFY:
		break;
	default:
		send(kbc, RESEND);
		return;
	}
	send(kbc, ACKNOWLEDGE);
	if (value == RESET)
		send(kbc, KEYBOARD_WORKS);
	if (value == IDENTIFY) {
		send(kbc, FIRST_ID);
		send(kbc, translated(kbc, SECOND_ID, SECOND_ID_TRANSLATED));
	}
}

/* A byte for the keyboard enables its interface. Commands have bit 7, parameters have not. */
static void to_keyboard(struct i8042 *kbc, uint8_t value)
{
	kbc->command_byte &= (uint8_t)~KEYBOARD_OFF;
	if (kbc->keyboard_command && value < 0x80) {
		take_parameter(kbc, value);
		return;
	}
	kbc->keyboard_command = 0;
	take_command(kbc, value);
}

void i8042_press_power(struct i8042 *kbc)
{
	if (kbc->command_byte & TRANSLATES)
		send_keys(kbc, power_key_translated, sizeof(power_key_translated));
	else
		send_keys(kbc, power_key, sizeof(power_key));
}

void i8042_press_reboot(struct i8042 *kbc)
{
	if (kbc->command_byte & TRANSLATES)
		send_keys(kbc, reboot_keys_translated, sizeof(reboot_keys_translated));
	else
		send_keys(kbc, reboot_keys, sizeof(reboot_keys));
}

/* ---- the controller ---- */

/* Commands that are answered by a byte, or by nothing. */
static void answer(struct i8042 *kbc, uint8_t command)
{
	switch (command) {
	case READ_COMMAND_BYTE:
		put_output(kbc, kbc->command_byte);
		break;
	case TEST_CONTROLLER:
		put_output(kbc, CONTROLLER_WORKS);
		break;
	case TEST_KEYBOARD:
		put_output(kbc, LINE_WORKS);
		break;
	case TEST_AUXILIARY:
		put_output(kbc, LINE_STUCK);
		break;
	case READ_INPUT_PORT:
		put_output(kbc, KEYS_NOT_LOCKED);
		break;
	case READ_OUTPUT_PORT:
		put_output(kbc,
			   OUTPUT_NOT_RESET | OUTPUT_A20 | (uint8_t)(kbc->full ? OUTPUT_FULL : 0));
		break;
	case DISABLE_KEYBOARD:
		kbc->command_byte |= KEYBOARD_OFF;
		break;
	case ENABLE_KEYBOARD:
		kbc->command_byte &= (uint8_t)~KEYBOARD_OFF;
		break;
	case DISABLE_AUXILIARY:
		kbc->command_byte |= AUXILIARY_OFF;
		break;
	case ENABLE_AUXILIARY:
		kbc->command_byte &= (uint8_t)~AUXILIARY_OFF;
		break;
	}
}

uint8_t i8042_read_status(const struct i8042 *kbc)
{
	return (uint8_t)(kbc->status | (kbc->command_byte & SYSTEM_FLAG ? STATUS_SYSTEM : 0) |
			 (kbc->full ? STATUS_FULL : 0));
}

/* An empty buffer shows what was in it last. */
uint8_t i8042_read_data(struct i8042 *kbc)
{
	uint8_t value = kbc->output;

	kbc->full = false;
	transfer(kbc);
	return value;
}

bool i8042_write_command(struct i8042 *kbc, uint8_t value)
{
	kbc->status |= STATUS_COMMAND;
	kbc->command = 0;
	switch (value) {
	case WRITE_COMMAND_BYTE:
	case WRITE_OUTPUT_PORT:
	case WRITE_KEYBOARD_BUFFER:
	case WRITE_AUXILIARY_BUFFER:
	case WRITE_AUXILIARY:
		kbc->command = value;
		return false;
	}
	answer(kbc, value);
	transfer(kbc);
	return value >= PULSE_OUTPUT_PORT && !(value & OUTPUT_NOT_RESET);
}

bool i8042_write_data(struct i8042 *kbc, uint8_t value)
{
	uint8_t command = kbc->command;

	kbc->status &= (uint8_t)~STATUS_COMMAND;
	kbc->command = 0;
	switch (command) {
	case WRITE_COMMAND_BYTE:
		kbc->command_byte = value;
		break;
	case WRITE_KEYBOARD_BUFFER:
	case WRITE_AUXILIARY_BUFFER: /* but not as the auxiliary device's: software sees none */
		put_output(kbc, value);
		break;
	case WRITE_AUXILIARY:
		break;
	case WRITE_OUTPUT_PORT:
		return !(value & OUTPUT_NOT_RESET);
	default:
		to_keyboard(kbc, value);
	}
	transfer(kbc);
	return false;
}

bool i8042_irq(const struct i8042 *kbc)
{
	return kbc->full && kbc->command_byte & INTERRUPTS;
}
