#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# afterburn run: wrong usage and missing parts. What boots is tested in tests/boot.
source "$TOP/tests/lib.sh"

run=$TOP/scripts/commands/run
echo 'no kernel' >"$tmp/kernel"

# exits CODE PATTERN ARGUMENT...: exit code and message on standard error, nothing else printed
exits() {
	local want=$1 pattern=$2 code=0
	shift 2
	"$run" "$@" </dev/null >"$tmp/out" 2>"$tmp/err" || code=$?
	cat "$tmp/err"
	[[ $code == "$want" ]] && grep -Eq "$pattern" "$tmp/err"
}

# missing PROGRAM...: the platform cannot run without these
without_qemu() {
	mkdir -p "$tmp/bin"
	local program
	for program in bash readlink dirname cat mktemp rm; do
		ln -sf "$(command -v "$program")" "$tmp/bin/$program"
	done
	local code=0
	PATH=$tmp/bin "$run" --on bare "$tmp/kernel" </dev/null >"$tmp/out" 2>"$tmp/err" || code=$?
	cat "$tmp/err"
	[[ $code == 3 ]] && grep -q qemu-system-x86 "$tmp/err"
}

no_folder_left() {
	mkdir -p "$tmp/tmp"
	TMPDIR=$tmp/tmp exits 1 . --on bare --timeout 20 "$tmp/kernel"
	[[ -z $(ls -A "$tmp/tmp") ]]
}

# console_of KERNEL: the console that a kernel gets on Xen
console_of() {
	(
		work=$(mktemp -d -p "$tmp") verbose='' console='' kernel=$1 AFTERBURN=$tmp/pack
		source "$TOP/scripts/platform/common.sh"
		kernel_for_xen && echo "$console"
	)
}
printf '#!/bin/sh\nexec cp "$6" "$5"\n' >"$tmp/pack"
chmod +x "$tmp/pack"
printf 'cli; .byte 15,31,128,1,0,0xb5,0xaf' | as -o "$tmp/sites" -
printf '.section .note.Xen, "a", @note; .long 4, 4, 1; .asciz "Xen"; .long 0x1000' | as -o "$tmp/knows-xen" -
ld -r "$tmp/sites" "$tmp/knows-xen" -o "$tmp/both"
{ cat "$tmp/both" && printf 'ABWEDGE\1'; } >"$tmp/packed"
# As pack makes it: a program header names the note, no section of notes has it.
printf '.section .note.Linux, "a", @note; .long 4, 4, 2; .asciz "Lin"; .long 0
	.section .entry, "a", @note; .long 4, 4, 1; .asciz "Xen"; .long 0x1000\n' | as -o "$tmp/entry" -
ld -e 0 "$tmp/sites" "$tmp/entry" -o "$tmp/segment"
entry=$(readelf -SW "$tmp/segment" | sed -n 's/^ *\[ *\([0-9]*\)\] \.entry .*/\1/p')
printf '\1' | dd of="$tmp/segment" bs=1 conv=notrunc status=none \
	seek=$(($(readelf -hW "$tmp/segment" | awk '/Start of section headers/ { print $5 }') + entry * 64 + 4))
{ cat "$tmp/segment" && printf 'ABWEDGE\1'; } >"$tmp/packed-by-segment"

ok "help" "$run" --help
ok "no platform" exits 2 'say where' "$tmp/kernel"
ok "unknown platform" exits 2 "unknown platform 'kvm'" --on kvm "$tmp/kernel"
ok "no kernel" exits 2 'no kernel' --on bare
ok "two kernels" exits 2 'one kernel' --on bare "$tmp/kernel" "$tmp/kernel"
ok "kernel is missing" exits 2 'not a readable file' --on bare "$tmp/nothing"
ok "initrd is missing" exits 2 'not a readable file' --on bare --initrd "$tmp/no" "$tmp/kernel"
ok "unknown option" exits 2 "unknown option '--fast'" --on bare --fast "$tmp/kernel"
ok "option without value" exits 2 'needs a value' --on bare "$tmp/kernel" --memory
for size in lots '' -1 1.5G 1T 1GiB 0x100 9999999999; do
	ok "memory is no size: '$size'" exits 2 "a size like 512M or 1G, .*, not '$size'" --on bare \
		--memory "$size" "$tmp/kernel"
done
for size in 1 15M 15000K 513G 0 525000; do
	ok "memory out of bounds: $size" exits 2 "at least 16M and at most 512G, not '$size'" --on bare \
		--memory "$size" "$tmp/kernel"
