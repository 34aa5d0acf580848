#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# The launcher: everything it must refuse, and that it says so before anything runs. What does not depend
# on the kernel is asked with an i386 one where the host runs these, else with an x86-64 one.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
deny=$O/tests/launch/deny
fake_kernel k || exit 1
((width == 32)) && processor=i386 || processor=x86_64
no_i386=$(host_lacks process)

# with FILE OFFSET BYTES: $tmp/bad is FILE with other bytes there
with() {
	cp "$1" bad && poke bad "$2" "$3"
}

# The file offset of the wedge's header: its magic is nowhere else.
header=$(LC_ALL=C grep -abo 'ABWEDGE' k | head -n 1 | cut -d: -f1)

# Files that are no packed kernel.
echo 'no kernel' >text
ok 'a text' refuses 2 "'text' is not an ELF file" text
: >empty
ok 'nothing in it' refuses 2 'not an ELF file' empty
ok 'no such file' refuses 2 'No such file' gone
ok 'a folder' refuses 2 'not a regular file' .
mkfifo fifo
ok 'a pipe with a name' refuses 2 'not a regular file' fifo
kernel 64 k64
ok 'a 64-bit kernel in the upper half, and what to do' refuses 3 'linux-6.1/low-half.patch' k64
ok 'an object file' refuses 2 'no kernel' k.plain.o
ok 'a kernel that is not packed, and what to do' refuses 2 'afterburn pack --wedge linux' k.plain
ok 'the name is the user'\''s' refuses 2 "'my kernel' is not packed" --name 'my kernel' k.plain
ok 'another processor' eval 'with k 18 "\50" && refuses 2 "is not for i386 or x86-64" bad'
ok 'big endian' eval 'with k 5 "\2" && refuses 2 "little-endian" bad'
wedge "$width" w && "$afterburn" pack -q -W w -o kxen k.plain
ok 'a kernel packed for Xen' refuses 2 "packed for 'xen'" kxen
ok 'packed by another version' eval 'with k $((header + 8)) "\11" && refuses 2 "another version" bad'
ok 'no sites' eval 'with k $((header + 68)) "\0\0\0\0" && refuses 2 "has no sites" bad'
ok 'no entry' eval 'with k $((header + 20)) "\0\0\0\0" && refuses 2 "header is not right" bad'
ok 'an entry outside' eval 'with k $((header + 23)) "\1" && refuses 2 "header is not right" bad'
ok 'cut in the middle' eval 'head -c $((header + 100)) k >bad && refuses 2 "cut short" bad'
ok 'cut in its header' eval 'head -c 40 k >bad && refuses 2 "" bad'

# The program headers of a 32-bit kernel. Damaged, it is refused whatever the host runs.
width=32 fake_kernel narrow || exit 1
segment=$(od -An -t u4 -j 28 -N 4 narrow | tr -d ' ')
ok '32 bit: a segment larger in the file than in memory' eval \
	'with narrow $((segment + 16)) "\377\377\377\17" && refuses 2 "impossible sizes" bad'
ok '32 bit: a segment that wraps' eval \
	'with narrow $((segment + 20)) "\377\377\377\377" && refuses 2 "impossible" bad'

# The same of a 64-bit kernel, whose fields are elsewhere and wider.
width=64 fake_kernel wide || exit 1
segment=$(od -An -t u8 -j 32 -N 8 wide | tr -d ' ')
half='\377\377\377\377'
ok '64 bit: it runs as it is' runs 0 --append keys=q wide
ok '64 bit: another processor' eval 'with wide 18 "\267" && refuses 2 "is not for i386 or x86-64 (ELF machine 183)" bad'
ok '64 bit: the other width in its identification' eval 'with wide 4 "\1" && refuses 2 "is not for i386" bad'
ok '64 bit: program headers beyond the file' eval 'with wide 35 "\1" && refuses 2 "cut short" bad'
ok '64 bit: program headers beyond all files' eval 'with wide 36 "$half" && refuses 2 "cannot be read" bad'
ok '64 bit: a segment larger in the file than in memory' eval \
	'with wide $((segment + 32)) "$half" && refuses 2 "impossible sizes" bad'
