#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 600
#
# The network of a kernel under a wedge as a domU (net-xen.sh): Linux in the lower half.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"
source "$TOP/tests/boot/net-xen.sh"
guest=$O/guest/x86_64-low

ok 'a server of this machine' start_server
trap 'kill $server; rm -rf "$tmp"' EXIT
ok 'the guest for this test is made' make_net_ramdisk "$tmp/initrd"
report_net "$guest/vmlinux.packed" "$tmp/initrd"
done_testing
