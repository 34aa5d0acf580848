/*
 * The kernel's start: everything initialised, sigma0 and the root task made, the first thread run;
 * and where traps from user code are told apart.
 *
 * Invariant: interrupts are off while the kernel runs, but for the one wait of an idle processor.
 */
#include "kernel.h"
#include "call.h"

#define ROOT_UTCB_AREA 0xbf000000u
#define ROOT_UTCB_LOG2 16
#define ROOT_KIP_AREA  0xbff00000u

struct space *sigma0_space, *root_space;

bool is_privileged(const struct space *s)
{
	return s == sigma0_space || s == root_space;
}

_Noreturn void dead(void)
{
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

static struct space *make_server(word number, const struct boot_server *server, word pager)
{
	word id = THREAD(number, 1);
	struct space *s = space_new();
	s->utcb_area = ROOT_UTCB_AREA;
	s->utcb_log2 = ROOT_UTCB_LOG2;
	s->kip_area = ROOT_KIP_AREA;
	s->initialized = true;
	space_map_kernel_page(s, ROOT_KIP_AREA, kip_page, ENTRY_READ_ONLY);
	struct tcb *t = thread_new(id, THREAD(ROOT_NUMBER, 1), s);
	t->utcb_location = ROOT_UTCB_AREA;
	t->priority = 255;
	thread_activate(t, pager);
	t->frame.eip = server->entry;
	make_ready(t);
	return s;
}

_Noreturn void kernel_main(const struct boot *boot);
_Noreturn void kernel_main(const struct boot *boot)
{
	boot = VIRTUAL(boot);
	heap_init(boot->heap_start, boot->heap_end);
	cpu_init();
	pic_init();
	clock_init();
	interrupt_init();
	kip_init(boot);
	sigma0_space = make_server(SIGMA0_NUMBER, &boot->sigma0, NIL);
	root_space = make_server(ROOT_NUMBER, &boot->root, THREAD(SIGMA0_NUMBER, 1));
	run_next();
}

/* An interrupt of a line; its own is the kernel's clock. */
static void line_raised(word line)
{
	pic_end(line);
	if (line == CLOCK_LINE)
		clock_tick();
	else
		interrupt_handle(line);
}

_Noreturn void trap_from_user(struct frame *f);
_Noreturn void trap_from_user(struct frame *f)
{
	struct tcb *t = current;
	switch (f->vector) {
	case 6:
		fault_undefined(t);
		break;
	case 7:
		fpu_use(t);
		break;
	case 13:
		fault_protection(t);
		break;
	case 14: {
		word address;
		__asm__ volatile("movl %%cr2, %0" : "=r"(address));
		fault_page(t, address);
		break;
	}
	case VECTOR_IPC:
		call_ipc(f);
		break;
	case VECTOR_CALL:
		call_other(f);
		break;
	default:
		if (f->vector >= VECTOR_LINES && f->vector < VECTOR_LINES + 16)
			line_raised(f->vector - VECTOR_LINES);
		else
			fault_exception(t);
	}
	run_next();
}

void trap_from_kernel(struct frame *f);
void trap_from_kernel(struct frame *f)
{
	if (f->vector < VECTOR_LINES || f->vector >= VECTOR_LINES + 16)
		dead();
	line_raised(f->vector - VECTOR_LINES);
}
