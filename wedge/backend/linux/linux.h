/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linux.h - the parts of the Linux back end for one another, and where they live in the process.
 *
 * Invariant: everything but the window (backend_traits.h) lies above 4 GiB, where 32-bit code has
 * no name for it.
 */
#ifndef WEDGE_BACKEND_LINUX_H
#define WEDGE_BACKEND_LINUX_H

#include <wedge/backend_traits.h>
#include "host.h"

/*
 *   0                      guest virtual memory, as the guest's tables say
 *   WEDGE_BASE             the window: gates, vCPU, ramps
 *   LAUNCH_WEDGE_BASE      the wedge's image and the bundle's tables
 *   LINUX_HEAP             what backend_allocate() gives; stacks
 *   LINUX_CHANNELS         the slots of all user processes (channel.h)
 *   LINUX_PHYSMAP          all guest-physical memory, and behind it the copies (copy.h)
 */
#define LINUX_HEAP	   0x781000000000
#define LINUX_HEAP_SIZE	   0x10000000
#define LINUX_CHANNELS	   0x782000000000
#define LINUX_PHYSMAP	   0x790000000000
#define LINUX_ALTSTACK_TOP (LINUX_HEAP - 0x10000)
#define LINUX_STACK_TOP	   (LINUX_HEAP - 0x40000)

/* Where in the image the launcher calls it. */
#define LINUX_ENTRY 0x400

/* The most copies of pages of guest programs. */
#define LINUX_COPIES 64

/*
 * The components of the extended state (SDM 1, section 13.1) that the guest has, as far as the host
 * has them: x87 to AVX-512. Not AMX's tiles, which a process must ask for; and not the protection
 * keys' register, by which user code could lock the wedge out of its own memory.
 */
#define LINUX_XSTATE 0xff

/* Room for the host's processors, in words of 64 (Linux has at most 8,192; here are 4,096). */
#define LINUX_CPU_WORDS 64

#ifndef __ASSEMBLER__
#include <wedge/core.h>
#include <wedge/launch.h>
#include "../../view/space.h"
#include "channel.h"

/* The machine; filled in at start, only read afterwards. */
struct linux_machine {
	struct launch_info info;
	uint64_t pages; /* of guest-physical memory */
	int32_t channel_fd;
	int32_t request_fd;  /* to the zygote */
	int32_t listener_fd; /* tells of stopped user processes (stop_notify.c) */
	int32_t timer;
	uint64_t window_alias; /* where the window is for code that runs where it was loaded */
	bool has_vcpu;	       /* the window is there, and in it the vCPU */
	uint64_t xstate_mask;  /* the components of the processor's state that are moved */
	uint64_t cpus[LINUX_CPU_WORDS]; /* the host's processors that may be used */
	uint64_t xstate_bytes;		/* they reach so far into the state's standard format */
};
extern struct linux_machine machine;

/* What the back end keeps for each vCPU, behind its `backend` pointer. */
struct linux_vcpu {
	struct view_state view;
	uint16_t user_cs; /* what the guest calls the flat user segments */
	uint16_t user_ss;
	uint16_t host_cs; /* the host's code selector with which user code was resumed last */
	uint64_t fault_address;
	uint64_t fs_descriptor; /* bases that are in the process's LDT */
	uint64_t gs_descriptor;
	uint64_t ldt_round;  /* counts loads of the guest's LDT */
	bool mapping_failed; /* the host had no room, since that was last asked (mapping.c) */
	/* The processor is not ours alone: so many turns to come without yields, and next time. */
	unsigned int busy, busy_next;
	volatile bool timer_fired;
	volatile bool child_died;
	uint32_t power_presses;	     /* of launch_shared, as far as the guest has been told */
	volatile bool virtio_calls;  /* the launcher has set interrupts of virtio devices */
	volatile bool asked_to_stop; /* by the debugger */
	bool stepping;
	uint64_t step_from; /* rip */
};

static inline struct linux_vcpu *linux_of(const struct vcpu *v)
{
	return v->backend;
}

/* Counts an event on the processor that runs this. */
static inline uint64_t linux_count(enum counter counter)
{
	return vcpu_count(vcpu_this(), counter);
}

/* Ends the process because the host refused something; says what. */
_Noreturn void linux_host_failed(const char *what, long result);

/* ---- processor.c ---- */

/* The components of extended state that the host has enabled (SDM 2C, XGETBV). */
uint64_t processor_xcr0(void);

/* ---- memory.c ---- */
void memory_init(void);

/* The pages of the memory file behind the guest's memory: LINUX_COPIES of them. */
uint8_t *memory_spare(void);

/* ---- entry.S, signals.c ---- */
void signals_init(void);
_Noreturn void linux_enter_trap(struct vcpu *v);
_Noreturn void linux_enter_event(struct vcpu *v);
extern const char linux_resume[], resume_unmasked[], resume_unmasked_end[];
extern const char linux_wait_begin[], linux_wait_end[], linux_wait_abort[];

/* Makes a system call that may block. If something is pending, it returns -EINTR instead. */
long linux_wait(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d);

/* Copies the processor's extended state from memory; false if it is malformed. */
bool linux_xrstor(const void *area, uint64_t mask);

/* ---- events.c ---- */
void events_init(struct vcpu *v);
void events_handle(struct vcpu *v);

/* ---- bases.c of the width ---- */
void bases_init(struct vcpu *v);

/* After a fault: loads the base of FS or GS if it was not loaded. False if it was. */
bool bases_fault(struct vcpu *v);

/* ---- zygote.c ---- */
void zygote_start(void);

/* A new user process in a slot; returns its process number, and a descriptor of it in `pidfd`. */
int32_t zygote_make(uint32_t slot, int32_t *pidfd);

/* ---- filter.c ---- */
void filter_install(void);

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_BACKEND_LINUX_H */
