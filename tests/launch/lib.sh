# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# What the launcher's tests share: a packed kernel whose wedge is tests/launch/wedge.c. Needs TOP,
# O and $tmp.
#
# Invariant: no kernel and no real wedge has to be built.
source "$TOP/tests/tools/fixture.sh"
launch=$O/libexec/afterburner/launch
# Of the kernels to come, 32 or 64: where it does not matter, what this host can run.
width=32
! host_lacks process >/dev/null || width=64
afterburn=$O/bin/afterburn

# fake_wedge OUT: the test's wedge for kernels of $width, linked as a real one is
fake_wedge() {
	local part
	for part in wedge wedge_disk; do
		gcc -m64 -DWIDTH="$width" -std=c11 -O1 -ffreestanding -fno-builtin -fPIE -fvisibility=hidden -fno-stack-protector \
			-fno-asynchronous-unwind-tables -fcf-protection=none -mno-red-zone -mgeneral-regs-only \
			-Wall -Wextra -Werror -I"$TOP/afterburner/include" -I"$TOP/wedge/include" \
			-c "$TOP/tests/launch/$part.c" -o "$1.$part.o" || return
	done
	cat >"$1.lds" <<-'END'
		PHDRS { all PT_LOAD FLAGS(7); }
		SECTIONS {
			. = 0x780000000000;
			.text : { *(.header) *(.entry) *(.text*) *(.rodata*) *(.data*) } :all
			.bss : { *(.bss*) } :all
			/DISCARD/ : { *(.note*) *(.comment) }
		}
	END
	ld -m elf_x86_64 -static --no-warn-rwx-segments -z max-page-size=0x1000 -z noexecstack \
		--build-id=none -e 0 -T "$1.lds" "$1.wedge.o" "$1.wedge_disk.o" -o "$1"
}

# fake_kernel OUT [VARIABLE]: packed with it; has Linux's variable panic_cpu, or another, in .bss
# where the fake wedge writes it (PANIC_WORD). A 64-bit one is in the lower half.
fake_kernel() {
	local kernel_base=0xc0000000
	((width == 32)) || kernel_base=0x40000000
	object "$width" "$1.plain.o" &&
		link_kernel "$width" "$1.plain.o" "$1.plain" --defsym "${2:-panic_cpu}=$kernel_base+0x1004000" &&
		fake_wedge "$1.wedge" &&
		"$afterburn" pack -q -W "$1.wedge" -o "$1" "$1.plain"
}

# for_widths COMMAND...: for each $width whose kernels this host can run in a process
for_widths() {
	local why before=$width
	for width in 32 64; do
		if why=$(host_lacks "$( ((width == 32)) && echo process || echo process-x86_64)"); then
			skip "$width-bit kernels" "$why"
		else
			"$@"
		fi
	done
	width=$before
}

# runs CODE ARGUMENT...: the launcher's exit code; output in $tmp/out, messages in $tmp/err
runs() {
	local want=$1 code=0
	shift
	"$launch" "$@" >"$tmp/out" 2>"$tmp/err" || code=$?
	[[ $code == "$want" ]] || {
		echo "exit code $code, wanted $want"
		cat "$tmp/out" "$tmp/err"
		return 1
	}
}

# refuses CODE TEXT ARGUMENT...: before anything runs, with one line that has the text
refuses() {
	local text=$2
	runs "$1" "${@:3}" && [[ ! -s $tmp/out && $(wc -l <"$tmp/err") == 1 ]] &&
		grep -qF -- "$text" "$tmp/err" || {
		cat "$tmp/out" "$tmp/err"
		return 1
	}
}

prints() { # prints PATTERN: a line of the guest's
	grep -Eqx -- "$1" "$tmp/out" || {
		cat "$tmp/out"
		return 1
	}
}

says() { # says TEXT: the launcher, on standard error
	grep -qF -- "$1" "$tmp/err" || {
		cat "$tmp/err"
		return 1
	}
}
