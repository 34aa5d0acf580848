#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# The i386 kernel with the RAM disk whose programs have no thread-local storage, which is for platforms
# where a user program has no segment of its own. The same script passes without the checks of segments.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/i386
ramdisk=initrd-no-tls.gz

boot bare "$guest/vmlinux.packed"
report_boot "bare metal"
if why=$(host_lacks process); then
	skip "process" "$why"
else
	boot process "$guest/vmlinux.packed"
	report_boot "process"
fi
done_testing
