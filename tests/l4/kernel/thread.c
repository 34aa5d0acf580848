/*
 * Threads by number and version, ThreadControl and SpaceControl; X.2 manual, sections 2.4 and 3.1.
 *
 * Invariant: of a number at most one thread exists, and its space exists as long as it does.
 */
#include "kernel.h"
#include "call.h"

static struct tcb *threads[THREADS];
struct tcb *all_threads, *current;

struct tcb *thread_find(word id)
{
	word number = THREAD_NUMBER(id);
	if (number < SYSTEM_BASE)
		return interrupt_thread(id);
	struct tcb *t = threads[number];
	return t && t->id == id ? t : NULL;
}

struct tcb *thread_named(struct tcb *t, word id)
{
	if (!IS_LOCAL(id))
		return thread_find(id);
	for (struct tcb *other = t->space->threads; other; other = other->next_in_space)
		if (other->state != INACTIVE && other->utcb == id)
			return other;
	return NULL;
}

struct tcb *thread_new(word id, word scheduler, struct space *s)
{
	struct tcb *t = heap_page();
	_Static_assert(sizeof *t <= PAGE_SIZE, "a tcb is a page of the heap");
	t->id = id;
	t->scheduler = scheduler;
	t->space = s;
	t->priority = 100;
	t->next_in_space = s->threads;
	s->threads = t;
	t->next_thread = all_threads;
	all_threads = t;
	threads[THREAD_NUMBER(id)] = t;
	return t;
}

/* It waits for its pager's message with an instruction and a stack pointer. */
void thread_activate(struct tcb *t, word pager)
{
	t->words = space_utcb(t->space, t->utcb_location);
	t->utcb = t->utcb_location + 0x100;
	for (int i = -64; i < MESSAGE_WORDS; i++)
		t->words[i] = 0;
	t->words[UTCB_ID] = t->id;
	t->words[UTCB_PAGER] = pager;
	t->frame = (struct frame){.es = USER_DATA,
				  .ds = USER_DATA,
				  .cs = USER_CODE,
				  .ss = USER_DATA,
				  .eflags = 0x202};
	t->new_registers = true;
	t->state = RECEIVING;
	t->operation = OP_START;
	t->from = pager;
}

static void remove_from(struct tcb **list, struct tcb *t, size_t offset)
{
	while (*list != t)
		list = (struct tcb **)((char *)*list + offset);
	*list = *(struct tcb **)((char *)t + offset);
}

/* Who waits to send to it goes on waiting: the original forgets these. */
void thread_delete(struct tcb *t)
{
	unready(t);
	clear_deadline(t);
	ipc_leave_queue(t);
	for (struct tcb *s = t->senders; s; s = s->next_sender)
		s->partner = NULL;
	fpu_forget(t);
	remove_from(&all_threads, t, offsetof(struct tcb, next_thread));
	remove_from(&t->space->threads, t, offsetof(struct tcb, next_in_space));
	threads[THREAD_NUMBER(t->id)] = NULL;
	cpu_forget(t);
	if (!t->space->threads)
		space_free(t->space);
	heap_free(t);
}

static void end_thread(struct frame *f, word id)
{
	struct tcb *t = threads[THREAD_NUMBER(id)];
	if (t == current) {
		refuse(f, E_THREAD);
		return;
	}
	if (t)
		thread_delete(t);
	f->eax = 1;
}

static void move_to_space(struct tcb *t, struct space *s)
{
	struct space *old = t->space;
	if (old == s)
		return;
	remove_from(&old->threads, t, offsetof(struct tcb, next_in_space));
	t->space = s;
	t->next_in_space = s->threads;
	s->threads = t;
	if (!old->threads)
		space_free(old);
}

