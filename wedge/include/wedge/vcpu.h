/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu.h - the virtual CPU: everything a real one would hold, and the wedge's own state beside it.
 *
 * A vCPU lives at the same fixed virtual address, WEDGE_VCPU_BASE, in the page tables of every
 * processor, so inline code in rewritten sites reaches it with an absolute 32-bit address and no
 * register. The assembler sees the offsets through the generated header vcpu_offsets.h.
 *
 * Invariant: no state of a vCPU lives in a global variable, and `gpr`, `rip`, `rflags`, `cs`, `ss`
 * describe the guest only while `in_wedge` is set; else the real registers do.
 */
#ifndef WEDGE_VCPU_H
#define WEDGE_VCPU_H

#include <wedge/backend_traits.h>

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wedge/counters.h>
#include <wedge/x86.h>
#include <afterburn/insn.h>

/*
 * The two bytes that interrupts hang on, and room for what the back end keeps beside them. While
 * guest code runs, `masked` is the inverse of its interrupt flag: the back end hands over no event
 * while it is set. While the wedge runs it is always set, and `rflags` holds the guest's flag.
 */
struct vcpu_events {
	volatile uint8_t pending; /* something waits: an event, or the interrupt controller */
	volatile uint8_t masked;
	uint8_t backend[62];
};

/* A descriptor-table register: LDTR and TR carry a selector too. */
struct vcpu_table {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
};

/* How many pages of kernel stacks are remembered to be in the shadow. */
enum { VCPU_STACK_PAGES = 64 };

/* GS as the guest believes it: which of its two bases is the active one. */
enum { VCPU_GS_KERNEL = 0x00, VCPU_GS_USER = 0xff };

/*
 * Where the guest kernel's own pages are that the wedge reads and writes for it - descriptor
 * tables, TSS, stacks - remembered as a TLB does (SDM 3A section 4.10): a dozen instructions each
 * time instead of a walk's two hundred.
 */
enum { VCPU_TRANSLATIONS = 16, VCPU_TRANSLATION_VALID = 1, VCPU_TRANSLATION_WRITABLE = 2 };
#define VCPU_TRANSLATION_GLOBAL UINT64_MAX
struct vcpu_translation {
	uint64_t tag;	     /* the page's virtual address, with VCPU_TRANSLATION_*; 0: none */
	uint64_t generation; /* while v->generation is this; VCPU_TRANSLATION_GLOBAL: any */
	char *page;
};

struct vcpu {
	struct vcpu_events events;

	/* The guest's registers, gpr in ModRM order. */
	uint64_t gpr[16];
	uint64_t rip;
	uint64_t rflags;
	uint64_t cs;
	uint64_t ss;

	/* Why the wedge was entered: vector (or one of the back end's own above 255), error code.
	 */
	uint64_t trap;
	uint64_t trap_error;

	uint64_t was_masked; /* events.masked when a site's gate was entered */
	uint64_t in_wedge;   /* 1 while the wedge's C code runs on the wedge's stack */
	uint8_t gs_state;    /* VCPU_GS_*: `swapgs` inverts it in place */
	uint8_t sti_shadow;  /* set by an `sti` whose next instruction is a halt */
	uint8_t halted;
	uint8_t line; /* the interrupt controller's INTR is high: `pending` reflects it too */
	uint8_t syscall_fast; /* SFMASK and EFER are such that the short way of a system call is
				 right */
	uint8_t retry; /* user code will repeat the access below when the guest's handler returns */

	uint64_t generation; /* counts loads of CR3 and flushes */
	/* A page below a stack that is none, and the guest's entry, of any level, that says so. */
	struct {
		uint64_t page, generation;
		const uint8_t *entry;
	} no_stack;
	struct vcpu_translation translations[VCPU_TRANSLATIONS];

	/* The last fault for which there was nothing to do, and how often in a row. */
	uint64_t filled_address;
	uint64_t filled_rip;
	uint32_t filled_count;

	uint64_t retry_address;
	uint32_t retry_access; /* X86_PF_* */

	uint64_t cr[9]; /* CR0, 2, 3, 4 and 8 are used; sites read them in place */
	uint64_t dr[8];
	uint64_t xcr0;

	uint64_t efer;
	uint64_t star;
	uint64_t lstar; /* where the back end's system-call entry jumps */
	uint64_t cstar;
	uint64_t sfmask;
	uint64_t sysenter[3];
	uint64_t pat;
	uint64_t misc_enable;
	uint64_t tsc_aux;
	uint64_t fs_base;
	uint64_t gs_base_kernel; /* the one `swapgs` calls GS.base inside the kernel */
	uint64_t gs_base_user;

	/* 16 bits each, in words that 32-bit code can push: */
	uint32_t selector[X86_SREG_COUNT]; /* as the guest last loaded them */
	uint32_t kernel_cs;		   /* the guest kernel's code selector */
	uint32_t kernel_ss;
	uint32_t syscall_cs; /* what SYSCALL loads into these two, as STAR says */
	uint32_t syscall_ss;

	/*
	 * What was found in the guest's descriptors, until it loads another table; 0: nothing yet.
	 * Only selectors that the kernel itself names are remembered, so that it may rewrite the
	 * descriptors of its users in place.
	 */
	uint32_t flat_selector[2]; /* data segments that begin at 0 */
	uint32_t fs_selector;	   /* whose base FS has */
	uint32_t user_cs;	   /* a code segment for user code */

	uint8_t physical_bits; /* of guest-physical addresses, as CPUID says */

	struct vcpu_table gdt;
	struct vcpu_table idt;
	struct vcpu_table ldt;
	struct vcpu_table task; /* base and limit of the TSS */

	uint64_t stack_pages[VCPU_STACK_PAGES]; /* known to be present, by page number */

	void *backend; /* the back end's own state for this vCPU */

	/* Counters (counters.h): sites of each kind that entered the wedge's C, traps, the rest. */
	uint64_t entries[AFTERBURN_INSN_COUNT];
	uint64_t traps[32];
	uint64_t counters[COUNT_ALL];
};

/*
 * The vCPU of the processor that runs this: for what has no other way to know, such as counters. A
 * function that is given a vCPU means that one.
 */
static inline struct vcpu *vcpu_this(void)
{
	return (struct vcpu *)(uintptr_t)WEDGE_VCPU_BASE;
}

/* The interrupt controller has (or no longer has) an interrupt for the vCPU. */
static inline void vcpu_set_line(struct vcpu *v, bool asserted)
{
	v->line = asserted;
	if (asserted)
		v->events.pending = 1;
}

/* Counts an event; returns how many there were. */
static inline uint64_t vcpu_count(struct vcpu *v, enum counter counter)
{
	return ++v->counters[counter];
}

/* True while the guest's interrupt flag is set; valid inside the wedge. */
static inline bool vcpu_interrupts_on(const struct vcpu *v)
{
	return v->rflags & X86_FLAGS_IF;
}

/* True if the guest was running user code. */
static inline bool vcpu_in_user(const struct vcpu *v)
{
	return (v->cs & X86_SELECTOR_RPL) == 3;
}

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_VCPU_H */
