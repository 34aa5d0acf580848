/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * width.h - places and selectors of 64-bit programs, for attacks of both widths.
 *
 * Invariant: constants only.
 */
#ifndef WIDTH_H
#define WIDTH_H

/* The guest kernel's own, where a program of the control's can have memory. */
#define KERNEL 0x41000000u

/* Where a program may map something. */
#define WINDOW 0x20000000u

/* The door is there, and nothing else may be mapped there. */
#define DOOR_PAGE 0x7faff000u

/* The host's selector of the program's code, and how the stub treats bases (channel.h). */
#define CODE_SELECTOR 0x33
#define ORDERS_BASES  2

#endif /* WIDTH_H */
