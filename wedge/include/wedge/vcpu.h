/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vcpu.h - the virtual CPU: the state of a real processor, and what the wedge keeps beside it.
 *
 * A vCPU is at one fixed virtual address, WEDGE_VCPU_BASE, in the page tables of every processor.
 * So inline code in rewritten sites reaches it by an absolute 32-bit address, without a register.
 * Assembler files get the offsets from the generated header vcpu_offsets.h.
 *
 * Invariant: no state of a vCPU is in a global variable. `gpr`, `rip`, `rflags`, `cs` and `ss`
 * describe the guest only while `in_wedge` is set; otherwise the real registers do.
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
 * The two bytes that control interrupts, and room for the back end's data. While guest code runs,
 * `masked` is the inverse of its interrupt flag: while it is set, the back end enters the wedge for
 * no event. While the wedge runs, `masked` is always set, and `rflags` holds the guest's flag.
 */
struct vcpu_events {
	volatile uint8_t pending; /* an event or the interrupt controller waits */
	volatile uint8_t masked;
	uint8_t backend[62];
};

/* A descriptor-table register: LDTR and TR carry a selector too. */
struct vcpu_table {
	uint64_t base;
	uint32_t limit;
	uint16_t selector;
};

/* No site is on the way into the wedge. */
#define VCPU_NO_SITE UINT32_MAX

/* The number of kernel stack pages that are remembered to be in the shadow. */
enum { VCPU_STACK_PAGES = 64 };

/* Which of the guest's two GS bases is active. */
enum { VCPU_GS_KERNEL = 0x00, VCPU_GS_USER = 0xff };

/*
 * A software TLB (SDM 3A section 4.10) for kernel pages that the wedge itself reads and writes:
 * descriptor tables, TSS, stacks. A hit costs a dozen instructions, a walk two hundred.
 */
enum {
	VCPU_TRANSLATIONS = 64,
	VCPU_TRANSLATION_VALID = 1,
	VCPU_TRANSLATION_WRITABLE = 2,
	VCPU_TRANSLATION_GLOBAL = 4, /* stays when another CR3 is loaded */
};
struct vcpu_translation {
	uint64_t tag; /* the page's virtual address, with VCPU_TRANSLATION_*; 0: none */
	char *page;
} __attribute__((aligned(16)));

/* Code of the kernel may still run where it was loaded (core_early_address). */
#define VCPU_EARLY UINT64_MAX

struct vcpu {
	struct vcpu_events events;

	/* The guest's registers, gpr in ModRM order. */
	uint64_t gpr[16];
	uint64_t rip;
	uint64_t rflags;
	uint64_t cs;
	uint64_t ss;

	/*
	 * Why the wedge was entered: the vector (or a number of the back end above 255), the error
	 * code.
	 */
	uint64_t trap;
	uint64_t trap_error;

	uint64_t was_masked; /* events.masked when a site's gate was entered */

	/* On the way from a site into the wedge, without a stack (ramps.h): */
	uint64_t site_rax;   /* RAX, while the gate uses the register */
	uint64_t site_delta; /* how far below its linked address the site runs, or VCPU_EARLY */
	uint32_t site;	     /* its slot in the site table, or VCPU_NO_SITE */

	uint64_t in_wedge;  /* 1 while the wedge's C code runs on the wedge's stack */
	uint8_t gs_state;   /* VCPU_GS_*: `swapgs` inverts it in place */
	uint8_t sti_shadow; /* set by an `sti` whose next instruction is a halt */
	uint8_t halted;
	uint8_t line;	      /* the interrupt controller's INTR, included in `pending` */
	uint8_t syscall_fast; /* SFMASK and EFER allow the fast path of system calls */
	uint8_t retry; /* user code will repeat the access below when the guest's handler returns */

