/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.c - the virtual PC around the vCPU: ports, interrupts, time, and how a guest ends.
 *
 * Invariant: the only place where devices and back end meet; neither knows of the other.
 */
#include <wedge/arch.h>
#include <wedge/console.h>
#include <wedge/core.h>
#include <wedge/counters.h>
#include <wedge/dev.h>
#include <wedge/log.h>
#include <wedge/machine.h>
#include <wedge/stats.h>

static struct pc pc;

/* Devices answer on whatever processor asks; the interrupt line goes to the first. */
static struct vcpu *boot_vcpu(void)
{
	return (struct vcpu *)(uintptr_t)WEDGE_VCPU_BASE;
}

void machine_init(void)
{
	struct pc_config config = {.ram_bytes = backend_memory_pages() * X86_PAGE_SIZE};

	pc_init(&pc, &config);
}

uint32_t machine_io_read(uint16_t port, unsigned int width)
{
	return pc_io_read(&pc, port, width);
}

void machine_io_write(uint16_t port, unsigned int width, uint32_t value)
{
	pc_io_write(&pc, port, width, value);
}

void core_timer(struct vcpu *v)
{
	(void)v;
	console_flush();
	pc_timer_expired(&pc);
}

void core_console_input(struct vcpu *v)
{
	(void)v;
	pc_console_input(&pc);
}

void core_deliver_interrupts(struct vcpu *v)
{
	int vector;

	if (!vcpu_interrupts_on(v) || !pc_intr_pending(&pc))
		return;
	vector = pc_ack_interrupt(&pc);
	if (vector < 0)
		return;
	vcpu_count(v, COUNT_INTERRUPTS);
	v->halted = 0;
	exception_deliver(v, (unsigned int)vector, ARCH_NO_ERROR_CODE, 0);
}

void machine_halt(struct vcpu *v)
{
	/* Only an NMI ends this on hardware, and there is none: so do kernels switch off. */
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

void dev_host_intr(bool asserted)
{
	backend_interrupt_line(boot_vcpu(), asserted);
}

void dev_host_reset(enum dev_reset reason)
{
	(void)reason;
	core_end(boot_vcpu(), BACKEND_REBOOT);
}

void dev_host_poweroff(void)
{
	core_end(boot_vcpu(), BACKEND_POWEROFF);
}

unsigned int dev_host_counters(void)
{
	return counters_shown();
}

uint64_t dev_host_counter(unsigned int index)
{
	return counters_value(boot_vcpu(), index);
}

void dev_host_counter_name(unsigned int index, char *name, size_t size)
{
	counters_name(index, name, size);
}
