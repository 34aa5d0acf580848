#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# needs: process-x86_64
#
# Small devices of an x86-64 Linux of the lower half (small.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
source "$TOP/tests/boot/small.sh"
done_testing