ok '64 bit: a segment that wraps' eval \
	'with wide $((segment + 40)) "$half$half" && refuses 2 "impossible sizes" bad'
ok '64 bit: a segment above 4 GiB of physical memory' eval \
	'with wide $((segment + 28)) "\1" && refuses 2 "impossible sizes" bad'
ok '64 bit: a segment behind the file' eval 'with wide $((segment + 12)) "\1" && refuses 2 "impossible sizes" bad'
ok '64 bit: in the upper half, with all that is wrong besides' eval \
	'with wide $((segment + 20)) "$half" && poke bad 24 "$half" && refuses 3 "low-half.patch" bad'
ok '64 bit: too little memory' refuses 2 'needs at least 25 MiB, --memory gives 16' --memory 16 wide
header=$(LC_ALL=C grep -abo 'ABWEDGE' wide | head -n 1 | cut -d: -f1)
ok '64 bit: a wedge for the other width' eval \
	'with wide $((header + 16)) "\40" && refuses 2 "header is not right" bad'

# Sizes. The kernel lies at 16 MiB.
ok 'too little memory, and how much it needs' refuses 2 'needs at least 25 MiB, --memory gives 16' \
	--memory 16 k
ok 'as much as it needs' runs 0 --memory 25 --append keys=q k
ok 'a RAM disk counts' eval 'truncate -s 5M disk && refuses 2 "with this RAM disk needs at least 30" \
	--memory 29 --initrd disk k'
ok 'it fits with that' runs 0 --memory 30 --initrd disk --append keys=q k
ok 'a RAM disk that no 32-bit kernel takes' eval \
	'truncate -s 890M disk && refuses 2 "RAM disk is too large" --memory 2000 --initrd disk narrow'
ok 'no such RAM disk' refuses 2 "'gone' cannot be opened" --initrd gone k
ok 'a folder as RAM disk' refuses 2 'not a regular file' --initrd . k
ok 'more memory than a guest has' refuses 2 'from 1 to 65536' --memory 65537 k
ok 'more memory than a 32-bit kernel takes' refuses 2 'a 32-bit kernel takes at most 3072 MiB of --memory, not 3073' \
	--memory 3073 narrow
ok 'a long command line' refuses 2 'too long: 3014 characters' \
	--append "$(printf '%03000d' 0)" k

# Usage.
ok 'no kernel' refuses 2 'no kernel given'
ok 'two kernels' refuses 2 'more than one' k k
ok 'no number' refuses 2 "not '12x'" --memory 12x k
ok 'a negative number' refuses 2 "not '-1'" --timeout=-1 k
ok 'an unknown input' refuses 2 "only 'none'" --input all k

# lacks WHAT TEXT: on such a host, exit code 3
lacks() {
	launch="$deny $1 $launch" refuses_on 3 "$2" --append keys=q k
}
# emulated LIST TEXT: the same where AFTERBURN_HOST_LACKS says so
emulated() {
	AFTERBURN_HOST_LACKS=$1 refuses 3 "$2" --append keys=q k &&
		grep -q '(AFTERBURN_HOST_LACKS says so)$' err
}
refuses_on() {
	local want=$1 text=$2 code=0
	shift 2
	# shellcheck disable=SC2086 # words on purpose
	$launch "$@" >out 2>err || code=$?
	[[ $code == "$want" && ! -s out && $(wc -l <err) == 1 ]] && grep -qF -- "$text" err || {
		echo "exit code $code, wanted $want and '$text'"
		cat out err
		return 1
	}
}
ok 'a processor without XSAVE' emulated xsave 'has no XSAVE, or its kernel does not use it'
ok 'each feature that a host must have' eval '
	for f in close_range seccomp; do emulated $f "$f" || exit; done'
ok 'several at once: the first is named' emulated seccomp,close_range 'close_range fails'
ok 'each that it may lack' eval '
	for f in dispatch notifications ptrace; do AFTERBURN_HOST_LACKS=$f runs 0 --append keys=q k || exit; done'
