#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
# needs: process-x86_64
#
# Debian's root disk with the x86-64 kernel (root-disk.sh).
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
architecture=amd64
platforms='process bare'
networks='process bare'
source "$TOP/tests/boot/root-disk.sh"
done_testing
