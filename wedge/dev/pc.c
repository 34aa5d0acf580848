/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pc.c - port dispatch and wiring of the virtual PC.
 *
 * Dispatch is one switch per direction, which the compiler makes into one bounds check and one
 * relative jump. At its end an access passes on what it has changed: chip -> 8259 line -> INTR ->
 * core.
 *
 * Invariant: when a pc_*() function returns, pc->intr equals the 8259's INT output, and the host
 * timer is armed no later than the first action that a chip takes by itself.
 */
#include "pc_virtio.h"

enum { IRQ_TIMER = 0, IRQ_KEYBOARD = 1, IRQ_COM1 = 4, IRQ_RTC = 8 };
enum { PCI_ADDRESS = 0xcf8, PCI_DATA = 0xcfc, COM1 = 0x3f8, PM1_CONTROL = 0x604 };

static void tell_intr(struct pc *pc)
{
	if (pc->intr == pc->pic.intr)
		return;
	pc->intr = pc->pic.intr;
	dev_host_intr(pc->host, pc->intr);
}

static void arm(struct pc *pc, uint64_t deadline_ns)
{
	if (deadline_ns == PC_NEVER || deadline_ns == pc->armed_ns)
		return;
	pc->armed_ns = deadline_ns;
	dev_host_timer(deadline_ns);
}

/*
 * Puts the timer's next tick into the 8259, which holds one at a time. While a tick waits there,
 * the 8254 is held: it gets no host timer. When the guest takes the tick, after_pic() calls this
 * again.
 */
static uint64_t run_timer(struct pc *pc, uint64_t now_ns)
{
	pc->pit_held = i8259_requested(&pc->pic, IRQ_TIMER);
	if (pc->pit_held)
		return PC_NEVER;
	if (i8254_take_edge(&pc->pit, now_ns)) {
		i8259_set_line(&pc->pic, IRQ_TIMER, false);
		i8259_set_line(&pc->pic, IRQ_TIMER, true);
	}
	return i8254_deadline(&pc->pit, now_ns);
}

/* Runs the chips that act by themselves, and arms the host timer for their next action. */
static void run_chips(struct pc *pc, uint64_t now_ns)
{
	uint64_t timer = run_timer(pc, now_ns), rtc;

	i8259_set_line(&pc->pic, IRQ_RTC, mc146818_update(&pc->rtc, now_ns));
	rtc = mc146818_deadline(&pc->rtc, now_ns);
	arm(pc, timer < rtc ? timer : rtc);
	tell_intr(pc);
}

/* After every access to the 8259: the request of the timer may be gone from it. */
static void after_pic(struct pc *pc)
{
	if (pc->pit_held && !i8259_requested(&pc->pic, IRQ_TIMER))
		run_chips(pc, dev_host_now_ns());
	else
		tell_intr(pc);
}

static void after_uart(struct pc *pc)
{
	i8259_set_line(&pc->pic, IRQ_COM1, ns16550_irq(&pc->com1));
	tell_intr(pc);
}

static void after_keyboard(struct pc *pc)
{
	i8259_set_line(&pc->pic, IRQ_KEYBOARD, i8042_irq(&pc->kbc));
	tell_intr(pc);
}

/* Each byte of the keyboard is an edge of its own. */
static uint8_t read_keyboard(struct pc *pc)
{
	uint8_t value = i8042_read_data(&pc->kbc);

	i8259_set_line(&pc->pic, IRQ_KEYBOARD, false);
	after_keyboard(pc);
	return value;
}

static void write_keyboard(struct pc *pc, bool data, uint8_t value)
{
	bool reset =
		data ? i8042_write_data(&pc->kbc, value) : i8042_write_command(&pc->kbc, value);

	after_keyboard(pc);
	if (reset)
		dev_host_reset(pc->host, DEV_RESET_KEYBOARD);
}

static uint8_t read_pic(struct pc *pc, unsigned chip, bool data)
{
	uint8_t value;

	/* A guest that polls the request register with interrupts off must see the tick in time. */
	if (!data)
		run_chips(pc, dev_host_now_ns());
	value = i8259_read(&pc->pic, chip, data);
	after_pic(pc);
	return value;
}

static void write_pic(struct pc *pc, unsigned chip, bool data, uint8_t value)
{
	i8259_write(&pc->pic, chip, data, value);
	after_pic(pc);
}

static void write_timer(struct pc *pc, unsigned reg, uint8_t value)
{
	uint64_t now_ns = dev_host_now_ns();

	i8254_write(&pc->pit, reg, value, now_ns);
	if (i8254_out0_cleared(&pc->pit, now_ns))
		i8259_set_line(&pc->pic, IRQ_TIMER, false);
	run_chips(pc, now_ns);
}

