/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stub.c - 64-bit user code misuses the code and memory that a wedge keeps in the process it runs
 * in: jumps anywhere into it, makes system calls from it, forges what it tells the wedge.
 *
 * Invariant: the guest's kernel gets the processor back, by an exception or by its timer, and no
 * system call has been made. The numbers tried are of calls that only report.
 */
#include "micro.h"
#include "stub.h"

extern const char user_enter_stub[], user_forge_channel[], user_call_in_stub[];

static const volatile uint32_t *const page = (const uint32_t *)USER_DATA;

static void call_from_stub(word offset)
{
	/* uname, getcwd, gettimeofday, getrlimit, getrusage, sysinfo, times, clock_gettime,
	 * getcpu, getrandom, capget, stat */
	static const word numbers[] = {63, 79, 96, 97, 98, 99, 100, 228, 309, 318, 125, 4};

	for (unsigned int i = 0; i < 2 * sizeof(numbers) / sizeof(numbers[0]); i++) {
		memset((void *)USER_DATA, 0, PAGE);
		stub_run(user_call_in_stub, offset, numbers[i / 2], i & 1);
		expect(page[0] == ARRIVED || page[0] == DONE);
		for (unsigned int n = 16; n < 64; n++) {
			if (page[n])
				fail("call %lu at byte %lx of the stub: %x", numbers[i / 2], offset,
				     page[n]);
		}
	}
}

/* Wherever the stub has a syscall instruction, it must serve nobody else. */
CHECK(stub_makes_no_call_for_others)
{
	unsigned int count = stub_find_calls();

	if (!count)
		skip("no stub to be seen");
	for (unsigned int i = 0; i < count; i++)
		call_from_stub(stub_calls[i]);
}

/* At every 13th byte of it. */
CHECK(stub_cannot_be_entered)
{
	for (word offset = 0; offset < STUB_SIZE; offset += 13)
		stub_run(user_enter_stub, offset, 0, 0);
}

CHECK(stub_channel_cannot_be_forged)
{
	static const word values[] = {0, 0x41414141, 0xffffffff, USER_DATA, KERNEL_START, 0x7000};

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		stub_run(user_forge_channel, values[i], 0, 0);
}
