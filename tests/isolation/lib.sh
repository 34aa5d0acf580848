# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What these tests share: a guest with the attacking program as its first process. Source it after
# tests/lib.sh, then attack_width WIDTH.
#
# Invariant: the kernel is the one that boots everywhere; only its RAM disk is ours.
attack_width() { # attack_width i386|x86_64
	local guest=$1
	[[ $1 == i386 ]] || guest=x86_64-low
	attack=$O/tests/isolation/$1/attack
	attack_kernel=$O/guest/$guest/vmlinux
	attack_sources=("$TOP/tests/isolation/attacks.c" "$TOP/tests/isolation/$1/attacks.c")
}

# What the run is started by: a host that lacks something (tests/launch/deny.c).
attack_host=()

attack_ramdisk() {
	mkdir -p "$tmp/root/dev" && cp "$attack" "$tmp/root/init" &&
		"$TOP/scripts/dom0/cpio" "$tmp/root" | gzip -1 >"$tmp/initrd.gz"
}

# attack_boot WORDS: to the end; console in $tmp/console, exit code in $attack_code
attack_boot() {
	attack_code=0
	attack_ramdisk
	"${attack_host[@]}" "$O/libexec/afterburner/commands/run" --on process --timeout 200 --initrd "$tmp/initrd.gz" \
		--append "$1" "$attack_kernel" </dev/null >"$tmp/console.raw" \
		2>"$tmp/run.err" || attack_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
}

ends() { # ends CODE
	[[ $attack_code == "$1" ]] || {
		echo "exit code $attack_code"
		cat "$tmp/run.err"
		tail -n 20 "$tmp/console"
		return 1
	}
}
