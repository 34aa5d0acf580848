/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio_fs.h - a folder of the host as a virtio file system device (Virtual I/O Device (VIRTIO)
 * Version 1.2, section 5.11). Its requests are those of FUSE, and another program understands them;
 * here is what a driver sees of the device, and the answer to all requests when that program is
 * gone.
 *
 * Invariant: a request that is answered here was not carried out, and says so.
 */
#ifndef WEDGE_DEV_VIRTIO_FS_H
#define WEDGE_DEV_VIRTIO_FS_H

#include <stdbool.h>

#include <wedge/dev/virtio_server.h>

/* The tag's bytes: a shorter one ends with a NUL. Rings: of high priority, and of requests. */
enum { VIRTIO_FS_TAG = 36, VIRTIO_FS_QUEUES = 2 };

/* What a driver sees: `tag` names the folder. All features but those of all devices are none. */
void virtio_fs_identity(const char *tag, uint64_t features, struct virtio_identity *identity);

/*
 * The program that served the rings is gone and has completed its requests in their order. Takes
 * the rings over where it was; before the first virtio_fs_refuse() after a start of the device.
 */
void virtio_fs_take_over(struct virtio_server *s);

/*
 * Answers all requests that are in the queues with "not connected" (ENOTCONN), as Linux does when a
 * file system's program is gone. `chain` is room for the request at work. On return the driver
 * rings for the next request.
 */
void virtio_fs_refuse(struct virtio_server *s, struct virtio_chain *chain);

#endif
