#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Macros, loops, conditionals, constants: the texts in expansion/ mean to us what they mean to gas.
# For each, ours gives what plain gas gives but for the pads, the audit is content, and the 32-bit
# object holds as many sites as its first line says. In left-*.s something must be left alone, which
# the audit finds.
source "$TOP/tests/as/lib.sh"

sites() {
	"$AS" --32 "$1" -o "$tmp/x.o" && "$SITES" "$tmp/x.o" >"$tmp/sites" &&
		is_count "$(wc -l <"$tmp/sites")" "$(sed -n '1s/^# sites: //p' "$1")"
}

is_count() {
	echo "$1 sites, not $2"
	[[ $1 == "$2" ]]
}

for file in "$TOP"/tests/as/expansion/*.s; do
	name=$(basename "$file" .s)
	if [[ $name == left-* ]]; then
		ok "$name: as gas" "$TOP/tests/as/same-instructions" --no-audit "$file"
	else
		ok "$name: as gas" "$TOP/tests/as/same-instructions" "$file"
	fi
	ok "$name: sites" sites "$file"
done

# The comparison itself must be able to fail.
cat >"$tmp/other" <<'END'
#!/bin/sh
printf '\tnop\n' | /usr/bin/as --32 - -o "$4" || exit 1
END
mkdir -p "$tmp/bad/libexec/afterburner" "$tmp/bad/bin"
cp "$tmp/other" "$tmp/bad/libexec/afterburner/as"
chmod +x "$tmp/bad/libexec/afterburner/as"
printf '\tcli\n' >"$tmp/cli.s"
notices() {
	! O=$tmp/bad "$TOP/tests/as/same-instructions" "$tmp/cli.s"
}
ok "another object is noticed" notices
done_testing
