#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# What stands behind the ports of a PC.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group devices
done_testing
