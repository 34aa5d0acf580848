# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Tests that act in dom0: programs of the host for it, and a first process that runs a test's own script in place of one
# domU. Sourced behind tests/lib.sh.
#
# Invariant: the host's programs bring their own libraries, since dom0's may be of another release.

# copy_tools FOLDER PROGRAM...: with their libraries, and what loads these as `loader`. In dom0, where the folder is
# /tools: /tools/loader --library-path /tools /tools/PROGRAM
copy_tools() {
	local folder=$1 program library
	shift
	mkdir -p "$folder"
	for program; do
		program=$(type -P "$program") && cp -L "$program" "$folder/" || return
		for library in $(ldd "$program" | grep -o '/[^ ]*'); do
			cp -L "$library" "$folder/" || return
		done
	done
	cp "$folder"/ld-linux*.so.2 "$folder/loader"
}

# dom0_init COMMAND: dom0's first process, that does this in place of creating the guest; on standard output
dom0_init() {
	awk -v command="$1" '/^xl create -p / { print command; found = 1; next } { print } END { exit !found }' \
		"$TOP/scripts/dom0/init"
}
