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

# A source whose makefile does as a kernel's: four objects. It waits until its progress has been told,
# since how soon that is depends on the machine.
mkdir -p "$tmp/tiny/linux"
cat >"$tmp/tiny/linux/Makefile" <<'END'
allnoconfig:
	@cp $(KCONFIG_ALLCONFIG) $(O)/.config
vmlinux:
	@for i in 1 2 3 4; do echo "  CC      $$i.o"; done
	@for i in $$(seq 600); do grep -q "4 of about" $(TOLD) && break; sleep 0.1; done
	@echo vmlinux >$(O)/vmlinux
modules:
	@touch $(or $(M),$(O))/x.ko
END
tar cf "$tmp/tiny.tar" -C "$tmp/tiny" linux
# tiny_build OUTPUT: with a cache and a build folder of its own
tiny_build() {
	TOLD=$tmp/lines O=$tmp/tiny/build AFTERBURN_CACHE=$tmp/cache LINUX_SOURCE=$tmp/tiny.tar AFTERBURN_PROGRESS=1 \
		"$TOP/guest-patches/build-linux" i386 plain "$1" >"$tmp/lines" 2>&1
}
ok 'a build' tiny_build "$tmp/tiny/linux-built"
ok 'tells its progress' grep -Eq '^Linux \(i386, plain\): 4 of about 1010 objects after [0-9]+ s$' "$tmp/lines"
ok 'gives a kernel and its modules' eval '[[ -s $tmp/tiny/linux-built/vmlinux && -e $tmp/tiny/linux-built/modules/x.ko ]]'
is 'remembers how many objects it had' "$(<"$tmp/cache/objects-i386")" 4
ok 'nobody watches any more' eval '! pgrep -f "progress Linux .i386, plain. $tmp" >"$tmp/pids"'
ok 'it is kept' eval 'tiny_build "$tmp/tiny/again" && ! grep -q building "$tmp/lines" &&
	cmp "$tmp/tiny/linux-built/vmlinux" "$tmp/tiny/again/vmlinux"'
ok 'the next one is measured by it' eval 'rm -rf "$tmp"/cache/linux-* && tiny_build "$tmp/tiny/third" &&
	grep -q "of about 4 objects" "$tmp/lines"'
sed -i 's/echo vmlinux/exit 3; &/' "$tmp/tiny/linux/Makefile"
tar cf "$tmp/tiny.tar" -C "$tmp/tiny" linux
ok 'a build that fails: no kernel, nobody watching' eval '! tiny_build "$tmp/tiny/bad" &&
	grep -q "the plain i386 kernel does not build" "$tmp/lines" && [[ ! -e $tmp/tiny/bad ]] &&
	! pgrep -f "progress Linux .i386, plain. $tmp" >"$tmp/pids"'

# A guest that adds to another one's configuration, a patch and a module.
mkdir -p "$tmp/patched/linux"
printf 'obj := vmlinux\n' >"$tmp/patched/linux/kind"
cat >"$tmp/patched/linux/Makefile" <<'END'
allnoconfig:
	@cp $(KCONFIG_ALLCONFIG) $(O)/.config
vmlinux:
	@echo "  CC      1.o"
	@cp kind $(O)/vmlinux
	@$(MEANWHILE)
modules:
	@touch $(or $(M),$(O))/$(notdir $(M)).ko
END
tar cf "$tmp/patched.tar" -C "$tmp/patched" linux
cp -r "$TOP/guest-patches" "$tmp/guests"
more=$tmp/guests/configs/more.config
printf '%s\n' '# Version: 6.1' '# Base: i386.config' '# Patch: linux-6.1/kind.patch' '# Module: other' CONFIG_MORE=y >"$more"
mkdir -p "$tmp/guests/other" && touch "$tmp/guests/other/Kbuild"
printf '%s\n' '--- a/kind' '+++ b/kind' '@@ -1 +1 @@' '-obj := vmlinux' '+obj := patched' \
	>"$tmp/guests/linux-6.1/kind.patch"
