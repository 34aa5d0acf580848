/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h - frames that tests send and receive through a network device of Xen's.
 *
 * Invariant: frames and their checksums are made by the RFCs, never by the code under test.
 */
#ifndef TESTS_WEDGE_XEN_FRONT_FRAMES_H
#define TESTS_WEDGE_XEN_FRONT_FRAMES_H

#include "net_driver.h"
#include "netback.h"

enum { FRAME_MAX = 65536 };

/* One that is sent, one that came; the header of one that asks for nothing. */
extern uint8_t frame[FRAME_MAX], got[FRAME_MAX + 4096];
extern const struct virtio_net_header plain;

/* What a driver takes that takes all. */
#define ALL_FEATURES (~VIRTIO_FEATURE_EVENT_INDEX)

/* A TCP packet over IPv4 or IPv6 of so many bytes, with the pseudo-header's sum in its checksum. */
void make_tcp(uint8_t *to, uint32_t length, int version);

/* RFC 1071: with its checksum the sum of all is ones. */
uint16_t sum_of(const uint8_t *bytes, uint32_t count);

/*
 * What the back end finds of the next frame; its length, 0 if there is none. The responses are sent
 * if `answer`.
 */
uint32_t take_frame(uint8_t *to, uint16_t *flags, struct netif_extra_info *extra, bool answer);

#endif /* TESTS_WEDGE_XEN_FRONT_FRAMES_H */
