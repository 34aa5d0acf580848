#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 2400
# needs: process-x86_64
#
# Fifty kills of a guest while it writes, on bare metal and in a process each: nothing that it was told to be on the disk is
# lost (disk.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
kills=50 bare_kills=50
source "$TOP/tests/boot/disk.sh"
done_testing
