#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
# needs: process
#
# Debian's root disk with the i386 kernel (root-disk.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/i386
architecture=i386
platforms=process
networks=process
source "$TOP/tests/boot/root-disk.sh"
done_testing
