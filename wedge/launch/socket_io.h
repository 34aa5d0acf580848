/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * socket_io.h - whole messages through a stream socket, in bounded time.
 *
 * Invariant: a call ends by its time, whatever the other side does.
 */
#ifndef LAUNCH_SOCKET_IO_H
#define LAUNCH_SOCKET_IO_H

#include <stddef.h>
#include <stdint.h>

/*
 * Read and write `size` bytes, all of them before `until` (now_ns()). Return 0 or an error number:
 * what the socket said, ETIMEDOUT, EPIPE if the other side has ended.
 */
int socket_receive(int socket, void *to, size_t size, uint64_t until);
int socket_send(int socket, const void *from, size_t size, uint64_t until);

#endif
