#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The RAM disk without thread-local storage: its programs use no segment register, and check-segments
# would have seen it if they did; bad input to its build.
source "$TOP/tests/lib.sh"

here=$TOP/guest-patches/no-tls
guest=$O/guest/i386
cache=${AFTERBURN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/afterburn}

# assemble NAME INSTRUCTION...: a function of that name in an object
assemble() {
	local name=$1
	shift
	{ printf '%s:\n' "$name" && printf '\t%s\n' "$@"; } | as --32 -o "$tmp/$name.o" -
}

is_refused() { # is_refused INSTRUCTION: with its file and its function
	assemble uses_segment nop "$1" ret || return
	! "$here/check-segments" "$tmp/uses_segment.o" 2>"$tmp/err" &&
		grep -q "^check-segments: $tmp/uses_segment.o: uses_segment: [a-z]" "$tmp/err" &&
		[[ $(wc -l <"$tmp/err") == 1 ]]
}

is_accepted() {
	assemble harmless "$@" && "$here/check-segments" "$tmp/harmless.o"
}

unpack_ramdisk() {
	mkdir "$tmp/root" && gzip -dc "$guest/initrd-no-tls.gz" | (cd "$tmp/root" && cpio -i --quiet)
}

# Nothing executable is packed that is neither a script nor one of the two that are looked at.
programs_are_known() {
	local found
	found=$(cd "$tmp/root" && find . -type f -exec grep -laP '\A\x7fELF' {} + | grep -v '^./modules/' | sort)
	same "$found" $'./bin/busybox\n./bin/guest-check'
}

ordinary_is_refused() {
	! "$here/check-segments" "$tmp/root/bin/busybox" "$guest/guest-check" 2>"$tmp/err" &&
		! grep -v "^check-segments: $guest/guest-check: " "$tmp/err"
}

unreadable_is_refused() {
	! "$here/check-segments" "$here/check-segments" 2>"$tmp/err" && grep -q 'no instructions could be read' "$tmp/err" &&
		! "$here/check-segments" "$tmp/none" 2>"$tmp/err" && grep -q "$tmp/none: no instructions could be read" "$tmp/err"
}

same_ramdisk() {
	AFTERBURN_BUSYBOX_I386=$guest/no-tls/busybox TZ=Asia/Tokyo "$TOP/guest-patches/build-initrd" i386 \
		"$guest/no-tls/guest-check" "$guest/annotated" "$tmp/initrd.gz" && cmp "$tmp/initrd.gz" "$guest/initrd-no-tls.gz"
}

kept() {
	"$here/build" "$tmp/again" >"$tmp/said" && [[ ! -s $tmp/said ]] && cmp "$tmp/again/busybox" "$guest/no-tls/busybox"
}

# apt finds nothing in an empty list of sources: it is said what can be done, and nothing is left behind.
no_sources() {
	printf 'Dir::Etc::SourceList "/dev/null";\nDir::Etc::SourceParts "/dev/null";\n' >"$tmp/apt.conf"
	! AFTERBURN_CACHE=$tmp/empty APT_CONFIG=$tmp/apt.conf "$here/build" "$tmp/out" 2>"$tmp/err" && [[ ! -e $tmp/out ]] &&
		grep -q "cannot be downloaded .* put their archives at $tmp/empty/sources/bookworm-musl.tar " "$tmp/err" &&
		[[ -z $(ls -A "$tmp/empty") ]]
}

bad_option() {
	mkdir -p "$tmp/cache" && cp -r "$cache/sources" "$tmp/cache/" && cp -r "$here" "$tmp/no-tls" || return
	echo CONFIG_NO_SUCH_THING=y >>"$tmp/no-tls/busybox.config"
	! AFTERBURN_CACHE=$tmp/cache "$tmp/no-tls/build" "$tmp/out" >"$tmp/err" 2>&1 && [[ ! -e $tmp/out ]] &&
		grep -q 'busybox.config: CONFIG_NO_SUCH_THING=y did not take effect' "$tmp/err" &&
		[[ $(ls -A "$tmp/cache") == sources ]]
}

for instruction in 'mov %eax, %gs' 'mov %fs, %eax' 'mov %gs:16, %eax' 'call *%gs:16' 'lodsb %fs:(%esi)' 'push %fs' \
	'pop %gs' '.byte 0x65, 0x90' 'mov %eax, %ss' 'mov %eax, %ds' 'mov (%eax), %es' 'pop %ds' 'pop %es' 'pop %ss' \
	'lds (%eax), %ebx' 'les (%eax), %ebx' 'lss (%eax), %ebx' 'lfs (%eax), %ebx' 'lgs (%eax), %ebx'; do
	ok "refused: $instruction" is_refused "$instruction"
done
ok 'reading selectors, and implied segments, are accepted' is_accepted 'mov %ds, %eax' 'mov %cs, %ecx' 'push %es' \
	'pop %esi' 'rep movsb' 'mov %es:(%ebx), %eax' 'lea 4(%esi), %edi' 'lodsb' 'mov %esp, %ebp'
ok 'what cannot be read is refused' unreadable_is_refused
ok 'the RAM disk can be unpacked' unpack_ramdisk
ok 'the RAM disk has no other programs' programs_are_known
ok 'its programs use no segment' "$here/check-segments" "$tmp/root/bin/"{busybox,guest-check}
ok 'those of the ordinary RAM disk do' ordinary_is_refused
ok 'the RAM disk is reproducible' same_ramdisk
ok 'an unchanged user land is not built again' kept
ok 'no sources to be had' no_sources
ok "a line of busybox's configuration that does not take" bad_option
done_testing
