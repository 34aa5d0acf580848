/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake_xen.c - the frames, their types, and the hypercalls on page tables; see fake_xen.h.
 *
 * Invariant: an operation that is refused leaves everything as it was.
 */
#include "fake_xen.h"

#include <errno.h>

#include "fake_memory.h"
#include "fake_width.h"

#include <xen/memory.h>

/* Besides the levels of page tables, 1 to 4. */
enum { TYPE_NONE, TYPE_WRITABLE = 5 };

static struct frame {
	unsigned int type;
	unsigned int count; /* references as this type, the pin among them */
	bool pinned;
	bool maps_frames; /* a top-level table: Xen's own table of frames is in its slot */
} frames[FAKE_FRAMES];

struct fake_xen fake_xen;

/* Frames that the domain has given back to Xen. */
static bool gone[FAKE_FRAMES];

bool fake_frame_is_gone(uint64_t frame)
{
	return gone[frame - FAKE_FIRST_FRAME];
}

static bool refuse(const char *why)
{
	fake_xen.refused = why;
	return false;
}

static struct frame *frame_of(uint64_t frame)
{
	return fake_frame(frame) ? &frames[frame - FAKE_FIRST_FRAME] : NULL;
}

static bool get_entry(unsigned int level, uint64_t e);

static void put_type(uint64_t frame);

static void put_entry(unsigned int level, uint64_t e)
{
	if (!(e & X86_PTE_P) || (level == 1 && !(e & X86_PTE_W)))
		return;
	put_type((e & X86_PTE_ADDRESS) / PAGE);
}

static void put_type(uint64_t frame)
{
	struct frame *f = frame_of(frame);

	assert_true(f->count);
	if (--f->count || f->type == TYPE_WRITABLE)
		return;
	for (unsigned int i = 0; i < ENTRIES; i++)
		put_entry(f->type, fake_frame(frame)[i]);
}

static void put_entries(unsigned int level, uint64_t frame, unsigned int count)
{
	while (count--)
		put_entry(level, fake_frame(frame)[count]);
}

static bool validate(unsigned int level, uint64_t frame)
{
	const char *bad;

	for (unsigned int i = 0; i < ENTRIES; i++) {
		uint64_t e = fake_frame(frame)[i];

		if (get_entry(level, e)) {
			fake_frame_write(frame, i, fake_adjusted(level, e));
			continue;
		}
		put_entries(level, frame, i);
		return false;
	}
	bad = fake_bad_table(level, fake_frame(frame));
	if (!bad)
		return true;
	put_entries(level, frame, ENTRIES);
	return refuse(bad);
}

static bool get_type(uint64_t frame, unsigned int type)
{
	struct frame *f = frame_of(frame);

	if (!f)
		return refuse("a frame that is not the domain's");
	if (f->count && f->type != type)
		return refuse(f->type == TYPE_WRITABLE ? "a table that somebody may write"
						       : "a table in use as another type");
	if (!f->count) {
		f->type = type;
		f->maps_frames = true;
		if (type != TYPE_WRITABLE && !validate(type, frame))
			return false;
	}
	f->count++;
	return true;
}

static bool get_entry(unsigned int level, uint64_t e)
{
	uint64_t allowed = X86_PTE_ADDRESS | X86_PTE_P | X86_PTE_W | X86_PTE_U | X86_PTE_A |
			   X86_PTE_D | X86_PTE_NX | FAKE_GUEST_KERNEL |
			   (level == 1 ? X86_PTE_G : 0);

	if (!(e & X86_PTE_P))
		return true;
	if (e & ~allowed)
		return refuse("an entry with bits that Xen does not allow");
	if (level > 1)
		return get_type((e & X86_PTE_ADDRESS) / PAGE, level - 1);
	if (e & X86_PTE_W)
		return get_type((e & X86_PTE_ADDRESS) / PAGE, TYPE_WRITABLE);
	return fake_frame((e & X86_PTE_ADDRESS) / PAGE) ||
	       refuse("a frame that is not the domain's");
}

/* ---- hypercalls ---- */

static bool update(const struct mmu_update *u)
{
	uint64_t frame = u->ptr / PAGE, old;
	unsigned int index = u->ptr % PAGE / 8, level;
	const char *kept;

	if (u->ptr % 8 != MMU_NORMAL_PT_UPDATE || !frame_of(frame))
		return refuse("an update of what is no entry");
	level = frame_of(frame)->type;
	if (!frame_of(frame)->count || level < 1 || level > 4)
		return refuse("an update of what is no table");
	kept = fake_kept_entry(level, fake_page(frame), index);
	if (kept)
		return refuse(kept);
	old = fake_frame(frame)[index];
	if (!get_entry(level, u->val))
		return false;
	fake_frame_write(frame, index, fake_adjusted(level, u->val));
	put_entry(level, old);
	fake_xen.updates++;
	fake_memory_follow(fake_page(frame), index, u->val);
	return true;
}

static long mmu_update(const struct mmu_update *updates, unsigned int count, unsigned int *done)
{
	for (*done = 0; *done < count; ++*done) {
		if (!update(&updates[*done]))
			return -EINVAL;
	}
	return 0;
}

static void flush(void)
{
	fake_xen.flushes++;
	fake_memory_flushed();
	if (fake_xen.flushed)
		fake_xen.flushed();
}