ok 'an unknown one' eval 'AFTERBURN_HOST_LACKS=xsave,soul refuses 2 "names '\''soul'\''" k'
ok 'a probe needs no kernel' eval 'runs 0 --probe $processor && [[ ! -s out ]]'
ok 'a probe for another width' refuses 2 "--probe takes i386 or x86_64, not 'vax'" --probe vax
for f in 32-bit modify_ldt set_thread_area; do
	ok "x86-64 does without $f" eval 'AFTERBURN_HOST_LACKS=$f runs 0 --probe x86_64'
done
ok 'each feature that x86-64 must have' eval 'for f in close_range seccomp arch_prctl; do
	AFTERBURN_HOST_LACKS=$f refuses 3 "$f" --probe x86_64 || exit; done'
ok 'no arch_prctl' eval 'launch="$deny bases $launch" refuses_on 3 "arch_prctl fails" --probe x86_64'
ok 'x86-64: no seccomp' eval 'launch="$deny seccomp $launch" refuses_on 3 "seccomp filters do not work" --probe x86_64'
ok 'x86-64: no 32-bit system calls, no descriptors: no matter' eval \
	'"$deny" ia32 "$deny" ldt "$launch" --probe x86_64'
ok 'a probe takes no kernel' refuses 2 '--probe takes no kernel' --probe "$processor" k
ok 'a probe that fails' eval 'AFTERBURN_HOST_LACKS=32-bit refuses 3 "runs 64-bit programs only" --probe i386'
ok 'a probe sees limits' eval '(ulimit -n 40 && refuses 3 "open files" --probe $processor)'
ok 'a probe sees memory' eval 'launch="$deny memfd $launch" refuses_on 3 "no memory file" --probe $processor'
ok 'no seccomp' lacks seccomp 'seccomp filters do not work'
ok 'no close_range, as before Linux 5.9' lacks range 'close_range fails'
ok 'no memory file' lacks memfd 'no memory file'
ok 'no process' lacks fork 'no process'
ok 'no syscall user dispatch: a seccomp filter does it alone' eval \
	'"$deny" dispatch "$launch" --append keys=q k >out && grep -qx trap=1 out'
ok 'with it' eval 'runs 0 --append keys=q k && grep -qx trap=0 out'

# What only i386 kernels need.
ok 'i386: a host that runs no 32-bit code' eval 'AFTERBURN_HOST_LACKS=32-bit refuses 3 "runs 64-bit programs only" narrow &&
	grep -q "(AFTERBURN_HOST_LACKS says so)$" err'
ok 'i386: which does not blame what is set' eval '! grep -q CONFIG_ err'
if [[ -n $no_i386 ]]; then
	skip 'i386: what else it needs' "$no_i386"
else
	ok 'i386: each feature that it must have' eval '
		for f in modify_ldt set_thread_area; do emulated $f "$f" || exit; done'
	ok 'i386: it does without the bases' eval 'AFTERBURN_HOST_LACKS=arch_prctl runs 0 --probe i386'
	ok 'i386: no modify_ldt' lacks ldt 'modify_ldt fails'
	ok 'i386: no set_thread_area' lacks tls 'set_thread_area fails'
	ok 'i386: no 32-bit system calls: the trial dies, and how' eval \
		'lacks ia32 CONFIG_IA32_EMULATION && grep -q "(Bad system call)$" err'
fi

# How a guest process stops. The second listener is refused as in a container that has one.
falls_back() { # falls_back WITHOUT WHY: to ptrace, and says so in one line
	"$deny" "$1" "$launch" --append keys=q k >out 2>err && grep -qx handover=1 out &&
		[[ $(wc -l <err) == 1 ]] && grep -qF "$2" err && grep -q 'by ptrace, which is slower$' err || {
		cat out err
		return 1
	}
}
if runs 0 --append keys=q k && grep -qx handover=1 out; then
	skip 'seccomp notifies: that is taken, and nothing said' 'this host gives no notifications'
	skip 'no ptrace: nobody needs it' 'this host gives no notifications'
else
	ok 'seccomp notifies: that is taken, and nothing said' eval \
		'runs 0 --append keys=q k && grep -qx handover=0 out && [[ ! -s err ]]'
	ok 'no ptrace: nobody needs it' eval \
		'"$deny" ptrace "$launch" --append keys=q k >out && grep -qx handover=0 out'
