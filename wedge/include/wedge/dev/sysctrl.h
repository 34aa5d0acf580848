/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysctrl.h - the small registers of a PC's board: system control ports A (0x92) and B (0x61), POST
 * code (0x80), reset control (0xcf9), PM1a control (0x604).
 */
#ifndef WEDGE_DEV_SYSCTRL_H
#define WEDGE_DEV_SYSCTRL_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a write resets something. */
enum sysctrl_action { SYSCTRL_NONE, SYSCTRL_RESET_CPU, SYSCTRL_RESET_SYSTEM };

struct sysctrl {
	uint8_t port_b; /* 0x61 bits 0 to 3 */
	uint8_t port_a; /* 0x92; bit 1 is A20, which is always open here */
	uint8_t post;	/* 0x80 */
	uint8_t reset;	/* 0xcf9 bits 1 to 3 */
	uint16_t pm1;	/* 0x604 */
};

void sysctrl_init(struct sysctrl *sys);

/* Port 0x61. Reads combine the written bits with refresh toggle and OUT of 8254 channel 2. */
uint8_t sysctrl_read_b(const struct sysctrl *sys, bool refresh, bool out2);
void sysctrl_write_b(struct sysctrl *sys, uint8_t value);

/* The gate of 8254 channel 2. */
bool sysctrl_gate2(const struct sysctrl *sys);

enum sysctrl_action sysctrl_write_a(struct sysctrl *sys, uint8_t value);     /* port 0x92 */
enum sysctrl_action sysctrl_write_reset(struct sysctrl *sys, uint8_t value); /* port 0xcf9 */

/* Port 0x604. True: the machine is to be switched off. */
bool sysctrl_write_pm1(struct sysctrl *sys, uint16_t value);

#endif
