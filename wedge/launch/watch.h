/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.h - looks for what the guest says about its end among what it prints.
 *
 * Invariant: only what stands at the beginning of a line counts, behind the kernel's time stamp if
 * there is one; how the output is cut into pieces makes no difference.
 */
#ifndef LAUNCH_WATCH_H
#define LAUNCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>

enum { WATCH_LINE = 96 };

struct watch {
	bool panic;  /* the kernel panicked */
	bool reboot; /* the kernel restarts the machine of its own will */
	size_t length;
	char line[WATCH_LINE]; /* the beginning of the current one */
};

void watch_text(struct watch *watch, const char *text, size_t size);

#endif
