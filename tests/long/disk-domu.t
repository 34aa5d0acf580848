#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# What disks of a domU under a wedge have beside tests/boot/disk-domu.t: blocks, programs that run from a disk, figures,
# and disks that xl attaches and detaches while the guest runs.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
source "$TOP/tests/boot/process.sh"
source "$TOP/tests/boot/disk-guest.sh"

# dom0 with a script that it runs beside the guest, and the disk for that.
make_dom0_files() {
	local dom0=$tmp/dom0
	mkdir -p "$dom0/domu" && truncate -s 16M "$dom0/domu/new" && mkfs.ext4 -q "$dom0/domu/new" &&
		cp "$TOP/tests/boot/disk/meanwhile" "$dom0/domu/" &&
		sed 's,^xl unpause guest.*,sh /domu/meanwhile \&\n&,' "$TOP/scripts/dom0/init" >"$dom0/init" &&
		chmod 755 "$dom0/init" && grep -q meanwhile "$dom0/init"
}

come_and_go() {
	noise raw 8388608
	AFTERBURN_DOM0_FILES=$tmp/dom0 does xen coming --disk raw &&
		(($(grep -cx "SUM vdb $(sum "$tmp/dom0/domu/new")" "$tmp/console") == 2)) &&
		says 'DOM0-ATTACHED 1' && says 'DOM0-DETACHED 1' && says 'DOM0-ATTACHED 2' # the guest may be faster than the last word
}

# The lock on an image is that of the machine that Xen runs in.
two_domus_of_one_disk() {
	noise raw 8388608
	start_guest_on xen --timeout 300 --append 'panic_on_warn=1 disk.do=show' --disk raw vmlinux.packed
	console_shows '(XEN) Xen version' && boot_disk xen show --disk raw && exit_code 2 &&
		grep -qF "the disk 'raw' is in use, as a lock on it says" "$tmp/run.err"
	local code=$?
	kill "$run_pid"
	wait "$run_pid"
	((code == 0)) || cat "$tmp/run.err"
	return $code
}

prepare_user
ok 'the guest for this test is made' make_ramdisk
ok 'blocks' plain_blocks xen
ok 'programs that run from a disk' programs_from_a_disk xen
ok 'dom0 for the next test is made' make_dom0_files
ok 'disks come and go' come_and_go
ok 'two domUs of one disk: the second is refused' two_domus_of_one_disk
noise raw 67108864
ok 'figures' does xen figures --disk raw
sed -n 's/^FIGURE /# /p' "$tmp/console"
done_testing