	uint64_t generation; /* counts loads of CR3 and flushes */
	/* A guard page below a stack, and the guest's entry, of any level, that makes it one. */
	struct {
		uint64_t page, generation;
		const uint8_t *entry;
	} no_stack;
	struct vcpu_translation translations[VCPU_TRANSLATIONS];
	/* A bit for each that may not be global. */
	unsigned long local_translations[VCPU_TRANSLATIONS / (8 * sizeof(long))];

	/*
	 * The last page fault for which the shadow was right already, and how often it came in a
	 * row.
	 */
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
	uint64_t lstar; /* the guest's entry, to which the back end's jumps */
	uint64_t cstar;
	uint64_t sfmask;
	uint64_t sysenter[3];
	uint64_t pat;
	uint64_t misc_enable;
	uint64_t tsc_aux;
	uint64_t fs_base;
	uint64_t gs_base_kernel; /* the base that is active inside the kernel */
	uint64_t gs_base_user;

	/* 16 bits each, in words that 32-bit code can push: */
	uint32_t selector[X86_SREG_COUNT]; /* as the guest last loaded them */
	uint32_t kernel_cs;		   /* the guest kernel's code selector */
	uint32_t kernel_ss;
	uint32_t syscall_cs; /* SYSCALL loads this pair from STAR into those */
	uint32_t syscall_ss;

	/* What SYSRET loads, in words that 64-bit code can push. */
	uint64_t sysret_cs;
	uint64_t sysret_cs32; /* to compatibility mode */
	uint64_t sysret_ss;

	/*
	 * Selectors whose descriptors were found good, until the guest loads another GDT; 0: none
	 * yet. Only the kernel's own selectors are remembered, since it may rewrite its users'
	 * descriptors in place.
	 */
	uint32_t flat_selector[2]; /* data segments that begin at 0 */
	uint32_t fs_selector;	   /* whose base FS has */
	uint32_t user_cs;	   /* a code segment for user code */

	/*
	 * How C last entered a 32-bit kernel by `int $0x80`, and with which selectors it last
	 * resumed user code. While the guest's tables say the same, a back end's assembler code
	 * does that again.
	 */
	struct {
		uint32_t gate[2];  /* the entry of the IDT; 0: none yet */
		uint32_t stack[2]; /* ESP and SS for ring 0, in the TSS */
		uint32_t cs;
		uint32_t handler;
	} short_call;
	struct {
		uint32_t selector[X86_SREG_COUNT]; /* CS is 0: none yet */
		uint32_t words;			   /* of the GDT that must be as it was ... */
		uint32_t seen;			   /* ... and where that is kept */
	} short_return;

	uint8_t physical_bits; /* of guest-physical addresses, as CPUID says */

	struct vcpu_table gdt;
	struct vcpu_table idt;
	struct vcpu_table ldt;
	struct vcpu_table task; /* base and limit of the TSS */

	unsigned long stack_pages[VCPU_STACK_PAGES]; /* known to be present, by page number */

	void *backend; /* the back end's own state for this vCPU */

	/* Counters (counters.h): sites of each kind that entered the wedge's C, traps, the rest. */
	uint64_t entries[AFTERBURN_INSN_COUNT];
	uint64_t traps[32];
	uint64_t counters[COUNT_ALL];
};

/*
 * The calling processor's vCPU, for code that is given no vCPU, such as counters. A function that
 * is given a vCPU uses that one.
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

/* Counts an event; returns the count. */
static inline uint64_t vcpu_count(struct vcpu *v, enum counter counter)
{
	return ++v->counters[counter];
}

/* True while the guest's interrupt flag is set; valid inside the wedge. */
static inline bool vcpu_interrupts_on(const struct vcpu *v)
{
	return (uint32_t)v->rflags & X86_FLAGS_IF;
}

/* True if the guest was running user code. */
static inline bool vcpu_in_user(const struct vcpu *v)
{
	return ((uint32_t)v->cs & X86_SELECTOR_RPL) == 3;
}

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_VCPU_H */