static bool load(uint64_t *base, uint64_t frame)
{
	if (!get_type(frame, XEN_LEVELS))
		return false;
	if (*base)
		put_type(*base);
	*base = frame;
	return true;
}

static bool pin(uint64_t frame, unsigned int level)
{
	if (!get_type(frame, level))
		return false;
	if (frame_of(frame)->pinned) {
		put_type(frame);
		return refuse("a table that is pinned already");
	}
	return frame_of(frame)->pinned = true;
}

static bool unpin(uint64_t frame)
{
	if (!frame_of(frame) || !frame_of(frame)->pinned)
		return refuse("to unpin what is not pinned");
	frame_of(frame)->pinned = false;
	put_type(frame);
	return true;
}

static bool extended(const struct mmuext_op *op)
{
	switch (op->cmd) {
	case MMUEXT_PIN_L1_TABLE:
	case MMUEXT_PIN_L2_TABLE:
	case MMUEXT_PIN_L3_TABLE:
	case MMUEXT_PIN_L4_TABLE:
		return pin(op->arg1.mfn, op->cmd - MMUEXT_PIN_L1_TABLE + 1);
	case MMUEXT_UNPIN_TABLE:
		return unpin(op->arg1.mfn);
	case MMUEXT_NEW_USER_BASEPTR:
		if (!load(&fake_xen.user, op->arg1.mfn))
			return false;
		/* As zap_ro_mpt() does, with m2p_strict. */
		frame_of(op->arg1.mfn)->maps_frames = false;
		return true;
	case MMUEXT_NEW_BASEPTR:
		if (!load(&fake_xen.kernel, op->arg1.mfn))
			return false;
		if (!frame_of(op->arg1.mfn)->maps_frames)
			return refuse("a kernel's table that was a user's: the wedge would fault");
		flush();
		return true;
	case MMUEXT_TLB_FLUSH_LOCAL:
		flush();
		return true;
	case MMUEXT_INVLPG_LOCAL:
		fake_xen.invalidations++;
		fake_xen.invalidated = op->arg1.linear_addr;
		if (fake_xen.invalidate)
			fake_xen.invalidate(op->arg1.linear_addr);
		return true;
	default:
		return refuse("an operation that the fake does not know");
	}
}

static bool is_mapped(uint64_t frame)
{
	for (unsigned int f = 0; f < FAKE_FRAMES; f++) {
		if (!frames[f].count || frames[f].type != 1)
			continue;
		for (unsigned int i = 0; i < ENTRIES; i++) {
			uint64_t e = fake_frame(FAKE_FIRST_FRAME + f)[i];

			if ((e & X86_PTE_P) && (e & X86_PTE_ADDRESS) / PAGE == frame)
				return true;
		}
	}
	return false;
}

/* Xen would keep a frame that is mapped, and count it as the domain's. */
static bool give_back(uint64_t frame)
{
	if (!frame_of(frame))
		return refuse("a frame that is not the domain's");
	assert_false(is_mapped(frame));
	gone[frame - FAKE_FIRST_FRAME] = true;
	fake_xen.given++;
	return true;
}

/* A page gets another frame than it had, if there is one. */
static bool populate(xen_pfn_t *page_and_frame)
{
	static unsigned int next;

	if (fake_xen.memory_refused || !fake_xen.given)
		return false;
	do
		next = (next + 1) % FAKE_FRAMES;
	while (!gone[next]);
	gone[next] = false;
	fake_xen.given--;
	fake_frame_names(FAKE_FIRST_FRAME + next, *page_and_frame);
	*page_and_frame = FAKE_FIRST_FRAME + next;
	return true;
}

static long memory_op(unsigned long command, const struct xen_memory_reservation *r)
{
	xen_pfn_t *frame = r->extent_start.p;
	long done = 0;

	assert_int_equal(r->domid, DOMID_SELF);
	assert_int_equal(r->extent_order, 0);
	while (done < (long)r->nr_extents) {
		if (fake_xen.memory_limit && done == fake_xen.memory_limit)
			break;
		if (command == XENMEM_decrease_reservation ? !give_back(frame[done])
							   : !populate(&frame[done]))
			break;
		done++;
	}
	return done;
}

long hypercall_raw(unsigned long number, unsigned long a, unsigned long b, unsigned long c,
		   unsigned long d, unsigned long e)
{
	(void)e;
	if (number == __HYPERVISOR_memory_op)
		return memory_op(a, (const struct xen_memory_reservation *)b);
	assert_int_equal(d, DOMID_SELF);
	if (number == __HYPERVISOR_mmu_update)
		return mmu_update((const struct mmu_update *)a, (unsigned int)b, (unsigned int *)c);
	assert_int_equal(number, __HYPERVISOR_mmuext_op);
	for (unsigned long i = 0; i < b; i++) {
		if (!extended((const struct mmuext_op *)a + i))
			return -EINVAL;
	}
	return 0;
}

/* ---- what tests ask ---- */

unsigned int fake_references(uint64_t page)
{
	return frame_of(xen.p2m[page])->count;
}

unsigned int fake_level(uint64_t page)
{
	const struct frame *f = frame_of(xen.p2m[page]);

	return f->count && f->type != TYPE_WRITABLE ? f->type : 0;
}
