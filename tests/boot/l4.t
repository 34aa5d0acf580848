#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1200
#
# The i386 kernel on L4: on the test kernel of tests/l4, and on a real one if AFTERBURN_L4 names its
# folder. The script's steps are the same but for L4's limits (limits.l4). The script's own limit for a
# step, 120 s, is that of a machine with nothing else to do: `pipes` takes a thousand million
# instructions there, of which QEMU executes eight million a second on a busy one.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/i386
ramdisk=initrd-no-tls.gz
boot_platform=l4

report_l4() { # report_l4 TITLE FOLDER
	local what=$1 step limit pass=0
	boot l4 "$guest/vmlinux.packed" --l4-kernel "$2" --memory 128 --timeout 560 \
		--append "afterburn.limit=500 afterburn.without=$(sed -n 's/^\([a-z-]*\): .*/\1/p' "$TOP/tests/boot/limits.l4" | paste -sd,)"
	ok "$what: exit code 0" exit_code 0
	for step in $(expected_steps); do
		limit=$(limit_of "$step")
		if [[ -n $limit ]]; then
			skip "$what: $step" "known limit: $limit"
		else
			pass=$((pass + 1))
			ok "$what: $step" step_passed "$step"
		fi
	done
	ok "$what: these steps and nothing else" grep -qx "GUEST-END pass=$pass fail=0" "$tmp/console"
}

report_l4 "test kernel" "$O/tests/l4"
if [[ -n ${AFTERBURN_L4:-} ]]; then
	report_l4 "AFTERBURN_L4" "$AFTERBURN_L4"
else
	skip "AFTERBURN_L4" "it names no folder with a real L4 kernel"
fi
done_testing
