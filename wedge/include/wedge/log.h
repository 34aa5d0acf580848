/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.h - the wedge's messages on the platform's console, and the end of a guest by an error.
 *
 * Invariant: every line begins "afterburn wedge: ", which tells it from the guest's output;
 * wedge_fatal's lines begin "afterburn wedge: fatal: ", and only its first reason is printed.
 */
#ifndef WEDGE_LOG_H
#define WEDGE_LOG_H

/**
 * wedge_log - one line on the console.
 * @format: as printf, without a newline; knows %s %c %d %u %x %p %%, with l, ll
 *          or z, with 0 and a width; of uint64_t, %llx, cast, suits every width of the wedge's code
 */
void wedge_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * wedge_fatal - print the reason and the guest's registers, and end the guest as crashed.
 * @format: as for wedge_log
 */
_Noreturn void wedge_fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct vcpu;

/* From now on wedge_fatal calls `show`, which writes the vCPU's registers to the log. */
void wedge_log_vcpu(const struct vcpu *v, void (*show)(const struct vcpu *v));

#endif /* WEDGE_LOG_H */
