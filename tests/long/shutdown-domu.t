#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1200
#
# Debian on its root disk, as a domU under a wedge, hears what xl asks: `xl mem-set` has its balloon give memory and take
# it back, `xl shutdown` presses its power key, and systemd powers off. The disk is in order afterwards.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
guest=$O/guest/x86_64-low ramdisk=''
source "$TOP/tests/boot/verbs.sh"
image=$tmp/image

code=0
"$TOP/guest-patches/build-disk" amd64 "$image" >"$tmp/made" 2>&1 || code=$?
if ((code == 3)); then
	skip 'xl shutdown' "$(sed -n 's/^build-disk: //p' "$tmp/made")"
else
	login=1 guest_options=(--memory 512 --disk "$image" --append 'root=/dev/vda rw panic_on_warn=1')
	tries memory powers_off
	ok 'the file system was unmounted' e2fsck -fn "$image"
fi
done_testing
