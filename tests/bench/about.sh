# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What a run was made on and of, as lines "KEY VALUE" for collect. Source it after systems.sh.
#
# Invariant: what cannot be found out is "unknown", never left out.

first_word_with() { # first_word_with PATTERN COMMAND...: the first word of its output that fits
	local pattern=$1
	shift
	{ "$@" 2>/dev/null || true; } | tr -s ' ()' '\n' | grep -Em 1 "$pattern" || echo unknown
}

package_version() { # package_version PACKAGE
	dpkg-query -W -f '${Version}\n' "$1" 2>/dev/null || echo unknown
}

# Which L4 kernel: what a figure about L4 tells depends on it.
about_l4() {
	local file
	file=$(l4_kernel)/x86-kernel
	[[ -r $file ]] || { echo unknown && return; }
	[[ -n ${AFTERBURN_L4:-} ]] && echo -n "AFTERBURN_L4's kernel" || echo -n "the test kernel of tests/l4"
	echo ", sha256 $(sha256sum <"$file" | cut -c 1-16)"
}

about_machine() {
	echo "commit $(git -C "$top" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)"
	echo "machine.cpu $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
	echo "machine.cpus $(nproc)"
	echo "machine.kernel $(uname -r)"
	echo "machine.qemu $(first_word_with '^[0-9]+[.]' qemu-system-x86_64 --version)"
	echo "machine.gcc $(gcc -dumpfullversion)"
	echo "machine.xen $(package_version xen-hypervisor-4.17-amd64)"
	echo "machine.linux_source $(package_version linux-source-6.1)"
	echo "machine.l4 $(about_l4)"
}

# The version is in the text that the kernel prints first; Debian's own of its kernel at the end.
kernel_version() { # kernel_version FILE
	local banner
	banner=$(LC_ALL=C grep -aom 1 'Linux version [0-9][^#]*#.*' "$1" | head -n 1 | tr -cd '[:print:]')
	sed -nE 's/^Linux version ([^ ]*) .* Debian ([0-9.]+-[0-9]+) \(.*/\1, Debian \2/p; t
		s/^Linux version ([^ ]*) .*/\1/p' <<<"$banner" | grep . || echo unknown
}

about_kernel() { # about_kernel NAME FILE
	echo "kernel.$1.sha256 $(sha256sum <"$2" | cut -d ' ' -f 1)"
	echo "kernel.$1.version $(kernel_version "$2")"
}

about_kernels() { # of all $systems
	local system file seen=' '
	for system in $systems; do
		file=$(kernel_of "$system" 2>/dev/null) || continue
		case $seen in *" $file "*) continue ;; esac
		[[ -z $file ]] || about_kernel "${system%%/*}/${system##*/}" "$file"
		seen+="$file "
	done
}
