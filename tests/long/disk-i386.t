#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
# needs: process
#
# Disks of an i386 Linux (disk.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
source "$TOP/tests/boot/disk.sh"
done_testing
