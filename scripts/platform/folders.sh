# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Folders of the host in the guest: --share DIR[:TAG][,ro], --root DIR[,rw]; and --exec COMMAND, which runs in such
# a root. A folder is served by virtiofsd, which the launcher jails and starts, in a process for itself, for QEMU in
# front of it. The root's first process is root-init's.
#
# Invariant: a temporary file has no name any more when the guest starts; what is refused has started nothing.

# What the kernel says goes to the same console as the command's output.
quiet_words='quiet loglevel=0 afterburn.quiet'

# A file whose name is gone: the command and its status.
command_fd=8

# Processes that bring what comes through ports to standard output and error.
port_readers=()

check_folders() {
	local folder=${root%,rw}
	[[ -z $root || -n $folder ]] || die 2 "--root needs a folder, not '$root'"
	[[ -n $root || -z $command ]] || die 2 "--exec needs a root with a shell: --root DIR"
	[[ -z $root || -z $initrd ]] || die 2 "--root has a RAM disk of its own: give --initrd or --root"
	[[ -z $root$command ]] || [[ -z $folder || -d $folder ]] ||
		die 2 "--root: '$folder' is no folder"
	((${#shares[@]} > 0)) || [[ -n $root ]] || return 0
	case $platform in
	xen | xen-dom0) die 2 "--share and --root: on Xen no program of the host can serve the guest's memory; they work on bare metal and in a process" ;;
	esac
	[[ -z $icount ]] || die 2 "--share and --root: the program that serves a folder has the host's pace: not with --icount"
	[[ -z $root ]] || prepare_root
	[[ -z $command ]] || prepare_command
}

# Whether programs for the kernel have 64 bits, by the file's class, or in a bzImage by xloadflags.
kernel_width() {
	local at=4 size=1
	is_elf "$kernel" || at=0x236
	size=$(od -An -tu1 -j $((at)) -N 1 "$kernel")
	case $at-$((size & 3)) in
	4-2 | 0x236-1 | 0x236-3) echo x86_64 ;;
	*) echo i386 ;;
	esac
}

prepare_root() {
	local way=overlay
	initrd=$here/root/$(kernel_width).cpio
	[[ -r $initrd ]] || die 2 "$initrd is missing: build it with make"
	if [[ $root == *,rw ]]; then
		way=rw
		shares+=("${root%,rw}:afterburn.root")
	else
		shares+=("$root:afterburn.root,ro,fixed")
	fi
	((EUID == 0)) || way+=' afterburn.suid=no'
	# Ours come first, so that the user's win.
	append="afterburn.root=$way${command:+ $quiet_words}${append:+ $append}"
}

# open_nameless FD FILE
open_nameless() {
	eval "exec $1<>\"\$2\"" && rm -f "$2"
}

whole_sectors() { # whole_sectors FILE
	truncate -s $((($(stat -c %s "$1") + 511) / 512 * 512)) "$1"
}

# Sets $input and $ports to what exec.c knows. A stream that is no terminal goes by a port.
take_streams() {
	input=none ports=output
	[[ /proc/self/fd/1 -ef /proc/self/fd/2 ]] || ports+=,error
	if [[ -t 0 && -t 1 ]]; then
		input=tty ports=''
		[[ -t 2 ]] || ports=error
	elif [[ -t 0 || ! -e /proc/self/fd/0 || /proc/self/fd/0 -ef /dev/null ]]; then
		exec </dev/null
	else
		input=port ports+=,input
	fi
}

prepare_command() {
	local file size='' input
	take_streams
	[[ $input != tty ]] || size=$(stty size 2>/dev/null || true)
	file=$(mktemp "${TMPDIR:-/tmp}/afterburn-exec.XXXXXX")
	{
		head -c 512 /dev/zero
		printf '%s\0' "$input" "$ports" "$size" "$command" HOME=/root "TERM=${TERM:-dumb}" \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ''
	} >"$file"
	(($(stat -c %s "$file") <= 65536)) || {
		rm -f "$file"
		die 2 "--exec: the command is too long, at most 64 KiB"
	}
	whole_sectors "$file"
	open_nameless $command_fd "$file"
	disks+=("/proc/self/fd/$command_fd,serial=afterburn-exec")
}

