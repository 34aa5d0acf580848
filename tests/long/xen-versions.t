#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 21600
#
# The versions of Xen that Debian has, each with its own dom0 and xl: the whole script of the guest as dom0
# and as domU, once more with Xen's own guards against Meltdown and L1TF for all domains, and every group of
# micro-guests. The first run downloads a few hundred MiB of packages for each version. XEN_VERSIONS names
# those to be tried, if not all.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/micro/run.sh"
micro_places='x86_64/xen-dom0 x86_64-low/xen-dom0'
micro_time_limit=300

# A version that cannot be had is the reason of a skip: exit code 3.
boots() { # boots PLATFORM: false if there is no such Xen
	boot "$1" "$guest/vmlinux.packed" --timeout 900
	((boot_code != 3)) || {
		skip "Xen $AFTERBURN_XEN, $1" "$(tail -n 1 "$tmp/run.err")"
		return 1
	}
	report_boot "Xen $AFTERBURN_XEN, ${AFTERBURN_XEN_OPTIONS:+guarded, }$1"
	ok "Xen $AFTERBURN_XEN, $1: it is that version" \
		grep -aq "^(XEN) Xen version ${AFTERBURN_XEN//./\\.}\." "$tmp/console"
}

# Against Meltdown for all, against L1TF for the guest's domain alone. QEMU's processor has no address that
# Xen takes for safe in an absent entry, and Debian's own kernel writes others than 0, for which Xen would end
# or shadow it.
guard() { # guard dom0|domu
	export AFTERBURN_XEN_OPTIONS="xpti=dom0=1,domu=1 pv-l1tf=$1=1"
}

is_guarded() {
	xpti_is_on && xen_guards 'PV L1TF shadowing'
}

# Xen looks at each absent entry that a kernel writes, and says so before it shadows or ends the domain.
no_l1tf() {
	! grep -a 'L1TF-vulnerable' "$tmp/console"
}

guarded() {
	local platform
	for platform in xen-dom0 xen; do
		[[ $platform == xen ]] && guard domu || guard dom0
		boots "$platform" || continue
		ok "Xen $AFTERBURN_XEN, guarded, $platform: so says Xen" is_guarded
		ok "Xen $AFTERBURN_XEN, guarded, $platform: no entry is open to L1TF" no_l1tf
	done
	micro_label="Xen $AFTERBURN_XEN, guarded: "
	guard dom0
	micro_group isolation
	micro_group paging
	unset AFTERBURN_XEN_OPTIONS
}

groups() { # those that every width has a guest of
	find "$O/tests/micro/x86_64-low" -maxdepth 1 -name '*.elf' -printf '%f\n' | sed 's/\.elf$//; /^bad$/d' | sort
}

one_version() {
	local group
	boots xen-dom0 || return 0
	boots xen
	guarded
	micro_label="Xen $AFTERBURN_XEN: "
	for group in $(groups); do
		micro_group "$group"
	done
}

for AFTERBURN_XEN in ${XEN_VERSIONS:-$(xen_versions)}; do
	export AFTERBURN_XEN
	one_version
done
done_testing
