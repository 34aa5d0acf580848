#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Folders of the host in guests on bare metal (tests/boot/share.sh), all that share-low.t and share-i386.t try in a process.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
for width in x86_64-low i386; do
	guest_of_process=$O/guest/$width
	source "$TOP/tests/boot/share.sh"
	share_on_bare all
	cat figures
done
done_testing
