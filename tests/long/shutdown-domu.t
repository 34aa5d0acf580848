#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# Debian on its root disk, as a domU under a wedge, hears what xl asks: `xl shutdown` presses its power key, and systemd
# powers off. The disk is in order afterwards.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/x86_64-low
image=$tmp/image

# dom0 with a script that it runs beside the guest: as soon as somebody may log in, the guest is told to end.
make_dom0_files() {
	local dom0=$tmp/dom0
	mkdir -p "$dom0/domu" &&
		sed 's,^xl unpause guest.*,sh /domu/meanwhile \&\n&,' "$TOP/scripts/dom0/init" >"$dom0/init" &&
		chmod 755 "$dom0/init" && grep -q meanwhile "$dom0/init" &&
		cat >"$dom0/domu/meanwhile" <<-'END'
			until grep -q 'guest login:' /run/console/guest-guest.log; do usleep 500000; done
			xl shutdown guest
		END
}

shuts_down() {
	boot_code=0
	AFTERBURN_DOM0_FILES=$tmp/dom0 "$afterburn_run" --on xen --memory 512 --timeout 240 --disk "$image" \
		--append 'root=/dev/vda rw panic_on_warn=1' "$guest/vmlinux.packed" \
		</dev/null >"$tmp/console.raw" 2>"$tmp/run.err" || boot_code=$?
	tr -d '\r' <"$tmp/console.raw" >"$tmp/console"
	exit_code 0 && grep -aq 'Reached target.*poweroff.target' "$tmp/console"
}

code=0
"$TOP/guest-patches/build-disk" amd64 "$image" >"$tmp/made" 2>&1 || code=$?
if ((code == 3)); then
	skip 'xl shutdown' "$(sed -n 's/^build-disk: //p' "$tmp/made")"
else
	ok 'dom0 for this test is made' make_dom0_files
	ok 'xl shutdown powers off' shuts_down
	ok 'the file system was unmounted' e2fsck -fn "$image"
fi
done_testing
