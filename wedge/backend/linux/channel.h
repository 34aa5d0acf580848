/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel.h - the protocol between the wedge and the host processes that run guest user code, one
 * for each guest address space ("user process").
 *
 * A user process holds the pages of guest user code below USER_END and three things above: the stub
 * (code, read-only), its orders (read-only to it), and its channel (its alternate signal stack).
 * A system call, a fault or SIGUSR1 enters the stub as a signal handler, which makes the system
 * call USER_STOP. A seccomp filter turns that into a notification: the host's kernel has stopped
 * the process, and tells the wedge, which holds the listening end. The wedge's answer lets the stub
 * go on, right behind that system call. The stub carries out the orders: system calls whose
 * operands are all in the read-only page, so no register or stack that the guest has prepared
 * matters. Then it returns from the signal with the registers that the wedge has put into the
 * frame.
 *
 * To map memory, an order needs the memory file. The wedge adds the file to the process's
 * descriptors with the answer, and the last order closes it: it is never open while guest code
 * runs. If the host has no notifications, ptrace takes their place (stop_trace.c): then the file is
 * open all the time, and the wedge, which traces the process, lets no mmap pass but its orders. If
 * an order fails, or if the stub is interrupted (guest code can enter it with TF set), guest code
 * does not run: the argument of the next stop says so.
 *
 * System calls of 32-bit code by way of the guest's vDSO need no signal: the wedge puts a call to
 * the door there, a page below 4 GiB that leads into the stub (i386/door.c). The registers then go
 * through the channel. System calls of 64-bit code that are made often lead to its door in copies
 * of the program's pages (x86_64/door.c).
 *
 * Nor does the wedge always need the host's word that a process has stopped: after a system call it
 * may *rest*. It says so in the channel, and yields the processor until its orders name another
 * turn (turn.c).
 *
 * Invariant: guest user code may execute any instruction, jump into 64-bit mode and into the stub,
 * and forge anything in the channel. So the wedge trusts nothing that it reads from a channel, and
 * a user process is stopped only if the host's kernel says so. A resting process is only trusted
 * with its own registers; stop it before its mappings or descriptors change.
 */
#ifndef WEDGE_BACKEND_LINUX_USER_H
#define WEDGE_BACKEND_LINUX_USER_H

#include <wedge/backend_traits.h>

#define USER_STUB      0x700000000000
#define USER_STUB_SIZE 0x4000
#define USER_STACK     0x700000008000 /* for the zygote and until the first signal */
#define USER_ORDERS    0x700000010000
#define USER_CHANNEL   0x700000020000

/* The door, where guest user code can call it (backend_traits.h): a pointer, then code. */
#define USER_DOOR_CODE (USER_DOOR + 16)
#define USER_DOOR_SIZE 0x1000

#define USER_STACK_SIZE	  0x1000
#define USER_ORDERS_SIZE  0x4000
#define USER_CHANNEL_SIZE 0x14000
#define USER_SLOT_SIZE	  (USER_ORDERS_SIZE + USER_CHANNEL_SIZE)

/* The system call that stops: getpgrp, which takes and changes nothing. */
#define USER_STOP 111

/* The first argument for a call through the door; no signal is as large. The second: the turn. */
#define USER_CALLS 256

/* What a process says of itself in the channel. */
#define USER_RUNS  0
#define USER_RESTS 1
#define USER_STOPS 2 /* it is about to */

/* Numbers of the guest's system calls that are told apart. */
#define USER_CALL_NUMBERS 512

/* How FS and GS get their bases. */
#define USER_BASES_OF_SELECTORS 0 /* with the selectors; so does 32-bit code */
#define USER_BASES_LOADED	1 /* by instructions, which user code may use too */
#define USER_BASES_ORDERED	2 /* by arch_prctl orders: the host allows no such instruction */

/* modify_ldt(2): write an entry. */
#define USER_LDT_WRITE 0x11

/* The number under which orders find the memory file. */
#define USER_MEMORY_FD 3

#define USER_ORDER_MAX 256

