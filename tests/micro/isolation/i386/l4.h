/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4.h - what user code finds in its space on L4: the pages of the wedge's stub, its thread block,
 * and the interface page (wedge/doc/l4.md).
 *
 * Invariant: constants only, for C and assembler.
 */
#ifndef MICRO_L4_H
#define MICRO_L4_H

#define L4_STUB	   0xbe000000
#define L4_ORDERS  0xbe001000
#define L4_CHANNEL 0xbe002000
#define L4_BLOCK   0xbf000100	   /* message register 0; what L4 goes by lies below */
#define L4_PAGER   (L4_BLOCK - 48) /* who gets the thread's faults */
#define L4_HANDLER (L4_BLOCK - 44) /* and its exceptions */
#define L4_KIP	   0xbff00000

/* Words of USER_DATA: a call of L4's with its registers, and those that it came back with. */
#define CALL_ENTRY  0 /* of the call, in the interface page */
#define CALL_EAX    4
#define CALL_ECX    8
#define CALL_EDX    12
#define CALL_EBX    16
#define CALL_ESI    20
#define CALL_EDI    24
#define CALL_EBP    28
#define CALL_TARGET 32
#define BACK_EAX    36
#define BACK_ESI    40
#define BACK_EBP    44
#define BACK	    48 /* 1: it came back */

#endif /* MICRO_L4_H */
