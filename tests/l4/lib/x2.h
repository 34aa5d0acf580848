/*
 * What a user program of L4 version X.2 on ia32 needs: identifiers, message tags, typed items, and
 * the kernel's calls. Names and encodings follow the X.2 reference manual; its section is given
 * where an encoding is defined.
 *
 * The message registers are those of the thread's UTCB; x2_ipc() moves the three that travel in
 * processor registers.
 *
 * Invariant: nothing here is shared with the wedge. A second reading of the manual finds
 * misreadings.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "../ports.h"

typedef uint32_t word;

#define PAGE 4096u

/* Identifiers, section 2.1: a thread's number and version. */
#define THREAD(number, version) ((word)(number) << 14 | (version))
#define NIL_THREAD		0u
#define ANY_THREAD		0xffffffffu
#define ANY_LOCAL		0xffffffc0u
#define SIGMA0			THREAD(48, 1)
#define ROOT			THREAD(50, 1)
#define INTERRUPT(line)		THREAD(line, 1)

/* The UTCB's words from the address that %gs:0 holds, section 2.2 and appendix A. */
enum utcb_word {
	UTCB_SENDER = -6,
	UTCB_RECEIVER = -7,
	UTCB_ERROR = -9,
	UTCB_FLAGS = -10,
	UTCB_EXCEPTION_HANDLER = -11,
	UTCB_PAGER = -12,
	UTCB_HANDLE = -13,
	UTCB_PROCESSOR = -14,
	UTCB_GLOBAL_ID = -15,
	UTCB_ACCEPTOR = -16, /* BR0 */
};

/* The message tag, section 5.1. */
#define TAG(label, typed, untyped) ((word)(label) << 16 | (typed) << 6 | (untyped))
#define TAG_ERROR		   0x8000u
#define TAG_LABEL(tag)		   ((tag) >> 16)
#define TAG_TYPED(tag)		   ((tag) >> 6 & 0x3f)
#define TAG_UNTYPED(tag)	   ((tag)&0x3f)

#define LABEL_PAGE_FAULT 0xffe0u /* access in the low 3 bits */
#define LABEL_INTERRUPT	 0xfff0u
#define LABEL_EXCEPTION	 0xffb0u
#define LABEL_SIGMA0	 0xffa0u
#define LABEL_IO_FAULT	 0xff86u

/* The words of an exception's message. */
enum exception_word {
	EX_IP = 1,
	EX_FLAGS,
	EX_VECTOR,
	EX_ERROR,
	EX_EDI,
	EX_ESI,
	EX_EBP,
	EX_ESP,
	EX_EBX,
	EX_EDX,
	EX_ECX,
	EX_EAX,
	EX_WORDS = 12,
};

/* Timeouts, section 5.2: mantissa << exponent microseconds; receive in the low half. */
#define TIME_NEVER		0u
#define TIME_ZERO		0x400u
#define TIME_5MS		(3u << 10 | 625)
#define TIME_SECOND		(10u << 10 | 977)
#define TIMEOUTS(send, receive) ((word)(send) << 16 | (receive))

/* Flexpages, section 4.1, and map items, section 5.3. */
#define READ			  4u
#define WRITE			  2u
#define EXECUTE			  1u
#define RIGHTS			  7u
#define FPAGE(base, log2, rights) (((word)(base) & ~0x3ffu) | (word)(log2) << 4 | (rights))
#define FPAGE_ALL		  0x10u
#define IO_FPAGE(port, log2)	  ((word)(port) << 16 | (word)(log2) << 10 | 0x20u)
#define MAP_ITEM(send_base)	  ((send_base) | 8u)

/* The kernel interface page's offsets, section 1.1. */
enum kip_offset {
	KIP_SIGMA0 = 0x20,
	KIP_SIGMA1 = 0x30,
	KIP_ROOT = 0x40,
	KIP_MEMORY_INFO = 0x54,
	KIP_UTCB_INFO = 0xa8,
	KIP_AREA_INFO = 0xac,
	KIP_BOOT_INFO = 0xb8,
	KIP_PROCESSOR = 0xbc,
	KIP_THREAD_INFO = 0xc4,
	KIP_PAGE_INFO = 0xc8,
	KIP_PROCESSOR_INFO = 0xcc,
	KIP_SPACE_CONTROL = 0xd0,
	KIP_THREAD_CONTROL = 0xd4,
	KIP_PROCESSOR_CONTROL = 0xd8,
	KIP_MEMORY_CONTROL = 0xdc,
	KIP_IPC = 0xe0,
	KIP_LIPC = 0xe4,
	KIP_UNMAP = 0xe8,
	KIP_EXCHANGE_REGISTERS = 0xec,
	KIP_SYSTEM_CLOCK = 0xf0,
	KIP_THREAD_SWITCH = 0xf4,
	KIP_SCHEDULE = 0xf8,
};

/* ExchangeRegisters' control, section 2.3. */
#define XR_HALT	      0x001u
#define XR_RECEIVE    0x002u
#define XR_SEND	      0x004u
#define XR_SP	      0x008u
#define XR_IP	      0x010u
#define XR_FLAGS      0x020u
#define XR_HANDLE     0x040u
#define XR_PAGER      0x080u
#define XR_APPLY_HALT 0x100u

#define UNMAP_FLUSH 0x40u

/* What a call takes and gives back. */
struct registers {
	word eax, ecx, edx, ebx, esi, edi, ebp;
};

/* x2_call.S: calls ENTRY with these registers and stores what they are afterwards. */
void x2_call(word entry, struct registers *r);

/* Finds the kernel interface page by `lock; nop`; what that gives. First of all. */
struct registers x2_init(void);
word x2_kip(word offset);
word *x2_utcb(void);

word x2_ipc(word to, word from, word timeouts);
word x2_ipc_entry(word kip_entry, word to, word from, word timeouts);
bool x2_thread_control(word thread, word space, word scheduler, word pager, word utcb);
bool x2_space_control(word space, word kip_fpage, word utcb_fpage);
/* Registers in and out as the manual says: EAX thread, ECX control, EDX SP, ESI IP, EDI flags, EBX
 * handle, EBP pager. */
void x2_exchange_registers(struct registers *r);
/* The flexpages are MR0 and what follows; so is the answer. */
void x2_unmap(word control);
word x2_schedule(word thread, word time, word processor, word priority, word preemption);
/* Gives up the rest of the time slice. */
void x2_yield(void);
uint64_t x2_clock(void);

static inline word mr(int i)
{
	return x2_utcb()[i];
}

static inline void set_mr(int i, word value)
{
	x2_utcb()[i] = value;
}
