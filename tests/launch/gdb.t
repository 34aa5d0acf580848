#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# The launcher's server for gdb, with a real gdb and by hand, for kernels of both widths; the guest
# is tests/launch/wedge.c, whose processor runs from breakpoint to breakpoint.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
port=$((20000 + $$ % 20000))

# guest WHERE [KEYS]: starts one that waits for a debugger
guest() {
	rm -f out err
	"$launch" --timeout 30 --gdb "$1" --append "keys=${2:-Mq}" k </dev/null >out 2>err &
	guest=$!
	local turns=0
	until grep -qs 'waiting for gdb' err; do
		sleep 0.02
		((turns++ < 200)) || return 1
	done
}

# ends CODE: the guest
ends() {
	local code=0
	wait "$guest" || code=$?
	[[ $code == "$1" ]] || {
		echo "exit code $code"
		cat out err
		return 1
	}
}

# debug COMMAND...: in gdb; what it says is in $tmp/said
debug() {
	local command arguments=()
	for command; do
		arguments+=(-ex "$command")
	done
	timeout 30 gdb -nx -q -batch k.plain -ex "target remote $where" "${arguments[@]}" </dev/null >said 2>&1
}

heard() { # heard PATTERN
	grep -Eq -- "$1" said || {
		cat said
		return 1
	}
}

heard_first() { # heard_first PATTERN: of the first session
	grep -Eq -- "$1" first || {
		cat first
		return 1
	}
}

# with_gdb: code, and where one page of it is seen, too, are $code and $page
with_gdb() {
	where=$tmp/socket
	guest "unix:$where"
	ok "$width bit: gdb connects" debug 'info registers' 'p/x $cr3' 'p/x $cr2' 'x/i $pc' "x/2xw $page" \
		"x/xb $page+0x1000" "p ${word}ax = 7" 'stepi' 'stepi' 'p/x $pc' 'break second' 'continue' \
		'x/2xb $pc' "p ${word}cx = 0x12345678" "set *(char*)($code+1)=0x55" "x/2xb $code" \
		'delete' 'detach'
	cp said first
	ok "$width bit: selectors" heard '^fs +0xd8'
	ok "$width bit: segment bases" heard '^fs_base +0x123000'
	ok "$width bit: control registers" eval 'heard "= 0x2000$" && heard "= 0xdeadbeef$"'
	ok "$width bit: symbols and code" heard "$code <start>:.*cli"
	ok "$width bit: memory through the page tables" heard "^$page:.*0x801f0ffa"
	ok "$width bit: memory that is not there" heard \
		"Cannot access memory at address 0x$(printf %x $((page + 0x1000)))"
	ok "$width bit: steps" heard "= 0x$(printf %x $((code + 2)))\$"
	ok "$width bit: a breakpoint is hit" heard '^Breakpoint 1, 0x[0-9a-f]+ in second'
	ok "$width bit: it does not show" heard '<second>:.*0x0f.*0x32'
	ok "$width bit: memory is written" heard '<start>:.*0xfa.*0x55'
	ok "$width bit: on its own, the guest goes on" ends 0
	ok "$width bit: it ran with the registers that were written" grep -qx 'rax=7' out
	ok "$width bit: its breakpoints were in memory" eval '! grep -q "without int3" out'
	ok "$width bit: the socket is gone" eval '[[ ! -e $where ]]'

	where=:$port
	guest $port
	ok "$width bit: by TCP" debug "p/x ${word}sp" 'kill'
	ok "$width bit: the same" heard "= 0x$(printf %x $((code + 0x2000)))\$"
	ok "$width bit: killed by the debugger" eval 'ends 1 && grep -q "ended by the debugger" err'
}

both_widths() {
	fake_kernel k || return
	if ((width == 32)); then
		code=0xc1000000 page=0xf8005000 word='$e'
		with_gdb
		ok '32 bit: registers' heard_first '^eax +0x11223344'
	else
		code=0x41000000 page=0x408000005000 word='$r'
		with_gdb
		ok '64 bit: registers' heard_first '^rax +0x1122334455667788'
		ok '64 bit: the last of them' heard_first '^r15 +0xf00df00df00df00d'
		ok '64 bit: a wide base' heard_first '^gs_base +0x408000123000'
	fi
}
if command -v gdb >/dev/null; then
	for_widths both_widths
else
	skip 'the server with gdb' 'gdb is not there: install the package gdb'
fi

