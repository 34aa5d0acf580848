/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_io.c - moves bytes between the guest's memory and an image, or its overlay.
 *
 * Invariant: an image with an overlay is only read.
 */
#include "image.h"
#include "elements.h"
#include "image_server.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Zeroes that are written where the host cannot make them: so many bytes at once. */
enum { ZEROES = 65536 };

/* The first elements, until they are `size` bytes; `*cut` says by how much the last is too long. */
static unsigned int first(const struct iovec *memory, unsigned int count, uint64_t size,
			  size_t *cut)
{
	uint64_t sum = 0;
	unsigned int n = 0;

	while (n < count && sum < size)
		sum += memory[n++].iov_len;
	*cut = sum > size ? (size_t)(sum - size) : 0;
	return n;
}

typedef ssize_t transfer(int fd, const struct iovec *memory, int count, off_t offset);

/* The next `size` bytes, all from or to one file. */
static int move(transfer *way, int fd, uint64_t offset, uint64_t size, struct iovec **memory,
		unsigned int *count)
{
	while (size) {
		size_t cut;
		unsigned int n = first(*memory, *count, size, &cut);
		ssize_t done;

		(*memory)[n - 1].iov_len -= cut;
		done = way(fd, *memory, (int)n, (off_t)offset);
		(*memory)[n - 1].iov_len += cut;
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? errno : EIO;
		elements_advance(memory, count, (size_t)done);
		offset += (uint64_t)done;
		size -= (uint64_t)done;
	}
	return 0;
}

/* The next `size` bytes of an image that has no overlay there. */
static int read_image(struct image *image, uint64_t offset, uint64_t size, struct iovec **memory,
		      unsigned int *count)
{
	if (image->server)
		return nbd_read(&image->server->nbd, offset, size, memory, count);
	return move(preadv, image->fd, offset, size, memory, count);
}

int image_read(struct image *image, uint64_t offset, struct iovec *memory, unsigned int count)
{
	uint64_t size = elements_sum(memory, count);
	int error = 0;

	if (!image->option->cow)
		return read_image(image, offset, size, &memory, &count);
	while (size && !error) {
		bool here;
		uint64_t run = IMAGE_SECTOR * overlay_run(&image->overlay, offset / IMAGE_SECTOR,
							  size / IMAGE_SECTOR, &here);

		error = here ? move(preadv, image->overlay.fd, offset, run, &memory, &count)
			     : read_image(image, offset, run, &memory, &count);
		offset += run;
		size -= run;
	}
	return error;
}

/* Whether changes go to the image's server. */
static bool is_elsewhere(const struct image *image)
{
	return image->server && !image->option->cow;
}

/* Where the guest's sectors are written. */
static int written_file(const struct image *image)
{
	return image->option->cow ? image->overlay.fd : image->fd;
}

static void note(struct image *image, uint64_t offset, uint64_t size)
{
	if (image->option->cow)
		overlay_note(&image->overlay, offset / IMAGE_SECTOR, size / IMAGE_SECTOR);
}

int image_write(struct image *image, uint64_t offset, struct iovec *memory, unsigned int count)
{
	uint64_t size = elements_sum(memory, count);
	int error;

	if (is_elsewhere(image))
		return nbd_write(&image->server->nbd, offset, size, &memory, &count);
	error = move(pwritev, written_file(image), offset, size, &memory, &count);
	if (!error)
		note(image, offset, size);
	return error;
}

int image_flush(struct image *image)
{
	if (is_elsewhere(image))
		return nbd_flush(&image->server->nbd);
	return image->option->cow || fdatasync(image->fd) == 0 ? 0 : errno;
}

int image_discard(struct image *image, uint64_t offset, uint64_t size)
{
	if (is_elsewhere(image))
		return nbd_trim(&image->server->nbd, offset, size);
	if (image->option->cow ||
	    fallocate(image->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)offset,
		      (off_t)size) == 0 ||
	    errno == EOPNOTSUPP)
		return 0;
	return errno;
}

static int write_zeroes(int fd, uint64_t offset, uint64_t size)
{
	static char zeroes[ZEROES];
	int error = 0;

	while (size && !error) {
		uint64_t piece = size < ZEROES ? size : ZEROES;
		struct iovec one = {zeroes, piece}, *memory = &one;
		unsigned int count = 1;

		error = move(pwritev, fd, offset, piece, &memory, &count);
		offset += piece;
		size -= piece;
	}
	return error;
}

int image_zero(struct image *image, uint64_t offset, uint64_t size, bool unmap)
{
	int hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, error = 0;
	int fd = written_file(image);

	if (is_elsewhere(image))
		return nbd_zero(&image->server->nbd, offset, size, unmap);
	if (fallocate(fd, unmap || image->option->cow ? hole : FALLOC_FL_ZERO_RANGE, (off_t)offset,
		      (off_t)size) < 0)
		error = write_zeroes(fd, offset, size);
	if (!error)
		note(image, offset, size);
	return error;
}
