#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# The launcher: what the wedge is given, its console, and what the launcher makes of its end.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
fake_kernel k && fake_kernel other no_panic_cpu || exit 1

# Takes ten seconds, meanwhile the others run.
"$launch" --timeout 11 --append silent k </dev/null >silent.out 2>silent.err &
silent_guest=$!

# What it is given.
printf 'some ramdisk' >disk
ok 'a run' runs 0 --memory 300 --initrd disk --append 'one two keys=dq' k
ok 'command line' prints 'command line: console=ttyS0 one two keys=dq'
ok 'memory' prints "memory=$((300 << 20))"
ok 'the RAM disk is high, on a page' prints "ramdisk=$(((300 << 20) - 4096))"
ok 'and as long as it is' prints 'ramdisk_bytes=12'
ok 'the sites are there' prints 'sites=10'
ok 'the kernel is where it says' prints "text=$(od -An -t x4 -N 4 -j \
	"$((0x$(readelf -SW k.plain | awk '$2 == ".text" || $3 == ".text" { print $(NF - 6) }')))" k.plain |
	tr -d ' ')"
ok 'the RAM disk is what it was' prints 'disk=some ramdisk'
ok 'the counter has a rate' prints 'tsc_khz=[1-9][0-9]{5,6}'
ok 'the processor has a state' prints 'xstate=[1-9][0-9]{2,4}'
# What the host's kernel says, not what the processor can do. 32-bit programs have no such bases.
hwcap2=$(LD_SHOW_AUXV=1 /bin/true | sed -n 's/^AT_HWCAP2: *//p')
ok 'whether programs may set the bases of FS and GS' \
	prints "fsgsbase=$((width == 64 && ${hwcap2:-0} >> 1 & 1))"
ok 'no descriptor of the host' prints 'descriptors: as given'
ok 'no message' eval '[[ ! -s err ]]'
large_memory() {
	local where=0x37ffe000
	((width == 32)) || where=0x7cfff000
	fake_kernel large || return
	ok "$width bit: a large memory: the RAM disk is as high as the kernel takes it" eval \
		'runs 0 --memory 2000 --initrd disk --append keys=q large && prints "ramdisk=$((where))"'
}
for_widths large_memory
ok 'descriptors of the caller stay outside' eval \
	'exec 7<disk 33<disk && runs 0 --append keys=dq k && prints "descriptors: as given"; exec 7<&- 33<&-'
ok 'a rate of the counter that stays' eval 'for i in 1 2 3 4 5; do
	"$launch" --append keys=q k | sed -n "s/tsc_khz=//p"; done | sort -n >rates &&
	(($(tail -n 1 rates) - $(head -n 1 rates) <= $(head -n 1 rates) / 10000))'

ok 'the environment of the caller stays outside' eval \
	'SECRET=do-not-tell-this "$launch" --append keys=s k </dev/null >out 2>err & sleep 0.2;
	 pid=$(pgrep -P $! -f append | tail -n 1); [[ -n $pid ]] && ! tr "\0" "\n" <"/proc/$pid/environ" |
		grep -q "do-not-tell"; e=$?; kill $!; ((e == 0))'

# Input.
ok 'keys come through a pipe' eval 'printf "xyq" | runs 0 k && prints "<x>" && prints "<y>"'
ok 'the end of the input is no end of the guest' eval 'printf "x" | runs 0 --append keys=sss --timeout 1 k;
	grep -q "still running" err && prints "<x>"'
ok 'Ctrl-A and Ctrl-C are keys in a pipe' eval 'printf "\1\3q" | runs 0 k && prints "<$(printf "\1")>" &&
	prints "<$(printf "\3")>"'
ok 'input is left alone' eval 'printf "xq" >in && { runs 124 --input none --timeout 1 k; [[ $(cat) == xq ]]; } <in'
ok 'without input' eval '! grep -q "<x>" out && runs 0 --input none --append keys=dq k &&
	prints "descriptors: as given"'
ok 'a closed standard input' eval 'runs 0 --append keys=xsq k <&- && prints "<x>"'
ok 'all closed' eval '"$launch" --append keys=q k <&- >&- 2>&-'
ok 'more input than the guest takes' eval 'head -c 300000 /dev/zero | runs 124 --append keys=sssssss --timeout 1 k'

