/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * set_thread_area.c - keeps the data of the only thread, which musl's start-up hands over.
 */
#include "pthread_arch.h"

uintptr_t __thread_pointer;

int __set_thread_area(void *data);

/*
 * Returns 1, which tells musl that there cannot be a second thread: pthread_create() gives ENOSYS.
 */
int __set_thread_area(void *data)
{
	__thread_pointer = (uintptr_t)data;
	return 1;
}
