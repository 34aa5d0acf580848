#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# The drop-in assembler as callers see it: command lines, opt-outs, probes, errors.
source "$TOP/tests/as/lib.sh"
cd "$tmp" || exit 1
printf '\t.text\nf:\tcli\n\tnop\n\tret\n' >site.s
printf '\t.text\ng:\tnop\n\tret\n' >none.s

# Everything that plain gas gives for these arguments, ours must give: status, output, object.
# Standard input is the file $input.
input=/dev/null
behaves_as_gas() {
	local a b
	rm -f x.o gas.o a.out
	PATH=/usr/bin as "$@" <"$input" >gas.out 2>gas.err
	a=$?
	mv x.o gas.o 2>gas.none || true
	"$AS" "$@" <"$input" >our.out 2>our.err
	b=$?
	echo "status: gas $a, ours $b"
	[[ $a == "$b" ]] && cmp gas.out our.out && diff gas.err our.err || return 1
	[[ ! -e gas.o ]] || cmp gas.o x.o
}

# The number of sites of x.o; they must be right.
sites() {
	"$SITES" x.o >sites.out || return 1
	wc -l <sites.out
}

annotates() { # annotates COUNT ARGUMENTS...: makes x.o with as many right sites
	local count=$1
	shift
	rm -f x.o
	"$AS" "$@" <"$input" && [[ $(sites) == "$count" ]]
}

fails_with() { # fails_with PATTERN ARGUMENTS...: status 1, the pattern on standard error, no x.o
	local pattern=$1 status
	shift
	rm -f x.o
	"$AS" "$@" <"$input" >fails.out 2>fails.err
	status=$?
	cat fails.err
	[[ $status == 1 ]] && grep -qE -- "$pattern" fails.err && [[ ! -e x.o ]]
}

# Probes
ok "--version as gas" behaves_as_gas --version
ok "--help as gas" behaves_as_gas --help
ok "--target-help as gas" behaves_as_gas --target-help
ok "no input as gas" behaves_as_gas -o x.o
ok "an empty file as gas" behaves_as_gas /dev/null -o x.o
ok "an unknown option as gas" behaves_as_gas --frob site.s -o x.o
unknown_option_with_site() {
	same_messages --frob=1 site.s && same_messages -mfrob site.s
}
ok "a missing file as gas" behaves_as_gas missing.s -o x.o
ok "a missing argument as gas" behaves_as_gas site.s -o
ok "output to /dev/null as gas" behaves_as_gas --fatal-warnings -o /dev/null site.s
ok "a folder as input as gas" behaves_as_gas . -o x.o
printf '\t.text\n\twrmsr\n' >probe.s
input=probe.s
ok "the kernel's as-instr probe as gas" behaves_as_gas --64 --fatal-warnings -o /dev/null -
input=/dev/null

# Opt-outs, byte for byte
ok "no site: as gas" behaves_as_gas none.s -o x.o
ok "no site, -g: as gas" behaves_as_gas -g none.s -o x.o
input=none.s
ok "no site from standard input: as gas" behaves_as_gas -o x.o
ok "no site from standard input, -g: as gas" behaves_as_gas -g -o x.o -
input=/dev/null
plain_object() {
	rm -f x.o
	as site.s -o gas.o && "$@" && cmp gas.o x.o
}
ok "--afterburn=off" plain_object "$AS" --afterburn=off site.s -o x.o
ok "AFTERBURN=off" plain_object env AFTERBURN=off "$AS" site.s -o x.o
ok "AFTERBURN_EXCLUDE" plain_object env AFTERBURN_EXCLUDE='a/*:x.?' "$AS" site.s -o x.o
ok "AFTERBURN_EXCLUDE crosses slashes" plain_object env AFTERBURN_EXCLUDE="$tmp*.o" "$AS" site.s -o "$tmp/x.o"
not_excluded() {
	AFTERBURN_EXCLUDE='y.o:*.c:' annotates 1 site.s -o x.o
}
ok "AFTERBURN_EXCLUDE for others" not_excluded
echo "--afterburn=off site.s -o x.o" >off.args
ok "--afterburn=off in an @file" plain_object "$AS" @off.args
printf '# afterburn: off\n' | cat - site.s >off.s
ok "a comment in the source" behaves_as_gas off.s -o x.o