patched() { # patched GUEST OUTPUT|--key
	O=$tmp/patched/build AFTERBURN_CACHE=$tmp/patched/cache LINUX_SOURCE=$tmp/patched.tar \
		"$tmp/guests/build-linux" "$1" plain "$2" 2>&1
}
for guest in i386 more; do
	ok "a guest with and one without a patch: $guest" eval 'patched "$guest" "$tmp/patched/$guest"'
done
is 'the patched source' "$(cat "$tmp/patched/more/vmlinux")" 'obj := patched'
is 'the other stays as it was' "$(cat "$tmp/patched/i386/vmlinux")" 'obj := vmlinux'
ok 'the configuration that it adds to, and its own' eval 'grep -qx CONFIG_MORE=y "$tmp/patched/more/config" &&
	grep -qx CONFIG_PVH=y "$tmp/patched/more/config" && ! grep -q CONFIG_MORE "$tmp/patched/i386/config"'
ok 'its module, and everybody'"'"'s' eval '[[ -e $tmp/patched/more/modules/guest-other.ko &&
	-e $tmp/patched/more/modules/guest-module.ko && ! -e $tmp/patched/i386/modules/guest-other.ko ]]'
another='# CONFIG_ANOTHER is not set'
# changes_key FILE LINE: that line more in it is another kernel with a patch, and the same one without
changes_key() {
	local with without
	with=$(patched more --key) without=$(patched i386 --key)
	echo "$2" >>"$1"
	[[ $(patched more --key) != "$with" && $(patched i386 --key) == "$without" ]]
}
ok 'another patch, another key' changes_key "$tmp/guests/linux-6.1/kind.patch" "$another"
ok 'another line of its own, another key' changes_key "$more" "$another"
ok 'a comment, the same key' eval '! changes_key "$more" "# Why."'
ok 'another module, another key' changes_key "$tmp/guests/other/Kbuild" "$another"
# meanwhile FILE: another folder's build is done first, and keeps that file
meanwhile() {
	local kept
	kept=$tmp/patched/cache/$(patched more --key)
	MEANWHILE="mkdir $kept && echo first >$kept/$1" patched more "$tmp/patched/second"
}
ok 'the same built twice at once: one of them is kept, and serves both' eval \
	'meanwhile vmlinux && [[ $(<"$tmp/patched/second/vmlinux") == first ]]'
echo "$another" >>"$more"
ok 'what is kept and no kernel is named' eval \
	'! meanwhile nothing >"$tmp/lines" && grep -q "^build-linux: cannot move .*/cache/linux-more-plain" "$tmp/lines"'
echo "$another" >>"$tmp/guests/configs/i386.config"
ok 'a line in what it adds to: both have to be built' eval \
	'[[ $(patched more "$tmp/patched/more"; patched i386 "$tmp/patched/i386") == *building*building* ]]'
sed -i 's/^-obj/-nothing/' "$tmp/guests/linux-6.1/kind.patch"
ok 'a patch that does not fit' eval '[[ $(patched more "$tmp/patched/bad") == *"kind.patch does not fit"* &&
	! -e $tmp/patched/bad ]] && ! ls -d "$tmp"/patched/build/guest/more-*'

# A source that says its version, and has options: some are off whatever is asked, one is always on.
mkdir -p "$tmp/options/linux/arch/x86" "$tmp/options/linux/arch/sparc"
cat >"$tmp/options/linux/Makefile" <<'END'
VERSION = 9
PATCHLEVEL = 7
SUBLEVEL = 3
allnoconfig:
	@grep -vE 'STUBBORN|AWAY' $(KCONFIG_ALLCONFIG) >$(O)/.config; echo CONFIG_FORCED=y >>$(O)/.config
vmlinux:
	@echo "  CC      1.o"; echo vmlinux >$(O)/vmlinux
modules:
	@touch $(or $(M),$(O))/x.ko
