/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.c - a program that the kernel may compile: its filter of packets.
 */
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>
#include "check.h"

/* A packet with length bytes of that content arrives, or does not. */
static bool arrives(const int pair[2], char content, size_t length)
{
	char packet[64], got[64];

	for (size_t i = 0; i < length; i++)
		packet[i] = content;
	if (send(pair[0], packet, length, 0) != (ssize_t)length)
		return false;
	return recv(pair[1], got, sizeof(got), MSG_DONTWAIT) == (ssize_t)length;
}

/*
 * A filter takes packets of at least 16 bytes that begin with 'a', and no others. A kernel with a
 * just-in-time compiler runs machine code of its own making here, each time in other memory.
 */
bool check_packet_filter(void)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 16, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 'a', 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
	int pair[2];

	for (int turn = 0; turn < 100; turn++) {
		EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
		EXPECT(arrives(pair, 'b', 20));
		EXPECT(setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_FILTER, &program,
				  sizeof(program)) == 0);
		EXPECT(arrives(pair, 'a', 20));
		EXPECT(!arrives(pair, 'b', 20));
		EXPECT(!arrives(pair, 'a', 15));
		EXPECT(arrives(pair, 'a', 16));
		close(pair[0]);
		close(pair[1]);
	}
	return true;
}