static uint8_t read_uart(struct pc *pc, unsigned reg)
{
	uint8_t value = ns16550_read(&pc->com1, reg);

	after_uart(pc);
	return value;
}

static void write_uart(struct pc *pc, unsigned reg, uint8_t value)
{
	ns16550_write(&pc->com1, reg, value);
	after_uart(pc);
}

static uint8_t read_system_b(struct pc *pc)
{
	uint64_t now_ns = dev_host_now_ns();

	return sysctrl_read_b(&pc->sysctrl, i8254_refresh_toggle(&pc->pit, now_ns),
			      i8254_out(&pc->pit, 2, now_ns));
}

static void write_system_b(struct pc *pc, uint8_t value)
{
	sysctrl_write_b(&pc->sysctrl, value);
	i8254_set_gate2(&pc->pit, sysctrl_gate2(&pc->sysctrl), dev_host_now_ns());
}

static uint8_t read_rtc(struct pc *pc)
{
	uint64_t now_ns = dev_host_now_ns();
	uint8_t value = mc146818_read(&pc->rtc, now_ns);

	run_chips(pc, now_ns);
	return value;
}

static void write_rtc(struct pc *pc, uint8_t value)
{
	uint64_t now_ns = dev_host_now_ns();

	mc146818_write(&pc->rtc, value, now_ns);
	run_chips(pc, now_ns);
}

static void reset(struct pc *pc, enum sysctrl_action action, enum dev_reset cpu,
		  enum dev_reset system)
{
	if (action == SYSCTRL_RESET_CPU)
		dev_host_reset(pc->host, cpu);
	else if (action == SYSCTRL_RESET_SYSTEM)
		dev_host_reset(pc->host, system);
}

/* A port that no chip of the board has. */
static uint8_t read_other(struct pc *pc, uint16_t port)
{
	uint32_t value;

	if (pc_virtio_read(pc, port, 1, &value))
		return (uint8_t)value;
	pc->stats.unclaimed_reads++;
	pc->stats.last_unclaimed = port;
	return 0xff;
}

static void write_other(struct pc *pc, uint16_t port, uint8_t value)
{
	if (pc_virtio_write(pc, port, 1, value))
		return;
	pc->stats.unclaimed_writes++;
	pc->stats.last_unclaimed = port;
}

static uint8_t read_byte(struct pc *pc, uint16_t port)
{
	switch (port) {
	case 0x20:
	case 0x21:
		return read_pic(pc, I8259_MASTER, port & 1);
	case 0xa0:
	case 0xa1:
		return read_pic(pc, I8259_SLAVE, port & 1);
	case 0x40 ... 0x43:
		return i8254_read(&pc->pit, port & 3, dev_host_now_ns());
	case 0x60:
		return read_keyboard(pc);
	case 0x61:
		return read_system_b(pc);
	case 0x64:
		return i8042_read_status(&pc->kbc);
	case 0x70:
		return 0xff; /* the index is write-only */
	case 0x71:
		return read_rtc(pc);
	case 0x80:
		return pc->sysctrl.post;
	case 0x92:
		return pc->sysctrl.port_a;
	case COM1 ... COM1 + 7:
		return read_uart(pc, port & 7);
	case 0x4d0:
	case 0x4d1:
		return i8259_read_elcr(&pc->pic, port & 1);
	case 0xcf9:
		return pc->sysctrl.reset;
	case PCI_DATA ... PCI_DATA + 3:
		return (uint8_t)pc_virtio_read_config(pc, port & 3, 1);
	case COUNTER_PORTS ... COUNTER_PORTS + 15:
		return counter_ports_read(&pc->counters, port & 15);
	default:
		return read_other(pc, port);
	}
}

