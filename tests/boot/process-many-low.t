#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 400
# needs: process-x86_64
#
# x86-64 Linux of the lower half in processes, many times (process-many.sh); fewer times than i386, where
# that is tried, too. AFTERBURN_BOOTS is how many boots in a row there are.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
guests=8 processes=(150) boots=${AFTERBURN_BOOTS:-2}
if host_lacks process >/dev/null; then
	guests=20 processes=(60 150) boots=${AFTERBURN_BOOTS:-10}
fi
source "$TOP/tests/boot/process-many.sh"
done_testing
