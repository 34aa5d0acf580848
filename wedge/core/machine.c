/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.c - the virtual PC around the vCPU: ports, interrupts, time, and how a guest ends.
 *
 * Invariant: only this file calls both devices and back end; neither of them knows the other.
 */
#include <wedge/arch.h>
#include <wedge/console.h>
#include <wedge/core.h>
#include <wedge/counters.h>
#include <wedge/dev.h>
#include <wedge/log.h>
#include <wedge/machine.h>
#include <wedge/stats.h>

/* The machine as its devices know it. */
struct dev_host {
	struct pc pc;
	struct vcpu *interrupted; /* takes the interrupts of the 8259 */
	struct vcpu *inside;	  /* the vCPU whose access or event the devices serve now */
};

static struct dev_host machine;

/* All calls of the devices come through here: one processor at a time may be in them (dev.h). */
static struct pc *enter(struct vcpu *v)
{
	machine.inside = v;
	return &machine.pc;
}

void machine_init(struct vcpu *v)
{
	struct pc_config config = {
		.host = &machine,
		.ram_bytes = backend_memory_pages() * X86_PAGE_SIZE,
	};

	if (BACKEND_VIRTIO)
		config.virtio_devices =
			backend_virtio(&config.virtio_identity, &config.virtio_shared);
	machine.interrupted = v;
	pc_init(enter(v), &config);
}

uint32_t machine_io_read(struct vcpu *v, uint16_t port, unsigned int width)
{
	return pc_io_read(enter(v), port, width);
}

void machine_io_write(struct vcpu *v, uint16_t port, unsigned int width, uint32_t value)
{
	pc_io_write(enter(v), port, width, value);
}

void core_timer(struct vcpu *v)
{
	console_flush();
	pc_timer_expired(enter(v));
}

void core_console_input(struct vcpu *v)
{
	pc_console_input(enter(v));
}

void core_virtio(struct vcpu *v)
{
	pc_virtio_interrupt(enter(v));
}

void core_power_button(struct vcpu *v)
{
	pc_press_power(enter(v));
}

void core_reboot_keys(struct vcpu *v)
{
	pc_press_reboot(enter(v));
}

void core_serial_break(struct vcpu *v, char key)
{
	pc_send_break(enter(v), (uint8_t)key);
}

void core_deliver_interrupts(struct vcpu *v)
{
	int vector;

	if (!vcpu_interrupts_on(v) || !v->line)
		return;
	vector = pc_ack_interrupt(enter(v));
	if (vector < 0)
		return;
	vcpu_count(v, COUNT_INTERRUPTS);
	v->halted = 0;
	exception_deliver(v, (unsigned int)vector, ARCH_NO_ERROR_CODE, 0);
}

void machine_halt(struct vcpu *v)
{
	/*
	 * On hardware only an NMI ends this, and here is none: kernels without ACPI power off so.
	 */
	if (!vcpu_interrupts_on(v)) {
		wedge_log("halted with interrupts off: powering off");
		core_end(v, BACKEND_POWEROFF);
	}
	v->halted = 1;
	console_flush();
	for (core_deliver_interrupts(v); v->halted; core_deliver_interrupts(v))
		backend_block(v);
}

_Noreturn void core_end(const struct vcpu *v, enum backend_end how)
{
	console_flush();
	stats_print(v);
	backend_end(how);
}

uint64_t dev_host_now_ns(void)
{
	return backend_now_ns();
}

uint64_t dev_host_wallclock_s(void)
{
	return backend_wallclock_s();
}

void dev_host_timer(uint64_t deadline_ns)
{
	backend_timer(deadline_ns);
}

void dev_host_console_write(const char *bytes, size_t length)
{
	console_put(bytes, length);
}

size_t dev_host_console_read(char *bytes, size_t length)
{
	return backend_console_read(bytes, length);
}

void dev_host_intr(struct dev_host *host, bool asserted)
{
	vcpu_set_line(host->interrupted, asserted);
}

/* Without BACKEND_VIRTIO the PC has no virtio device, and none of these is called. */
void dev_host_virtio_doorbell(struct dev_host *host, unsigned int device, unsigned int queue)
{
	(void)host;
	if (BACKEND_VIRTIO)
		backend_virtio_doorbell(device, queue);
}

void dev_host_virtio_quiet(struct dev_host *host, unsigned int device)
{
	(void)host;
	if (BACKEND_VIRTIO)
		backend_virtio_quiet(device);
}

void dev_host_reset(struct dev_host *host, enum dev_reset reason)
{
	(void)reason;
	core_end(host->inside, BACKEND_REBOOT);
}

void dev_host_poweroff(struct dev_host *host)
{
	core_end(host->inside, BACKEND_POWEROFF);
}

unsigned int dev_host_counters(void)
{
	return counters_shown();
}

uint64_t dev_host_counter(struct dev_host *host, unsigned int index)
{
	return counters_value(host->inside, index);
}

void dev_host_counter_name(unsigned int index, char *name, size_t size)
{
	counters_name(index, name, size);
}