static void write_byte(struct pc *pc, uint16_t port, uint8_t value)
{
	switch (port) {
	case 0x20:
	case 0x21:
		write_pic(pc, I8259_MASTER, port & 1, value);
		break;
	case 0xa0:
	case 0xa1:
		write_pic(pc, I8259_SLAVE, port & 1, value);
		break;
	case 0x40 ... 0x43:
		write_timer(pc, port & 3, value);
		break;
	case 0x60:
		write_keyboard(pc, true, value);
		break;
	case 0x61:
		write_system_b(pc, value);
		break;
	case 0x64:
		write_keyboard(pc, false, value);
		break;
	case 0x70:
		mc146818_write_index(&pc->rtc, value);
		break;
	case 0x71:
		write_rtc(pc, value);
		break;
	case 0x80:
		pc->sysctrl.post = value;
		break;
	case 0x92:
		reset(pc, sysctrl_write_a(&pc->sysctrl, value), DEV_RESET_PORT92, DEV_RESET_PORT92);
		break;
	case COM1 ... COM1 + 7:
		write_uart(pc, port & 7, value);
		break;
	case 0x4d0:
	case 0x4d1:
		i8259_write_elcr(&pc->pic, port & 1, value);
		after_pic(pc);
		break;
	case 0xcf9:
		reset(pc, sysctrl_write_reset(&pc->sysctrl, value), DEV_RESET_CF9_CPU,
		      DEV_RESET_CF9_SYSTEM);
		break;
	case PCI_DATA ... PCI_DATA + 3:
		pc_virtio_write_config(pc, port & 3, 1, value);
		break;
	case COUNTER_COMMAND:
	case COUNTER_SELECT:
	case COUNTER_SELECT + 1:
		counter_ports_write(&pc->counters, port & 15, value);
		break;
	default:
		write_other(pc, port, value);
		break;
	}
}

/* An access that lies within the four ports of the PCI data register. */
static bool is_pci_data(uint16_t port, unsigned width)
{
	return port >= PCI_DATA && port + width <= PCI_DATA + 4;
}

uint32_t pc_io_read(struct pc *pc, uint16_t port, unsigned width)
{
	uint32_t value = 0;

	if (width == 1)
		return read_byte(pc, port);
	if (port == PCI_ADDRESS && width == 4)
		return pci_read_address(&pc->pci);
	if (is_pci_data(port, width))
		return pc_virtio_read_config(pc, port & 3, width);
	if (port == PM1_CONTROL && width == 2)
		return pc->sysctrl.pm1;
	if (pc_virtio_read(pc, port, width, &value))
		return value;
	for (unsigned i = 0; i < width && i < 4; i++)
		value |= (uint32_t)read_byte(pc, (uint16_t)(port + i)) << 8 * i;
	return value;
}

void pc_io_write(struct pc *pc, uint16_t port, unsigned width, uint32_t value)
{
	if (width == 1) {
		write_byte(pc, port, (uint8_t)value);
	} else if (port == PCI_ADDRESS && width == 4) {
		pci_write_address(&pc->pci, value);
	} else if (is_pci_data(port, width)) {
		pc_virtio_write_config(pc, port & 3, width, value);
	} else if (port == PM1_CONTROL && width == 2) {
		if (sysctrl_write_pm1(&pc->sysctrl, (uint16_t)value))
			dev_host_poweroff(pc->host);
	} else if (!pc_virtio_write(pc, port, width, value)) {
		for (unsigned i = 0; i < width && i < 4; i++)
			write_byte(pc, (uint16_t)(port + i), (uint8_t)(value >> 8 * i));
	}
}

int pc_ack_interrupt(struct pc *pc)
{
	int vector;

	if (!pc->pic.intr)
		return -1;
	vector = i8259_ack(&pc->pic);
	after_pic(pc);
	return vector;
}

void pc_timer_expired(struct pc *pc)
{
	pc->armed_ns = PC_NEVER;
	run_chips(pc, dev_host_now_ns());
}

void pc_console_input(struct pc *pc)
{
	ns16550_input(&pc->com1);
	after_uart(pc);
}

void pc_press_power(struct pc *pc)
{
	i8042_press_power(&pc->kbc);
	after_keyboard(pc);
}

void pc_press_reboot(struct pc *pc)
{
	i8042_press_reboot(&pc->kbc);
	after_keyboard(pc);
}

void pc_send_break(struct pc *pc, uint8_t byte)
{
	ns16550_break(&pc->com1, byte);
	after_uart(pc);
}

void pc_set_irq(struct pc *pc, unsigned irq, bool level)
{
	i8259_set_line(&pc->pic, irq, level);
	tell_intr(pc);
}

void pc_init(struct pc *pc, const struct pc_config *config)
{
	uint64_t now_ns = dev_host_now_ns();

	pc->host = config->host;
	i8259_init(&pc->pic);
	i8254_init(&pc->pit, now_ns);
	mc146818_init(&pc->rtc, config->ram_bytes, now_ns);
	ns16550_init(&pc->com1);
	i8042_init(&pc->kbc);
	sysctrl_init(&pc->sysctrl);
	pci_init(&pc->pci);
	counter_ports_init(&pc->counters, pc->host);
	pc->stats = (struct pc_stats){0};
	pc->armed_ns = PC_NEVER;
	pc->pit_held = false;
	pc->intr = false;
	dev_host_intr(pc->host, false);
	pc_virtio_init(pc, config);
	run_chips(pc, now_ns);
}