# By hand: packets as they are.
packet() { # packet TEXT: in its frame
	local i sum=0
	for ((i = 0; i < ${#1}; i++)); do
		sum=$((sum + $(printf '%d' "'${1:i:1}")))
	done
	printf '$%s#%02x' "$1" $((sum & 255))
}

# ask TEXT: sends it, and puts the answer's text into $answer
ask() {
	packet "$1" >&9
	answered
}
answered() {
	local start
	IFS= read -r -t 10 -d '$' start <&9 && IFS= read -r -t 10 -d '#' answer <&9 &&
		IFS= read -r -t 10 -N 2 start <&9 && printf '+' >&9
}
is_answer() {
	same "$answer" "$1"
}
hello() {
	exec 9<>"/dev/tcp/127.0.0.1/$port"
}
# asks TEXT ANSWER
asks() {
	ask "$1" && is_answer "$2"
}

# What differs between the widths: numbers of the registers IP and CR0, and behind the last one; IP and
# AX in bytes; where the code is, and behind the page elsewhere.
by_hand_32=(8 20 26 000000c1 44332211 c1000000 f8006000)
by_hand_64=(10 28 2e 0000004100000000 8877665544332211 41000000 408000006000)

by_hand() {
	local -n of_width=by_hand_$width
	local ip=${of_width[0]} cr0=${of_width[1]} none=${of_width[2]} at=${of_width[3]} ax=${of_width[4]}
	local code=0x${of_width[5]} end=${of_width[6]} bit="$width bit" moved
	local start=${of_width[5]} more
	more=$(printf %x $((code + 0x20)))
	moved=10${at:2}
	fake_kernel k || return

	guest $port
	ok "$bit: a connection" hello
	ok "$bit: why it stands" eval 'ask "?" && is_answer T02thread:1\;'
	ok "$bit: the end" eval 'exec 9>&- && ends 0'

	guest $port
	hello
	ok "$bit: why it stands" asks '?' 'T02thread:1;'
	ok "$bit: one register" asks "p$ip" "$at"
	ok "$bit: set" eval 'asks "P$ip=$moved" OK && asks "p$ip" "$moved"'
	ok "$bit: half a register" asks "P0=${ax:0:-2}" E01
	ok "$bit: a register that cannot be set" asks "P$cr0=${ax//?/0}" E01
	ok "$bit: a register that is not there" asks "p$none" E01
	ok "$bit: memory" asks "m$start,2" fa0f
	ok "$bit: memory up to where it ends" eval 'ask "m$(printf %x $((0x$end - 2))),10" && ((${#answer} == 4))'
	ok "$bit: memory that is not there" asks "m$end,1" E01
	ok "$bit: more than a packet takes" eval 'ask "m$start,ffffffff" && ((${#answer} == 4096))'
	ok "$bit: written" eval 'asks "M$start,2:9090" OK && asks "m$start,2" 9090'
	ok "$bit: written wrongly" asks "M$start,3:9090" E01
	ok "$bit: a breakpoint" asks "Z0,$more,1" OK
	ok "$bit: the same again" asks "Z0,$more,1" OK
	ok "$bit: its byte does not show" eval 'ask "m$more,1" && [[ $answer != cc ]]'
	ok "$bit: a breakpoint where nothing is" asks Z0,10,1 E01
	ok "$bit: watchpoints are unknown" asks "Z2,$more,1" ''
	ok "$bit: the unknown" asks vFlashDone ''
	ok "$bit: no number" asks mxyz E01
	ok "$bit: an empty packet" asks '' ''
	ok "$bit: to the breakpoint" asks c 'T05swbreak:;thread:1;'
	ok "$bit: gone" asks "z0,$more,1" OK
	ok "$bit: twice" asks "z0,$more,1" OK
	ok "$bit: an interrupt" eval 'packet c >&9; sleep 0.2; printf "\3" >&9; answered && is_answer "T02thread:1;"'
	ok "$bit: 64 breakpoints and no more" eval 'for ((i = 0; i < 64; i++)); do
		asks "Z0,$(printf %x $((code + 0x100 + i))),1" OK || exit; done
		asks "Z0,$(printf %x $((code + 0x200))),1" E01'
	ok "$bit: a wrong checksum is not done" eval 'printf "\$P0=%s#00" "${ax//?/0}" >&9; IFS= read -r -t 5 -N 1 x <&9;
		until [[ $x == - ]]; do IFS= read -r -t 5 -N 1 x <&9 || break; done; [[ $x == - ]] && asks p0 "$ax"'
	ok "$bit: noise" eval 'head -c 100000 /dev/urandom | tr -d "\3\$" >&9; asks p0 "$ax"'
	ok "$bit: noise that looks like a packet without an end" eval \
		'{ printf "\$"; head -c 20000 /dev/zero | tr "\0" x; } >&9; asks p0 "$ax"'
	ok "$bit: the guest goes when the debugger does" eval 'exec 9>&-; ends 0'
	ok "$bit: the guest never lost its way" grep -qx 'on its own' out
	((width == 64)) || return 0

	guest $port
	hello
	ok '64 bit: no code where a process has no addresses' eval \
		'asks P10=0000000000000080 E01 && asks p10 "$at"'
	ok '64 bit: memory in the upper half' asks mffffffff80000000,1 E01
	ok '64 bit: the end' eval 'exec 9>&- && ends 0'
}
for_widths by_hand

# Who may not.
fake_kernel k || exit 1
ok 'no port' refuses 2 'TCP port or unix:PATH' --gdb 0 k
ok 'nothing' refuses 2 'the path is missing' --gdb unix: k
ok 'a folder that is not there' refuses 2 'No such file' --gdb unix:gone/socket k
ok 'a port that is taken' eval 'guest $port && refuses 2 "in use" --gdb $port k; kill $guest; wait $guest;
	[[ $? == 143 ]]'
ok 'SIGKILL takes the socket along' eval 'guest "unix:$tmp/s" && [[ -S s ]] && kill -9 $guest; wait $guest;
	sleep 0.3; [[ ! -e s ]]'
done_testing
