#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# afterburn make: what it hands to make, what it audits, what its exit code says. Assembler and
# audit are stand-ins that note how they were called.
source "$TOP/tests/lib.sh"

mkdir -p "$tmp"/tree/{bin,libexec/afterburner/commands} "$tmp/project"
cp "$TOP/scripts/commands/make" "$tmp/tree/libexec/afterburner/commands/make"
cat >"$tmp/tree/libexec/afterburner/as" <<EOF
#!/bin/sh
echo "exclude=\$AFTERBURN_EXCLUDE" >>"$tmp/as.log"
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
	@echo "CC=$(CC) V=$(V)"
EOF

# amake CODE ARGUMENT...: in the project, with that exit code expected
amake() {
	local want=$1 code=0
	shift
	rm -f "$tmp/as.log" "$tmp/audit.log" "$tmp"/project/*.ko "$tmp"/project/vmlinux
	(unset O && cd "$tmp/project" && "$tmp/tree/libexec/afterburner/commands/make" "$@") || code=$?
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
	amake 0 "$@" && [[ ! -e $tmp/audit.log ]]
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
AFTERBURN_EXCLUDE=mine ok "the list can be replaced" amake 0 vmlinux
ok "by the environment" grep -qx 'exclude=mine' "$tmp/as.log"
ok "another compiler" shows "CC=gcc-12 -B$tmp" CC=gcc-12 show
ok "other arguments arrive" shows "V=a b" -- V="a b" show
ok "vmlinux is audited" audits ./vmlinux vmlinux
ok "in the output folder" audits "$tmp/out/vmlinux" O="$tmp/out" vmlinux
ok "after -C" audits "$tmp/project/vmlinux" -C "$tmp/project" vmlinux
ok "vmlinux with modules" audits "./vmlinux ./x.ko" vmlinux modules
ok "not when it is told" audits_nothing --no-audit vmlinux
ok "not when nothing was made" audits_nothing show
echo 1 >"$tmp/audit.code"
ok "findings give 1" amake 1 vmlinux
ok "make's own failure gives 2" amake 2 fail
ok "no assembler gives 2" without_as
done_testing
