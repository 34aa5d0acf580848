# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What all platforms share: messages, the temporary folder, packing, and one QEMU with its
# console on standard input and output. What an end means is in ending.sh.
#
# Invariant: a run ends when QEMU says that the machine has ended. Console output, which may come
# from a user program, ends no run.

die() { # die CODE MESSAGE
	echo "afterburn run: $2" >&2
	exit "$1"
}

note() {
	[[ -z $verbose ]] || echo "afterburn run: $*" >&2
}

need_program() { # need_program PROGRAM PACKAGE
	command -v "$1" >/dev/null || die 3 "$1 not found: install the package $2"
}

make_work() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/afterburn-run.XXXXXX")
	qemu_pid=''
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

cleanup() {
	if [[ -n $qemu_pid ]] && kill -0 "$qemu_pid" 2>/dev/null; then
		kill -KILL "$qemu_pid" 2>/dev/null || true
	fi
	[[ -z ${tty_state:-} ]] || stty "$tty_state" <&0 2>/dev/null || true
	rm -rf "$work"
}

is_elf() {
	[[ $(head -c 4 "$1" | od -An -tx1) == ' 7f 45 4c 46' ]]
}

# A kernel that Xen can start: it has an entry note of Xen (owner "Xen", type 1, which readelf knows as
# NT_VERSION). If there are sections, readelf shows their notes alone, but a packed wedge's are named
# by a program header only, which is what Xen goes by.
has_xen_entry() {
	local offset size
	! readelf -n "$1" 2>/dev/null | grep -E '^ *Xen +0x[0-9a-f]+[[:space:]]+NT_VERSION' >/dev/null ||
		return 0
	while read -r offset size; do
		! dd if="$1" iflag=skip_bytes,count_bytes skip=$((offset)) count=$((size)) status=none |
			LC_ALL=C grep -aP '\x01\0\0\0Xen\0' >/dev/null || return 0
	done < <(readelf -lW "$1" 2>/dev/null | awk '$1 == "NOTE" { print $2, $5 }')
	return 1
}

# A packed kernel carries a wedge, which begins with this word (bundle.h). In a bzImage the wedge is
# compressed, and the mark in front of that begins so.
is_packed() {
	LC_ALL=C grep -aqF $'ABWEDGE\x01' -- "$1"
}

# A kernel with a wedge for Xen, or with Xen support of its own.
is_for_xen() {
	if is_elf "$1"; then
		has_xen_entry "$1"
	elif is_packed "$1"; then
		LC_ALL=C grep -aqP 'ABWEDGE\x01([a-z0-9]+,)*xen[,\0]' -- "$1"
	else
		! has_sites "$1" # Xen unpacks and checks it
	fi
}

has_sites() {
	"$afterburn" sites --summary "$1" >/dev/null 2>&1
}

# Makes $work/kernel a file that Xen can start; packs it if needed. A kernel on a wedge has a serial
# port; a kernel with Xen support has Xen's console.
kernel_for_xen() {
	local afterburn=${AFTERBURN:-$here/../../bin/afterburn}
	console=hvc0
	! is_elf "$kernel" || need_program readelf binutils
	! is_packed "$kernel" || console=ttyS0
	if is_for_xen "$kernel"; then
		ln -s "$kernel" "$work/kernel"
		return
	fi
	[[ $console == hvc0 ]] ||
		die 2 "'$kernel' is packed without the wedge for Xen; give the kernel as it was built"
	[[ -x $afterburn ]] || die 2 "$afterburn is missing: build it with make"
	note "packing $kernel with the wedge for Xen"
	"$afterburn" pack --wedge xen -o "$work/kernel" "$kernel" >&2 ||
		die 2 "'$kernel' cannot be packed for Xen"
	console=ttyS0
}

# The version that is meant if AFTERBURN_XEN names none, which is Debian 12's.
usual_xen=4.17

is_version() {
	[[ $1 =~ ^[0-9]+\.[0-9]+$ ]]
}

# True if the kernel is a 32-bit one: an ELF file of that class. (A bzImage is not looked into.)
is_32_bit() {
	is_elf "$1" && [[ $(head -c 5 "$1" | tail -c 1 | od -An -tu1) -eq 1 ]]
}

# Sets AFTERBURN_XEN to the Xen that runs 32-bit guests, if the kernel needs it and the user has named none.
# Debian's has no support for them, so it is built, once.
choose_xen() {
	[[ -z ${AFTERBURN_XEN:-} ]] && is_32_bit "$kernel" || return 0
	local folder turn
	folder=$(cache_folder)/xen32-$(cat "$here"/dom0/{build-xen,apt-suite,suite-sources} | sha256sum | cut -c1-16)
	AFTERBURN_XEN=$folder/xen.gz
	[[ ! -r $AFTERBURN_XEN ]] || return 0
	need_program apt-get apt
	need_program dpkg-source dpkg-dev
	mkdir -p "${folder%/*}"
	# Another run that builds it is waited for.
	exec {turn}>"$folder.lock"
	flock "$turn"
	[[ -r $AFTERBURN_XEN ]] || {
		echo "afterburn run: building Debian's Xen with support for 32-bit guests once, in $folder" >&2
		"$here/dom0/build-xen" "$folder" >&2 ||
			die 3 "Debian's Xen could not be built with support for 32-bit guests; AFTERBURN_XEN names another that has it (CONFIG_PV32)"
	}
	exec {turn}>&-
}

