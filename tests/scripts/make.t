#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# afterburn make: what it hands to make, what it audits, what its exit code says. Assembler, audit and
# most compilers are stand-ins; where a kernel's source is unpacked, its own makefile says what it got.
# shellcheck disable=SC2016 # what eval gets must expand there
source "$TOP/tests/lib.sh"

mkdir -p "$tmp"/tree/{bin,libexec/afterburner/commands} "$tmp/project"
cp "$TOP/scripts/commands/make" "$tmp/tree/libexec/afterburner/commands/make"
cat >"$tmp/tree/libexec/afterburner/as" <<EOF
#!/bin/sh
echo "exclude=\$AFTERBURN_EXCLUDE" >>"$tmp/as.log"
echo "words=\$AFTERBURN" >>"$tmp/as.log"
exec as "\$@"
EOF
cat >"$tmp/tree/bin/afterburn" <<EOF
#!/bin/sh
echo "\$@" >"$tmp/audit.log"
exit \$(cat "$tmp/audit.code")
EOF
chmod +x "$tmp/tree/bin/afterburn" "$tmp/tree/libexec/afterburner/as"
echo 'int x;' >"$tmp/project/x.c"
cat >"$tmp/project/Makefile" <<'EOF'
O ?= .
vmlinux: x.c
	$(CC) -c x.c -o $(O)/vmlinux
modules:
	$(CC) -c x.c -o $(O)/x.ko
fail:
	exit 1
show:
	@echo "CC=$(CC) V=$(V) IAS=$(LLVM_IAS) HOSTCC=$(HOSTCC) EXTRA=$$CCACHE_EXTRAFILES"
EOF
# As a kernel's makefile, which takes O only from the command line.
mkdir -p "$tmp/kernel" "$tmp/mods"
cat >"$tmp/kernel/Makefile" <<'EOF'
ifeq ("$(origin O)", "command line")
KBUILD_OUTPUT := $(O)
endif
to := $(or $(KBUILD_OUTPUT),.)
all:
	@mkdir -p $(to) && if [ -n "$(M)" ]; then cd $(to) && touch $(M)/m.ko; else touch $(to)/vmlinux; fi
EOF
# Compilers that only know their version.
mkdir "$tmp/compilers"
for name in 'gcc-12|gcc' 'x86_64-linux-gnu-gcc|gcc' 'clang|clang' 'clang-99|clang'; do
	printf '#!/bin/sh\necho "%s version 9"\n' "${name#*|}" >"$tmp/compilers/${name%|*}"
done
chmod +x "$tmp"/compilers/*
export PATH=$tmp/compilers:$PATH HOME=$tmp/home

# amake CODE ARGUMENT...: in the project, with that exit code expected
amake() {
	local want=$1 code=0
	shift
	rm -f "$tmp/as.log" "$tmp/audit.log" "$tmp"/project/*.ko "$tmp"/project/vmlinux
	([[ -n ${with_O:-} ]] || unset O && cd "$tmp/${project:-project}" && "$tmp/tree/libexec/afterburner/commands/make" "$@") || code=$?
	[[ $code == "$want" ]]
}

shows() { # shows PATTERN ARGUMENT...
	local pattern=$1
	shift
	amake 0 "$@" | grep -q -- "$pattern"
}

audits() { # audits FILES ARGUMENT...
	local want=$1
	shift
	amake 0 "$@" && same "$(sort -u "$tmp/audit.log")" "audit $want"
}

audits_nothing() {
	amake 0 "$@" 2>"$tmp/err" && [[ ! -e $tmp/audit.log ]]
}

# in_kernel ARGUMENT...: as amake 0, from the kernel's folder; prints what is audited
in_kernel() {
	rm -rf "$tmp/out" "$tmp/kernel/out" "$tmp/kernel/vmlinux"
	mkdir "$tmp/out"
	project=${from:-kernel} amake 0 "$@" >/dev/null && [[ -e $tmp/audit.log ]] && cat "$tmp/audit.log"
}

# compiler_is WORDS [ARGUMENT...]: and LLVM_IAS
compiler_is() {
	local want=$1
	shift
	same "$(amake 0 "$@" show 2>/dev/null | sed 's/ -B[^ ]*//; s/ V=.*IAS=/ /; s/ HOSTCC=.*//')" "CC=$want"
}

without_as() {
	mv "$tmp/tree/libexec/afterburner/as" "$tmp/as"
	amake 2 show
	local code=$?
	mv "$tmp/as" "$tmp/tree/libexec/afterburner/as"
	return $code
}

