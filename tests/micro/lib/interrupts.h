/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interrupts.h - the two 8259A (remapped to VECTOR_IRQ) and channel 0 of the 8254.
 *
 * Invariant: after interrupts_init() every request is masked and none is in service.
 */
#ifndef MICRO_INTERRUPTS_H
#define MICRO_INTERRUPTS_H

#include <stdint.h>

#include "width.h"

#define PIC_MASTER 0x20
#define PIC_SLAVE  0xa0
#define PIT_HZ	   1193182

/* Puts both controllers into their normal mode, all masked, and stops the timer's requests. */
void interrupts_init(void);

void irq_unmask(unsigned int irq);
void irq_mask(unsigned int irq);
void irq_end(unsigned int irq); /* EOI */

/* Channel 0: `count` clocks; mode 2 (periodic) or 0 (once, at the end of the count). */
void timer_start(unsigned int mode, uint16_t count);

/* Mode 0 with nothing loaded: output low, no requests. */
void timer_stop(void);

/*
 * Installs a hook for IRQ 0 that counts in timer_ticks and sends EOI, and unmasks it.
 */
extern volatile word timer_ticks;
void timer_count_ticks(void);

#endif /* MICRO_INTERRUPTS_H */
