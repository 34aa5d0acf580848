# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the tests share that run the kernel's own x86 selftests: source "$TOP/tests/boot/selftests/lib.sh" after
# tests/lib.sh, call build_selftests and then selftests for each guest.
#
# Invariant: a selftest is compared by what it printed on bare metal in the same test.
here=$TOP/tests/boot/selftests
programs=$O/tests/selftests
declare -A result=()

kernel_of() { # kernel_of GUEST
	echo "$O/guest/$1/vmlinux"
}

# run_guest GUEST PLATFORM BITS: into result[PLATFORM NAME]; console in $console
run_guest() {
	local word name rest
	console=$O/tests/logs/selftests-$1-$2
	mkdir -p "$O/tests/logs"
	guest_code=0
	"$O/libexec/afterburner/commands/run" --on "$2" --timeout 900 --initrd "$programs/$3/initrd.gz" \
		"$(kernel_of "$1")" </dev/null >"$tmp/console" 2>"$tmp/run.err" || guest_code=$?
	tr -d '\r' <"$tmp/console" >"$console"
	while read -r word name rest; do
		[[ $word != SELFTEST ]] || result[$2 $name]=$rest
	done <"$console"
}

# The run has ended, and was of just these selftests.
is_complete() { # is_complete LIST
	((guest_code == 0)) && diff "$1" <(sed -n 's/^SELFTEST \([^ ]*\) .*/\1/p' "$console") &&
		grep -qx "SELFTESTS-END $(wc -l <"$1")" "$console" || {
		echo "exit code $guest_code"
		cat "$tmp/run.err"
		tail -n 10 "$console"
		return 1
	}
}

entry_of() { # entry_of GUEST/NAME FILE...: what stands behind the name in these files
	sed -n "s|^$1: ||p" "${@:2}"
}

# As many parts are skipped as selftests/skipped says; `any` if that is the processor's choice.
skips_as_known() { # skips_as_known GUEST/NAME RESULT
	local known
	known=$(entry_of "$1" "$here/skipped")
	known=${known%%,*}
	[[ $known == any || $2 == *" skip=${known:-0} "* ]]
}

# passes GUEST PLATFORM NAME: shows the output if not
passes() {
	local got=${result[$2 $3]:-} bare=${result[bare $3]:-}
	[[ $got == 'exit=0 '* && $got == *' fail=0 '* && $got != *' ok=0 '* ]] && skips_as_known "$1/$3" "$got" &&
		says_the_same "$1/$3" "$got" "$bare" || {
		echo "$2: $got, bare: ${bare:-none}; all that it prints: --append selftests=$3 --initrd $programs/..."
		grep -a "^  $3: " "$console"
		return 1
	}
}

# Only one that passes on bare metal can be compared.
says_the_same() { # says_the_same GUEST/NAME RESULT RESULT-ON-BARE-METAL
	[[ $3 != 'exit=0 '* || $(entry_of "$1" "$here/skipped") == any,* || ${2##* } == "${3##* }" ]]
}

unlisted() { # unlisted PLATFORM
	echo "it passes: take it out of tests/boot/selftests/limits.$1 or limits.guest"
	return 1
}

report() { # report GUEST PLATFORM NAME
	local limit
	limit=$(entry_of "$1/$3" "$here/limits.guest" "$here/limits.$2")
	if [[ -z $limit ]] || { [[ $limit == sometimes,* ]] && passes "$@" >/dev/null; }; then
		ok "$1, $2: $3" passes "$@"
	elif passes "$@" >/dev/null; then
		ok "$1, $2: $3" unlisted "$2"
	else
		skip "$1, $2: $3" "known limit: $limit"
	fi
}

# An entry for a selftest that there is not would stay for ever.
entries_exist() { # entries_exist GUEST LIST
	local name
	for name in $(sed -n "s|^$1/\([^:]*\): .*|\1|p" "$here"/{skipped,limits.*}); do
		grep -qx "$name" "$2" || {
			echo "no selftest $name for $1"
			return 1
		}
	done
}

selftests() { # selftests GUEST BITS PLATFORM...
	local guest=$1 bits=$2 platform name why need=process
	((bits == 32)) || need=process-x86_64
	shift 2
	if [[ ! -f $(kernel_of "$guest") ]]; then
		skip "$guest" "no such guest is built: make guest"
		return
	fi
	ok "$guest: each limit is one of a selftest" entries_exist "$guest" "$programs/$bits/list"
	for platform; do
		if [[ $platform == process ]] && why=$(host_lacks $need); then
			skip "$guest, $platform" "$why"
			continue
		fi
		run_guest "$guest" "$platform" "$bits"
		ok "$guest, $platform: all selftests are run" is_complete "$programs/$bits/list"
		while read -r name; do
			report "$guest" "$platform" "$name"
		done <"$programs/$bits/list"
	done
}

built() { # built CODE WHY
	(($1 == 0)) || {
		echo "$2"
		return 1
	}
}

# Ends the test if there is no source to compile them from.
build_selftests() {
	local code=0 why
	why=$("$here/build" "$programs" 2>&1) || code=$?
	if ((code == 3)); then
		skip 'selftests' "$why"
		done_testing
		exit
	fi
	ok 'the selftests are built' built "$code" "$why"
}
