# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What xl does with a domU that runs, tried by a script in dom0 (verbs/verbs). Sourced, behind tests/boot/lib.sh and with
# `guest` set, by tests that call tries(). They may set `guest_options`, and `login` for a guest in which root logs in.
#
# Invariant: a verb has gone as it should only if dom0 says so in a line of its own.
source "$TOP/tests/boot/tools.sh"
guest_options=(--memory 256 --append 'afterburn.shell panic_on_warn=1') login=''
export AFTERBURN_DOM0_FILES=$tmp/dom0

make_dom0_files() { # make_dom0_files VERB...
	local dom0=$tmp/dom0
	mkdir -p "$dom0/domu" && cp "$TOP/tests/boot/verbs/verbs" "$dom0/domu/" &&
		copy_tools "$dom0/tools" "$O/tests/launch/pty" &&
		head -c 49152 /dev/urandom | base64 -w 63 | head -n 1024 >"$dom0/domu/text" &&
		{ [[ -z $login ]] || touch "$dom0/domu/login"; } &&
		dom0_init "sh /domu/verbs $*; end powered-off" >"$dom0/init" && chmod 755 "$dom0/init"
}

did() { # did VERB
	grep -qx "VERB $1" "$tmp/console" || {
		sed -n "/^FAILED $1/,/^[A-Z]/p" "$tmp/console"
		return 1
	}
}

# tries VERB...: in one run. A version of Xen that cannot be had is the reason of a skip: exit code 3.
tries() {
	local verb label=${AFTERBURN_XEN:+Xen $AFTERBURN_XEN: }
	ok "${label}dom0 for this test is made" make_dom0_files "$@"
	boot xen "$guest/vmlinux.packed" --timeout 1100 "${guest_options[@]}"
	((boot_code != 3)) || {
		skip "Xen $AFTERBURN_XEN" "$(tail -n 1 "$tmp/run.err")"
		return
	}
	ok "${label}dom0 tried all" exit_code 0
	for verb in start "$@"; do
		ok "$label$verb" did "$verb"
	done
}