# Ways to name inputs and output
ok "-o X" annotates 1 site.s -o x.o
ok "-oX" annotates 1 -ox.o site.s
ok "32 bit" annotates 1 --32 site.s -o x.o
ok "x32" annotates 1 --x32 site.s -o x.o
input=site.s
ok "standard input without a name (gcc -pipe)" annotates 1 -o x.o
ok "standard input as -" annotates 1 -o x.o -
ok "standard input behind --" annotates 1 -o x.o --
ok "a file and standard input" annotates 2 probe.s - -o x.o
input=/dev/null
ok "several files" annotates 2 site.s none.s probe.s -o x.o
ok "options that take the next word" annotates 1 -I . -defsym A=1 --defsym B=2 -march generic64 site.s -o x.o
ok "listing options" annotates 1 --listing-lhs-width 2 -al=x.lst site.s -o x.o
ok "-f" annotates 1 -f site.s -o x.o
echo "'site.s' -o \"x.o\"" >site.args
ok "@file" annotates 1 @site.args
echo "@site.args --64" >outer.args
ok "@file in an @file" annotates 1 @outer.args
echo "@loop.args" >loop.args
ok "an @file that names itself" fails_with 'too many @files' @loop.args
ok "an @file that is missing, as gas" behaves_as_gas @missing.args -o x.o
name_with_quote() {
	cp site.s 'a "b" \c.s'
	annotates 1 'a "b" \c.s' -o x.o
}
ok "a strange file name" name_with_quote

our_labels() {
	awk 'BEGIN { print "\tcli"; for (i = 987654321; i > 987654221; i--) print i ": nop; jmp " i "b" }' \
		>labels.s
	annotates 1 labels.s -o x.o && [[ $(objdump -d x.o | grep -c 'eb fd') == 100 ]]
}
ok "a text that uses a hundred of the labels that we could take" our_labels

# What several files are to gas, they are to us
printf '\tnop\n\tcli' >open-end.s
printf '\tsti' >open-end-2.s
joined() {
	annotates 2 open-end.s open-end-2.s -o x.o 2>our.err && grep -c 'newline inserted' our.err | grep -qx 2 &&
		! "$AS" --fatal-warnings open-end.s none.s -o x.o
}
ok "files without a final newline: joined and warned of as in gas" joined
printf '\tcli\n\t.macro m\n' >open-macro.s
printf '\tcli\n/* x\n' >open-comment.s
printf '\tcli\n\t.ascii "x\n' >open-string.s
ok "an open macro before another file" fails_with '^as: error: open-macro.s:2: ' open-macro.s none.s -o x.o
ok "an open comment before another file" fails_with '^as: error: open-comment.s:2: ' open-comment.s none.s -o x.o
ok "an open string before another file" fails_with '^as: error: open-string.s:2: ' open-string.s none.s -o x.o

# Messages
same_messages() { # but for our own note
	rm -f x.o
	as "$@" -o gas.o 2>gas.err
	local status=$?
	"$AS" "$@" -o x.o 2>our.err
	[[ $? == "$status" ]] && diff gas.err <(grep -v '^as: note: ' our.err) && [[ -e x.o || ! -e gas.o || $status != 0 ]]
}
printf '\tcli\n\tbogus\n\tsti; bogus2\n\n\tbogus3\n' >bogus.s
ok "an unknown option with sites" unknown_option_with_site
ok "errors name the user's file and line" same_messages bogus.s
printf '\tcli\n#APP\n# 7 "x.c" 1\n\tsti; bogus\n# 0 "" 2\n#NO_APP\n\tbogus2\n' >app.s
ok "errors behind gcc's markers, too" same_messages app.s
printf '# 1 "y.S"\n\tcli\n\tbogus\n# 9 "z.S"\n\tbogus\n' >marked.s
ok "errors in preprocessed files, too" same_messages marked.s
ok "errors in the second file, too" same_messages site.s bogus.s
printf '#NO_APP\n\tcli\n#APP\n\tsti ;  bogus\n#NO_APP\n\tbogus\n' >noapp.s
# (gas itself does not count that line)
ok "a file that begins with #NO_APP" fails_with '^noapp.s:6: Error' noapp.s -o x.o
ok "an open macro" same_messages open-macro.s
ok "an open comment" same_messages open-comment.s
ok "an open string" same_messages open-string.s
printf '\tcli\n\t.warning "w"\n' >warns.s
ok "a warning" same_messages warns.s
ok "a warning with --fatal-warnings" same_messages --fatal-warnings warns.s
ok "--fatal-warnings" annotates 1 --fatal-warnings site.s -o x.o
unknown_words() {
	printf '\tcli\n\t.frob 1\n\tfrobnicate %%eax\n' >frob.s
	same_messages frob.s && grep -q frobnicate our.err
}
ok "unknown directives and mnemonics are gas's business" unknown_words

# Output and input
over_input() { # over_input OUTPUT INPUT...: refused as by gas, and nothing is lost
	same_messages_only "$@" && cmp over.s over.copy
}
same_messages_only() {
	local output=$1 status
	shift
	as -o "$output" "$@" 2>gas.err
	status=$?
	"$AS" -o "$output" "$@" 2>our.err
	[[ $? == "$status" && $status == 1 ]] && diff gas.err our.err
}
printf '\tcli\n' >over.s
cp over.s over.copy
ln over.s hard.s
ln -s over.s soft.s
ok "an output that is the input: refused as by gas" over_input over.s over.s
ok "the input by another path" over_input ./over.s over.s
ok "the input by a hard link" over_input hard.s over.s
ok "the input by a symbolic link" over_input soft.s over.s
ok "one of several inputs" over_input over.s site.s over.s

