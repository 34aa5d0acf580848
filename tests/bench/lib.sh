# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# What process-bench and its stress mode share: the files that both sides run, one run of each, and
# the comparison of clocks. Source it with $here (this folder), $top and $O set.
#
# Invariant: a run that failed, measured nothing or has a wrong clock ends the benchmark; no file
# made here outlives it.
# shellcheck source=tests/bench/clock.sh
source "$here/clock.sh"
afterburn=$O/bin/afterburn
platform=process memory=256 machine=()

die() {
	echo "process-bench: $1" >&2
	exit "${2:-1}"
}

# The guest of a width is the one that can be a process.
choose_width() { # choose_width x86_64|i386
	local guest=$1
	[[ $1 != x86_64 ]] || guest=x86_64-low
	width=$1
	kernel=${BENCH_KERNEL:-$O/guest/$guest/vmlinux}
	initrd=${BENCH_INITRD:-$O/guest/$guest/initrd.gz}
}

make_work() {
	work=$(mktemp -d)
	folder=$work
	: >"$work/sessions"
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

# Processes of runs that were started here, wherever they hang by now: by the mark in their
# environment or, since the processes of a guest and of User-mode Linux have none, by their session.
# Numbers come again: of a session only processes called as the launcher or User-mode Linux count.
marked() {
	{
		grep -lazsxF "AFTERBURN_BENCH=$work" /proc/[0-9]*/environ | tr -cd '0-9\n' || true
		{ cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v list="$work/sessions" '
			BEGIN { while ((getline sid < list) > 0) ours[sid] }
			/\((launch|linux[.]uml)\)/ { pid = $1; sub(/^.*\) /, ""); if ($4 in ours && $1 != "Z") print pid }'
	} | sort -u
}

end_runs() {
	local pid
	for pid in $(marked); do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

cleanup() {
	end_runs
	rm -rf "$work" "$folder"
}

# The folder with the programs, the compiler and something to compile: in memory, as the guest's.
prepare_folder() {
	local base=/dev/shm compiler programs=$O/bench/$width
	cp "$programs/bench-ops" "$work/" || die "bench-ops is missing: make bench-programs"
	[[ -w $base ]] && cp "$work/bench-ops" "$base/.bench-$$" && "$base/.bench-$$" --exit 2>/dev/null ||
		base=$work
	rm -f "/dev/shm/.bench-$$"
	folder=$(mktemp -d "$base/afterburn-bench.XXXXXX")
	cp "$programs/bench-ops" "$programs/bench-tiny" "$folder/"
	cp -L "$("$top/guest-patches/busybox" "$width")" "$folder/busybox" || die "no busybox for $width"
	"$here/source-to-compile" >"$folder/compile.c"
	if compiler=$("$here/compiler" "$width"); then
		cp -r "$compiler" "$folder/compiler"
	else
		echo "process-bench: nothing compiles in this run" >&2
	fi
}

# A RAM disk: the example guest's own and a folder more.
add_to_initrd() { # add_to_initrd FOLDER OUTPUT
	{
		cat "$initrd"
		"$top/scripts/dom0/cpio" "$1" | gzip -1n
	} >"$2"
}

# The guests' RAM disk with the folder of programs as /bench.
prepare_initrd() {
	[[ -x $afterburn ]] || die "$afterburn is missing: run make"
	local f
	for f in "$kernel" "$initrd"; do
		[[ -r $f ]] || die "$f is missing: run make guest"
	done
	mkdir -p "$work/extra"
	cp -r "$folder" "$work/extra/bench"
	install -m 755 "$here/guest-init" "$work/extra/bench/init"
	add_to_initrd "$work/extra" "$work/initrd.gz"
}

# The kernel's file as a process needs it, made once: packing is no part of a boot. On bare metal the
# packed file is the kernel without its wedge.
prepare_kernel() {
	local packed=$work/kernel
	! LC_ALL=C grep -aqF $'ABWEDGE\x01' -- "$kernel" || return 0
	"$afterburn" pack --quiet --wedge linux -o "$packed" -- "$kernel" ||
		die "'$kernel' cannot be packed for a Linux process"
	kernel=$packed
}

# run_guest PREFIX... -- WHAT [WORDS]: the console on standard output, each line as soon as it comes
run_guest() {
	local prefix=()
	while [[ $1 != -- ]]; do prefix+=("$1") && shift; done
	start_kernel "$work/initrd.gz" "rdinit=/bench/init bench.run=$2${3:+ $3}" ${prefix[@]+"${prefix[@]}"}
}

# start_kernel INITRD WORDS PREFIX...
start_kernel() {
	local with=$1 words=$2
	shift 2
	in_session "$@" "$afterburn" run --on "$platform" --memory "$memory" ${machine[@]+"${machine[@]}"} \
		--timeout 600 --initrd "$with" --append "quiet $words" "$kernel"
}

# in_session COMMAND...: in a session of its own, with a mark in the environment
in_session() {
	# shellcheck disable=SC2016 # for the inner shell
	AFTERBURN_BENCH=$work setsid sh -c 'echo $$ >>"$AFTERBURN_BENCH/sessions"; exec "$@"' sh env "$@"
}

# why_no_figures SIDE CODE: why the run whose console and exit code these are gives no figures, if so
why_no_figures() {
	local off
	if (($2 != 0)) || grep -aq '^BENCH-FAIL' "$work/console" ||
		(($(grep -ac '^BENCH-CLOCK' "$work/console") != 2)); then
		tail -n 20 "$work/console" "$work/run.err" >&2
		echo "the run of $1 failed (exit code $2)"
		return
	fi
	off=$(clock_off "$work/console")
	[[ -z $off ]] || echo "the clock of $1 went $off"
}

# measure_side PLACEMENT SIDE COMMAND...: appends the samples to $work/samples
measure_side() {
	local placement=$1 side=$2 code=0 why
	shift 2
	"$@" </dev/null 2>"$work/run.err" | stamp >"$work/console" || code=$?
	((code != 3)) || die "$side cannot run here: $(tail -n 1 "$work/run.err")" 3
	why=$(why_no_figures "$side" "$code")
	if [[ -n $why ]]; then
		for_comparison "$side" || die "$why"
		echo "process-bench: a run is not counted: $why" >&2
		return
	fi
	grep -a '^BENCH-SKIP' "$work/console" >&2 || true
	awk -v who="$placement $side" '/^BENCH [a-z0-9-]+ us [0-9. ]+( [|].*)?$/ {
		sub(/^BENCH /, ""); sub(/ us /, " "); sub(/ [|].*/, ""); print who, $0
	}' "$work/console" >>"$work/samples"
}
