/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * i8259.c - two cascaded Intel 8259A, data sheet order number 231468.
 *
 * Requests of edge-triggered inputs are dropped when the line goes low before the acknowledge, as
 * the data sheet has it ("Interrupt Request: IR inputs must remain high until ... INTA").
 *
 * Invariant: every path that changes a chip ends in update_slave or update_master.
 */
#include <wedge/dev/i8259.h>

#define CASCADE_INPUT 2u
#define SPURIOUS      7u

/* Initialisation command word 1, and what tells it from operation command word 3. */
enum { ICW1 = 0x10, ICW1_IC4 = 0x01, ICW1_SNGL = 0x02, ICW1_LTIM = 0x08 };
enum { ICW4_AEOI = 0x02, ICW4_SFNM = 0x10 };
enum {
	OCW3 = 0x08,
	OCW3_RIS = 0x01,
	OCW3_RR = 0x02,
	OCW3_P = 0x04,
	OCW3_SMM = 0x20,
	OCW3_ESMM = 0x40
};
enum { OCW2_EOI = 0x20, OCW2_SL = 0x40, OCW2_R = 0x80 };

/* Inputs that chip sets keep edge triggered: timer, keyboard, cascade; RTC and FPU. */
static const uint8_t elcr_fixed[2] = {0x07, 0x21};

static uint8_t level_inputs(const struct i8259_chip *c)
{
	return c->level ? 0xff : c->elcr;
}

/* The inputs of `bits` reordered so that bit 0 has the highest priority. */
static unsigned by_priority(const struct i8259_chip *c, uint8_t bits)
{
	unsigned first = (c->lowest + 1u) & 7;

	return ((unsigned)bits >> first | (unsigned)bits << (8 - first)) & 0xff;
}

static unsigned input_of(const struct i8259_chip *c, unsigned priority)
{
	return (priority + c->lowest + 1u) & 7;
}

/* Priority resolver: the input that raises INT now, or -1. */
static int resolve(const struct i8259_chip *c)
{
	uint8_t wanted = c->irr & (uint8_t)~c->imr;
	uint8_t serving = c->special ? c->isr & (uint8_t)~c->imr : c->isr;
	unsigned priority, input;

	if (!wanted || c->expect)
		return -1;
	priority = (unsigned)__builtin_ctz(by_priority(c, wanted));
	input = input_of(c, priority);
	if (serving) {
		unsigned busy = (unsigned)__builtin_ctz(by_priority(c, serving));
		/* Special fully nested mode: a slave may interrupt itself. */
		bool same = c->nested && (c->cascade >> input & 1) && priority == busy;

		if (priority >= busy && !same)
			return -1;
	}
	return (int)input;
}

static void drive(struct i8259_chip *c, unsigned input, bool level)
{
	uint8_t bit = (uint8_t)(1u << input);

	if (!level) {
		c->lines &= (uint8_t)~bit;
		c->irr &= (uint8_t)~bit;
		return;
	}
	if (!(c->lines & bit) || (level_inputs(c) & bit))
		c->irr |= bit;
	c->lines |= bit;
}

static void update_master(struct i8259 *pic)
{
	pic->intr = resolve(&pic->chip[I8259_MASTER]) >= 0;
}

static void update_slave(struct i8259 *pic)
{
	drive(&pic->chip[I8259_MASTER], CASCADE_INPUT, resolve(&pic->chip[I8259_SLAVE]) >= 0);
	update_master(pic);
}

static void update(struct i8259 *pic, unsigned chip)
{
	if (chip == I8259_SLAVE)
		update_slave(pic);
	else
		update_master(pic);
}

/* First INTA pulse, or a poll: the request moves from IRR to ISR. */
static void accept(struct i8259 *pic, unsigned chip, unsigned input)
{
	struct i8259_chip *c = &pic->chip[chip];
	uint8_t bit = (uint8_t)(1u << input);

	if (!(level_inputs(c) & bit))
		c->irr &= (uint8_t)~bit;
	if (!c->auto_eoi)
		c->isr |= bit;
	else if (c->auto_rotate)
		c->lowest = (uint8_t)input;
	/* INT falls at the acknowledge; a further request makes a new edge at the master. */
	if (chip == I8259_SLAVE)
		drive(&pic->chip[I8259_MASTER], CASCADE_INPUT, false);
}

int i8259_ack(struct i8259 *pic)
{
	struct i8259_chip *master = &pic->chip[I8259_MASTER], *slave = &pic->chip[I8259_SLAVE];
	int input = resolve(master), from_slave;

	if (input < 0)
		return master->base + (int)SPURIOUS;
	accept(pic, I8259_MASTER, (unsigned)input);
	if (master->single || !(master->cascade >> input & 1)) {
		update_master(pic);
		return master->base + input;
	}
	from_slave = resolve(slave);
	if (from_slave >= 0)
		accept(pic, I8259_SLAVE, (unsigned)from_slave);
	else
		from_slave = SPURIOUS;
	update_slave(pic);
	return slave->base + from_slave;
}

