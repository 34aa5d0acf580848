#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Registers, MSRs, descriptor tables, cpuid.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

# Another domain takes the processor away now and then.
micro_places+=' x86_64/xen'
micro_group processor
done_testing
