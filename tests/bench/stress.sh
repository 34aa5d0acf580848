# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What process-bench --stress does: boots to the first process and to the shell and idles by the
# clock, boots many times, many guests at once, many forks; after each item nothing may be left behind.
#
# Invariant: each item prints one line: PASS, SLOW (it works, and misses a bar of the clock or the
# processor's time) or FAIL (it does not work), with its figures. Only FAIL makes the exit code 1.
stress_failed=0

verdict() { # verdict WORD ITEM FIGURES...
	echo "$1 $2: ${*:3}"
	[[ $1 != FAIL ]] || stress_failed=1
}

# at_most FIGURE BAR: PASS or SLOW
at_most() {
	awk -v x="$1" -v bar="$2" 'BEGIN { print x <= bar ? "PASS" : "SLOW" }'
}

since() { # since MOMENT: seconds
	awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", b - a }'
}

middle() { # the median of the lines on standard input
	sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# Runs end with their guests; what is there a second later has been forgotten.
left_behind() {
	local turns=0
	while [[ -n $(marked) ]] && ((turns++ < 10)); do sleep 0.1; done
	marked | wc -l
}

# The processes below (and with) PID. One that ends meanwhile is no error here nor below.
tree() { # tree PID
	{ cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v root="$1" '
		{ pid = $1; sub(/^.*\) /, ""); parent[pid] = $2 }
		END {
			for (pid in parent) {
				p = pid
				while (p != root && (p in parent) && p > 1) p = parent[p]
				if (p == root) print pid
			}
		}'
}

# Ticks of processor time that a tree has used, with the children it waited for.
tree_ticks() { # tree_ticks PID
	tree "$1" | sed 's|.*|/proc/&/stat|' | { xargs cat 2>/dev/null || true; } |
		awk '{ sub(/^.*\) /, ""); sum += $12 + $13 + $14 + $15 } END { print sum + 0 }'
}

# MiB of memory that a tree holds, shared pages counted once.
tree_memory() { # tree_memory PID
	tree "$1" | sed 's|.*|/proc/&/smaps_rollup|' | { xargs cat 2>/dev/null || true; } |
		awk '/^Pss:/ { sum += $2 } END { printf "%.0f", sum / 1024 }'
}

# await FILE PATTERN SECONDS PID: false when the time is over or the process has ended
await() {
	local end=$((SECONDS + $3))
	until grep -aqs "$2" "$1"; do
		((SECONDS < end)) && kill -0 "$4" 2>/dev/null || return 1
		sleep 0.01
	done
}

# What a failed run said; of many failures the first few tell enough.
shown=0
show_failure() { # show_failure FILE...
	((shown++ < 3)) || return 0
	tail -n 5 "$@" >&2
}

# Starts the guest's shell with a FIFO as its terminal; sets $shell_pid, $boot_seconds.
shell_start() {
	local start
	rm -f "$work/keys" "$work/console" # what the last run said there would count for this one
	mkfifo "$work/keys"
	exec {keys}<>"$work/keys"
	start=$EPOCHREALTIME
	: >"$work/console"
	start_kernel "$initrd" afterburn.shell <&"$keys" >>"$work/console" 2>"$work/run.err" &
	shell_pid=$!
	await "$work/console" GUEST-SHELL 60 "$shell_pid" || return 1
	echo 'echo READY-$((6 * 7))' >&"$keys"
	await "$work/console" READY-42 60 "$shell_pid" || return 1
	boot_seconds=$(since "$start")
}

# Ends it as a user would; its exit code.
shell_end() {
	local code=0
	echo exit >&"$keys"
	wait "$shell_pid" || code=$?
	exec {keys}>&-
	return "$code"
}

shell_failed() { # shell_failed ITEM
	show_failure "$work/console" "$work/run.err"
	end_runs
	wait "$shell_pid" 2>/dev/null || true
	exec {keys}>&-
	verdict FAIL "$1" "the shell did not come, or the guest did not end with 0"
}

# moments_of TEXT: copies standard input to $work/console and prints the moment of each line that
# begins with TEXT.
moments_of() {
	local line
	while IFS= read -r line; do
		[[ $line != "$1"* ]] || echo "$EPOCHREALTIME"
		echo "$line" >>"$work/console"
	done
}

# The example guest's RAM disk, and a first process that does nothing but say so.
stress_first() {
	local i start moment
	mkdir -p "$work/speaker"
	printf '#!/bin/busybox sh\necho FIRST-PROCESS\nexec /bin/busybox poweroff -f\n' >"$work/speaker/first"
	chmod 755 "$work/speaker/first"
	add_to_initrd "$work/speaker" "$work/first.gz"
	: >"$work/times"
	for ((i = 0; i < 10; i++)); do
		: >"$work/console"
		start=$EPOCHREALTIME
		moment=$(start_kernel "$work/first.gz" rdinit=/first </dev/null 2>"$work/run.err" |
			moments_of FIRST-PROCESS) && [[ -n $moment ]] || {
			show_failure "$work/console" "$work/run.err"
			verdict FAIL first "the first process did not come, or the guest did not end with 0"
			return
		}
		awk -v a="$start" -v b="$moment" 'BEGIN { printf "%.3f\n", b - a }' >>"$work/times"
	done
	verdict "$(at_most "$(middle <"$work/times")" 0.3)" first \
		"$(middle <"$work/times") s to the first process ($(spread)); bar 0.3 s"
}

# What the times of a median were.
spread() {
	echo "median of $(wc -l <"$work/times"), $(sort -n "$work/times" | sed -n '1p;$p' | paste -sd- | sed 's/-/ to /') s"
}

stress_boot() {
	local i
	: >"$work/times"
	for ((i = 0; i < 10; i++)); do
		shell_start && shell_end || { shell_failed boot && return; }
		echo "$boot_seconds" >>"$work/times"
	done
	verdict "$(at_most "$(middle <"$work/times")" 1)" boot \
		"$(middle <"$work/times") s to the shell ($(spread)); bar 1 s"
}

# Idle means a shell that waits for input. Two seconds let the boot settle.
stress_idle() {
	local before after percent held
	shell_start || { shell_failed idle && return; }
	sleep 2
	before=$(tree_ticks "$shell_pid")
	sleep 10
	after=$(tree_ticks "$shell_pid")
	held=$(tree_memory "$shell_pid")
	if ((before == 0)); then
		verdict FAIL idle "no processor time is counted for the guest's processes"
		shell_end || true
		return
	fi
	percent=$(awk -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" 'BEGIN { print t / hz / 10 * 100 }')
	shell_end || { shell_failed idle && return; }
	verdict "$(at_most "$percent" 0.5)" idle "$percent % of one CPU over 10 s (bar 0.5 %);" \
		"$held MiB of the host's memory"
}

# boot_once NUMBER: boots and powers off; true if it did all that
boot_once() {
	local code=0
	run_guest -- boot </dev/null >"$work/boot.$1" 2>"$work/err.$1" || code=$?
	((code == 0)) && grep -aq 'BENCH-READY' "$work/boot.$1" && grep -aq 'BENCH-END 0' "$work/boot.$1"
}

stress_boots() {
	local i good=0 start
	: >"$work/times"
	for ((i = 1; i <= 100; i++)); do
		start=$EPOCHREALTIME
		if boot_once "$i"; then
			good=$((good + 1))
			since "$start" >>"$work/times"
			rm -f "$work/boot.$i" "$work/err.$i"
		else
			show_failure "$work/boot.$i" "$work/err.$i"
		fi
		((i < good + 3)) || break # three failures are enough
	done
	verdict "$( ((good == 100)) && echo PASS || echo FAIL)" boots "$good of 100 in a row," \
		"median $(middle <"$work/times") s from start to end"
}

# All twenty are up before the first may end.
stress_many() {
	local i start ready=0 good=0 pids=() fds=() fd seconds memory=64
	start=$EPOCHREALTIME
	for ((i = 1; i <= 20; i++)); do
		mkfifo "$work/many.$i"
		exec {fd}<>"$work/many.$i"
		fds+=("$fd")
		run_guest -- ready <&"$fd" >"$work/boot.$i" 2>"$work/err.$i" &
		pids+=($!)
	done
	for ((i = 1; i <= 20 && ready == i - 1; i++)); do
		await "$work/boot.$i" BENCH-READY 120 "${pids[i - 1]}" && ready=$((ready + 1))
	done
	seconds=$(since "$start")
	((ready == 20)) || end_runs
	for ((i = 0; i < 20; i++)); do
		echo >&"${fds[i]}"
		if wait "${pids[i]}" 2>/dev/null; then
			good=$((good + 1))
		else
			show_failure "$work/boot.$((i + 1))" "$work/err.$((i + 1))"
		fi
		fd=${fds[i]}
		exec {fd}>&-
	done
	rm -f "$work"/many.* "$work"/boot.* "$work"/err.*
	verdict "$( ((good == 20)) && echo PASS || echo FAIL)" many \
		"$ready of 20 up at once after $seconds s, $good ended well"
}

# As the forks go on, the host's processes must not become more and more.
stress_forks() {
	local pid code=0 now most=0
	run_guest -- forks:10000 </dev/null >"$work/console" 2>"$work/run.err" &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		now=$(marked | wc -l)
		((now <= most)) || most=$now
		sleep 0.3
	done
	wait "$pid" || code=$?
	if ((code == 0)) && grep -aq '^BENCH-FORKS 10000 ' "$work/console"; then
		verdict PASS forks "10000, $(sed -n 's/.*us-each \([0-9.]*\).*/\1/p' "$work/console") us each," \
			"at most $most host processes"
	else
		show_failure "$work/console" "$work/run.err"
		verdict FAIL forks "exit code $code"
	fi
}

stress_all() { # stress_all ITEM...
	local item left
	for item in "$@"; do
		"stress_$item"
		left=$(left_behind)
		((left == 0)) || verdict FAIL "$item" "$left processes are left behind"
		end_runs
		: >"$work/sessions"
	done
	((stress_failed == 0))
}
