/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backend_traits.h - the traits of the tests' back end: a variable where real back ends have a
 * constant, so that one program sees both kinds.
 *
 * Invariant: names exactly the traits that real back ends have.
 */
#ifndef BACKEND_TRAITS_H
#define BACKEND_TRAITS_H

extern int fake_selectors_are_real;
#define BACKEND_SELECTORS_ARE_REAL fake_selectors_are_real

#endif /* BACKEND_TRAITS_H */
