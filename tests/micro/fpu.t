#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# x87, SSE and AVX state of user code.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group fpu
done_testing
