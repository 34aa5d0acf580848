#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
# needs: process
#
# Small devices of an i386 Linux (small.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
source "$TOP/tests/boot/small.sh"
done_testing
