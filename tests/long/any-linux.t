#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 28800
#
# Any Linux: versions from 5.10 to today, configured with what distributions turn on, on bare metal and on
# Xen as dom0 and as domU, each with several models of the processor. The kernels' sources are as they are;
# the audit finds nothing in kernel and modules; the guest's whole script passes, and nothing warns
# (panic_on_warn). One that runs must stand in the README's table, and what stands there must run.
#
# Kernels are kept in the cache; one takes up to 20 minutes of a processor, a boot up to three. For a part of
# the table: LONG_VERSIONS, LONG_PLATFORMS, LONG_MODELS.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

read -ra versions <<<"${LONG_VERSIONS:-5.10 6.1 6.12 7.2}"
read -ra platforms <<<"${LONG_PLATFORMS:-bare xen-dom0 xen}"
read -ra models <<<"${LONG_MODELS:-max EPYC-Rome Skylake-Server}"

# The README's table: a row a version, with the models that work in each platform's column.
listed() { # listed VERSION PLATFORM MODEL
	local column=3
	case $2 in
	xen-dom0) column=4 ;;
	xen) column=5 ;;
	esac
	awk -F ' *[|] *' -v version="Linux $1" -v column="$column" '$2 == version { print $column }' "$TOP/README.md" |
		tr ',' '\n' | grep -qx " *$3"
}

build() { # build VERSION: into $guest
	"$TOP/guest-patches/build-linux" x86_64 annotated "$guest/annotated" "$1" &&
		"$TOP/guest-patches/build-initrd" x86_64 "$O/guest/x86_64/guest-check" "$guest/annotated" \
			"$guest/initrd.gz"
}

audit() {
	"$O/bin/afterburn" audit "$guest/annotated/vmlinux" "$guest"/annotated/modules/*.ko
}

is_version() {
	LC_ALL=C grep -aq "Linux version $1\\." "$guest/annotated/vmlinux"
}

# Exit code, each step, their number, and no word about an MSR that the processor should have.
script_passes() {
	local step count=0
	exit_code 0 || return
	for step in $(expected_steps); do
		count=$((count + 1))
		step_passed "$step" || return
	done
	grep -qx "GUEST-END pass=$count fail=0" "$tmp/console" && ! grep -aE 'unchecked MSR|WARNING: CPU:' "$tmp/console"
}

unlisted_but_passes() {
	echo "it passes: put it into the README's table"
	return 1
}

boots() { # boots VERSION PLATFORM MODEL
	local name="$1 on $2 with $3"
	boot "$2" "$guest/vmlinux.packed" --cpu "$3" --append panic_on_warn=1
	cp "$tmp/console" "$O/tests/logs/any-linux-$1-$2-$3"
	if listed "$@"; then
		ok "$name" script_passes
	elif script_passes >"$tmp/why"; then
		ok "$name" unlisted_but_passes
	else
		skip "$name" "not in the README's table: $(head -n 1 "$tmp/why")"
	fi
}

for version in "${versions[@]}"; do
	guest=$O/long/linux-$version/x86_64
	mkdir -p "$guest"
	ok "$version: builds" build "$version"
	ok "$version: it is that version" is_version "$version"
	ok "$version: no sensitive instruction without a site" audit
	ok "$version: can be packed" "$O/bin/afterburn" pack --quiet --wedge xen -o "$guest/vmlinux.packed" \
		"$guest/annotated/vmlinux"
	[[ -e $guest/vmlinux.packed ]] || continue
	for platform in "${platforms[@]}"; do
		for model in "${models[@]}"; do
			boots "$version" "$platform" "$model"
		done
	done
done
done_testing
