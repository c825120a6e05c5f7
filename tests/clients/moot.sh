#!/bin/sh
# SPDX-License-Identifier: ISC
#
# moot in conversation: with a real server, with hostile ones, and with ones
# that go away.
#
#   MOOT       the program; default ./moot
#   MOOTD      the server, for a private one; without it, and without
#   HOST_PORT  a server that is running, those tests are skipped
#   MOOT_QUICK moot built with -DSESSION_IDLE=300 -DSESSION_DEAD=300
#              -DRETRY_FIRST=50; without it, dead lines are not tested
#   FAKE       fakeserver, built; default: built here with $CC
#
# The last line is "N passed, N failed", the status 0 only if none failed.

. "$(dirname "$0")/pipes"

# ---- options ----

moot -h </dev/null
ok "-h explains" has "$dir/out" '^usage: moot'
moot -V </dev/null
ok "-V says the version" has "$dir/out" '^moot [0-9]'
moot -x </dev/null
ok "an unknown option is a usage error" exits 1
moot 1.2.3.4:5:6]x </dev/null -1
ok "no such server: 2 with -1" exits 2
moot -n 'a b' 127.0.0.1:1 </dev/null
ok "a nick with a space is refused" exits 1
moot -1 127.0.0.1:1 </dev/null
ok "nobody listens: 2 with -1" exits 2
moot -p "$dir/none" 127.0.0.1:1 </dev/null
ok "a missing password file is a usage error" exits 1

# ---- a server that is well behaved ----

fake <<EOF
$welcome
serve
EOF
printf '/join #a key\nhello\n/me waves\n//slash\nlast' | moot 127.0.0.1:$port
ok "a piped conversation: 0" exits 0
ok "joins with the key" has "$dir/log" '^1:JOIN #a key$'
ok "talks to the room" has "$dir/log" '^1:PRIVMSG #a :hello$'
ok "an action" has "$dir/log" '^1:PRIVMSG #a :.ACTION waves.$'
ok "a doubled slash" has "$dir/log" '^1:PRIVMSG #a :/slash$'
ok "a last line without its newline" has "$dir/log" '^1:PRIVMSG #a :last$'
ok "quits" has "$dir/log" '^1:QUIT'
ok "asks before it quits" has "$dir/log" '^1:PING'
ok "shows its own lines when the server does not" \
    has "$dir/out" '^me #a: hello$'
ok "shows its own actions" has "$dir/out" '^\* me waves (#a)$'

fake <<EOF
< USER
> CAP * LS * :message-tags server-time=x sasl=PLAIN
> CAP * LS :echo-message unknown/cap batch labeled-response
< CAP REQ
> CAP me ACK :message-tags server-time echo-message batch labeled-response
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
< @label=1 JOIN
> @label=1;time=2026-01-01T00:00:00.000Z :me!u@h JOIN #a
< @label=2 PRIVMSG
> @label=2 :me!u@h PRIVMSG #a :echo
serve
EOF
printf '/join #a\nhello\n' | moot 127.0.0.1:$port
ok "labels: 0" exits 0
ok "asks for what is offered and used" \
    has "$dir/log" '^1:CAP REQ :.*echo-message'
ok "asks for nothing else" hasnt "$dir/log" 'sasl\|unknown\|chghost'
ok "an echo is the line that is shown" has "$dir/out" '^me #a: echo$'
ok "and only it" hasnt "$dir/out" 'hello'

fake <<EOF
< USER
> :fake 433 * me :Nickname is already in use
< NICK me_
> :fake 433 * me_ :Nickname is already in use
< NICK me1
> :fake 001 me1 :Welcome
> :fake 422 me1 :no MOTD
serve
EOF
moot -n me 127.0.0.1:$port </dev/null
ok "a nick in use: tries others" exits 0
ok "and says so" has "$dir/out" 'trying me_$'

fake <<EOF
< USER
> :fake 464 * :Password incorrect
hang
EOF
moot 127.0.0.1:$port </dev/null
ok "a wrong password: 3, and no other attempt" exits 3

