/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sites.c - sites that only i386 has: see ../sites.c.
 *
 * Invariant: registers and flags are set and read by code that is not annotated (raw.h).
 */
#include "sites.h"

static struct far_pointer {
	word offset;
	uint16_t selector;
} far = {0x1234, USER_DS}, far_fs = {0x1234, KERNEL_FS};

SITE_ON_STACK(iret, 0, SEEN_FLAGS | FLAG_IF, IN(BX, 2))
SITE_ON_STACK(lret, 0, 0, NOTHING)
SITE(ljmp, 0, 0, NOTHING)
SITE_ON_STACK(lcall, 0, 0, NOTHING)
SITE_ON_STACK(push_cs, BIT(BX), 0, NOTHING)
SITE_ON_STACK(push_pop_ds, 0, 0, NOTHING)
SITE_ON_STACK(push_pop_es, 0, 0, NOTHING)
SITE_ON_STACK(push_pop_fs, 0, 0, NOTHING)
SITE_ON_STACK(push_pop_gs, 0, 0, NOTHING)
SITE_ON_STACK(push_pop_ss, 0, 0, NOTHING)
/* The gates of these take the value from the stack. */
SITE_ON_STACK(mov_to_ds, 0, 0, IN(AX, USER_DS))
SITE_ON_STACK(mov_to_es, 0, 0, IN(AX, USER_DS))
SITE_ON_STACK(mov_to_fs, 0, 0, IN(AX, KERNEL_FS))
SITE(mov_to_gs, 0, 0, IN(AX, USER_DS))
SITE(mov_from_es, BIT(BX), 0, NOTHING)
SITE(mov_from_fs, BIT(BX), 0, NOTHING)
SITE(mov_from_gs, BIT(BX), 0, NOTHING)
SITE(lds, BIT(DI), 0, IN(SI, (word)&far))
SITE(les, BIT(DI), 0, IN(SI, (word)&far))
SITE(lfs, BIT(DI), 0, IN(SI, (word)&far_fs))
SITE(lgs, BIT(DI), 0, IN(SI, (word)&far))
SITE(lss, 0, 0, IN(SI, (word)site_buffer))
SITE(lldt, 0, 0, IN(AX, 0))
