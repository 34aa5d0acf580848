# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2016 # what eval gets must expand there
#
# The launcher with a real guest: nothing is left of it, whatever ends it; and that also where its
# processes are stopped by ptrace, since the host gives no notifications. Sourced by a test for each
# kernel, which sets:
#
#   guest     the folder with its kernel and RAM disk
#   code      a pattern of addresses of its code, as gdb prints them in a backtrace
#   selector  its code segment
#
# Invariant: what is not the same for all kernels is in these variables.
source "$TOP/tests/lib.sh"
pty=$O/tests/launch/pty
deny=$O/tests/launch/deny
afterburn=$O/bin/afterburn
cd "$tmp" || exit 1
if [[ ! -f $guest/vmlinux ]]; then
	skip 'the launcher with a real guest' 'there is none: make guest'
	done_testing
	exit
fi

# A copy of its own: all processes of its guests, and no others, have it as their program.
cp "$O/libexec/afterburner/launch" launch
"$afterburn" pack -q --wedge linux -o k "$guest/vmlinux" || exit 1
host=() # what the launcher is started by
shell=("$tmp/launch" --initrd "$guest/initrd.gz" --append afterburn.shell "$tmp/k")

processes() {
	find /proc -maxdepth 2 -name exe -lname "$tmp/launch" 2>/dev/null
}
none_left() {
	local turns=0
	while [[ -n $(processes) ]] && ((turns++ < 100)); do
		sleep 0.02
	done
	[[ -z $(processes) ]] || {
		processes
		return 1
	}
}

# on_terminal ACTION...: from the shell's prompt on
on_terminal() {
	"$pty" raw 'expect:/ # ' "$@" -- "${host[@]}" "${shell[@]}" && none_left
}
# What prints is what is in the foreground.
busy="send:sleep 100 & sh -c \"echo m''ark; sleep 100\"%0d"

ok 'the shell powers off' on_terminal 'send:poweroff -f%0d' exit:0 cooked
ok 'Ctrl-C goes to the guest' on_terminal "$busy" expect:mark send:%03 "send:echo ba''ck%0d" expect:back \
	'send:poweroff -f%0d' exit:0 cooked
ok 'a program that prints a panic ends nothing' on_terminal "send:echo; echo Kernel pan''ic - not syncing: a lie%0d" \
	'expect:Kernel panic - not syncing: a lie' "send:sleep 2; echo ba''ck%0d" expect:back \
	'send:poweroff -f%0d' exit:0 cooked
ok 'Ctrl-A X' on_terminal "$busy" expect:mark send:%01x exit:1 cooked
ok 'SIGTERM' on_terminal "$busy" expect:mark kill:15 signal:15 cooked
ok 'SIGKILL' on_terminal "$busy" expect:mark kill:9 signal:9 cooked
ok 'the terminal goes away' on_terminal "$busy" expect:mark hangup ended
ok 'stopped and continued' on_terminal kill:20 stopped cooked continue raw "send:echo ag''ain%0d" \
	expect:again 'send:poweroff -f%0d' exit:0 cooked

# The child and what it forked are killed one at a time, as by a host without memory.
child_dies() {
	local launcher pid
	"${host[@]}" "${shell[@]}" <silent >out 2>err &
	launcher=$!
	until grep -q 'Enter .help. for' out; do sleep 0.05; done
	pid=$(pgrep -P $launcher -n)
	kill -9 "$pid"
	! wait $launcher && grep -q 'killed by signal 9' err && none_left
}
mkfifo silent && exec 8<>silent
ok 'the child killed' child_dies

ok 'a panic is exit code 1' eval '"$tmp/launch" --append panic=0 "$tmp/k" </dev/null >out 2>err; [[ $? == 1 ]] &&
	grep -q "Kernel panic - not syncing" out && none_left'
# Without symbols the launcher cannot see the panic, so it asks the kernel for a reset.
ok 'a panic without symbols' eval 'objcopy -N panic_cpu "$guest/vmlinux" bare && "$afterburn" pack -q --wedge linux -o kn bare &&
	{ "$tmp/launch" "$tmp/kn" </dev/null >out 2>err; [[ $? == 1 ]]; } &&
	grep -q "Kernel panic - not syncing" out && grep -q "panicked or crashed" err && none_left'
# A kernel that faults before its console is there: ud2 at the start of console_init.
early_panic() {
	local code=0 at address offset start size
	address=$((0x$(nm "$guest/vmlinux" | awk '$3 == "console_init" { print $1 }')))
	while read -r _ offset start _ size _; do
		((address < start || address >= start + size)) || at=$((offset + address - start))
	done < <(readelf -lW "$guest/vmlinux" | grep ' LOAD ')
	[[ -n ${at:-} ]] && cp "$guest/vmlinux" early &&
		printf '\x0f\x0b' | dd of=early bs=1 seek="$at" conv=notrunc status=none &&
		"$afterburn" pack -q --wedge linux -o ke early || return
	"$tmp/launch" --timeout 20 "$tmp/ke" </dev/null >out 2>err || code=$?
	[[ $code == 1 ]] && ! grep -qv '^afterburn wedge' out && grep -q 'it has printed nothing' err && none_left
}
ok 'a panic before there is a console' early_panic
ok 'too little memory for its RAM disk' eval '"$tmp/launch" --memory 10 --initrd "$guest/initrd.gz" "$tmp/k" </dev/null 2>err
	[[ $? == 2 ]] && grep -q "too little memory" err'

