# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# A Linux process: the launcher takes this script's place, so that its process is the run.
#
# Invariant: when the launcher starts, no temporary file has a name any more, so none is left behind
# however the launcher ends.

refuse_what_is_not_there() {
	[[ -z $icount ]] || die 2 "--icount needs an emulator: a process runs at the host's pace"
	[[ -z $cpu ]] || die 2 "--cpu needs an emulator: a process has the host's own processor"
	((cpus == 1)) || die 2 "--cpus: platform 'process' has one processor as yet"
}

# Opens the packed kernel as descriptor 9.
open_kernel() {
	if is_packed "$kernel"; then
		is_elf "$kernel" ||
			die 2 "'$kernel' is packed in a bzImage, which no process can start: give the kernel as it was built"
		exec 9<"$kernel"
		return
	fi
	local afterburn=${AFTERBURN:-$here/../../bin/afterburn}
	[[ -x $afterburn ]] || die 2 "$afterburn is missing: build it with make"
	make_work
	note "packing $kernel with the wedge for Linux"
	local code=0
	"$afterburn" pack --quiet --elf --wedge linux -o "$work/kernel" -- "$kernel" >&2 || code=$?
	# pack's 3: such a kernel can never run in a process. Any other fault is the file's.
	((code == 0)) || die $((code == 3 ? 3 : 2)) "'$kernel' cannot be packed for a Linux process"
	exec 9<"$work/kernel"
	cleanup
}

platform_run() {
	refuse_what_is_not_there
	local launch=${AFTERBURN_LAUNCH:-$here/launch} arguments disk share
	[[ -x $launch ]] || die 2 "$launch is missing: build it with make"
	open_kernel
	arguments=(--memory "$memory" --timeout "$timeout" --append "$append" --name "$kernel"
		${initrd:+--initrd "$initrd"} ${core:+--core "$core"} ${gdb:+--gdb "$gdb"} ${rng:+--rng} ${balloon:+--balloon})
	for disk in "${disks[@]}"; do
		arguments+=(--disk "$disk")
	done
	! has_net || arguments+=(--net "$net")
	for share in "${shares[@]}"; do
		arguments+=(--share "$share")
	done
	[[ -z $command ]] || arguments+=(--result "/proc/self/fd/$command_fd")
	[[ -z $virtio_console ]] || ports=terminal${ports:+,$ports}
	[[ -z $ports ]] || arguments+=(--ports "$ports")
	[[ -z $command || -t 0 || $ports == *input* ]] || arguments+=(--input none)
	note "$launch ${arguments[*]}"
	exec "$launch" "${arguments[@]}" /proc/self/fd/9
}
