/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.c - see frames.h.
 *
 * Invariant: see frames.h.
 */
#include "frames.h"

uint8_t frame[FRAME_MAX], got[FRAME_MAX + 4096];
const struct virtio_net_header plain;

void make_tcp(uint8_t *to, uint32_t length, int version)
{
	uint32_t ip = version == 4 ? 20 : 40;

	memset(to, 0, 14 + ip + 20);
	for (uint32_t i = 14 + ip + 20; i < length; i++)
		to[i] = (uint8_t)(i * 7 + i / 256);
	to[12] = version == 4 ? 0x08 : 0x86;
	to[13] = version == 4 ? 0x00 : 0xdd;
	to[14] = version == 4 ? 0x45 : 0x60;
	to[version == 4 ? 14 + 9 : 14 + 6] = 6;
	to[14 + ip + 12] = 5 << 4;
	to[14 + ip + 16] = 0x12;
	to[14 + ip + 17] = 0x34;
}

uint16_t sum_of(const uint8_t *bytes, uint32_t count)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

uint32_t take_frame(uint8_t *to, uint16_t *flags, struct netif_extra_info *extra, bool answer)
{
	struct netif_tx_request r[18];
	uint32_t length, rest = 0;
	unsigned int n = 0;

	if (!back_take(&r[0]))
		return 0;
	*flags = r[0].flags;
	length = r[0].size;
	memset(extra, 0, sizeof(*extra));
	if (r[0].flags & NETTXF_extra_info)
		*extra = back_take_extra();
	while (r[n++].flags & NETTXF_more_data) {
		assert_true(n < 18 && back_take(&r[n]));
		rest += r[n].size;
	}
	r[0].size = (uint16_t)(length - rest);
	for (unsigned int i = 0; i < n; i++) {
		assert_true(r[i].offset + r[i].size <= 4096);
		memcpy(to, back_page(r[i].gref) + r[i].offset, r[i].size);
		to += r[i].size;
	}
	for (unsigned int i = 0; answer && i < n; i++) {
		back_answer(r[i].id, NETIF_RSP_OKAY);
		if (!i && extra->type)
			back_answer(0xffff, NETIF_RSP_NULL);
	}
	return length;
}
