/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio.c - virtio devices whose rings the launcher serves, an ordinary program with files of its
 * own: here are only words that both share, a descriptor to write to, and a futex.
 *
 * Invariant: what is read here of the shared words decides only whether to wait.
 */
#include "linux.h"

enum { FUTEX_WAIT = 0 };

static struct virtio_shared *words(void)
{
	return ((struct launch_shared *)machine.info.shared)->virtio;
}

unsigned int backend_virtio(const struct virtio_identity **identities,
			    struct virtio_shared **shared)
{
	*identities = machine.info.virtio;
	*shared = words();
	return machine.info.virtio_count;
}

/* Whoever serves a device looks at all its queues. */
void backend_virtio_doorbell(unsigned int device, unsigned int queue)
{
	uint64_t one = 1;

	(void)queue;
	host_call3(__NR_write, machine.info.doorbell_fd[device], &one, sizeof(one));
}

void backend_virtio_quiet(unsigned int device)
{
	uint32_t *serving = &words()[device].serving;

	while (virtio_load(serving))
		host_call4(__NR_futex, serving, FUTEX_WAIT, 1, 0);
}
