/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * block.c - requests to a virtio block device (Virtual I/O Device (VIRTIO) Version 1.2, section
 * 5.2.6): a header of 16 bytes that the driver has filled, data, and one byte of status that the
 * device fills, cut into descriptors anyhow (2.7.4).
 *
 * Invariant: a request's status byte is written last.
 */
#include <stddef.h>

#include <wedge/dev/virtio_block.h>
#include <wedge/lib.h>

/* Features (5.2.3). */
#define SEG_MAX	     (UINT64_C(1) << 2)
#define READ_ONLY    (UINT64_C(1) << 5)
#define BLK_SIZE     (UINT64_C(1) << 6)
#define FLUSH	     (UINT64_C(1) << 9)
#define DISCARD	     (UINT64_C(1) << 13)
#define WRITE_ZEROES (UINT64_C(1) << 14)

enum { TYPE_BLOCK = 2, PCI_BLOCK = 0x1001, PCI_MASS_STORAGE = 0x010000 };

enum {
	REQUEST_READ = 0,
	REQUEST_WRITE = 1,
	REQUEST_FLUSH = 4,
	REQUEST_SERIAL = 8,
	REQUEST_DISCARD = 11,
	REQUEST_WRITE_ZEROES = 13,
};

enum status { STATUS_OK, STATUS_ERROR, STATUS_UNSUPPORTED };

enum { FLAG_UNMAP = 1 };

/*
 * Limits that the device names (5.2.4): segments of data of a request, ranges of a discard, and
 * sectors of a range. One range of write zeroes must not keep the medium busy for too long.
 */
enum {
	DATA_SEGMENTS_MAX = VIRTIO_QUEUE_SIZE_MAX - 2,
	RANGES_MAX = 16,
	DISCARD_SECTORS_MAX = INT32_MAX,
	ZEROES_SECTORS_MAX = 1 << 16,
};

struct header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

/* What discard and write zeroes are told (5.2.6). */
struct range {
	uint64_t sector;
	uint32_t sectors;
	uint32_t flags;
};

/* The device configuration (5.2.4). */
struct config {
	uint64_t capacity;
	uint32_t size_max;
	uint32_t seg_max;
	uint16_t cylinders;
	uint8_t heads;
	uint8_t geometry_sectors;
	uint32_t blk_size;
	uint8_t topology[8];
	uint8_t writeback;
	uint8_t unused0;
	uint16_t num_queues;
	uint32_t max_discard_sectors;
	uint32_t max_discard_seg;
	uint32_t discard_sector_alignment;
	uint32_t max_write_zeroes_sectors;
	uint32_t max_write_zeroes_seg;
	uint8_t write_zeroes_may_unmap;
	uint8_t unused1[3];
	uint32_t max_secure_erase_sectors;
	uint32_t max_secure_erase_seg;
	uint32_t secure_erase_sector_alignment;
};

_Static_assert(sizeof(struct config) == 72, "the structure of 5.2.4 has no holes");
_Static_assert(sizeof(struct config) <= VIRTIO_CONFIG_MAX, "it has room");
_Static_assert(sizeof(struct header) == 16 && sizeof(struct range) == 16, "nor have these");

void virtio_block_identity(const struct virtio_block *b, struct virtio_identity *identity)
{
	const struct config config = {
		.capacity = b->sectors,
		.seg_max = DATA_SEGMENTS_MAX,
		.blk_size = VIRTIO_BLOCK_SECTOR,
		.max_discard_sectors = DISCARD_SECTORS_MAX,
		.max_discard_seg = RANGES_MAX,
		.discard_sector_alignment = 1,
		.max_write_zeroes_sectors = ZEROES_SECTORS_MAX,
		.max_write_zeroes_seg = RANGES_MAX,
		.write_zeroes_may_unmap = 1,
	};

	*identity = (struct virtio_identity){
		.type = TYPE_BLOCK,
		.pci_device = PCI_BLOCK,
		.pci_class = PCI_MASS_STORAGE,
		.features = SEG_MAX | BLK_SIZE | FLUSH | VIRTIO_FEATURE_INDIRECT |
			    VIRTIO_FEATURE_EVENT_INDEX | VIRTIO_FEATURE_VERSION_1,
		.queues = 1,
		.queue_size = VIRTIO_QUEUE_SIZE_MAX,
		.config_bytes = sizeof(config),
	};
	identity->features |= b->read_only ? READ_ONLY : DISCARD | WRITE_ZEROES;
	memcpy(identity->config, &config, sizeof(config));
}

