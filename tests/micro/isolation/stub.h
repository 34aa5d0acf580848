/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.h - running 64-bit user code that misuses what the wedge for Linux keeps in its process
 * (find_stub.c).
 *
 * Invariant: the kernel gets the processor back, by an exception or by its timer.
 */
#ifndef MICRO_STUB_H
#define MICRO_STUB_H

#include "layout.h"

/* What a process has above the addresses of guest user code, which may see, use and forge it. */
#define STUB		  0x700000000000
#define STUB_SIZE	  0x4000
#define STUB_CHANNEL	  0x700000020000
#define STUB_CHANNEL_SIZE 0x14000

/*
 * What a program of user code writes to the start of USER_DATA: 64-bit code runs; the thing has
 * worked, and what was found is behind it, at byte 8.
 */
#define ARRIVED 0xa44113d
#define DONE	0xd04e

#ifndef __ASSEMBLER__
#include "micro.h"

/*
 * Runs such a program, with di at USER_DATA, for at most some 50 ms. Programs (user_stub.S or
 * user_long_mode.S of the width), `si` always being a place in the stub, by its byte:
 *
 *   user_enter_stub	 jumps there with registers that look like a plan
 *   user_read_stub	 reads 8 bytes of it
 *   user_call_in_stub	 jumps there, system call `bx` and 64 bytes of the page as first or, with
 *			 `bp` 1, second argument in registers
 *   user_host_call	 jumps there, number and three arguments of a call from byte 128 of the page
 *			 on; with `si` 0 it makes the call itself
 *   user_forge_channel	 writes `si` all over the channel, and ends by a breakpoint
 */
struct regs stub_run(const char *code, word si, word bx, word bp);

/* Where the stub has syscall instructions: fills in offsets, and says how many. */
enum { STUB_CALLS = 16 };
extern word stub_calls[STUB_CALLS];
unsigned int stub_find_calls(void);
#endif

#endif /* MICRO_STUB_H */
