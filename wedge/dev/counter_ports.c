/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter_ports.c - the counters' ports (counter_ports.h). Every port answers single bytes, so a
 * program may read /dev/port in pieces of any size.
 *
 * Invariant: a read changes nothing; a counter that does not exist reads as all ones.
 */
#include <wedge/dev.h>

enum { DATA_BYTES = 8 };

/* The byte at a place of the data port: of a 64-bit number, lowest byte first. */
static uint8_t byte_of(uint64_t value, unsigned place)
{
	return (uint8_t)(value >> 8 * place);
}

static uint8_t name_byte(unsigned index, unsigned place)
{
	char name[COUNTER_NAME_SIZE] = {0};

	if (place >= sizeof(name))
		return 0;
	dev_host_counter_name(index, name, sizeof(name));
	return (uint8_t)name[place];
}

static uint8_t data_byte(const struct counter_ports *c, unsigned place)
{
	unsigned index = c->selected & 0xfff, part = c->selected >> 12;

	if (index >= c->count)
		return 0xff;
	if (part == COUNTER_PART_VALUE)
		return byte_of(c->shown[index], place);
	return name_byte(index, (part - COUNTER_PART_NAME) * DATA_BYTES + place);
}

uint8_t counter_ports_read(const struct counter_ports *c, unsigned offset)
{
	unsigned port = COUNTER_PORTS + offset;

	if (port >= COUNTER_DATA)
		return data_byte(c, port - COUNTER_DATA);
	if (port >= COUNTER_SELECT)
		return byte_of(c->selected, port - COUNTER_SELECT);
	if (port >= COUNTER_COUNT)
		return byte_of(c->count, port - COUNTER_COUNT);
	return (uint8_t)COUNTER_SIGNATURE_TEXT[port - COUNTER_SIGNATURE];
}

static void show_total(struct counter_ports *c)
{
	for (unsigned i = 0; i < c->count; i++)
		c->shown[i] = dev_host_counter(c->host, i);
}

static void clear(struct counter_ports *c)
{
	for (unsigned i = 0; i < c->count; i++)
		c->shown[i] = 0;
}

static void begin(struct counter_ports *c)
{
	for (unsigned i = 0; i < c->count; i++)
		c->before[i] = dev_host_counter(c->host, i);
	c->begun = true;
}

static void end(struct counter_ports *c)
{
	for (unsigned i = 0; c->begun && i < c->count; i++)
		c->shown[i] += dev_host_counter(c->host, i) - c->before[i];
	c->begun = false;
}

static void command(struct counter_ports *c, uint8_t value)
{
	switch (value) {
	case COUNTER_TOTAL:
		show_total(c);
		break;
	case COUNTER_CLEAR:
		clear(c);
		break;
	case COUNTER_BEGIN:
		begin(c);
		break;
	case COUNTER_END:
		end(c);
		break;
	}
}

void counter_ports_write(struct counter_ports *c, unsigned offset, uint8_t value)
{
	switch (COUNTER_PORTS + offset) {
	case COUNTER_COMMAND:
		command(c, value);
		break;
	case COUNTER_SELECT:
		c->selected = (uint16_t)((c->selected & 0xff00) | value);
		break;
	case COUNTER_SELECT + 1:
		c->selected = (uint16_t)((c->selected & 0xff) | value << 8);
		break;
	}
}

void counter_ports_init(struct counter_ports *c, struct dev_host *host)
{
	unsigned count = dev_host_counters();

	c->host = host;
	c->count = count < COUNTER_PORTS_MAX ? (uint16_t)count : COUNTER_PORTS_MAX;
	c->selected = 0;
	c->begun = false;
	clear(c);
}