# Ends the script with the command's status, if there is one.
finish_command() {
	local text
	[[ -n $command && $outcome =~ ^(powered-off|reset)$ ]] || return 0
	text=$(head -c 512 "/proc/self/fd/$command_fd" | tr -d '\0')
	case $text in
	'status '*) exit "${text#status }" ;;
	'error '*) die 1 "the guest could not run the command: ${text#error }" ;;
	esac
	[[ $(last_word) == panic ]] || die 1 "the guest ended before the command did"
}

# Whether the command has standard input, which is then QEMU's too, and the console has none.
has_input_port() {
	[[ ,$ports, == *,input,* ]]
}

# Adds the ports to QEMU's options. Of those at the console's end the last one gets what is typed. What comes through one goes to the stream of its name.
qemu_ports() {
	local word stream=1
	[[ -z $ports$virtio_console ]] || options+=(-device virtio-serial-pci)
	[[ -z $virtio_console ]] || options+=(-device virtconsole,chardev=console)
	! has_input_port || options+=(-device virtserialport,chardev=input,name=afterburn.input)
	for word in output error; do
		if [[ ,$ports, == *,$word,* ]]; then
			mkfifo "$work/$word"
			cat "$work/$word" >&$stream &
			port_readers+=($!)
			options+=(-chardev "file,id=$word,path=$work/$word"
				-device "virtserialport,chardev=$word,name=afterburn.$word")
		fi
		stream=2
	done
}

# When QEMU has ended: what it has written is out. A reader that QEMU did not come to is waiting for a writer.
end_ports() {
	local fifo
	for fifo in "$work/output" "$work/error"; do
		[[ ! -p $fifo ]] || : <>"$fifo"
	done
	((${#port_readers[@]} == 0)) || wait "${port_readers[@]}" || true
}

# Has each folder served on a socket in $work, and adds it to QEMU's options.
qemu_folders() {
	local launch=${AFTERBURN_LAUNCH:-$here/launch} share number=0 tag tags=''
	((${#shares[@]} > 0)) || return 0
	[[ -x $launch ]] || die 2 "$launch is missing: build it with make"
	options+=(-object "memory-backend-memfd,id=memory,size=${memory}M,share=on" -machine memory-backend=memory)
	for share in "${shares[@]}"; do
		serve_folder "$share" "$work/share$number" "$number"
		options+=(-chardev "socket,id=share$number,path=$work/share$number"
			-device "vhost-user-fs-pci,chardev=share$number,tag=$tag")
		number=$((number + 1))
	done
}

# Sets $tag once the program of a share waits on the socket; ends the script if it does not.
serve_folder() { # serve_folder SHARE SOCKET NUMBER
	local folder=$1 words='' ready said=''
	tag=share$3
	while [[ $folder =~ ^(.*)(,(ro|fixed))$ ]]; do
		folder=${BASH_REMATCH[1]} words=${BASH_REMATCH[2]}$words
	done
	[[ $folder != *:* ]] || { tag=${folder##*:} && folder=${folder%:*}; }
	# When QEMU ends, virtiofsd is surprised, and says so.
	exec {ready}< <(exec "$launch" --serve "$2" --share "$folder:$tag$words" 2>"$2.err")
	read -r said <&"$ready" || true
	[[ $said == ready ]] || {
		cat "$2.err" >&2
		wait $! || exit
		die 3 "the program that shares '$folder' has not started"
	}
	[[ " $tags " != *" $tag "* ]] || die 2 "--share: two folders have the tag '$tag'"
	tags+=" $tag"
}
