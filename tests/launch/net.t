#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Networks that cannot be had, without a guest. What a Linux does with one is in tests/boot/net.sh.
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
fake_kernel k || exit 1
usage=2 platform=3

ok 'another word' refuses $usage '--net takes user' --net bridge k
ok 'a word that begins like one' refuses $usage '--net takes user' --net users k
ok 'something behind none' refuses $usage '--net takes user' --net none,user k
ok 'an unknown word behind user' refuses $usage '--net takes user' --net user,mtu=9000 k
for ports in '' 80 80: :80 0:80 80:0 80:65536 65536:80 80:80x 80:80:80 -1:80; do
	ok "forward=$ports" refuses $usage '--net takes forward=HOST:GUEST' --net "user,forward=$ports" k
done
many=user
for i in {1..17}; do
	many+=,forward=$((20000 + i)):80
done
ok 'too many' refuses $usage 'at most 16 forwards' --net "$many" k
ok 'a word that is none' refuses $usage '--net takes user[,nohost]' --net user,nohosts k
ok 'a word that is cut' refuses $usage '--net takes user[,nohost]' --net user,nohost,,forward=1:2 k
ok 'no name' refuses $usage "'' is no name of an interface" --net tap= k
ok 'a long name' refuses $usage 'is no name of an interface' --net tap=0123456789abcdef k
ok 'no such interface' refuses $platform "there is no interface 'notap0'; make one" --net tap=notap0 k
if [[ -r /dev/net/tun && $EUID == 0 ]]; then
	ok 'an interface that is no tap' refuses $platform "the interface 'lo' cannot be used" --net tap=lo k
else
	skip 'an interface that is no tap' 'root and /dev/net/tun are needed'
fi

# Programs in passt's place, and none.
mkdir empty ends silent tells
for kind in ends silent tells; do
	printf '#!/bin/sh\n' >$kind/passt
	chmod +x $kind/passt
done
echo 'echo "Failed to send 9 bytes to syslog" >&2; echo "some reason" >&2; exit 1' >>ends/passt
echo 'exit 1' >>silent/passt
echo 'exec python3 -c "import socket as s; exit(str(s.socket(fileno=3).getsockopt(s.SOL_SOCKET, s.SO_SNDBUF)))"' >>tells/passt

# Its socket has room for 8 MiB or, if this user may not have that, for as much as the host gives; Linux counts twice.
has_room() {
	local asked=$((8 << 20)) allowed
	allowed=$(</proc/sys/net/core/wmem_max)
	((allowed < asked)) || allowed=$asked
	PATH=$tmp/tells:$PATH refuses $platform "does not start: $((2 * asked))" --net user k ||
		PATH=$tmp/tells:$PATH refuses $platform "does not start: $((2 * allowed))" --net user k
}
ok 'no passt' eval 'PATH=$tmp/empty "$launch" --net user k 2>err; code=$?; ((code == 3)) && grep -q "install the package passt" err'
ok 'passt ends' eval 'PATH=$tmp/ends:$PATH refuses $platform "does not start: some reason" --net user k'
ok 'passt ends without a word' eval 'PATH=$tmp/silent:$PATH refuses $platform "does not start: it says nothing" --net user k'
ok "passt's socket has room" has_room
if type -P passt >/dev/null; then
	port=$((20000 + RANDOM % 10000))
	busybox httpd -f -p "127.0.0.1:$port" -h "$tmp/empty" &
	server=$!
	trap 'kill $server; rm -rf "$tmp"' EXIT
	sleep 0.3
	ok 'a port that is taken' refuses $platform "does not start: Failed to bind any port" --net "user,forward=$port:80" k
else
	skip 'a port that is taken' 'no passt (package passt)'
fi
done_testing
