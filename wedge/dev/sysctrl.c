/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctrl.c - system control ports of a PC/AT and PS/2, the reset control register of the PIIX
 * (order number 290550, section 2.4.11.1) and the PM1 control register of ACPI (section 4.8.3.2.1).
 *
 * Invariant: a write only stores a register; its effect on the machine is returned to the caller.
 */
#include <wedge/dev/sysctrl.h>

enum {
	B_GATE2 = 0x01,
	B_WRITABLE = 0x0f,
	B_REFRESH = 0x10,
	B_OUT2 = 0x20,
	A_RESET = 0x01,
	A_A20 = 0x02,
	RESET_SYSTEM = 0x02,
	RESET_CPU = 0x04,
	RESET_WRITABLE = 0x0e,
	PM1_SLEEP_ENABLE = 0x2000
};

void sysctrl_init(struct sysctrl *sys)
{
	*sys = (struct sysctrl){.port_a = A_A20};
}

uint8_t sysctrl_read_b(const struct sysctrl *sys, bool refresh, bool out2)
{
	return (uint8_t)(sys->port_b | (refresh ? B_REFRESH : 0) | (out2 ? B_OUT2 : 0));
}

void sysctrl_write_b(struct sysctrl *sys, uint8_t value)
{
	sys->port_b = value & B_WRITABLE;
}

bool sysctrl_gate2(const struct sysctrl *sys)
{
	return sys->port_b & B_GATE2;
}

enum sysctrl_action sysctrl_write_a(struct sysctrl *sys, uint8_t value)
{
	bool rising = value & ~sys->port_a & A_RESET;

	sys->port_a = value | A_A20;
	return rising ? SYSCTRL_RESET_CPU : SYSCTRL_NONE;
}

enum sysctrl_action sysctrl_write_reset(struct sysctrl *sys, uint8_t value)
{
	bool rising = value & ~sys->reset & RESET_CPU;

	sys->reset = value & RESET_WRITABLE;
	if (!rising)
		return SYSCTRL_NONE;
	return value & RESET_SYSTEM ? SYSCTRL_RESET_SYSTEM : SYSCTRL_RESET_CPU;
}

bool sysctrl_write_pm1(struct sysctrl *sys, uint16_t value)
{
	/*
	 * Sleep enable is write-only. Every sleep type is taken for "off", the only one there is.
	 */
	sys->pm1 = value & (uint16_t)~PM1_SLEEP_ENABLE;
	return value & PM1_SLEEP_ENABLE;
}
