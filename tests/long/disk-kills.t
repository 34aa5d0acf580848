#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1200
# needs: process-x86_64
#
# Fifty kills of a guest in a process while it writes: nothing that it was told to be on the disk is lost (disk.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
kills=50
source "$TOP/tests/boot/disk.sh"
done_testing
