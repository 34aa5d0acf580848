#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Interrupt controller, timer, clock chip, waiting.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group time
done_testing
