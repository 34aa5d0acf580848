/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter_ports.h - how a program reads the wedge's counters: sixteen ports, for a kernel by in and
 * out; for a program of a guest the same after ioperm(COUNTER_PORTS, COUNTER_PORTS_COUNT, 1), which
 * it takes back for the time that is measured (a task with ports costs its kernel more), or by
 * /dev/port where its kernel has that. No include and no width, so that any program can use it.
 *
 *   signature: inb(COUNTER_SIGNATURE + i), i = 0 to 3    "AfbC"; 0xff where there is no wedge
 *   count: inb(COUNTER_COUNT + i), i = 0 and 1           how many counters there are
 *   for each counter, for n = 0, 1, 2, ... until the text has a 0 byte:
 *       outw(COUNTER_ITEM(counter, COUNTER_PART_NAME + n), COUNTER_SELECT);
 *       eight bytes of text: inb(COUNTER_DATA + i), i = 0 to 7
 *   outb(COUNTER_CLEAR, COUNTER_COMMAND);
 *   for each batch:
 *       outb(COUNTER_BEGIN, COUNTER_COMMAND); ...work...; outb(COUNTER_END, COUNTER_COMMAND);
 *   for each counter:
 *       outw(COUNTER_ITEM(counter, COUNTER_PART_VALUE), COUNTER_SELECT);
 *       its value, lowest byte first: inb(COUNTER_DATA + i), i = 0 to 7
 *
 * All numbers are little endian. A command takes all counters in one instant and keeps them until
 * the next one, so reading them disturbs nothing. What lies between BEGIN and END includes the end
 * of the write that began and the beginning of the one that ended: take an empty pair's counts off
 * (the END's own site, and system calls around both).
 *
 * Invariant: these numbers are an interface to programs: they keep their meaning. Counters are
 * known by name; their places may change with every wedge.
 */
#ifndef WEDGE_DEV_COUNTER_PORTS_H
#define WEDGE_DEV_COUNTER_PORTS_H

/* Of no device of a PC, and of none that Linux looks for; below what PCI is given (4096). */
#define COUNTER_PORTS	    0xcb0
#define COUNTER_PORTS_COUNT 16

/* Reads: four bytes. */
#define COUNTER_SIGNATURE      (COUNTER_PORTS + 0)
#define COUNTER_SIGNATURE_TEXT "AfbC"

/* Writes: one byte, one of these; others do nothing. */
#define COUNTER_COMMAND (COUNTER_PORTS + 0)
#define COUNTER_TOTAL	0 /* shows what was counted since the guest's start */
#define COUNTER_CLEAR	1 /* shows zeros */
#define COUNTER_BEGIN	2 /* from here on; a second one takes the first one's place */
#define COUNTER_END	3 /* adds what was counted since the BEGIN; without one nothing */

/* Reads: 16 bits. */
#define COUNTER_COUNT (COUNTER_PORTS + 4)

/* Reads and writes: 16 bits, counter and part of it. */
#define COUNTER_SELECT		  (COUNTER_PORTS + 6)
#define COUNTER_ITEM(index, part) ((unsigned int)(index) | (unsigned int)(part) << 12)
#define COUNTER_PART_VALUE	  0
#define COUNTER_PART_NAME	  1 /* the first eight bytes; 2: the next eight, and so on */

/* Reads: 64 bits, the selected part; zeros beyond a name's end, 0xff for no such counter. */
#define COUNTER_DATA (COUNTER_PORTS + 8)

/* Bytes of a name at most, its 0 included. */
#define COUNTER_NAME_SIZE 32

#endif /* WEDGE_DEV_COUNTER_PORTS_H */