# cpu_ms: processor time of the children of this shell so far
cpu_ms() {
	awk '{ print ($16 + $17) * 10 }' /proc/$$/stat
}
idle() { # idle INPUT: two seconds of nothing cost nothing
	local before
	before=$(cpu_ms)
	"$launch" --timeout 2 k <"$1" >out 2>err
	(($(cpu_ms) - before <= 40)) || {
		echo "$(($(cpu_ms) - before)) ms"
		return 1
	}
}
ok 'an idle guest costs nothing' idle /dev/null
mkfifo silent && exec 8<>silent
ok 'nor does one whose input is silent' idle silent

# Output.
ok 'much output' eval 'runs 0 --append keys=oq k && [[ $(grep -c "^a line of" out) == 20000 ]]'
ok 'a slow reader' eval '"$launch" --append keys=oq k | { sleep 0.5; cat; } >out && [[ $(grep -c "^a line of" out) == 20000 ]]'
ok 'a reader that leaves' eval '{ "$launch" --append keys=ssoq k; echo $? >code; } 2>err | head -n 1;
	[[ $(<code) == 1 ]] && says "cannot be written"'
ok 'a full disk' eval '"$launch" --append keys=sq k >/dev/full 2>err; [[ $? == 1 ]] && says "No space left"'

# Its end.
ok 'powered off' eval 'runs 0 --append keys=q k && [[ ! -s err ]]'
ok 'a crash' eval 'runs 1 --append keys=c k && says "panicked or crashed"'
ok 'a restart' runs 0 --append keys=B k
ok 'a reset' eval 'runs 1 --append keys=b k && says "triple fault"'
ok 'a panic, cut into pieces' eval 'runs 1 --append keys=p k && says "panicked or crashed"'
ok 'all of its last words' prints 'end of trace.'
ok 'a panic that ends in a halt, which a wedge takes for power-off' runs 1 --append keys=H k
ok 'a panic before there is a console, and what to do' eval 'runs 1 --append "silent keys=e" k && [[ ! -s out ]] &&
	says "panicked or crashed; it has printed nothing: --append earlyprintk=serial,ttyS0,115200"'
ok 'an end without a word is no success' eval 'runs 1 --append "silent keys=q" k && [[ ! -s out ]] &&
	says "ended without a word on its console: --append earlyprintk=serial,ttyS0,115200"'
ok 'one short word is enough' eval 'runs 0 --append "silent keys=yq" k && prints "<y>"'
ok 'what the wedge says is no word of the guest' runs 1 --append 'silent keys=wq' k
ok 'a panic that a user program prints is none' eval 'runs 0 --append keys=Lssssyq k && prints "<y>" && [[ ! -s err ]]'
ok 'the same if the kernel has no variable to look at' eval 'runs 0 --append keys=Lssssyq other && prints "<y>" &&
	[[ ! -s err ]]'
ok 'such a kernel resets when it panics' eval 'runs 1 --append keys=LR other && says "panicked or crashed" &&
	prints "command line: console=ttyS0 panic=-1 keys=LR"'
ok 'its last word is believed: a restart' runs 0 --append keys=LB other
ok 'text that only speaks of a panic' eval 'runs 0 --append keys=Pq k && prints "not a Kernel panic - not syncing"'
ok 'the host refused something' eval 'runs 3 --append keys=h k && says "host refused" &&
	[[ $(wc -l <err) == 1 ]]'
ok 'a signal' eval 'runs 1 --append keys=k k && says "killed by signal 4"'
ok 'a code that means nothing' eval 'runs 1 --append keys=u k && says "unknown code 77"'
stuck() { # a run whose output nobody takes still ends in time
	local start=$SECONDS code
	code=$({ "$launch" --timeout 1 --append keys=ooooo k 2>err; echo $? >&3; } 3>&1 >full)
	[[ $code == 124 ]] && ((SECONDS - start <= 3))
}
mkfifo full && exec 7<>full
ok 'time is over, though nobody takes the output' stuck
silence() { # a hint, once
	local code=0
	wait $silent_guest || code=$?
	[[ $code == 124 && ! -s silent.out && $(wc -l <silent.err) == 2 ]] &&
		grep -q 'printed nothing for 10 seconds; .* --append earlyprintk=serial,ttyS0' silent.err || {
		echo "exit code $code"
		cat silent.out silent.err
		return 1
	}
}
ok 'a guest that prints nothing' silence
ok 'time is over' eval 'runs 124 --timeout 1 k && says "still running after 1 seconds"'
done_testing
