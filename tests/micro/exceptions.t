#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Exceptions of kernel and user code, their frames and stacks, debug registers, iretq.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group exceptions
done_testing
