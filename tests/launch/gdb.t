#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process
#
# The launcher's server for gdb, with a real gdb and by hand; the guest is tests/launch/wedge.c,
# whose processor runs from breakpoint to breakpoint.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
fake_kernel k || exit 1
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
	wait $guest || code=$?
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

if command -v gdb >/dev/null; then
	where=$tmp/socket
	guest "unix:$where"
	ok 'gdb connects' debug 'info registers' 'p/x $cr3' 'p/x $cr2' 'x/i $pc' 'x/2xw 0xf8005000' \
		'x/xb 0xf8006000' 'p $eax = 7' 'stepi' 'stepi' 'p/x $pc' 'break second' 'continue' \
		'x/2xb $pc' 'p $ecx = 0x12345678' 'set *(char*)0xc1000001=0x55' 'x/2xb 0xc1000000' \
		'delete' 'detach'
	ok 'registers' heard '^eax +0x11223344'
	ok 'selectors' heard '^fs +0xd8'
	ok 'segment bases' heard '^fs_base +0x123000'
	ok 'control registers' eval 'heard "= 0x2000$" && heard "= 0xdeadbeef$"'
	ok 'symbols and code' heard '0xc1000000 <start>:.*cli'
	ok 'memory through the page tables' heard '^0xf8005000:.*0x801f0ffa'
	ok 'memory that is not there' heard 'Cannot access memory at address 0xf8006000'
	ok 'steps' heard '= 0xc1000002$'
	ok 'a breakpoint is hit' heard '^Breakpoint 1, 0x[0-9a-f]+ in second'
	ok 'it does not show' heard '<second>:.*0x0f.*0x32'
	ok 'memory is written' heard '<start>:.*0xfa.*0x55'
	ok 'on its own, the guest goes on' ends 0
	ok 'it ran with the registers that were written' grep -qx 'eax=7' out
	ok 'its breakpoints were in memory' eval '! grep -q "without int3" out'
	ok 'the socket is gone' eval '[[ ! -e $where ]]'

	where=:$port
	guest $port
	ok 'by TCP' debug 'p/x $esp' 'kill'
	ok 'the same' heard '= 0xc1002000'
	ok 'killed by the debugger' eval 'ends 1 && grep -q "ended by the debugger" err'
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
guest $port
ok 'a connection' hello
ok 'why it stands' eval 'ask "?" && is_answer T02thread:1\;'
ok 'the end' eval 'exec 9>&- && ends 0'

guest $port
hello
# asks TEXT ANSWER
asks() {
	ask "$1" && is_answer "$2"
}
ok 'why it stands' asks '?' 'T02thread:1;'
ok 'one register' asks p8 000000c1
ok 'set' eval 'asks P8=10000011 OK; asks P8=100000c1 OK && asks p8 100000c1'
ok 'a register that cannot be set' asks P20=00000000 E01
ok 'a register that is not there' asks p26 E01
ok 'memory' asks mc1000000,2 fa0f
ok 'memory up to where it ends' eval 'ask mf8005ffe,10 && ((${#answer} == 4))'
ok 'memory that is not there' asks mf8006000,1 E01
ok 'more than a packet takes' eval 'ask mc1000000,ffffffff && ((${#answer} == 4096))'
ok 'written' eval 'asks Mc1000000,2:9090 OK && asks mc1000000,2 9090'
ok 'written wrongly' asks Mc1000000,3:9090 E01
ok 'a breakpoint' asks Z0,c1000020,1 OK
ok 'the same again' asks Z0,c1000020,1 OK
ok 'its byte does not show' eval 'ask mc1000020,1 && [[ $answer != cc ]]'
ok 'a breakpoint where nothing is' asks Z0,10,1 E01
ok 'watchpoints are unknown' asks Z2,c1000020,1 ''
ok 'the unknown' asks vFlashDone ''
ok 'no number' asks mxyz E01
ok 'an empty packet' asks '' ''
ok 'to the breakpoint' asks c 'T05swbreak:;thread:1;'
ok 'gone' asks z0,c1000020,1 OK
ok 'twice' asks z0,c1000020,1 OK
ok 'an interrupt' eval 'packet c >&9; sleep 0.2; printf "\3" >&9; answered && is_answer "T02thread:1;"'
ok '64 breakpoints and no more' eval 'for ((i = 0; i < 64; i++)); do
	asks "Z0,$(printf %x $((0xc1000100 + i))),1" OK || exit; done; asks Z0,c1000200,1 E01'
ok 'a wrong checksum is not done' eval 'printf "\$P0=00000000#00" >&9; IFS= read -r -t 5 -N 1 x <&9;
	until [[ $x == - ]]; do IFS= read -r -t 5 -N 1 x <&9 || break; done; [[ $x == - ]] && asks p0 44332211'
ok 'noise' eval 'head -c 100000 /dev/urandom | tr -d "\3\$" >&9; asks p0 44332211'
ok 'noise that looks like a packet without an end' eval '{ printf "\$"; head -c 20000 /dev/zero | tr "\0" x; } >&9;
	asks p0 44332211'
ok 'the guest goes when the debugger does' eval 'exec 9>&-; ends 0'
ok 'the guest never lost its way' grep -qx 'on its own' out

# Who may not.
ok 'no port' refuses 2 'TCP port or unix:PATH' --gdb 0 k
ok 'nothing' refuses 2 'the path is missing' --gdb unix: k
ok 'a folder that is not there' refuses 2 'No such file' --gdb unix:gone/socket k
ok 'a port that is taken' eval 'guest $port && refuses 2 "in use" --gdb $port k; kill $guest; wait $guest;
	[[ $? == 143 ]]'
ok 'SIGKILL takes the socket along' eval 'guest "unix:$tmp/s" && [[ -S s ]] && kill -9 $guest; wait $guest;
	sleep 0.3; [[ ! -e s ]]'
done_testing
