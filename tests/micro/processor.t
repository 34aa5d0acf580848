#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Registers, MSRs, descriptor tables, cpuid.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group processor
done_testing
