#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# needs: process-x86_64
#
# The launcher with a real x86-64 kernel, in the lower half (linux.sh).
guest=$O/guest/x86_64-low code='0x0000000041[0-9a-f]+' selector=0x10
source "$TOP/tests/launch/linux.sh"