fake <<EOF
< USER
> ERROR :too many connections
EOF
moot -1 127.0.0.1:$port </dev/null
ok "refused before the welcome: 3 with -1" exits 3

printf 'secret word\n' >"$dir/password"
chmod 600 "$dir/password"
fake <<EOF
$welcome
serve
EOF
moot -p "$dir/password" 127.0.0.1:$port </dev/null
ok "the password of a file" has "$dir/log" '^1:PASS :secret word$'
fake <<EOF
$welcome
serve
EOF
MOOT_PASSWORD=other moot 127.0.0.1:$port </dev/null
ok "the password of the environment" has "$dir/log" '^1:PASS :other$'

fake <<EOF
$welcome
< PRIVMSG
> :fake 404 me #a :Cannot send to channel
serve
EOF
printf '/join #a\nhello\n' | moot 127.0.0.1:$port
ok "a refused line: 4" exits 4
ok "which is shown" has "$dir/out" '^!! #a: Cannot send'
fake <<EOF
$welcome
serve
EOF
printf '/bogus\nhello\n' | moot 127.0.0.1:$port
ok "an unknown command: 4" exits 4
ok "which is named" has "$dir/out" 'no command /bogus'
ok "text without a target" has "$dir/out" 'no room or person chosen'

fake <<EOF
$welcome
< QUIT
> ERROR :bye
EOF
timeout 25 "$MOOT" 127.0.0.1:$port </dev/null >"$dir/out" 2>&1 &
job=$!
wait_for has "$dir/log" '^1:PING'
ok "without an answer it does not quit" hasnt "$dir/log" '^1:QUIT'
kill $job
wait $job 2>/dev/null
ok "killed: by the signal" is $? 143

# ---- long lines: nothing is cut, no character in two ----

fake <<EOF
$welcome
serve
EOF
awk 'BEGIN { printf "/join #a\n"
	for (i = 0; i < 9000; i++) printf "\303\244\342\202\254"
	printf "\n"
	for (i = 0; i < 900; i++) printf "word%d ", i
	printf "\n" }' >"$dir/long"
moot 127.0.0.1:$port <"$dir/long"
long_text() {
	sed -n 's/^1:PRIVMSG #a ://p' "$dir/log" | tr -d '\n' >"$dir/got"
	sed 1d "$dir/long" | tr -d '\n' >"$dir/want"
	cmp "$dir/got" "$dir/want"
}
ok "a line of 45000 bytes arrives whole" long_text
long_lines() {
	LC_ALL=C awk 'length($0) > 460 { print length($0); bad = 1 }
	    END { exit bad }' "$dir/log"
}
ok "in lines that leave room for the source" long_lines
long_characters() {
	sed -n 's/^1:PRIVMSG #a ://p' "$dir/log" | iconv -f UTF-8 -t UTF-8
}
ok "cut between characters" long_characters

fake <<EOF
$welcome
serve
EOF
awk 'BEGIN { print "/join #a"; for (i = 0; i < 5000; i++) print "n" i }' |
    moot 127.0.0.1:$port
ok "5000 lines: 0" exits 0
all_lines() {
	is "$(sed -n 's/^1:PRIVMSG #a ://p' "$dir/log" | sort -u | wc -l)" 5000
}
ok "all of them arrive" all_lines

# ---- a server that is not ----

