/*
 * The test kernel's types: threads, spaces, frames, and what its files offer each other.
 *
 * It implements L4 version X.2 for ia32 as far as the project's tests use it, from the X.2
 * reference manual, and behaves as L4Ka::Pistachio does where programs can see it, faults included.
 * It is for tests only: its first line on the console says so.
 *
 * Invariant: the kernel never blocks and is never preempted. Each entry runs to its end on one
 * stack; what a thread waits for is a state of its tcb.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "layout.h"
#include "../ports.h"

typedef uint32_t word;

/* A flexpage's and a message tag's parts; X.2 manual, sections 4.1 and 5.1. */
#define RIGHT_READ	  4u
#define RIGHT_WRITE	  2u
#define RIGHT_EXECUTE	  1u
#define TAG_ERROR	  0x8000u
#define TAG_UNTYPED(t)	  ((t)&0x3f)
#define TAG_TYPED(t)	  ((t) >> 6 & 0x3f)
#define NIL		  0u
#define ANY		  0xffffffffu
#define ANY_LOCAL	  0xffffffc0u
#define THREAD(n, v)	  ((word)(n) << 14 | (v))
#define THREAD_NUMBER(id) ((id) >> 14)
#define IS_LOCAL(id)	  (((id)&0x3f) == 0)
#define SIGMA0_NUMBER	  48u
#define ROOT_NUMBER	  50u
#define SYSTEM_BASE	  16u
#define USER_BASE	  48u
#define THREADS		  (1u << 17)

/* IPC errors, section 5.6: the low bit says in which phase. */
enum { IPC_TIMEOUT = 1, IPC_NO_THREAD = 2, IPC_CANCELLED = 3, IPC_OVERFLOW = 4 };
enum { PHASE_SEND = 0, PHASE_RECEIVE = 1 };
/* Errors of the other calls. */
enum {
	E_PRIVILEGE = 1,
	E_THREAD = 2,
	E_SPACE = 3,
	E_SCHEDULER = 4,
	E_PARAMETER = 5,
	E_UTCB = 6,
	E_KIP = 7,
	E_MEMORY = 8,
};

/* Words of a UTCB, from the address that %gs:0 gives; negative ones are the thread's control words.
 */
enum {
	UTCB_ERROR = -9,
	UTCB_HANDLER = -11,
	UTCB_PAGER = -12,
	UTCB_HANDLE = -13,
	UTCB_PROCESSOR = -14,
	UTCB_ID = -15,
	UTCB_ACCEPTOR = -16,
};
#define MESSAGE_WORDS 64

/* As trap.S pushes it. */
struct frame {
	word es, ds, edi, esi, ebp, unused, ebx, edx, ecx, eax, vector, error, eip, cs, eflags, esp,
		ss;
};

enum state {
	INACTIVE, /* has no UTCB yet */
	READY,
	SENDING, /* in its partner's queue */
	RECEIVING,
	HALTED,
};

/* What a thread's message is about: its own call, or one that the kernel makes for it. */
enum operation { OP_CALL, OP_START, OP_FAULT, OP_EXCEPTION, OP_INTERRUPT };

struct space;

struct tcb {
	struct frame frame; /* first: the stack pointer of an entry points behind it */
	word id, scheduler;
	struct space *space;
	struct tcb *next_in_space, *next_thread;
	word utcb_location, utcb; /* user addresses; the latter is what %gs:0 gives */
	word *words;		  /* the kernel's address of the latter */
	enum state state;
	enum operation operation;
	word to, from, timeouts; /* of the message under way */
	struct tcb *partner;	 /* SENDING: in whose queue */
	struct tcb *senders, *next_sender;
	bool timed;
	uint64_t deadline; /* microseconds since the start */
	struct tcb *next_timed;
	word message[16]; /* of the kernel's for it */
	uint8_t priority;
	struct tcb *next_ready, **ready_link; /* in its priority's queue if the latter is set */
	uint8_t *fpu;			      /* 512 bytes once it has used the FPU */
	bool new_registers;		      /* loads FS and GS when it runs next */
};

/* One mapping of a frame; the tree's root is sigma0's. */
struct node {
	struct node *parent, *children, *next, **link;
	struct space *space;
	word address;
	word status; /* rights whose use was seen before */
};

struct space {
	word *directory;
	struct node ***nodes; /* for each page table 1,024 nodes */
	word utcb_area, utcb_log2, kip_area;
	struct tcb *threads;
	uint8_t *ports[2]; /* a page for 32,768 ports each, a set bit forbids; none: all are
			      forbidden */
	bool initialized;
};

