/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * l4.h - the parts of the L4 back end for one another.
 *
 * Threads, all in the root task's space but the users':
 *
 *   K      the root thread: guest kernel code, and all of the wedge's C code but the next two
 *   pager  takes K's page faults and exceptions, and maps memory for K: L4 lets no thread map to
 *          itself
 *   irq    takes the interrupts of the timer and the serial port, and interrupts K or wakes it
 *   users  one for each address space of guest user code (process.h)
 *
 * Priorities fall in the order irq, pager, K, users: so a thread of the first two finds K at rest.
 *
 * Invariant: pager and irq change nothing of the guest's but how K goes on; they run no code of the
 * core's.
 */
#ifndef WEDGE_BACKEND_L4_L4_H
#define WEDGE_BACKEND_L4_L4_H

#include <wedge/core.h>
#include "../../view/space.h"
#include "root/root.h"
#include "x2.h"

/* The threads, and where the first three have MR0. */
#define L4_K	      X2_ROOT
#define L4_PAGER      X2_ID(51, 1)
#define L4_IRQ	      X2_ID(52, 1)
#define L4_USER(n)    X2_ID(64 + (n), 1)
#define L4_UTCB(n)    (X2_UTCB_AREA + (n)*X2_UTCB_BYTES + X2_UTCB_POINTER)
#define L4_K_UTCB     L4_UTCB(0)
#define L4_PAGER_UTCB L4_UTCB(1)
#define L4_IRQ_UTCB   L4_UTCB(2)

enum {
	L4_PRIORITY_IRQ = 250,
	L4_PRIORITY_PAGER = 249,
	L4_PRIORITY_K = 240,
	L4_PRIORITY_USER = 230
};

/* Map items in one message: two words each, in 63 registers. */
enum { L4_ITEMS = 31, L4_COMMAND_LINE = 2048 };

/* Labels of our own messages: irq's to K, and a stub's (stub.h). */
enum { L4_LABEL_EVENT = 1 };

/* How K came to l4_entered(). */
enum l4_entry { L4_ENTRY_EVENT, L4_ENTRY_TRAP };

struct process;

struct l4_machine {
	uint64_t pages; /* of guest-physical memory */
	uint64_t ramdisk, ramdisk_bytes;
	char command_line[L4_COMMAND_LINE];
	struct view_state view;

	/* Set by the thread that interrupts K, for l4_entered(). */
	enum l4_entry entry;
	uint64_t fault_address;

	/* Between K and irq (irq.c). */
	volatile bool timer_fired, input_came;
	volatile bool waiting; /* K waits for anybody's message, or is about to */
};
extern struct l4_machine machine;

static inline uint64_t l4_count(enum counter counter)
{
	return vcpu_count(vcpu_this(), counter);
}

/* ---- entry.S ---- */
extern const char l4_enter[], l4_resume[], l4_resume_unmasked[], l4_resume_end[];

/* ---- memory.c ---- */

/* Takes everything that sigma0 has: the guest's memory first, from blocks at or above `from`. */
void memory_init(uint32_t mib, uint32_t from);

/* Whole pages of the wedge's own memory, zeroed; NULL: there are no more. */
void *memory_own_pages(unsigned int count);

/* ---- ports.c ---- */

/* Takes all ports from sigma0, and keeps those that the back end uses. */
void ports_init(void);

/* ---- load.c ---- */

/* Copies the kernel's segments and the RAM disk into the guest's memory. */
void load_guest(const struct root_info *info, const struct afterburn_wedge_header *header);

/* ---- pager.c, irq.c ---- */
void pager_start(void);
void irq_start(void);

/* Starts a thread of the root task's space. */
void thread_start(uint32_t id, unsigned int utcb, uint32_t priority, void (*function)(void),
		  void *stack_top);

/* ---- events.c ---- */
void events_handle(struct vcpu *v);

/*
 * Sends a message (nil: none) and waits for one from anybody, whose words are then in K's message
 * registers. If an event is pending, it only returns 0, and nothing was sent.
 */
uint32_t events_wait(uint32_t to, uint32_t tag, uint32_t *sender);

/* L4 may name a sender of the same space by its local identifier. */
static inline bool events_is_irq(uint32_t sender)
{
	return sender == L4_IRQ || sender == L4_IRQ_UTCB;
}

/* ---- mapping.c ---- */

/* Pages that may hold new code; they are looked at before guest kernel code goes on. */
extern unsigned int mapping_new;
void mapping_settle(struct vcpu *v);

/* ---- traps.c ---- */
void traps_deliver(struct vcpu *v, uint32_t vector, uint32_t error, uint32_t address);

/* ---- segments.c ---- */

/* Before guest kernel code goes on: user code or the start of a thread may have loaded FS. */
void segments_check(struct vcpu *v);

/* ---- run.c ---- */
void run_user_code(struct vcpu *v);

#endif /* WEDGE_BACKEND_L4_L4_H */
