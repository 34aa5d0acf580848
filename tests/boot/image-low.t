#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
# needs: process-x86_64
#
# Disks whose images are of another format than raw, in an x86-64 Linux of the lower half: what the program that
# reads them keeps, refuses, and leaves undone when it ends.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
source "$TOP/tests/boot/share.sh"

# make_image FORMAT FILE BYTES: by the same program as serves it
# shellcheck disable=SC2094 # it waits for what the program says
make_image() {
	: >"$2"
	: >said
	{
		local turns=0
		printf '%s\n' '{"execute":"qmp_capabilities"}' \
			'{"execute":"blockdev-create","arguments":{"job-id":"c","options":{"driver":"'"$1"'","file":"f","size":'"$3"'}}}'
		until grep -q concluded said || ((turns++ > 100)); do
			sleep 0.1
		done
		echo '{"execute":"job-dismiss","arguments":{"id":"c"}}{"execute":"quit"}'
	} | qemu-storage-daemon --blockdev "driver=file,node-name=f,filename=$2" --chardev stdio,id=m --monitor m >said 2>&1 &&
		[[ -s $2 ]] && { [[ -z $user ]] || chown "$user" "$2"; } || {
		cat said
		return 1
	}
}

daemon_of_run() {
	pgrep -P "$run_pid" qemu-storage | head -n 1
}

# A file system, written in one run and read in the next.
keeps() { # keeps IMAGE [FORMAT]
	executes 0 'mke2fs /dev/vda >/dev/null && mount /dev/vda /mnt && cp /bin/busybox /mnt && umount /mnt && cat /sys/block/vda/serial' \
		--disk "$1,serial=a-number${2:+,format=$2}" </dev/null && [[ $(cat "$tmp/out") == a-number ]] &&
		executes 0 'mount -r /dev/vda /mnt && cat /mnt/busybox' --disk "$1,ro${2:+,format=$2}" </dev/null && cmp "$tmp/out" root/bin/busybox
}

stays_as_it_is() {
	local content
	content=$(sha256sum <"$1")
	executes 0 'mount /dev/vda /mnt && rm /mnt/busybox && echo new >/mnt/new && sync && umount /mnt && mount /dev/vda /mnt && cat /mnt/new' \
		--disk "$1,cow" </dev/null && [[ $(cat "$tmp/out") == new && $content == "$(sha256sum <"$1")" ]] &&
		executes 1 'echo x >/dev/vda' --disk "$1,ro" </dev/null && [[ $content == "$(sha256sum <"$1")" ]]
}

refused() { # refused TEXT OPTION...
	executes 2 true "${@:2}" </dev/null && grep -qF -- "$1" "$tmp/run.err" || {
		cat "$tmp/run.err"
		return 1
	}
}

start_with_disk() { # start_with_disk COMMAND DISK
	: >"$tmp/console"
	"${as_user[@]}" "$run" --on process --timeout 100 --root root --exec "$1" --disk "$2" vmlinux.packed </dev/null \
		>"$tmp/console" 2>"$tmp/run.err" &
	run_pid=$!
	console_shows BEFORE
}

in_use() {
	start_with_disk 'echo BEFORE; sleep 100' image.qcow2 && refused 'Is another process using the image' --disk image.qcow2
	local code=$?
	kill "$run_pid"
	wait "$run_pid"
	return $code
}

# The one in a process keeps QEMU away, raw or not.
in_use_by_both() {
	local image code=0
	truncate -s 1M plain && { [[ -z $user ]] || chown "$user" plain; } || return
	for image in plain image.qcow2; do
		start_with_disk 'echo BEFORE; sleep 100' $image && refused "the disk '$image' is in use" --disk $image || code=1
		kill "$run_pid"
		wait "$run_pid"
	done
	return $code
}

# The rest of what it was to read is an error; another disk and the guest go on.
daemon_ends() { # daemon_ends SIGNAL TEXT
	start_with_disk 'echo BEFORE; sleep 2; head -c 65536 /dev/vda >/dev/null || echo FAILED; echo GOES-ON' image.qcow2 || return
	kill "-$1" "$(daemon_of_run)" && wait "$run_pid" && grep -qx FAILED "$tmp/console" && grep -qx GOES-ON "$tmp/console" &&
		grep -q "the program that reads the disk 'image.qcow2' $2" "$tmp/run.err" || {
		cat "$tmp/console" "$tmp/run.err"
		return 1
	}
}

# What was synced is there, and the image is whole, when launcher and daemon end by SIGKILL.
killed_in_writes() {
	start_with_disk 'mount /dev/vda /mnt && echo synced >/mnt/kept && sync; echo BEFORE; while true; do head -c 1000000 /dev/urandom >/mnt/other; done' \
		image.qcow2 || return
	local daemon
	daemon=$(daemon_of_run)
	sleep 0.5
	kill -KILL "$run_pid" "$daemon"
	wait "$run_pid"
	executes 0 'mount /dev/vda /mnt && cat /mnt/kept' --disk image.qcow2 </dev/null && [[ $(cat "$tmp/out") == synced ]]
}

ends_with_run() { # ends_with_run SIGNAL
	start_with_disk 'echo BEFORE; sleep 100' image.qcow2 || return
	local daemon turns=0
	daemon=$(daemon_of_run)
	kill "-$1" "$run_pid"
	wait "$run_pid"
	while kill -0 "$daemon" 2>/dev/null && ((turns++ < 50)); do
		sleep 0.1
	done
	! kill -0 "$daemon" 2>/dev/null
}

if ! type -P qemu-storage-daemon >/dev/null; then
	skip 'disks of other formats' 'no qemu-storage-daemon (package qemu-system-common)'
	done_testing
	exit
fi
ok 'images are made' eval 'make_image qcow2 image.qcow2 67108864 && make_image vmdk image.vmdk 67108864 && cp image.qcow2 raw && truncate -s 1M raw &&
	head -c 1048576 /dev/zero >zeroes.qcow2 && { [[ -z $user ]] || chown "$user" raw zeroes.qcow2; }'
ok 'qcow2' keeps image.qcow2
ok 'vmdk' keeps image.vmdk
ok 'qcow2 by its word' keeps raw qcow2
ok 'cow and ro leave it as it is' stays_as_it_is image.qcow2
ok 'no raw image by accident' refused "looks like a qcow2 image" --disk raw
ok 'raw by its word' eval 'executes 0 "head -c 3 /dev/vda" --disk raw,format=raw,ro </dev/null && [[ $(cat "$tmp/out") == QFI ]]'
ok 'a name that promises too much' refused 'Image is not in qcow2 format' --disk zeroes.qcow2
ok 'a format that is none' refused "a format is raw, qcow2" --disk raw,format=ext4
ok 'in use' in_use
ok 'the program is killed' daemon_ends KILL 'has ended'
ok 'the program is stopped' daemon_ends STOP 'does not answer'
ok 'all is killed while files are written' killed_in_writes
ok 'the program ends with the run' ends_with_run TERM
ok 'and when the launcher is killed' ends_with_run KILL
if type -P qemu-system-x86_64 >/dev/null; then
	platform=bare
	ok 'bare metal: the same image' eval \
		'executes 0 "mount -r /dev/vda /mnt && cat /mnt/kept" --disk image.qcow2,cow </dev/null && [[ $(cat "$tmp/out") == synced ]]'
	ok 'bare metal: in use' in_use_by_both
	ok 'bare metal: no raw image by accident' refused 'looks like a qcow2 image' --disk raw
else
	skip 'bare metal' 'no QEMU (package qemu-system-x86)'
fi
ok 'nothing is left of all these' none_left
done_testing