echo 0 >"$tmp/audit.code"
mkdir "$tmp/out"
ok "help" amake 0 --help
ok "our assembler is used" amake 0 vmlinux
ok "it is told what to leave alone" grep -q 'exclude=.*realmode/rm' "$tmp/as.log"
# passes PATH: that object passes through
passes() {
	local pattern patterns
	IFS=: read -ra patterns <<<"$(sed -n 's/^exclude=//p' "$tmp/as.log")"
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053 # it is a pattern
		[[ $1 != $pattern ]] || return 0
	done
	return 1
}
for path in arch/x86/boot/{a20,string,version}.o arch/x86/boot/compressed/{misc,string}.o \
	arch/x86/boot/startup/{la57toggle,efi-mixed}.o arch/x86/entry/vdso/vdso64/note.o drivers/firmware/efi/libstub/mem.o; do
	ok "$path is no kernel text" passes "$path"
done
for path in arch/x86/boot/startup/{gdt_idt,map_kernel,sme}.o arch/x86/kernel/reboot.o; do
	ok "$path is" eval '! passes "$path"'
done
AFTERBURN_EXCLUDE=mine ok "the list can be replaced" amake 0 vmlinux
ok "by the environment" grep -qx 'exclude=mine' "$tmp/as.log"
says_words() { # says_words WORDS ARGUMENT...: what the assembler finds in AFTERBURN
	local want=$1
	shift
	amake 0 "$@" && grep -qx "words=$want" "$tmp/as.log"
}
unset AFTERBURN
ok "objects are proved" says_words proof vmlinux
AFTERBURN="time" ok "beside what the environment asks for" says_words time,proof vmlinux
ok "not when it is told" says_words '' --no-proof vmlinux
ok "another compiler" shows "CC=gcc-12 -B$tmp" CC=gcc-12 show
ok "other arguments arrive" shows "V=a b" -- V="a b" show
ok "vmlinux is audited" audits "$tmp/project/vmlinux" vmlinux
ok "in the output folder" audits "$tmp/out/vmlinux" O="$tmp/out" vmlinux
ok "after -C" audits "$tmp/project/vmlinux" -C "$tmp/project" vmlinux
ok "vmlinux with modules" audits "$tmp/project/vmlinux $tmp/project/x.ko" vmlinux modules
ok "modules alone" audits "$tmp/project/x.ko" modules
ok "not when it is told" audits_nothing --no-audit vmlinux
ok "without a word then" eval '[[ ! -s $tmp/err ]]'
ok "not when nothing was made" audits_nothing show
ok "and that is said" grep -q "nothing was audited: this run made no vmlinux .* in $tmp/project\$" "$tmp/err"

# Where a kernel is built, however that is said.
is "KBUILD_OUTPUT" "$(KBUILD_OUTPUT=$tmp/out in_kernel)" "audit $tmp/out/vmlinux"
is "KBUILD_OUTPUT among the arguments" "$(in_kernel KBUILD_OUTPUT=out)" "audit $tmp/kernel/out/vmlinux"
is "O= before KBUILD_OUTPUT" "$(KBUILD_OUTPUT=$tmp/out in_kernel O=out)" "audit $tmp/kernel/out/vmlinux"
is "O in the environment is no O=" "$(O=$tmp/out with_O=1 in_kernel)" "audit $tmp/kernel/vmlinux"
is "--directory=" "$(from=. in_kernel --directory="$tmp/kernel" O=out)" "audit $tmp/kernel/out/vmlinux"
is "--directory" "$(from=. in_kernel -- --directory kernel O=out)" "audit $tmp/kernel/out/vmlinux"
is "-C in a bundle" "$(from=. in_kernel -- -skC kernel O=../out)" "audit $tmp/out/vmlinux"
is "-C twice" "$(from=. in_kernel -C kernel/.. -C kernel)" "audit $tmp/kernel/vmlinux"
is "MAKEFLAGS" "$(MAKEFLAGS="-s -- O=$tmp/out" in_kernel)" "audit $tmp/out/vmlinux"
is "what the kernel's shell expands" "$(mkdir -p "$HOME/k" && in_kernel O='~/k')" "audit $HOME/k/vmlinux"
is "a module of somebody else" "$(in_kernel M="$tmp/mods")" "audit $tmp/mods/m.ko"
is "beside an output folder" "$(in_kernel O="$tmp/out" M=../mods)" "audit $tmp/mods/m.ko"

