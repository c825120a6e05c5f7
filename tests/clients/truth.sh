#!/bin/sh
# SPDX-License-Identifier: ISC
#
# moot never lies: what becomes of what is said when the line is lost at the
# worst moment; logging in; capabilities; and how a server is found.
#
#   MOOT_QUICK moot built with short times, as moot.sh has it
#
# The last line is "N passed, N failed, N skipped".

. "$(dirname "$0")/pipes"
quick=${MOOT_QUICK:-$MOOT}

# begin ARGUMENT...: starts moot as `me', typed to by descriptor 3
begin() {
	rm -f "$dir/keys"
	mkfifo "$dir/keys"
	: >"$dir/out"
	timeout 12 "$quick" -n me "$@" <"$dir/keys" >"$dir/out" 2>"$dir/err" &
	job=$!
	exec 3>"$dir/keys"
}

types() {
	printf '%s\n' "$@" >&3
}

# ends: no more is typed; its status in $rc
ends() {
	exec 3>&-
	wait "$job"
	rc=$?
}

# count FILE PATTERN N: so many lines have it
count() {
	is "$(grep -ce "$2" "$1")" "$3"
}

# ---- lost lines, with labels and history ----

offered='message-tags server-time echo-message labeled-response batch'
offered="$offered draft/chathistory"
known="< USER
> CAP * LS :$offered
< CAP REQ
> CAP me ACK :$offered
< CAP END
> :fake 001 me :Welcome
> :fake 005 me CHANTYPES=# CHATHISTORY=2 MSGREFTYPES=msgid :are supported
> :fake 422 me :no MOTD"
said='@time=2026-01-01T00:00:00.000Z;batch=1;msgid'

# a server that takes the first line, and breaks at the second
first="$known
< @label=1 JOIN
> @label=1 :me!u@h JOIN #b
< @label=2 PRIVMSG #b :zero
> @label=2;msgid=m0 :me!u@h PRIVMSG #b :zero
< @label=3 PRIVMSG #b :one"

# back in the room, asked for what was said since
again="$known
< JOIN #b
> :me!u@h JOIN #b
< @label=h1 CHATHISTORY AFTER #b msgid=m0 2"

talk() {
	begin "127.0.0.1:$port"
	types '/join #b' zero
	wait_for has "$dir/out" '#b: zero$'
	types one
	wait_for has "$dir/out" 'trying again'
	types two
	wait_for has "$dir/log" ':two$'
	ends
}

fake <<EOF
$first
--
$again
> @label=h1 :fake BATCH +1 chathistory #b
> $said=m1 :me!u@h PRIVMSG #b :one
> $said=m2 :x!y@z PRIVMSG #b :missed
> :fake BATCH -1
< @label=h2 CHATHISTORY AFTER #b msgid=m2 2
> @label=h2 :fake BATCH +1 chathistory #b
> $said=m3 :x!y@z PRIVMSG #b :missed too
> :fake BATCH -1
< @label=4 PRIVMSG #b :two
> @label=4;msgid=m4 :me!u@h PRIVMSG #b :two
serve
EOF
talk
ok "a line that had arrived: 0" is $rc 0
ok "is not sent again" hasnt "$dir/log" '^2:.*PRIVMSG #b :one'
ok "is shown once" count "$dir/out" '#b: one$' 1
ok "what was missed is shown once" count "$dir/out" '#b: missed$' 1
ok "and its second page" count "$dir/out" '#b: missed too$' 1
in_order() {
	is "$(sed -n 's/.* #b: //p' "$dir/out" | tr '\n' ' ')" "$1"
}
ok "all in their order" in_order 'zero one missed missed too two '

fake <<EOF
$first
--
$again
> @label=h1 :fake BATCH +1 chathistory #b
> $said=m2 :x!y@z PRIVMSG #b :one
> :fake BATCH -1
< @label=h2 CHATHISTORY AFTER #b msgid=m2 2
> @label=h2 :fake BATCH +1 chathistory #b
> :fake BATCH -1
< @label=3 PRIVMSG #b :one
> @label=3;msgid=m3 :me!u@h PRIVMSG #b :one
< @label=4 PRIVMSG #b :two
> @label=4;msgid=m4 :me!u@h PRIVMSG #b :two
serve
EOF
talk
ok "a line that had not arrived: 0" is $rc 0
ok "is sent again, once" count "$dir/log" '^2:.*PRIVMSG #b :one' 1
ok "before what is newer" in_order 'zero one one two '

fake <<EOF
$first
--
$again
> @label=h1 :fake FAIL CHATHISTORY MESSAGE_ERROR AFTER #b :not now
< @label=4 PRIVMSG #b :two
> @label=4;msgid=m4 :me!u@h PRIVMSG #b :two
serve
EOF
talk
ok "nobody knows whether it had arrived: 5" is $rc 5
ok "it is not sent again" hasnt "$dir/log" '^2:.*PRIVMSG #b :one'
ok "and that is said" has "$dir/out" '#b: may not have arrived: one$'

