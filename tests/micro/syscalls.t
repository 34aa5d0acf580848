#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# syscall, sysret, segment bases and selectors.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group syscalls
done_testing
