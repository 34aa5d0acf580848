#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# needs: process
#
# Whatever ends an i386 Linux in a process (process-end.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
source "$TOP/tests/boot/process-end.sh"
done_testing
