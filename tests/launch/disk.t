#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# Disks of a guest in a process, without a guest: images that must be refused, locks, and the launcher as the
# server of a device, beside drivers that keep the rules and such that do not. A Linux's disks are in
# tests/boot/disk.sh, reads and writes of an image in image_test.c.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
fake_kernel k || exit 1
printf 'some sector' >disk
truncate -s 1M disk
before=$(sha256sum <disk)

# holds WORDS: another launcher uses the disk until `release`
holds() {
	[[ -p silent ]] || mkfifo silent
	exec 8<>silent
	"$launch" --disk "disk$1" k <&8 >held 2>&1 8<&- &
	holder=$!
	local turns=0
	until grep -qs ready held; do
		sleep 0.02
		((turns++ < 500)) || return
	done
}

release() {
	kill "$holder"
	wait "$holder" 2>/dev/null
	return 0
}

# QEMU has the disk open, with its own locks, until `release`
qemu_holds() { # qemu_holds OPTIONS
	qemu-system-x86_64 -accel tcg -S -nodefaults -display none -qmp "unix:$tmp/qmp,server=on,wait=off" \
		-drive "if=virtio,format=raw,file=disk$1" </dev/null >/dev/null 2>&1 &
	holder=$!
	local turns=0
	until [[ -S $tmp/qmp ]]; do
		sleep 0.05
		((turns++ < 200)) || return
	done
	sleep 0.5
}

# QEMU finds our locks: whether it would start with the disk.
qemu_starts() {
	qemu-system-x86_64 -accel tcg -S -nodefaults -display none -monitor stdio \
		-drive "if=virtio,format=raw,file=disk$1" <<<quit >qemu.out 2>&1
}

# Files that are no disks.
ok 'no such file' refuses 2 "the disk 'gone' cannot be opened: No such file" --disk gone k
ok 'an option that there is not' refuses 2 "'disk,rw' cannot be opened: No such file or directory (options behind a comma" \
	--disk disk,rw k
ok 'a folder' refuses 2 'neither a regular file nor a block device' --disk . k
mkfifo fifo
ok 'a pipe with a name' refuses 2 'neither a regular file nor a block device' --disk fifo k
ok 'a character device' refuses 2 'neither a regular file nor a block device' --disk /dev/null k
: >empty
ok 'nothing in it' refuses 2 "the disk 'empty' has 0 bytes" --disk empty k
head -c 1000 /dev/zero >odd
ok 'no whole sectors' refuses 2 "the disk 'odd' has 1000 bytes: a disk has whole sectors of 512" --disk odd,ro k
ok 'the least' eval 'head -c 512 /dev/zero >one && runs 0 --disk one --append keys=q k && prints disks=1'
ok 'no file at all' refuses 2 "--disk needs a file, not ',ro'" --disk ,ro k
ok 'both ro and cow' refuses 2 'ro or cow, not both' --disk disk,ro,cow k
ok 'no serial number' refuses 2 'has 1 to 20 characters' --disk disk,serial= k
ok 'a long serial number' refuses 2 'has 1 to 20 characters' --disk disk,serial=123456789012345678901 k
ok 'nine disks' eval 'for i in {1..9}; do cp disk disk$i; arguments+=(--disk disk$i); done
	refuses 2 "at most 8 disks" "${arguments[@]}" k'
ok 'eight of them' eval 'runs 0 "${arguments[@]:0:16}" --append keys=dq k && prints disks=8 &&
	prints "descriptors: as given"'
ok 'one disk twice' refuses 2 "the disk 'disk' is in use" --disk disk --disk disk k
ok 'twice to read' runs 0 --disk disk,ro --disk disk,cow --append keys=q k
if [[ $(id -u) == 0 ]]; then
	as_nobody() {
		chmod 755 "$tmp" && chmod a+r k && launch="setpriv --reuid 65534 --clear-groups $launch" refuses_as "$@"
	}
else
	as_nobody() {
		refuses_as "$@"
	}
