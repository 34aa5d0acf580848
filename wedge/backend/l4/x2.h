/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x2.h - the kernel interface of L4 X.2 for ia32, as far as the back end uses it (L4 eXperimental
 * Kernel Reference Manual, Version X.2; section numbers below are its).
 *
 * Invariant: shared with nobody: what tests the interface has its own second reading of the manual.
 */
#ifndef WEDGE_BACKEND_L4_X2_H
#define WEDGE_BACKEND_L4_X2_H

/* Where L4Ka::Pistachio puts them in its root task; the back end uses the same places everywhere.
 */
#define X2_KIP		0xbff00000
#define X2_KIP_LOG2	12
#define X2_UTCB_AREA	0xbf000000
#define X2_UTCB_LOG2	12
#define X2_UTCB_BYTES	0x200
#define X2_UTCB_POINTER 0x100 /* from a UTCB's location to what the calls take, MR0 */

/* What user code can map ends below; from here on L4's kernel has the address space. */
#define X2_USER_END 0xc0000000

/* The kernel interface page (section 1.1), offsets. */
#define X2_KIP_MAGIC	   0x00 /* "L4 u K" */
#define X2_KIP_API	   0x04
#define X2_KIP_DESCRIPTION 0x0c
#define X2_KIP_MEMORY	   0x54
#define X2_KIP_BOOTINFO	   0xb8
#define X2_KIP_PROCESSOR   0xbc
#define X2_KIP_CALLS	   0xd0 /* 11 words: each call's entry, from the page's start */
#define X2_MAGIC	   0x4be6344c
#define X2_API		   0x84050000

/* The calls, in the page's order. */
#define X2_SPACE_CONTROL      0
#define X2_THREAD_CONTROL     1
#define X2_IPC		      4
#define X2_UNMAP	      6
#define X2_EXCHANGE_REGISTERS 7
#define X2_SCHEDULE	      10
#define X2_CALLS	      11

/* Thread identifiers (section 2.1): number, and a version that is not 0. */
#define X2_ID(number, version) ((number) << 14 | (version))
#define X2_NUMBER(id)	       ((id) >> 14)
#define X2_NIL		       0
#define X2_ANY		       0xffffffff
#define X2_SIGMA0	       X2_ID(48, 1)
#define X2_ROOT		       X2_ID(50, 1)

/* Words of a UTCB, by bytes from MR0 (section 1.2 and appendix A.2). */
#define X2_UTCB_BR0	-64
#define X2_UTCB_PAGER	-48
#define X2_UTCB_HANDLER -44
#define X2_UTCB_ERROR	-36
#define X2_MESSAGE_MAX	63 /* message registers besides MR0 */

/* Message tags (section 5.1). */
#define X2_TAG(label, typed, untyped) ((uint32_t)(label) << 16 | (typed) << 6 | (untyped))
#define X2_TAG_ERROR		      0x8000
#define X2_TAG_LABEL(tag)	      ((tag) >> 16)
#define X2_TAG_UNTYPED(tag)	      ((tag)&63)

/* The label's low four bits tell the access: read 4, write 2, execute 1. */
#define X2_LABEL_PAGE_FAULT 0xffe0
#define X2_LABEL_IO_FAULT   0xff80
#define X2_LABEL_SIGMA0	    0xffa0
#define X2_LABEL_EXCEPTION  0xffb0
#define X2_LABEL_INTERRUPT  0xfff0
#define X2_LABEL_KIND	    0xfff0
#define X2_ACCESS_WRITE	    2

/* Timeouts of an Ipc: receive in the low half, send in the high one; 0 is never. */
#define X2_NEVER	   0
#define X2_NOW		   0x0400
#define X2_SEND_NOW	   (X2_NOW << 16)
#define X2_RECEIVE_NOW	   X2_NOW
#define X2_RECEIVE_TIMEOUT 3 /* what X2_UTCB_ERROR then has */

/* Pages and ranges of ports (sections 4.1 and A.5). */
#define X2_READ			4
#define X2_WRITE		2
#define X2_EXEC			1
#define X2_RIGHTS		(X2_READ | X2_WRITE | X2_EXEC)
#define X2_FPAGE(base, log2)	((uint32_t)(base) | (uint32_t)(log2) << 4)
#define X2_IO_FPAGE(port, log2) ((uint32_t)(port) << 16 | (uint32_t)(log2) << 10 | 2 << 4)
#define X2_EVERYTHING		0x10
#define X2_MAP_ITEM		8 /* with the send base in the bits above 9 */

