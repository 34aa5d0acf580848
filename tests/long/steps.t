#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 7200
#
# The guest's steps that take long: a module loaded a thousand times, and a tracer in each function of the
# kernel.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

for platform in bare xen-dom0 xen; do
	for step in modules-often tracing-all; do
		boot "$platform" "$guest/vmlinux.packed" --timeout 1100 --append "afterburn.steps=$step" \
			--append afterburn.limit=1000 --append panic_on_warn=1
		ok "$platform: $step ends well" exit_code 0
		ok "$platform: $step" step_passed "$step"
	done
done
done_testing
