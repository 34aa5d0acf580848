# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# The guest's network in QEMU's machine and in xl's configuration:
# --net user[,nohost][,forward=HOST:GUEST]...|tap=NAME|none, in $net.
#
# Invariant: words that are refused have started nothing.

# Sets $net_forwards to pairs HOST:GUEST, and $net_nohost.
parse_net() {
	local words word
	net_forwards=() net_nohost=''
	IFS=, read -ra words <<<"$net"
	case ${words[0]:-} in
	'' | none) ((${#words[@]} <= 1)) || die 2 "--net none takes nothing behind it, not '$net'" ;;
	tap=?*) ((${#words[@]} == 1)) || die 2 "--net tap=NAME takes nothing behind it, not '$net'" ;;
	user) ;;
	*) die 2 "--net takes user[,nohost][,forward=HOST:GUEST]..., tap=NAME or none, not '$net'" ;;
	esac
	for word in "${words[@]:1}"; do
		[[ $word != nohost ]] || { net_nohost=1 && continue; }
		[[ $word =~ ^forward=([0-9]{1,5}):([0-9]{1,5})$ ]] && is_port "${BASH_REMATCH[1]}" &&
			is_port "${BASH_REMATCH[2]}" ||
			die 2 "--net: '$word' is not forward=HOST:GUEST, with TCP ports from 1 to 65535"
		net_forwards+=("$((10#${BASH_REMATCH[1]})):$((10#${BASH_REMATCH[2]}))")
	done
}

is_port() {
	((10#$1 >= 1 && 10#$1 <= 65535))
}

has_net() {
	[[ -n $net && $net != none ]]
}

# Adds the network to QEMU's options. The guest is the only machine there, so its address is the first that
# QEMU gives.
qemu_net() {
	local pair forwards=''
	has_net || return 0
	parse_net
	if [[ $net == tap=* ]]; then
		options+=(-netdev "tap,id=net0,ifname=${net#tap=},script=no,downscript=no" -device virtio-net-pci,netdev=net0,romfile=)
		return
	fi
	[[ -z $net_nohost ]] || die 2 "--net user,nohost: QEMU's network has no such word; it works in a process"
	for pair in "${net_forwards[@]}"; do
		forwards+=",hostfwd=tcp:127.0.0.1:${pair%:*}-:${pair#*:}"
	done
	options+=(-netdev "user,id=net0$forwards" -device virtio-net-pci,netdev=net0,romfile=)
}

# What xl.cfg's list of network devices has: a port of dom0's bridge, on which QEMU's is too.
xl_net() {
	! has_net || printf '"mac=00:16:3e:00:00:01,bridge=xenbr0,script=vif-bridge"'
}

# A first domain has the machine's devices. What a wedge shows its kernel are other domains', of which there is none.
refuse_net_of_wedge() {
	! has_net || [[ $console != ttyS0 ]] ||
		die 2 "--net: as dom0 a kernel under a wedge has no network; it has as a domU (--on xen), and on bare metal"
}
