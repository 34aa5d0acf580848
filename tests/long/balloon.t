#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# needs: process
#
# Memory of a guest that goes back to the host, where user processes are stopped by ptrace and hold the memory file
# themselves. By notifications: tests/boot/small.sh.
# shellcheck disable=SC2154
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
source "$TOP/tests/boot/small-guest.sh"
prepare_user
ok 'the guest for this test is made' make_ramdisk
cp "$O/tests/launch/deny" "$tmp/home/"
as_user+=("$tmp/home/deny" listener)
ok 'memory that the guest frees goes back to the host' memory_goes_back
ok 'it is by ptrace' grep -q 'stopped by ptrace' "$tmp/run.err"
cat "$tmp/figures"
ok 'nothing is left' none_left
done_testing
