/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ns16550.c - NS16550A UART, National Semiconductor data sheet (June 1995), sections 8.0 to 8.11.
 *
 * Invariant: count <= capacity, and the line status bits that describe the FIFO are computed, never
 * stored. The receiver's time-out interrupt comes at once when less than the trigger level waits:
 * on a line without speed, four character times have always passed.
 */
#include <wedge/dev.h>

enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };
enum { IER_RX = 0x01, IER_THRE = 0x02, IER_LINE = 0x04, IER_MODEM = 0x08, IER_ALL = 0x0f };
enum { FCR_ENABLE = 0x01, FCR_CLEAR_RX = 0x02, FCR_TRIGGER_SHIFT = 6, FCR_KEPT = 0xc9 };
enum { IIR_MODEM, IIR_NONE, IIR_THRE = 0x02, IIR_RX = 0x04, IIR_LINE = 0x06, IIR_TIMEOUT = 0x0c };
enum { IIR_FIFOS = 0xc0, LCR_DLAB = 0x80, LCR_8N1 = 0x03 };
enum { MCR_DTR = 0x01, MCR_RTS = 0x02, MCR_OUT1 = 0x04, MCR_OUT2 = 0x08, MCR_LOOP = 0x10 };
enum { LSR_DR = 0x01, LSR_OE = 0x02, LSR_BI = 0x10, LSR_ERRORS = 0x1e, LSR_THRE_TEMT = 0x60 };
enum { LSR_FIFO_ERROR = 0x80 };
enum { BREAK_NONE, BREAK_COMES, BREAK_BYTE_COMES }; /* break_state */
enum { MSR_TERI = 0x04, MSR_CTS = 0x10, MSR_DSR = 0x20, MSR_RI = 0x40, MSR_DCD = 0x80 };

static unsigned capacity(const struct ns16550 *uart)
{
	return uart->fcr & FCR_ENABLE ? NS16550_FIFO : 1;
}

static unsigned trigger(const struct ns16550 *uart)
{
	static const uint8_t level[4] = {1, 4, 8, 14};

	return uart->fcr & FCR_ENABLE ? level[uart->fcr >> FCR_TRIGGER_SHIFT] : 1;
}

/* Where the latest of the bytes held is. */
static unsigned last(const struct ns16550 *uart)
{
	return (uart->head + uart->count - 1u) % NS16550_FIFO;
}

static void receive(struct ns16550 *uart, uint8_t byte)
{
	if (uart->count == capacity(uart)) {
		uart->lsr |= LSR_OE;
		/* An overrun destroys the old character without FIFO, the new one with it. */
		if (!(uart->fcr & FCR_ENABLE))
			uart->fifo[uart->head] = byte;
		return;
	}
	uart->fifo[(uart->head + uart->count++) % NS16550_FIFO] = byte;
}

/* A break is one zero in the FIFO, marked as such (section 8.3, bit 4). */
static void receive_break(struct ns16550 *uart)
{
	while (uart->break_state != BREAK_NONE && uart->count < capacity(uart)) {
		if (uart->break_state == BREAK_BYTE_COMES) {
			uart->break_state = BREAK_NONE;
			receive(uart, uart->break_byte);
		} else {
			uart->break_state = BREAK_BYTE_COMES;
			receive(uart, 0);
			uart->broken |= (uint16_t)(1u << last(uart));
		}
	}
}

/* Takes the terminal's input while there is room and the guest lets the terminal send. */
static void refill(struct ns16550 *uart)
{
	bool ready = (uart->mcr & (MCR_DTR | MCR_RTS)) || (uart->ier & IER_RX);
	char bytes[NS16550_FIFO];
	size_t room, got;

	if (!ready || (uart->mcr & MCR_LOOP))
		return;
	receive_break(uart);
	room = capacity(uart) - uart->count;
	if (!uart->more || !room)
		return;
	got = dev_host_console_read(bytes, room);
	uart->more = got >= room;
	for (size_t i = 0; i < got && i < room; i++)
		receive(uart, (uint8_t)bytes[i]);
}

static void clear_receiver(struct ns16550 *uart)
{
	uart->head = 0;
	uart->count = 0;
	uart->broken = 0;
}

static void transmit(struct ns16550 *uart, uint8_t byte)
{
	char c = (char)byte;

	if (uart->mcr & MCR_LOOP)
		receive(uart, byte);
	else
		dev_host_console_write(&c, 1);
	uart->thre = true;
}

