#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Page tables: what the guest writes there is what its accesses see.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group paging
done_testing