/* Offsets for the stub; checked below. */
#define ORDERS_COUNT	 0
#define ORDERS_AGAIN	 8
#define ORDERS_FRAME	 16
#define ORDERS_SELECTOR	 24
#define ORDERS_XSTATE	 32
#define ORDERS_TURN	 40
#define ORDERS_LIST	 304
#define ORDER_SIZE	 56
#define ORDERS_STOPS	 (ORDERS_LIST + USER_ORDER_MAX * ORDER_SIZE)
#define ORDERS_PATIENCE	 (ORDERS_STOPS + USER_CALL_NUMBERS / 8)
#define ORDERS_BASES	 (ORDERS_PATIENCE + 8)
#define ORDERS_FS_BASE	 (ORDERS_BASES + 8)
#define ORDERS_GS_BASE	 (ORDERS_FS_BASE + 8)
#define CHANNEL_FRAME	 0
#define CHANNEL_SIGNAL	 8
#define CHANNEL_SELECTOR 16
#define CHANNEL_RESUMED	 24
#define CHANNEL_STATE	 32
#define CHANNEL_SINCE	 40
#define CHANNEL_FS_BASE	 48
#define CHANNEL_GS_BASE	 56
#define CHANNEL_CALL	 64
#define CHANNEL_SCRATCH	 1024 /* end of a little stack */
#define CHANNEL_XSTATE	 1024
#define CHANNEL_STACK	 0x8000

/* Registers of a call through the door: eight in ModRM order, then these. */
#define CALL_RIP   (CHANNEL_CALL + 64)
#define CALL_FLAGS (CHANNEL_CALL + 72)
#define CALL_CS	   (CHANNEL_CALL + 80)
#define CALL_SS	   (CHANNEL_CALL + 88)

#define CHANNEL_NUMBER (CHANNEL_CALL + 96)

/* Registers 8 to 15 of a call of 64-bit code. */
#define CHANNEL_UPPER (CHANNEL_CALL + 104)

/* 64-bit programs: sites of system calls that lead to the door, and the bytes of each entry there.
 */
#define USER_SITES	144
#define USER_SITE_ENTRY 16

/* Of struct ucontext: rax, where the interrupted code goes on, and its flags. */
#define CONTEXT_RAX   144
#define CONTEXT_RIP   168
#define CONTEXT_FLAGS 176

#ifndef __ASSEMBLER__
#include "host.h"

/*
 * What the host's kernel puts right behind a signal's struct ucontext: siginfo_t, here of SIGSYS
 * (sigaction(2)).
 */
struct user_signal_info {
	int32_t signal, error, code, padding;
	uint64_t call_address; /* of the instruction behind the system call's; or of a vsyscall */
	int32_t call;
	uint32_t arch; /* AUDIT_ARCH_* */
	char rest[96];
};

_Static_assert(sizeof(struct user_signal_info) == 128, "the host's ABI");
_Static_assert(sizeof(struct ucontext) == 304, "the host's ABI");

/* One system call. */
struct order {
	uint64_t number;
	uint64_t argument[6];
};

/* In the order of USER_*: */
enum user_segment { USER_DS, USER_ES, USER_FS, USER_GS, USER_SEGMENTS };

enum { USER_DESCRIPTORS = 16 };

struct orders {
	uint64_t count;
	uint64_t again; /* stop once more instead of returning to the guest */
	uint64_t frame; /* where the signal frame to return from is; 0: return through the door */
	uint16_t selector[USER_SEGMENTS]; /* to load before that */
	uint64_t xstate_mask;		  /* components of the processor's state */
	uint64_t turn;			  /* if it changes, a resting process goes on */
	struct user_desc descriptor[USER_DESCRIPTORS]; /* what modify_ldt orders point to */
	struct order list[USER_ORDER_MAX];
	uint64_t stops[USER_CALL_NUMBERS / 64]; /* system calls that must stop, not rest */
	uint64_t patience; /* how often to yield while resting; 0: stop, the wedge does not look */
	uint64_t bases;	   /* USER_BASES_* */
	uint64_t fs_base, gs_base; /* with USER_BASES_LOADED: canonical addresses */
};

struct channel {
	uint64_t frame; /* address of the signal's struct ucontext; 0: a call through the door */
	uint64_t signal;
	uint16_t selector[USER_SEGMENTS];
	uint64_t resumed;	   /* the stub has carried out its orders and is about to return */
	uint64_t state;		   /* USER_RUNS and so on */
	uint64_t since;		   /* the processor's clock when that changed */
	uint64_t fs_base, gs_base; /* as user code had them, with USER_BASES_LOADED */
	struct channel_call {
		uint64_t gpr[8];
		uint64_t rip, rflags, cs, ss;
	} call;
	uint64_t number; /* of the system call it stops or rests for */
	uint64_t upper[8];
	char scratch[CHANNEL_SCRATCH - CHANNEL_UPPER - 8 * sizeof(uint64_t)];
	char xstate[CHANNEL_STACK - CHANNEL_XSTATE];
	char stack[USER_CHANNEL_SIZE - CHANNEL_STACK];
};

