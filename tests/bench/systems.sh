# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The systems that are measured, KERNEL/PLATFORM/WIDTH: which there are, what each one is asked for,
# and how it is run. Source it with $here (this folder), $top, $O, $work and $guest (whose kernels the
# x86-64 systems have) set, and die() defined.
#
# Invariant: systems of one width run the same programs; only the kernel and what is below it differ. But
# those for L4 are compiled with another C library: L4 has no thread-local storage for programs.
icount_systems='plain/bare/x86_64 annotated/bare/x86_64 annotated/xen-dom0/x86_64'
icount_systems+=' annotated/xen-domU/x86_64 stock/bare/x86_64 stock/xen-domU/x86_64'
icount_systems+=' plain/bare/i386 annotated/bare/i386 annotated/xen-dom0/i386 annotated/l4/i386'
wall_systems='host/host/i386 annotated/process/i386 host/host/x86_64 uml/uml/x86_64'
afterburn=$O/bin/afterburn

# The clock of a system, or nothing if there is no such system.
clock_of() { # clock_of SYSTEM
	case " $icount_systems " in *" $1 "*) echo icount && return ;; esac
	case " $wall_systems " in *" $1 "*) echo wall ;; esac
}

# The systems of a set. The gate's are the same to the instruction each time.
systems_of() { # systems_of SET
	case $1 in
	gate)
		echo annotated/bare/x86_64 annotated/xen-dom0/x86_64 annotated/xen-domU/x86_64 \
			annotated/bare/i386 annotated/xen-dom0/i386
		;;
	quick | full) echo "$icount_systems $wall_systems" ;;
	esac
}

# What a system is asked for, one run each: count or micro (the operations), sites, jobs, io.
runs_of() { # runs_of SYSTEM SET
	local clock
	clock=$(clock_of "$1")
	if [[ $clock == icount ]]; then echo count; else echo micro; fi
	case $1 in
	# Sites are what annotation makes of instructions; the gate leaves out what boots a dom0 again.
	annotated/xen-domU/*) [[ $2 == gate ]] || echo sites ;;
	annotated/*) echo sites ;;
	esac
	# The jobs' programs need thread-local storage.
	[[ $2 == gate || $1 == */l4/* ]] || if [[ $clock == icount ]]; then echo jobs; else echo wall-jobs; fi
	case $1 in */xen-domU/*) [[ $2 == gate ]] || echo io ;; esac
}

# Debian's stock kernel is the one of its dom0, which `afterburn run --on xen` keeps in the cache.
stock_kernel() {
	(
		here=$top/scripts verbose=''
		source "$here/platform/common.sh"
		source "$here/platform/xen.sh"
		make_dom0
		echo "$dom0/vmlinux"
	)
}

# The example guest whose kernels systems of a width have.
guest_of() { # guest_of WIDTH
	if [[ $1 == x86_64 ]]; then echo "$guest"; else echo "$1"; fi
}

kernel_of() { # kernel_of SYSTEM: the file, or nothing where none is booted
	local of
	of=$(guest_of "${1##*/}")
	case $1 in
	uml/*) "$here/uml" ;;
	plain/*) echo "$O/guest/$of/vmlinux.plain" ;;
	annotated/*) echo "$O/guest/$of/vmlinux" ;;
	stock/*) stock_kernel ;;
	esac
}

# The programs that a system runs: a width, or i386-no-tls.
programs_of() { # programs_of SYSTEM
	case $1 in
	*/l4/*) echo i386-no-tls ;;
	*) echo "${1##*/}" ;;
	esac
}

ramdisk_of() { # ramdisk_of PROGRAMS: the guest's RAM disk to which they are added
	case $1 in
	i386-no-tls) echo "$O/guest/i386/initrd-no-tls.gz" ;;
	*) echo "$O/guest/$1/initrd.gz" ;;
	esac
}

busybox_of() { # busybox_of PROGRAMS
	case $1 in
	i386-no-tls) echo "$O/guest/i386/no-tls/busybox" ;;
	*) "$top/guest-patches/busybox" "$1" ;;
	esac
}

