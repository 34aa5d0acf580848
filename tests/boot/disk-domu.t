#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 300
#
# Disks of an x86-64 Linux of the lower half under a wedge, as a domU: the same as on bare metal and in a process
# (disk-guest.sh), from Debian's back ends in dom0. More of it is in tests/long.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
source "$TOP/tests/boot/process.sh"
source "$TOP/tests/boot/disk-guest.sh"

prepare_user
ok 'the guest for this test is made' make_ramdisk
ok 'a file system' file_system xen
ok 'several disks, one read-only, one that keeps its image' three_kinds xen
done_testing
