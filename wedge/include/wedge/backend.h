/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend.h - the border between the wedge's core and the hypervisor it runs on.
 *
 * One back end is linked into a wedge; there are no function pointers. Here is what a back end
 * supplies; what it calls is in core.h.
 *
 * Invariant: no hypervisor is named here, and no type of its interface appears.
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
 * Arms the timer of the processor that asks; core_timer() is called at or soon after. UINT64_MAX
 * disarms it.
 */
void backend_timer(uint64_t deadline_ns);

/*
 * Gives the processor away until an event is pending, and handles the events then. Whenever a back
 * end has handled events, `pending` is as v->line says.
 */
void backend_block(struct vcpu *v);

/* How a guest ends. */
enum backend_end { BACKEND_POWEROFF, BACKEND_REBOOT, BACKEND_CRASH };
_Noreturn void backend_end(enum backend_end how);

/* How fast the time stamp counter runs, in kHz. */
uint64_t backend_tsc_khz(void);

/*
 * Guest-physical memory: `pages` of it from address 0. The back end keeps some frames for itself;
 * guest_pointer() in guest_pages.h reaches the rest.
 */
uint64_t backend_memory_pages(void);

/* Where the wedge sees a guest-physical page; NULL if there is no RAM or it is not the guest's. */
void *backend_page(uint64_t page);

/* The first stretch at or above `from` that is the guest's to use as RAM; false at the end. */
bool backend_memory_next(uint64_t from, uint64_t *start, uint64_t *end);

/* Zeroed memory of the wedge's own, never given back; NULL if there is no more. Sizes in bytes. */
void *backend_allocate(size_t size);

/* What came with the guest: command line (NUL terminated) and ramdisk (guest-physical, bytes). */
const char *backend_command_line(void);
void backend_ramdisk(uint64_t *start, uint64_t *size);

/*
 * The shadow MMU. `space` calls follow what hardware promises of TLBs (SDM 3A section 4.10): a
 * translation may be cached from the moment the guest's tables hold it until the guest
 * invalidates it, and stale entries must be gone afterwards.
 */

/* The guest loaded CR3, or switched paging (v->cr[] has the new values already). */
void backend_space_load(struct vcpu *v);

/*
 * An access to `va` is allowed by the guest's tables as `walk` says, but the shadow refused it:
 * make it work. The guest's accessed and dirty bits have been set. Returns false if the shadow
 * seems to be as it should already.
 */
bool backend_space_fill(struct vcpu *v, uint64_t va, const struct guest_walk *walk);

/* The guest executed invlpg. */
void backend_space_invalidate(struct vcpu *v, uint64_t va);

/* The guest flushed everything, global translations included. */
void backend_space_flush(struct vcpu *v);

/*
 * Code of small kernel mappings is held back from execution until core has looked at it. Is the
 * page of `va` held, though the guest's tables allow execution? And: it may be executed now.
 */
bool backend_code_held(struct vcpu *v, uint64_t va);
void backend_code_release(struct vcpu *v, uint64_t va);

/* Processor state that the hypervisor must know of. Values are in the vCPU already. */
void backend_load_fs_base(struct vcpu *v);
void backend_load_gs_base(struct vcpu *v, bool user);
void backend_read_bases(struct vcpu *v); /* FS.base and the user's GS.base, into the vCPU */
void backend_load_gdt(struct vcpu *v);
void backend_load_ldt(struct vcpu *v);
void backend_load_cr0(struct vcpu *v); /* TS changed */
void backend_load_cr4(struct vcpu *v);
void backend_load_dr(struct vcpu *v, unsigned int index);
void backend_debug_status(struct vcpu *v); /* a debug exception came: bring v->dr[6] up to date */
bool backend_load_xcr0(struct vcpu *v, uint64_t value);

/* Loads a data segment register for user code; false if the selector is no good. */
bool backend_load_selector(struct vcpu *v, unsigned int sreg, uint16_t selector);

/* What the guest calls a code or stack selector that the hypervisor may have replaced by its own.
 */
uint16_t backend_user_selector(uint16_t selector);

/* The selector that stands in a data segment register (user code may have loaded it itself). */
uint16_t backend_read_selector(const struct vcpu *v, unsigned int sreg);

/* CPUID as the hypervisor would show it to this guest; the core hides more. */
void backend_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4]);

/* A null selector loaded into FS or GS clears its base: CPUID tells so on few processors that do.
 */
bool backend_null_clears_base(void);

#endif /* WEDGE_BACKEND_H */
