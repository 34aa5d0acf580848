#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1200
#
# What xl has for a domain that runs, with a Linux of the lower half under a wedge: sysrq, pause, mem-set, save, which is
# refused, console with 64 KiB that are pasted into it, reboot and shutdown. What xl does to disks: disk-domu.t; to networks:
# net-xen-comes.t; Debian's own answer to shutdown: shutdown-domu.t.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/tools.sh"
guest=$O/guest/x86_64-low
verbs='sysrq pause console paste_raw paste_lines memory save reboot shutdown'

make_dom0_files() {
	local dom0=$tmp/dom0
	mkdir -p "$dom0/domu" && cp "$TOP/tests/boot/verbs/verbs" "$dom0/domu/" &&
		copy_tools "$dom0/tools" "$O/tests/launch/pty" &&
		head -c 49152 /dev/urandom | base64 -w 63 | head -n 1024 >"$dom0/domu/text" &&
		dom0_init "sh /domu/verbs $verbs; end powered-off" >"$dom0/init" && chmod 755 "$dom0/init"
}

ok 'dom0 for this test is made' make_dom0_files
export AFTERBURN_DOM0_FILES=$tmp/dom0
boot xen "$guest/vmlinux.packed" --memory 256 --timeout 1100 --append 'afterburn.shell panic_on_warn=1'
ok 'dom0 tried all' exit_code 0
did() { # did VERB
	grep -qx "VERB $1" "$tmp/console" || {
		sed -n "/^FAILED $1/,/^[A-Z]/p" "$tmp/console"
		return 1
	}
}
for verb in start $verbs; do
	ok "$verb" did "$verb"
done
done_testing
