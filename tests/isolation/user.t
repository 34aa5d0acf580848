#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 900
#
# Hostile user code in a Linux in a process: every attack ends in a signal for its own process, in
# little time, and nobody else is hurt. The control does the same on the host, where it succeeds.
# Then all of it once more where the host's kernel has no notifications, and ptrace takes their place.
#
# Invariant: the attacks to be reported are read from the source; one without a result failed.
source "$TOP/tests/lib.sh"
source "$TOP/tests/isolation/lib.sh"

attacks() { # attacks WHERE...
	local where
	for where; do
		sed -n "s/^[[:space:]]*{\"\\([a-z-]*\\)\", [a-z_]*, $where},*\$/\\1/p" "${attack_sources[@]}"
	done
}

result() { # result NAME died|broke|lived: within half a second
	grep -aqxE "ATTACK $1 $2 ([0-9]{1,2}|[1-4][0-9]{2}) ms" "$tmp/console" || {
		grep -a -A 2 "^ATTACK $1 " "$tmp/console" || echo "no result"
		tail -n 5 "$tmp/console"
		return 1
	}
}

in_the_end() { # in_the_end NAME died|broke|lived
	grep -aqx "ATTACK $1 $2 [0-9]* ms" "$tmp/console" || result "$@"
}

calls() {
	sed -n '/ calls\[\] = {/,/};/p' "${attack_sources[1]}" | sed 's/.*{//' |
		grep -o '[0-9]*' | sed 's/^/call-/'
}

nobody_is_hurt() {
	! grep -a '^HARM' "$tmp/console" && grep -aqx 'WITNESS well' "$tmp/console"
}

control() {
	local name
	"$attack" control >"$tmp/console" 2>&1
	ok "$width: control: reaches its end" grep -qx ATTACKS-END "$tmp/console"
	for name in call-39 $(attacks EVERYWHERE); do
		ok "$width: control: $name succeeds on the host" result "$name" broke
	done
}

every_attack() { # every_attack HOST
	local host="$width: $1" name
	attack_boot quiet
	ok "$host: the guest powers off" ends 0
	for name in $(attacks WORKS); do
		ok "$host: means of attack: $name" in_the_end "$name" broke
	done
	for name in $(attacks PATIENT); do
		ok "$host: $name: dies" in_the_end "$name" died
	done
	for name in $(calls) $(attacks EVERYWHERE GUEST LEAVES); do
		ok "$host: $name: dies, soon" result "$name" died
	done
	for name in $(attacks LIVES); do
		ok "$host: $name: lives" in_the_end "$name" lived
	done
	ok "$host: nobody else is hurt" nobody_is_hurt
}

every_width() {
	local width why word
	for width in i386 x86_64; do
		word=process
		[[ $width == i386 ]] || word=process-x86_64
		if why=$(host_lacks "$word"); then
			skip "$width" "$why"
			continue
		fi
		attack_width "$width"
		control
		attack_host=()
		every_attack 'as it is'
		# Then the bases of FS and GS are orders.
		[[ $width == i386 ]] || AFTERBURN_HOST_LACKS=fsgsbase every_attack 'no FSGSBASE'
		# Such a host says that it is one; then both rounds are the same.
		attack_host=("$O/tests/launch/deny" listener)
		every_attack ptrace
		ok "$width: ptrace: the launcher has said so" \
			grep -q 'stopped by ptrace, which is slower' "$tmp/run.err"
	done
}

every_width
done_testing