/* ---- bytes in segments ---- */

struct buffer {
	struct virtio_segment *segment;
	unsigned count;
};

static uint64_t length_of(struct buffer b)
{
	uint64_t length = 0;

	for (unsigned i = 0; i < b.count; i++)
		length += b.segment[i].length;
	return length;
}

/* Copies up to `size` bytes from the buffer's beginning and removes them from it; how many. */
static size_t pull(struct buffer *b, void *to, size_t size)
{
	size_t done = 0;

	while (done < size && b->count) {
		struct virtio_segment *s = b->segment;
		size_t part = s->length < size - done ? s->length : size - done;

		memcpy((uint8_t *)to + done, s->bytes, part);
		done += part;
		s->bytes += part;
		s->length -= (uint32_t)part;
		if (s->length)
			break;
		b->segment++;
		b->count--;
	}
	return done;
}

/* Fills the buffer with `size` bytes, and with zeros where these do not reach. */
static void fill(struct buffer b, const uint8_t *from, size_t size)
{
	for (unsigned i = 0; i < b.count; i++) {
		struct virtio_segment *s = &b.segment[i];
		size_t part = s->length < size ? s->length : size;

		memset(s->bytes, 0, s->length);
		memcpy(s->bytes, from, part);
		from += part;
		size -= part;
	}
}

static void clear(struct buffer b)
{
	for (unsigned i = 0; i < b.count; i++)
		memset(b.segment[i].bytes, 0, b.segment[i].length);
}

/* Takes the last byte away from the buffer: the place of the status. */
static uint8_t *take_last_byte(struct buffer *b)
{
	struct virtio_segment *last = &b->segment[b->count - 1];

	last->length--;
	if (!last->length)
		b->count--;
	return last->bytes + last->length;
}

/* ---- requests ---- */

/* Whether a disk has these sectors, all of them. */
static bool has(const struct virtio_block *b, uint64_t sector, uint64_t sectors)
{
	return sector <= b->sectors && sectors <= b->sectors - sector;
}

static uint64_t bytes_of(uint64_t sectors)
{
	return sectors * VIRTIO_BLOCK_SECTOR;
}

static enum status status_of(int error)
{
	return error ? STATUS_ERROR : STATUS_OK;
}

/* Data of a read or a write: whole sectors within the capacity, one at least. */
static bool data_fits(const struct virtio_block *b, uint64_t sector, struct buffer data)
{
	uint64_t length = length_of(data);

	return length && length % VIRTIO_BLOCK_SECTOR == 0 &&
	       has(b, sector, length / VIRTIO_BLOCK_SECTOR);
}

static enum status read_sectors(const struct virtio_block *b, uint64_t sector, struct buffer data)
{
	if (!data_fits(b, sector, data))
		return STATUS_ERROR;
	return status_of(dev_host_block_read(b->disk, bytes_of(sector), data.segment, data.count));
}

/* 5.2.6.2: without VIRTIO_BLK_F_FLUSH a driver takes what is completed for stable. */
static enum status after_change(const struct virtio_block *b, uint64_t features)
{
	return features & FLUSH ? STATUS_OK : status_of(dev_host_block_flush(b->disk));
}

static enum status write_sectors(const struct virtio_block *b, uint64_t features, uint64_t sector,
				 struct buffer data)
{
	if (b->read_only || !data_fits(b, sector, data))
		return STATUS_ERROR;
	if (dev_host_block_write(b->disk, bytes_of(sector), data.segment, data.count))
		return STATUS_ERROR;
	return after_change(b, features);
}

/* 5.2.6.2: what a range may say; `most`: sectors. */
static enum status check_range(const struct virtio_block *b, const struct range *r, uint32_t flags,
			       uint32_t most)
{
	if (r->flags & ~flags)
		return STATUS_UNSUPPORTED;
	return r->sectors <= most && has(b, r->sector, r->sectors) ? STATUS_OK : STATUS_ERROR;
}

