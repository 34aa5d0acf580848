# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the boot tests share. source "$TOP/tests/boot/lib.sh" after tests/lib.sh.
#
# Invariant: a step counts as passed only if the guest printed GUEST-OK for it; the list of steps
# that must pass is read from the source, not from the run. A step that is a known limit of the
# platform (limits.PLATFORM) must fail.
guest=$O/guest/x86_64
ramdisk=initrd.gz
afterburn_run=$O/libexec/afterburner/commands/run

# Every step that a complete run has, with the kernel's configuration.
expected_steps() {
	local step option checks=$TOP/guest-patches/initrd/check segments
	for step in $(sed -n 's/^for name in \([a-z ]*\); do$/\1/p' "$TOP/guest-patches/initrd/init"); do
		option=$(sed -n 's/^# Needs: //p' "$TOP/guest-patches/initrd/steps/$step")
		[[ -n $option ]] && ! grep -Eqx "$option=[ym]" "$guest/annotated/config" || echo "$step"
	done
	case $ramdisk,${guest##*/} in
	initrd-no-tls.gz,*) segments=no-tls ;;
	*,i386) segments=i386 ;;
	*) segments=x86_64 ;;
	esac
	sed -n '/checks_of_steps\[\]/,/^};/!s/^[[:space:]]*{ *"\([a-z0-9-]*\)", check_.*/\1/p' \
		"$checks"/{main.c,"${guest##*/}/list.c","$segments/segment_list.c"}
}

# Those that Debian has.
xen_versions() {
	sed -n 's/^\([0-9.]*\) .*/\1/p' "$TOP/scripts/dom0/suites"
}

# boot PLATFORM KERNEL [OPTION...]: console in $tmp/console, what run said in $tmp/run.err
boot() {
	local platform=$1 kernel=$2 log
	shift 2
	log=$platform-${guest##*/}-${kernel##*/}${ramdisk#initrd}
	boot_platform=$platform boot_code=0
	"$afterburn_run" --on "$platform" --timeout 240 ${ramdisk:+--initrd "$guest/$ramdisk"} "$@" "$kernel" \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	mkdir -p "$O/tests/logs"
	cp "$tmp/console" "$O/tests/logs/console-${log%.gz}"
}

limit_of() { # limit_of STEP: why it is known to fail; nothing if it must pass
	local limits=$TOP/tests/boot/limits.$boot_platform
	[[ ! -f $limits ]] || sed -n "s,^\(${guest##*/}/\)\?$1: ,,p" "$limits"
}

no_limit() {
	echo "it passes: take it out of tests/boot/limits.$boot_platform"
	return 1
}

# Reports the run that boot() made: exit code, each step, the end.
report_boot() {
	local what=$1 step pass=0 fail=0 limit
	ok "$what: exit code 0" exit_code 0
	for step in $(expected_steps); do
		limit=$(limit_of "$step")
		if [[ -z $limit ]]; then
			pass=$((pass + 1))
			ok "$what: $step" step_passed "$step"
			continue
		fi
		fail=$((fail + 1))
		if step_passed "$step" >/dev/null; then
			ok "$what: $step" no_limit
		else
			skip "$what: $step" "known limit: $limit"
		fi
	done
	ok "$what: all steps and nothing else" grep -qx "GUEST-END pass=$pass fail=$fail" "$tmp/console"
	[[ ${guest##*/} == i386* || $boot_platform == process ]] || ok "$what: Xen's table is barred but for page-table isolation" xen_table_as_said
}

# Is a guard of Xen's on for such a domain? Xen says so on its console, if there is a Xen.
xen_guards() { # xen_guards TITLE
	local column=1
	[[ $boot_platform == xen-dom0 ]] || column=2
	[[ $(sed -nE "s/^\(XEN\) +$1.*: Dom0 ([a-z]+), DomU ([a-z]+).*/\\$column/p" "$tmp/console") == enabled ]]
}

xpti_is_on() {
	xen_guards XPTI
}

# Where Xen isolates page tables its machine-to-physical table can be read by all user code, of any kernel
# (wedge/doc/others-faults.md); nowhere else.
xen_table_as_said() {
	local word=barred
	! xpti_is_on || word=readable
	grep -qx "GUEST-XEN-TABLE $word" "$tmp/console" || {
		echo "expected: $word"
		grep -aE 'GUEST-XEN-TABLE|XPTI' "$tmp/console"
		return 1
	}
}

exit_code() {
	[[ $boot_code == "$1" ]] || {
		echo "exit code $boot_code"
		cat "$tmp/run.err"
		tail -n 25 "$tmp/console"
		return 1
	}
}

step_passed() {
	grep -qx "GUEST-OK $1" "$tmp/console" || {
		grep -a "$1" "$tmp/console"
		return 1
	}
}

# Debian's kernel as `afterburn run --on xen` uses it for dom0; built into the cache if need be.
stock_kernel() {
	(
		here=$O/libexec/afterburner verbose=''
		source "$here/platform/common.sh"
		source "$here/platform/xen.sh"
		make_dom0 >&2 && echo "$dom0/vmlinux"
	)
}