/* The four modem inputs: the terminal's, or in loopback our own outputs (section 8.6, bit 4). */
static uint8_t modem_levels(const struct ns16550 *uart)
{
	uint8_t level = 0;

	if (!(uart->mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	if (uart->mcr & MCR_RTS)
		level |= MSR_CTS;
	if (uart->mcr & MCR_DTR)
		level |= MSR_DSR;
	if (uart->mcr & MCR_OUT1)
		level |= MSR_RI;
	if (uart->mcr & MCR_OUT2)
		level |= MSR_DCD;
	return level;
}

/* Delta bits: any change, but of RI only its trailing edge. */
static void update_modem(struct ns16550 *uart)
{
	uint8_t level = modem_levels(uart), changed = (uart->msr ^ level) & 0xf0;

	if (level & MSR_RI)
		changed &= (uint8_t)~MSR_RI;
	uart->msr = (uint8_t)(level | (uart->msr & 0x0f) | changed >> 4);
}

/* Overrun, and what is wrong with the byte that is read next. */
static uint8_t errors(const struct ns16550 *uart)
{
	return uart->lsr | (uart->broken >> uart->head & 1 ? LSR_BI : 0);
}

/* Interrupt identification by priority, table II of the data sheet. */
static uint8_t pending(const struct ns16550 *uart)
{
	if ((uart->ier & IER_LINE) && (errors(uart) & LSR_ERRORS))
		return IIR_LINE;
	if ((uart->ier & IER_RX) && uart->count >= trigger(uart))
		return IIR_RX;
	if ((uart->ier & IER_RX) && uart->count)
		return IIR_TIMEOUT;
	if ((uart->ier & IER_THRE) && uart->thre)
		return IIR_THRE;
	if ((uart->ier & IER_MODEM) && (uart->msr & 0x0f))
		return IIR_MODEM;
	return IIR_NONE;
}

bool ns16550_irq(const struct ns16550 *uart)
{
	return (uart->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2 && pending(uart) != IIR_NONE;
}

static uint8_t read_rbr(struct ns16550 *uart)
{
	uint8_t byte = uart->fifo[uart->head];

	if (!uart->count)
		return 0;
	uart->broken &= (uint16_t) ~(1u << uart->head);
	uart->head = (uint8_t)((uart->head + 1) % NS16550_FIFO);
	if (--uart->count == 0)
		refill(uart);
	return byte;
}

static uint8_t read_iir(struct ns16550 *uart)
{
	uint8_t id = pending(uart);

	if (id == IIR_THRE)
		uart->thre = false;
	return uart->fcr & FCR_ENABLE ? id | IIR_FIFOS : id;
}

static uint8_t read_lsr(struct ns16550 *uart)
{
	uint8_t value = errors(uart) | LSR_THRE_TEMT | (uart->count ? LSR_DR : 0);

	if (uart->broken && uart->fcr & FCR_ENABLE)
		value |= LSR_FIFO_ERROR;
	uart->lsr = 0;
	uart->broken &= (uint16_t) ~(1u << uart->head);
	return value;
}

static uint8_t read_msr(struct ns16550 *uart)
{
	uint8_t value = uart->msr;

	uart->msr &= 0xf0;
	return value;
}

uint8_t ns16550_read(struct ns16550 *uart, unsigned reg)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (reg & 7) {
	case RBR_THR:
		return dlab ? uart->dll : read_rbr(uart);
	case IER:
		return dlab ? uart->dlm : uart->ier;
	case IIR_FCR:
		return read_iir(uart);
	case LCR:
		return uart->lcr;
	case MCR:
		return uart->mcr;
	case LSR:
		return read_lsr(uart);
	case MSR:
		return read_msr(uart);
	default:
		return uart->scr;
	}
}

static void write_ier(struct ns16550 *uart, uint8_t value)
{
	value &= IER_ALL;
	/* Enabled while the transmitter is empty, the interrupt comes at once (section 8.5). */
	if (value & ~uart->ier & IER_THRE)
		uart->thre = true;
	uart->ier = value;
	refill(uart);
}

static void write_fcr(struct ns16550 *uart, uint8_t value)
{
	if ((value ^ uart->fcr) & FCR_ENABLE || value & FCR_CLEAR_RX)
		clear_receiver(uart);
	/* The other bits are programmed only with bit 0 at 1 (section 8.4). */
	uart->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
	refill(uart);
}

static void write_mcr(struct ns16550 *uart, uint8_t value)
{
	uart->mcr = value & 0x1f;
	update_modem(uart);
	refill(uart);
}

void ns16550_write(struct ns16550 *uart, unsigned reg, uint8_t value)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (reg & 7) {
	case RBR_THR:
		if (dlab)
			uart->dll = value;
		else
			transmit(uart, value);
		break;
	case IER:
		if (dlab)
			uart->dlm = value;
		else
			write_ier(uart, value);
		break;
	case IIR_FCR:
		write_fcr(uart, value);
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		write_mcr(uart, value);
		break;
	case SCR:
		uart->scr = value;
		break;
	default:
		break; /* LSR and MSR are for reading; writes are for factory tests */
	}
}

void ns16550_input(struct ns16550 *uart)
{
	uart->more = true;
	refill(uart);
}

void ns16550_break(struct ns16550 *uart, uint8_t byte)
{
	uart->break_state = BREAK_COMES;
	uart->break_byte = byte;
	refill(uart);
}

void ns16550_init(struct ns16550 *uart)
{
	*uart = (struct ns16550){.lcr = LCR_8N1, .dll = 12, .thre = true, .more = true};
	uart->msr = modem_levels(uart);
}
