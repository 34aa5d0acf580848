/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dev.h - the virtual PC that every guest sees, as one aggregate of chips.
 *
 * The core calls pc_*() for every port access and for interrupts. The devices call the dev_host_*()
 * services, which the core defines: one wedge has one machine, so they need no function pointers.
 * Services that concern a processor get the host, which knows the vCPU of the current access and
 * the vCPU that takes interrupts.
 *
 * Invariants: a chip keeps all its state in its struct inside struct pc and sees no other chip (the
 * struct holds pointers into itself: it must not be moved or copied); pc.c alone wires chips
 * together (keyboard -> IRQ 1, UART -> IRQ 4, RTC -> IRQ 8, 8254 -> IRQ 0 and port 0x61), and
 * pc_virtio.c the virtio devices. Chips never ask for the time themselves: pc.c passes it in, so
 * one access sees one instant.
 *
 * Concurrency: nothing here locks. The caller lets one processor at a time into a struct pc. No
 * dev_host_*() service calls a pc_*() function.
 */
#ifndef WEDGE_DEV_H
#define WEDGE_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wedge/dev/counter_device.h>
#include <wedge/dev/i8042.h>
#include <wedge/dev/i8254.h>
#include <wedge/dev/i8259.h>
#include <wedge/dev/mc146818.h>
#include <wedge/dev/ns16550.h>
#include <wedge/dev/pci.h>
#include <wedge/dev/sysctrl.h>
#include <wedge/dev/virtio.h>

/* The deadline if there is none. */
#define PC_NEVER UINT64_MAX

/* The core's machine around the devices. The devices only pass it back to the core. */
struct dev_host;

/* The machine's properties, for pc_init(). */
struct pc_config {
	struct dev_host *host;
	uint64_t ram_bytes; /* guest memory, for the size fields of the CMOS */
	/*
	 * Virtio devices: their number, at most VIRTIO_DEVICES_MAX, and for each what it is and
	 * what it shares with its server.
	 */
	unsigned virtio_devices;
	const struct virtio_identity *virtio_identity;
	struct virtio_shared *virtio_shared;
};

/* How the guest asked for a reset. */
enum dev_reset {
	DEV_RESET_KEYBOARD,  /* 8042: pulse of output bit 0, or that bit written 0 */
	DEV_RESET_PORT92,    /* system control port A, bit 0 */
	DEV_RESET_CF9_CPU,   /* reset control register: processor only */
	DEV_RESET_CF9_SYSTEM /* reset control register: whole machine */
};

/* Accesses that no device answered, for finding a missing device with a debugger. */
struct pc_stats {
	uint64_t unclaimed_reads;  /* bytes read from ports that no device answers */
	uint64_t unclaimed_writes; /* bytes written to them */
	uint16_t last_unclaimed;   /* the latest such port */
};

struct pc {
	struct dev_host *host;
	struct i8259 pic;
	struct i8254 pit;
	struct mc146818 rtc;
	struct ns16550 com1;
	struct i8042 kbc;
	struct sysctrl sysctrl;
	struct pci_bus pci;
	unsigned virtio_devices;
	struct virtio_device virtio[VIRTIO_DEVICES_MAX];
	struct counter_ports counters;
	uint64_t armed_ns; /* what dev_host_timer was last told; PC_NEVER once it has fired */
	bool intr;	   /* what dev_host_intr was last told */
	bool pit_held;	   /* ticks wait for the guest to take the one before (see i8254.h) */
	struct pc_stats stats;
};

/* ---- what the core calls ---- */

/*
 * Bring *pc to the state a BIOS leaves: interrupts masked, vectors 0x08/0x70, 8254 channel 0 at
 * 18.2 Hz, UART 8N1 without interrupts. Serves power-on and every later reset. Calls
 * dev_host_now_ns and dev_host_wallclock_s, and dev_host_timer if a deadline exists.
 */
