/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signature.c - walks from a PE file's first header to its Certificate Table.
 *
 * Invariant: header fields are trusted only after ab_slice().
 */
#include "signature.h"

#include <string.h>

#define PE_OFFSET	0x3c /* where the offset of the PE header stands */
#define PE_HEADER	24   /* its bytes, in front of the optional header */
#define MAGIC_PE32_PLUS 0x20b
#define DIRECTORIES	96 /* in the optional header; 16 more in PE32+ */
#define CERTIFICATES	4  /* index among the directories */
#define ENTRY		8  /* bytes of one: file offset and size */
#define TABLE_ALIGNMENT 8

bool signature_find(struct ab_bytes file, uint64_t body, struct signature *signature)
{
	struct ab_bytes bytes;
	uint64_t header, start, size;

	if (!ab_slice(file, PE_OFFSET, 4, &bytes))
		return false;
	header = ab_get(bytes.data, 4);
	if (!ab_slice(file, header, PE_HEADER + 2, &bytes) || memcmp(bytes.data, "PE\0\0", 4) != 0)
		return false;
	signature->entry = header + PE_HEADER + DIRECTORIES + CERTIFICATES * ENTRY;
	if (ab_get(bytes.data + PE_HEADER, 2) == MAGIC_PE32_PLUS)
		signature->entry += 16;
	if (signature->entry > body - ENTRY || !ab_slice(file, signature->entry, ENTRY, &bytes))
		return false;
	start = signature->start = ab_get(bytes.data, 4);
	size = ab_get(bytes.data + 4, 4);
	return size && start >= body && ab_slice(file, start, size, &bytes) &&
	       file.size - (start + size) < TABLE_ALIGNMENT;
}
