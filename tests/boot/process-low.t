#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# needs: process-x86_64
#
# An x86-64 Linux of the lower half as a process.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
source "$TOP/tests/boot/process-guest.sh"
ok '2,560 MiB of memory' fits 2560
ok '6,144 MiB of memory, half of them above 4 GiB' fits 6144
done_testing
