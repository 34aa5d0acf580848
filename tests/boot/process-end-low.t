#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# needs: process-x86_64
#
# Whatever ends an x86-64 Linux of the lower half in a process (process-end.sh): in each way once, if an
# i386 one is ended by all keys and signals (process-end.t).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
once=''
host_lacks process >/dev/null || once=yes
source "$TOP/tests/boot/process-end.sh"
done_testing
