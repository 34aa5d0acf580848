/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * width.h - places and selectors of 32-bit programs, for attacks of both widths.
 *
 * Invariant: constants only.
 */
#ifndef WIDTH_H
#define WIDTH_H

/* The guest kernel's own, where a program of the control's can have memory. */
#define KERNEL 0x81000000u

/* Where a program may map something. */
#define WINDOW 0x60000000u

#define DOOR_PAGE 0xffffe000u

/* The host's selector of the program's code, and how the stub treats bases (channel.h). */
#define CODE_SELECTOR 0x23
#define ORDERS_BASES  0

#endif /* WIDTH_H */