/* main.c */
extern struct space *sigma0_space, *root_space;
bool is_privileged(const struct space *s);
/* Stops the machine silently, as the production build of the original does. */
_Noreturn void dead(void);

/* console.c */
void console_text(const char *text);

/* cpu.c */
void cpu_init(void);
_Noreturn void cpu_enter(struct tcb *t);
/* T is no longer what the processor has seen last. */
void cpu_forget(const struct tcb *t);
void cpu_map_ports(struct space *s);

/* clock.c */
void clock_init(void);
void clock_tick(void);
uint64_t clock_now(void);
word clock_khz(void);

/* heap.c: pages are zeroed; without memory the machine stops. */
void heap_init(word start, word end);
void *heap_page(void);
void heap_free(void *page);
struct node *node_new(void);
void node_free(struct node *n);
void *fpu_area_new(void);
void fpu_area_free(void *area);
#define PHYSICAL(p) ((word)(p)-KERNEL_BASE)
#define VIRTUAL(a)  ((void *)((word)(a) + KERNEL_BASE))

/* space.c */
struct space *space_new(void);
void space_free(struct space *s);
void space_load(struct space *s);
extern struct space *loaded_space;
word *space_entry(struct space *s, word address, bool make);
struct node **space_node(struct space *s, word address);
void space_changed(struct space *s, word address);
void space_map_kernel_page(struct space *s, word address, void *page, word flags);
word *space_utcb(struct space *s, word location);
bool space_utcb_fits(const struct space *s, word location);

/* mapping.c */
void map_item(struct tcb *from, word base, word fpage, struct tcb *to, word window);
word unmap(struct space *s, word fpage, bool flush);
void map_sigma0(word address);

/* ports.c */
bool ports_fault(struct tcb *t);
void ports_map(struct space *from, word fpage, struct space *to);
void ports_unmap(struct space *s, word fpage, bool flush);

/* thread.c */
extern struct tcb *current, *all_threads;
struct tcb *thread_find(word id);
/* By a global identifier, or a local one of T's space. */
struct tcb *thread_named(struct tcb *t, word id);
struct tcb *thread_new(word id, word scheduler, struct space *s);
void thread_activate(struct tcb *t, word pager);
void thread_delete(struct tcb *t);
void call_thread_control(struct frame *f);
void call_space_control(struct frame *f);

/* exchange.c */
void call_exchange_registers(struct frame *f);

/* schedule.c */
void make_ready(struct tcb *t);
void unready(struct tcb *t);
void set_deadline(struct tcb *t, word time);
void clear_deadline(struct tcb *t);
void timeouts_run(void);
/* Another thread of the same priority has its turn. */
void rotate(void);
_Noreturn void run_next(void);
void call_schedule(struct frame *f);

/* ipc.c */
void ipc(struct tcb *t, word to, word from, word timeouts);
/* Ends a thread's message with an error: CODE * 2 + phase. */
void ipc_fail(struct tcb *t, word error);
void ipc_leave_queue(struct tcb *t);
/* A message of the kernel's for T, which waits for the answer; MESSAGE[0..] is filled in. */
void ipc_for(struct tcb *t, word to, enum operation operation);
bool waits_for(const struct tcb *t, const struct tcb *sender);

/* transfer.c: false if the receiver does not take a typed item. */
bool transfer(struct tcb *from, struct tcb *to);

/* fault.c */
void fault_page(struct tcb *t, word address);
void fault_protection(struct tcb *t);
void fault_undefined(struct tcb *t);
void fault_exception(struct tcb *t);
void exception_answer(struct tcb *t, const word *words);

/* interrupt.c */
void interrupt_init(void);
void interrupt_handle(word line);
bool interrupt_attach(word line, word handler);
void interrupt_acknowledged(struct tcb *t);
struct tcb *interrupt_thread(word id);

/* pic.c */
void pic_init(void);
void pic_mask(word line, bool mask);
void pic_end(word line);

/* fpu.c */
void fpu_use(struct tcb *t);
void fpu_forget(struct tcb *t);
bool fpu_is_of(const struct tcb *t);

/* kip.c */
void kip_init(const struct boot *boot);
extern char kip_page[];

/* trap.S */
_Noreturn void leave_kernel(struct frame *f);
void write_utcb_pointer(word utcb);
void wait_for_interrupt(void);

static inline word min_word(word a, word b)
{
	return a < b ? a : b;
}
