/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_shared.h - what the two halves of a virtio device share: its registers (virtio.h), which
 * are in the wedge, and what serves its rings (virtio_server.h), which may be another process.
 *
 * References are to "Virtual I/O Device (VIRTIO) Version 1.2".
 *
 * Each word of struct virtio_shared has one writer, which its comment names. Neither half trusts
 * the other: each checks what it reads there.
 *
 * Starting and stopping: the registers set `run` and ring. The server sets `serving`, and only then
 * reads `run` again and takes its copy of the rings. If `run` is 0, it sets `serving` to 0 and
 * rings back. The registers set `run` again only after they have seen `serving` at 0. So either
 * half sees the other's word, whichever was first.
 *
 * Configuration: the server may change it at any time (2.5). It adds one to `config_sequence`
 * before it writes `config` and one after, and interrupts. The registers show the driver a copy of
 * their own, which they renew as a whole, and only by what they have read while the sequence stood
 * still at an even number. The words that a driver may write are the registers' alone, in
 * `written`; they ring when one has changed.
 *
 * Invariant: `features` and `queue` change only while `run` is 0.
 */
#ifndef WEDGE_DEV_VIRTIO_SHARED_H
#define WEDGE_DEV_VIRTIO_SHARED_H

#include <stdint.h>

enum { VIRTIO_QUEUES_MAX = 10, VIRTIO_QUEUE_SIZE_MAX = 256, VIRTIO_CONFIG_MAX = 128 };

/* The device configuration as words of 32 bits, little endian. */
enum { VIRTIO_CONFIG_WORDS = VIRTIO_CONFIG_MAX / 4 };

/* Features that all devices may offer (section 6). */
#define VIRTIO_FEATURE_INDIRECT	   (UINT64_C(1) << 28)
#define VIRTIO_FEATURE_EVENT_INDEX (UINT64_C(1) << 29)
#define VIRTIO_FEATURE_VERSION_1   (UINT64_C(1) << 32)

/* Bits of `interrupt` (4.1.4.5). */
enum { VIRTIO_INTERRUPT_QUEUE = 1, VIRTIO_INTERRUPT_CONFIG = 2 };

/* One ring as the driver has set it up (2.7); guest-physical addresses. */
struct virtio_ring {
	uint64_t descriptors; /* descriptor area */
	uint64_t driver;      /* driver area: the available ring */
	uint64_t device;      /* device area: the used ring */
	uint16_t size;	      /* entries, a power of two up to VIRTIO_QUEUE_SIZE_MAX */
	uint16_t enabled;     /* 1: the driver has enabled it */
	uint32_t reserved;
};

/* Plain memory, zero at first. Words of 32 bits are read and written whole (__atomic). */
struct virtio_shared {
	uint32_t run;	      /* registers: 1 from DRIVER_OK to the reset of the device */
	uint32_t serving;     /* server: 1 while it may touch rings and guest memory */
	uint32_t interrupt;   /* server sets bits; registers take all by exchange */
	uint32_t needs_reset; /* server: 1 if the driver broke the rules, until `serving` is 0 */
	uint64_t features;    /* registers: what the driver has accepted */
	struct virtio_ring queue[VIRTIO_QUEUES_MAX]; /* registers */
	/* server: 0, the configuration is as the identity says; odd, it is writing `config` */
	uint32_t config_sequence;
	uint32_t config[VIRTIO_CONFIG_WORDS];  /* server */
	uint32_t written[VIRTIO_CONFIG_WORDS]; /* registers: those that `config_writable` names */
};

/* How either half reads and writes words of 32 bits: whole, all in one order. */
static inline uint32_t virtio_load(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static inline void virtio_store(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

/* What a device is. The registers only show it; the file of the kind of device fills it in. */
struct virtio_identity {
	uint16_t type;	       /* section 5: 2 is a block device */
	uint16_t pci_device;   /* transitional PCI device ID (4.1.2.1), or 0x1040 + type */
	uint32_t pci_class;    /* class code, 24 bits */
	uint64_t features;     /* offered */
	uint16_t queues;       /* 1 to VIRTIO_QUEUES_MAX */
	uint16_t queue_size;   /* entries of each, a power of two up to VIRTIO_QUEUE_SIZE_MAX */
	uint32_t config_bytes; /* of `config`; zeros follow */
	uint8_t config[VIRTIO_CONFIG_MAX]; /* device configuration space, as it is at first */
	uint32_t config_writable; /* bit n: the driver may write bytes 4n to 4n + 3 of `config` */
};

#endif
