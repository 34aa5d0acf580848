#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process
#
# Folders of the host in an i386 Linux, and commands in it (share.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
source "$TOP/tests/boot/share.sh"
share_everywhere
share_in_process
cat figures
if type -P qemu-system-x86_64 >/dev/null; then
	share_on_bare some_of_it
else
	skip 'bare metal' 'no QEMU (package qemu-system-x86)'
fi
done_testing
