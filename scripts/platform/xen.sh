# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154
#
# Xen with Debian's own dom0 and the real xl; the kernel is a domU.
#
# Invariant: dom0 is stock Debian, built once into the cache; only the guest, its RAM disk and its
# xl configuration change from run to run.

# shellcheck source=scripts/platform/xl-config.sh
source "$here/platform/xl-config.sh"
dom0_memory=512
xen_own_memory=128
others_end='got a tsc mode string' # xl's last message
guest_end='afterburn-dom0: guest '

# A guest that has ended stays ended: the run is over.
write_config() {
	xl_config guest /domu/kernel "${initrd:+/domu/initrd}" "$memory" "$cpus" "$(xl_disks)" "$(xl_net)" \
		"console=$console $panic_resets${append:+ $append}"
	printf 'on_%s = "destroy"\n' poweroff reboot crash
}

# The kernel unpacks one archive after another: dom0's, then the guest's files over it. AFTERBURN_DOM0_FILES is a folder
# with more of them, for tests.
make_dom0_initrd() {
	mkdir -p "$work/over/domu"
	cp -L "$work/kernel" "$work/over/domu/kernel"
	[[ -z $initrd ]] || cp -L "$initrd" "$work/over/domu/initrd"
	write_config >"$work/over/domu/guest.cfg"
	[[ -z ${AFTERBURN_DOM0_FILES:-} ]] || cp -RL "$AFTERBURN_DOM0_FILES/." "$work/over/"
	[[ -z $verbose ]] || sed 's/^/afterburn run: xl: /' "$work/over/domu/guest.cfg" >&2
	cp "$dom0/dom0.cpio" "$work/initrd"
	! has_net || cat "$dom0/net.cpio" >>"$work/initrd"
	"$here/dom0/cpio" "$work/over" >>"$work/initrd"
}

platform_run() {
	choose_xen
	if is_version "${AFTERBURN_XEN:-}"; then
		make_dom0 "$AFTERBURN_XEN"
	else
		make_dom0
		[[ -n ${AFTERBURN_XEN:-} || -r /boot/xen-$usual_xen-amd64.gz ]] || AFTERBURN_XEN=$dom0/xen.gz
	fi
	unpack_xen
	kernel_for_xen
	make_dom0_initrd
	local quiet='quiet loglevel=3'
	[[ -z $verbose ]] || quiet=
	qemu_options
	run_qemu -h "$xen_halts" -m $((dom0_memory + memory + xen_own_memory)) \
		-smp "$cpus" -kernel "$work/xen" \
		-append "console=com1 guest_loglvl=all $xen_options dom0_mem=${dom0_memory}M,max:${dom0_memory}M dom0_max_vcpus=1" \
		-initrd "$dom0/vmlinux console=hvc0 $quiet,$work/initrd"
	judge
	finish
}

# The first error that xl or one of its libraries reported, without the place in their source, is the cause;
# the others follow from it. The domain's builder counts pages, in hexadecimal: those of the part that did not
# fit, and those of the parts before it.
xl_refusal() {
	local error
	error=$(console_lines | LC_ALL=C tr -cd '[:print:]\n' |
		sed -nE 's/^(xc: error: panic|libxl: error|xl): ([a-z_]+\.[cly]:[0-9]+: ?[a-z_]+: )?(Domain [0-9]+:)?(.+)/\4/p' |
		head -n 1)
	if [[ $error =~ too\ large\ \((0x[0-9a-f]+)\ \>\ 0x[0-9a-f]+\ -\ (0x[0-9a-f]+)\ pages ]]; then
		error="--memory $memory is too little, more than $(((BASH_REMATCH[1] + BASH_REMATCH[2]) >> 8)) are needed: $error"
	fi
	echo "${error:-see the console above}"
}

# dom0's last line says how the guest ended; then dom0 powers the machine off.
judge() {
	[[ $outcome == powered-off ]] || return 0
	case $(console_lines | grep -a "^$guest_end" | tail -n 1) in
	*' powered-off') ;;
	*' reset') outcome=reset ;;
	*' crashed') outcome=panic ;;
	*' refused') die 1 "xl could not start the guest: $(xl_refusal)" ;;
	*' gone') die 1 "the guest is gone, and xl does not know why; see the console above" ;;
	*) die 1 "Debian's dom0 ended without telling how the guest did; see the console above (--verbose shows more)" ;;
	esac
}
