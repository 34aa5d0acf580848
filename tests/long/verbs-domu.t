#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 2400
#
# What xl has for a domain that runs, with a Linux of the lower half under a wedge: sysrq, pause, mem-set, save, which is
# refused, console with 64 KiB that are pasted into it, reboot and shutdown. What xl does to disks: disk-domu.t; to networks:
# net-xen-comes.t; Debian's own answer to shutdown: shutdown-domu.t. mem-set once more with the other versions of Xen that
# Debian has, and their own xl.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/x86_64-low
source "$TOP/tests/boot/verbs.sh"
verbs='sysrq pause console paste_raw paste_lines memory save reboot shutdown'

# shellcheck disable=SC2086 # it is a list
tries $verbs
for AFTERBURN_XEN in $(xen_versions); do
	export AFTERBURN_XEN
	[[ $AFTERBURN_XEN == 4.17 ]] || tries memory
done
done_testing
