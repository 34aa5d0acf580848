# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# A guest's small devices, on bare metal and in a process: random bytes, the power key, memory that goes back. Sourced,
# after tests/lib.sh, by a test for each guest, which sets `guest_of_process`.
#
# Invariant: each boot asks for one thing.
source "$TOP/tests/boot/small-guest.sh"

prepare_user
ok 'the guest for this test is made' make_ramdisk
for platform in bare process; do
	ok "$platform: random bytes of the host" does $platform random --rng
done
ok 'a guest that did not ask for the device has none' eval '! does process random'
ok 'SIGPWR is the power key' power_key
ok 'SIGPWR at any time ends nothing' power_key_is_early
ok 'memory that the guest frees goes back to the host' memory_goes_back
cat "$tmp/figures"
ok 'nothing is left of all these' none_left
