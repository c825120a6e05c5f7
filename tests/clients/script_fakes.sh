#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The subcommands of moot with servers that refuse, lie, fall silent and go
# away, and with pipes that nobody reads.  MOOT, MOOT_QUICK, FAKE as in
# moot.sh.
#
# The last line is "N passed, N failed, N skipped".

. "$(dirname "$0")/pipes"
tmux=''
caps='message-tags server-time batch echo-message draft/chathistory'
caps="$caps soju.im/search"

# offer: a server that has all this
offer() {
	cat <<EOS
< USER
> CAP * LS :$caps
< CAP REQ
> CAP me ACK :$caps
< CAP END
> :fake 001 me :Welcome
> :fake 005 me CHANTYPES=# CHATHISTORY=3 MSGREFTYPES=msgid :are supported
> :fake 005 me NETWORK=Net WHOX MONITOR=9 BOT=B :are supported
> :fake 422 me :no MOTD
EOS
}
offered=$(offer)

# past BATCH MSGID...: a batch of messages, each with its msgid as its text
past() {
	batch=$1
	shift
	echo "> BATCH +$batch chathistory #a"
	for id; do
		echo "> @batch=$batch;msgid=$id;time=2020-01-01T00:00:0$id.000Z" \
		    ":bob!u@h PRIVMSG #a :$id"
	done
	echo "> BATCH -$batch"
}

# sub ARGUMENT...: a subcommand on the fake server; status in $dir/rc
sub() {
	name=$1
	shift
	moot "$name" -s 127.0.0.1:$port "$@"
}

texts() {
	is "$(cut -f 5 "$dir/out" | tr '\n' ' ')" "$1 "
}

# ---- refused ----

fake <<EOS
< USER
> :fake 464 * :Password incorrect
hang
EOS
sub whoami
ok "a wrong password: 3" exits 3
fake <<EOS
< USER
> ERROR :too many connections
EOS
sub rooms
ok "not let in: 3" exits 3
fake <<EOS
< USER
EOS
sub rooms
ok "hung up: 2" exits 2
fake <<EOS
hang
EOS
sub rooms -t 300ms
ok "silence: 9" exits 9
fake <<EOS
$welcome
< PRIVMSG
> :fake 404 me #a :Cannot send to channel
< JOIN #a
> :fake 473 me #a :Cannot join channel (+i)
serve
EOS
sub send '#a' x
ok "neither from outside nor from inside: 4" exits 4
ok "said once" is "$(grep -c '^1:PRIVMSG' "$dir/log")" 1
fake <<EOS
$welcome
< PRIVMSG
> :fake 404 me #a :Cannot send to channel
< JOIN #a
> :me!u@h JOIN #a
> :fake 353 me = #a :me bob
> :fake 366 me #a :end
serve
EOS
printf '1\n' | sub send '#a'
ok "from inside, without echoes: 0" exits 0
ok "said again" is "$(grep -c '^1:PRIVMSG #a :1$' "$dir/log")" 2
ok "and left" has "$dir/log" '^1:PART #a'
fake <<EOS
$welcome
serve
EOS
sub send bob x
ok "a server that says nothing of it but answers a PING: 0" exits 0
fake <<EOS
$welcome
< PRIVMSG
hang
EOS
sub send -t 300ms bob x
ok "nor answers that: 5" exits 5
ok "and says so" has "$dir/err" 'over'

# ---- lost ----

fake <<EOS
$welcome
< PRIVMSG
EOS
sub send -t 3 bob x
ok "lost, and nobody can tell: 5" exits 5
normal=$MOOT
MOOT=${MOOT_QUICK:-$MOOT}
{
	offer
	echo '< CHATHISTORY LATEST'
	echo '> :fake FAIL CHATHISTORY INVALID_TARGET LATEST #a :not there'
	echo '< JOIN #a'
	echo '> :me!u@h JOIN #a'
	echo '< CHATHISTORY LATEST'
	echo '> @msgid=4 :bob!u@h PRIVMSG #a :4'
	past 1 2 3 4
	echo '> @msgid=5 :bob!u@h PRIVMSG #a :5'
	echo '> PING :x'
	echo '< PONG'
	echo --
	offer
	echo '< JOIN #a'
	echo '> :me!u@h JOIN #a'
	echo '< CHATHISTORY'
	past 2 6 7
	echo '> @msgid=8 :bob!u@h PRIVMSG #a :8'
	echo '> :op!u@h KICK #a me :enough'
	echo serve
} >"$dir/follow"
fake <"$dir/follow"
sub tail --nick me -f -n 3 '#a'
ok "put out of the room: 4" exits 4
ok "what was missed, once, in order" texts '2 3 4 5 6 7 8'
MOOT=$normal
{
	offer
	echo '< CHATHISTORY LATEST #a *'
	past 1 7 8 9
	echo '< CHATHISTORY BEFORE #a msgid=7'
	past 2 4 5 6
	echo '< CHATHISTORY BEFORE #a msgid=4'
	past 3 3
	echo serve
} >"$dir/pages"
fake <"$dir/pages"
sub tail --nick me -n 20 '#a'
ok "pages: 0" exits 0
ok "of history, backwards" texts '3 4 5 6 7 8 9'
{
	offer
	echo '< CHATHISTORY AFTER #a msgid=1'
	past 1 2 3 4
	echo '< CHATHISTORY AFTER #a msgid=4'
	past 2 5 6
	echo serve
} >"$dir/pages"
fake <"$dir/pages"
sub history --nick me -n 4 --after msgid=1 '#a'
ok "and forwards, no more than wanted" texts '2 3 4 5'

