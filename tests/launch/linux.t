#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# needs: process
#
# The launcher with a real i386 kernel (linux.sh).
guest=$O/guest/i386 code='0x8[0-9a-f]+' selector=0x60
source "$TOP/tests/launch/linux.sh"
