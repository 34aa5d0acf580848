/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mc146818.h - Motorola MC146818A real-time clock and the CMOS memory of a PC/AT around it.
 *
 * The clock shows the host's wall clock plus an offset, which the guest changes by setting the
 * time; seconds tick in guest time. If the host's clock jumps by more than a second, this clock
 * follows. Day of week always follows from the date.
 */
#ifndef WEDGE_DEV_MC146818_H
#define WEDGE_DEV_MC146818_H

#include <stdbool.h>
#include <stdint.h>

#define MC146818_SIZE 128

struct mc146818 {
	uint8_t cell[MC146818_SIZE]; /* time cells are valid only while the clock stands still */
	uint8_t index;		     /* port 0x70 without the NMI bit */
	bool nmi_masked;	     /* port 0x70 bit 7 */
	int64_t offset_s;	     /* guest's time minus the host's */
	uint64_t phase_ns;	     /* a guest time at which a second began */
	uint64_t phase_s;	     /* host wall clock at phase_ns */
	uint64_t seen_ns;	     /* flags of register C are right up to here */
};

/* Time from the host, register B = 24 hours BCD, memory sizes from ram_bytes, valid checksum. */
void mc146818_init(struct mc146818 *rtc, uint64_t ram_bytes, uint64_t now_ns);

void mc146818_write_index(struct mc146818 *rtc, uint8_t value);		   /* port 0x70 */
uint8_t mc146818_read(struct mc146818 *rtc, uint64_t now_ns);		   /* port 0x71 */
void mc146818_write(struct mc146818 *rtc, uint8_t value, uint64_t now_ns); /* port 0x71 */

/* Brings the flags up to date; returns the level of the IRQ pin (asserted = true). */
bool mc146818_update(struct mc146818 *rtc, uint64_t now_ns);

/* When mc146818_update may next raise the IRQ pin; UINT64_MAX: not without an access. */
uint64_t mc146818_deadline(struct mc146818 *rtc, uint64_t now_ns);

#endif
