/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * front.c - see front.h. The wedge itself serves the rings of its guest's virtio devices
 * (dev/virtio_server.h), so rings, buffers and shared words are all reached from here.
 *
 * Invariant: dev_host_memory() is the only way to the guest's memory.
 */
#include <wedge/dev/virtio.h>
#include <wedge/lib.h>
#include <wedge/log.h>
#include "../events.h"
#include "block.h"
#include "front.h"
#include "net.h"

enum {
	SPARE = 2,     /* places for disks that come later */
	PERIOD_S = 10, /* of front_timer() */
};

/* How long the guest waits at its start for devices that do not connect. */
#define START_NS (10 * 1000000000ull)

static struct block_front *disks[VIRTIO_DEVICES_MAX];
static unsigned int disk_count; /* that the guest sees; 0 before it starts */
static unsigned int devices;	/* with its networks, which are behind the disks */
static int balloon_device = -1; /* behind these; -1: there is none */

static struct virtio_identity identities[VIRTIO_DEVICES_MAX];
static struct virtio_shared shared[VIRTIO_DEVICES_MAX];

static bool interrupts; /* the devices have set bits of their interrupt words */
static bool watching;	/* front_timer() is called */

struct block_front *front_disk(unsigned int device)
{
	return disks[device];
}

/* ---- the start ---- */

static void make_places(struct xenbus_kind *kind)
{
	for (unsigned int i = 0; i < XENBUS_SLOTS; i++) {
		disks[i] = block_new(i);
		if (!disks[i])
			return;
		kind->slot[kind->slots++] = &disks[i]->bus;
	}
}

/* How many places the guest gets; the others do not exist from now on. */
static void keep_places(struct xenbus_kind *kind)
{
	unsigned int used = 0;

	while (used < kind->slots && kind->slot[used]->life != XENBUS_FREE)
		used++;
	if (used + SPARE < kind->slots)
		kind->slots = used + SPARE;
}

/* Linux names a disk by its number, in /dev/disk/by-id too. */
static void name_disk(struct virtio_block *b, uint64_t id)
{
	char digits[24];
	size_t n = sizeof(digits);

	memset(b->serial, 0, sizeof(b->serial));
	do
		digits[--n] = (char)('0' + id % 10);
	while (id /= 10);
	if (sizeof(digits) - n <= sizeof(b->serial))
		memcpy(b->serial, digits + n, sizeof(digits) - n);
}

static bool settled(void)
{
	return xenbus_settled(&block_kind) && net_settled();
}

static void show_disks(void)
{
	unsigned int most = VIRTIO_DEVICES_MAX - net_devices() - 1; /* one is the balloon */

	while (disk_count < block_kind.slots && disk_count < most &&
	       block_show(disks[disk_count], &identities[disk_count], &shared[disk_count]))
		disk_count++;
	block_kind.slots = disk_count;
}

void front_start(struct vcpu *v)
{
	uint64_t end = backend_now_ns() + START_NS;

	if (!xenstore_init())
		return;
	make_places(&block_kind);
	xenbus_start(&block_kind);
	net_start();
	while (!settled() && backend_now_ns() < end)
		events_wait(v, end);
	if (!settled())
		wedge_log("not all devices are connected yet: the guest starts without them");
	keep_places(&block_kind);
	show_disks();
	devices = disk_count;
	while (devices - disk_count < net_devices()) {
		net_show(net_device(devices - disk_count), devices, &identities[devices],
			 &shared[devices]);
		devices++;
	}
	if (!balloon_init())
		return;
	balloon_device = (int)devices;
	balloon_show(devices, &identities[devices], &shared[devices]);
	devices++;
}

unsigned int backend_virtio(const struct virtio_identity **descriptions,
			    struct virtio_shared **words)
{
	/* What it hears may press a key, which there is from now on. */
	if (xenstore_works()) {
		control_start();
		if (balloon_device >= 0)
			balloon_start();
	}
	*descriptions = identities;
	*words = shared;
	return devices;
}

/* ---- while the guest runs ---- */

void front_changed(unsigned int device)
{
	struct virtio_identity now;

	if (device < disk_count) {
		virtio_block_identity(&disks[device]->block, &now);
		virtio_server_configure(&disks[device]->server, 0, now.config, sizeof(now.config));
	}
	name_disk(&disks[device]->block, disks[device]->bus.id);
}

void backend_virtio_doorbell(unsigned int device, unsigned int queue)
{
	(void)queue;
	if (device < disk_count)
		block_doorbell(disks[device]);
	else if ((int)device == balloon_device)
		balloon_doorbell();
	else
		net_doorbell(net_device(device - disk_count));
}

/* A doorbell is served before it returns, a reset too: nothing is left that could be waited for. */
void backend_virtio_quiet(unsigned int device)
{
	(void)device;
}

void front_interrupt(struct vcpu *v)
{
	if (!interrupts)
		return;
	interrupts = false;
	core_virtio(v);
}

static void set_period(uint64_t ns)
{
	struct vcpu_set_periodic_timer period = {.period_ns = ns};

	hypercall3(__HYPERVISOR_vcpu_op,
		   ns ? VCPUOP_set_periodic_timer : VCPUOP_stop_periodic_timer, 0,
		   (unsigned long)&period);
}

/* The timer of the guest's deadlines is another: this one stays on while anything is at work. */
void front_watch_time(void)
{
	if (!watching)
		set_period(PERIOD_S * 1000000000ull);
	watching = true;
}

void front_timer(void)
{
	uint64_t now = backend_now_ns();
	bool busy = false;

	if (!watching)
		return;
	for (unsigned int i = 0; i < disk_count; i++)
		busy |= block_check(disks[i], now);
	busy |= balloon_check();
	if (!busy)
		set_period(0);
	watching = busy;
}

/* ---- what the virtio devices ask for ---- */

void dev_host_virtio_interrupt(unsigned int device)
{
	(void)device;
	interrupts = true;
}

void *dev_host_memory(uint64_t address, uint64_t size)
{
	uint64_t last = address + (size - 1);

	if (!size || last < address)
		return NULL;
	for (uint64_t page = address / PAGE; page <= last / PAGE; page++)
		if (!memory_is_guest(page))
			return NULL;
	return (char *)XEN_PHYSMAP + address;
}
