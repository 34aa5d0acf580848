#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Hosts that lack something: they are recognized by trying, and tests that need it are skipped with
# that reason, soon, without any of it being started.
source "$TOP/tests/lib.sh"
probe=$TOP/scripts/host-runs-32-bit
deny=$O/tests/launch/deny
trial=(env -u AFTERBURN_HOST_LACKS "$probe") # of the host as it is
mkdir "$tmp/bin"

# said COMMAND...: what it said, then its exit code
said() {
	"$@" 2>&1
	echo "= $?"
}

# linker WIDTH CONTENT: makes a linker whose programs of that width are CONTENT
linker() {
	cat >"$tmp/bin/ld" <<-END
		#!/bin/bash
		[[ "\$*" == *$1* ]] || exec $(type -P ld) "\$@"
		while [[ \$1 != -o ]]; do shift; done
		printf '$2' >"\$2" && chmod +x "\$2"
	END
	chmod +x "$tmp/bin/ld"
}

is 'a host that is told to lack it' "$(AFTERBURN_HOST_LACKS=xsave,32-bit said "$probe")" \
	'this host runs no 32-bit code (AFTERBURN_HOST_LACKS says so)
= 1'
is 'lacking something else is another matter' "$(AFTERBURN_HOST_LACKS=32-bits,xsave said "$probe")" \
	"$(said "${trial[@]}")"
linker elf_i386 '\177ELF\1\1\1\0\0'
is 'a 32-bit program is refused' "$(PATH=$tmp/bin:$PATH said "${trial[@]}")" \
	'this host runs no 32-bit code (ENOEXEC from a 32-bit program)
= 1'
linker elf_i386 '#!/bin/sh\nkill -SEGV $$\n'
is 'a 32-bit program dies' "$(PATH=$tmp/bin:$PATH said "${trial[@]}")" \
	'this host runs no 32-bit code (SIGSEGV from a 32-bit program)
= 1'
linker elf_i386 '#!/bin/sh\nexit 5\n'
is 'a 32-bit program goes wrong' "$(PATH=$tmp/bin:$PATH said "${trial[@]}")" \
	'this host runs no 32-bit code (exit code 5 from a 32-bit program)
= 1'
ok 'no linker: it cannot be tried' eval \
	'AFTERBURN_HOST_LACKS="" PATH=$tmp said "$(type -P bash)" "$probe" | tail -n 1 | grep -qx "= 2"'

if unshare --user --map-root-user --mount true 2>/dev/null; then
	is 'no program may run there: it cannot be tried' "$(said unshare --user --map-root-user --mount bash -c \
		"mount -t tmpfs -o noexec none /dev/shm && TMPDIR=/dev/shm AFTERBURN_HOST_LACKS= '$probe'")" \
		'host-runs-32-bit: it cannot be tried: no program may run in /dev/shm: set TMPDIR
= 2'
else
	skip 'no program may run there: it cannot be tried' 'this user may have no namespaces'
fi

# What a host without 32-bit code must not start: every 32-bit program, and the launcher.
mkdir -p "$tmp/o/libexec/afterburner" "$tmp/o/tests" "$tmp/o/bench"
cp -rs "$O/bin" "$O/lib" "$tmp/o/"
cp -rs "$O/libexec/afterburner" "$tmp/o/libexec/"
for part in launch dev wedge isolation micro; do
	[[ ! -d $O/tests/$part ]] || cp -rs "$O/tests/$part" "$tmp/o/tests/"
done
cp -rs "$O/bench/x86_64" "$O/bench/i386" "$tmp/o/bench/"
forbidden=(libexec/afterburner/launch bench/i386/bench-ops bench/i386/bench-tiny
	tests/dev/muldiv32.t tests/wedge/gates32.t tests/isolation/i386/attack)
