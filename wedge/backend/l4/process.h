/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.h - a space of L4 and a thread in it, for the user code of one guest address space
 * (stub.h).
 *
 * Whenever guest kernel code or the wedge runs, the thread is at rest: in the stub's call of K, or
 * waiting for K's answer to an exception.
 *
 * Invariant: what is mapped in a space is never more than its view says. It may be less: user code
 * can flush its own pages, and map items that found no room in a message were dropped. Such a page
 * is mapped when it faults.
 */
#ifndef WEDGE_BACKEND_L4_PROCESS_H
#define WEDGE_BACKEND_L4_PROCESS_H

#include "l4.h"
#include "stub.h"

struct process {
	uint32_t id; /* the thread's */
	bool made;
	bool excepted;	/* waits for the answer to an exception ... */
	uint32_t flags; /* ... at which it had these */
	struct orders *orders;
	struct channel *channel;
	/* Map items that go with the next answer. */
	unsigned int item_count;
	struct process_item {
		uint32_t base, fpage;
	} items[L4_ITEMS];
};

/* A piece of guest-physical memory for the space; `fpage` is the wedge's. */
void process_map(struct process *process, uint32_t base, uint32_t fpage);

/* Rights to be taken from a piece of the space, or all. */
void process_unmap(struct process *process, uint32_t fpage);

/* Puts the waiting map items into K's message registers; returns the tag of that answer. */
uint32_t process_items(struct process *process);

/* The three pages above; also a tag. */
uint32_t process_own_pages(const struct process *process);

/* Lets it flush what it is ordered to, and call K. False if it is lost. */
bool process_flush(struct process *process);

/* The same, and its FPU's state is in the channel. */
bool process_save_fpu(struct process *process);

/*
 * An exception's message is in K's registers. If it is a step of the stub's own code, puts an
 * answer there by which the stub goes on, with its tag into `tag`; else false. A program is to be
 * stepped: the stub has loaded TF, and traps in front of its jump to the program. Or it was stepped
 * before: the stub begins with TF set, and clears it.
 */
bool process_steps_stub(const struct process *process, uint32_t *tag);

/*
 * Puts an answer into K's message registers by which the thread goes on with the stub's orders, and
 * the waiting map items. False if the thread is lost.
 */
bool process_answer(struct process *process, uint32_t *tag);

/*
 * Stops the thread, wherever it is, and waits for the stub's call. Fills in the stack pointer, the
 * place and the flags that it had; false if it is lost.
 */
bool process_stop(struct process *process, struct x2_registers *was);

/* Ends thread and space. */
void process_end(struct process *process);

#endif /* WEDGE_BACKEND_L4_PROCESS_H */
