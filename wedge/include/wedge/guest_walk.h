/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest_walk.h - the guest's memory as the guest sees it: physical, and virtual by its own tables.
 *
 * Invariant: every guest-controlled address goes through guest_pointer(), the one checker; nothing
 * else turns a guest-physical address into a pointer.
 */
#ifndef WEDGE_GUEST_WALK_H
#define WEDGE_GUEST_WALK_H

#include <wedge/vcpu.h>

/**
 * guest_pointer - the wedge's view of guest-physical memory.
 * @address: guest-physical, need not be aligned
 * @size:    bytes; the stretch must not cross a page boundary
 *
 * Returns NULL where there is no RAM, or where a frame is the wedge's own.
 */
void *guest_pointer(uint64_t address, size_t size);

/* The same for a whole page, which holds `address`; for entries of page tables. */
void *guest_page(uint64_t address);

/*
 * How a virtual address translates by the guest's tables (SDM 3A sections 4.3 and 4.5). While
 * paging is off, every address translates to itself, in pages of 4 MiB that allow everything.
 */
struct guest_walk {
	uint64_t address;   /* guest-physical address of the byte */
	uint64_t page_size; /* 4096, 2 MiB or 1 GiB; on i386 4096 or 4 MiB */
	uint64_t entry[5];  /* guest entries by level, down to 1; a large page ends early */
	uint64_t common;    /* bits that all of these have */
	unsigned int leaf;  /* level of the leaf entry: 1, 2 or 3 */
	bool writable;	    /* every level says so */
	bool user;	    /* every level says so */
	bool forced;	    /* a write of the kernel that only CR0.WP = 0 allows */
	bool no_execute;    /* some level says so */
	uint32_t error;	    /* page-fault error code, if the access is not allowed */
};

/**
 * guest_walk - translate and check one access, by the rules of SDM 3A section 4.6.
 * @va:     virtual address
 * @access: X86_PF_WRITE, X86_PF_USER, X86_PF_FETCH as in an error code
 * @out:    filled in as far as the walk came
 *
 * Returns true and sets accessed and dirty bits in the guest's tables if the access is allowed;
 * false with out->error if it must fault.
 */
bool guest_walk(struct vcpu *v, uint64_t va, uint32_t access, struct guest_walk *out);

/* The same look-up for no access at all: sets no bits; false if nothing is mapped. */
bool guest_lookup(struct vcpu *v, uint64_t va, struct guest_walk *out);

/**
 * guest_code - one byte of guest code, whatever the tables' rights: code may be mapped read-only.
 * @v:  whose tables translate the address, or NULL: it is guest-physical
 *
 * Returns NULL if nothing is there.
 */
uint8_t *guest_code(struct vcpu *v, uint64_t at);

/*
 * Copies code to or from the guest, byte by byte: a site may cross a page, and neighbouring pages
 * need not be neighbours in the wedge's view. False if part of it is not there; some bytes may have
 * been copied then.
 */
bool guest_code_copy(struct vcpu *v, uint64_t at, uint8_t *bytes, unsigned int size, bool to_guest);

/**
 * guest_read, guest_write - copy from or to guest virtual memory as the guest kernel would.
 * @va:    virtual address; the stretch may cross pages
 * @size:  bytes
 * @fault: receives address and error code of the page fault, if there is one
 *
 * Returns false on a fault; some bytes may have been copied then.
 */
struct guest_fault {
	uint64_t address;
	uint32_t error;
};
bool guest_read(struct vcpu *v, uint64_t va, void *to, size_t size, struct guest_fault *fault);
bool guest_write(struct vcpu *v, uint64_t va, const void *from, size_t size,
		 struct guest_fault *fault);

/* As guest_read, but as far as guest user code itself may read. */
bool guest_read_user(struct vcpu *v, uint64_t va, void *to, size_t size);

/*
 * guest_read and guest_write remember translations of pages. These forget them: of one page; of all
 * that are not global, when CR3 is loaded; of all.
 */
void guest_forget_page(struct vcpu *v, uint64_t va);
void guest_forget_space(struct vcpu *v);
void guest_forget_all(struct vcpu *v);

#endif /* WEDGE_GUEST_WALK_H */
