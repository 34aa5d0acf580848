#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# User code reaches nothing that is not its own.
source "$TOP/tests/lib.sh"
source "$TOP/tests/micro/run.sh"

micro_group isolation
done_testing
