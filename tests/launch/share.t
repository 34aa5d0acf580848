#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# needs: process-x86_64
#
# Folders that cannot be shared, and programs that do not serve them, without a guest. What a Linux finds in a folder
# is in tests/boot/share.sh, the protocol in vhost_user_test.c.
source "$TOP/tests/lib.sh"
source "$TOP/tests/launch/lib.sh"
cd "$tmp" || exit 1
fake_kernel k || exit 1
mkdir folder program
: >file
usage=2 platform=3

# A program that gets the socket as descriptor 3 and does not serve it.
cat >server.c <<'END'
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void)
{
	char text[64] = KIND;
	int fd = accept(3, 0, 0);
	if (!strcmp(text, "silent"))
		pause();
	if (!strcmp(text, "nonsense"))
		return write(fd, text, sizeof(text)) < 0 || read(fd, text, sizeof(text)) < 0 || pause();
	return 0;
}
END

named() { # named PROGRAM COMMAND...: with this program in place of virtiofsd
	AFTERBURN_VIRTIOFSD=$tmp/$1 "${@:2}"
}

no_server_left() {
	local turns=0
	while pgrep -f "$tmp/program" >/dev/null || compgen -G '/tmp/afterburn-share.*' >/dev/null; do
		((turns++ < 100)) || return
		sleep 0.02
	done
}

ok 'no folder' refuses $usage "the folder 'nothing' cannot be shared: No such file" --share nothing k
ok 'a file' refuses $usage "'file' cannot be shared: it is no folder" --share file k
ok 'nothing' refuses $usage '--share needs a folder' --share ,ro k
ok 'nothing but a tag' refuses $usage '--share needs a folder' --share :tag k
ok 'a tag with a blank' refuses $usage 'a tag has 1 to 36 letters' --share 'folder:a b' k
ok 'a long tag' refuses $usage 'a tag has 1 to 36 letters' --share "folder:$(printf %037d 0)" k
ok 'two with one tag' refuses $usage "two folders have the tag 'x'" --share folder:x --share program:x k
many=()
for i in {1..9}; do
	many+=(--share folder)
done
ok 'too many' refuses $usage 'at most 8 shared folders' "${many[@]}" k
ok 'no such program' named nothing refuses $platform "AFTERBURN_VIRTIOFSD: '$tmp/nothing' cannot be executed" --share folder k
ok '--serve without a folder' refuses $usage '--serve takes one --share' --serve socket
for kind in ends silent nonsense; do
	gcc -O1 -DKIND="\"$kind\"" -o "program/$kind" server.c || exit 1
done
ok 'a program that ends' named program/ends refuses $platform "the program that shares 'folder' has ended at its start" --share folder k
ok 'a program that is silent' named program/silent refuses $platform "the program that shares 'folder' does not answer" --share folder k
ok 'a program that makes no sense' named program/nonsense refuses $platform "the program that shares 'folder' cannot be used: Protocol error" --share folder k
ok 'nothing is left of them' no_server_left
if [[ -x /usr/lib/qemu/virtiofsd ]]; then
	ok 'a guest beside its folders' runs 0 --append keys=q --share folder --share program:x,ro k
	ok 'nothing is left of it' no_server_left
else
	skip 'a guest beside its folders' 'no virtiofsd (package qemu-system-common)'
fi
done_testing
