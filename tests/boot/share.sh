# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Folders of the host in a guest, and commands in a guest whose root is one: --share, --root, --exec, on bare metal
# and in a process. Sourced, after tests/lib.sh, by a test for each guest, which sets `guest_of_process`.
#
# Invariant: what the guest has read or written is compared on the host, by its own tools.
source "$TOP/tests/boot/process.sh"
width=m64
[[ ${guest##*/} != i386 ]] || width=m32
platform=process before=() options=()

# A root with busybox and a program that maps files, and a folder to share.
make_folders() {
	local root=$HOME/root name
	rm -rf "$root" share secret # of the guest before
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,run,mnt,etc} share/sub
	(cd "$root" && gzip -dc "$guest/initrd.gz" | cpio --quiet -id 'bin/busybox' './bin/busybox') || return
	for name in $("$root/bin/busybox" --list 2>/dev/null || busybox --list); do
		[[ $name == busybox ]] || ln -sf busybox "$root/bin/$name"
	done
	gcc -$width -D_GNU_SOURCE -std=c11 -Wall -Wextra -Werror -O2 -static -o "$root/bin/map" "$TOP/tests/boot/share/map.c" &&
		head -c 16777216 /dev/urandom >share/random &&
		head -c 3000000 /dev/urandom >share/mapped &&
		echo secret >secret && ln -s "$HOME/secret" share/absolute && ln -s ../secret share/relative &&
		for name in {1..3000}; do : >"share/sub/file$name"; done &&
		{ [[ -z $user ]] || chown -R "$user" "$root" share secret; }
}

# executes CODE COMMAND [OPTION...]: the run's exit code; output in $tmp/out
executes() {
	local want=$1 command=$2 code=0 as=()
	shift 2
	[[ $platform == bare ]] || as=("${as_user[@]}")
	"${as[@]}" "${before[@]}" "$run" --on "$platform" --timeout 100 --root "${folder:-root}" --exec "$command" "${options[@]}" "$@" \
		vmlinux.packed >"$tmp/out" 2>"$tmp/run.err" || code=$?
	[[ $code == "$want" ]] || {
		echo "exit code $code, wanted $want"
		tail -n 20 "$tmp/out" "$tmp/run.err"
		return 1
	}
}

printed() { # printed TEXT: that and nothing else
	printf '%s' "$1" | cmp - "$tmp/out" && [[ ! -s $tmp/run.err ]] || {
		head -c 2000 "$tmp/out" "$tmp/run.err"
		return 1
	}
}

statuses() {
	executes 0 true </dev/null && printed '' &&
		executes 1 false </dev/null && printed '' &&
		executes 77 'exit 77' </dev/null && printed '' &&
		executes 143 'kill -TERM $$' </dev/null &&
		executes 124 'exit 124' </dev/null && printed '' &&
		executes 127 'exec nothing-like-that' </dev/null
}

output_is_clean() {
	executes 0 'echo one; printf three' </dev/null && printed $'one\nthree' &&
		executes 0 'cat /bin/busybox' </dev/null && cmp "$tmp/out" root/bin/busybox
}

# A reader that is slow loses nothing either, and what a command has left behind keeps nobody.
output_is_whole() {
	local as=() size
	[[ $platform == bare ]] || as=("${as_user[@]}")
	size=$("${as[@]}" "$run" --on "$platform" --timeout 100 --root root \
		--exec 'sleep 1000 & head -c 1000000 /dev/zero; head -c 150000 /dev/zero >&2' vmlinux.packed \
		</dev/null 2>"$tmp/run.err" | { sleep 1 && wc -c; }) || return
	echo "$size and $(wc -c <"$tmp/run.err") bytes"
	[[ $size == 1000000 && $(wc -c <"$tmp/run.err") == 150000 ]]
}

# Each to its own; who opens /dev/stderr, a pipe, gets it.
errors_are_apart() {
	executes 3 'echo out; echo error >&2; echo more >/dev/stdout; echo worse >/dev/stderr; [ -t 1 ] || [ -t 2 ] || exit 3' </dev/null &&
		[[ $(cat "$tmp/out") == $'out\nmore' && $(cat "$tmp/run.err") == $'error\nworse' ]]
}

# One place of the host's for both: then in the order in which they were written.
both_in_one() {
	local as=() said
	[[ $platform == bare ]] || as=("${as_user[@]}")
	said=$("${as[@]}" "$run" --on "$platform" --timeout 100 --root root \
		--exec 'for i in 1 2 3; do echo o$i; echo e$i >&2; done' vmlinux.packed </dev/null 2>&1) &&
		[[ $said == $'o1\ne1\no2\ne2\no3\ne3' ]] || {
		echo "$said"
		return 1
	}
}

input_passes() {
	executes 0 'cat' <root/bin/busybox && cmp "$tmp/out" root/bin/busybox &&
		echo 'from a pipe' | executes 0 'cat' && printed $'from a pipe\n' &&
		executes 0 'cat' </dev/null && printed '' &&
		executes 0 'cat' <&- && printed ''
}

# in_share CODE COMMAND [OPTION...]: with the folder at /mnt
in_share() {
	local code=$1 command=$2
	shift 2
	executes "$code" "mount -t virtiofs files /mnt && cd /mnt && { $command; }" --share "share:files$way" "$@" </dev/null
}
way=''

both_ways() {
	in_share 0 'sha256sum <random; cp random new; mkdir -p a/b; echo text >a/b/c; mv a/b/c a/d; rmdir a/b; ln a/d hard' &&
		[[ $(cut -d' ' -f1 "$tmp/out") == $(sha256sum <share/random | cut -d' ' -f1) ]] &&
		cmp share/random share/new && [[ $(cat share/a/d) == text && share/a/d -ef share/hard && ! -e share/a/b ]]
	local code=$?
	rm -rf share/new share/a share/hard
	return $code
}

rights() {
	in_share 0 'echo x >r && chmod 640 r && touch -d "2001-02-03 04:05:06" r && stat -c "%a %Y" r && truncate -s 5000 r' &&
		printed $'640 981173106\n' && [[ $(stat -c '%a %s' share/r) == '640 5000' ]]
	local code=$?
	rm -f share/r
	return $code
}

large_folder() {
	in_share 0 'ls sub | wc -l; ls -l sub/file2999 >/dev/null; rm sub/file1*; ls sub | wc -l' &&
		printed $'3000\n1889\n' && [[ $(find share/sub -type f | wc -l) == 1889 ]]
	local code=$? name
	for name in {1..3000}; do
		: >"share/sub/file$name"
	done
	[[ -z $user ]] || chown -R "$user" share/sub
	return $code
}

mapped() {
	cp share/mapped expected && printf 'written by a mapping' | dd of=expected bs=1 seek=1234567 conv=notrunc status=none
	in_share 0 'map mapped 1234567 "written by a mapping"; sha256sum <mapped' &&
		cmp share/mapped expected &&
		[[ $(cut -d' ' -f1 "$tmp/out") == $(sha256sum <expected | cut -d' ' -f1) ]]
}

read_only() {
	local was code=0
	was=$(find share -printf '%p %T@ %s\n' | sort | sha256sum) way=,ro
	in_share 0 'cmp random /mnt/random; echo x >new && exit 9; rm random && exit 9; mount -o remount,rw /mnt; echo x >>random && exit 9
		chmod 600 random && exit 9; mkdir d && exit 9; true' && [[ $was == "$(find share -printf '%p %T@ %s\n' | sort | sha256sum)" ]] || code=1
	way=''
	return $code
}

# Links are the guest's to follow, in its own files; and the folder's parent is the guest's.
nothing_outside() {
	in_share 0 'cat absolute && exit 9; cat relative && exit 9; ls -a .. | grep -q secret && exit 9; mkdir -p /mnt/x && cd /mnt/x &&
		ls -d ../../../../secret && exit 9; mknod null c 1 3 && exit 9; true' && [[ ! -e share/x/null ]]
	local code=$?
	rm -rf share/x
	return $code
}

several() {
	mkdir -p 'other, folder: x' && echo other >'other, folder: x/name' && mkdir -p third && echo third >third/name && { [[ -z $user ]] || chown -R "$user" third; } || return
	executes 0 'mkdir /tmp/a /tmp/b /tmp/c; mount -t virtiofs share1 /tmp/b; mount -t virtiofs files /tmp/a; mount -t virtiofs x /tmp/c
		cat /tmp/b/name /tmp/c/name; ls /tmp/a/random; mount -t virtiofs nothing /mnt && exit 9; true' \
		--share share:files --share third --share 'other, folder: x:x,ro' </dev/null &&
		[[ $(head -n 3 "$tmp/out") == $'third\nother\n/tmp/a/random' ]]
}

# The driver lets the device go and takes it again, so the rings begin anew.
device_restarts() {
	in_share 0 'cd /; for i in 1 2 3; do umount /mnt; for d in /sys/bus/virtio/drivers/virtiofs/virtio*; do
		d=${d##*/}; case $(cat /sys/bus/virtio/devices/$d/device) in 0x001a) ;; *) exit 8 ;; esac; [ "$(cat /sys/bus/virtio/devices/$d/../device)" = 0x105a ] || exit 7
		break; done; echo $d >/sys/bus/virtio/drivers/virtiofs/unbind; echo $d >/sys/bus/virtio/drivers/virtiofs/bind
		mount -t virtiofs files /mnt || exit 6; sha256sum </mnt/random; done' &&
		[[ $(sort -u "$tmp/out" | wc -l) == 1 && $(wc -l <"$tmp/out") == 3 ]] && grep -q "$(sha256sum <share/random | cut -d' ' -f1)" "$tmp/out"
}

root_is_kept() {
	executes 0 'echo x >/etc/new; rm /bin/map; mkdir /opt; sync; ls /etc /bin/map' </dev/null || [[ -e root/bin/map ]] &&
		[[ ! -e root/etc/new && ! -e root/opt && -e root/bin/map ]]
}

root_is_written() {
	folder=root,rw executes 0 'echo x >/etc/new; sync' </dev/null && [[ $(cat root/etc/new) == x ]] && rm root/etc/new
}

places_are_there() {
	executes 0 'set -e; for f in /proc/self/status /sys/kernel /dev/null /dev/tty /dev/pts/ptmx /dev/fd/0 /dev/shm; do [ -e $f ]; done
		for d in /tmp /run /dev/shm /etc; do echo x >$d/x; done; cat /proc/1/comm; [ "$(id -u) $HOME $PWD" = "0 /root /" ]' </dev/null && printed $'init\n'
}

# ---- what only a process has ----

# Programs of the host's own, and its compiler.
host_is_root() {
	mkdir -p small && printf '#include <stdio.h>\nint main(void) { return puts("small") < 0; }\n' >small/small.c &&
		printf 'test: small\n\t./small | grep -qx small\nsmall: small.c\n\t$(CC) -O2 -o $@ $<\n' >small/Makefile || return
	folder=/ executes 0 'uname -sr; mount -t virtiofs small /mnt && cp -r /mnt /var/small && make -s -C /var/small test && echo made' \
		--share small:small,ro </dev/null &&
		[[ $(cat "$tmp/out") == "Linux 6.1."*made && ! -e small/small && ! -e /var/small ]]
}

# For programs of another width the kernel has no loader: as shells say it.
host_is_no_root() {
	folder=/ executes 126 true </dev/null
}

# The command reads what has come when it has come; the writer has not ended yet.
input_streams() {
	local as=()
	[[ $platform == bare ]] || as=("${as_user[@]}")
	mkfifo in && { exec {hold}<>in; } && echo first >in || return
	: >"$tmp/console"
	"${as[@]}" "$run" --on "$platform" --timeout 60 --root root --exec 'read -r a; echo "got $a"; read -r b; echo "then $b"' \
		vmlinux.packed <in >"$tmp/console" 2>"$tmp/run.err" &
	run_pid=$!
	console_shows 'got first' && ! grep -q then "$tmp/console" && echo second >in && wait "$run_pid" && grep -qx 'then second' "$tmp/console"
	local code=$?
	exec {hold}>&-
	rm in
	return $code
}

# More than anybody reads, and for a command that reads nothing.
input_without_end() {
	yes | executes 0 'head -n 2' && printed $'y\ny\n' && yes | executes 5 'exit 5' && printed ''
}

# A terminal has all three streams, but for what leads elsewhere.
terminal_has_streams() {
	"${as_user[@]}" "$pty" expect:/dev/ttyS0 exit:0 cooked -- sh -c "'$run' --on process --timeout 60 --root root --exec 'tty; echo error >&2' vmlinux.packed 2>'$HOME/err'" \
		</dev/null >"$tmp/out" && [[ $(cat err) == error ]] || {
		cat "$tmp/out" err
		return 1
	}
}

server_dies() {
	start_guest_with 'mount -t virtiofs files /mnt; cat /mnt/sub/file1 && echo BEFORE; sleep 3 </dev/null; ls /mnt; cat /mnt/random
		umount /mnt; mount -t virtiofs files /mnt; ls /mnt/sub || echo GOES-ON' || return
	console_shows BEFORE && kill -KILL "$(pgrep -P "$run_pid" virtiofsd | head -n 1)" || return
	wait "$run_pid" && grep -q 'GOES-ON' "$tmp/console" &&
		[[ $(grep -c 'Transport endpoint is not connected' "$tmp/run.err") -ge 2 ]] &&
		grep -q "the program that shares 'share' has ended" "$tmp/run.err" || {
		cat "$tmp/console" "$tmp/run.err"
		return 1
	}
}

# Requests that the server has taken and does not answer, because it is stopped.
server_is_stuck() {
	local servers
	start_guest_with 'mount -t virtiofs files /mnt; echo BEFORE; sleep 2; cat /mnt/mapped >/dev/null; echo AFTER' || return
	console_shows BEFORE || return
	servers=$(pgrep -P "$run_pid" virtiofsd | head -n 1)
	kill -STOP "-$servers" && sleep 3 && ! grep -q AFTER "$tmp/console" && kill -KILL "-$servers" && wait "$run_pid" &&
		grep -q AFTER "$tmp/console" && grep -q 'not connected' "$tmp/run.err"
}

start_guest_with() { # start_guest_with COMMAND
	: >"$tmp/console"
	env --default-signal "${as_user[@]}" "$run" --on process --timeout 100 --root root --share share:files --exec "$1" vmlinux.packed \
		</dev/null >"$tmp/console" 2>"$tmp/run.err" &
	run_pid=$!
}

killed() { # killed SIGNAL CODE
	start_guest_with 'mount -t virtiofs files /mnt; echo BEFORE; while true; do cat /mnt/random >/dev/null; done'
	console_shows BEFORE || return
	local members code=0
	mapfile -t members < <(family "$run_pid")
	((${#members[@]} >= 5)) && kill "-$1" "$run_pid" || return
	wait "$run_pid" || code=$?
	[[ $code == "$2" ]] && none_left "${members[@]}"
}

no_names_left() {
	! compgen -G "$TMPDIR/*" && ! compgen -G '/tmp/afterburn-share.*'
}

# What a start and a request cost here.
figures() {
	local began=${EPOCHREALTIME/./}
	executes 0 true </dev/null || return
	echo "# $platform: --exec true takes $(((${EPOCHREALTIME/./} - began) / 1000)) ms" >>figures
	in_share 0 'time -f "%e s for 16 MiB" cat random >/dev/null; time -f "%e s for 3000 names and their rights" ls -l sub >/dev/null' || return
	sed "s/^/# $platform: /" "$tmp/run.err" >>figures
}

share_everywhere() {
	ok "$platform: statuses of commands" statuses
	ok "$platform: a command's output, and nothing else" output_is_clean
	ok "$platform: standard error apart from standard output" errors_are_apart
	ok "$platform: both in one file, in their order" both_in_one
	ok "$platform: all of it, whoever reads slowly" output_is_whole
	ok "$platform: standard input from a file, a pipe, from nowhere" input_passes
	ok "$platform: standard input while the command runs" input_streams
	ok "$platform: standard input without an end" input_without_end
	ok "$platform: /proc, /sys, /dev, /tmp, /run" places_are_there
	ok "$platform: files both ways" both_ways
	ok "$platform: rights, times, sizes" rights
	ok "$platform: a folder of 3000 files" large_folder
	ok "$platform: a mapped file" mapped
	ok "$platform: read-only, whatever the guest does" read_only
	ok "$platform: nothing outside the folder" nothing_outside
	ok "$platform: several folders, tags" several
	ok "$platform: the device starts anew" device_restarts
	ok "$platform: a root is not changed" root_is_kept
	ok "$platform: with rw it is" root_is_written
	ok "$platform: figures" figures
}

share_in_process() {
	if [[ $width == m64 ]]; then
		ok 'the host as root: its uname, its make, its compiler' host_is_root
	else
		ok 'the host as root of a kernel of another width' host_is_no_root
	fi
	ok 'on a terminal' terminal_has_streams
	ok 'the server dies: requests fail, the guest goes on' server_dies
	ok 'the server is stopped, then killed: requests under way fail' server_is_stuck
	ok 'SIGKILL leaves nothing' killed KILL 137
	ok 'SIGTERM leaves nothing' killed TERM 143
	cp "$O/tests/launch/deny" "$HOME/"
	before=("$HOME/deny" listener)
	ok 'by ptrace: files both ways' eval 'both_ways; [[ $? == 0 ]]'
	before=()
	ok 'nothing is left of all these' none_left
	ok 'no file either' no_names_left
}

share_on_bare() { # share_on_bare all|some_of_it
	platform=bare
	if [[ $1 == all ]]; then
		share_everywhere
	else
		ok 'bare: files both ways' both_ways
		ok 'bare: read-only, whatever the guest does' read_only
		ok 'bare: a status' executes 77 'exit 77'
		ok 'bare: standard input while the command runs' input_streams
		ok 'bare: standard error apart from standard output' errors_are_apart
	fi
}

# What each guest is tried with.
share_by_all() {
	share_everywhere
	share_in_process
	cat figures
	if type -P qemu-system-x86_64 >/dev/null; then
		share_on_bare some_of_it
	else
		skip 'bare metal' 'no QEMU (package qemu-system-x86)'
	fi
}

prepare_user
ok 'folders for this test are made' make_folders
