/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * streams.h - the standard streams of the command: the console, or pipes, whose other ends are
 * ports of a virtio console device. A port can be opened once; a pipe also by those who open
 * /dev/stdin, /dev/stdout or /dev/stderr.
 *
 * Invariant: what the command has written to a pipe until it ends is in the port then.
 */
#ifndef ROOT_INIT_STREAMS_H
#define ROOT_INIT_STREAMS_H

/*
 * The writing end of a new pipe to the port of this name, for the command alone; negative if the
 * kernel has no driver for it.
 */
int stream_to(const char *port);

/* The reading end of a new pipe from the port of this name; ends the machine if there is none. */
int stream_from(const char *port);

/* Moves what comes until process `child` has ended; its status as of waitpid(2). */
int streams_move(long child);

#endif
