# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Runs a micro-guest on every platform that its width has, and reports each of its checks: source it
# after tests/lib.sh, then micro_group GROUP.
#
# Invariant: the checks to be reported are read from the source. A check without a result failed; if
# it took the machine down, the guest is started again behind it. One that is known to stop what is
# below the guest has a start of its own: nobody would say that it has.
micro_run=$O/libexec/afterburner/commands/run
micro_places=${MICRO_PLACES:-x86_64/bare x86_64-low/bare x86_64/xen-dom0 x86_64-low/xen-dom0 x86_64-low/process i386/bare i386/process i386/xen-dom0 i386/l4${AFTERBURN_L4:+ i386/l4-real}}
micro_memory=160
micro_label='' # in front of every name
micro_time_limit=40
micro_stop_limit=10 # for what is known to stop: longer than a start takes

# The names of a group's checks, in the order of the source.
micro_checks() { # micro_checks WIDTH GROUP
	local folder=$TOP/tests/micro/$2 sources
	mapfile -t sources < <(find "$folder" "$folder/${1%%-*}" "$folder/$1" -maxdepth 1 -name '*.c' \
		2>/dev/null | sort -u)
	sed -n -E 's/^CHECK\(([a-z0-9_]+)\)$/\1/p; s/^SITE(_ON_STACK)?\(([a-z0-9_]+),.*/site_keeps_\2/p' \
		"${sources[@]}"
}

# micro_boot WIDTH/PLATFORM GROUP ARGUMENTS: console in $tmp/console, exit code in $boot_code
micro_boot() {
	local platform=${1#*/} log=$O/tests/logs/micro-$2-${1/\//-} options=()
	boot_code=0
	if [[ $1 == i386/process ]] && host_lacks 32-bit >"$tmp/run.err"; then
		: >"$tmp/console"
		boot_code=3
		return
	fi
	case $platform in
	l4) options=(--l4-kernel "$O/tests/l4") ;;
	l4-real) options=(--l4-kernel "$AFTERBURN_L4") platform=l4 ;;
	esac
	"$micro_run" --on "$platform" "${options[@]}" --memory "$micro_memory" --timeout "$micro_time_limit" \
		--append "platform=$platform${3:+ $3}" "$O/tests/micro/${1%/*}/$2.elf" \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	mkdir -p "${log%/*}"
	cat "$tmp/console" "$tmp/run.err" >"$log"
}

# The check that was running when the console ended; nothing if the guest reached its end.
micro_culprit() {
	grep -aqx MICRO-END "$tmp/console" && return
	sed -n 's/^MICRO-RUN //p' "$tmp/console" | tail -n 1
}

# Every sensitive instruction has its site, but for those that must not.
micro_audit() { # micro_audit WIDTH GROUP
	"$O/bin/afterburn" audit --baseline "$TOP/tests/micro/accepted" "$O/tests/micro/$1/$2.elf"
}

# The group's checks whose limit begins so.
micro_stops() { # micro_stops WIDTH/PLATFORM GROUP
	local check
	for check in $(micro_checks "${1%/*}" "$2"); do
		[[ $(micro_limit "$1" "$check") != 'stops: '* ]] || echo "$check"
	done
}

micro_try_stop() { # micro_try_stop WIDTH/PLATFORM GROUP CHECK
	local micro_time_limit=$micro_stop_limit
	micro_boot "$1" "$2" "only=$3"
	grep -av '^MICRO-END' "$tmp/console" >>"$tmp/results"
}

# Starts the group as often as checks take it down; all consoles in $tmp/results.
micro_results() { # micro_results WIDTH/PLATFORM GROUP
	local culprit='' before stops check
	: >"$tmp/results"
	stops=$(micro_stops "$1" "$2")
	for check in $stops; do
		micro_try_stop "$1" "$2" "$check"
	done
	stops=$(paste -sd, <<<"$stops")
	while :; do
		before=$culprit
		micro_boot "$1" "$2" "${stops:+except=$stops }${culprit:+after=$culprit}"
		cat "$tmp/console" >>"$tmp/results"
		culprit=$(micro_culprit)
		[[ -n $culprit && $culprit != "$before" ]] || break
		{
			echo "MICRO-FAIL $culprit: the guest ended here (exit code $boot_code)"
			grep -aE 'afterburn wedge: fatal|Domain 0 crashed|^afterburn run: ' \
				"$tmp/console" "$tmp/run.err" | sed 's/^[^:]*:/MICRO-WHY /' | head -n 3
		} >>"$tmp/results"
	done
}

micro_passed() { # micro_passed CHECK
	grep -aqx "MICRO-OK $1" "$tmp/results" || {
		grep -aE -A 3 "^MICRO-(FAIL|ERROR|NOTE) $1(:|$)" "$tmp/results" |
			grep -aE "^MICRO-(FAIL|ERROR|NOTE) $1(:|$)|^MICRO-WHY" ||
			echo "no result; the end of the console: $(tail -n 5 "$tmp/results")"
		return 1
	}
}

# Why a platform is known not to pass a check; nothing if it must. `CHECK: reason` in its list is for
# every width, `WIDTH/CHECK: reason` for one. A Xen that isolates page tables has a list besides.
micro_limit() { # micro_limit WIDTH/PLATFORM CHECK
	local platform=${1#*/} limits
	limits=("$TOP/tests/micro/limits.${platform%-real}")
	[[ $platform != *-real ]] || limits+=("$TOP/tests/micro/limits.$platform")
	! grep -aqsE '^\(XEN\) +XPTI .*: Dom0 enabled' "$tmp/results" || limits+=("$TOP/tests/micro/limits.xpti")
	[[ ! -f ${limits[0]} ]] || sed -n "s,^\(${1%/*}/\)\?$2: ,,p" "${limits[@]}"
}

# As ok, but a platform's known limit turns a failure into a skip, and success into a failure.
micro_ok() { # micro_ok WIDTH/PLATFORM CHECK COMMAND...
	local name="$micro_label${1/\// }: $2" limit
	limit=$(micro_limit "$1" "$2")
	shift 2
	if [[ -z $limit ]]; then
		ok "$name" "$@"
	elif "$@" >/dev/null 2>&1; then
		ok "$name" micro_no_limit
	else
		skip "$name" "known limit: $limit"
	fi
}

micro_no_limit() {
	echo "it passes: take it out of tests/micro/limits.*"
	return 1
}

micro_report() { # micro_report WIDTH/PLATFORM CHECK
	local reason
	reason=$(sed -n "s/^MICRO-SKIP $2: //p" "$tmp/results")
	if [[ -n $reason ]]; then
		skip "$micro_label${1/\// }: $2" "$reason"
	else
		micro_ok "$1" "$2" micro_passed "$2"
	fi
}

# A platform that is not on this machine (exit code 3) is one skip, with its own reason.
micro_group() { # micro_group GROUP
	local place check
	for place in $micro_places; do
		micro_results "$place" "$1"
		if ((boot_code == 3)); then
			skip "$micro_label${place/\// }: $1" "$(head -n 1 "$tmp/run.err")"
			continue
		fi
		for check in $(micro_checks "${place%/*}" "$1"); do
			micro_report "$place" "$check"
		done
		ok "$micro_label${place/\// }: reaches its end and powers off" micro_ended
	done
}

micro_ended() {
	grep -aqx MICRO-END "$tmp/console" && ((boot_code == 0)) || {
		echo "exit code $boot_code"
		cat "$tmp/run.err"
		tail -n 10 "$tmp/console"
		return 1
	}
}
