#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What a server tells in batches and by tags, and several servers at once.
# MOOT, MOOTD, FAKE as in moot.sh.
#
# The last line is "N passed, N failed, N skipped".

. "$(dirname "$0")/pipes"
MOOTD=${MOOTD:-./mootd}

caps='message-tags server-time batch echo-message draft/chathistory'
caps="$caps draft/event-playback draft/message-redaction draft/multiline"
caps="$caps draft/read-marker extended-join soju.im/search"

# offer [CAPABILITY]: a server that has all this, and that; in a room
offer() {
	cat <<EOS
< USER
> CAP * LS :$caps $1
< CAP REQ
> CAP me ACK :$caps $1
< CAP END
> :fake 001 me :Welcome
> :fake 005 me CHANTYPES=# CHATHISTORY=50 MSGREFTYPES=msgid :are supported
> :fake 005 me NETWORK=${2:-Net} :are supported
> :fake 422 me :no MOTD
> :me!u@h JOIN #a
> :fake 353 me = #a :@me bob alice carol dave erin
> :fake 366 me #a :end
EOS
}
offered=$(offer)

# typed COMMAND...: runs moot as `me', with what the command writes as input,
# once it is in the room
typed() {
	rm -f "$dir/typed"
	mkfifo "$dir/typed"
	: >"$dir/out"
	{
		wait_for has "$dir/out" '^[A-Z]*[a-z]* *-- in #a' && "$@"
	} >"$dir/typed" &
	# several servers are several words
	moot -n me 127.0.0.1:$port <"$dir/typed"
}

# ---- batches that only say of when lines are ----

fake <<EOS
$offered
> BATCH +1 chathistory #a
> @batch=1;time=2020-01-01T00:00:00.000Z :bob!u@h PRIVMSG #a :old words
> @batch=1;time=2020-01-01T00:00:01.000Z :me!u@h PART #a
> @batch=1;time=2020-01-01T00:00:02.000Z :me!u@h NICK other
> @batch=1;time=2020-01-01T00:00:03.000Z :x!u@h KICK #a me
> @batch=1 :bob!u@h PRIVMSG me :\\x01VERSION\\x01
> BATCH -1
> BATCH +2 unheard/of #a
> @batch=2 :bob!u@h PRIVMSG #a :in an unknown batch
> BATCH +3 chathistory
> @batch=3;time=2020-01-01T00:00:04.000Z :bob!u@h QUIT :then
> BATCH -2
> BATCH -3
> @batch=never :bob!u@h PRIVMSG #a :in no batch
> BATCH -never
> BATCH
> BATCH +
> BATCH + chathistory
< PRIVMSG
> :me!u@h PRIVMSG #a :x
serve
EOS
typed printf '/rooms\n/msg #a x\n'
ok "history is shown" has "$dir/out" '^bob #a: old words$'
ok "and events of it" has "$dir/out" '^x kicked you out of #a$'
ok "but nothing changes by them" has "$dir/out" '^-- in #a (talk'
ok "not the nick either" has "$dir/out" '^me #a: x$'
ok "no CTCP of the past is answered" hasnt "$dir/log" 'VERSION'
ok "an unknown batch is passed through" \
    has "$dir/out" '^bob #a: in an unknown batch$'
ok "as is a reference to none" has "$dir/out" '^bob #a: in no batch$'

# ---- history that was asked for ----

fake <<EOS
$(offer labeled-response)
< @label=h1 CHATHISTORY LATEST #a * 3
> @label=h1 BATCH +1 labeled-response
> @batch=1 BATCH +2 chathistory #a
> @batch=2;msgid=m1 :bob!u@h PRIVMSG #a :one
> @batch=2;msgid=m2;time=2020-01-01T00:00:00.000Z BATCH +3 draft/multiline #a
> @batch=3 :bob!u@h PRIVMSG #a :two
> @batch=3 :bob!u@h PRIVMSG #a :three,
> @batch=3;draft/multiline-concat :bob!u@h PRIVMSG #a : and on
> @batch=2 BATCH -3
> @batch=1 BATCH -2
> BATCH -1
< @label=h2 SEARCH text=lost\\sthing;in=#a;limit=50
> @label=h2 BATCH +4 soju.im/search
> BATCH -4
< @label=h3 CHATHISTORY
> @label=h3 :fake FAIL CHATHISTORY INVALID_TARGET LATEST #b :No such target
> :bob!u@h PRIVMSG #a :done
serve
EOS
asks() {
	printf '/history 3\n'
	wait_for has "$dir/out" 'history of #a'
	printf '/search #a lost thing\n'
	wait_for has "$dir/out" 'search of #a'
	printf '/history #b\n'
}
typed asks
ok "what was asked for comes" has "$dir/out" '^bob #a: one$'
ok "a message of several lines in it" has "$dir/out" '^bob #a: two$'
ok "a line that goes on" has "$dir/out" '^bob #a: three, and on$'
ok "its end is told, with the number" has "$dir/out" '^-- history of #a: 2$'
ok "nothing found is told" has "$dir/out" '^-- search of #a: nothing$'
ok "a refusal is" has "$dir/out" '^!! CHATHISTORY INVALID_TARGET'

