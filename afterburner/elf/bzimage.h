/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bzimage.h - a Linux bzImage: boot sector and setup code with a header, the protected-mode part,
 * and in that the compressed kernel (Documentation/x86/boot.rst, "The Real-Mode Kernel Header").
 *
 * Invariant: of an opened bzImage the whole header, the protected-mode part as far as the header
 * counts it, and the payload lie inside the file.
 */
#ifndef AFTERBURNER_ELF_BZIMAGE_H
#define AFTERBURNER_ELF_BZIMAGE_H

#include "elf/bytes.h"

/* Offsets in the file. */
#define AB_BZIMAGE_SETUP_SECTS	  0x1f1 /* 512-byte sectors behind the first; 0 means 4 */
#define AB_BZIMAGE_SYSSIZE	  0x1f4 /* of the protected-mode part, in units of 16 bytes */
#define AB_BZIMAGE_MAGIC	  0x202 /* "HdrS" */
#define AB_BZIMAGE_PROTOCOL	  0x206
#define AB_BZIMAGE_RELOCATABLE	  0x234
#define AB_BZIMAGE_PAYLOAD_OFFSET 0x248 /* from the protected-mode part; since protocol 2.08 */
#define AB_BZIMAGE_PAYLOAD_LENGTH 0x24c
#define AB_BZIMAGE_INIT_SIZE	  0x260 /* memory that boot loaders reserve; since 2.10 */
#define AB_BZIMAGE_HEADER_END	  0x264

#define AB_BZIMAGE_HAS_PAYLOAD	 0x208
#define AB_BZIMAGE_HAS_INIT_SIZE 0x20a

struct ab_bzimage {
	struct ab_bytes file; /* the caller's */
	struct ab_bytes payload;
	uint64_t setup_size;   /* bytes in front of the protected-mode part */
	uint64_t counted;      /* bytes from the file's start that syssize counts */
	unsigned int protocol; /* version, major in bits 8 to 15 */
	bool relocatable;      /* its own code may move the kernel on bare metal */
};

bool ab_is_bzimage(struct ab_bytes file);

/**
 * ab_bzimage_open - read the header of a bzImage
 * @file: one for which ab_is_bzimage() holds; must outlive *bzimage
 *
 * Returns 0, or -1 with *error set.
 */
int ab_bzimage_open(struct ab_bzimage *bzimage, struct ab_bytes file, struct ab_error *error);

/**
 * ab_bzimage_kernel - decompress the payload: the kernel's ELF file; if the kernel can be moved,
 * its relocations follow, which no header of ELF counts
 * @kernel: receives it; free() kernel->data
 *
 * Returns 0, or -1 with *error set.
 */
int ab_bzimage_kernel(const struct ab_bzimage *bzimage, struct ab_bytes *kernel,
		      struct ab_error *error);

#endif