void pc_init(struct pc *pc, const struct pc_config *config);

/*
 * One `in` / `out` of `width` 1, 2 or 4 bytes, value in the low bits, upper bits of a read zero.
 * Devices of eight bits see wider accesses as the ISA bus makes them: one byte at each following
 * port, lowest first. A port without a device reads all ones and drops what is written.
 */
uint32_t pc_io_read(struct pc *pc, uint16_t port, unsigned width);
void pc_io_write(struct pc *pc, uint16_t port, unsigned width, uint32_t value);

/*
 * The processor's interrupt acknowledge cycle: the vector, 0 to 255, of the request that now is in
 * service. -1 if INTR is low: the request went away after dev_host_intr(), and the caller ignores
 * it. (The slave may still answer with its spurious vector, as hardware does.)
 */
int pc_ack_interrupt(struct pc *pc);

/* The deadline given to dev_host_timer has passed. Early, late and needless calls are harmless. */
void pc_timer_expired(struct pc *pc);

/* dev_host_console_read may have something now. Needless calls are harmless. */
void pc_console_input(struct pc *pc);

/*
 * A server has set bits of struct virtio_shared's `interrupt`, of any device. Needless calls are
 * harmless.
 */
void pc_virtio_interrupt(struct pc *pc);

/* Somebody presses the keyboard's power key, or control, alt and delete (i8042.h). */
void pc_press_power(struct pc *pc);
void pc_press_reboot(struct pc *pc);

/* The terminal at COM1 sends a break, and then `byte` (ns16550_break()). */
void pc_send_break(struct pc *pc, uint8_t byte);

/* Drives ISA interrupt line `irq` (0 to 15, not 2), for devices that are not in struct pc. */
void pc_set_irq(struct pc *pc, unsigned irq, bool level);

/* ---- what the core defines ---- */

/* Guest time in nanoseconds: never goes back, same rate as the guest's TSC. Any origin. */
uint64_t dev_host_now_ns(void);

/* Wall clock: seconds of UTC since 1970-01-01. */
uint64_t dev_host_wallclock_s(void);

/*
 * Calls pc_timer_expired once, as soon as dev_host_now_ns() >= deadline_ns; replaces an earlier
 * deadline. The devices never cancel one: if it is out of date, they do nothing when it fires.
 */
void dev_host_timer(uint64_t deadline_ns);

/* Bytes that the guest sent to COM1; must take all of them. `length` is at least 1. */
void dev_host_console_write(const char *bytes, size_t length);

/*
 * Fetch up to `length` bytes typed at the console, without waiting; the count fetched. After a
 * return of fewer than `length`, the devices ask again only when pc_console_input is called.
 */
size_t dev_host_console_read(char *bytes, size_t length);

/* INTR changed: true, the guest has an interrupt to take (pc_ack_interrupt) when its IF allows. */
void dev_host_intr(struct dev_host *host, bool asserted);

/*
 * The number of counters, which never changes; the value of one, which only grows; and its name,
 * NUL terminated, in `size` bytes of room.
 */
unsigned dev_host_counters(void);
uint64_t dev_host_counter(struct dev_host *host, unsigned index);
void dev_host_counter_name(unsigned index, char *name, size_t size);

/*
 * There may be something in a queue of a virtio device, or its `run` has changed (`queue` is then
 * 0). Its server looks soon; the call does not wait for it.
 */
void dev_host_virtio_doorbell(struct dev_host *host, unsigned device, unsigned queue);

/* Returns once shared->serving of the device is 0. Is called after `run` was set to 0 only. */
void dev_host_virtio_quiet(struct dev_host *host, unsigned device);

/* The guest asked for a reset. May return: the caller then goes on as if the write did nothing. */
void dev_host_reset(struct dev_host *host, enum dev_reset reason);

/* The guest switched the machine off (PM1a control, port 0x604). May return. */
void dev_host_poweroff(struct dev_host *host);

#endif