_Static_assert(offsetof(struct orders, list) == ORDERS_LIST, "as the stub believes");
_Static_assert(offsetof(struct orders, selector) == ORDERS_SELECTOR, "as the stub believes");
_Static_assert(offsetof(struct orders, turn) == ORDERS_TURN, "as the stub believes");
_Static_assert(offsetof(struct orders, stops) == ORDERS_STOPS, "as the stub believes");
_Static_assert(offsetof(struct orders, patience) == ORDERS_PATIENCE, "as the stub believes");
_Static_assert(offsetof(struct orders, bases) == ORDERS_BASES, "as the stub believes");
_Static_assert(offsetof(struct orders, fs_base) == ORDERS_FS_BASE, "as the stub believes");
_Static_assert(offsetof(struct orders, gs_base) == ORDERS_GS_BASE, "as the stub believes");
_Static_assert(sizeof(struct order) == ORDER_SIZE, "as the stub believes");
_Static_assert(sizeof(struct orders) <= USER_ORDERS_SIZE, "fits");
_Static_assert(offsetof(struct channel, selector) == CHANNEL_SELECTOR, "as the stub believes");
_Static_assert(offsetof(struct channel, resumed) == CHANNEL_RESUMED, "as the stub believes");
_Static_assert(offsetof(struct channel, state) == CHANNEL_STATE, "as the stub believes");
_Static_assert(offsetof(struct channel, since) == CHANNEL_SINCE, "as the stub believes");
_Static_assert(offsetof(struct channel, fs_base) == CHANNEL_FS_BASE, "as the stub believes");
_Static_assert(offsetof(struct channel, gs_base) == CHANNEL_GS_BASE, "as the stub believes");
_Static_assert(offsetof(struct orders, xstate_mask) == ORDERS_XSTATE, "as the stub believes");
_Static_assert(offsetof(struct channel, number) == CHANNEL_NUMBER, "as the stub believes");
_Static_assert(offsetof(struct channel, upper) == CHANNEL_UPPER, "as the stub believes");
_Static_assert(offsetof(struct channel, call.rip) == CALL_RIP, "as the stub believes");
_Static_assert(offsetof(struct channel, xstate) == CHANNEL_XSTATE, "as the stub believes");
_Static_assert(offsetof(struct channel, stack) == CHANNEL_STACK, "as the stub believes");
_Static_assert(offsetof(struct ucontext, uc_mcontext.rax) == CONTEXT_RAX, "the host's ABI");
_Static_assert(offsetof(struct ucontext, uc_mcontext.rip) == CONTEXT_RIP, "the host's ABI");
_Static_assert(offsetof(struct ucontext, uc_mcontext.eflags) == CONTEXT_FLAGS, "the host's ABI");
_Static_assert(sizeof(struct channel) == USER_CHANNEL_SIZE, "fills its pages");

/* What the stub needs to know; behind its code, read-only. */
struct stub_config {
	int32_t request_fd; /* the zygote's end of a socket pair */
	int32_t channel_fd; /* the file of all slots: orders, then channel */
	int32_t memory_fd;  /* the memory file */
	int32_t parent;	    /* the wedge's process */
	uint32_t dispatch;  /* use syscall user dispatch */
	uint32_t trace;	    /* the parent traces the user processes, which have the memory file */
	uint32_t slots;	    /* how many there are */
};

/* How the zygote hands a new process over: its number, and beside it a descriptor (pidfd). */
struct handle_room {
	uint64_t size;
	int32_t level, type; /* SOL_SOCKET, SCM_RIGHTS */
	int32_t pidfd, padding;
};

enum { USER_HANDLE_SIZE = 20, USER_SOL_SOCKET = 1, USER_SCM_RIGHTS = 1 };

/* struct msghdr, with a stretch of memory in it; see sendmsg(2). */
struct socket_message {
	void *name;
	uint64_t name_size;
	struct {
		void *at;
		uint64_t size;
	} * stretch;
	uint64_t stretches;
	void *control;
	uint64_t control_size;
	uint64_t flags;
};

#endif /* __ASSEMBLER__ */
#endif /* WEDGE_BACKEND_LINUX_USER_H */