# debug COMMAND...: a guest from its first instruction to its power-off, in gdb
debug() {
	local command arguments=()
	for command; do
		arguments+=(-ex "$command")
	done
	"${host[@]}" "$tmp/launch" --timeout 60 --gdb "unix:$tmp/socket" --initrd "$guest/initrd.gz" \
		--append afterburn.steps=none k </dev/null >out 2>err &
	local launcher=$!
	until grep -qs 'waiting for gdb' err; do sleep 0.02; done
	timeout 60 gdb -nx -q -batch "$guest/vmlinux" -ex "target remote $tmp/socket" "${arguments[@]}" \
		</dev/null >said 2>&1
	wait $launcher
}
heard() { # heard PATTERN
	grep -Eq -- "$1" said || {
		cat said
		return 1
	}
}
if command -v gdb >/dev/null; then
	ok 'gdb: to the end' debug 'break start_kernel' 'continue' 'stepi 20' 'p/x $cr0' 'delete' \
		'break kernel_init' 'continue' 'info registers' 'delete' 'tbreak do_sys_openat2' 'continue' \
		'backtrace' 'finish' 'x/s (char *)&linux_banner' 'delete' 'continue'
	ok 'a breakpoint before the kernel has page tables' heard '^Breakpoint 1, 0x[0-9a-f]+ in start_kernel'
	ok 'and behind it' heard '^Breakpoint 2, 0x[0-9a-f]+ in kernel_init'
	ok 'in a system call' heard '^#1 .*sys_openat'
	ok 'to the end of a function' heard '^0x[0-9a-f]+ in .*sys_openat'
	ok 'memory' heard 'linux_banner>:.*"Linux version'
	ok 'the end of the guest' heard 'exited normally'
	ok 'its counters and clocks were not disturbed' grep -q '^GUEST-END ' out

	ok 'a panic: a core' eval '"$tmp/launch" --core core --append panic=0 k </dev/null >out 2>err; [[ $? == 1 && -s core ]]'
	ok 'gdb reads it' eval 'gdb -nx -q -batch "$guest/vmlinux" core -ex "x/s (char *)&linux_banner" \
		-ex "info registers" >said 2>&1 && heard "linux_banner>:.*\"Linux version" &&
		heard "^#0 +$code in [a-z]" && heard "^cs +$selector "'
else
	skip 'gdb and cores' 'gdb is not there: install the package gdb'
fi

many() { # many COUNT: at once, to their power-off
	local i bad=0 pids=()
	for ((i = 0; i < $1; i++)); do
		"${host[@]}" "$tmp/launch" --memory 64 --initrd "$guest/initrd.gz" --append 'afterburn.steps=none' "$tmp/k" \
			</dev/null >"out.$i" 2>&1 &
		pids+=($!)
	done
	for ((i = 0; i < $1; i++)); do
		wait "${pids[i]}" && grep -q '^GUEST-END ' "out.$i" || bad=$((bad + 1))
	done
	((bad == 0)) || echo "$bad of $1"
	((bad == 0)) && none_left
}
ok '20 guests at once' many 20

host=("$deny" listener)
ok 'ptrace: the shell powers off' on_terminal 'send:poweroff -f%0d' exit:0 cooked
ok 'ptrace: SIGTERM' on_terminal "$busy" expect:mark kill:15 signal:15 cooked
ok 'ptrace: SIGKILL' on_terminal "$busy" expect:mark kill:9 signal:9 cooked
ok 'ptrace: the terminal goes away' on_terminal "$busy" expect:mark hangup ended
# A shell of its own: an interactive one misses one Ctrl-C in thirty in such a loop, on bare metal too.
ok 'ptrace: stopped and continued' on_terminal "send:sh -c \"echo m''ark; while :; do :; done\"%0d" expect:mark \
	kill:20 stopped cooked continue raw send:%03 "send:echo ag''ain%0d" expect:again 'send:poweroff -f%0d' exit:0 cooked
ok 'ptrace: the child killed' child_dies
if command -v gdb >/dev/null; then
	ok 'ptrace: gdb: to the end' debug 'break kernel_init' 'continue' 'delete' 'tbreak do_sys_openat2' \
		'continue' 'finish' 'delete' 'continue'
	ok 'ptrace: in a system call' heard '^Temporary breakpoint 2, .*do_sys_openat2'
	ok 'ptrace: the end of the guest' heard 'exited normally'
else
	skip 'ptrace: gdb' 'gdb is not there: install the package gdb'
fi
ok 'ptrace: 5 guests at once' many 5
done_testing