# Standard input among files
printf '\tnop\n\tbad1\n\t.macro open\n' >piped.s
piped() { # piped ARGUMENTS...
	as "$@" -o gas.o <piped.s 2>gas.err
	"$AS" "$@" -o x.o <piped.s 2>our.err
	diff gas.err our.err
}
ok "errors in standard input, before a file" piped bogus.s site.s
printf '\tnop\n\tbad1\n' >piped.s
ok "errors in standard input, then a file" piped - site.s
ok "errors in standard input between files" piped bogus.s - bogus.s site.s
ok "errors in standard input, behind a file" piped site.s -

# Symbols and files from the command line
printf '\t.ifdef FOO\n\t.data\n\t.endif\n\t.byte 15,48\n\t.text\n\t.if BAR - 2\n\t.data\n\t.endif\n\tcli\n' >defsym.s
ok "--defsym decides conditionals" annotates 1 --defsym FOO=1 --defsym BAR=2 defsym.s -o x.o
included_macros() {
	mkdir -p inc && printf '\t.macro away\n\t.data\n\t.endm\n\t.macro cli\n\tnop\n\t.endm\n' >inc/macros.i &&
		printf '\t.include "macros.i"\n\tcli\n\thlt\n\taway\n\t.byte 15,48\n' >uses.s &&
		annotates 1 -I inc uses.s -o x.o
}
ok ".include: its macros are followed" included_macros

# Hints
no_hint() {
	same_messages bogus.s && ! grep '^as: note' our.err
}
ok "an error that plain gas reports, too: no note" no_hint
{
	echo "1:	nop"
	for ((i = 0; i < 30; i++)); do echo "	cli"; done
	echo "	loop 1b"
} >loop.s
loop_hint() {
	as loop.s -o gas.o && fails_with '^as: note: loop.s:31: .*--afterburn=off' loop.s -o x.o &&
		[[ $(grep -c '^as: ' fails.err) == 1 ]]
}
ok "a branch that no longer reaches: the nearest site and the way out" loop_hint
printf 'f:\tnop\n\tcli\n\tnop\n\tcli\n\t.org f+8\n\tnop\n' >org.s
ok ".org backwards: the nearest site and the way out" fails_with '^as: note: org.s:4: ' org.s -o x.o
printf '\t.altmacro\n\t.macro m b\n\tnop\n\tcli\n\t.endm\n\tm 1\n' >alt.s
ok ".altmacro with a parameter b: left alone, since gas would put it into our labels" annotates 0 alt.s -o x.o
ok "MRI mode" fails_with '^as: error: MRI' -M site.s -o x.o
ok "an unknown word for --afterburn" fails_with "^as: error: --afterburn: unknown word 'frob'" --afterburn=frob site.s -o x.o
unknown_in_environment() {
	AFTERBURN=on,frob fails_with "^as: error: environment variable AFTERBURN: unknown word 'frob'" site.s -o x.o
}
ok "an unknown word in AFTERBURN" unknown_in_environment
printf '\trdtsc\n\trdpkru\n\tcli\n' >time.s
ok "optional classes: none" annotates 1 time.s -o x.o
ok "optional classes: one" annotates 2 --afterburn=time time.s -o x.o
ok "optional classes: all" annotates 3 --afterburn=all time.s -o x.o
time_by_environment() {
	AFTERBURN=time,pkey annotates 3 time.s -o x.o
}
ok "optional classes by environment" time_by_environment

# The real as
with_real() { # with_real PROGRAM PATTERN
	AFTERBURN_AS=$1 fails_with "$2" site.s -o x.o
}
printf '#!/bin/sh\nkill -SEGV $$\n' >crash
printf '#!/bin/sh\nexit 3\n' >three
chmod +x crash three
: >not-executable
ok "a missing real as" with_real "$tmp/nothing" '^as: error: AFTERBURN_AS=.*nothing is not an assembler'
ok "a real as that cannot be run" with_real "$tmp/not-executable" '^as: error: AFTERBURN_AS='
ok "ourselves as the real as" with_real "$AS" '^as: error: AFTERBURN_AS='
ok "a real as that crashes" with_real "$tmp/crash" '^as: error: .*crash died of signal 11'
status_passes() {
	AFTERBURN_AS=$tmp/three "$AS" site.s -o x.o
	[[ $? == 3 ]]
}
ok "its exit status is ours" status_passes
first_in_path() {
	PATH=$(dirname "$AS"):$PATH annotates 1 site.s -o x.o
}
ok "ourselves first in PATH" first_in_path
copy_in_path() {
	mkdir -p copy && cp "$AS" copy/as && PATH=$tmp/copy:$PATH annotates 1 site.s -o x.o
}
ok "another copy of us in PATH: annotated once" copy_in_path
two_copies() {
	mkdir -p copy2 && cp "$AS" copy2/as &&
		PATH=$tmp/copy:$tmp/copy2:$PATH annotates 1 site.s -o x.o &&
		PATH=$tmp/copy:$tmp/copy2:$PATH "$tmp/copy2/as" none.s -o x.o
}
ok "two copies of us in PATH" timeout 20 bash -c "$(declare -f annotates sites two_copies); input=/dev/null AS=$AS SITES=$SITES tmp=$tmp two_copies"
ok "no PATH: the usual folders" env PATH= "$AS" site.s -o x.o