static enum status clear_range(const struct virtio_block *b, uint32_t type, const struct range *r)
{
	uint64_t offset = bytes_of(r->sector), length = bytes_of(r->sectors);

	if (!length)
		return STATUS_OK;
	if (type == REQUEST_DISCARD)
		return status_of(dev_host_block_discard(b->disk, offset, length));
	return status_of(
		dev_host_block_write_zeroes(b->disk, offset, length, r->flags & FLAG_UNMAP));
}

/* Discard and write zeroes: all ranges are checked before the first one is carried out. */
static enum status clear_ranges(const struct virtio_block *b, uint64_t features, uint32_t type,
				struct buffer data)
{
	struct range ranges[RANGES_MAX];
	bool discard = type == REQUEST_DISCARD;
	uint64_t length = length_of(data);
	unsigned count = (unsigned)(length / sizeof(ranges[0]));
	enum status status = STATUS_OK;

	if (b->read_only || !length || length % sizeof(ranges[0]) || length > sizeof(ranges))
		return STATUS_ERROR;
	pull(&data, ranges, sizeof(ranges));
	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = check_range(b, &ranges[i], discard ? 0 : FLAG_UNMAP,
				     discard ? DISCARD_SECTORS_MAX : ZEROES_SECTORS_MAX);
	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = clear_range(b, type, &ranges[i]);
	return status == STATUS_OK ? after_change(b, features) : status;
}

/* `from` and `to` are the data that the driver has filled and wants. */
static enum status carry_out(const struct virtio_block *b, uint64_t features,
			     const struct header *header, struct buffer from, struct buffer to)
{
	switch (header->type) {
	case REQUEST_READ:
		return read_sectors(b, header->sector, to);
	case REQUEST_WRITE:
		return write_sectors(b, features, header->sector, from);
	case REQUEST_FLUSH:
		return status_of(dev_host_block_flush(b->disk));
	case REQUEST_SERIAL:
		fill(to, (const uint8_t *)b->serial, sizeof(b->serial));
		return STATUS_OK;
	case REQUEST_DISCARD:
	case REQUEST_WRITE_ZEROES:
		return clear_ranges(b, features, header->type, from);
	default:
		return STATUS_UNSUPPORTED;
	}
}

/*
 * Carries out the request that the readable part begins with. All of `to` is written, whatever
 * happens: the used ring will say so (2.7.8.2).
 */
static enum status answer(const struct virtio_block *b, uint64_t features, struct buffer from,
			  struct buffer to)
{
	struct header header = {0};
	enum status status = STATUS_ERROR;

	if (pull(&from, &header, sizeof(header)) == sizeof(header))
		status = carry_out(b, features, &header, from, to);
	if (status != STATUS_OK || (header.type != REQUEST_READ && header.type != REQUEST_SERIAL))
		clear(to);
	return status;
}

/* Serves the chain at work; false if it has no room for a status. */
static bool serve_chain(struct virtio_block *b, struct virtio_server *s)
{
	struct virtio_chain *chain = &b->chain;
	struct buffer from = {chain->segment, chain->readable};
	struct buffer to = {chain->segment + chain->readable,
			    (unsigned)chain->count - chain->readable};
	uint64_t written = length_of(to);
	uint8_t *place;

	if (!to.count)
		return false;
	place = take_last_byte(&to);
	*place = (uint8_t)answer(b, s->features, from, to);
	if (virtio_queue_give(&s->queue[0], chain->head, (uint32_t)written))
		virtio_server_interrupt(s);
	return true;
}

/* Serves what is in the queue; false if that is broken. */
static bool drain(struct virtio_block *b, struct virtio_server *s)
{
	while (virtio_server_runs(s)) {
		enum virtio_take take = virtio_queue_take(&s->queue[0], &b->chain);

		if (take == VIRTIO_NONE)
			return true;
		if (take == VIRTIO_BROKEN || !serve_chain(b, s))
			return false;
	}
	return true;
}

void virtio_block_serve(struct virtio_block *b, struct virtio_server *s)
{
	do {
		virtio_queue_hush(&s->queue[0]);
		if (!drain(b, s)) {
			virtio_server_break(s);
			return;
		}
	} while (!virtio_queue_listen(&s->queue[0]) && virtio_server_runs(s));
}
