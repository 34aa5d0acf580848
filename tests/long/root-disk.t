#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 1200
# needs: process
#
# The root disk, what takes longer: two that are made one after the other have the same bytes; i386 in a process and on bare metal.
source "$TOP/tests/lib.sh"
source "$TOP/tests/boot/lib.sh"

# Nothing is taken from the cache.
anew() { # anew NAME
	AFTERBURN_CACHE=$tmp/cache-$1 "$TOP/guest-patches/build-disk" amd64 "$tmp/$1" && rm -r "$tmp/cache-$1"
}

ok 'a disk is made' anew one
ok 'another one is made' anew two
ok 'they have the same bytes' cmp "$tmp/one" "$tmp/two"
rm -f "$tmp/one" "$tmp/two"
guest_of_process=$O/guest/i386
architecture=i386
platforms='process bare'
networks='process bare'
source "$TOP/tests/boot/root-disk.sh"
done_testing
