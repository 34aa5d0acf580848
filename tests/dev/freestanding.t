#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The chips fit into a wedge: for both widths they compile without floating point, need no library
# but memcpy and memset, no global data, and nothing of the host but the dev_host_* services.
set -euo pipefail
: "${TOP:?the source folder}"
read -ra cc <<<"${CC:-gcc}" # ccache gcc is two words
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags=(-std=c11 -O2 -ffreestanding -mno-sse -mgeneral-regs-only -mno-red-zone -fPIE
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes "-I$TOP/wedge/include")
number=0

result() { # result STATUS NAME
	number=$((number + 1))
	if (($1 == 0)); then echo "ok $number - $2"; else echo "not ok $number - $2"; fi
}

build() { # build WIDTH [FLAG...]: one relocatable of all chips
	local width=$1 file objects=()
	for file in "$TOP"/wedge/dev/*.c "$TOP"/wedge/dev/*/*.c; do
		objects+=("$work/$width-$(basename "$file" .c).o")
		"${cc[@]}" "-m$width" "${flags[@]}" "${@:2}" -c "$file" -o "${objects[-1]}" || return 1
	done
	"${cc[@]}" "-m$width" -nostdlib -r "${objects[@]}" -o "$work/$width.o"
}

needs_only_the_host() {
	local extra
	extra=$(nm -u "$work/$1.o" | awk '{ print $2 }' |
		grep -vxE 'dev_host_[a-z_]+|memcpy|memset|_GLOBAL_OFFSET_TABLE_' || true)
	[[ -z $extra ]] || { echo "# also needs: $extra" && return 1; }
}

has_no_data() {
	local found
	found=$(nm "$work/$1.o" | grep -E ' [bBcCdDsS] ' || true)
	[[ -z $found ]] || { echo "# data: $found" && return 1; }
}

echo "1..6"
for width in 64 32; do
	extra=()
	[[ $width == 32 ]] || extra=(-mcmodel=small)
	status=0
	build "$width" "${extra[@]}" 2>"$work/log" || status=1
	sed 's/^/# /' "$work/log"
	result $status "compiles freestanding for $width bits"
	status=0
	[[ -e $work/$width.o ]] && needs_only_the_host "$width" || status=1
	result $status "needs nothing but dev_host services, $width bits"
	status=0
	[[ -e $work/$width.o ]] && has_no_data "$width" || status=1
	result $status "keeps no global data, $width bits"
done
