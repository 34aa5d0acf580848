/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap.h - cmocka with what it needs, its results as TAP.
 *
 * Invariant: none of its own.
 */
#ifndef TESTS_WEDGE_TAP_H
#define TESTS_WEDGE_TAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define RUN_TAP(tests)                                                                             \
	(cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, NULL, NULL))

#endif /* TESTS_WEDGE_TAP_H */
