/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf.h - filters of system calls (seccomp(2)), written as rules with blocks. A rule looks at the
 * word that was loaded last. The compiler counts the instructions of its block; no jump is written
 * by hand.
 *
 * Invariant: a block is left at its end or by an answer, and jumped over if its rule does not hold.
 */
#ifndef WEDGE_BACKEND_LINUX_BPF_H
#define WEDGE_BACKEND_LINUX_BPF_H

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* Loads a 32-bit field of struct seccomp_data, or the upper half of a 64-bit one. */
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_HIGH(field)                                                                           \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field) + 4)

/* Answers, which end the filter. */
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, action)
#define ALLOW	       ANSWER(SECCOMP_RET_ALLOW)
#define TRAP	       ANSWER(SECCOMP_RET_TRAP)

#define BPF_LENGTH(...)                                                                            \
	(sizeof((const struct sock_filter[]){__VA_ARGS__}) / sizeof(struct sock_filter))
#define BPF_IF(test, value, ...)                                                                   \
	BPF_JUMP(BPF_JMP | (test), value, 0, BPF_LENGTH(__VA_ARGS__)), __VA_ARGS__
#define BPF_UNLESS(test, value, ...)                                                               \
	BPF_JUMP(BPF_JMP | (test), value, BPF_LENGTH(__VA_ARGS__), 0), __VA_ARGS__

/* Rules: if the word is `value`, is another, has one of the bits, is at least, below or above it.
 */
#define IF_IS(value, ...)    BPF_IF(BPF_JEQ | BPF_K, value, __VA_ARGS__)
#define IF_NOT(value, ...)   BPF_UNLESS(BPF_JEQ | BPF_K, value, __VA_ARGS__)
#define IF_HAS(bits, ...)    BPF_IF(BPF_JSET | BPF_K, bits, __VA_ARGS__)
#define IF_FROM(value, ...)  BPF_IF(BPF_JGE | BPF_K, value, __VA_ARGS__)
#define IF_BELOW(value, ...) BPF_UNLESS(BPF_JGE | BPF_K, value, __VA_ARGS__)
#define IF_ABOVE(value, ...) BPF_IF(BPF_JGT | BPF_K, value, __VA_ARGS__)

/* X becomes the word; the word becomes its sum with X, without the carry. */
#define TO_X  BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define ADD_X BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0)

/* X becomes `value` minus the word; a rule that compares with X. */
#define X_FROM(value)                                                                              \
	BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_LD | BPF_IMM, value),                        \
		BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0), BPF_STMT(BPF_MISC | BPF_TAX, 0)
#define IF_ABOVE_X(...) BPF_IF(BPF_JGT | BPF_X, 0, __VA_ARGS__)

#endif /* WEDGE_BACKEND_LINUX_BPF_H */
