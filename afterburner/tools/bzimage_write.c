/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bzimage_write.c - writes the packed bzImage: the bzImage as it was, and behind it the packed ELF
 * file, compressed, to which the header's payload fields now point.
 *
 * On bare metal nothing changes. The bzImage's own code decompresses the kernel that is linked into
 * it, and never reads these fields (arch/x86/boot/compressed); Xen's loaders of dom0 and domU read
 * nothing else. Boot loaders read the whole file to memory, so the header must reserve as much
 * (init_size); UEFI loads what the PE headers name, which is the old part.
 *
 * Invariant: of the bzImage's own bytes only payload_offset, payload_length, init_size (if it must
 * grow), the check sum over them, and the entry of a signature that is taken off change.
 */
#include "bundle.h"
#include "signature.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define PAYLOAD_ALIGN 16
#define SUM_BYTES     4

/* A copy of the bzImage that may be changed, without a signature, which would be void. */
static struct ab_bytes copy_outside(const struct ab_bzimage *outside, unsigned char **copy)
{
	struct signature signature;
	uint64_t size = outside->file.size;
	bool is_signed = signature_find(outside->file, outside->counted, &signature);

	if (is_signed)
		size = signature.start;
	*copy = ab_alloc(size, 1);
	memcpy(*copy, outside->file.data, size);
	if (is_signed)
		ab_put(*copy + signature.entry, 8, 0);
	return (struct ab_bytes){*copy, size};
}

/*
 * Boot protocol 2.08: the last word that syssize counts makes a CRC-32 of all bytes 0. It is kept
 * true where it was: newer kernels have none.
 */
static uint32_t sum(const unsigned char *data, uint64_t size)
{
	return (uint32_t)~crc32_z(0, data, size);
}

static bool has_sum(const struct ab_bzimage *outside)
{
	uint64_t at = outside->counted - SUM_BYTES;

	return ab_get(outside->file.data + at, SUM_BYTES) == sum(outside->file.data, at);
}

static int change_header(const struct ab_bzimage *outside, unsigned char *copy, uint64_t payload,
			 uint64_t length, struct ab_error *error)
{
	uint64_t loaded = payload + length - outside->setup_size;

	if (loaded > UINT32_MAX - PAGE_BYTES)
		return ab_fail(error, "the packed file would be too large for a bzImage");
	loaded = (loaded + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	ab_put(copy + AB_BZIMAGE_PAYLOAD_OFFSET, 4, payload - outside->setup_size);
	ab_put(copy + AB_BZIMAGE_PAYLOAD_LENGTH, 4, length);
	if (outside->protocol >= AB_BZIMAGE_HAS_INIT_SIZE &&
	    ab_get(copy + AB_BZIMAGE_INIT_SIZE, 4) < loaded)
		ab_put(copy + AB_BZIMAGE_INIT_SIZE, 4, loaded);
	if (has_sum(outside))
		ab_put(copy + outside->counted - SUM_BYTES, SUM_BYTES,
		       sum(copy, outside->counted - SUM_BYTES));
	return 0;
}

/* wedge_open() has seen that each name ends. */
static struct afterburn_bzimage_mark make_mark(const struct bundle *bundle)
{
	struct afterburn_bzimage_mark mark = {.magic = AFTERBURN_WEDGE_MAGIC};

	_Static_assert(MAX_WEDGES * sizeof(bundle->wedges[0].header.platform) <
			       sizeof(mark.platforms),
		       "all names have room");
	for (unsigned int i = 0; i < bundle->wedge_count; i++) {
		strcat(mark.platforms, i ? "," : "");
		strcat(mark.platforms,
		       bundle->wedges[i].header.platform); /* with NUL: wedge_open() */
	}
	return mark;
}

static int write_around(const struct bundle *bundle, struct ab_bytes payload, struct output *out,
			struct ab_error *error)
{
	struct afterburn_bzimage_mark mark = make_mark(bundle);
	struct ab_bytes marked = {(const unsigned char *)&mark, sizeof(mark)};
	unsigned char *copy;
	struct ab_bytes outside = copy_outside(bundle->outside, &copy);
	uint64_t at = (outside.size + PAYLOAD_ALIGN - 1) / PAYLOAD_ALIGN * PAYLOAD_ALIGN;
	int result = change_header(bundle->outside, copy, at + sizeof(mark), payload.size, error);

	if (result == 0)
		result = output_write(out, outside, error);
	free(copy);
	return result < 0 || output_align(out, PAYLOAD_ALIGN, error) < 0 ||
			       output_write(out, marked, error) < 0 ||
			       output_write(out, payload, error) < 0
		       ? -1
		       : 0;
}

int bundle_write_bzimage(const struct bundle *bundle, struct output *out, struct ab_error *error)
{
	struct output inside = {.compressor = compressor_new(error)};
	int result = -1;

	if (inside.compressor && bundle_write_elf(bundle, &inside, error) == 0)
		result = write_around(bundle, compressor_end(inside.compressor), out, error);
	compressor_free(inside.compressor);
	return result;
}
