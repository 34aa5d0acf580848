# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What the tests of small devices share: the guest and what is asked of it. Sourced as small.sh is.
#
# Invariant: what the guest says of a device is said by its own driver.
source "$TOP/tests/boot/process.sh"

make_ramdisk() {
	local root=$tmp/root
	mkdir -p "$root"/{bin,dev,proc,sys}
	(cd "$root" && gzip -dc "$guest/initrd.gz" | cpio --quiet -id 'bin/busybox' './bin/busybox') &&
		cp "$TOP/tests/boot/small/init" "$root/init" &&
		"$TOP/scripts/dom0/cpio" "$root" | gzip -1n >"$tmp/home/initrd.gz"
}

# does PLATFORM WORDS OPTION...: the guest does it, and says that all went well
does() {
	local platform=$1 words=$2 word before=()
	shift 2
	[[ $platform == bare ]] || before=("${as_user[@]}")
	boot_code=0
	"${before[@]}" "$run" --on "$platform" --timeout 60 --initrd initrd.gz --append "panic_on_warn=1 small.do=$words" \
		"$@" vmlinux.packed </dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	exit_code 0 || return
	for word in ${words//,/ }; do
		grep -qx "SMALL-OK $word" "$tmp/console" || {
			tail -n 20 "$tmp/console"
			return 1
		}
	done
}

# SIGPWR is the power key; a guest that has no program for it does not notice.
power_key() {
	start_guest --timeout 60 --append 'panic_on_warn=1 small.do=power' vmlinux.packed
	console_shows SMALL-READY && kill -PWR "$run_pid" && wait "$run_pid" && tr -d '\r' <"$tmp/console" | grep -qx 'SMALL-OK power'
}

# Pressed before the kernel has a keyboard, and often.
power_key_is_early() {
	local turns
	start_guest --timeout 60 --append 'panic_on_warn=1 small.do=power' vmlinux.packed
	console_shows 'Linux version' || return
	for turns in {1..40}; do
		sleep 0.05
		kill -PWR "$run_pid" || break
	done
	console_shows SMALL-READY && kill -PWR "$run_pid"
	wait "$run_pid"
}

# MiB of the memory file that the host has given.
memory_mib() {
	local fd
	for fd in /proc/"$run_pid"/fd/*; do
		[[ $(readlink "$fd") != *memfd:afterburn-guest* ]] || {
			echo $(($(stat -Lc '%b' "$fd") * 512 >> 20))
			return
		}
	done
}

# What the guest frees goes back to the host, all but a rest of pieces that are too small to be reported.
memory_goes_back() {
	local full now='' turns=0
	start_guest --timeout 90 --balloon --append 'panic_on_warn=1 small.do=unused' vmlinux.packed
	console_shows SMALL-FULL || return
	full=$(memory_mib)
	kill -PWR "$run_pid"
	console_shows SMALL-READY || return
	until now=$(memory_mib) && ((now + 40 <= full)); do
		sleep 0.1
		((turns++ < 600)) && [[ -d /proc/$run_pid ]] || break
	done
	echo "# memory file: $full MiB, then $now" | tee -a "$tmp/figures"
	kill -PWR "$run_pid"
	wait "$run_pid" && ((now + 40 <= full)) && tr -d '\r' <"$tmp/console" | grep -qx 'SMALL-OK unused'
}