fi
ok 'somebody else is notified: ptrace, and why' falls_back listener 'Device or resource busy: a container'
ok 'an older host: the same' falls_back answer 'Invalid argument: they need Linux 5.14'
ok 'and no ptrace either' eval 'launch="$deny listener $deny ptrace $launch" refuses_on 3 \
	"(Device or resource busy: a container or sandbox listens itself), and ptrace fails, too (Operation not permitted)" \
	--append keys=q k'

# limited OPTION VALUE TEXT: a hard limit that is too low
limited() {
	(ulimit "$1" "$2" && refuses_on 3 "$3" --append keys=q k)
}
ok 'address space' limited -v 4000000 'the limit on address space (MiB) is too low: 3906'
ok 'data' limited -d 20000 'the limit on data (MiB) is too low: 19, needed are 64'
ok 'file size' limited -f 1000 'the limit on the size of files (MiB) is too low'
ok 'open files' limited -n 40 'the limit on open files is too low: 40, needed are 128; raise it (ulimit -n)'
ok 'processes' limited -u 20 'the limit on processes is too low'
ok 'pending signals' limited -i 3 'the limit on pending signals is too low'
ok 'a soft limit is raised' eval '(ulimit -S -n 30 && runs 0 --append keys=q k)'

# in_namespace COMMAND: as a root of its own
in_namespace() {
	unshare --user --map-root-user --mount --pid --fork --mount-proc bash -c "$1"
}
forbid='[[ ! -e /proc/sys/vm/memfd_noexec ]] || echo 2 >/proc/sys/vm/memfd_noexec'
if in_namespace true 2>/dev/null; then
	echo 1000 >mappings
	ok 'few mappings' in_namespace \
		"mount --bind mappings /proc/sys/vm/max_map_count && { '$launch' k >out 2>err; [[ \$? == 3 ]]; } &&
		 grep -q 'a process 1000 mappings' err"
	sed 's/^MemAvailable:.*/MemAvailable: 20000 kB/; s/^SwapFree:.*/SwapFree: 1000 kB/' /proc/meminfo >poor
	sed 's/^CommitLimit:.*/CommitLimit: 1000000 kB/; s/^Committed_AS:.*/Committed_AS: 600000 kB/' /proc/meminfo >strict
	echo 2 >never
	ok 'little memory' in_namespace \
		"mount --bind poor /proc/meminfo && { '$launch' k >out 2>err; [[ \$? == 3 ]]; } &&
		 grep -q 'too little memory left: 20 MiB, and the guest needs at least 24' err"
	limit=/sys/fs/cgroup/memory/memory.limit_in_bytes
	[[ -f $limit ]] || limit=/sys/fs/cgroup/memory.max
	if [[ -f $limit ]]; then
		echo 20000000 >little
		ok 'a container with little memory' in_namespace \
			"mount --bind little $limit && { '$launch' k >out 2>err; [[ \$? == 3 ]]; } &&
			 grep -q 'may have too little memory: 19 MiB, and the guest needs at least 24' err"
	else
		skip 'a container with little memory' 'no limit of a container is to be seen here'
	fi
	ok 'memory that is not overcommitted' in_namespace \
		"mount --bind strict /proc/meminfo && mount --bind never /proc/sys/vm/overcommit_memory &&
		 { '$launch' k >out 2>err; [[ \$? == 3 ]]; } && grep -q 'has 390 MiB left to promise, needed are 576' err &&
		 '$launch' --memory 64 --append keys=q k >out"
	ok '/dev/shm without it, too' in_namespace \
		"mount -t tmpfs -o noexec none /dev/shm && '$launch' --append keys=q k >out"
else
	for name in 'few mappings' 'little memory' 'a container with little memory' 'memory that is not overcommitted'; do
		skip "$name" 'this user may have no namespaces'
	done
	skip '/dev/shm without it, too' 'this user may have no namespaces'
fi
if in_namespace "$forbid" 2>/dev/null; then
	ok 'memory files without permission to execute are enough' in_namespace \
		"{ $forbid; } && '$launch' --append keys=q k >out"
else
	skip 'memory files without permission to execute are enough' 'this user may not forbid it'
fi
done_testing
