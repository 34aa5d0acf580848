/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core_status.c - see core_status.h.
 *
 * Invariant: the structures are those of the guest's width, whatever the host's headers have.
 */
#include "core_status.h"

#include <elf.h>
#include <signal.h>
#include <string.h>

/* struct elf_prstatus of a 32-bit Linux. */
struct status_32 {
	uint32_t number, code, error;
	uint16_t current, pad;
	uint32_t pending, held;
	uint32_t pid, parent, group, session;
	uint32_t times[8];
	uint32_t ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, original_eax, eip, cs, eflags,
		esp, ss;
	uint32_t fpu_valid;
};

/* The same of a 64-bit one. */
struct status_64 {
	uint32_t number, code, error;
	uint16_t current, pad;
	uint64_t pending, held;
	uint32_t pid, parent, group, session;
	uint64_t times[8];
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi,
		original_rax, rip, cs, eflags, rsp, ss, fs_base, gs_base, ds, es, fs, gs;
	uint32_t fpu_valid, pad_2;
};

_Static_assert(sizeof(struct status_32) == 144, "as gdb expects it");
_Static_assert(sizeof(struct status_64) == 336, "as gdb expects it");

struct note {
	Elf32_Nhdr header; /* the same for both widths */
	char owner[8];
};

_Static_assert(sizeof(struct note) + sizeof(struct status_64) <= CORE_STATUS_MOST, "fits");

/* Numbers of general registers that have no other name in both widths. */
enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

static struct status_32 narrow_status(const struct launch_registers *r)
{
	const uint64_t *g = r->general;

	return (struct status_32){
		.number = SIGABRT,
		.current = SIGABRT,
		.pid = 1,
		.ebx = (uint32_t)g[RBX],
		.ecx = (uint32_t)g[RCX],
		.edx = (uint32_t)g[RDX],
		.esi = (uint32_t)g[RSI],
		.edi = (uint32_t)g[RDI],
		.ebp = (uint32_t)g[RBP],
		.eax = (uint32_t)g[RAX],
		.ds = (uint32_t)r->ds,
		.es = (uint32_t)r->es,
		.fs = (uint32_t)r->fs,
		.gs = (uint32_t)r->gs,
		.original_eax = UINT32_MAX,
		.eip = (uint32_t)r->rip,
		.cs = (uint32_t)r->cs,
		.eflags = (uint32_t)r->rflags,
		.esp = (uint32_t)g[RSP],
		.ss = (uint32_t)r->ss,
	};
}

static struct status_64 wide_status(const struct launch_registers *r)
{
	const uint64_t *g = r->general;

	return (struct status_64){
		.number = SIGABRT,
		.current = SIGABRT,
		.pid = 1,
		.r15 = g[15],
		.r14 = g[14],
		.r13 = g[13],
		.r12 = g[12],
		.rbp = g[RBP],
		.rbx = g[RBX],
		.r11 = g[11],
		.r10 = g[10],
		.r9 = g[9],
		.r8 = g[8],
		.rax = g[RAX],
		.rcx = g[RCX],
		.rdx = g[RDX],
		.rsi = g[RSI],
		.rdi = g[RDI],
		.original_rax = UINT64_MAX,
		.rip = r->rip,
		.cs = r->cs,
		.eflags = r->rflags,
		.rsp = g[RSP],
		.ss = r->ss,
		.fs_base = r->fs_base,
		.gs_base = r->gs_base,
		.ds = r->ds,
		.es = r->es,
		.fs = r->fs,
		.gs = r->gs,
	};
}

size_t core_status(const struct launch_registers *registers, bool wide, void *to)
{
	struct status_32 narrow = narrow_status(registers);
	struct status_64 full = wide_status(registers);
	size_t size = wide ? sizeof(full) : sizeof(narrow);
	struct note note = {
		.header = {.n_namesz = 5, .n_descsz = (Elf32_Word)size, .n_type = NT_PRSTATUS},
		.owner = "CORE",
	};

	memcpy(to, &note, sizeof(note));
	memcpy((char *)to + sizeof(note), wide ? (void *)&full : (void *)&narrow, size);
	return sizeof(note) + size;
}