fi
refuses_as() { # refuses_as TEXT ARGUMENT...
	local code=0
	# shellcheck disable=SC2086 # words on purpose
	$launch "${@:2}" k >out 2>err || code=$?
	[[ $code == 2 && ! -s out ]] && grep -qF -- "$1" err || {
		echo "exit code $code"
		cat out err
		return 1
	}
}
cp disk secret && chmod 0 secret
cp disk kept && chmod 444 kept
ok 'no right to read' as_nobody "the disk 'secret' may not be read (Permission denied)" --disk secret,ro
ok 'no right to write, and what to do' as_nobody "may not be written (Permission denied): add ,ro or ,cow" --disk kept

# Who else uses it.
ok 'another launcher uses it' holds ''
ok 'it cannot be written' refuses 2 "the disk 'disk' is in use, as a lock on it says: end the program that uses it" --disk disk k
ok 'nor read' refuses 2 'is in use, as a lock on it says: end the program that writes it' --disk disk,ro k
ok 'nor with copy-on-write' refuses 2 'is in use' --disk disk,cow k
ok 'it ends' release
ok 'and the disk is free' runs 0 --disk disk --append keys=q k
ok 'another launcher reads it' holds ,ro
ok 'it cannot be written' refuses 2 'is in use' --disk disk k
ok 'but read' runs 0 --disk disk,ro --append keys=q k
ok 'it ends' release
ok 'another launcher, by SIGKILL' eval 'holds "" && kill -9 $holder && ! wait $holder'
ok 'its lock has gone with it' runs 0 --disk disk --append keys=q k
if type qemu-system-x86_64 >/dev/null 2>&1; then
	ok 'QEMU uses it' qemu_holds ''
	ok 'we do not' refuses 2 'is in use' --disk disk k
	ok 'not even to read' refuses 2 'is in use' --disk disk,ro k
	ok 'it ends' release
	ok 'we use it' holds ''
	ok 'QEMU does not' eval '! qemu_starts "" && grep -q "lock" qemu.out'
	ok 'it ends' release
	ok 'we read it' holds ,ro
	ok 'QEMU does, too' qemu_starts ,readonly=on
	ok 'but does not write' eval '! qemu_starts ""'
	ok 'it ends' release
else
	skip "QEMU's locks" 'no QEMU (package qemu-system-x86)'
fi

# A block device: one of a file, if this host lets us make it.
if loop=$(losetup -f --show disk 2>/dev/null); then
	ok 'a block device' eval 'runs 0 --disk "$loop" --append keys=Dq k && prints "sector: some sector"'
	losetup -d "$loop"
else
	skip 'a block device' 'this host gives no loop device (losetup)'
fi

# The server.
served() {
	runs 0 --disk "disk$1" --append "keys=$2q" k
}
ok 'a driver reads a sector' served '' D
ok 'it gets it' prints 'sector: some sector'
ok 'it is told so in the ring' prints used=1
ok 'with success' prints status=0
ok 'with an interrupt' prints interrupt=1
ok 'by a signal' prints signal=1
ok 'the server stops when it is told to' prints serving=0
ok 'again and again' eval 'served ,cow DDD && (($(grep -c "^used=1" out) == 3))'
ok 'a driver that breaks the rules' served '' E
ok 'the device says so, until its reset' eval '[[ $(grep needs_reset out | xargs) == "needs_reset=1 needs_reset=0" ]]'
ok 'works again then' eval 'served "" ED && prints "sector: some sector"'
ok 'starts and resets in a row' served '' TD
ok 'it works then' eval 'prints toggled && prints "sector: some sector"'
ok 'rings in the hole of a large memory' eval 'runs 0 --memory 2000 --disk disk --append keys=Eq k && prints needs_reset=1'
ok 'the child ends in the middle' eval 'runs 1 --disk disk --append keys=Tc k'
ok 'time is over' runs 124 --timeout 1 --disk disk k
ok 'gdb and disks' runs 124 --timeout 1 --gdb "unix:$tmp/socket" --disk disk --append keys=DM k
ok 'a core and disks' eval 'runs 1 --core core --disk disk --append keys=Dc k && [[ -s core ]]'
is 'the disk is as it was' "$(sha256sum <disk)" "$before"
ok 'no thread: the host lacks something' eval 'code=0; "$O/tests/launch/deny" thread "$launch" --disk disk --append keys=q k >out 2>err ||
	code=$?; [[ $code == 3 ]] && says "the host gives no thread"'
ok 'nothing is left of it' eval '! pgrep -f "$tmp/silent|disk disk k"'
done_testing
