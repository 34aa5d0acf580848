#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# timeout: 5400
#
# Kernels by `afterburn make` under linkers that forgive nothing: GNU ld, for which a section that the
# kernel's linker script does not name is an error, as newer kernels have it; and clang with ld.lld,
# each of whose warnings is an error. Both are small, audited, packed, and say their word on bare metal
# and on Xen. A module that is built outside of the kernel's tree goes the same way. LONG_JOBS is how many compilers run at once, 2 if not given; with one a kernel takes about
# 3 minutes of a processor.
source "$TOP/tests/lib.sh"
afterburn=$O/bin/afterburn
jobs=${LONG_JOBS:-2}

# The source: as the example guest's build has unpacked it, or unpacked here.
source_folder() {
	local found tar=${LINUX_SOURCE:-/usr/src/linux-source-6.1.tar.xz}
	found=$(find "$O/guest/" "$O/long/" -maxdepth 1 -name 'linux-6.1-*' ! -name '*.new' 2>/dev/null | head -n 1)
	if [[ -z $found && -r $tar ]]; then
		found=$O/long/linux-6.1-source
		rm -rf "$found.new" && mkdir -p "$found.new" &&
			tar xf "$tar" --strip-components=1 -C "$found.new" && mv "$found.new" "$found" || return
	fi
	[[ -n $found ]] && echo "$found"
}

# build ARGUMENT...: into $out; the audit is part of it
build() {
	out=$tmp/kernel
	rm -rf "$out"
	"$afterburn" make --no-audit -- -C "$linux" O="$out" "$@" KCONFIG_ALLCONFIG="$TOP/tests/long/tiny.config" \
		allnoconfig >"$tmp/build.log" 2>&1 &&
		"$afterburn" make -- -C "$linux" O="$out" -j"$jobs" "$@" vmlinux modules >>"$tmp/build.log" 2>&1 || {
		grep -E 'rror|arning|\*\*\*|afterburn' "$tmp/build.log" | head -n 20
		tail -n 10 "$tmp/build.log"
		return 1
	}
}

is_audited() {
	grep -Eq '/vmlinux: 0 findings \([1-9][0-9]{2,} sites' "$tmp/build.log" || {
		tail -n 3 "$tmp/build.log"
		return 1
	}
}

# Boots until the kernel misses a first process, which is a panic.
speaks() { # speaks PLATFORM
	local code=0
	"$afterburn" run --on "$1" --timeout 120 --append panic=-1 "$tmp/packed" </dev/null >"$tmp/console" \
		2>"$tmp/run.err" || code=$?
	((code == 1)) && grep -aq 'Linux version 6' "$tmp/console" &&
		grep -aq 'Kernel panic - not syncing: No working init found' "$tmp/console" || {
		echo "exit code $code"
		tail -n 5 "$tmp/console" "$tmp/run.err"
		return 1
	}
}

kernel() { # kernel NAME CONFIG-LINE ARGUMENT...
	local name=$1 line=$2
	shift 2
	ok "$name: builds" build "$@"
	ok "$name: by the tools that were asked for" grep -qx "$line" "$out/.config"
	ok "$name: no sensitive instruction without a site" is_audited
	ok "$name: can be packed" "$afterburn" pack --quiet --wedge xen -o "$tmp/packed" "$out/vmlinux"
	ok "$name: bare metal" speaks bare
	ok "$name: Xen" speaks xen-dom0
	mkdir -p "$O/tests/logs" && cp "$tmp/build.log" "$O/tests/logs/long-${name// /-}.build"
}

# A module as its author packs it: with a makefile of its own that finds the kernel's.
own_module() {
	rm -rf "$tmp/module"
	cp -r "$TOP/guest-patches/module" "$tmp/module"
	cat >"$tmp/module/Makefile" <<'END'
all:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules
END
	"$afterburn" make -- -C "$tmp/module" KDIR="$out" "$@" >"$tmp/build.log" 2>&1 || {
		tail -n 20 "$tmp/build.log"
		return 1
	}
}

module_is_audited() {
	grep -Eq '/afterburn_guest.ko: 0 findings \([1-9][0-9]* sites' "$tmp/build.log"
}

modules() { # modules NAME ARGUMENT...: beside the kernel that was built last
	ok "$1: a module with its own makefile" own_module "${@:2}"
	ok "$1: no sensitive instruction without a site in it" module_is_audited
}

linux=$(source_folder)
if [[ -z $linux ]]; then
	skip 'kernels' 'no kernel source: install the package linux-source-6.1'
	done_testing
	exit
fi

# What newer kernels make of a section without a place (CONFIG_WERROR).
cat >"$tmp/strict-ld" <<'END'
#!/bin/bash
exec ld "${@/--orphan-handling=warn/--orphan-handling=error}"
END
chmod +x "$tmp/strict-ld"
kernel 'GNU ld' CONFIG_LD_ORPHAN_WARN=y LD="$tmp/strict-ld"
modules 'GNU ld' LD="$tmp/strict-ld"
if type -P clang >/dev/null && type -P ld.lld >/dev/null; then
	kernel 'clang and lld' CONFIG_LD_IS_LLD=y LLVM=1 LLVM_IAS=0 LD='ld.lld --fatal-warnings'
	modules 'clang and lld' LLVM=1 LLVM_IAS=0
else
	skip 'clang and lld' 'no clang or ld.lld: make packages-long'
fi
done_testing
