#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Two people talk by moot in pipes while workers of their mootd are killed,
# while the whole server is stopped and started again at the same port with
# its database, and while one of them is killed and started again: whatever
# was said is heard once, in its order.
#
#   MOOT MOOTD MOOTCTL  the programs; default: those of this directory
#
# The last line is "N passed, N failed, N skipped".  It ends within two
# minutes, come what may.

if [ -z "${OUTAGE_TIMED:-}" ]; then
	OUTAGE_TIMED=1 exec timeout -k 5 115 sh "$0" "$@"
fi
. "$(dirname "$0")/pipes"
MOOTD=${MOOTD:-./mootd} MOOTCTL=${MOOTCTL:-./mootctl}
LINES_SAID=150 # said in each round
room='#round'

if [ ! -x "$(dirname "$MOOTD")/mootd-store" ]; then
	skip "outages (there is no mootd-store)"
	total
fi

ctl() {
	"$MOOTCTL" -s "$dir/control" --json "$@" 2>/dev/null
}

# serve PORT: a server that remembers; the first free prefix is ours
serve() {
	tried=$((${prefix:-$$} % 126 + 1)) server=''
	for n in 1 2 3 4 5 6 7 8; do
		cat >"$dir/mootd.conf" <<EOF
listen 127.0.0.1:$1
workers 2
control $dir/control
state-dir $dir/state
ipc-prefix $tried
EOF
		rm -f "$dir/server.log"
		"$MOOTD" -f -c "$dir/mootd.conf" 2>"$dir/server.log" \
		    3>&- 4>&- &
		server=$!
		wait_for has "$dir/server.log" 'keeping\|prefix\|cannot'
		if has "$dir/server.log" 'keeping'; then
			prefix=$((tried - 1))
			pids="$pids $server"
			return 0
		fi
		wait "$server"
		tried=$((tried % 126 + 1))
	done
	cat "$dir/server.log"
	return 1
}

stop() {
	kill "$server"
	wait "$server"
}

# enters NICK: starts moot with the account of that name; what it is told on
# descriptor 3 (ann) or from nobody
mkdir -p "$dir/state"
enters() {
	mkdir -p "$dir/$1/moot"
	echo "account $1" >"$dir/$1/moot/moot.conf"
	XDG_CONFIG_HOME="$dir/$1" XDG_STATE_HOME="$dir/$1" MOOT_PASSWORD=pw \
	    "$MOOT" -n "$1" -j "$room" "127.0.0.1:$port" \
	    <"$dir/$1.keys" >>"$dir/$1.out" 2>&1 3>&- 4>&- &
	pids="$pids $!"
}

ok "the server serves" serve 0 || total
port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' \
    "$dir/server.log")
for c in ann bob; do
	echo pw | ctl account add "$c" >"$dir/added" || cat "$dir/added"
	mkfifo "$dir/$c.keys"
	: >"$dir/$c.out"
done
enters ann
ann=$!
exec 3>"$dir/ann.keys"
enters bob
exec 4>"$dir/bob.keys"
ok "both are in" wait_for has "$dir/bob.out" "bob joined $room"
wait_for has "$dir/ann.out" "bob joined $room"
printf '/msg ChanServ REGISTER %s\n' "$room" >&3
ok "the room lasts" wait_for has "$dir/ann.out" 'ChanServ.*'

# round NAME COMMAND...: while lines are said, COMMAND is run thrice
round() {
	what=$1
	shift
	(
		n=0
		while [ $n -lt $LINES_SAID ]; do
			n=$((n + 1))
			echo "$what $n" >&3
			[ $((n % 10)) -ne 0 ] || sleep 0.02
		done
	) &
	typist=$!
	for i in 1 2 3; do
		wait_for has "$dir/bob.out" ": $what $((i * LINES_SAID / 5))\$"
		"$@"
	done
	wait "$typist"
}

# heard NICK WHAT: all lines of that round, once, in order
heard() {
	wait_for has "$dir/$1.out" "ann $room: $2 $LINES_SAID\$"
	sed -n "s/^ann $room: $2 //p" "$dir/$1.out" >"$dir/heard"
	awk -v n=$LINES_SAID 'BEGIN { for (i = 1; i <= n; i++) print i }' |
	    diff - "$dir/heard" && return
	tail -n 20 "$dir/$1.out"
	return 1
}

kill_worker() {
	pid=$(ctl workers | sed -n 's/.*"pid":\([0-9]*\).*/\1/p' |
	    sed -n "$((i % 2 + 1))p")
	kill -9 "${pid:-none}"
}
round killed kill_worker
ok "workers are killed: the other hears all, once" heard bob killed
ok "and so does who says it" heard ann killed
ok "nobody has lost the line" hasnt "$dir/bob.out" 'trying again'

restart() {
	stop
	serve "$port"
}
round stopped restart
ok "the server is away and back: the other hears all, once" \
    heard bob stopped
ok "and so does who says it" heard ann stopped
ok "the line was lost" has "$dir/bob.out" 'trying again'

# the other is away, too, in the middle: it catches up when it is back
away() {
	echo "/msg ann before $i" >&4
	stop
	echo "/msg ann after $i" >&4
	sleep 0.1
	serve "$port"
}
round missed away
ok "again: the other hears all, once" heard bob missed
ok "and so does who says it" heard ann missed
# what the server kept for who was not here comes before what history has
six() {
	[ "$(grep -c '^bob: ' "$dir/ann.out")" -ge 6 ]
}
whispered() {
	wait_for six
	is "$(sed -n 's/^bob: //p' "$dir/ann.out" | sort -k 2n -k 1r |
	    tr '\n' ' ')" \
	    'before 1 after 1 before 2 after 2 before 3 after 3 '
}
ok "what is said to one alone is heard once" whispered

exec 3>&- 4>&-
wait $ann
ok "who said it all quits with 0" is $? 0
total
