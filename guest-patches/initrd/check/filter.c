/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * filter.c - programs that the kernel may compile: filters of packets.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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

#define INSN(opcode, dst, src, offset, value)                                                      \
	{                                                                                          \
		.code = (opcode), .dst_reg = (dst), .src_reg = (src), .off = (offset),             \
		.imm = (value)                                                                     \
	}

/* Takes packets that begin with 'a': the first byte comes by a function of the kernel's. */
static const struct bpf_insn takes_a[] = {
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_X, 3, 10, 0, 0),
	INSN(BPF_ALU64 | BPF_ADD | BPF_K, 3, 0, 0, -8),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 4, 0, 0, 1),
	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_skb_load_bytes),
	INSN(BPF_JMP | BPF_JNE | BPF_K, 0, 0, 2, 0),
	INSN(BPF_LDX | BPF_MEM | BPF_B, 0, 10, -8, 0),
	INSN(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2, 'a'),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0xffff),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

/* The descriptor of the loaded program; negative if the kernel refuses it. */
static int load_program(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insn_cnt = sizeof(takes_a) / sizeof(takes_a[0]);
	attr.insns = (uintptr_t)takes_a;
	attr.license = (uintptr_t) "Dual BSD/GPL";
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* How many bytes of machine code the kernel has made of it; 0 if it interprets the program. */
static uint32_t compiled_bytes(int program)
{
	struct bpf_prog_info info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)program;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	return syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) ? 0
									     : info.jited_prog_len;
}

bool check_compiled_program(void)
{
	/* Before 5.11 programs count as locked memory, which is given back some time later. */
	const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
	int pair[2], program;

	EXPECT(setrlimit(RLIMIT_MEMLOCK, &unlimited) == 0);
	for (int turn = 0; turn < 100; turn++) {
		program = load_program();
		EXPECT(program >= 0);
		EXPECT(compiled_bytes(program) > sizeof(takes_a) / sizeof(takes_a[0]));
		EXPECT(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0);
		EXPECT(setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) ==
		       0);
		EXPECT(arrives(pair, 'a', 20));
		EXPECT(!arrives(pair, 'b', 20));
		EXPECT(arrives(pair, 'a', 1));
		close(pair[0]);
		close(pair[1]);
		close(program);
	}
	return true;
}
