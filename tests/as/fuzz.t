#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The fuzzer for a bounded number of rounds: no crash, no sanitizer report, nothing lost.
# FUZZ_ROUNDS and FUZZ_SEED change them.
# timeout: 600
source "$TOP/tests/as/lib.sh"
ok "golden files, mutated" "$O/tests/as/fuzz" "${FUZZ_ROUNDS:-60000}" "${FUZZ_SEED:-20260101}" \
	"$TOP"/tests/as/golden/*.s
done_testing
