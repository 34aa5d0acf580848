/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check.h - what the checks of the guest's user space share.
 *
 * Each check is a function that returns true if the kernel behaves as specified. A check leaves no
 * process, mapping or handler behind: it runs in a process of its own.
 */
#ifndef GUEST_CHECK_H
#define GUEST_CHECK_H

#include <stdbool.h>
#include <stdio.h>

/* Prints the condition that does not hold, and ends the check. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("%s:%d: expected %s\n", __FILE_NAME__, __LINE__, #condition);       \
			return false;                                                              \
		}                                                                                  \
	} while (0)

/*
 * Runs `access(argument)` and returns the signal it raised (SIGSEGV, SIGBUS, SIGILL, SIGTRAP or
 * SIGFPE), 0 if none. The details are in caught_code, caught_address.
 */
int raised_by(void (*access)(void *), void *argument);
extern volatile int caught_code;
extern void *volatile caught_address;

/* Waits for a child and returns its exit code, or 128 + the signal that killed it. */
int wait_for(int pid);

struct check {
	const char *name;
	bool (*run)(void);
};

/* The checks of this width only; the last entry has no name. */
extern const struct check width_checks[];

/*
 * Those that need segments of the program's own, as thread-local storage does; the RAM disk without
 * thread-local storage has none.
 */
extern const struct check segment_checks[];

/* Prints one line GUEST-XEN-TABLE; nothing if this width has no such address. */
void tell_xen_table(void);

/*
 * Has the kernel load a bzImage with its RAM disk and command line, and start it at once. Returns,
 * with the reason printed, only if the kernel refuses.
 */
bool start_kernel(const char *kernel, const char *ramdisk, const char *arguments);

bool check_mmap(void);
bool check_mprotect(void);
bool check_cow(void);
bool check_large_memory(void);
bool check_isolation(void);
bool check_segv(void);
bool check_privileged(void);
bool check_ports(void);
bool check_nested_signals(void);
bool check_timer_signal(void);
bool check_fpu_switch(void);
bool check_fpu_signal(void);
bool check_int3(void);
bool check_single_step(void);
bool check_ptrace_step(void);
bool check_hw_breakpoint(void);
bool check_threads(void);
bool check_segments(void);
bool check_ldt(void);
bool check_clock(void);
bool check_exec(void);
bool check_packet_filter(void);
bool check_compiled_program(void);

#endif