END
printf 'config %s\n' GOOD STUBBORN FORCED OFF >"$tmp/options/linux/Kconfig"
printf 'menuconfig AWAY_MENU\n' >"$tmp/options/linux/arch/x86/Kconfig"
printf 'config OF_SPARC\n' >"$tmp/options/linux/arch/sparc/Kconfig"
tar cf "$tmp/options.tar" -C "$tmp/options" linux
# build_options FOLDER: whatever is kept
build_options() {
	O=$tmp/options/build AFTERBURN_CACHE=$tmp/options/cache LINUX_SOURCE=$tmp/options.tar \
		"$tmp/guests/build-linux" options plain "$tmp/options/$1" >"$tmp/lines" 2>&1
}
# options VERSION LINE...: a build whose configuration is for that version; what is said is in "$tmp/lines"
options() {
	rm -rf "$tmp/options/built" "$tmp/options/cache"
	printf '%s\n' "# Version: $1" '' "${@:2}" >"$tmp/guests/configs/options.config"
	build_options built
}
refuses_option() { # refuses_option TEXT VERSION LINE...
	! options "${@:2}" && grep -q "options.config: $1\$" "$tmp/lines" && [[ ! -e $tmp/options/built ]]
}
tells_option() { # tells_option TEXT VERSION LINE...
	options "${@:2}" && grep -qx "options, unlike options.config: $1" "$tmp/lines" &&
		grep -qx "$1" "$tmp/options/built/config.differs"
}
tells_nothing() {
	options "$@" && ! grep -q unlike "$tmp/lines" && [[ ! -e $tmp/options/built/config.differs ]]
}
off='did not take: it is off' none='(Linux 9.7 has no such option)'
ok 'options that take effect: nothing to tell' tells_nothing 9.7 CONFIG_GOOD=y '# CONFIG_OFF is not set'
ok 'one that does not' refuses_option "CONFIG_STUBBORN=y $off" 9.7 CONFIG_GOOD=y CONFIG_STUBBORN=y
ok 'one that cannot be turned off' refuses_option 'CONFIG_FORCED did not take: CONFIG_FORCED=y' 9.7 \
	'# CONFIG_FORCED is not set'
ok 'one that there is not' refuses_option "CONFIG_AWAY=y $off $none" 9.7 CONFIG_AWAY=y
ok 'turned off, one that there is not' refuses_option "# CONFIG_NO is not set $none" 9.7 '# CONFIG_NO is not set'
ok 'one of another architecture' refuses_option "# CONFIG_OF_SPARC is not set $none" 9.7 '# CONFIG_OF_SPARC is not set'
ok 'all of them are named' eval \
	'! options 9.7 CONFIG_AWAY=y CONFIG_STUBBORN=y && [[ $(grep -c "config: CONFIG_" "$tmp/lines") == 2 ]]'
ok 'those of other versions do not matter' tells_nothing 9.7 '# Other versions: its later name' CONFIG_AWAY=y
ok 'a line behind that paragraph does' refuses_option "CONFIG_AWAY_MENU=y $off" 9.7 '# Other versions:' CONFIG_AWAY=y '' \
	CONFIG_AWAY_MENU=y
ok 'in another version it is told' tells_option "CONFIG_STUBBORN=y $off" 9.6 CONFIG_STUBBORN=y
ok 'that there is none, too' tells_option "CONFIG_AWAY=y $off $none" 9.6 '# Other versions' CONFIG_AWAY=y
ok 'told again when the kernel is kept' eval 'build_options again && ! grep -q building "$tmp/lines" &&
	grep -q "^options, unlike" "$tmp/lines"'
ok 'what is needed is needed there, too' refuses_option "CONFIG_STUBBORN=y $off" 9.6 '# Needed. Why.' CONFIG_STUBBORN=y
ok 'a configuration for no version' eval '! options "" && grep -q "does not say which Linux" "$tmp/lines"'

# Debian's configuration, with lines of a guest in it that win; of its modules, some. Where packages come from
# is a stand-in, which makes those that the test has put there.
mkdir -p "$tmp/debian/linux/arch/x86" "$tmp/scripts"
cat >"$tmp/debian/linux/Makefile" <<'END'
VERSION = 6
PATCHLEVEL = 1
olddefconfig:
	@grep -E '^(# )?CONFIG_' $(O)/.config | grep -v STUBBORN | tac | awk -F '[ =]' '!had[$$1 == "#" ? $$2 : $$1]++' | tac >$(O)/config
	@echo CONFIG_BY_DEFAULT=y >>$(O)/config; mv $(O)/config $(O)/.config
