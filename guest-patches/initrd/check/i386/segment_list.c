/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * segment_list.c - the checks of an i386 kernel that load or use segments.
 */
#include <stddef.h>
#include "i386.h"

const struct check segment_checks[] = {
	{"threads", check_threads},
	{"segments", check_segments},
	{"ldt", check_ldt},
	{"stack-selectors", check_stack_selectors},
	{"tls-slots", check_tls_slots},
	{"tls-threads", check_tls_threads},
	{"tls-empty", check_tls_empty},
	{"segments-signal", check_segments_signal},
	{"ldt-code", check_ldt_code},
	{"ldt-fork", check_ldt_fork},
	{NULL, NULL},
};