done
ok "a process needs the launcher" exits 2 'launch is missing' --on process "$tmp/kernel"
ok "no --icount in a process" exits 2 'needs an emulator' --on process --icount "$tmp/kernel"
ok "a command needs a root" exits 2 'exec needs a root' --on bare --exec true "$tmp/kernel"
ok "an empty command" exits 2 'exec needs a command' --on bare --root / --exec '' "$tmp/kernel"
ok "a root that is not there" exits 2 "'$tmp/no' is no folder" --on bare --root "$tmp/no" "$tmp/kernel"
ok "a root has a RAM disk of its own" exits 2 'give --initrd or --root' --on bare --root / --initrd "$tmp/kernel" "$tmp/kernel"
for platform in xen xen-dom0; do
	ok "no folders on $platform" exits 2 'on Xen no program of the host' --on $platform --share / "$tmp/kernel"
done
ok "folders keep no pace" exits 2 'not with --icount' --on bare --icount --share / "$tmp/kernel"
# What QEMU's disks are refused for; in a process the launcher says the same (tests/launch/disk.t).
truncate -s 1024 "$tmp/disk"
ok "a disk is missing" exits 2 "the disk '.*/no,rw' cannot be opened: .*options behind a comma are ro, cow, serial=S and format=F" \
	--on bare --disk "$tmp/no,rw" "$tmp/kernel"
ok "a folder is no disk" exits 2 'neither a regular file nor a block device' --on bare --disk "$tmp" "$tmp/kernel"
ok "a disk without whole sectors" exits 2 "kernel' has 10 bytes: a disk has whole sectors" --on bare \
	--disk "$tmp/kernel,ro" "$tmp/kernel"
ok "both ro and cow" exits 2 'ro or cow, not both' --on bare --disk "$tmp/disk,ro,cow" "$tmp/kernel"
ok "a long serial number" exits 2 'has 1 to 20 characters' --on bare --disk "$tmp/disk,serial=123456789012345678901" \
	"$tmp/kernel"
mapfile -t nine < <(printf -- "--disk\n$tmp/disk,ro\n%.0s" {1..9})
ok "nine disks" exits 2 'at most 8 disks' --on bare "${nine[@]}" "$tmp/kernel"
disks_of() { # disks_of FUNCTION DISK...: what QEMU or xl gets
	(
		work=$tmp options=() disks=("${@:2}")
		source "$TOP/scripts/platform/common.sh"
		source "$TOP/scripts/platform/disks.sh"
		"$1"
		printf '%s\n' "${options[@]}"
	)
}
is "QEMU's disks" "$(disks_of qemu_disks a,b,cow c,serial=x,ro | paste -sd ' ')" \
	'-drive if=none,id=disk0,format=raw,file=a,,b,snapshot=on -device virtio-blk-pci,drive=disk0 -drive if=none,id=disk1,format=raw,file=c,readonly=on -device virtio-blk-pci,drive=disk1,serial=x'
is "xl's disks" "$(disks_of xl_disks a b,ro)" '"phy:/dev/vda,xvda,w", "phy:/dev/vdb,xvdb,r"'
for words in users tap= none,forward=1:2 user,forward=80 user,forward=0:80 user,forward=80:65536 user,back=1:2; do
	ok "no network: $words" exits 2 "run: --net.*'(user,|none,)?${words#*,}'" --on bare --net "$words" "$tmp/kernel"
done
net_of() { # net_of FUNCTION NET: what QEMU or xl gets
	(
		options=() net=$2
		source "$TOP/scripts/platform/common.sh"
		source "$TOP/scripts/platform/net.sh"
		"$1"
		printf '%s\n' "${options[@]}"
	)
}
ok "no network: a word behind tap" exits 2 'tap=NAME takes nothing behind it' --on bare --net tap=tap0,forward=1:2 "$tmp/kernel"
is "QEMU's network" "$(net_of qemu_net user,forward=08022:22,forward=80:8080 | paste -sd ' ')" \
	'-netdev user,id=net0,hostfwd=tcp:127.0.0.1:8022-:22,hostfwd=tcp:127.0.0.1:80-:8080 -device virtio-net-pci,netdev=net0,romfile='
is "QEMU's tap" "$(net_of qemu_net tap=tap7 | paste -sd ' ')" \
	'-netdev tap,id=net0,ifname=tap7,script=no,downscript=no -device virtio-net-pci,netdev=net0,romfile='
