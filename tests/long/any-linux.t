#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 43200
#
# Any Linux: versions from 5.10 to today, configured with what distributions turn on, and as Debian configures
# them, on bare metal and on Xen as dom0 and as domU, each with several models of the processor. The kernels'
# sources are as they are; the audit finds nothing in kernel and modules; the guest's whole script passes, and
# nothing warns (panic_on_warn). One that runs must stand in the README's table, and what stands there must run.
#
# Kernels are kept in the cache; one takes up to 20 minutes of a processor, Debian's up to an hour, a boot up
# to three. For a part of the table: LONG_GUESTS, LONG_VERSIONS, LONG_PLATFORMS, LONG_MODELS.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

read -ra guests <<<"${LONG_GUESTS:-x86_64 debian-cloud debian}"
read -ra versions <<<"${LONG_VERSIONS:-5.10 6.1 6.12 7.2}"
read -ra platforms <<<"${LONG_PLATFORMS:-bare xen-dom0 xen}"
read -ra models <<<"${LONG_MODELS:-max EPYC-Rome Skylake-Server}"
# What is compiled of each guest.
declare -A versions_of=([x86_64]='5.10 6.1 6.12 7.2' [debian-cloud]='6.1 7.2' [debian]='6.1')

# The README's table: a row a version and configuration, with the models that work in each platform's column.
listed() { # listed GUEST VERSION PLATFORM MODEL
	local column=4
	case $3 in
	xen-dom0) column=5 ;;
	xen) column=6 ;;
	esac
	awk -F ' *[|] *' -v version="Linux $2" -v guest="\`$1\`" -v column="$column" \
		'$2 == version && $3 == guest { print $column }' "$TOP/README.md" | tr ',' '\n' | grep -qx " *$4"
}

build() { # build GUEST VERSION: into $guest
	"$TOP/guest-patches/build-linux" "$1" annotated "$guest/annotated" "$2" &&
		"$TOP/guest-patches/build-initrd" x86_64 "$O/guest/x86_64/guest-check" "$guest/annotated" \
			"$guest/initrd.gz"
}

audit() {
	"$O/bin/afterburn" audit "$guest/annotated/vmlinux" "$guest"/annotated/modules/*.ko
}

is_version() {
	LC_ALL=C grep -aq "Linux version $1\\." "$guest/annotated/vmlinux"
}

# What the kernel has not of Debian's configuration: options that debian.config turns off, those that need
# them, and what says with which tools it was compiled.
is_debians() {
	local xen_pv='XEN_(PV|512GB|HAVE_PVMMU|HAVE_VPMU|MEMORY_HOTPLUG_LIMIT|PCIDEV_FRONTEND|MCE_LOG)|SWIOTLB_XEN'
	xen_pv+='|PARAVIRT_XXL|ARCH_HAS_LAZY_MMU_MODE'
	local signed='MODULE_SIG|SECURITY_LOCKDOWN|LOCK_DOWN|CRYPTO_FIPS'
	local without_btf='DEBUG_INFO|MODULE_ALLOW_BTF|SCHED_CLASS_EXT|EXT_GROUP_SCHED|EXT_SUB_SCHED|FUNCTION_TRACE_ARGS'
	without_btf+='|PROBE_EVENTS_BTF_ARGS|IO_URING_BPF_OPS|NET_SCH_BPF'
	local tools='CC|GCC|CLANG|AS|LD|LLD|PAHOLE|RUST|RUSTC|BINDGEN|OPENSSL_SUPPORTS'
	[[ -s $guest/annotated/config.differs ]] &&
		! grep -vE "^(# )?CONFIG_($xen_pv|$signed|$without_btf|$tools)(_[A-Z0-9_]*)?[= ]" "$guest/annotated/config.differs"
}

# Exit code, each step but the platform's known limits, their number, and no word about an MSR that the processor
# should have.
script_passes() {
	local step pass=0 fail=0
	exit_code 0 || return
	for step in $(expected_steps); do
		if [[ -n $(limit_of "$step") ]]; then
			fail=$((fail + 1))
			! step_passed "$step" >/dev/null || no_limit || return
		else
			pass=$((pass + 1))
			step_passed "$step" || return
		fi
	done
	grep -qx "GUEST-END pass=$pass fail=$fail" "$tmp/console" && ! grep -aE 'unchecked MSR|WARNING: CPU:' "$tmp/console"
}

unlisted_but_passes() {
	echo "it passes: put it into the README's table"
	return 1
}

boots() { # boots GUEST VERSION PLATFORM MODEL
	local name="$1 $2 on $3 with $4"
	boot "$3" "$guest/vmlinux.packed" --cpu "$4" --timeout 900 --append panic_on_warn=1
	cp "$tmp/console" "$O/tests/logs/any-linux-$1-$2-$3-$4"
	if listed "$@"; then
		ok "$name" script_passes
	elif script_passes >"$tmp/why"; then
		ok "$name" unlisted_but_passes
	else
		skip "$name" "not in the README's table: $(head -n 1 "$tmp/why")"
	fi
}

row() { # row GUEST VERSION
	local platform model
	guest=$O/long/$1-$2/x86_64
	mkdir -p "$guest"
	ok "$1 $2: builds" build "$@"
	ok "$1 $2: it is that version" is_version "$2"
	[[ $1 == x86_64 ]] || ok "$1 $2: it is configured as Debian's" is_debians
	ok "$1 $2: no sensitive instruction without a site" audit
	ok "$1 $2: can be packed" "$O/bin/afterburn" pack --quiet --wedge xen -o "$guest/vmlinux.packed" \
		"$guest/annotated/vmlinux"
	[[ -e $guest/vmlinux.packed ]] || return
	for platform in "${platforms[@]}"; do
		for model in "${models[@]}"; do
			boots "$1" "$2" "$platform" "$model"
		done
	done
}

for name in "${guests[@]}"; do
	for version in "${versions[@]}"; do
		[[ " ${versions_of[$name]} " != *" $version "* ]] || row "$name" "$version"
	done
done
done_testing