# The hypervisor as an ELF file in $work/xen: AFTERBURN_XEN is a file, or a version that is then taken
# from the release of Debian that has it.
unpack_xen() {
	local xen=${AFTERBURN_XEN:-} candidate
	if is_version "$xen"; then
		make_dom0 "$xen"
		xen=$dom0/xen.gz
	elif [[ -z $xen ]]; then
		for candidate in "/boot/xen-$usual_xen-amd64.gz" "$(cache_folder)/xen-$usual_xen-amd64.gz"; do
			[[ ! -r $candidate ]] || { xen=$candidate && break; }
		done
	fi
	[[ -n $xen && -r $xen ]] ||
		die 3 "no Xen found${xen:+ at $xen}: install the package xen-hypervisor-$usual_xen-amd64"
	gzip -dcf "$xen" >"$work/xen" || die 3 "$xen cannot be unpacked"
	is_elf "$work/xen" || die 3 "$xen does not hold a Xen for x86-64"
}

cache_folder() {
	echo "${AFTERBURN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/afterburn}"
}

# Sets $dom0 to the cached folder with Debian's dom0 and its Xen. The folder's name tells what they were
# made from.
make_dom0() { # make_dom0 [VERSION]
	local version=${1:-$usual_xen}
	dom0=$(cache_folder)/dom0-$(cat "$here"/dom0/* - <<<"$version" | sha256sum | cut -c1-16)
	[[ ! -d $dom0 ]] || return 0
	need_program apt-get apt
	need_program cpio cpio
	need_program readelf binutils
	mkdir -p "${dom0%/*}"
	echo "afterburn run: building Debian's dom0 with Xen $version once, in $dom0" >&2
	"$here/dom0/build" "$dom0" "$version" >&2 ||
		die 3 "Debian's dom0 with Xen $version could not be built (packages: $here/dom0/packages)"
}

# In QEMU's lists a comma separates; two stand for one.
escape_commas() {
	echo "${1//,/,,}"
}

# Options of every Xen. eager-fpu: this QEMU's xsave and xrstor ignore CR0.TS, by which Xen notices
# that a guest needs its FPU state back, so a domU would find dom0's registers. noreboot: a Xen that
# has crashed, or whose dom0 has, halts instead of waiting five seconds for a reset. The user's own come last.
xen_options="spec-ctrl=eager-fpu noreboot${AFTERBURN_XEN_OPTIONS:+ $AFTERBURN_XEN_OPTIONS}"

# Features that no model has, on every platform, so that a kernel finds the same processor on all of them.
# With SMAP every Xen PV guest crashes: this QEMU reads the frame of a ring 3 iret as a supervisor. With
# MONITOR Xen crashes on AMD models: its idle loop's mwait has an ECX of 1, which this QEMU refuses.
hidden=(smap monitor)

# Sets $processor to what QEMU's -cpu gets. The user's flags come last, so they win over ours. QEMU is asked
# whether it knows them by a machine that is never started; its own list would not tell all flags.
choose_processor() {
	processor=max,-smap
	[[ -n $cpu ]] || return 0
	local model=${cpu%%,*} said
	processor=$model$(printf ',%s=off' "${hidden[@]}")${cpu#"$model"}
	said=$(qemu-system-x86_64 -accel tcg -S -nodefaults -display none -monitor stdio \
		-cpu "$processor" 2>&1 <<<quit) ||
		die 2 "--cpu $cpu: $(sed -n 's/^.*qemu-system-x86_64: //p' <<<"$said" | tail -n 1); --cpu help lists models and flags"
}

# QEMU options that are the same everywhere.
qemu_options() {
	choose_processor
	options=(-accel tcg -cpu "$processor" -nodefaults -display none -no-reboot
		-chardev "pipe,id=qmp,path=$work/qmp" -mon chardev=qmp,mode=control)
	if [[ -t 0 && -t 1 ]]; then
		tty_state=$(stty -g <&0)
		if [[ -z $virtio_console ]]; then
			options+=(-serial mon:stdio)
		else
			options+=(-chardev stdio,id=console,mux=on,signal=off -serial chardev:console -mon chardev=console)
		fi
	elif has_input_port; then
		options+=(-chardev stdio,id=input,signal=off
			-chardev "file,id=console,path=$work/out${virtio_console:+,mux=on}" -serial chardev:console)
	else
		options+=(-chardev "stdio,id=console,signal=on${virtio_console:+,mux=on}" -serial chardev:console)
	fi
	if [[ -n $icount ]]; then
		options+=(-icount shift=0,sleep=off -seed 1
			-rtc base=2026-01-01T00:00:00,clock=vm)
	fi
	qemu_disks
	qemu_net
	qemu_folders
	qemu_ports
}

# A guest that panics resets its machine at once; no user program can do that.
panic_resets='panic=-1'

# Xen prints this when it stops the machine; run_qemu then checks that the processors have halted.
xen_halts='\(XEN\).*(Panic on CPU|Dom0 (halted|crashed))'

# run_qemu [-h PATTERN] OPTION...: runs QEMU, copies the console through, sets $outcome to one of
# powered-off, reset, halted (for ever, after a line like PATTERN), timeout, failed. The console is
# in $work/console.
run_qemu() {
	local halts='' deadline=$((SECONDS + timeout)) feeder
	[[ $1 != -h ]] || { halts=$2 && shift 2; }
	mkfifo "$work/qmp.in" "$work/qmp.out" "$work/out"
	exec {qmp_in}<>"$work/qmp.in" {qmp_out}<>"$work/qmp.out"
	echo '{"execute":"qmp_capabilities"}' >&"$qmp_in"
	: >"$work/console"
	tee "$work/console" <"$work/out" &
	feeder=$!
	note "qemu-system-x86_64 ${options[*]} $*"
	qemu-system-x86_64 "${options[@]}" "$@" <&0 >"$work/out" 2>"$work/qemu.err" &
	qemu_pid=$!
	outcome='' looked=0 suspect=''
	while [[ -z $outcome ]] && kill -0 "$qemu_pid" 2>/dev/null; do
		qemu_events 0.2
		[[ -z $halts || -n $outcome ]] || look_for_halt "$halts"
		if [[ -z $outcome ]] && ((timeout > 0 && SECONDS >= deadline)); then
			outcome=timeout
		fi
	done
	stop_qemu
	wait "$feeder" || true
	end_ports
	exec {qmp_in}>&- {qmp_out}>&-
	[[ -n $outcome ]] || outcome=failed
}

# Reads the events that are there, waiting at most $1 seconds for the first.
qemu_events() {
	local line wait=$1
	while IFS= read -r -t "$wait" line <&"$qmp_out"; do
		wait=0.01
		take_event "$line"
	done
}

take_event() { # take_event LINE
	case $1 in
	*'"SHUTDOWN"'*guest-shutdown*) outcome=powered-off ;;
	*'"SHUTDOWN"'*guest-reset*) outcome=reset ;;
	*'"SHUTDOWN"'*guest-panic*) outcome=panic ;;
	esac
}

# Searches only new console output, and a piece before it, where a line may have begun.
look_for_halt() { # look_for_halt PATTERN
	local size
	size=$(stat -c %s "$work/console")
	if [[ -z $suspect ]] && ((size > looked)); then
		# No pipe: grep ends at the first match, and the writer of the pipe would get
		# SIGPIPE.
		! grep -Eaq "$1" < <(tail -c +$((looked > 200 ? looked - 200 : 1)) "$work/console") || suspect=1
		looked=$size
	fi
	[[ -z $suspect ]] || { machine_is_halted && machine_is_halted && outcome=halted; } || true
}

# Has every processor halted with interrupts off? Then the machine never goes on.
machine_is_halted() {
	local line='' flags halted count=0
	echo '{"execute":"human-monitor-command","arguments":{"command-line":"info registers -a"}}' >&"$qmp_in"
	until [[ $line == *HLT=* ]]; do
		IFS= read -r -t 1 line <&"$qmp_out" || return
		take_event "$line"
	done
	while read -r flags halted; do
		((halted == 1 && (16#$flags & 0x200) == 0)) || return
		count=$((count + 1))
	done < <(sed 's/[ER]IP=/\n&/g' <<<"$line" | sed -nE 's/.*FL=([0-9a-f]+) .* HLT=([01]).*/\1 \2/p')
	((count > 0))
}

# After its last event QEMU ends by itself. Otherwise it gets SIGTERM, then SIGKILL.
stop_qemu() {
	local turns=0
	case $outcome in
	'' | powered-off | reset) ;;
	*) kill -TERM "$qemu_pid" 2>/dev/null || true ;;
	esac
	while kill -0 "$qemu_pid" 2>/dev/null && ((turns++ < 30)); do
		sleep 0.1
	done
	kill -KILL "$qemu_pid" 2>/dev/null || true
	wait "$qemu_pid" 2>/dev/null || qemu_status=$?
	[[ -n $outcome ]] || qemu_events 0.01 # QEMU was faster than the loop
	qemu_pid=''
}