bzImage:
	@mkdir -p $(O)/arch/x86/boot; echo "  CC      1.o"; echo vmlinux >$(O)/vmlinux; touch $(O)/arch/x86/boot/bzImage
%.ko:
	@test -e $(O)/vmlinux; touch $(O)/$(@F)
modules:
	@touch $(or $(M),$(O)/all.ko $(O)/here.ko)$(if $(M),/$(notdir $(M)).ko)
END
printf 'config %s\n' THEIRS WINS OURS STUBBORN OFF >"$tmp/debian/linux/Kconfig"
tar cf "$tmp/debian.tar" -C "$tmp/debian" linux
cat >"$tmp/scripts/unpack-packages" <<'END'
#!/bin/bash
[[ $1 == --suite && $3 == amd64 && -d $PACKAGES/$5 ]] && mkdir -p "$4/root/usr/src" &&
	cp -r "$PACKAGES/$5" "$4/root/usr/src/"
END
chmod +x "$tmp/scripts/unpack-packages"
theirs=$tmp/packages/linux-config-6.1/config.amd64_none_tiny
packages_have() { # packages_have LINE...: in Debian's configuration; nothing is kept any more
	mkdir -p "${theirs%/*}"
	rm -rf "$tmp/debian/cache"
	printf '%s\n' '#' '# Linux/x86 6.1' '#' '' "$@" | xz >"$theirs.xz"
}
own_lines() { # own_lines LINE...: of the guest `base`, on which the guest `debian` stands
	printf '%s\n' '# Version: 6.1' '# Debian: other' '' '# Built: drivers/here.ko' '# Built: lib/there.ko' '' "$@" \
		>"$tmp/guests/configs/base.config"
	printf '%s\n' '# Version: 6.1' '# Base: base.config' "# Debian: ${flavour:-tiny}" >"$tmp/guests/configs/debian.config"
}
build_debian() { # build_debian OUTPUT|--key
	O=$tmp/debian/build AFTERBURN_CACHE=$tmp/debian/cache LINUX_SOURCE=$tmp/debian.tar PACKAGES=$tmp/packages \
		"$tmp/guests/build-linux" debian plain "$1" >"$tmp/lines" 2>&1
}
modules_are() { # modules_are NAME...
	diff <(printf '%s.ko\n' "$@" | sort) <(ls "$tmp/debian/built/modules")
}
packages_have CONFIG_THEIRS=y CONFIG_WINS=m CONFIG_STUBBORN=y '# CONFIG_OFF is not set'
own_lines '# CONFIG_WINS is not set' CONFIG_OURS=y
ok "Debian's configuration" build_debian "$tmp/debian/built"
is 'the guest'"'"'s lines win, and Linux says the rest' "$(paste -sd ' ' "$tmp/debian/built/config")" \
	'CONFIG_THEIRS=y # CONFIG_OFF is not set # CONFIG_WINS is not set CONFIG_OURS=y CONFIG_BY_DEFAULT=y'
is 'what it has not of theirs is told' "$(cat "$tmp/debian/built/config.differs")" \
	"CONFIG_WINS=m did not take: it is off
CONFIG_STUBBORN=y did not take: it is off"
ok 'modules that are named, and ours' modules_are guest-module here there
ok 'a bzImage' test -e "$tmp/debian/built/bzImage"
ok 'the configuration is kept' eval 'mv "$tmp/packages" "$tmp/no-packages" && build_debian "$tmp/debian/built" &&
	mv "$tmp/no-packages" "$tmp/packages"'
another_result() { # another_result COMMAND...: what the command changes has a result of its own
	build_debian --key && [[ $(<"$tmp/lines") == linux-debian-plain-* ]] && mv "$tmp/lines" "$tmp/one" && "$@" &&
		build_debian --key && ! cmp -s "$tmp/lines" "$tmp/one"
}
ok 'with all modules' eval 'MODULES=all build_debian "$tmp/debian/built" && modules_are guest-module all here'
ok 'that is another result' another_result export MODULES=all
unset MODULES
ok "so is another configuration of Debian's" another_result packages_have CONFIG_THEIRS=m
own_lines CONFIG_STUBBORN=y
ok 'a line of the guest that does not take effect' eval \
	'! build_debian "$tmp/debian/bad" && grep -q "CONFIG_STUBBORN=y did not take" "$tmp/lines" && [[ ! -e $tmp/debian/bad ]]'