# ---- reactions, answers, redaction ----

fake <<EOS
$offered
> @msgid=m1;account=bob :bob!u@h PRIVMSG #a :hello there
> @msgid=m2;+draft/reply=m1 :alice!u@h PRIVMSG #a :hello you
> @msgid=m3;+draft/reply=m9 :alice!u@h PRIVMSG #a :what was it
> @+draft/react=\\xf0\\x9f\\x91\\x8d;+draft/reply=m1 :alice!u@h TAGMSG #a
> @+draft/unreact=\\xf0\\x9f\\x91\\x8d;+draft/reply=m1 :alice!u@h TAGMSG #a
> @+draft/react=x;+draft/reply=m8 :alice!u@h TAGMSG #a
> @+draft/react=x :alice!u@h TAGMSG #a
> @+typing=active :alice!u@h TAGMSG #a
> :bob!u@h REDACT #a m1 :wrong room
> :bob!u@h MARKREAD #a timestamp=2020-01-01T00:00:00.000Z
> :bob!u@h MARKREAD #a *
> :bob!u@h RENAME #a #b :better
> :bob!u@h PRIVMSG #b :go
< PRIVMSG #b :go
> :bob!u@h PRIVMSG #b :done
serve
EOS
remarks() {
	wait_for has "$dir/out" 'bob #b: go'
	printf 'go\n/react msgid=m1 +1\n/unreact alice -1\n'
	printf '/redact msgid=m2 why not\n/reply msgid=m2 no\n'
	printf '/react nobody x\n/markread\n'
}
typed remarks
ok "an answer says to whom" has "$dir/out" '^alice #a (to bob): hello you$'
ok "one to what is not known does not" \
    has "$dir/out" '^alice #a: what was it$'
ok "a reaction" has "$dir/out" \
    '^alice reacts with .* in #a to a message of bob: hello there$'
ok "taken back" has "$dir/out" \
    '^alice takes back .* in #a to a message of bob: hello there$'
ok "one to what is not known" has "$dir/out" \
    '^alice reacts with x in #a to an earlier message$'
ok "a redaction" has "$dir/out" \
    '^bob removes (wrong room) in #a a message of bob: hello there$'
ok "typing is not shown" hasnt "$dir/out" 'active'
ok "a room gets another name" \
    has "$dir/out" '^bob renamed #a to #b (better)$'
ok "and is still the target" has "$dir/log" 'PRIVMSG #b :go$'
ok "/react" has "$dir/log" '@+draft/reply=m1;+draft/react=+1 TAGMSG #b$'
ok "/unreact" has "$dir/log" '@+draft/reply=m3;+draft/unreact=-1 TAGMSG #b$'
ok "/redact" has "$dir/log" 'REDACT #b m2 :why not$'
ok "/reply" has "$dir/log" 'draft/reply=m2 PRIVMSG #b :no$'
ok "/markread" has "$dir/log" 'MARKREAD #b timestamp=2'
ok "a nick who said nothing" has "$dir/out" 'no message of nobody is known'

# ---- splits ----

fake <<EOS
$offered
> BATCH +n netsplit a.net b.net
> @batch=n :bob!u@h QUIT :a.net b.net
> @batch=n :alice!u@h QUIT :a.net b.net
> @batch=n :carol!u@h QUIT :a.net b.net
> @batch=n :dave!u@h QUIT :a.net b.net
> @batch=n :erin!u@h QUIT :a.net b.net
> BATCH -n
> BATCH +j netjoin a.net b.net
> @batch=j :bob!u@h JOIN #a * :Bob
> BATCH -j
serve
EOS
moot -n me 127.0.0.1:$port </dev/null
ok "a split is one line" has "$dir/out" \
    '^-- gone by the split of a.net and b.net in #a: bob, alice, carol, dave, erin$'
ok "and its end" has "$dir/out" \
    '^-- back from the split of a.net and b.net in #a: bob$'
ok "and nothing else" hasnt "$dir/out" '^bob'

# ---- whom one does not want to hear ----

