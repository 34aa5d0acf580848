/*
 * Addresses and selectors that the C files and the assembler files share, and what the loader hands
 * over.
 *
 * The selectors are those of the original, for user code sees them. The task state segment lies so
 * that its I/O bitmap begins with a page: each space has that page and the next of its own.
 *
 * Invariant: user addresses end where the kernel's begin.
 */
#pragma once

#define KERNEL_BASE  0xc0000000
#define KERNEL_LOAD  0x00100000
#define DIRECT_END   0xdf000000 /* of the window onto physical memory */
#define UTCB_POINTER 0xdf000000
#define TASK_STATE   0xff800f98
#define PORT_BITMAP  0xff801000
#define PAGE_SIZE    4096

#define KERNEL_CODE   0x08
#define KERNEL_DATA   0x10
#define USER_CODE     0x1b
#define USER_DATA     0x23
#define USER_UTCB     0x2b
#define TASK_SELECTOR 0x30

#define VECTOR_LINES 0x20
#define VECTOR_IPC   0x30
#define VECTOR_CALL  0x31

#define BOOT_MAGIC 0x4c345465

#ifndef __ASSEMBLER__
#include <stdint.h>

/* What kickstart hands to the kernel: physical addresses. */
struct boot_server {
	uint32_t start, end, entry;
};

#define BOOT_DESCRIPTORS 64

struct boot {
	struct boot_server sigma0, root;
	uint32_t heap_start, heap_end;
	uint32_t bootinfo;
	uint32_t descriptors; /* memory descriptors, as in the kernel interface page */
	uint32_t descriptor[BOOT_DESCRIPTORS][2];
};
#endif
