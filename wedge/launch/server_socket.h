/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server_socket.h - a connection to a program that is yet to be started: the launcher connects
 * first, so that it is the program's first client, whoever finds the socket.
 *
 * Invariant: the socket's name is gone before the program runs.
 */
#ifndef LAUNCH_SERVER_SOCKET_H
#define LAUNCH_SERVER_SOCKET_H

/*
 * Makes a listening socket, which is returned, and one that is connected to it. `what` is the
 * option that needs it. Ends the launcher, code 3, if the host gives none.
 */
int server_socket_open(const char *what, int *connected);

#endif