esc='\x1b' bel='\x07'
{
	echo "$welcome"
	echo "> :evil!u@h PRIVMSG #a :A$esc]0;title${bel}B$esc[2JC\\x9bD\\xc2\\x9bE"
	echo '> :evil!u@h PRIVMSG #a :F\xe2\x80\xaeG\xe2\x81\xa6H'
	echo '> :evil!u@h PRIVMSG #a :I\x0304,12J\x02K\x1fL\x0fM\x04ff0000N'
	echo '> :evil!u@h PRIVMSG #a :O\x00P\x0dQ\xff\xfe\xc0\x80R\x7fS\x08T'
	echo "> :ev${esc}[31mil!u@h PRIVMSG #a :U"
	echo "> :evil!u@h JOIN #${esc}c"
	echo "> :evil!u@h PRIVMSG me :\\x01ACTION $esc[5m\\x01"
	echo "> :evil!u@h PRIVMSG me :\\x01"
	echo "> :evil!u@h PRIVMSG me :\\x01\\x01"
	echo "> :evil!u@h NOTICE me :\\x01VERSION $esc[5m\\x01"
	echo "> @time=$esc[5m;label=$esc :evil!u@h TAGMSG me"
	echo "> @time=9999-99-99T99:99:99Z :evil!u@h PRIVMSG me :V"
	echo '>> 30 :evil!u@h PRIVMSG me :\x01VERSION\x01\x0a'
	echo '>> 30 :evil!u@h PRIVMSG me :\x01PING \x1b\x01\x0a'
	printf '>> 4000 @a=bc;\n> :e!u@h PRIVMSG me :far\n'
	echo '>> 60000 x'
	echo '>'' '
	echo '>> 8000 a;'
	printf '> \n>> 1 @\n>> 4000 x;\n> x :e!u@h PRIVMSG me :W\n'
	for word in PRIVMSG NOTICE JOIN PART QUIT KICK NICK MODE TOPIC \
	    INVITE AWAY ACCOUNT SETNAME CHGHOST WALLOPS PING PONG CAP FAIL \
	    WARN NOTE ACK BATCH TAGMSG 001 005 221 301 311 312 317 319 324 \
	    332 333 341 352 353 366 372 376 396 401 403 404 421 432 433 437 \
	    461 471 473 475 482 501 599 999 "CAP *" "CAP * LS" "CAP * ACK"; do
		printf '> %s\n> :x %s\n> :x!y@z %s a\n' "$word" "$word" "$word"
		printf '> :x!y@z %s a b\n> :x %s a :\n' "$word" "$word"
		printf '> :x!y@z %s  a b c d e f g h i j k l m n o p\n' "$word"
		printf '> :x!y@z %s #r :%%s%%n\\x1b[31m\\xe2\\x80\\xae\n' "$word"
	done
	printf '> :\n> @\n> @ \n> @a\n> :a\n> : :\n> \\x00\n'
	echo '> :evil!u@h PRIVMSG me :still here'
	echo serve
} >"$dir/hostile"
fake <"$dir/hostile"
printf '/join #a\nhello\n' | moot -n me 127.0.0.1:$port
ok "hostile lines: it lives" has "$dir/out" '^evil: still here$'
ok "and ends well" exits "[04]"
no_controls() {
	[ "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <"$dir/out" | wc -c)" = 0 ]
}
ok "no control reaches the output" no_controls
ok "it is UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null "$dir/out"
no_c1() {
	! LC_ALL=C grep -q "$(printf '\302')[$(printf '\200')-$(printf '\237')]" \
	    "$dir/out"
}
ok "nor a C1 control" no_c1
no_bidi() {
	! LC_ALL=C grep -qe "$(printf '\342\200\256')" \
	    -e "$(printf '\342\201\246')" "$dir/out"
}
ok "nor an override of the direction" no_bidi
ok "formatting goes" has "$dir/out" '^evil #a: IJKLMN$'
ok "a far too long line is skipped, the next one read" \
    has "$dir/out" '^e: W$'
ctcp_answers() {
	is "$(grep -c '^1:NOTICE evil' "$dir/log")" 3
}
ok "60 CTCP requests get 3 answers" ctcp_answers

# ---- a server that goes away ----

quick=${MOOT_QUICK:-$MOOT}
fake <<EOF
$welcome
< JOIN #b key
> :me!u@h JOIN #b
> :me!u@h JOIN #c
< PRIVMSG #b :one
--
$welcome
< PRIVMSG #b :two
serve
EOF
mkfifo "$dir/fifo"
timeout 25 "$quick" -n me 127.0.0.1:$port <"$dir/fifo" >"$dir/out" 2>&1 &
job=$!
exec 3>"$dir/fifo"
printf '/join #b key\none\n' >&3
wait_for has "$dir/out" 'trying again'
ok "a lost connection is said" has "$dir/out" 'lost 127.0.0.1.*trying again'
ok "a line of unknown fate is shown" \
    has "$dir/out" '#b: may not have arrived: one'