# somebody who was not there
{
	echo "$welcome"
	echo '> :fake 005 me MONITOR=9 :are supported'
	echo '< PRIVMSG'
	echo '> :fake 401 me bob :No such nick'
	echo '< MONITOR + bob'
	echo '> :fake 731 me :bob'
	echo '> :fake 730 me :eve!u@h,bob!u@h'
	echo '< PRIVMSG'
	echo '< PING'
	echo '> :fake PONG fake :moot-2'
	echo '< MONITOR + bob'
	echo '> :fake 730 me :bob!u@h'
	echo serve
} >"$dir/late"
fake <"$dir/late"
sub send --wait -t 9 bob x
ok "--wait: said again when the person comes: 0" exits 0
ok "twice in all" is "$(grep -c '^1:PRIVMSG bob :x$' "$dir/log")" 2

# ---- hostile ----

esc='\x1b[31m\x9b5m\xe2\x80\xae\xff'
{
	offer
	for word in 001 005 303 315 322 323 352 354 366 401 403 404 442 730 731 \
	    JOIN PART KICK NICK QUIT RENAME TOPIC MODE BATCH FAIL NOTE; do
		printf '> :x %s\n> :x!y@z %s a\n> :x!y@z %s a b\n' \
		    "$word" "$word" "$word"
		printf '> :x!y@z %s me 64 #a b c d H* e :f\n' "$word"
		printf '> :x!y@z %s me #a b c d %s H*B :0 %s\n' "$word" \
		    "$esc" "$esc"
		printf '> :x!y@z %s me #a 2 :%s\\x09\\x08\n' "$word" "$esc"
		printf '> :x!y@z %s me #a :%%s%%n%s\n' "$word" "$esc"
		printf '> :x!y@z %s  a b c d e f g h i j k l m n o p\n' "$word"
	done
	printf '> @msgid=%s;time=9999999-1-1T1:1:1Z :%s!u@h PRIVMSG #a :%s"\\\\ end\n' \
	    "$esc" "$esc" "$esc"
	printf '> BATCH +1 chathistory #a\n> BATCH +2 chathistory #a\n'
	printf '> @batch=2 :x!y@z PRIVMSG #a :%s\n> BATCH -1\n' "$esc"
	printf '> BATCH -2\n>> 60000 x\n> \n'
	printf '> :x 323 me :end\n> :x 315 me #a :end\n> :x FAIL * X :%s\n' \
	    "$esc"
	echo serve
} >"$dir/hostile"
no_controls() {
	[ "$(cat "$dir/out" "$dir/err" |
	    LC_ALL=C tr -d '\t\n\040-\176\200-\377' | wc -c)" = 0 ] &&
	    cat "$dir/out" "$dir/err" | iconv -f UTF-8 -t UTF-8 >/dev/null &&
	    ! LC_ALL=C grep -qe "$(printf '\342\200\256')" \
	    -e "$(printf '\302\233')" "$dir/out" "$dir/err"
}
valid_json() {
	sed -e "s/'/''/g" -e "s/.*/select json_valid('&');/" "$dir/out" |
	    sqlite3 :memory: >"$dir/valid" && ! grep -qv '^1$' "$dir/valid"
}
sane_status() {
	grep -qxE '[0-9]|10' "$dir/rc" || {
		echo "status $(cat "$dir/rc")"
		tail -n 20 "$dir/err"
		return 1
	}
}
for c in 'send #a x' 'send --wait bob x' 'tail #a' 'tail -f -A #a' \
    'history -A #a' 'search x' 'wait #a nothing' 'who #a' 'rooms' 'whoami'; do
	for json in '' --json; do
		fake <"$dir/hostile"
		# the words are to be split
		set -- $c
		first=$1
		shift
		sub "$first" --nick me -t 700ms $json "$@"
		ok "hostile lines: $c $json: ends well" sane_status
		ok "and prints no controls" no_controls
		[ -n "$json" ] || continue
		if command -v sqlite3 >/dev/null; then
			ok "but JSON" valid_json
		else
			skip "but JSON (there is no sqlite3)"
		fi
	done
done

# ---- pipes ----

{
	echo "$welcome"
	echo '< JOIN'
	echo '> :me!u@h JOIN #a'
	echo '>> 20000 :bob!u@h PRIVMSG #a :much\x0a'
	echo serve
} >"$dir/much"
fake <"$dir/much"
{
	rm -f "$dir/status"
	timeout 25 "$MOOT" tail -s 127.0.0.1:$port --nick me -f '#a' \
	    2>"$dir/err"
	echo $? >"$dir/status"
} </dev/null | head -n 1 >"$dir/out"
ok "nobody reads what is printed: 6" is "$(cat "$dir/status")" 6
fake <<EOS
$welcome
serve
EOS
sub send bob x <&-
ok "no standard input: 0" exits 0
fake <<EOS
$welcome
< JOIN
> :me!u@h JOIN #a
serve
EOS
timeout 25 "$MOOT" tail -s 127.0.0.1:$port --nick me -f '#a' \
    </dev/null >"$dir/out" 2>"$dir/err" &
job=$!
wait_for has "$dir/log" '^1:JOIN'
pid=$(ps -o pid= --ppid $job | tr -d ' ')
kill -TERM "${pid:-$job}"
wait $job
ok "SIGTERM: dies of it" is $? 143
ok "but leaves the room" has "$dir/log" '^1:PART #a'
ok "and the server" has "$dir/log" '^1:QUIT'

total
