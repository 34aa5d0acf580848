/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment_list.c - the checks of an x86-64 kernel that load or use segments.
 */
#include <stddef.h>
#include "../check.h"

const struct check segment_checks[] = {
	{"threads", check_threads},
	{"segments", check_segments},
	{"ldt", check_ldt},
	{NULL, NULL},
};