is "xl's network" "$(net_of xl_net user)" '"mac=00:16:3e:00:00:01,bridge=xenbr0,script=vif-bridge"'
is "none, and none" "$(net_of xl_net none)$(net_of qemu_net none)" ''
ok "no second processor in a process" exits 2 'one processor' --on process --cpus 2 "$tmp/kernel"
ok "no processor model in a process" exits 2 "host's own processor" --on process --cpu EPYC "$tmp/kernel"
ok "a model that QEMU does not have" exits 2 \
	"run: --cpu Pentium9: unable to find CPU model 'Pentium9'; --cpu help lists" --on bare --cpu Pentium9 "$tmp/kernel"
ok "a flag that QEMU does not have" exits 2 "run: --cpu EPYC,\+warp: .*'EPYC-x86_64-cpu.warp' not found" \
	--on xen-dom0 --cpu EPYC,+warp "$tmp/kernel"
ok "a model that this QEMU cannot be" exits 2 "'host' requires KVM" --on bare --cpu host "$tmp/kernel"
ok "an empty model" exits 2 'run: --cpu needs a model' --on bare --cpu '' "$tmp/kernel"
ok "models are listed" eval '"$run" --cpu help | grep -q "^x86 EPYC-Rome "'
ok "a core is for a process" exits 2 "for platform 'process'" --on bare --core c "$tmp/kernel"
ok "no QEMU" without_qemu
ok "no Xen" env AFTERBURN_XEN="$tmp/nothing" bash -c \
	"'$run' --on xen-dom0 '$tmp/kernel' 2>&1 | grep -q xen-hypervisor"
ok "a file that is no kernel" exits 1 'QEMU' --on bare --timeout 20 "$tmp/kernel"
ok "as dom0 under a wedge there is no disk" eval '(console=ttyS0 disks=(a)
	source "$TOP/scripts/platform/common.sh"; source "$TOP/scripts/platform/disks.sh"; refuse_disks_of_wedge) 2>&1 |
	grep -q "as dom0 a kernel under a wedge has no disk"'
ok "and no network" eval '(console=ttyS0 net=user
	source "$TOP/scripts/platform/common.sh"; source "$TOP/scripts/platform/net.sh"; refuse_net_of_wedge) 2>&1 |
	grep -q "as dom0 a kernel under a wedge has no network"'
is "a kernel to be packed has the wedge's console" "$(console_of "$tmp/sites")" ttyS0
is "a packed kernel, too" "$(console_of "$tmp/packed")" ttyS0
is "a packed kernel whose note only a program header names" "$(console_of "$tmp/packed-by-segment")" ttyS0
{ cat "$tmp/sites" && printf 'ABWEDGE\1'; } >"$tmp/elsewhere"
ok "one packed for another platform is refused" eval \
	'console_of "$tmp/elsewhere" 2>&1 | grep -qF "packed without the wedge for Xen; give the kernel as it was built"'
is "a kernel that knows Xen has Xen's" "$(console_of "$tmp/knows-xen")" hvc0
is "a kernel with sites that knows Xen and is not packed, too" "$(console_of "$tmp/both")" hvc0
# bzImages: packed ones have a mark; of others the sites decide.
printf 'old part ABWEDGE\1xen\0 compressed' >"$tmp/bz-xen"
printf 'old part ABWEDGE\1linux,xen\0 compressed' >"$tmp/bz-both"
printf 'old part ABWEDGE\1linux\0 xen compressed' >"$tmp/bz-linux"
is "a packed bzImage has the wedge's console" "$(console_of "$tmp/bz-xen")" ttyS0
is "one packed for two platforms, too" "$(console_of "$tmp/bz-both")" ttyS0
ok "one packed for another platform is refused" eval \
	'console_of "$tmp/bz-linux" 2>&1 | grep -qF "packed without the wedge for Xen; give the kernel as it was built"'
is "a bzImage without sites is left to Xen" "$(console_of "$tmp/kernel")" hvc0
printf '#!/bin/sh\n[ $1 = sites ] || exec cp "$6" "$5"\n' >"$tmp/pack"
is "one with sites is packed" "$(console_of "$tmp/kernel")" ttyS0
ok "a packed bzImage is no process" eval 'AFTERBURN_LAUNCH=/bin/true exits 2 "packed in a bzImage" --on process "$tmp/bz-linux"'
ok "no temporary folder is left" no_folder_left