printf 'two\n' >&3
exec 3>&-
wait $job 2>/dev/null
ok "what was typed meanwhile is sent; 5 for the unsure one" is $? 5
ok "the rooms are joined again, with keys" has "$dir/log" '^2:JOIN #b key$'
ok "also those one was put into" has "$dir/log" '^2:JOIN #c$'
ok "a line is not sent twice" hasnt "$dir/log" '^2:PRIVMSG #b :one'

fake <<EOF
$welcome
< JOIN
EOF
printf '/join #b\n' | moot -1 127.0.0.1:$port
ok "with -1 a lost connection ends it: 2" exits 2

if [ -n "$MOOT_QUICK" ]; then
	fake <<EOF
$welcome
hang
--
$welcome
serve
EOF
	timeout 25 "$MOOT_QUICK" -n me 127.0.0.1:$port >"$dir/out" 2>&1 <<EOF
hello
EOF
	ok "a dead line is noticed" has "$dir/out" 'has stopped answering'
	ok "and replaced" has "$dir/log" '^2:QUIT'
else
	skip "a dead line is noticed (MOOT_QUICK is not set)"
fi

# ---- signals and closed pipes ----

fake <<EOF
$welcome
serve
EOF
timeout 25 "$MOOT" 127.0.0.1:$port <"$dir/fifo" >"$dir/out" 2>&1 &
job=$!
exec 3>"$dir/fifo"
wait_for has "$dir/out" 'connected'
pid=$(ps -o pid= --ppid $job 2>/dev/null | tr -d ' ')
kill -TERM "${pid:-$job}"
wait $job 2>/dev/null
ok "SIGTERM: says goodbye" wait_for has "$dir/log" '^1:QUIT :Terminated'
exec 3>&-

fake <<EOF
$welcome
>> 20000 :x!y@z PRIVMSG me :much\\x0a
serve
EOF
(timeout 25 "$MOOT" 127.0.0.1:$port <"$dir/fifo" 2>"$dir/err"
    echo $? >"$dir/status") | head -n 1 >"$dir/out" &
exec 3>"$dir/fifo"
wait_for test -s "$dir/status"
ok "nobody reads the output: 6" is "$(cat "$dir/status")" 6
exec 3>&-

# ---- a terminal ----

if command -v tmux >/dev/null; then
	tmux="tmux -L moot-test-$$ -f /dev/null"
	screen() {
		$tmux capture-pane -p -t t >"$dir/screen" 2>/dev/null
		grep -qe "$1" "$dir/screen"
	}
	keys() {
		$tmux send-keys -t t "$@"
	}
	fake <<EOF
$welcome
< PRIVMSG me :go
> :x!y@z PRIVMSG me :first message
< PRIVMSG me :again
> :x!y@z PRIVMSG me :second message
serve
EOF
	$tmux new-session -d -s t -x 60 -y 20 \
	    "stty -a >$dir/before; $MOOT -l -n me 127.0.0.1:$port; echo \$? \
	    >$dir/status2; stty -a >$dir/after; cat"
	ok "a terminal: connects, with a prompt" wait_for screen '^\[me\]$'
	keys '/msg me go' Enter
	ok "shows a message" wait_for screen 'x: first message'
	keys 'hello wrold' C-w 'wörld' C-a 'X' BSpace Home '> ' End '!' Left \
	    Left BSpace 'l' Right Right
	ok "edits" wait_for screen '^\[me\] > hello wörld!$'
	keys C-u
	keys '/msg me again'
	keys Left Left Enter
	wait_for screen 'second message'
	keys 'half a line'
	ok "history" wait_for screen 'half a line'
	keys C-u Up
	ok "the up key brings a line back" \
	    wait_for screen '^\[me\] /msg me again$'
	keys Down
	keys 'abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz'
	ok "a long line scrolls" wait_for screen '^\[me\] .*uvwxyz$'
	keys C-c
	ok "^C clears the line" wait_for screen '^\[me\]$'
	keys C-d
	ok "^D on an empty line quits: 0" wait_for has "$dir/status2" '^0'
	ok "the terminal is as before" \
	    wait_for cmp "$dir/before" "$dir/after"

	$tmux kill-session -t t
	fake <<EOF
