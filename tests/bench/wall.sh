# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Systems that have only the wall clock: the host itself, a kernel as its process, User-mode Linux.
# Source it after systems.sh.
#
# Invariant: everything runs on one CPU, the last that we may use: the first often has the
# interrupts.
cpu=$(taskset -pc $$ | sed 's/.*[^0-9]\([0-9]*\)$/\1/')

# The folder that the host runs in: in memory, as the guests'.
host_folder() { # host_folder WIDTH ops|jobs
	local made=$memory_folder/$1-$2
	if [[ ! -d $made ]]; then
		fill_programs "$1" "$made.new"
		[[ $2 == ops ]] || O=$O "$here/jobs/image" "$1" "$made.new/jobs" >&2 ||
			die "the folder of the jobs cannot be made"
		mv "$made.new" "$made"
	fi
	echo "$made"
}

# Programs must run there; where memory has no place for them, the work folder serves.
make_memory_folder() {
	memory_folder=$(mktemp -d /dev/shm/afterburn-bench.XXXXXX 2>/dev/null || echo "$work/memory")
	mkdir -p "$memory_folder"
	printf '#!/bin/sh\n' >"$memory_folder/try"
	chmod +x "$memory_folder/try"
	if ! "$memory_folder/try" 2>/dev/null; then
		rm -rf "$memory_folder"
		memory_folder=$work/memory
		mkdir -p "$memory_folder"
	fi
}

run_host() { # run_host WIDTH WHAT
	local folder names
	case $2 in
	micro*)
		IFS=, read -ra names <<<"$ops"
		folder=$(host_folder "$1" ops)
		cd "$folder" || exit
		taskset -c "$cpu" ./bench-ops --set micro ${names[@]+"${names[@]}"}
		;;
	wall-jobs:*)
		IFS=, read -ra names <<<"$jobs"
		folder=$(host_folder "$1" jobs)
		cd "$folder" || exit
		TMPDIR=$folder taskset -c "$cpu" ./busybox sh jobs/run --clock wall "${names[@]}"
		;;
	esac
	echo BENCH-DONE
}

run_process() { # run_process SYSTEM WHAT
	local memory=256 kind=ops options=(run --on process --timeout 1200) file initrd
	[[ $2 != sites ]] || exec taskset -c "$cpu" "$here/sites/run" "$1"
	[[ $2 == micro* ]] || memory=512 kind=jobs
	file=$(kernel_of "$1")
	[[ -r $file ]] || die "$file is missing: run make guest-${1##*/}"
	initrd=$(bench_initrd "${1##*/}" "$kind")
	exec taskset -c "$cpu" "$afterburn" "${options[@]}" --memory "$memory" --initrd "$initrd" \
		--append "quiet rdinit=/bench/init bench.run=$2" "$file"
}

run_uml() { # run_uml SYSTEM WHAT
	local memory=256 kind=ops initrd file
	[[ $2 == micro* ]] || memory=512 kind=jobs
	file=$(kernel_of "$1") # says itself why there is none
	initrd=$(bench_initrd "${1##*/}" "$kind")
	exec taskset -c "$cpu" "$file" "mem=${memory}M" "initrd=$initrd" "uml_dir=$work" con=null \
		con0=null,fd:1 quiet rdinit=/bench/init "bench.run=$2"
}

run_wall() { # run_wall SYSTEM WHAT
	case $1 in
	host/*) run_host "${1##*/}" "$2" ;;
	*/process/*) run_process "$1" "$2" ;;
	*/uml/*) run_uml "$1" "$2" ;;
	esac
}
