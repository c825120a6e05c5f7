#!/bin/sh
# SPDX-License-Identifier: ISC
#
# That the programs were built as the GNUmakefile promises (HARDEN, FORTIFY):
# what a linker was told, or a library lacked, is seen only in the result.
#
#	hardening.sh OBJECTS PROGRAM...
#
# OBJECTS is the directory of their object files.  The last line is
# "hardening: N passed, N failed[, N skipped]".

set -u
LC_ALL=C
export LC_ALL
passed=0 failed=0 skipped=0
[ $# -ge 2 ] || { echo "usage: hardening.sh OBJECTS PROGRAM..."; exit 2; }
objects=$1
shift
command -v readelf >/dev/null || {
	echo 'SKIP: no readelf'
	echo 'hardening: 0 passed, 0 failed, 1 skipped'
	exit 0
}

ok() {
	passed=$((passed + 1))
}

not_ok() {
	failed=$((failed + 1))
	echo "not ok - $1"
}

# has NAME PATTERN READELF-ARGUMENT...: it says so
has() {
	name=$1 pattern=$2
	shift 2
	if readelf -W "$@" 2>&1 | grep -qE "$pattern"; then
		ok
	else
		not_ok "$name"
	fi
}

# Of TYPE, OFFSET and so on of a program header the flags come before the
# alignment; where the stack could be run there is an E.
program() {
	has "$1: position-independent" 'Flags:.* PIE' -d "$1"
	has "$1: nothing is bound late" 'Flags:.* NOW' -d "$1"
	has "$1: relocations are read-only" 'GNU_RELRO' -l "$1"
	has "$1: a stack that cannot be run" \
	    'GNU_STACK .* RW  *0x[0-9a-f]+$' -l "$1"
	has "$1: stack protector" '__stack_chk_fail' --dyn-syms "$1"
	has "$1: fortified functions" '__(memcpy|v?snprintf|v?fprintf)_chk' \
	    --dyn-syms "$1"
}

# Start files of libc without the marks (as in Debian 12) leave the program
# without, so the objects are asked.
marked() {
	for layer in irc ipc server store tls client ctl; do
		[ ! -d "$objects/$layer" ] || find "$objects/$layer" -name '*.o'
	done | while read -r o; do
		readelf -n "$o" 2>/dev/null | grep -q "feature: $1" ||
		    echo "$o"
	done
}

# links PROGRAM LIBRARIES: it is linked with these only
links() {
	have=$(readelf -d "$1" |
	    sed -n 's/.*NEEDED.*\[\(lib[a-z]*\).*/\1/p' | sort | xargs)
	if [ "$have" = "$2" ]; then
		ok
	else
		not_ok "$1: is linked with $have, not $2"
	fi
}

for p; do
	program "$p"
	case $p in
	*/mootd)	links "$p" 'libc libcrypt' ;;
	*/mootctl)	links "$p" libc ;;
	esac
done
case $(uname -m) in
x86_64)		mark='IBT, SHSTK' ;;
aarch64)	mark='BTI' ;;
*)		mark='' ;;
esac
if [ -z "$mark" ]; then
	echo "SKIP: no marks for indirect branches are known of $(uname -m)"
	skipped=1
else
	unmarked=$(marked "$mark")
	if [ -z "$unmarked" ]; then
		ok
	else
		not_ok "no marks for indirect branches: $unmarked"
	fi
fi

tail=
[ $skipped = 0 ] || tail=", $skipped skipped"
echo "hardening: $passed passed, $failed failed$tail"
[ $failed = 0 ]
