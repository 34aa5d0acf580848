# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# How a run ended: from $outcome, which is QEMU's word, and the console in $work/console to the exit
# code and one message with the reason.
#
# Invariant: console output, which may come from a user program, explains an end and never makes a bad
# one good. A guest without output has failed.

# A guest that panics resets its machine at once; no user program can do that.
panic_resets='panic=-1'

# Last messages: the kernel's own, Xen's about itself or a domain, and the wedge's.
crash_pattern='^\(XEN\) .*Dom(ain )?[0-9]+ .*crashed'
panic_pattern='^(\[ *[0-9.]+\] )?Kernel panic - not syncing|^\(XEN\) +Panic on CPU'
panic_pattern+='|^(\(d[0-9]+\) )?afterburn wedge: fatal:'
restart_pattern='^(\[ *[0-9.]+\] )?reboot: Restarting system'
halt_pattern='^\(XEN\) Hardware Dom0 halted'

# The guest's part of the console begins after the last line that contains others_end, and ends before the
# last one that begins with guest_end; a platform may set both. Xen, the wedge and dom0 print in between, too.
others_end=''
guest_end=''
others='^\(XEN\)|^(\(d[0-9]+\) )?afterburn wedge:|^afterburn-dom0:|^[[:space:]]*$'

console_lines() {
	tr -d '\r' <"$work/console"
}

guest_spoke() {
	console_lines | awk -v begin="$others_end" -v end="$guest_end" '
		BEGIN { last = -1 }
		begin != "" && index($0, begin) { n = 0; last = -1; next }
		end != "" && index($0, end) == 1 { last = n }
		{ line[n++] = $0 }
		END { for (i = 0; i < (last < 0 ? n : last); i++) print line[i] }' >"$work/guest"
	grep -Eavq "$others" "$work/guest"
}

# Prints the last message about the end: panic, restart, halt, or nothing.
last_word() {
	case $(console_lines | grep -Ea "$panic_pattern|$crash_pattern|$restart_pattern|$halt_pattern" | tail -n 1) in
	*'reboot: Restarting system'*) echo restart ;;
	*'Dom0 halted'*) echo halt ;;
	?*) echo panic ;;
	esac
}

# Prints the last panic's line, as far as it is printable; of Xen's own panic the next one, which has the reason.
# That a domain has crashed says less than what the domain said before.
panic_reason() {
	console_lines | panic=$panic_pattern crash=$crash_pattern LC_ALL=C awk '
		behind { reason = $0; behind = 0 }
		$0 ~ ENVIRON["crash"] { crash = $0 }
		$0 ~ ENVIRON["panic"] { reason = $0; behind = /^\(XEN\)/ }
		END { print reason ? reason : crash }' | LC_ALL=C tr -cd '[:print:]' | sed -E 's/^\(XEN\) +//'
}

# What Xen said about the kernel before it gave up, in front of its first line of stars.
dom0_refusal() {
	console_lines | sed -n '/^(XEN) \*\*\* Building a PV Dom0/,/^(XEN) \*\*\*\*/p' |
		sed -nE '/Building a PV|\*\*\*\*|Dom0 kernel:|Xen +kernel:/d; s/^\(XEN\) +(.+)/\1/p' | tail -n 1
}

# The least memory in MiB with which Xen makes a dom0. Xen takes one block for all but the RAM disk, so a
# power of two; it ends with tables, a stack and 512 KiB of slack, at a border of 4 MiB
# (xen/arch/x86/pv/dom0_build.c).
dom0_needs() {
	local end block=1 ramdisk=0
	end=$(console_lines | sed -n 's/^(XEN) *Dom0 kernel: .* -> 0x\([0-9a-f]*\)$/\1/p' | tail -n 1)
	[[ -n $end ]] || return 0
	[[ -z $initrd ]] || ramdisk=$(stat -Lc %s "$initrd")
	end=$(((16#$end >> 20) + 2)) # tables, stack and slack are less than 2 MiB
	while ((block < (end + 3) / 4 * 4)); do
		block=$((block * 2))
	done
	echo $((block + ((ramdisk + 1048575) >> 20)))
}

# Ends the script after a panic. Xen itself panics when it cannot make the dom0, which is no guest's fault.
die_of_panic() {
	local reason more
	reason=$(panic_reason)
	case $reason in
	Dom*' allocation '*'too small'*)
		more=$(dom0_needs)
		die 1 "Xen could not start the kernel as dom0 with --memory $memory: $reason${more:+; ${initrd:+with this RAM disk }it needs at least $more}"
		;;
	*'wedge: fatal: the kernel interface page is not '* | *'wedge: fatal: this L4 kernel was built without '*)
		die 3 "this L4 kernel cannot run guests: ${reason#*fatal: }"
		;;
	'Could not construct d'*)
		more=$(dom0_refusal)
		[[ $more != *'CONFIG_PV32 missing'* && $more != *'switch to compat: -95'* ]] ||
			die 3 "this Xen has no support for 32-bit guests (CONFIG_PV32; its capabilities lack xen-3.0-x86_32p): $more"
		die 1 "Xen could not start the kernel as dom0${more:+: $more}"
		;;
	esac
	die 1 "the guest panicked or crashed${reason:+: $reason}"
}

# QEMU's own complaints; that it emulates less than a model has is none.
show_qemu_errors() {
	grep -v "warning: TCG doesn't support requested feature" "$work/qemu.err" |
		sed 's/^/afterburn run: QEMU says: /' >&2
}

# An image that QEMU cannot lock ends the script as the launcher ends for it. QEMU says which in a line of its own.
refuse_image_in_use() {
	local file
	file=$(sed -n 's/.*Is another process using the image \[\(.*\)\]?$/\1/p' "$work/qemu.err" | head -n 1)
	[[ -z $file ]] ||
		die 2 "the disk '$file' is in use, as a lock on it says: end the program that uses it, or add ,ro or ,cow if that only reads it"
}

# Ends the script as $outcome says. A guest that has printed nothing may never have run.
finish() {
	finish_command
	[[ $outcome != failed ]] || refuse_image_in_use
	local silent="it may have none there (console=${console:-ttyS0}; see --append)"
	case $outcome-$(last_word) in
	powered-off-* | halted-halt)
		guest_spoke || die 1 "the guest ended without a word on its console: $silent"
		exit 0
		;;
	reset-restart) exit 0 ;;
	panic-* | reset-panic | halted-*) die_of_panic ;;
	reset-*)
		guest_spoke || die 1 "the guest reset the machine without a word on its console: $silent, or has met a triple fault"
		die 1 "the guest reset the machine without saying so: a triple fault"
		;;
	timeout-*) die 124 "still running after $timeout seconds" ;;
	*)
		show_qemu_errors
		die 1 "QEMU ended without the guest powering off (exit code ${qemu_status:-0})"
		;;
	esac
}
