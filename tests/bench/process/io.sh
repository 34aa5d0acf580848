# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Disks and a network for the sides of process-bench, for --io: a raw disk, one with a file system (jobs/disk), and a
# server on this machine for the guests' only peer. Source it after lib.sh.
#
# Invariant: all sides have the same bytes in the same files, in memory, and the same server; each finds the file
# system as it was made.
server_pid=''

prepare_io() {
	head -c 32M /dev/urandom >"$folder/raw"
	O=$O "$here/jobs/disk" "$width" "$folder/disk" "$folder/image.made" >&2 ||
		die "the disk with the jobs cannot be made"
	io_names=$(awk -F ' *[|] *' '/^[a-z]/ && (" " $2 " ") ~ " io " { print $1 }' "$here"/{operations,jobs/jobs}.txt | paste -sd,)
	io_jobs=$(awk -F ' *[|] *' '/^[a-z]/ && (" " $2 " ") ~ " io " { print $1 }' "$here/jobs/jobs.txt")
}

start_server() { # start_server PREFIX...
	local turns=0
	: >"$work/port"
	AFTERBURN_BENCH=$work "$@" "$work/bench-ops" --serve 127.0.0.1:0 >"$work/port" 2>&1 </dev/null &
	server_pid=$!
	until grep -q '^BENCH-PORT' "$work/port"; do
		((turns++ < 100)) || die "the server does not start: $(<"$work/port")"
		sleep 0.1
	done
	server_port=$(sed -n 's/^BENCH-PORT //p' "$work/port")
}

stop_server() {
	kill "$server_pid"
	wait "$server_pid" 2>/dev/null || true
}

# shellcheck disable=SC2086 # words
io_host() { # io_host PREFIX...
	"$@" "$folder/bench-ops" --set io --disk "$folder/raw" --server "127.0.0.1:$server_port" &&
		(cd "$folder/disk" && "$@" ./bin/busybox sh ./run --clock wall $io_jobs)
}

io_guest() { # io_guest WORDS PREFIX...
	local words=$1
	shift
	cp --sparse=always "$folder/image.made" "$folder/image"
	machine=(--disk "$folder/raw" --disk "$folder/image" --net user)
	run_guest "$@" -- "io:$io_names" "bench.server=10.0.2.2:$server_port${words:+ $words}"
}
