# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the boot tests share. source "$TOP/tests/boot/lib.sh" after tests/lib.sh.
#
# Invariant: a step counts as passed only if the guest printed GUEST-OK for it; the list of steps
# that must pass is read from the source, not from the run.
guest=$O/guest/x86_64
afterburn_run=$O/libexec/afterburner/commands/run

# Every step that a complete run has, with the kernel's configuration.
expected_steps() {
	local step option
	for step in $(sed -n 's/^for name in \([a-z ]*\); do$/\1/p' "$TOP/guest-patches/initrd/init"); do
		option=$(sed -n 's/^# Needs: //p' "$TOP/guest-patches/initrd/steps/$step")
		[[ -n $option ]] && ! grep -Eqx "$option=[ym]" "$guest/annotated/config" || echo "$step"
	done
	sed -n '/checks_of_steps\[\]/,/^};/!s/^[[:space:]]*{ *"\([a-z0-9-]*\)", check_.*/\1/p' \
		"$TOP/guest-patches/initrd/check"/{main.c,"${guest##*/}/list.c"}
}

# boot PLATFORM KERNEL [OPTION...]: console in $tmp/console, what run said in $tmp/run.err
boot() {
	local platform=$1 kernel=$2
	shift 2
	boot_platform=$platform boot_code=0
	"$afterburn_run" --on "$platform" --timeout 240 --initrd "$guest/initrd.gz" "$@" "$kernel" \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	mkdir -p "$O/tests/logs"
	cp "$tmp/console" "$O/tests/logs/console-$platform-${guest##*/}-${kernel##*/}"
}

# Reports the run that boot() made: exit code, each step, the end.
report_boot() {
	local what=$1 step count=0
	ok "$what: exit code 0" exit_code 0
	for step in $(expected_steps); do
		count=$((count + 1))
		ok "$what: $step" step_passed "$step"
	done
	ok "$what: all steps and nothing else" grep -qx "GUEST-END pass=$count fail=0" "$tmp/console"
	[[ ${guest##*/} == i386* ]] || ok "$what: Xen's table is barred but for page-table isolation" xen_table_as_said
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
