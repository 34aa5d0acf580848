/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86.h - the instructions that a kernel needs, each as one function.
 *
 * Invariant: each goes through the annotating assembler as a site of its own, as in any kernel.
 */
#ifndef MICRO_X86_H
#define MICRO_X86_H

#include <stdint.h>

#include "width.h"

#define FLAG_CF		 0x1ul
#define FLAG_PF		 0x4ul
#define FLAG_AF		 0x10ul
#define FLAG_ZF		 0x40ul
#define FLAG_SF		 0x80ul
#define FLAG_TF		 0x100ul
#define FLAG_IF		 0x200ul
#define FLAG_DF		 0x400ul
#define FLAG_OF		 0x800ul
#define FLAG_IOPL	 0x3000ul
#define FLAG_NT		 0x4000ul
#define FLAG_AC		 0x40000ul
#define FLAG_ID		 0x200000ul
#define ARITHMETIC_FLAGS (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

#define CR0_MP	       0x2ul
#define CR0_EM	       0x4ul
#define CR0_TS	       0x8ul
#define CR0_WP	       0x10000ul
#define CR0_PG	       0x80000000ul
#define CR4_PSE	       0x10ul
#define CR4_PGE	       0x80ul
#define CR4_OSFXSR     0x200ul
#define CR4_OSXMMEXCPT 0x400ul
#define CR4_OSXSAVE    0x40000ul

#define MSR_EFER	   0xc0000080
#define MSR_STAR	   0xc0000081
#define MSR_LSTAR	   0xc0000082
#define MSR_CSTAR	   0xc0000083
#define MSR_SFMASK	   0xc0000084
#define MSR_FS_BASE	   0xc0000100
#define MSR_GS_BASE	   0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define TRAP_DE 0
#define TRAP_DB 1
#define TRAP_BP 3
#define TRAP_OF 4
#define TRAP_UD 6
#define TRAP_NM 7
#define TRAP_DF 8
#define TRAP_NP 11
#define TRAP_SS 12
#define TRAP_GP 13
#define TRAP_PF 14
#define TRAP_MF 16
#define TRAP_AC 17
#define TRAP_XM 19

#define PF_PRESENT  0x1
#define PF_WRITE    0x2
#define PF_USER	    0x4
#define PF_RESERVED 0x8

#define PTE_P  0x1ul
#define PTE_W  0x2ul
#define PTE_U  0x4ul
#define PTE_A  0x20ul
#define PTE_D  0x40ul
#define PTE_PS 0x80ul
#define PTE_G  0x100ul

#define PAGE  4096ul
#define BLOCK (1ul << BLOCK_SHIFT)

#define DEFINE_CR(n)                                                                               \
	static inline word read_cr##n(void)                                                        \
	{                                                                                          \
		word value;                                                                        \
		__asm__ volatile("mov %%cr" #n ", %0" : "=r"(value) : : "memory");                 \
		return value;                                                                      \
	}                                                                                          \
	static inline void write_cr##n(word value)                                                 \
	{                                                                                          \
		__asm__ volatile("mov %0, %%cr" #n : : "r"(value) : "memory");                     \
	}
DEFINE_CR(0)
DEFINE_CR(2)
DEFINE_CR(3)
DEFINE_CR(4)

#define DEFINE_DR(n)                                                                               \
	static inline word read_dr##n(void)                                                        \
	{                                                                                          \
		word value;                                                                        \
		__asm__ volatile("mov %%db" #n ", %0" : "=r"(value));                              \
		return value;                                                                      \
	}                                                                                          \
	static inline void write_dr##n(word value)                                                 \
	{                                                                                          \
		__asm__ volatile("mov %0, %%db" #n : : "r"(value));                                \
	}
DEFINE_DR(0)
DEFINE_DR(1)
DEFINE_DR(6)
DEFINE_DR(7)

#define DEFINE_PORT(type, suffix)                                                                  \
	static inline void out##suffix(uint16_t port, type value)                                  \
	{                                                                                          \
		__asm__ volatile("out" #suffix " %0, %1" : : "a"(value), "Nd"(port) : "memory");   \
	}                                                                                          \
	static inline type in##suffix(uint16_t port)                                               \
	{                                                                                          \
		type value;                                                                        \
		__asm__ volatile("in" #suffix " %1, %0" : "=a"(value) : "Nd"(port) : "memory");    \
		return value;                                                                      \
	}
DEFINE_PORT(uint8_t, b)
DEFINE_PORT(uint16_t, w)
DEFINE_PORT(uint32_t, l)

static inline void cli(void)
{
	__asm__ volatile("cli" : : : "memory");
}

static inline void sti(void)
{
	__asm__ volatile("sti" : : : "memory");
}

/* One statement, as Linux has it: no interrupt comes between the two. */
static inline void sti_hlt(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

static inline word read_flags(void)
{
	word value;

	__asm__ volatile("pushf; pop %0" : "=r"(value) : : "memory");
	return value;
}

static inline void write_flags(word value)
{
	__asm__ volatile("push %0; popf" : : "r"(value) : "memory", "cc");
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
			 : "memory");
}

static inline void invlpg(word address)
{
	__asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* eax, ebx, ecx, edx */
struct cpuid {
	uint32_t r[4];
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid c;

	__asm__ volatile("cpuid"
			 : "=a"(c.r[0]), "=b"(c.r[1]), "=c"(c.r[2]), "=d"(c.r[3])
			 : "0"(leaf), "2"(subleaf)
			 : "memory");
	return c;
}

static inline uint8_t read8(word va)
{
	return *(volatile uint8_t *)va;
}

static inline word read_word(word va)
{
	return *(volatile word *)va;
}

static inline void write_word(word va, word value)
{
	*(volatile word *)va = value;
}

#endif /* MICRO_X86_H */