fake <<EOF
$first
--
$known
< JOIN #b
> :fake 474 me #b :you are banned
< @label=4 PRIVMSG #b :two
> @label=4 :fake 404 me #b :you are not in it
serve
EOF
talk
ok "the room does not let us in again: 5" is $rc 5
ok "it may not have arrived there" \
    has "$dir/out" '#b: may not have arrived: one$'
ok "what is refused is said with its reason" \
    has "$dir/out" '#b: you are not in it: two$'

# lost again while history is asked for, and when it was sent again
fake <<EOF
$first
--
$again
--
$known
< JOIN #b
> :me!u@h JOIN #b
< @label=h2 CHATHISTORY AFTER #b msgid=m0 2
> @label=h2 :fake BATCH +1 chathistory #b
> :fake BATCH -1
< @label=3 PRIVMSG #b :one
--
$known
< JOIN #b
> :me!u@h JOIN #b
< @label=h3 CHATHISTORY AFTER #b msgid=m0 2
> @label=h3 :fake BATCH +1 chathistory #b
> $said=m1 :me!u@h PRIVMSG #b :one
> :fake BATCH -1
< @label=h4 CHATHISTORY AFTER #b msgid=m1 2
> @label=h4 :fake BATCH +1 chathistory #b
> :fake BATCH -1
< @label=4 PRIVMSG #b :two
> @label=4;msgid=m4 :me!u@h PRIVMSG #b :two
serve
EOF
talk
ok "lost again and again: 0" is $rc 0
ok "it was sent twice, and arrived once" \
    count "$dir/log" 'PRIVMSG #b :one' 2
ok "and all is shown once" in_order 'zero one two '

# what comes while history is asked for, and twice
fake <<EOF
$first
--
$known
< JOIN #b
> :me!u@h JOIN #b
> @msgid=m0 :me!u@h PRIVMSG #b :zero
> @msgid=m3 :x!y@z PRIVMSG #b :live
< @label=h1 CHATHISTORY AFTER #b msgid=m0 2
> @label=h1 :fake BATCH +1 chathistory #b
> $said=m1 :me!u@h PRIVMSG #b :one
> $said=m3 :x!y@z PRIVMSG #b :live
> :fake BATCH -1
< @label=h2 CHATHISTORY AFTER #b msgid=m3 2
> @label=h2 :fake BATCH +1 chathistory #b
> :fake BATCH -1
< @label=4 PRIVMSG #b :two
> @label=4;msgid=m4 :me!u@h PRIVMSG #b :two
serve
EOF
talk
ok "what comes twice is shown once" count "$dir/out" '#b: live$' 1
ok "and what was shown before not again" count "$dir/out" '#b: zero$' 1

# ---- capabilities ----

fake <<EOF
< USER
> CAP * LS * :message-tags server-time echo-message
> CAP * LS :batch labeled-response sasl=EXTERNAL setname
< CAP REQ
> CAP me NAK :message-tags server-time echo-mes
< CAP REQ :message-tags
< CAP REQ :server-time
> CAP me ACK :message-tags
< CAP REQ :echo-message
> CAP me ACK :server-time
> CAP me NAK :echo-message
< CAP REQ :labeled-response
< CAP REQ :batch
> CAP me ACK :labeled-response
> CAP me ACK :batch
< CAP REQ :setname
> CAP me ACK :setname
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
< @label=1 PRIVMSG
> @label=1 ACK
serve
EOF
printf '/msg x hi\n' | moot -n me "127.0.0.1:$port"
ok "one of them refused: the others are had" exits 0
ok "and no login without an account" hasnt "$dir/log" 'AUTHENTICATE'
ok "what is acknowledged is shown as said" has "$dir/out" '^me -> x: hi$'

# ---- logging in ----

mkdir -p "$XDG_CONFIG_HOME/moot"
conf() {
	printf '%s\n' "$@" >"$XDG_CONFIG_HOME/moot/moot.conf"
}
conf 'account alice'

fake <<EOF
< USER
> CAP * LS :sasl=PLAIN,EXTERNAL
< CAP REQ :sasl
> CAP me ACK :sasl
< AUTHENTICATE PLAIN
> AUTHENTICATE +
< AUTHENTICATE AGFsaWNlAHNlY3JldA==
> :fake 900 me me!u@h alice :You are now logged in as alice
> :fake 903 me :SASL successful
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
serve
EOF
MOOT_PASSWORD=secret moot -n me "127.0.0.1:$port" </dev/null
ok "SASL PLAIN: 0" exits 0
ok "the account is said" has "$dir/out" '^-- logged in as alice$'
ok "its password is not the server's" hasnt "$dir/log" '^1:PASS'