processor_for() { # processor_for CPU: what QEMU gets
	(
		cpu=$1
		source "$TOP/scripts/platform/common.sh"
		choose_processor && echo "$processor"
	)
}
is "without a model, all that QEMU has" "$(processor_for '')" max,-smap
is "a model, and what it must not have" "$(processor_for EPYC-Rome)" EPYC-Rome,smap=off,monitor=off
is "the user's flags come last" "$(processor_for Skylake-Server,-avx,+monitor)" \
	Skylake-Server,smap=off,monitor=off,-avx,+monitor

# judge PLATFORM CONSOLE: the exit code for a guest that powered off, or ended as $outcome says, with
# that console
judge() {
	(
		work=$tmp here=$TOP/scripts outcome=${outcome:-powered-off}
		source "$here/platform/common.sh"
		source "$here/platform/ending.sh"
		source "$here/platform/$1.sh"
		printf '%b' "$2" >"$work/console"
		[[ $1 != xen ]] || judge 2>"$tmp/err"
		finish 2>"$tmp/err"
	)
	echo $?
}
# A megabyte, so that no pipe holds it.
long() {
	head -c 1000000 /dev/zero | tr '\0' x | fold -w 99
}
xen='(XEN) Xen version 4.17.5\r\n\\ \\/ /___ _ __\n(XEN) *** Serial input to DOM0 (type)\r\n(XEN) Freed 656kB init memory\r\n'
wedge='afterburn wedge: Xen dom0, 256 MiB\r\n'
is "bare metal: a word" "$(judge bare 'hello\r\n')" 0
is "bare metal: silence" "$(judge bare '\r\n\r\n')" 1
ok "that is said" grep -q 'without a word on its console: .*console=ttyS0' "$tmp/err"
is "dom0: a word" "$(judge xen-dom0 "$xen${wedge}Linux\r\n(XEN) Hardware Dom0 halted\r\n")" 0
is "dom0: only Xen and the wedge speak" "$(judge xen-dom0 "$xen$wedge(XEN) Hardware Dom0 halted\r\n")" 1
dom0="$xen"'about to get started...\r\nParsing config from /domu/guest.cfg\r\r\ngot a tsc mode string: "native"\r\r\n'
off='afterburn-dom0: guest powered-off\r\n[   14.5] reboot: Power down\r\n'
is "domU: a word" "$(judge xen "$dom0${wedge}Linux\r\n$off")" 0
is "domU: only dom0 and the wedge speak" "$(judge xen "$dom0${wedge}$off")" 1
ok "that is said" grep -q 'without a word on its console' "$tmp/err"
is "domU: only dom0 speaks" "$(judge xen "$dom0$off")" 1
is "domU: dom0 itself ends" "$(judge xen "${dom0}Linux\r\n[    9.1] reboot: Power down\r\n")" 1
ok "that is said" grep -q "dom0 ended without telling" "$tmp/err"
last_of() { # last_of CONSOLE: the last word, as the script has it: with pipefail
	(
		set -euo pipefail
		work=$tmp
		source "$TOP/scripts/platform/ending.sh"
		printf '%b' "$1" >"$work/console"
		last_word
	)
}
panic='[    1.5] Kernel panic - not syncing: early\r\n' restart='reboot: Restarting system\r\n'
is "a panic at the beginning of a long console" "$(last_of "$panic$(long)")" panic
is "the last word counts: a restart" "$(last_of "$panic$restart")" restart
is "the last word counts: a panic" "$(last_of "$restart$panic")" panic
is "the last word counts: dom0 halts" "$(last_of "$panic(XEN) Hardware Dom0 halted: halting machine\r\n")" halt
is "no word" "$(last_of 'a Kernel panic - not syncing')" ''
is "dom0 halts behind a lie" "$(outcome=halted judge xen-dom0 "$xen${wedge}Linux\r\n$panic(XEN) Hardware Dom0 halted\r\n")" 0
is "dom0 halts behind a crash" "$(outcome=halted judge xen-dom0 "$xen${wedge}Linux\r\n(XEN) Hardware Dom0 crashed: halting\r\n")" 1
is "powered off behind a lie" "$(judge bare "$panic")" 0
is "a reset behind a panic" "$(outcome=reset judge bare "$panic")" 1
is "a reset behind a restart" "$(outcome=reset judge bare "$panic$restart")" 0
is "a reset behind nothing" "$(outcome=reset judge bare "hello\r\n")" 1
is "a reset without a word" "$(outcome=reset judge bare '\r\n')" 1
ok "that is said" grep -q 'reset the machine without a word on its console' "$tmp/err"

