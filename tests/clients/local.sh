#!/bin/sh
# SPDX-License-Identifier: ISC
#
# moot finds the Unix socket of a server by itself, and is logged in there
# without being asked for anything: at first in XDG_RUNTIME_DIR, by name, and
# as a cron job would.
#
#   MOOT MOOTD MOOTCTL  the programs; default: those of this directory
#
# The last line is "N passed, N failed, N skipped".

. "$(dirname "$0")/pipes"
MOOTD=${MOOTD:-./mootd} MOOTCTL=${MOOTCTL:-./mootctl}
XDG_RUNTIME_DIR=$dir/run
export XDG_RUNTIME_DIR

if [ ! -x "$(dirname "$MOOTD")/mootd-store" ]; then
	skip "accounts without a password (there is no mootd-store)"
	total
fi
mkdir -p "$dir/run/moot" "$dir/state"
echo "tester:x:$(id -u):1::/:/bin/sh" >"$dir/passwd"

# the first free prefix is ours
tried=$(($$ % 126 + 1)) server=''
for n in 1 2 3 4 5 6 7 8; do
	cat >"$dir/mootd.conf" <<EOF
listen 127.0.0.1:0 $dir/run/moot/moot.sock
local-users $dir/passwd
workers 2
control $dir/control
state-dir $dir/state
ipc-prefix $tried
EOF
	rm -f "$dir/log"
	"$MOOTD" -f -c "$dir/mootd.conf" 2>"$dir/log" &
	server=$!
	wait_for has "$dir/log" 'keeping\|prefix\|cannot'
	has "$dir/log" 'keeping' && break
	wait "$server"
	tried=$((tried % 126 + 1))
done
pids=$server
port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/log")

ctl() {
	"$MOOTCTL" -s "$dir/control" "$@"
}

mkfifo "$dir/keys"
"$MOOT" -1 -n bob -j '#ops' "127.0.0.1:$port" <"$dir/keys" \
    >"$dir/bob" 2>&1 &
pids="$pids $!"
exec 3>"$dir/keys"
ok 'one is there by TCP' wait_for has "$dir/bob" 'in #ops'

ok 'a job says what it has to say' "$MOOT" send '#ops' 'backup done' \
    </dev/null
ok 'and it is heard' wait_for has "$dir/bob" 'backup done'
ok 'it was logged in as its user' ctl account show tester
ok 'the other one was not' eval '! ctl account show bob'
ok 'as another nick, too' "$MOOT" send -n cron '#ops' 'and again' </dev/null
ok 'which is heard' wait_for has "$dir/bob" 'and again'
ok 'by its path' "$MOOT" send -n cron \
    -s "$dir/run/moot/moot.sock" '#ops' 'by path' </dev/null
ok 'which is heard, too' wait_for has "$dir/bob" 'by path'

exec 3>&-
kill "$server"
wait "$server"
ok 'the socket goes with its server' test ! -e "$dir/run/moot/moot.sock"
total
