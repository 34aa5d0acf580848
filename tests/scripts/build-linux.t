#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# guest-patches/build-linux where no kernel has to be built: what a result is kept under, and what is
# said while a kernel compiles.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"
progress=$TOP/guest-patches/progress

# tree FOLDER: what the key is made of, in a folder of that name, with an assembler built there
tree() {
	mkdir -p "$1"
	cp -r "$TOP/Makefile" "$TOP/afterburner" "$TOP/guest-patches" "$1/"
	mkdir -p "$1/scripts" && cp -r "$TOP/scripts/commands" "$TOP/scripts/build.mk" "$1/scripts/"
	assemble "$1"
}
assemble() {
	make -s -C "$1" O="$1/build" CFLAGS='-O0 -g' "$1/build/libexec/afterburner/as" \
		"$1/build/libexec/afterburner/commands/make" >"$tmp/make.out" 2>&1 || cat "$tmp/make.out"
}
key() { # key FOLDER [VARIANT]
	O=$1/build LINUX_SOURCE=$tmp/source.tar "$1/guest-patches/build-linux" i386 "${2:-annotated}" --key
}

head -c 2000000 /dev/zero >"$tmp/source.tar"
tree "$tmp/one"
tree "$tmp/a-folder-of/another/length"
first=$(key "$tmp/one")
ok 'a key' grep -Eqx 'linux-i386-annotated-[0-9a-f]{24}' <<<"$first"
is 'it is the same in another folder' "$(key "$tmp/a-folder-of/another/length")" "$first"
ok 'nothing was built for it' eval '[[ ! -e $tmp/one/build/guest && ! -e --key && ! -e $tmp/one/--key ]]'
plain=$(key "$tmp/one" plain)
echo 'extern const char more[]; const char more[] = "of it";' >>"$tmp/one/afterburner/as/main.c"
assemble "$tmp/one"
ok 'another assembler, another key' eval '[[ $(key "$tmp/one") != "$first" ]]'
is 'the plain kernel has no part of it' "$(key "$tmp/one" plain)" "$plain"
echo 'no program' >"$tmp/one/build/libexec/afterburner/as"
ok 'no assembler is an error' eval '! key "$tmp/one" 2>"$tmp/err" && grep -q "no assembler of ours" "$tmp/err"'

# follow SECONDS [COMMAND...]: progress with a log of 120 objects of 400, for so long
follow() {
	local seconds=$1
	shift
	{
		printf '  HOSTCC  scripts/x\n  AR      lib/lib.a\n'
		for i in $(seq 119); do echo "  CC      kernel/$i.o"; done
		echo '  AS      entry.o'
	} >"$tmp/log"
	AFTERBURN_PROGRESS=1 timeout "$seconds" "$@" "$progress" 'the kernel' "$tmp/log" 400
	(($? == 124))
}
ok 'elsewhere: a line now and then' eval 'follow 3.5 >"$tmp/lines" && (($(wc -l <"$tmp/lines") >= 2))'
ok 'objects of about how many, and the time' \
	grep -Eqx 'the kernel: 120 of about 400 objects after 1 s, about [0-9]+ s left' "$tmp/lines"
ok 'no control characters there' eval '! grep -q "[[:cntrl:]]" "$tmp/lines"'
ok 'a terminal: one line, rewritten' eval \
	'TERM=xterm script -qec "timeout 3.5 $progress x $tmp/log 400" /dev/null </dev/null >"$tmp/screen"
	 (($(grep -ao "x: 120 of about 400" "$tmp/screen" | wc -l) >= 2)) && [[ $(grep -c . "$tmp/screen") == 1 ]]'
ok 'more objects than thought: no time is promised' eval \
	'follow 2.5 >/dev/null; AFTERBURN_PROGRESS=1 timeout 2.5 "$progress" x "$tmp/log" 100 >"$tmp/lines";
	 grep -qx "x: 120 of about 100 objects after 1 s" "$tmp/lines"'
ok 'it ends with its parent' eval \
	'bash -c "AFTERBURN_PROGRESS=1 $progress orphan $tmp/log 400 >/dev/null & echo \$! >$tmp/pid; sleep 0.3";
	 sleep 2; ! grep -q "^State:[[:space:]]*[^ZX[:space:]]" "/proc/$(<"$tmp/pid")/status" 2>/dev/null'
done_testing