own_lines
sed -i '/^# Built/d' "$tmp/guests/configs/base.config"
ok 'no word about modules' eval '! build_debian "$tmp/debian/bad" && grep -q "debian.config does not say which modules" "$tmp/lines"'
flavour=odd own_lines
ok "a flavour that Debian has not" eval '! build_debian "$tmp/debian/bad" &&
	grep -q "^linux-source: .*/config.amd64_none_odd.xz: there is no such flavour" "$tmp/lines"'
rm -r "$tmp/packages"
ok 'no package to be had' eval '! build_debian "$tmp/debian/bad" &&
	grep -q "^linux-source: linux-config-6.1 cannot be downloaded from the suite bookworm$" "$tmp/lines"'

# Where a source comes from.
# no_archive VERSION TEXT: nothing can be downloaded
no_archive() {
	printf 'Dir::Etc::SourceList "/dev/null";\nDir::Etc::SourceParts "/dev/null";\n' >"$tmp/apt.conf"
	! AFTERBURN_CACHE=$tmp/sources APT_CONFIG=$tmp/apt.conf O=$tmp/options/build \
		"$TOP/guest-patches/build-linux" i386 plain --key "$1" >"$tmp/lines" 2>&1 && grep -q "$2" "$tmp/lines" &&
		[[ -z $(find "$tmp/sources" -mindepth 1 2>/dev/null) ]]
}
ok 'a version that there is not' no_archive 9.9 "^linux-source: no version '9.9'"
ok 'a version that is not to be had' no_archive 7.2 'linux-source-7.2 cannot be downloaded from the suite sid'
ok 'a kept one' eval 'mkdir -p "$tmp/sources/sources" && touch "$tmp/sources/sources/linux-source-7.2.tar.xz" &&
	[[ $(AFTERBURN_CACHE=$tmp/sources "$TOP/guest-patches/linux-source" 7.2) == "$tmp/sources/sources/linux-source-7.2.tar.xz" ]]'

{
	printf '  HOSTCC  scripts/x\n  AR      lib/lib.a\n'
	for i in $(seq 119); do echo "  CC      kernel/$i.o"; done
	echo '  AS      entry.o'
} >"$tmp/log"
# tells TIMES PATTERN COMMAND...: it says that so often, in "$tmp/lines", then it is ended; at most 60 s
tells() {
	local times=$1 pattern=$2 told=1 watcher
	shift 2
	AFTERBURN_PROGRESS=1 "$@" >"$tmp/lines" </dev/null &
	watcher=$!
	for _ in $(seq 600); do
		(($(grep -Eao "$pattern" "$tmp/lines" | wc -l) >= times)) && told=0 && break
		kill -0 $watcher || break
		sleep 0.1
	done
	kill $watcher
	wait $watcher
	return $told
}
ok 'elsewhere: a line now and then' tells 2 'the kernel: ' "$progress" 'the kernel' "$tmp/log" 400
ok 'objects of about how many, and the time' \
	grep -Eqx 'the kernel: 120 of about 400 objects after [0-9]+ s, about [0-9]+ s left' "$tmp/lines"
ok 'no control characters there' eval '! grep -q "[[:cntrl:]]" "$tmp/lines"'
ok 'a terminal: one line, rewritten' eval \
	'TERM=xterm tells 2 "x: 120 of about 400" script -qec "$progress x $tmp/log 400" /dev/null &&
	 [[ $(grep -c . "$tmp/lines") == 1 ]]'
ok 'more objects than thought: no time is promised' tells 1 '^x: 120 of about 100 objects after [0-9]+ s$' \
	"$progress" x "$tmp/log" 100
ok 'it ends with its parent' eval \
	'bash -c "AFTERBURN_PROGRESS=1 $progress orphan $tmp/log 400 >/dev/null & echo \$! >$tmp/pid; sleep 0.3";
	 sleep 2; ! grep -q "^State:[[:space:]]*[^ZX[:space:]]" "/proc/$(<"$tmp/pid")/status" 2>/dev/null'
done_testing