static word modify(struct tcb *t, const struct frame *f)
{
	word utcb = f->edi, pager = f->ecx;
	struct tcb *space_of = thread_find(f->esi);
	bool active = t->state != INACTIVE;
	if (utcb != ANY && (active || !space_utcb_fits(t->space, utcb)))
		return E_UTCB;
	if (utcb != ANY)
		t->utcb_location = utcb;
	if (!space_of)
		return E_SPACE;
	if (active && space_of->space != t->space)
		return E_UTCB;
	move_to_space(t, space_of->space);
	if (pager && !active && !space_utcb_fits(t->space, t->utcb_location))
		return E_UTCB;
	if (pager && !active)
		thread_activate(t, pager);
	else if (pager)
		t->words[UTCB_PAGER] = pager;
	if (f->edx)
		t->scheduler = f->edx;
	t->id = f->eax;
	if (t->state != INACTIVE)
		t->words[UTCB_ID] = t->id;
	return 0;
}

static word create(const struct frame *f)
{
	word id = f->eax, space = f->esi, scheduler = f->edx, pager = f->ecx, utcb = f->edi;
	struct tcb *space_of = thread_find(space);
	if (!scheduler)
		return E_THREAD;
	if (id != space && !space_of)
		return E_SPACE;
	if (pager && (id == space || !space_of->space->initialized))
		return E_SPACE;
	if (pager && (utcb == ANY || !space_utcb_fits(space_of->space, utcb)))
		return E_UTCB;
	struct tcb *t = thread_new(id, scheduler, id == space ? space_new() : space_of->space);
	if (utcb != ANY)
		t->utcb_location = utcb;
	if (pager)
		thread_activate(t, pager);
	return 0;
}

void call_thread_control(struct frame *f)
{
	word id = f->eax, number = THREAD_NUMBER(id), error = 0;
	if (!is_privileged(current->space))
		error = E_PRIVILEGE;
	else if (IS_LOCAL(id))
		error = E_SPACE;
	else if (number < SYSTEM_BASE)
		error = interrupt_attach(number, f->ecx) ? 0 : E_THREAD;
	else if (number < USER_BASE)
		error = E_THREAD;
	else if (f->esi == NIL) {
		end_thread(f, id);
		return;
	} else
		error = threads[number] ? modify(threads[number], f) : create(f);
	if (error)
		refuse(f, error);
	else
		f->eax = 1;
}

/* A flexpage within what user code can have: its start and the logarithm of its size. */
static bool is_area(word fpage, word *start, word *log2)
{
	*log2 = fpage >> 4 & 0x3f;
	if (*log2 < 12 || *log2 > 31)
		return false;
	word size = (word)1 << *log2;
	*start = fpage & ~0x3ffu & ~(size - 1);
	return *start < KERNEL_BASE && size <= KERNEL_BASE - *start;
}

static word make_areas(struct space *s, word kip, word utcb)
{
	word utcb_start, utcb_log2, kip_start, kip_log2;
	if (!is_area(utcb, &utcb_start, &utcb_log2))
		return E_UTCB;
	if (!is_area(kip, &kip_start, &kip_log2))
		return E_KIP;
	if (kip_start <= utcb_start + ((1u << utcb_log2) - 1) &&
	    utcb_start <= kip_start + ((1u << kip_log2) - 1))
		return E_KIP;
	s->utcb_area = utcb_start;
	s->utcb_log2 = utcb_log2;
	s->kip_area = kip_start;
	s->initialized = true;
	space_map_kernel_page(s, kip_start, kip_page, ENTRY_READ_ONLY);
	return 0;
}

/* A space that has its areas keeps them; the redirector is ignored, as the original does. */
void call_space_control(struct frame *f)
{
	struct tcb *t = IS_LOCAL(f->eax) ? NULL : thread_find(f->eax);
	word error = 0;
	if (!is_privileged(current->space))
		error = E_PRIVILEGE;
	else if (!t || !t->space)
		error = E_SPACE;
	else if (!t->space->initialized)
		error = make_areas(t->space, f->edx, f->esi);
	f->ecx = 0;
	if (error)
		refuse(f, error);
	else
		f->eax = 1;
}
