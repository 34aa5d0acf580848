/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apart.h - a test in a process of its own: what a back end keeps in its variables is new each
 * time.
 *
 * Invariant: the test's own output is shown only if it failed, as comments.
 */
#ifndef TEST_APART_H
#define TEST_APART_H

/* Runs a test of cmocka's so, and fails if that has. */
void run_apart(void (*test)(void **state));

#endif