# Full disks
ok "full disk" fails_with '^(as|/dev/full|x.o|site.s|Fatal|.*: ).*' site.s -o /dev/full
limited() {
	rm -f x.o
	(
		ulimit -f 0
		"$AS" site.s -o x.o
	)
	[[ $? == 1 ]] && [[ ! -s x.o ]]
}
ok "no room for the object: an error, nothing half-written" limited

# Objects
elsewhere() {
	mkdir -p one two/deeper && cp site.s one && cp site.s two/deeper &&
		(cd one && "$AS" site.s -o x.o) && (cd two/deeper && "$AS" site.s -o x.o) &&
		cmp one/x.o two/deeper/x.o
}
ok "the same object in two folders" elsewhere
no_trace() {
	annotates 1 -g site.s -o x.o && ! strings -a x.o | grep -E 'standard input|afterburner-|memfd' &&
		strings -a x.o | grep -qx site.s
}
ok "no temporary name in the object" no_trace
label_places() {
	printf 'a:\n\t1: movl %%eax, %%ss\nb:\n2:\twrmsr\n\t.data\n\t.byte 1b-a, 2b-b\n' >label.s
	annotates 2 label.s -o x.o && objdump -s -j .data x.o | grep -q ' 0700 '
}
ok "labels for exception tables stay at their instruction" label_places
line_table() {
	printf '\tcli\n\tsti\n\tnop\n' >lines.s
	annotates 2 -g lines.s -o x.o && objdump -dl x.o | grep -E ':[0-9]+$|^ +[0-9a-f]+:' >lines.out &&
		[[ $(grep -cE 'lines.s:[123]$' lines.out) == 3 ]] &&
		grep -A3 'lines.s:2$' lines.out | grep -q sti && grep -A1 'lines.s:3$' lines.out | grep -q 'nop$'
}
ok "-g: each line keeps its number" line_table
dependencies() {
	touch blob && printf '\t.incbin "blob"\n' | cat site.s - >inc.s &&
		as --MD gas.d inc.s -o x.o && mv gas.d want && "$AS" --MD gas.d inc.s -o x.o && diff want gas.d
}
ok "--MD lists the input" dependencies
included() {
	mkdir -p inc && echo '	nop' >inc/part.i && printf '\tcli\n\t.include "part.i"\n' >include.s &&
		annotates 1 -I inc include.s -o x.o
}
ok ".include finds its file" included

# Bad input
for ((seed = 1; seed <= 40; seed++)); do
	perl -e 'srand(shift); print map { chr(int(rand(256))) } 1 .. 3000' "$seed" >"garbage-$seed.s"
done
garbage() {
	local seed status
	for ((seed = 1; seed <= 40; seed++)); do
		"$AS" "garbage-$seed.s" -o x.o >g.out 2>&1
		status=$?
		((status < 2)) || {
			echo "garbage-$seed.s: status $status"
			return 1
		}
		behaves_as_gas "garbage-$seed.s" -o x.o || same_messages "garbage-$seed.s" || return 1
	done
}
ok "binary garbage: gas's messages" garbage

# Compilers
cat >c.c <<'END'
void off(void) { asm volatile("cli"); }
unsigned long flags(void) { unsigned long f; asm volatile("pushf ; pop %0" : "=r"(f)); return f; }
END
compiles() {
	rm -f x.o
	gcc -B"$(dirname "$AS")" -c c.c -o x.o "$@" && [[ $(sites) == 2 ]]
}
ok "gcc" compiles
ok "gcc -O2 -g" compiles -O2 -g
ok "gcc -pipe" compiles -pipe
ok "gcc -m32" compiles -m32
ok "gcc -save-temps" compiles -save-temps
ok "gcc -gz" compiles -g -gz
gcc_off() {
	gcc -c c.c -o gas.o && gcc -B"$(dirname "$AS")" -Wa,--afterburn=off -c c.c -o x.o && cmp gas.o x.o
}
ok "gcc -Wa,--afterburn=off" gcc_off
done_testing
