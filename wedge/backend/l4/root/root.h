/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * root.h - how the root program (root.c) calls the wedge.
 *
 * Invariant: the version changes with every change here.
 */
#ifndef WEDGE_BACKEND_L4_ROOT_H
#define WEDGE_BACKEND_L4_ROOT_H

#define ROOT_VERSION 1

/* Where in the wedge's image the program calls it. */
#define ROOT_WEDGE_ENTRY 0x400

/* The program is linked here, behind all modules; its own 4 MiB are never the guest's memory. */
#define ROOT_BASE 0x07000000

#ifndef __ASSEMBLER__
#include <stdint.h>

/* A module as the boot loader has put it into memory, readable there. */
struct root_file {
	uint32_t start, size;
};

struct root_info {
	uint32_t version; /* ROOT_VERSION */
	uint32_t memory_mib;
	uint32_t next_block;		  /* blocks below are taken (blocks.h) */
	struct root_file kernel, ramdisk; /* the latter may be empty */
	const char *command_line;	  /* the guest's */
};

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_BACKEND_L4_ROOT_H */
