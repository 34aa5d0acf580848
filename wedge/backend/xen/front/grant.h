/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * grant.h - pages of the wedge's that another domain may map (public/grant_table.h, version 1).
 *
 * Front ends grant pages of the wedge's own only, and copy: a back end never reaches memory that is
 * the guest's.
 *
 * Invariant: a reference is used again only once Xen says that nobody maps its page.
 */
#ifndef WEDGE_BACKEND_XEN_FRONT_GRANT_H
#define WEDGE_BACKEND_XEN_FRONT_GRANT_H

#include "../xen.h"
#include <xen/grant_table.h>

/* References below are the tool stack's, so 0 is none. */
enum { GRANT_NONE = 0 };

/*
 * Lets a domain map a page of the wedge's memory (from backend_allocate(), whole). The table grows
 * as needed; GRANT_NONE if Xen gives no more of it.
 */
grant_ref_t grant_page(domid_t domain, const void *page, bool read_only);

/*
 * Takes it back, if the domain does not map it now; false if it does: then the reference stays as
 * it is, and the page must not be used for anything else. GRANT_NONE is taken back always.
 */
bool grant_end(grant_ref_t reference);

#endif /* WEDGE_BACKEND_XEN_FRONT_GRANT_H */
