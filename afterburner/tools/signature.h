/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signature.h - the Secure Boot signature of a bzImage, which is a PE file too.
 *
 * Invariant: what is found lies inside the file.
 */
#ifndef AFTERBURNER_TOOLS_SIGNATURE_H
#define AFTERBURNER_TOOLS_SIGNATURE_H

#include "elf/bytes.h"

struct signature {
	uint64_t entry; /* file offset of the 8 bytes of header that name it; inside the body */
	uint64_t start; /* file offset of its first byte, behind the body; it reaches to the file's
			   end */
};

/**
 * signature_find - find the signature at the end of a PE file
 * @body: bytes in front of any signature, headers among them
 *
 * Implements of Microsoft's "PE Format" the way to the Certificate Table, and nothing else. Returns
 * false if there is none, or if it is not at the end, where every signing program puts it.
 */
bool signature_find(struct ab_bytes file, uint64_t body, struct signature *signature);

#endif
