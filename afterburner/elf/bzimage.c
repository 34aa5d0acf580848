/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bzimage.c - finds and decompresses the kernel in a Linux bzImage.
 *
 * Invariant: header fields are trusted only after ab_slice().
 */
#include "elf/bzimage.h"
#include "elf/decompress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool ab_is_bzimage(struct ab_bytes file)
{
	return file.size >= AB_BZIMAGE_HEADER_END &&
	       memcmp(file.data + AB_BZIMAGE_MAGIC, "HdrS", 4) == 0;
}

int ab_bzimage_open(struct ab_bzimage *bzimage, struct ab_bytes file, struct ab_error *error)
{
	const unsigned char *header = file.data;
	uint64_t sectors = header[AB_BZIMAGE_SETUP_SECTS];
	struct ab_bytes counted;

	*bzimage = (struct ab_bzimage){
		.file = file,
		.setup_size = ((sectors ? sectors : 4) + 1) * 512,
		.protocol = (unsigned int)ab_get(header + AB_BZIMAGE_PROTOCOL, 2),
		.relocatable = header[AB_BZIMAGE_RELOCATABLE],
	};
	if (bzimage->protocol < AB_BZIMAGE_HAS_PAYLOAD)
		return ab_fail(error,
			       "a bzImage of boot protocol %u.%02u, too old: before 2.08 (Linux "
			       "2.6.26) no header says where the kernel in it is; give the vmlinux",
			       bzimage->protocol >> 8, bzimage->protocol & 0xff);
	bzimage->counted = bzimage->setup_size + 16 * ab_get(header + AB_BZIMAGE_SYSSIZE, 4);
	if (!ab_slice(file, 0, bzimage->counted, &counted))
		return ab_fail(error,
			       "the bzImage is cut short: it has %" PRIu64
			       " bytes, and by its header at least %" PRIu64,
			       file.size, bzimage->counted);
	if (!ab_slice(file, bzimage->setup_size + ab_get(header + AB_BZIMAGE_PAYLOAD_OFFSET, 4),
		      ab_get(header + AB_BZIMAGE_PAYLOAD_LENGTH, 4), &bzimage->payload))
		return ab_fail(error,
			       "the bzImage is cut short: its payload lies outside the file");
	return 0;
}

/* The payload's last word is the plain size (gzip's own, or added by Linux): Xen relies on it. */
int ab_bzimage_kernel(const struct ab_bzimage *bzimage, struct ab_bytes *kernel,
		      struct ab_error *error)
{
	struct ab_bytes payload = bzimage->payload, plain;
	uint64_t size;

	if (ab_decompress(payload, AB_PLAIN_LIMIT, &plain, error) < 0)
		return -1;
	size = ab_get(payload.data + payload.size - 4, 4);
	if (size == plain.size) {
		*kernel = plain;
		return 0;
	}
	free((void *)(uintptr_t)plain.data);
	return ab_fail(error,
		       "the kernel in the bzImage has %" PRIu64 " bytes, not %" PRIu64
		       " as the payload's last word says",
		       plain.size, size);
}