# The L4 kernel: the user's, else that of the tests, whose figures are not those of a real one.
l4_kernel() {
	echo "${AFTERBURN_L4:-$O/tests/l4}"
}

# A folder with the programs, for a guest's /bench and for the host.
fill_programs() { # fill_programs PROGRAMS FOLDER
	local programs=$O/bench/$1
	[[ -x $programs/bench-ops ]] || die "$programs/bench-ops is missing: run make bench-programs"
	mkdir -p "$2"
	cp "$programs/bench-ops" "$2/"
	cp -L "$(busybox_of "$1")" "$2/busybox" || die "no busybox for $1"
}

# The RAM disk with those programs for the operations or the jobs, made once. It is not compressed:
# unpacking would take emulated time.
bench_initrd() { # bench_initrd PROGRAMS ops|jobs
	local initrd made=$work/initrd-$1-$2 extra=$work/extra-$1-$2
	initrd=$(ramdisk_of "$1")
	if [[ ! -e $made ]]; then
		[[ -r $initrd ]] || die "$initrd is missing: run make guest-${1%-no-tls}"
		fill_programs "$1" "$extra/bench"
		install -m 755 "$here/guest-init" "$extra/bench/init"
		[[ $2 == ops ]] || O=$O "$here/jobs/image" "$1" "$extra/bench/jobs" >&2 ||
			die "the folder of the jobs cannot be made"
		{
			gzip -dc "$initrd"
			"$top/scripts/dom0/cpio" "$extra"
		} >"$made.new"
		mv "$made.new" "$made"
		rm -rf "$extra"
	fi
	echo "$made"
}

# Words for the command line that make systems alike. Addresses of programs are not random: how many
# page tables a mapping takes depends on them, and any change of a kernel would throw the dice
# again. Debian's kernel has protections against speculation, which our configuration leaves out.
# The timer of this emulator's local APIC does not keep pace with counted instructions: every kernel
# finds that out on bare metal and goes back to the 8254, after a search that takes ten times as long
# as all the rest of the boot.
words_of() { # words_of SYSTEM
	local words='norandmaps'
	case $1 in stock/*) words+=' mitigations=off' ;; esac
	case $1 in */bare/*) words+=' nolapic_timer' ;; esac
	echo "$words"
}

# Makes what a run needs and others may need too.
prepare() { # prepare SYSTEM WHAT
	local kind=ops
	[[ $2 != sites ]] || return 0
	[[ $2 != *jobs* ]] || kind='jobs'
	[[ $2 != io:* ]] || prepare_io
	case $1 in
	host/*) host_folder "${1##*/}" "$kind" >/dev/null ;;
	uml/*) bench_initrd "${1##*/}" "$kind" >/dev/null ;;
	*)
		kernel_of "$1" >/dev/null
		bench_initrd "$(programs_of "$1")" "$kind" >/dev/null
		;;
	esac
}

# run_icount SYSTEM WHAT: takes this shell's place with the system's console
run_icount() {
	local on=${1#*/} width=${1##*/} of file initrd memory=256 kind=ops options=()
	on=${on%/*}
	[[ $on != xen-domU ]] || on=xen
	[[ $2 != sites ]] || exec "$here/sites/run" "$1"
	[[ $2 != io:* ]] || run_io "$1" "$2"
	[[ $2 != jobs:* ]] || memory=512 kind=jobs
	file=$(kernel_of "$1")
	of=$(guest_of "$width")
	[[ -r $file ]] || die "$file is missing: run make guest-$of guest-plain-$of"
	[[ $on != l4 ]] || options=(--l4-kernel "$(l4_kernel)")
	initrd=$(bench_initrd "$(programs_of "$1")" "$kind")
	exec "$afterburn" run --on "$on" "${options[@]}" --icount --memory "$memory" --timeout 1200 --initrd "$initrd" \
		--append "quiet rdinit=/bench/init bench.run=$2 $(words_of "$1")" "$file"
}