# Compilers, as the kernel's makefile chooses them.
ok "gcc" compiler_is "gcc "
ok "CC=" compiler_is "gcc-12 " CC=gcc-12
ok "the last CC= counts" compiler_is "gcc-12 " CC=gcc CC=gcc-12
ok "ccache" eval 'ln -sf "$(type -P env)" "$tmp/compilers/ccache" && compiler_is "ccache gcc " CC="ccache gcc"'
ok "it is told of our assembler" shows "EXTRA=$tmp/tree/libexec/afterburner/as$" show
ok "CROSS_COMPILE" compiler_is "x86_64-linux-gnu-gcc " CROSS_COMPILE=x86_64-linux-gnu-
ok "CC of the environment is not the kernel's" eval 'CC=clang compiler_is "gcc "'
ok "but with -e it is" eval 'CC=gcc-12 compiler_is "gcc-12 " -e'
ok "clang gets our assembler" compiler_is "clang 0" CC=clang
ok "that of ccache, too" compiler_is "ccache clang 0" CC="ccache clang"
ok "LLVM=1 is clang" compiler_is "clang 0" LLVM=1
ok "LLVM in the environment" eval 'LLVM=1 compiler_is "clang 0"'
ok "LLVM=-99" compiler_is "clang-99 0" LLVM=-99
ok "LLVM=/path/" compiler_is "$tmp/compilers/clang 0" LLVM="$tmp/compilers/"
ok "LLVM_IAS=0 stays" compiler_is "clang 0" LLVM=1 LLVM_IAS=0
ok "LLVM_IAS=1 is refused, and why" eval \
	'amake 2 LLVM=1 LLVM_IAS=1 show 2>"$tmp/err" && grep -q "assembler annotates nothing" "$tmp/err"'
ok "CC= before LLVM=" compiler_is "gcc-12 " LLVM=1 CC=gcc-12
ok "HOSTCC is left alone" shows "HOSTCC=mine " HOSTCC=mine show

# A path with blanks in it.
spaced() { # spaced CODE ARGUMENT...: from such a tree
	local code=0
	mkdir -p "$tmp/a b"
	rm -rf "$tmp/a b/tree"
	cp -r "$tmp/tree" "$tmp/a b/"
	(unset O && cd "$tmp/project" && "$tmp/a b/tree/libexec/afterburner/commands/make" "${@:2}") >"$tmp/got" \
		2>"$tmp/err" || code=$?
	[[ $code == "$1" ]] || {
		cat "$tmp/got" "$tmp/err"
		return 1
	}
}
ok "installed where a path has a blank" eval 'rm -f "$tmp/as.log" "$tmp/project/vmlinux" && spaced 0 vmlinux'
ok "our assembler is used" grep -q 'exclude=' "$tmp/as.log"
ok "each time by the same name" eval 'spaced 0 show && cp "$tmp/got" "$tmp/before" && spaced 0 show &&
	cmp "$tmp/got" "$tmp/before" && ! grep -q "a b" "$tmp/got"'
ok "a cache with a blank: refused, and what to do" eval 'AFTERBURN_CACHE="$tmp/c d" spaced 2 show &&
	grep -q "name another AFTERBURN_CACHE" "$tmp/err" && [[ ! -s $tmp/got ]]'
ok "building Afterburner there says so" eval \
	'mkdir -p "$tmp/s p" && cp "$TOP/Makefile" "$tmp/s p/" && ! make -C "$tmp/s p" >"$tmp/got" 2>&1 &&
	 grep -q "path without blanks" "$tmp/got" && ! make -C "$TOP" O="$tmp/s p/o" >"$tmp/got" 2>&1 &&
	 grep -q "path without blanks" "$tmp/got"'

echo 1 >"$tmp/audit.code"
ok "findings give 1" amake 1 vmlinux
ok "make's own failure gives 2" amake 2 fail
ok "no assembler gives 2" without_as

# The kernel's own makefile, where its source is unpacked.
linux=$(find "$O/guest/" -maxdepth 1 -name 'linux-6.1-*' ! -name '*.new' 2>/dev/null | head -n 1)
PATH=${PATH#*:}
config_has() { # config_has PATTERNS ARGUMENT...
	local pattern
	rm -rf "$tmp/k"
	"$O/libexec/afterburner/commands/make" --no-audit -- -C "$linux" O="$tmp/k" "${@:2}" tinyconfig \
		>"$tmp/got" 2>&1 || tail -n 5 "$tmp/got"
	for pattern in $1; do
		grep -Eq "^CONFIG_$pattern" "$tmp/k/.config" || {
			echo "no CONFIG_$pattern"
			grep -E 'CC_VERSION|AS_IS|LD_IS' "$tmp/k/.config"
			return 1
		}
	done
}
if [[ -z $linux ]]; then
	skip "a kernel's makefile" "no source is unpacked: make guest"
else
	if type -P clang >/dev/null && type -P ld.lld >/dev/null; then
		ok "a kernel with CC=clang" config_has 'CC_IS_CLANG=y AS_IS_GNU=y LD_IS_BFD=y' CC=clang
		ok "a kernel with LLVM=1" config_has 'CC_IS_CLANG=y AS_IS_GNU=y LD_IS_LLD=y' LLVM=1
	else
		skip "a kernel with clang" "no clang or ld.lld: make packages-long"
	fi
fi
done_testing
