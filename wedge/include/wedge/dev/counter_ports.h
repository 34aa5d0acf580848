/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counter_ports.h - how a program reads the wedge's counters: by sixteen ports. A kernel uses in
 * and out. A user program does so after ioperm(COUNTER_PORTS, COUNTER_PORTS_COUNT, 1), and takes
 * that back while it measures, since a task with ports costs its kernel more; or it uses /dev/port.
 * This header includes nothing, so every program can use it.
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
 * the next one, so reading them disturbs nothing. The counts between BEGIN and END include the end
 * of the first write and the beginning of the second (the END's own site, and system calls around
 * both): subtract those of an empty pair.
 *
 * Invariant: these numbers are an interface to programs and keep their meaning. A counter keeps its
 * name, but its index may change with every wedge.
 */
#ifndef WEDGE_DEV_COUNTER_PORTS_H
#define WEDGE_DEV_COUNTER_PORTS_H

/*
 * No device of a PC has these ports, and Linux probes for none there; they are below PCI's (4096).
 */
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