fake <<EOS
$offered
< PRIVMSG #a :go
> :bob!u@h PRIVMSG #a :not seen
> :bob!u@h PRIVMSG me :not seen
> :bob!u@h INVITE me #not seen
> :alice!u@h PRIVMSG #a :seen
< PRIVMSG #a :on
> :bob!u@h PRIVMSG #a :heard again
serve
EOS
ignores() {
	printf '/ignore bob\n/ignore\n/msg #a go\n'
	wait_for has "$dir/out" 'alice #a: seen'
	printf '/unignore bob\n/msg #a on\n'
}
typed ignores
ok "who is ignored is listed" has "$dir/out" '^-- ignored: bob!\*@\*$'
ok "what he says is not shown" hasnt "$dir/out" 'not seen'
ok "but what others say is" has "$dir/out" '^alice #a: seen$'
ok "and again what he says" has "$dir/out" '^bob #a: heard again$'

# ---- batches that mean harm ----

{
	echo "$offered"
	i=0
	while [ $i -lt 200 ]; do
		echo "> BATCH +o$i draft/multiline #a"
		i=$((i + 1))
	done
	echo '>> 3000 @batch=o1 :bob!u@h PRIVMSG #a :0123456789012345678901234567890123456789\x0a'
	echo '> BATCH -o1'
	echo '> BATCH +l labeled-response'
	echo '> @batch=l BATCH +l chathistory #a'
	echo '> @batch=o2 BATCH -o2'
	echo '> @batch=o3 :bob!u@h PRIVMSG'
	echo '> BATCH -o3'
	echo '> BATCH +s netsplit'
	echo '>> 3000 @batch=s :bob!u@h JOIN #\x1bx\x0a'
	echo '> BATCH -s'
	for c in 353 366 332 324 352 MODE REDACT MARKREAD RENAME TAGMSG 730; do
		printf '> :x!y@z %s\n> :x!y@z %s me #a\n' $c $c
		printf '> :x!y@z %s me #a #a a b c d e 0 g\n' $c
		printf '> :x!y@z %s #a +oooooooovk bob alice\n' $c
		printf '> @+typing;+draft/react=\\x1b;+draft/reply=\\x1b :x!y@z %s me #a :\\x1b\n' $c
	done
	echo '> :fake 353 me = #a :@@@@+++ @!@ !!! +@bob!@ @%~&+x!y@z'
	echo '> :fake 005 me PREFIX=(abc)!~ CASEMAPPING=rfc1459 PREFIX=(v)+ :ok'
	echo '> :bob!u@h NICK alice'
	echo '> :alice!u@h NICK me'
	echo '> :fake 353 me = #a :+alice BOB bob[ BOB{'
	echo '> :bob{!u@h QUIT'
	echo '> :fake 366 me #a :end'
	echo '> :me!u@h RENAME #a #a'
	echo '> :fake 005 me -PREFIX -CHANTYPES CHANTYPES= PREFIX= :ok'
	echo '> :evil!u@h PRIVMSG me :still here'
	echo serve
} >"$dir/hostile"
fake <"$dir/hostile"
moot -n me 127.0.0.1:$port </dev/null
ok "hostile batches: it lives" has "$dir/out" '^evil: still here$'
no_controls() {
	[ "$(LC_ALL=C tr -d '\n\040-\176\200-\377' <"$dir/out" | wc -c)" = 0 ]
}
ok "and no control is shown" no_controls

# ---- several servers ----

# two NAME: one of them; each has a directory of its own
two() {
	mkdir "$dir/$1"
	{
		offer '' "$1" | sed 's/ echo-message//'
		echo "> :bob!u@h PRIVMSG me :hello"
		echo serve
	} >"$dir/$1/script"
	"$FAKE" "$dir/$1/port" "$dir/$1/log" "$dir/$1/script" &
	pids="$pids $!"
	wait_for test -s "$dir/$1/port"
}
two One
two Two
turns() {
	wait_for has "$dir/out" '^One bob: hello'
	wait_for has "$dir/out" '^Two bob: hello'
	printf '/server\n/msg bob first\n/server two\n/msg bob second\n'
	printf '/disconnect\n'
	wait_for has "$dir/Two/log" QUIT
	printf '/msg bob third\n'
}
port="$(cat "$dir/One/port") 127.0.0.1:$(cat "$dir/Two/port")"
typed turns
ok "two servers: 0" exits 0
ok "they are listed" has "$dir/out" '^One -- Two (127.0.0.1 port [0-9]*)'
ok "one talks to the first" has "$dir/One/log" 'PRIVMSG bob :first'
ok "then to the other" has "$dir/Two/log" 'PRIVMSG bob :second'
ok "/disconnect leaves that one only" has "$dir/One/log" 'PRIVMSG bob :third'

total
