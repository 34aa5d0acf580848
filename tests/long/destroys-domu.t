#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 3600
#
# `xl destroy` while a domU under a wedge writes, fifty times in one dom0: nothing that the guest was told to be on the
# disk is lost. AFTERBURN_DESTROYS=5 tries fewer.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest_of_process=$O/guest/x86_64-low
source "$TOP/tests/boot/process.sh"
source "$TOP/tests/boot/disk-guest.sh"
source "$TOP/tests/boot/tools.sh"
destroys=${AFTERBURN_DESTROYS:-50}

# dom0 that does the rounds in place of starting the guest once.
make_dom0_files() { # make_dom0_files ROUNDS
	local dom0=$tmp/dom0
	mkdir -p "$dom0/domu" && cp "$TOP/tests/boot/destroys/rounds" "$dom0/domu/" &&
		copy_tools "$dom0/tools" e2fsck mke2fs debugfs "$tmp/disk" &&
		dom0_init "sh /domu/rounds $1; end powered-off" >"$dom0/init" && chmod 755 "$dom0/init"
}

destroy() { # destroy LIMIT
	rm -f image && truncate -s 64M image
	boot_code=0
	AFTERBURN_DOM0_FILES=$tmp/dom0 "$run" --on xen --timeout "$1" --initrd initrd.gz --disk image \
		--append 'panic_on_warn=1 disk.do=kept' vmlinux.packed \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	grep -a '^ROUND' "$tmp/console"
	exit_code 0
}

verdict() { # verdict ROUND
	grep -aqE "^ROUND $1 [0-9]+ good\$" "$tmp/console" || {
		grep -a "^ROUND $1 " "$tmp/console" || tail -n 20 "$tmp/console"
		return 1
	}
}

# Records that the guest has never written are missed.
missed() {
	mkdir -p "$tmp/dom0/domu" && touch "$tmp/dom0/domu/boast" && make_dom0_files 1 && destroy 240 &&
		grep -aE '^ROUND 1 [0-9]+ record [0-9]+ of [0-9]+ is lost$' "$tmp/console"
	local code=$?
	rm "$tmp/dom0/domu/boast"
	return $code
}

prepare_user
ok 'the guest for this test is made' make_ramdisk
ok 'a lost record is seen' missed
ok 'dom0 for this test is made' make_dom0_files "$destroys"
ok 'all rounds ran' destroy $((200 + 60 * destroys))
for ((i = 1; i <= destroys; i++)); do
	ok "xl destroy $i while files are written" verdict "$i"
done
sed -nE 's/^ROUND [0-9]+ ([0-9]+) good$/\1/p' "$tmp/console" | sort -n |
	awk '{ n[NR] = $1 } END { printf "# records at the end of a guest: %d to %d, median %d\n", n[1], n[NR], n[int((NR + 1) / 2)] }'
done_testing
