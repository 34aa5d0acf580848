#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process
#
# Folders of the host in an i386 Linux, and commands in it (share.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
source "$TOP/tests/boot/share.sh"
share_by_all
done_testing
