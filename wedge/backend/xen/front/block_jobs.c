/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block_jobs.c - what a virtio disk asks its medium for (dev/virtio_block.h).
 *
 * Invariant: a job begins only on a disk that is connected; nothing else of it is done in the call.
 */
#include "block.h"
#include "front.h"

enum { SECTOR = VIRTIO_BLOCK_SECTOR };

static int begin(unsigned int disk, unsigned int request, const struct block_job *job)
{
	struct block_front *f = front_disk(disk);

	if (!f->live)
		return -1;
	f->job[request] = *job;
	f->job[request].more = true;
	f->waiting[f->waiting_count++] = (uint8_t)request;
	return VIRTIO_BLOCK_LATER;
}

static int begin_data(unsigned int disk, unsigned int request, uint8_t operation, uint64_t offset,
		      const struct virtio_segment *segment, unsigned int count)
{
	struct block_job job = {
		.operation = operation, .sector = offset / SECTOR, .cursor.segment = segment};

	for (unsigned int i = 0; i < count; i++)
		job.left += segment[i].length;
	return begin(disk, request, &job);
}

int dev_host_block_read(unsigned int disk, unsigned int request, uint64_t offset,
			const struct virtio_segment *to, unsigned int count)
{
	return begin_data(disk, request, BLKIF_OP_READ, offset, to, count);
}

int dev_host_block_write(unsigned int disk, unsigned int request, uint64_t offset,
			 const struct virtio_segment *from, unsigned int count)
{
	return begin_data(disk, request, BLKIF_OP_WRITE, offset, from, count);
}

/* A back end that knows no flush has no cache that would need one. */
int dev_host_block_flush(unsigned int disk, unsigned int request)
{
	const struct block_job job = {.operation = BLKIF_OP_FLUSH_DISKCACHE};

	if (front_disk(disk)->live && !front_disk(disk)->flushes)
		return 0;
	return begin(disk, request, &job);
}

/* What is discarded has no defined content, its old one neither. */
int dev_host_block_discard(unsigned int disk, unsigned int request, uint64_t offset,
			   uint64_t length)
{
	const struct block_job job = {
		.operation = BLKIF_OP_DISCARD, .sector = offset / SECTOR, .left = length};

	if (front_disk(disk)->live && !front_disk(disk)->discards)
		return 0;
	return begin(disk, request, &job);
}

/* Is not offered: a driver then writes the zeros itself. */
int dev_host_block_write_zeroes(unsigned int disk, unsigned int request, uint64_t offset,
				uint64_t length, bool unmap)
{
	(void)disk;
	(void)request;
	(void)offset;
	(void)length;
	(void)unmap;
	return -1;
}
