# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The sides that process-bench compares: one function each, which runs the program once and has its
# output on standard output. Source it after lib.sh.
#
# Invariant: every side runs the same files in memory, on the processors that PREFIX leaves it. One
# that is there for comparison only, and does not run here, is left out with its reason; so is a run
# of it that fails or in which its clock goes wrong.
all_sides='host guest uml tcg'

for_comparison() { # for_comparison SIDE
	[[ $1 == uml || $1 == tcg ]]
}

side_host() { # side_host PREFIX...
	if [[ $set_name == io ]]; then io_host "$@"; else (cd "$folder" && "$@" ./bench-ops); fi
}

side_guest() {
	if [[ $set_name == io ]]; then io_guest '' "$@"; else run_guest "$@" -- process; fi
}

# The same file as the guest's, in QEMU's emulation. Its time stamp counter is the host's, which a
# kernel in an emulator measures wrong when the machine is busy: one that knows the HPET goes by that.
side_tcg() {
	local platform=bare words=clocksource=hpet
	if [[ $set_name == io ]]; then io_guest $words "$@"; else run_guest "$@" -- process $words; fi
}

side_uml() {
	run_uml process "$@"
}

run_uml() { # run_uml WHAT PREFIX...
	local what=$1
	shift
	mkdir -p "$work/uml"
	in_session "$@" timeout -k 5 600 "$work/linux.uml" "mem=${memory}M" "initrd=$work/initrd.gz" \
		"uml_dir=$work/uml" con=null con0=null,fd:1 quiet rdinit=/bench/init "bench.run=$what"
}

# The link gives its processes the name by which they are found again.
prepare_uml() {
	local file
	[[ $set_name != io ]] || { echo 'it has neither the disks nor the network' && return 1; }
	file=$("$here/uml" "$width" 2>&1) || { echo "${file#uml: }" && return 1; }
	ln -sfn "$file" "$work/linux.uml"
	run_uml boot </dev/null >"$work/console" 2>"$work/run.err" && grep -aq '^BENCH-DONE' "$work/console" ||
		{ echo "User-mode Linux does not boot here: $(tail -n 1 "$work/run.err")" && return 1; }
}

prepare_tcg() {
	[[ $platform != bare ]] || { echo 'it is what the guest runs on' && return 1; }
	type -P qemu-system-x86_64 >/dev/null || { echo 'there is no qemu-system-x86_64' && return 1; }
}

# prepare_sides SIDE...: sets $sides to those that can run
prepare_sides() {
	local side why
	sides=()
	for side in "$@"; do
		if for_comparison "$side" && ! why=$("prepare_$side"); then
			echo "process-bench: $side is left out: $why" >&2
			continue
		fi
		sides+=("$side")
	done
}

has_side() { # has_side SIDE
	[[ " ${sides[*]} " == *" $1 "* ]]
}
