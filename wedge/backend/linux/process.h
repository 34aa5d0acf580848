/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.h - user processes (channel.h) as the wedge handles them: orders, letting them go,
 * waiting.
 *
 * A process is in one of four states. The events are columns; a dash is one that cannot happen:
 *
 *             let go     it says it rests   the host tells of a stop          process_hold()
 *   STOPPED   RUNS       -                  -                                 (is stopped)
 *   RUNS      -          RESTS              STOPPED                           -
 *   RESTS     GIVEN      -                  STOPPED                           told to stop: STOPPED
 *   GIVEN     -          RESTS              of this turn: STOPPED             -
 *                                           of the turn before: let go, RUNS
 *
 * A new process RUNS, to its first stop. It can be killed in every state.
 *
 * Invariant: orders are given only to a process that the host's kernel has stopped, and nothing is
 * taken away from one that only rests.
 */
#ifndef WEDGE_BACKEND_LINUX_PROCESS_H
#define WEDGE_BACKEND_LINUX_PROCESS_H

#include "linux.h"

enum { PROCESS_TLS = 3, PROCESS_LDT_ENTRIES = 8192 };

/* No address: the base that a process has is not known. */
#define PROCESS_NO_BASE (1ull << 63)

enum process_state {
	PROCESS_NONE,	 /* the slot is empty */
	PROCESS_STOPPED, /* the host's kernel says so */
	PROCESS_RUNS,
	PROCESS_RESTS, /* says the process itself, and yields the processor meanwhile */
	PROCESS_GIVEN, /* runs, but was let go while it rested: it may have given up resting before
			* it saw that, and stop once for the turn before */
};

/* A descriptor of the guest's GDT that a user process has in its LDT. */
struct process_tls {
	uint16_t selector; /* the guest's; 0: none */
	uint32_t entry;	   /* in the LDT */
	uint64_t descriptor;
};

/* What the LDT of a user process holds, once its orders are carried out. */
struct process_ldt {
	uint32_t end; /* entries behind it have always been empty */
	uint64_t entry[PROCESS_LDT_ENTRIES];
};

struct process {
	int32_t pid;
	int32_t pidfd;	 /* of it: unlike its number, never another process */
	uint32_t place;	 /* the host's processors it may run on (turn.c) */
	uint32_t streak; /* so many turns have ended in a rest */
	enum process_state state;
	bool held;	       /* process_hold() was called since it was let go last */
	uint32_t call;	       /* the number of the system call it stopped or rests for */
	bool needs_memory;     /* an order needs the memory file, which it must be lent */
	bool traced;	       /* it has stopped for its tracer before (stop_trace.c) */
	uint32_t mapped;       /* orders looked at, for an mmap among them (stop_trace.c) */
	unsigned int tries;    /* to carry out these orders */
	int64_t why;	       /* argument of its last stop (stub.S) */
	bool ran;	       /* guest code has run in it, and may have left it broken */
	uint64_t notification; /* which the host's kernel waits for an answer to */
	struct orders *orders;
	struct channel *channel;
	unsigned int descriptors; /* in use by orders */

	bool moved;		   /* its channel may be another program's: renew the frame */
	struct _fpx_sw_bytes form; /* what the host writes into a signal's extended state */
	uint64_t first_frame;	   /* address of the host's own signal frames */

	/* Of the signal that stopped it, checked: the wedge's pointers, and the process's
	 * addresses. */
	struct ucontext *frame;
	uint64_t frame_address;
	void *xstate;
	uint64_t xstate_address;

	uint64_t fs_base, gs_base; /* set by orders, or PROCESS_NO_BASE (x86_64/user_code.c) */

	/* Where each copy is mapped last, if it still is (view_copy.c); 0: nowhere. */
	uint64_t copy_at[LINUX_COPIES];
	uint8_t copy_calls[LINUX_COPIES]; /* by signal, where there is a copy (x86_64/door.c) */

	struct process_ldt *ldt; /* NULL: not known */
	uint32_t ldt_entries;	 /* of the guest's LDT that was copied */
	uint64_t ldt_round;
	struct process_tls tls[PROCESS_TLS];
	unsigned int tls_next;
};

/* Queues a system call; the memory file's descriptor is filled in for mmap. */
void process_order(struct process *process, long number, uint64_t a, uint64_t b, uint64_t c,
		   uint64_t d, uint64_t f);

/*
 * Queues the write of a descriptor into its LDT, unless it is there; 0 makes the entry empty. The
 * entry is below PROCESS_LDT_ENTRIES.
 */
void process_descriptor(struct process *process, unsigned int entry, uint64_t descriptor);

/* Has all orders carried out now and stops the process again; or ends it. */
void process_flush(struct process *process);

/*
 * Has the orders carried out and the registers in the channel's frame loaded, and lets guest code
 * run until it stops, or rests, or `pending` is set: then it is made to stop. Returns false if the
 * process has ended: killed from outside, or here, because an order failed or it did what only
 * hostile guest code does. process_resumed() tells whether guest code has run before that.
 */
bool process_run(struct vcpu *v, struct process *process);

/* Did the stub start guest code in the last turn? Guest code can deny it. */
bool process_resumed(const struct process *process);

/* Ends a process; its slot is empty then. */
void process_kill(struct process *process);

#endif /* WEDGE_BACKEND_LINUX_PROCESS_H */
