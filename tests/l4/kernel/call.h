/*
 * The kernel's calls by the registers of the caller's frame, and constants of single subjects.
 *
 * Invariant: a call's results are in the frame when it returns, unless the caller waits.
 */
#pragma once
#include "kernel.h"

#define CLOCK_LINE 8

/* Bits of a page table's entry. */
#define ENTRY_PRESENT	0x001u
#define ENTRY_WRITABLE	0x002u
#define ENTRY_USER	0x004u
#define ENTRY_ACCESSED	0x020u
#define ENTRY_DIRTY	0x040u
#define ENTRY_READ_ONLY (ENTRY_PRESENT | ENTRY_USER)

void call_ipc(struct frame *f);
void call_other(struct frame *f);

/* The call fails with this code in the caller's UTCB. */
static inline void refuse(struct frame *f, word error)
{
	current->words[UTCB_ERROR] = error;
	f->eax = 0;
}
