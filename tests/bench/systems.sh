# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The systems that are measured, KERNEL/PLATFORM/WIDTH: what each one boots and how. Source it with
# $top, $O and $work set, and die() defined.
#
# Invariant: systems of one width run the same programs from the same RAM disk; only the kernel and
# what is below it differ.
icount_systems='plain/bare/x86_64 annotated/bare/x86_64 annotated/xen-dom0/x86_64'
icount_systems+=' annotated/xen-domU/x86_64 stock/bare/x86_64 stock/xen-domU/x86_64'
icount_systems+=' plain/bare/i386 annotated/bare/i386'
wall_systems='host/host/i386 annotated/process/i386 uml/uml/i386'
afterburn=$O/bin/afterburn

# The clock of a system, or nothing if there is no such system.
clock_of() { # clock_of SYSTEM
	case " $icount_systems " in *" $1 "*) echo icount && return ;; esac
	case " $wall_systems " in *" $1 "*) echo wall ;; esac
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

kernel_of() { # kernel_of KERNEL WIDTH: the file
	case $1 in
	plain) echo "$O/guest/$2/vmlinux.plain" ;;
	annotated) echo "$O/guest/$2/vmlinux" ;;
	stock) stock_kernel ;;
	esac
}

# What goes into the guest's /bench.
fill_bench_folder() { # fill_bench_folder WIDTH FOLDER
	local programs=$O/bench/$1
	[[ -x $programs/bench-ops ]] || die "$programs/bench-ops is missing: run make bench-programs"
	mkdir -p "$2"
	cp "$programs"/* "$2/"
	install -m 755 "$here/guest-init" "$2/init"
	ln -s /bin/busybox "$2/busybox"
}

# The RAM disk of a width, made once.
bench_initrd() { # bench_initrd WIDTH
	local initrd=$O/guest/$1/initrd.gz made=$work/initrd-$1.gz
	if [[ ! -e $made ]]; then
		[[ -r $initrd ]] || die "$initrd is missing: run make guest-$1"
		fill_bench_folder "$1" "$work/extra-$1/bench"
		{
			cat "$initrd"
			"$top/scripts/dom0/cpio" "$work/extra-$1" | gzip -1n
		} >"$made.new"
		mv "$made.new" "$made"
	fi
	echo "$made"
}

# Words for the command line that make systems alike. Debian's kernel has protections against
# speculation, which our configuration leaves out. The timer of this emulator's local APIC does not
# keep pace with counted instructions: every kernel finds that out on bare metal and goes back to
# the 8254, after a search that takes ten times as long as all the rest of the boot.
words_of() { # words_of KERNEL PLATFORM
	[[ $1 != stock ]] || echo -n ' mitigations=off'
	[[ $2 != bare ]] || echo -n ' nolapic_timer'
}

# run_icount SYSTEM WHAT CONSOLE: boots it, with its console in a file
run_icount() {
	local kernel platform width on file initrd
	IFS=/ read -r kernel platform width <<<"$1"
	on=$platform
	[[ $platform != xen-domU ]] || on=xen
	file=$(kernel_of "$kernel" "$width")
	[[ -r $file ]] || die "$file is missing: run make guest-$width guest-plain-$width"
	initrd=$(bench_initrd "$width")
	"$afterburn" run --on "$on" --icount --memory 256 --timeout 300 --initrd "$initrd" \
		--append "quiet rdinit=/bench/init bench.run=$2$(words_of "$kernel" "$platform")" "$file" \
		</dev/null >"$3" 2>"$3.err"
}

# The systems of a set. The gate's runs are the same to the instruction each time.
systems_of() { # systems_of SET
	case $1 in
	gate) echo annotated/bare/x86_64 annotated/xen-dom0/x86_64 annotated/bare/i386 ;;
	quick | full) echo "$icount_systems" ;;
	esac
}

first_word_with() { # first_word_with PATTERN COMMAND...: the first word of its output that fits
	local pattern=$1
	shift
	{ "$@" 2>/dev/null || true; } | tr -s ' ()' '\n' | grep -Em 1 "$pattern" || echo unknown
}

# Lines KEY VALUE: the machine, the source, the kernels that were used.
describe() {
	local system file
	echo "commit $(git -C "$top" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)"
	echo "machine.cpu $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
	echo "machine.cpus $(nproc)"
	echo "machine.kernel $(uname -r)"
	echo "machine.qemu $(first_word_with '^[0-9]+[.]' qemu-system-x86_64 --version)"
	echo "machine.gcc $(gcc -dumpfullversion)"
	echo "machine.xen $(package_version xen-hypervisor-4.17-amd64)"
	echo "machine.linux_source $(package_version linux-source-6.1)"
	for system in $systems; do
		file=$(kernel_of "${system%%/*}" "${system##*/}")
		[[ -n $file ]] || continue
		echo "kernel.${system%%/*}/${system##*/}.sha256 $(sha256sum <"$file" | cut -d ' ' -f 1)"
		echo "kernel.${system%%/*}/${system##*/}.version $(first_word_with '^[0-9]+[.][0-9]+[.][0-9]+' \
			grep -aom 1 'Linux version [0-9][^ ]*' "$file")"
	done
}

package_version() { # package_version PACKAGE
	dpkg-query -W -f '${Version}\n' "$1" 2>/dev/null || echo unknown
}
