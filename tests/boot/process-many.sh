# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Linux in processes, many times: guests at once and in a row, processes in a guest, and what a guest
# costs that has nothing to do. Sourced, after tests/boot/lib.sh, by a test for each guest, which sets:
#
#   guest_of_process  the guest's folder
#   guests            how many are there at once
#   processes         how many processes are there at once in a guest, for each time that it is tried
#   boots             how many boots in a row there are
#
# Invariant: a guest is judged by what it prints, what is left of it, and the processor time that it takes
# while it idles; never by the clock.
source "$TOP/tests/boot/process.sh"
prepare_user

# An idle guest shall take half a percent of one processor; half as much again for a busy host, whose
# caches are cold whenever the guest looks at its clocks.
idle_seconds=10
idle_ms=75

idle_costs_nothing() {
	local before after members
	start_guest --append afterburn.shell vmlinux.packed
	console_shows '# ' || return 1
	sleep 3 # the kernel is still choosing its clock
	before=$(cpu_ms "$run_pid")
	sleep $idle_seconds
	after=$(cpu_ms "$run_pid")
	mapfile -t members < <(family "$run_pid")
	kill "$run_pid"
	wait "$run_pid"
	echo "$((after - before)) ms of $idle_seconds s in ${#members[@]} processes" | tee "$tmp/idle"
	((before > 0 && after - before <= idle_ms)) && none_left "${members[@]}"
}

# Each computes, so that all of them are there with contents of their own.
many_processes() {
	local code=0
	start_guest --append afterburn.shell vmlinux.packed
	console_shows '# ' || return 1
	echo "for i in \$(seq $1); do (sleep 3; echo is-\$((i * i))) & done 2>/dev/null; wait; exit" >&8
	wait "$run_pid" || code=$?
	tr -d '\r' <"$tmp/console" | grep -a '^is-' | sort -u >"$tmp/found"
	for ((i = 1; i <= $1; i++)); do echo "is-$((i * i))"; done | sort -u >"$tmp/wanted"
	cat "$tmp/run.err"
	tail -n 5 "$tmp/console"
	((code == 0)) && cmp "$tmp/found" "$tmp/wanted" && none_left
}

in_a_row() {
	local i
	for ((i = 1; i <= $1; i++)); do
		boot_process --append afterburn.steps=processes,date vmlinux.packed
		exit_code 0 && grep -qx 'GUEST-END pass=2 fail=0' "$tmp/console" || {
			echo "boot $i"
			return 1
		}
	done
	none_left
}

at_once() {
	local i bad=0 pids=()
	for ((i = 0; i < $1; i++)); do
		"${as_user[@]}" "$run" --on process --timeout 120 --memory 64 --initrd initrd.gz \
			--append afterburn.steps=processes,pipes,mmap vmlinux.packed \
			</dev/null >"$tmp/console.$i" 2>"$tmp/run.err.$i" &
		pids+=($!)
	done
	for ((i = 0; i < $1; i++)); do
		wait "${pids[i]}" && grep -aq 'GUEST-END pass=3 fail=0' "$tmp/console.$i" || {
			bad=$((bad + 1))
			cat "$tmp/run.err.$i"
			tail -n 3 "$tmp/console.$i"
		}
	done
	((bad == 0)) && none_left
}

ok 'an idle guest takes next to nothing' idle_costs_nothing
echo "# $(cat "$tmp/idle")"
for count in "${processes[@]}"; do
	ok "$count processes at once in a guest" many_processes $count
done
ok "$guests guests at once" at_once $guests
start=${EPOCHREALTIME/./}
ok "$boots boots in a row" in_a_row "$boots"
echo "# $(((${EPOCHREALTIME/./} - start) / boots / 1000)) ms for each, with its script"
