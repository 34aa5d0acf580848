/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.h - looks for what the guest says about its end among what it prints. Its user programs can
 * print the same, so this only explains an end that has come.
 *
 * Invariant: only what stands at the beginning of a line counts, behind the kernel's time stamp if
 * there is one; how the output is cut into pieces makes no difference.
 */
#ifndef LAUNCH_WATCH_H
#define LAUNCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>

enum { WATCH_LINE = 96 };

enum watch_last {
	WATCH_NOTHING,
	WATCH_PANIC,  /* the kernel panics */
	WATCH_RESTART /* the kernel restarts the machine */
};

struct watch {
	bool spoke;		   /* the guest has written a word; what the wedge writes is none */
	enum watch_last last_word; /* what was said last about the end */
	size_t length;
	char line[WATCH_LINE]; /* the beginning of the current one */
};

void watch_text(struct watch *watch, const char *text, size_t size);

#endif
