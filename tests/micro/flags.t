#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The interrupt flag, waiting interrupts, and what a rewritten instruction leaves alone.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group flags
done_testing