void i8259_set_line(struct i8259 *pic, unsigned irq, bool level)
{
	unsigned chip = irq >> 3 & 1;

	if (irq > 15 || irq == CASCADE_INPUT || (pic->chip[chip].lines >> (irq & 7) & 1) == level)
		return;
	drive(&pic->chip[chip], irq & 7, level);
	update(pic, chip);
}

bool i8259_requested(const struct i8259 *pic, unsigned irq)
{
	return pic->chip[irq >> 3 & 1].irr >> (irq & 7) & 1;
}

/* ICW1, items (a) to (f) of "Initialization Command Words 1 and 2". */
static void start_initialisation(struct i8259_chip *c, uint8_t value)
{
	c->level = value & ICW1_LTIM;
	c->irr = c->lines & level_inputs(c);
	c->isr = 0;
	c->imr = 0;
	c->lowest = 7;
	c->cascade = 0;
	c->special = false;
	c->read_isr = false;
	c->poll = false;
	c->auto_eoi = false;
	c->auto_rotate = false;
	c->nested = false;
	c->single = value & ICW1_SNGL;
	c->want_icw4 = value & ICW1_IC4;
	c->expect = 2;
}

static void continue_initialisation(struct i8259_chip *c, bool master, uint8_t value)
{
	switch (c->expect) {
	case 2:
		c->base = value & 0xf8;
		c->expect = c->single ? (c->want_icw4 ? 4 : 0) : 3;
		break;
	case 3:
		c->cascade = master ? value : 0;
		c->expect = c->want_icw4 ? 4 : 0;
		break;
	default:
		c->auto_eoi = value & ICW4_AEOI;
		c->nested = value & ICW4_SFNM;
		c->expect = 0;
		break;
	}
}

/* End of interrupt and priority rotation. */
static void write_ocw2(struct i8259_chip *c, uint8_t value)
{
	/* In special mask mode a masked level is not ended by a non-specific EOI. */
	uint8_t serving = c->special ? c->isr & (uint8_t)~c->imr : c->isr;
	unsigned input = value & 7;

	if (!(value & OCW2_EOI)) {
		if ((value & (OCW2_R | OCW2_SL)) == (OCW2_R | OCW2_SL))
			c->lowest = (uint8_t)input;
		else if (!(value & OCW2_SL))
			c->auto_rotate = value & OCW2_R;
		return;
	}
	if (!(value & OCW2_SL)) {
		if (!serving)
			return;
		input = input_of(c, (unsigned)__builtin_ctz(by_priority(c, serving)));
	}
	c->isr &= (uint8_t) ~(1u << input);
	if (value & OCW2_R)
		c->lowest = (uint8_t)input;
}

static void write_ocw3(struct i8259_chip *c, uint8_t value)
{
	if (value & OCW3_ESMM)
		c->special = value & OCW3_SMM;
	if (value & OCW3_P)
		c->poll = true;
	else if (value & OCW3_RR)
		c->read_isr = value & OCW3_RIS;
}

void i8259_write(struct i8259 *pic, unsigned chip, bool data, uint8_t value)
{
	struct i8259_chip *c = &pic->chip[chip & 1];

	if (data && !c->expect)
		c->imr = value;
	else if (data)
		continue_initialisation(c, (chip & 1) == I8259_MASTER, value);
	else if (value & ICW1)
		start_initialisation(c, value);
	else if (value & OCW3)
		write_ocw3(c, value);
	else
		write_ocw2(c, value);
	update(pic, chip & 1);
}

/* Poll command: a read takes the place of the acknowledge cycle. */
static uint8_t poll(struct i8259 *pic, unsigned chip)
{
	int input = resolve(&pic->chip[chip]);

	pic->chip[chip].poll = false;
	if (input < 0)
		return 0;
	accept(pic, chip, (unsigned)input);
	update(pic, chip);
	return (uint8_t)(0x80 | input);
}

uint8_t i8259_read(struct i8259 *pic, unsigned chip, bool data)
{
	const struct i8259_chip *c = &pic->chip[chip & 1];

	if (c->poll)
		return poll(pic, chip & 1);
	if (data)
		return c->imr;
	return c->read_isr ? c->isr : c->irr;
}

uint8_t i8259_read_elcr(const struct i8259 *pic, unsigned chip)
{
	return pic->chip[chip & 1].elcr;
}

void i8259_write_elcr(struct i8259 *pic, unsigned chip, uint8_t value)
{
	struct i8259_chip *c = &pic->chip[chip & 1];
	uint8_t was_level = level_inputs(c);

	c->elcr = value & (uint8_t)~elcr_fixed[chip & 1];
	/* Inputs that change sides: a level input follows its line, an edge input waits for one. */
	c->irr &= (uint8_t) ~(was_level ^ level_inputs(c));
	c->irr |= c->lines & level_inputs(c);
	update(pic, chip & 1);
}

void i8259_init(struct i8259 *pic)
{
	*pic = (struct i8259){0};
	for (unsigned i = 0; i < 2; i++) {
		pic->chip[i].lowest = 7;
		pic->chip[i].imr = 0xff;
	}
	pic->chip[I8259_MASTER].base = 0x08;
	pic->chip[I8259_MASTER].cascade = 1u << CASCADE_INPUT;
	pic->chip[I8259_SLAVE].base = 0x70;
}
