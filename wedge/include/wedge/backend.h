/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend.h - the border between the wedge's core and the hypervisor it runs on.
 *
 * One back end is linked into a wedge; there are no function pointers. This header declares what a
 * back end supplies; core.h declares what it calls.
 *
 * Invariant: this header names no hypervisor and no type of its interface.
 */
#ifndef WEDGE_BACKEND_H
#define WEDGE_BACKEND_H

#include <wedge/guest_walk.h>
#include <wedge/vcpu.h>

/* Sends bytes to the platform's console at once. Usable from the first instruction of C on. */
void backend_console_write(const char *text, size_t size);

/* Fetches up to `size` bytes of console input; returns how many there were. */
size_t backend_console_read(char *text, size_t size);

/* Nanoseconds since some fixed moment; never goes back. */
uint64_t backend_now_ns(void);

/* Seconds since 1970, UTC, now. */
uint64_t backend_wallclock_s(void);

/*
 * Arms the calling processor's timer: the back end calls core_timer() at the deadline or soon
 * after. UINT64_MAX disarms it.
 */
void backend_timer(uint64_t deadline_ns);

/*
 * Gives the processor to the hypervisor until an event is pending, then handles the events. A back
 * end that has handled events sets `pending` again if v->line is set.
 */
void backend_block(struct vcpu *v);

/* How a guest ends. */
enum backend_end { BACKEND_POWEROFF, BACKEND_REBOOT, BACKEND_CRASH };
_Noreturn void backend_end(enum backend_end how);

/* The rate of the time stamp counter in kHz, which never changes. */
uint64_t backend_tsc_khz(void);

/*
 * Guest-physical memory: `pages` of it from address 0. The back end keeps some frames for itself;
 * guest_pointer() in guest_pages.h reaches the rest.
 */
uint64_t backend_memory_pages(void);

/*
 * The wedge's pointer to a guest-physical page; NULL if there is no RAM or it is not the guest's.
 *
 * It is valid until this function has been called for 64 other pages, or the shadow MMU for
 * anything: a back end whose address space is too small for all of the guest's memory may map pages
 * in turns. Such a back end drops what the vCPU keeps for longer when it takes a page back
 * (guest_forget_all(), v->no_stack).
 */
void *backend_page(uint64_t page);

/* The first range at or above `from` that the guest may use as RAM; false if there is none. */
bool backend_memory_next(uint64_t from, uint64_t *start, uint64_t *end);

/*
 * Allocates `size` bytes of the wedge's own memory, zeroed, never freed; NULL if there is no more.
 */
void *backend_allocate(size_t size);

/**
 * backend_window_page - map a page in the window for guest code, to be read and executed.
 * @va:    its address, from WEDGE_RAMPS on; nothing is mapped there yet
 * @bytes: X86_PAGE_SIZE of them, which are copied
 *
 * Returns false if there is no memory for it.
 */
bool backend_window_page(uint64_t va, const void *bytes);

/*
 * Virtio devices that the platform serves, asked for only if BACKEND_VIRTIO is 1: their number, at
 * most VIRTIO_DEVICES_MAX, and arrays of as many descriptions and shared words
 * (dev/virtio_shared.h).
 */
struct virtio_identity;
struct virtio_shared;
unsigned int backend_virtio(const struct virtio_identity **identities,
			    struct virtio_shared **shared);

/* As dev_host_virtio_doorbell() and dev_host_virtio_quiet() (dev.h). */
void backend_virtio_doorbell(unsigned int device, unsigned int queue);
void backend_virtio_quiet(unsigned int device);

/* What came with the guest: command line (NUL terminated) and ramdisk (guest-physical, bytes). */
const char *backend_command_line(void);
void backend_ramdisk(uint64_t *start, uint64_t *size);

/*
 * The shadow MMU. The calls for spaces keep the rules of a TLB (SDM 3A section 4.10): a translation
 * may be cached from when the guest's tables hold it until the guest invalidates it, and must be
 * gone afterwards.
 */

/* The guest loaded CR3, or switched paging (v->cr[] has the new values already). */
void backend_space_load(struct vcpu *v);

/*
 * The guest's tables allow an access to `va`, as `walk` says, but the shadow has refused it:
 * changes the shadow. The guest's accessed and dirty bits are set already. Returns false if the
 * shadow seems right as it was.
 */
bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk);

/* The guest executed invlpg. */
void backend_space_invalidate(struct vcpu *v, uint64_t va);

/* The guest flushed everything, global translations included. */
void backend_space_flush(struct vcpu *v);

/*
 * Pages of the kernel's mappings are held back from execution until the core has seen their code,
 * but for the kernel's own code, which the core has rewritten before the kernel runs. Returns true
 * if the page of `va` is held although the guest's tables allow execution; the second function lets
 * it be executed.
 */
bool backend_code_held(struct vcpu *v, uint64_t va);
void backend_code_release(struct vcpu *v, uint64_t va);

/* Processor state that the hypervisor must know. The values are in the vCPU already. */
void backend_load_fs_base(struct vcpu *v);
void backend_load_gs_base(struct vcpu *v, bool user);
void backend_read_bases(struct vcpu *v); /* FS.base and the user's GS.base, into the vCPU */
void backend_load_gdt(struct vcpu *v);
void backend_load_ldt(struct vcpu *v);
void backend_load_cr0(struct vcpu *v); /* TS changed */
void backend_load_cr4(struct vcpu *v); /* OSXSAVE or TSD changed */
void backend_load_dr(struct vcpu *v, unsigned int index);
void backend_debug_status(struct vcpu *v); /* after a debug exception: updates v->dr[6] */
bool backend_load_xcr0(struct vcpu *v, uint64_t value);

/*
 * Asked for only if BACKEND_FPU_IS_ONE is 0: guest kernel code is about to save, load or reset the
 * whole state of its FPU. From now on that holds what user code goes on with; if `keep`, what user
 * code left.
 */
void backend_fpu_fetch(struct vcpu *v, bool keep);

/*
 * The next three are asked for only if BACKEND_SELECTORS_ARE_REAL is 1; otherwise the vCPU holds
 * what the guest has loaded.
 *
 * Loads a data segment register for user code; false if the selector's descriptor does not allow
 * it.
 */
bool backend_load_selector(struct vcpu *v, unsigned int sreg, uint16_t selector);

/*
 * The guest's name for a selector that the hypervisor may have replaced by its own; any other is
 * returned as it is.
 */
uint16_t backend_user_selector(uint16_t selector);

/* The selector in a data segment register, which user code may have loaded itself. */
uint16_t backend_read_selector(const struct vcpu *v, unsigned int sreg);

/* CPUID as the hypervisor would show it to this guest; the core hides more. */
void backend_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

/*
 * True if a null selector clears the base of FS or GS: few processors that do so tell it by CPUID.
 */
bool backend_null_clears_base(void);

#endif /* WEDGE_BACKEND_H */