refused='< USER
> CAP * LS :sasl
< CAP REQ :sasl
> CAP me ACK :sasl
< AUTHENTICATE PLAIN
> AUTHENTICATE +
< AUTHENTICATE AG
> :fake 904 me :SASL authentication failed'
fake <<EOF
$refused
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
serve
EOF
MOOT_PASSWORD=wrong moot -n me "127.0.0.1:$port" </dev/null
ok "a login that fails: goes on as a guest" exits 0
ok "and says so" has "$dir/out" '^!! cannot log in as alice: .*failed'

conf 'account alice' 'login-needed on'
fake <<EOF
$refused
hang
EOF
MOOT_PASSWORD=wrong moot -n me "127.0.0.1:$port" </dev/null
ok "unless the login is needed: 3" exits 3
fake <<EOF
$welcome
hang
EOF
MOOT_PASSWORD=wrong moot -n me "127.0.0.1:$port" </dev/null
ok "a server without accounts: 3" exits 3
conf 'account alice'
fake <<EOF
< USER
> CAP * LS :sasl=GSSAPI
< CAP REQ :sasl
> CAP me ACK :sasl
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
serve
EOF
MOOT_PASSWORD=secret moot -n me "127.0.0.1:$port" </dev/null
ok "no way to log in: said" \
    has "$dir/out" 'no way that both know; the server has GSSAPI'

# four hundred bytes of base64, so that another, empty line has to follow
fake <<EOF
< USER
> CAP * LS :sasl
< CAP REQ :sasl
> CAP me ACK :sasl
< AUTHENTICATE PLAIN
> AUTHENTICATE +
< AUTHENTICATE AG
< AUTHENTICATE +
> :fake 903 me :SASL successful
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
serve
EOF
long=$(awk 'BEGIN { for (i = 0; i < 293; i++) printf "p" }')
MOOT_PASSWORD=$long moot -n me "127.0.0.1:$port" </dev/null
ok "a password of 293 bytes: 0" exits 0
rm -f "$XDG_CONFIG_HOME/moot/moot.conf"

# ---- a Unix socket, and names ----

if command -v socat >/dev/null; then
	fake <<EOF
$welcome
serve
EOF
	socat "UNIX-LISTEN:$dir/socket" "TCP:127.0.0.1:$port" &
	pids="$pids $!"
	wait_for test -S "$dir/socket"
	moot -1 -n me "unix:$dir/socket" </dev/null
	ok "a Unix socket: 0" exits 0
else
	skip "a Unix socket (there is no socat)"
fi
moot -1 -n me "$dir/none" </dev/null
ok "no such socket: 2" exits 2
ok "it is named" has "$dir/err" "cannot reach $dir/none: No such file"
moot -1 -n me unix:relative </dev/null
ok "a path that is none: 1" exits 1
fake <<EOF
$welcome
serve
EOF
moot -1 -n me "localhost:$port" </dev/null
ok "a name is looked up: 0" exits 0
moot -1 -n me "no.such.name.invalid" </dev/null
ok "one that nobody has: 2" exits 2

# ---- moot itself is killed ----

if command -v tmux >/dev/null; then
	tmux="tmux -u -L moot-truth-$$ -f /dev/null"
	screen() {
		$tmux capture-pane -p -t t >"$dir/screen" 2>/dev/null
		grep -qe "$1" "$dir/screen"
	}
	keys() {
		$tmux send-keys -t t "$@"
	}
	kept() {
		grep -rqe "$1" "$XDG_STATE_HOME"
	}
	gone() {
		! $tmux has-session -t t 2>/dev/null
	}
	at_terminal() {
		conf 'network home' "	server 127.0.0.1:$1" '	nick me' \
		    '	away-after 1m'
		$tmux new-session -d -s t -x 80 -y 20 "exec $quick -l home"
		pid=$($tmux list-panes -t t -F '#{pane_pid}')
	}
	for n in 1 2 3 4 5; do
		at_terminal 1 # where nobody listens
		wait_for screen '^(me)'
		keys '/query bob' Enter
		wait_for screen '^(bob)'
		keys C-u
		keys -l "line $n"
		keys Enter
		ok "$n: what was said is kept" wait_for kept "line.s$n\$"
		keys -l "half of $n"
		ok "$n: so is what is written" wait_for kept "half.sof.s$n\$"
		kill -9 "$pid"
		wait_for gone
	done
	fake <<EOF
$welcome
serve
EOF
	at_terminal "$port"
	ok "then all of it arrives" wait_for has "$dir/log" ':line 5$'
	all_said() {
		is "$(sed -n 's/^1:PRIVMSG bob ://p' "$dir/log" |
		    tr '\n' ' ')" 'line 1 line 2 line 3 line 4 line 5 '
	}
	ok "once, in its order" all_said
	keys '/query bob' Enter
	ok "and what was being written is there" \
	    wait_for screen '^\[bob\] half of 5$'
	keys C-u
	keys '/quit' Enter
	wait_for gone
	ok "nothing is left of it" eval "! kept 'say=\|edit='"
else
	skip "moot itself is killed (there is no tmux)"
fi

total
