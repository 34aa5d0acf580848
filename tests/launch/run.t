#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# afterburn run --on process, as it is installed, with the test's wedge in the place of the real one.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
fake_kernel k || exit 1
mkdir -p i/bin i/lib/afterburner temporary
cp "$afterburn" i/bin/
cp -r "$O/libexec" i/
((width == 32)) && name=i386 || name=x86_64
cp k.wedge "i/lib/afterburner/wedge-linux-$name.elf"
launch="$tmp/i/bin/afterburn run --on process"
export TMPDIR=$tmp/temporary

# run CODE ARGUMENT...: as runs, of afterburn run; the temporary folder is empty afterwards
run() {
	local want=$1 code=0
	shift
	"$tmp/i/bin/afterburn" run --on process "$@" </dev/null >out 2>err || code=$?
	[[ $code == "$want" && -z $(ls -A temporary) ]] || {
		echo "exit code $code, wanted $want; left behind: $(ls -A temporary)"
		cat out err
		return 1
	}
}

ok 'a packed kernel' run 0 --append keys=dq k
ok 'no descriptor is left open' prints 'descriptors: as given'
ok 'an unpacked kernel is packed on the fly' run 0 --append 'one keys=dq' --memory 100 k.plain
ok 'its command line' prints 'command line: console=ttyS0 one keys=dq'
ok 'its memory' prints "memory=$((100 << 20))"
ok 'no descriptor of the temporary file' prints 'descriptors: as given'
ok 'nothing was said' eval '[[ ! -s err ]]'
ok 'a bzImage is unpacked and packed on the fly' eval 'compress xz k.plain k.xz && bzimage k.xz k.bz && run 0 --append keys=dq k.bz'
ok 'a bzImage: the command line' prints 'command line: console=ttyS0 keys=dq'
ok 'a packed bzImage is refused' eval '"$afterburn" pack -q -W k.wedge -o k.bzpacked k.bz && run 2 k.bzpacked &&
	says "packed in a bzImage"'
ok 'a crash' eval 'run 1 --append keys=c k && says "panicked or crashed"'
ok 'a panic' eval 'run 1 --append keys=p k && says "panicked or crashed"'
ok 'time is over' eval 'run 124 --timeout 1 k && says "still running after 1 seconds"'
ok 'a RAM disk' eval 'printf "some ramdisk" >disk && run 0 --initrd disk --append keys=q k &&
	prints "disk=some ramdisk"'
ok 'a core' eval 'run 1 --core core --append keys=c k && [[ -s core ]]'
ok 'gdb' eval 'run 124 --timeout 1 --gdb "unix:$tmp/socket" --append keys=M k && says "waiting for gdb"'
ok 'no QEMU is needed' eval 'mkdir -p bin && for p in bash readlink dirname grep mktemp rm; do
	ln -sf "$(command -v $p)" bin/; done && PATH=$tmp/bin run 0 --append keys=q k.plain'
ok 'a name with blanks' eval 'cp k.plain "my kernel" && run 0 --append keys=q "my kernel"'
ok 'a name like an option' eval 'cp k.plain ./-k && run 0 --append keys=q -- -k'

ok 'a 64-bit kernel in the upper half, and why' eval 'kernel 64 k64 && run 3 k64 && says "linux-6.1/low-half.patch"'
ok 'the same packed for Xen' eval 'wedge 64 w64 && "$afterburn" pack -q -W w64 -o k64xen k64 && run 3 k64xen &&
	says "linux-6.1/low-half.patch"'
ok 'no sites' eval 'echo nop >n.s && gcc -m$width -c n.s -o n.o && kernel_base=0x40000000 link_kernel $width n.o none 2>/dev/null;
	run 2 none && says "it has no sites"'
ok 'packed for Xen' eval 'wedge $width wx && "$afterburn" pack -q -W wx -o kxen k.plain && run 2 kxen &&
	says "'\''kxen'\'' is packed for '\''xen'\''"'
ok 'packed for Xen, too' eval '"$afterburn" pack -q -W wx -W k.wedge -o two k.plain && run 0 --append keys=q two'
ok 'the other way round' eval '"$afterburn" pack -q -W k.wedge -W wx -o two k.plain && run 0 --append keys=q two'
ok 'what is there for Xen is not loaded' eval 'grep -qx "memory=$((256 << 20))" out && run 2 --memory 24 two &&
	says "needs at least 25 MiB"'
ok 'a text' eval 'echo text >text && run 2 text && says "not an ELF file"'
ok 'too little memory' eval 'run 2 --memory 16 k && says "needs at least 25 MiB"'
ok 'the host lacks something' eval '"$O/tests/launch/deny" seccomp $launch k </dev/null >out 2>err; [[ $? == 3 ]] &&
	says "seccomp filters do not work"'

# The run is the launcher: the same process.
ok 'its process is the launcher' eval '"$tmp/i/bin/afterburn" run --on process --append keys=ff k.plain </dev/null >out 2>err &
	turns=0; until grep -qs ready out; do sleep 0.05; ((turns++ < 200)) || exit; done
	[[ $(readlink "/proc/$!/exe") == */i/libexec/afterburner/launch ]] && kill -9 $! && ! wait $!'
ok 'SIGKILL leaves nothing' eval 'turns=0; while pgrep -f "name k.plain /proc/self/fd/9"; do
	sleep 0.02; ((turns++ < 100)) || exit; done; [[ -z $(ls -A temporary) ]]'
done_testing