# says PATTERN PLATFORM OUTCOME CONSOLE: such a run has failed, and the message is this
says() {
	initrd=${initrd:-} memory=40 outcome=$3 judge "$2" "$4" >"$tmp/code"
	cat "$tmp/code" "$tmp/err"
	[[ $(<"$tmp/code") == 1 ]] && grep -Eqx "afterburn run: $1" "$tmp/err"
}
stars='(XEN) ****************************************\r\n'
# building LINE: Xen's console when it cannot make the dom0, with the reason that it gives in the end
building() {
	printf '%s' "(XEN) *** Building a PV Dom0 ***\r\n(XEN)  Xen  kernel: 64-bit, lsb\r\n$1(XEN) \r\n$stars(XEN) Panic on CPU 0:\r\n(XEN) $2\r\n$stars"
}
image='(XEN)  Dom0 kernel: 64-bit, PAE, lsb, paddr 0x1000000 -> 0x2030000\r\n'
small='Domain 0 allocation is too small for kernel image'
wedge_panic='afterburn wedge: fatal: 40 MiB of memory are too little: at least 44 are needed\r\n'
ok "a panic is quoted" says 'the guest panicked or crashed: \[    1.5\] Kernel panic - not syncing: early' \
	bare reset "hello\r\n$panic"
ok "without what a terminal would obey" says '.*: Kernel panic - not syncing: a\[31mb' bare reset \
	'Kernel panic - not syncing: a\033[31m\007b\r\n'
ok "the wedge's panic says more than Xen" says "the guest panicked or crashed: ${wedge_panic%%\\*}" xen-dom0 halted \
	"$wedge_panic(XEN) Hardware Dom0 crashed: halting\r\n"
ok "a crash that only Xen knows" says 'the guest panicked or crashed: Domain 0 \(vcpu#0\) crashed on cpu#0:' \
	xen-dom0 halted 'hello\r\n(XEN) Domain 0 (vcpu#0) crashed on cpu#0:\r\n'
ok "dom0 does not fit: how much is needed" says ".* --memory 40: $small; it needs at least 64" xen-dom0 halted \
	"$(building "$image" "$small")"
head -c 1400000 /dev/zero >"$tmp/ramdisk"
initrd=$tmp/ramdisk ok "with a RAM disk" says ".* --memory 40: $small; with this RAM disk it needs at least 66" \
	xen-dom0 halted "$(building "$image" "$small")"
ok "Xen does not know the file" says 'Xen could not start the kernel as dom0: ELF: not an ELF binary' xen-dom0 \
	halted "$(building '(XEN) ELF: not an ELF binary\r\n' 'Could not construct domain 0')"
ok "Xen gives no reason" says 'Xen could not start the kernel as dom0' xen-dom0 halted \
	"$(building "$image" 'Could not construct domain 0')"
refused='libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain 1:cannot (re-)build domain: -3\r\nafterburn-dom0: guest refused\r\n'
ok "xl does not know the file" says 'xl could not start the guest: no loader found: Invalid kernel' xen powered-off \
	"${dom0}xc: error: panic: xg_dom_core.c:689: xc_dom_find_loader: no loader found: Invalid kernel\r\n$refused"
ok "a domU does not fit" says \
	'xl could not start the guest: --memory 40 is too little, more than 54 are needed: segment module0 too large .*' \
	xen powered-off "${dom0}xc: error: panic: xg_dom_core.c:536: xc_dom_chk_alloc_pages: segment module0 too large (0x12c9 > 0x2800 - 0x2400 pages): Out of memory\r\n$refused"
ok "another refusal of xl's" says 'xl could not start the guest: cannot \(re-\)build domain: -3' xen powered-off \
	"$dom0$refused"
ok "a refusal without a word of xl's" says 'xl could not start the guest: see the console above' xen powered-off \
	'afterburn-dom0: guest refused\r\n'
printf "qemu: warning: TCG doesn't support requested feature: x\nqemu: no\n" >"$tmp/qemu.err"
outcome=failed judge bare '' >/dev/null
is "what QEMU emulates less is not its complaint" "$(sed -n 's/^afterburn run: QEMU says: //p' "$tmp/err")" 'qemu: no'
is "a long console" "$(judge bare "$(long)")" 0
done_testing
