#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 400
# needs: process
#
# i386 Linux in processes, many times (process-many.sh). AFTERBURN_BOOTS is how many boots in a row there
# are, 10 if not given.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
guests=20 processes=(60 150) boots=${AFTERBURN_BOOTS:-10}
source "$TOP/tests/boot/process-many.sh"
done_testing