for program in "${forbidden[@]}"; do
	rm -f "$tmp/o/$program"
	mkdir -p "$tmp/o/${program%/*}"
	printf '#!/bin/sh\necho "%s $*" >>"%s"\nexit 1\n' "$program" "$tmp/started" >"$tmp/o/$program"
	chmod +x "$tmp/o/$program"
done

# run_without TEST...: on a host without 32-bit code; prints the last line
run_without() {
	: >"$tmp/started"
	O=$tmp/o AFTERBURN_HOST_LACKS=32-bit TESTS_32_BIT="$tmp/o/tests/dev/muldiv32.t $tmp/o/tests/wedge/gates32.t" \
		"$TOP/tests/run" "$@" >"$tmp/out" 2>&1
	tail -n 1 "$tmp/out"
}
no_other_reason() {
	! grep -i '# *skip' "$tmp/out" | grep -v 'this host runs no 32-bit code (AFTERBURN_HOST_LACKS says so)'
}

mapfile -t whole < <(grep -lx '# needs: process' "$TOP"/tests/*/*.t)
ok 'the tests that need a process say so' test "${#whole[@]}" -ge 3
whole+=("$tmp/o/tests/dev/muldiv32.t" "$tmp/o/tests/wedge/gates32.t")
is 'all that they give is skips' "$(run_without "${whole[@]}")" \
	"0 passed, 0 failed, ${#whole[@]} skipped"
ok 'with the reason' no_other_reason
is 'nothing of it is started' "$(<"$tmp/started")" ''

ok 'others leave a part out' eval \
	'run_without "$TOP"/tests/bench/{bench,process-bench}.t | grep -Eqx "[0-9]+ passed, 0 failed, [3-9] skipped"'
MICRO_PLACES='i386/process' ok 'so do the micro-guests' eval \
	'run_without "$TOP"/tests/micro/{paging,time}.t | grep -qx "0 passed, 0 failed, 2 skipped"'
ok 'with the reason, too' no_other_reason
is 'nothing of that is started' "$(<"$tmp/started")" ''

# The launcher's own word counts where kernels run in a process.
if why=$(host_lacks process-x86_64); then
	skip 'without seccomp the launcher tells why' "$why"
else
	"$deny" seccomp env O="$O" TOP="$TOP" "$TOP/tests/run" "$TOP/tests/launch/refuse.t" >"$tmp/out" 2>&1
	is 'without seccomp a process is skipped' "$(tail -n 1 "$tmp/out")" '0 passed, 0 failed, 1 skipped'
	ok 'and the launcher tells why' grep -q '# SKIP seccomp filters do not work: the host' "$tmp/out"
	for word in seccomp xsave; do
		ok "told to lack $word, it tells that" eval \
			'AFTERBURN_HOST_LACKS=$word "$TOP/tests/run" "$TOP/tests/launch/refuse.t" >"$tmp/out" 2>&1 &&
			 grep -iq "# SKIP .*$word" "$tmp/out" && tail -n 1 "$tmp/out" | grep -qx "0 passed, 0 failed, 1 skipped"'
	done
fi
if why=$(host_lacks process-x86_64); then
	skip 'without 32-bit code x86-64 kernels have their process' "$why"
else
	ok 'without 32-bit code x86-64 kernels have their process' eval \
		'! AFTERBURN_HOST_LACKS=32-bit,modify_ldt host_lacks process-x86_64'
	is 'without seccomp they have none' "$(AFTERBURN_HOST_LACKS=seccomp host_lacks process-x86_64 | cut -c -28)" \
		'seccomp filters do not work:'
fi
printf '#!/bin/bash\n# needs: wings\necho 1..1; echo ok 1\n' >"$tmp/wings.t"
chmod +x "$tmp/wings.t"
ok 'a need that nobody knows is an error' eval \
	'! "$TOP/tests/run" "$tmp/wings.t" >"$tmp/out" 2>&1 && grep -q "unknown word .wings." "$tmp/out"'
done_testing
