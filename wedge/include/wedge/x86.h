/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86.h - the architecture's own constants (Intel SDM volume 3A), for C and assembler.
 *
 * Invariant: nothing here belongs to a hypervisor or to the wedge.
 */
#ifndef WEDGE_X86_H
#define WEDGE_X86_H

#define X86_PAGE_SHIFT 12
#define X86_PAGE_SIZE  4096

/* RFLAGS, SDM 1 section 3.4.3 */
#define X86_FLAGS_CF	0x1
#define X86_FLAGS_FIXED 0x2
#define X86_FLAGS_PF	0x4
#define X86_FLAGS_AF	0x10
#define X86_FLAGS_ZF	0x40
#define X86_FLAGS_SF	0x80
#define X86_FLAGS_TF	0x100
#define X86_FLAGS_IF	0x200
#define X86_FLAGS_DF	0x400
#define X86_FLAGS_OF	0x800
#define X86_FLAGS_IOPL	0x3000
#define X86_FLAGS_NT	0x4000
#define X86_FLAGS_RF	0x10000
#define X86_FLAGS_VM	0x20000
#define X86_FLAGS_AC	0x40000
#define X86_FLAGS_ID	0x200000

/* Those that arithmetic changes. */
#define X86_FLAGS_STATUS                                                                           \
	(X86_FLAGS_CF | X86_FLAGS_PF | X86_FLAGS_AF | X86_FLAGS_ZF | X86_FLAGS_SF | X86_FLAGS_OF)

/* CR0 and CR4, SDM 3A section 2.5 */
#define X86_CR0_PE	   0x1
#define X86_CR0_MP	   0x2
#define X86_CR0_TS	   0x8
#define X86_CR0_ET	   0x10
#define X86_CR0_NE	   0x20
#define X86_CR0_WP	   0x10000
#define X86_CR0_AM	   0x40000
#define X86_CR0_NW	   0x20000000
#define X86_CR0_CD	   0x40000000
#define X86_CR0_PG	   0x80000000
#define X86_CR4_VME	   0x1
#define X86_CR4_PVI	   0x2
#define X86_CR4_TSD	   0x4
#define X86_CR4_DE	   0x8
#define X86_CR4_PSE	   0x10
#define X86_CR4_PAE	   0x20
#define X86_CR4_MCE	   0x40
#define X86_CR4_PGE	   0x80
#define X86_CR4_PCE	   0x100
#define X86_CR4_OSFXSR	   0x200
#define X86_CR4_OSXMMEXCPT 0x400
#define X86_CR4_OSXSAVE	   0x40000

/* EFER, SDM 3A section 2.2.1 */
#define X86_EFER_SCE 0x1
#define X86_EFER_LME 0x100
#define X86_EFER_LMA 0x400
#define X86_EFER_NX  0x800

/* Exception vectors, SDM 3A table 6-1 */
#define X86_TRAP_DE  0
#define X86_TRAP_DB  1
#define X86_TRAP_NMI 2
#define X86_TRAP_BP  3
#define X86_TRAP_OF  4
#define X86_TRAP_BR  5
#define X86_TRAP_UD  6
#define X86_TRAP_NM  7
#define X86_TRAP_DF  8
#define X86_TRAP_TS  10
#define X86_TRAP_NP  11
#define X86_TRAP_SS  12
#define X86_TRAP_GP  13
#define X86_TRAP_PF  14
#define X86_TRAP_MF  16
#define X86_TRAP_AC  17
#define X86_TRAP_XM  19

/* Page-fault error code, SDM 3A section 4.7 */
#define X86_PF_PRESENT	0x1
#define X86_PF_WRITE	0x2
#define X86_PF_USER	0x4
#define X86_PF_RESERVED 0x8
#define X86_PF_FETCH	0x10

/* Page-table entries, SDM 3A section 4.5 */
#define X86_PTE_P	   0x1ull
#define X86_PTE_W	   0x2ull
#define X86_PTE_U	   0x4ull
#define X86_PTE_PWT	   0x8ull
#define X86_PTE_PCD	   0x10ull
#define X86_PTE_A	   0x20ull
#define X86_PTE_D	   0x40ull
#define X86_PTE_PS	   0x80ull
#define X86_PTE_G	   0x100ull
#define X86_PTE_NX	   0x8000000000000000ull
#define X86_PTE_ADDRESS	   0x000ffffffffff000ull
#define X86_PTE_ADDRESS_2M 0x000fffffffe00000ull
#define X86_PTE_ADDRESS_1G 0x000fffffc0000000ull

/* Model specific registers, SDM 4 */
#define X86_MSR_TSC	       0x10
#define X86_MSR_PLATFORM_ID    0x17
#define X86_MSR_APIC_BASE      0x1b
#define X86_MSR_UPDATE_TRIGGER 0x79
#define X86_MSR_UPDATE_ID      0x8b /* AMD's PATCH_LEVEL, too */
#define X86_MSR_FSB_FREQ       0xcd
#define X86_MSR_PLATFORM_INFO  0xce
#define X86_MSR_ARCH_CAPS      0x10a
#define X86_MSR_SYSENTER_CS    0x174
#define X86_MSR_SYSENTER_ESP   0x175
#define X86_MSR_SYSENTER_EIP   0x176
#define X86_MSR_PERF_STATUS    0x198
#define X86_MSR_MISC_ENABLE    0x1a0
#define X86_MSR_PAT	       0x277
#define X86_MSR_EFER	       0xc0000080
#define X86_MSR_STAR	       0xc0000081
#define X86_MSR_LSTAR	       0xc0000082
#define X86_MSR_CSTAR	       0xc0000083
#define X86_MSR_SFMASK	       0xc0000084
#define X86_MSR_FS_BASE	       0xc0000100
#define X86_MSR_GS_BASE	       0xc0000101
#define X86_MSR_KERNEL_GS_BASE 0xc0000102
#define X86_MSR_TSC_AUX	       0xc0000103
#define X86_MSR_HWCR	       0xc0010015 /* AMD's manual volume 2, appendix A */
#define X86_MSR_NB_CFG	       0xc001001f
#define X86_MSR_PATCH_LOADER   0xc0010020
#define X86_MSR_INT_PENDING    0xc0010055

/* General registers in the order ModRM numbers them, SDM 2A table 2-2 */
#define X86_RAX 0
#define X86_RCX 1
#define X86_RDX 2
#define X86_RBX 3
#define X86_RSP 4
#define X86_RBP 5
#define X86_RSI 6
#define X86_RDI 7

/* Segment registers in the order ModRM numbers them, SDM 2A table 2-2 */
#define X86_ES	       0
#define X86_CS	       1
#define X86_SS	       2
#define X86_DS	       3
#define X86_FS	       4
#define X86_GS	       5
#define X86_SREG_COUNT 6

/* A selector's parts, SDM 3A section 3.4.2 */
#define X86_SELECTOR_RPL 3
#define X86_SELECTOR_LDT 4

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The time stamp counter (SDM 2B, RDTSC), which every platform lets ring 3 read. */
static inline uint64_t x86_read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}
#endif /* __ASSEMBLER__ */

#endif /* WEDGE_X86_H */
