#!/bin/sh
# SPDX-License-Identifier: ISC
#
# make run: a private server with the embedded defaults, and a first
# conversation on it.  At a terminal, yours: moot opens on it, and the server
# ends with it.  Without one, that of alice and bob, who live on two workers:
# both workers are killed under them.  Prints what each of them saw; status 0
# only if every line arrived once.

set -u
cd "$(dirname "$0")/.." || exit 2
dir=$(mktemp -d) || exit 2
server='' clients='' kept=''
# moot goes by no configuration but one of its own, and keeps nothing
XDG_CONFIG_HOME="$dir/config" XDG_STATE_HOME="$dir/state"
export XDG_CONFIG_HOME XDG_STATE_HOME

finish()
{
	exec 3>&- 4>&-
	for p in $clients $server; do kill "$p" 2>/dev/null; done
	[ -n "$server" ] && wait "$server" 2>/dev/null
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

die()
{
	printf 'run: %s\n' "$*" >&2
	cat "$dir/log" >&2
	exit 1
}

# wait_for TEXT FILE: until the file has such a line, ten seconds at most
wait_for()
{
	tries=0
	until grep -q -e "$1" "$2" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || die "waited in vain for \"$1\""
		sleep 0.1
	done
}

./mootd -f -p "$dir" 2>"$dir/log" &
server=$!
wait_for 'listening on' "$dir/log"
port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/log")
# by TLS, to the key that the server has just made, if it was built with that
set -- "127.0.0.1:$port"
if [ -x ./mootd-tls ]; then
	wait_for 'pin sha256/' "$dir/log"
	pin=$(sed -n 's/.* pin \(sha256[^,]*\),.*/\1/p' "$dir/log")
	port=$(sed -n 's/.*for TLS on [0-9.]*:\([0-9]*\).*/\1/p' "$dir/log")
	set -- --pin "$pin" "ircs://127.0.0.1:$port"
fi

if [ -t 0 ] && [ -t 1 ]; then
	printf 'A private server runs on 127.0.0.1:%s, until you /quit.\n' "$port"
	printf 'Look at it:   ./mootctl -s %s/control status\n' "$dir"
	printf 'Join from another terminal:   ./moot -j "#moot" %s\n\n' "$*"
	./moot -j '#moot' "$@"
	exit
fi

# worker NICK: the number of the worker that serves it
worker()
{
	./mootctl -s "$dir/control" --json users |
	    sed -n "s/.*\"nick\":\"$1\".*\"worker\":\([0-9]*\).*/\1/p"
}

# kill_worker NICK: kills that worker, and waits for its successor
kill_worker()
{
	n=$(worker "$1")
	old=$(./mootctl -s "$dir/control" --json workers |
	    sed -n "s/.*\"worker\":$n,\"pid\":\([0-9]*\).*/\1/p")
	[ "${old:-0}" -gt 1 ] || die "no process for the worker of $1"
	printf '** kill -9 %s: the worker of %s\n' "$old" "$1"
	kill -9 "$old"
	wait_for "worker $n: took over 1 clients" "$dir/log"
}

mkfifo "$dir/alice.in" "$dir/bob.in"
for nick in alice bob; do
	./moot -1 -n "$nick" -j '#first' "$@" \
	    <"$dir/$nick.in" >"$dir/$nick.out" 2>&1 &
	clients="$clients $!"
done
exec 3>"$dir/alice.in" 4>"$dir/bob.in"
wait_for 'in #first' "$dir/alice.out"
wait_for 'in #first' "$dir/bob.out"
printf '** alice is on worker %s, bob on worker %s\n' \
    "$(worker alice)" "$(worker bob)"

echo 'hello, is anybody here?' >&3
wait_for 'is anybody here' "$dir/bob.out"
echo 'I am. On another worker, it seems.' >&4
wait_for 'another worker' "$dir/alice.out"
kill_worker bob
echo 'Did you notice anything?' >&3
wait_for 'notice anything' "$dir/bob.out"
echo 'No. What?' >&4
wait_for 'No. What' "$dir/alice.out"
kill_worker alice
echo '/msg bob Your worker was killed, and now mine.' >&3
wait_for 'and now mine' "$dir/bob.out"
echo '/msg alice A crash is moot, then.' >&4
wait_for 'crash is moot' "$dir/alice.out"

# with a memory: what is said to bob while he is not here is kept for him
if [ -x ./mootd-store ]; then
	echo '/msg NickServ REGISTER correct-horse' >&4
	wait_for 'logged in as bob' "$dir/bob.out"
	echo '** bob has an account now, and leaves'
	exec 4>&-
	wait_for 'bob quit' "$dir/alice.out"
	echo '/msg bob Still there?' >&3
	wait_for 'your message is kept' "$dir/alice.out"
	./moot -1 -n bobby "$@" <"$dir/bob.in" \
	    >>"$dir/bob.out" 2>&1 &
	clients="$clients $!"
	exec 4>"$dir/bob.in"
	wait_for 'as bobby' "$dir/bob.out"
	echo '** bob is back, and logs in'
	echo '/msg NickServ IDENTIFY bob correct-horse' >&4
	wait_for 'Still there' "$dir/bob.out"
	kept='Still there'
fi
exec 3>&- 4>&-
for p in $clients; do
	wait "$p" || die "a client ended with status $?"
done
clients=''

failed=0
for nick in alice bob; do
	printf '\n-- what %s saw\n' "$nick"
	cat "$dir/$nick.out"
	for text in 'is anybody here' 'another worker' 'notice anything' \
	    'No. What' 'and now mine' 'crash is moot' ${kept:+"$kept"}; do
		n=$(grep -c "$text" "$dir/$nick.out")
		[ "$n" -eq 1 ] || {
			printf '%s saw "%s" %s times\n' "$nick" "$text" "$n"
			failed=1
		}
	done
done
[ "$failed" -eq 0 ] &&
    printf '\n** every line arrived once; two workers were killed\n'
[ "$failed$1" = 0--pin ] && printf '** all of it by TLS, to the key %s\n' "$2"
exit "$failed"