hang
EOF
	awk 'BEGIN { print "/query me"
	    for (i = 0; i < 2100; i++) print "n" i }' >"$dir/many"
	$tmux new-session -d -s t -x 60 -y 20 \
	    "$MOOT -l -n me 127.0.0.1:$port; echo \$? >$dir/status3; cat"
	wait_for screen '^(me)$'
	$tmux load-buffer "$dir/many"
	$tmux paste-buffer -t t
	ok "too many lines typed too early: said" \
	    wait_for screen 'too many lines are waiting'
	keys C-d
	ok "and unsent ones make it 5" wait_for has "$dir/status3" '^5'
else
	skip "a terminal (there is no tmux)"
fi

# ---- a real server ----

if [ -z "${HOST_PORT:-}" ] && [ -n "${MOOTD:-}" ]; then
	mkdir "$dir/server"
	"$MOOTD" -f -p "$dir/server" 2>"$dir/server/log" &
	pids="$pids $!"
	wait_for has "$dir/server/log" 'listening on'
	HOST_PORT=$(sed -n 's/.*listening on //p' "$dir/server/log")
fi
if [ -n "${HOST_PORT:-}" ]; then
	room=#t$$
	timeout 25 "$MOOT" -n rb$$ -j $room "$HOST_PORT" \
	    <"$dir/fifo" >"$dir/bob" 2>&1 &
	job=$!
	exec 3>"$dir/fifo"
	ok "a real server: joins" wait_for has "$dir/bob" "^rb$$ joined $room"
	printf '/join %s\nhello\n/me waves\n/msg rb%s psst\n' $room $$ |
	    moot -n ra$$ "$HOST_PORT"
	ok "talks: 0" exits 0
	ok "is heard" wait_for has "$dir/bob" "^ra$$ $room: hello$"
	ok "acts" wait_for has "$dir/bob" "^\* ra$$ waves ($room)$"
	ok "talks to one alone" wait_for has "$dir/bob" "^ra$$: psst$"
	ok "leaves" wait_for has "$dir/bob" "^ra$$ quit"
	awk 'BEGIN { for (i = 0; i < 100; i++) print "line " i }' |
	    moot -n ra$$ -j $room "$HOST_PORT"
	ok "100 lines: 0" exits 0
	wait_for has "$dir/bob" "line 99$"
	hundred() {
		grep "^ra$$ $room: line " "$dir/bob" | sed 's/.*line //' \
		    >"$dir/got"
		awk 'BEGIN { for (i = 0; i < 100; i++) print i }' |
		    cmp - "$dir/got"
	}
	ok "all of them, in order" hundred
	awk 'BEGIN { for (i = 0; i < 300; i++) printf "\342\202\254"
	    printf "\n" }' | moot -n ra$$ -j $room "$HOST_PORT"
	whole() {
		is "$(grep "^ra$$ $room: " "$dir/bob" | grep -v line |
		    sed "s/^ra$$ $room: //" | grep "$(printf '\342\202\254')" |
		    tr -d '\n' | wc -c)" 900
	}
	ok "a long line is heard whole" wait_for whole
	printf '/msg nobody%s hi\n' $$ | moot -n ra$$ "$HOST_PORT"
	ok "nobody of that name: 4" exits 4
	printf '/topic the topic\n/names\n/who\n/whois rb%s\n' $$ >&3
	ok "topic" wait_for has "$dir/bob" "set the topic of $room: the topic"
	ok "names" wait_for has "$dir/bob" "^-- in $room: .*rb$$"
	ok "whois" wait_for has "$dir/bob" "^-- rb$$ is .*@"
	exec 3>&-
	wait $job
	ok "quits at the end of its input: 0" is $? 0
else
	skip "a real server (HOST_PORT is not set)"
fi

echo "$skipped skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
