#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# needs: process
#
# An i386 Linux as a process.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
source "$TOP/tests/boot/process-guest.sh"
boot_process --memory 2560 --append afterburn.steps=fork vmlinux.packed
ok 'more memory than it maps does no harm' grep -qx 'GUEST-END pass=1 fail=0' "$tmp/console"
done_testing