/* Unmap (section 4.2). */
#define X2_UNMAP_FLUSH 0x40
#define X2_UNMAP_MAX   64

/* ExchangeRegisters (section 2.3): what it does, and what it tells. */
#define X2_EXCHANGE_ABORT (1 << 1 | 1 << 2)
#define X2_EXCHANGE_SP	  (1 << 3)
#define X2_EXCHANGE_IP	  (1 << 4)
#define X2_EXCHANGE_FLAGS (1 << 5)
#define X2_WAS_HALTED	  (1 << 0)
#define X2_WAS_RECEIVING  (1 << 1)
#define X2_WAS_SENDING	  (1 << 2)

/* The words of an exception message (appendix A.7), behind MR0. */
#define X2_EXCEPTION_EIP    1
#define X2_EXCEPTION_EFLAGS 2
#define X2_EXCEPTION_NUMBER 3
#define X2_EXCEPTION_ERROR  4
#define X2_EXCEPTION_EDI    5
#define X2_EXCEPTION_ESI    6
#define X2_EXCEPTION_EBP    7
#define X2_EXCEPTION_ESP    8
#define X2_EXCEPTION_EBX    9
#define X2_EXCEPTION_EDX    10
#define X2_EXCEPTION_ECX    11
#define X2_EXCEPTION_EAX    12

/* Memory descriptors (section 1.1). */
#define X2_MEMORY_TYPE(low)    ((low)&15)
#define X2_MEMORY_VIRTUAL(low) ((low)&0x200)
#define X2_MEMORY_CONVENTIONAL 1

/* Boot information (appendix of the manual's generic boot interface). */
#define X2_BOOTINFO_MAGIC  0x14b0021d
#define X2_BOOTINFO_MODULE 1
#define X2_BOOTINFO_EXEC   2

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

struct x2_bootinfo {
	uint32_t magic, version, size, first, count;
};

struct x2_boot_record {
	uint32_t type, version, next; /* bytes to the next one */
	uint32_t start, size;	      /* of a module: physical */
	uint32_t command_line;	      /* bytes from this record; 0: none */
};

/* A message register of the UTCB whose MR0 is at `utcb`. */
static inline uint32_t *x2_word(uint32_t utcb, int offset)
{
	return (uint32_t *)(utcb + (uint32_t)offset);
}

static inline uint32_t *x2_mr(uint32_t utcb, unsigned int n)
{
	return (uint32_t *)utcb + n;
}

static inline uint32_t x2_kip(unsigned int offset)
{
	return *(const volatile uint32_t *)(X2_KIP + offset);
}

/* The calls' entries; set by x2_init(). */
extern uint32_t x2_calls[X2_CALLS];

/* Finds the calls. False if the page is not that of an X.2 kernel. */
bool x2_init(void);

/* ---- x2.S, which takes arguments from the stack; `utcb` is the caller's own ---- */
#define X2_CALL __attribute__((regparm(0)))

/* Returns the tag received or, with X2_TAG_ERROR, that of a failure; MR1 and MR2 are in the UTCB.
 */
X2_CALL uint32_t x2_ipc(uint32_t to, uint32_t from, uint32_t timeouts, uint32_t tag, uint32_t utcb,
			uint32_t *sender);

/* Removes what MR0 and the following `control & 63` registers name. */
X2_CALL void x2_unmap(uint32_t control, uint32_t utcb);

struct x2_registers {
	uint32_t control, sp, ip, flags;
};

/* Exchanges registers of a thread: what `r` has by what the thread had. False if L4 refuses. */
X2_CALL bool x2_exchange_registers(uint32_t thread, struct x2_registers *r);

X2_CALL bool x2_thread_control(uint32_t thread, uint32_t space, uint32_t scheduler, uint32_t pager,
			       uint32_t utcb_location);
X2_CALL bool x2_space_control(uint32_t space, uint32_t control, uint32_t kip, uint32_t utcb_area);
X2_CALL void x2_schedule(uint32_t thread, uint32_t priority);

/* An unsuccessful request has a nil page in its answer. */
bool x2_sigma0(uint32_t fpage, uint32_t window, uint32_t utcb);

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_BACKEND_L4_X2_H */
