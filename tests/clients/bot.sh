#!/bin/sh
# SPDX-License-Identifier: ISC
#
# moot bot: programs that answer, well behaved ones and others, in a room of
# a private mootd with people in it (moot in pipes), while workers are killed;
# before servers that say what no server should; and before ngircd, which has
# neither tags nor a mode for bots.
#
#   MOOT MOOTD MOOTCTL  the programs; default: those of this directory
#   FAKE                fakeserver, built
#
# What is not installed is skipped and counted aloud.  The last line is "N
# passed, N failed, N skipped", the status 0 only if none failed.  It ends
# within three minutes, come what may.

if [ -z "${BOT_TIMED:-}" ]; then
	BOT_TIMED=1 exec timeout -k 5 170 sh "$0" "$@"
fi
here=$(dirname "$0")
. "$here/terminals"
FAKE=${FAKE:-build/tests/fakeserver}
examples=$here/../../client/examples
: >"$dir/log"
unset MOOT_NICK MOOT_ACCOUNT MOOT_SERVER

# ---- people and bots ----

# background NAME COMMAND...: its number in $dir/NAME.pid
background()
{
	job_name=$1
	shift
	"$@" &
	pipe="$pipe $!"
	echo $! >"$dir/$job_name.pid"
}

pid()
{
	cat "$dir/$1.pid"
}

# person NICK FD ROOM: types what is written to FD; reads $dir/NICK.out
person()
{
	mkfifo "$dir/$1.in" || return 1
	"$MOOT" -n "$1" -j "$3" "127.0.0.1:$port" <"$dir/$1.in" \
	    >>"$dir/$1.out" 2>&1 &
	pipe="$pipe $!"
	eval "exec $2>\"\$dir/\$1.in\""
	wait_for has "$dir/$1.out" "^$1 joined $3"
}

# bot NICK ARGUMENT...: its complaints in $dir/NICK.err, and it is in the room
# of the person at 5, alice, once it is started
bot()
{
	nick=$1
	shift
	rm -f "$dir/$nick.err"
	background "$nick" "$MOOT" bot -s "127.0.0.1:$port" -n "$nick" "$@" \
	    2>"$dir/$nick.err" </dev/null
	wait_for has "$dir/alice.out" "^$nick joined "
}

# ends NICK [SIGNAL]: the bot, which leaves; its status in $status
ends()
{
	kill "-${2:-TERM}" "$(pid "$1")"
	wait "$(pid "$1")" 2>/dev/null
	status=$?
	wait_for has "$dir/alice.out" "^$1 quit" || return 1
	# the next one of that name is another one
	sed "s/^$1 /old$1 /" "$dir/alice.out" >"$dir/alice.now"
	cat "$dir/alice.now" >"$dir/alice.out"
}

says()
{
	printf '%s\n' "$1" >&5
}

# answered PATTERN: alice sees it
answered()
{
	wait_for has "$dir/alice.out" "$1"
}

# plain FILE: without whom an answer is to
plain()
{
	sed "s/ (to [^)]*)//" "$1" 2>/dev/null
}

has()
{
	plain "$1" | grep -q -a -e "$2"
}

# count N PATTERN FILE
count()
{
	n=$(plain "$3" | grep -c -a -e "$2")
	[ "$n" -eq "$1" ] || {
		echo "$2: $n times, want $1"
		return 1
	}
}

is()
{
	[ "$1" = "$2" ] || {
		echo "got $1, want $2"
		return 1
	}
}

hasnt()
{
	! has "$1" "$2"
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# script NAME: a program of the standard input
script()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$dir/$1"
	chmod 755 "$dir/$1"
}

# ---- words ----

status_of()
{
	want=$1
	shift
	timeout 10 "$MOOT" bot "$@" </dev/null >"$dir/out" 2>"$dir/err"
	is $? "$want"
}

ok 'help' status_of 0 --help
ok 'which names an option' has "$dir/out" '--time-limit TIME'
ok 'no command: usage' status_of 1 '#a'
ok 'no target: usage' status_of 1 -- cat
ok 'an unknown option: usage' status_of 1 --bogus '#a' -- cat
ok 'options of the command are its own' status_of 11 -s 127.0.0.1:1 '#a' \
    -- "$dir/none" --bogus
ok 'a command that is not there: 11' has "$dir/err" 'cannot be run'
ok 'a rate that is none' status_of 1 --rate 5 '#a' -- cat
ok 'a time that is none' status_of 1 --each --time-limit no '#a' -- cat
ok 'no jobs at a time' status_of 1 --each --jobs 0 '#a' -- cat
ok 'a target with a space' status_of 1 '#a b' -- cat
ok '--json with --each' status_of 1 --each --json '#a' -- cat
ok 'a variable that is not set' status_of 1 --keep NO_SUCH '#a' -- cat

# ---- the examples by themselves ----

# rolls TEXT PATTERN: dice answers so, or, without PATTERN, nothing
rolls()
{
	printf '%s\n' "$1" | MOOT_NICK='a\nb' sh "$examples/dice" >"$dir/out" ||
	    return 1
	if [ $# = 1 ]; then
		[ ! -s "$dir/out" ]
	else
		[ "$(wc -l <"$dir/out")" -eq 1 ] && has "$dir/out" "$2"
	fi
}

ok 'dice: one die' rolls d1 '^a\\nb: 1$'
ok 'several' rolls 3d1 '^a\\nb: 1 + 1 + 1 = 3$'
ok 'and something' rolls ' 2 D 1 + 007' '^a\\nb: 1 + 1 + 7 = 9$'
ok 'or less' rolls d1-2 '^a\\nb: 1 - 2 = -1$'
ok 'of many sides' rolls d9999 '^a\\nb: [1-9][0-9]*$'
ok 'too many' rolls 21d6 '20 dice$'
for roll in '' d d0 0d6 2d 1d6d6 99999d1 d99999 'd6;id' '$(id)' '`id`' -n \
    'd6 hello'; do
	ok "nothing is rolled for \"$roll\"" rolls "$roll"
done

# asks TEXT WANT ARGUMENT...
asks()
{
	text=$1 want=$2
	shift 2
	got=$(printf '%s\n' "$text" | sh "$examples/ask" "$@") || return 1
	is "$got" "$want"
}
ok 'ask: the last argument' asks 'why $(id) "a"?' '<why $(id) "a"?>' \
    printf '<%s>'
ok 'which is no option' asks '--version' '< --version>' printf '<%s>'
ok 'standard input' asks '-n Why' '-N WHY' -i tr a-z A-Z
ok 'nothing asked' asks '' '' printf '<%s>'
ok 'no program' sh -c '! sh "$1" </dev/null 2>"$2"' sh "$examples/ask" \
    "$dir/out"

if command -v shellcheck >/dev/null; then
	ok 'shellcheck has nothing to say' shellcheck "$examples"/*
else
	skip 'shellcheck (there is none)'
fi

# ---- a real server ----

"$MOOTD" -f -p "$dir" 2>"$dir/log" &
server=$!
must 'a private server' wait_for has "$dir/log" 'listening on'
port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$dir/log" | head -n 1)
must 'alice enters' person alice 5 '#a'

# dice, once a message
ok 'dice enters' bot dice --each --prefix '!' '#a' -- "$examples/dice"
says 'dice: 3d1'
ok 'it is addressed' answered '^dice #a: alice: 1 + 1 + 1 = 3$'
says '!2d1+5'
ok 'or called by its prefix' answered '^dice #a: alice: 1 + 1 + 5 = 7$'
says '2d1'
says '/notice #a !4d1'
says '!rm -rf /'
says '!$(id)'
says '!99d1'
ok 'it has limits' answered '^dice #a: alice: I have only 20 dice$'
ok 'what is no question is not answered' count 3 '^dice #a: ' "$dir/alice.out"
ok 'nor a notice' hasnt "$dir/alice.out" '1 + 1 + 1 + 1'
says '/msg dice 7d1'
says '!1d1-0'
ok 'it goes on' answered '^dice #a: alice: 1$'
ok 'direct messages are not answered' hasnt "$dir/alice.out" '= 7$.*dice:'
says '/whois dice'
ok 'it says that it is a bot' answered 'dice.*[Bb]ot'
ok 'it leaves' ends dice
ok 'and dies of the signal' is $status 143

# two bots that would answer everything
script parrot <<'EOS'
read -r line
echo "$MOOT_NICK said $line"
EOS
ok 'two parrots enter' bot polly --each --all '#a' -- "$dir/parrot"
ok 'both' bot jack --each --all '#a' -- "$dir/parrot"
says 'first'
ok 'one answers' answered '^polly #a: alice said first$'
ok 'the other too' answered '^jack #a: alice said first$'
says 'second'
ok 'and again' answered '^polly #a: alice said second$'
answered '^jack #a: alice said second$'
ok 'but not to each other' count 4 '^\(polly\|jack\) #a: ' "$dir/alice.out"
ends polly
ends jack

# direct messages, and the environment
script env <<'EOS'
read -r line
echo "<$line> $MOOT_NICK $MOOT_ROOM ${MOOT_NETWORK:-no network}" \
    "${MOOT_MSGID:+msgid} ${MOOT_TIME%%T*}"
env | grep -c -i -e secret -e password
ls /proc/self/fd | wc -l
EOS
date=$(date -u +%Y-%m-)
export MOOT_PASSWORD=secret TOKEN=secret
ok 'direct messages of anybody' bot env --each --direct '#a' -- "$dir/env"
says '/msg env hello'
ok 'a direct question' answered "^env: <hello> alice alice Moot msgid $date"
ok 'no password reaches it' answered '^env: 0$'
ok 'and no descriptor' answered '^env: 4$'
ends env
unset MOOT_PASSWORD TOKEN

# an account of its own, and none by chance

mkdir -p "$XDG_CONFIG_HOME/moot"
printf 'account alice\njoin #elsewhere\n' >"$XDG_CONFIG_HOME/moot/moot.conf"
ok "a bot of a user's" bot guest --each --all '#a' -- "$dir/parrot"
says 'who?'
ok 'answers' answered '^guest #a: alice said who?$'
ok 'and is nobody else' sh -c '! grep "ogged in\|assword" "$1"' \
    sh "$dir/guest.err"
ok 'nor where its user is' sh -c '! grep -q "#elsewhere"' <<EOF
$(ctl rooms)
EOF
ends guest
rm "$XDG_CONFIG_HOME/moot/moot.conf"
if echo 'hemlock and honey' | ctl account add butler >"$dir/ok"; then
	echo 'hemlock and honey' >"$dir/pw"
	chmod 600 "$dir/pw"
	ok 'a bot with an account' bot butler -a butler -p "$dir/pw" --each \
	    --all '#a' -- "$dir/parrot"
	ok 'logs in' wait_for logged_in butler
	says 'sir?'
	ok 'and answers' answered '^butler #a: alice said sir?$'
	ends butler
	echo 'wrong' >"$dir/pw"
	background wrong "$MOOT" bot -s "127.0.0.1:$port" -n wrong -a butler \
	    -p "$dir/pw" --each '#a' -- "$dir/parrot" 2>"$dir/wrong.err"
	ok 'a wrong password is said' wait_for has "$dir/wrong.err" \
	    'assword\|redential\|ailed\|efused'
	kill "$(pid wrong)" 2>/dev/null
	wait "$(pid wrong)" 2>/dev/null
else
	skip 'a bot with an account (the server has no store)'
fi

# ---- limits ----

script slow <<EOS
read -r line
case \$line in
sleep)	echo half; sleep 1000 & echo \$! >$dir/sleeper; sleep 1000 ;;
leave)	sleep 1000 & echo \$! >$dir/left; echo left ;;
inject)	printf 'a\r\nQUIT :b\r\nPRIVMSG #b :c\rQUIT\r\n\001VERSION\001\n' ;;
binary)	printf 'x\000y\377\033[1mz\n' ;;
many)	i=0; while [ \$i -lt 50 ]; do i=\$((i + 1)); echo "line \$i"; done ;;
yes)	yes | head -c 20000000; echo end ;;
long)	head -c 9000 /dev/zero | tr '\0' l ;;
bare)	printf 'no newline' ;;
close)	exec >&-; sleep 1 ;;
deaf)	exec <&-; echo deaf ;;
fail)	echo "it fails" >&2; printf '\033[1mred\n' >&2; exit 3 ;;
nap)	sleep 1; echo rested ;;
*)	echo "well, \$line" ;;
esac
EOS
ok 'a bot of bad manners' bot slow --each --time-limit 1500ms --jobs 2 \
    --rate 100/1 '#a' -- "$dir/slow"
says 'slow: sleep'
says 'slow: hello'
ok 'one that sleeps does not keep others' answered 'slow #a: well, hello$'
ok 'it is killed in time' wait_for has "$dir/slow.err" 'it took too long'
ok 'with what it has started' wait_for gone "$(cat "$dir/sleeper")"
ok 'what it said by then is no answer' hasnt "$dir/alice.out" 'slow #a: half'
says 'slow: leave'
ok 'one that leaves somebody behind' answered '^slow #a: left$'
ok 'who is killed' wait_for gone "$(cat "$dir/left")"
says 'slow: inject'
ok 'lines of the protocol are text' answered '^slow #a: QUIT :b$'
ok 'also in the middle' answered '^slow #a: PRIVMSG #b :c QUIT$'
ok 'a CTCP request is none' answered '^slow #a: VERSION$'
says 'slow: binary'
ok 'bytes that are no text' answered '^slow #a: xy?\[1mz$'
says 'slow: many'
ok 'many lines are cut' answered '^slow #a: line 10 \[cut\]$'
says 'slow: yes'
ok 'so are megabytes' answered '^slow #a: y \[cut\]$'
says 'slow: long'
ok 'and long lines' answered 'l \[cut\]$'
says 'slow: bare'
ok 'a line without its end' answered '^slow #a: no newline$'
says 'slow: close'
says 'slow: deaf'
ok 'one that reads nothing' answered '^slow #a: deaf$'
says 'slow: fail'
ok 'one that fails is said' wait_for has "$dir/slow.err" \
    'asked by alice: exited with 3'
ok 'with its complaint' has "$dir/slow.err" 'slow: it fails$'
ok 'which is clean' count 0 "$(printf '\033')" "$dir/slow.err"
ok 'it is still here' hasnt "$dir/alice.out" '^slow quit'
says 'slow: nap'
says 'slow: last'
answered '^slow #a: well, last$'
ok 'told to end' ends slow
ok 'it answers what it was asked' has "$dir/alice.out" '^oldslow #a: rested$'
ok 'before it dies of the signal' is $status 143

# more questions than can wait
script snail <<'EOS'
read -r n
sleep 0.1
echo "n $n"
EOS
ok 'a slow one' bot snail --each --jobs 1 --rate 100/1 '#a' -- "$dir/snail"
i=0
while [ $i -lt 40 ]; do
	i=$((i + 1))
	says "snail: $i"
done
ok 'too many questions of one person' wait_for has "$dir/snail.err" \
    'too many questions are waiting'
ok 'the first are answered' answered '^snail #a: n 8$'
ends snail

# the rate
ok 'a bot in haste' bot hasty --each --all --rate 2/3 '#a' -- "$dir/parrot"
says 'one'
says 'two'
began=$(date +%s)
says 'three'
ok 'two at once' answered '^hasty #a: alice said two'
ok 'the third has to wait' answered '^hasty #a: alice said three'
ok 'for a second at least' test $(($(date +%s) - began)) -ge 1
ends hasty

# nothing is left behind when moot is killed
script child <<EOS
echo \$\$ >$dir/child
sleep 1000
EOS
bot victim --each --time-limit 1h '#a' -- "$dir/child"
says 'victim: hello'
wait_for test -s "$dir/child"
kill -9 "$(pid victim)"
wait "$(pid victim)" 2>/dev/null
ok 'moot is killed: so is its command' wait_for gone "$(cat "$dir/child")"

# ---- a program that is kept running ----

script loud <<'EOS'
while read -r line; do
	case $line in
	*'"text":"stop"'*) exit 0 ;;
	*'"type":"action"'*) echo "action" ;;
	*'"own":true'*) echo "own?" ;;
	*) echo "$line" | sed 's/.*"room":"\([^"]*\)".*/in \1/' ;;
	esac
done
echo 'no more'
EOS
ok 'one that is kept running' bot loud '#a' -- "$dir/loud"
says 'hello'
ok 'is told of what is said' answered '^loud #a: in #a$'
says '/me waves'
ok 'and done' answered '^loud #a: action$'
says 'stop'
ok 'when it ends it is run again' wait_for has "$dir/loud.err" \
    'exited with 0; it is begun again in 1 s'
says 'and now?'
ok 'and goes on' wait_for count 2 '^loud #a: in #a$' "$dir/alice.out"
ok 'told to end' ends loud
ok 'it may say good-bye' has "$dir/alice.out" '^oldloud #a: no more$'

script orders <<'EOS'
while read -r line; do
	case $line in
	*three*) printf '%s\n' '{"text":"a\nb\r\nQUIT","reply":"x y;z\r\nQUIT"}' ;;
	*bob*) echo '{"text":"for bob","room":"bob"}' ;;
	*wave*) echo '{"text":"waves","type":"action"}' ;;
	*soft*) echo '{"text":"softly","type":"notice"}' ;;
	*bad*) echo 'QUIT'; echo '{"text":"x","room":"a b"}' ;;
	esac
done
EOS
must 'bob enters' person bob 6 '#b'
ok 'one that prints objects' bot orders --json '#a' -- "$dir/orders"
says 'three'
ok 'a text of lines' answered '^orders #a: a$'
ok 'none of which is a command' answered '^orders #a: QUIT$'
says 'bob'
ok 'to somebody else' wait_for has "$dir/bob.out" '^orders: for bob$'
says 'wave'
ok 'an action' answered '^\* orders waves (#a)$'
says 'soft'
ok 'a notice' answered '^orders #a (notice): softly$'
says 'bad'
ok 'what is no object is not said' wait_for has "$dir/orders.err" \
    'not said, since it is not a JSON object'
ok 'nor what goes nowhere' wait_for has "$dir/orders.err" \
    'not said, since .* room'
ends orders

if command -v jq >/dev/null; then
	ok 'remind' bot clock --json --addressed --prefix '!' '#a' -- \
	    "$examples/remind"
	says '!remind 1s tea $(id) "quoted" \n'
	ok 'agrees' answered '^clock #a: alice: in 1s$'
	ok 'and reminds' answered \
	    '^clock #a: alice: tea $(id) "quoted" \\n$'
	says 'clock: remind me'
	ok 'or explains' answered '^clock #a: alice: remind TIME WHAT'
	ends clock
else
	skip 'remind (there is no jq)'
fi

ok 'ask' bot ask --each '#a' -- "$examples/ask" printf 'I say: %s.\n'
says 'ask: --help $(id)?'
ok 'hands the question on' answered '^ask #a: I say:  *--help $(id)?\.$'
ends ask

# ---- how it ends ----

ended()
{
	want=$1
	shift
	timeout 20 "$MOOT" bot -s "127.0.0.1:$port" -n brief "$@" \
	    </dev/null >"$dir/out" 2>"$dir/err"
	is $? "$want"
}

ok '--once: 0 when it ends' ended 0 --once '#a' -- true
ok '11 when it fails' ended 11 --once '#a' -- false
ok 'nobody listens: it tries again, until it is told to end' \
    sh -c 'timeout 2 "$1" bot -s 127.0.0.1:1 "#a" -- cat 2>"$2/err"
	[ $? -eq 124 ]' sh "$MOOT" "$dir"

# ---- workers are killed ----

script sum <<'EOS'
read -r n
echo "got $n."
EOS
ok 'a bot on a server in trouble' bot sum --each --jobs 4 --rate 1000/1 \
    '#a' -- "$dir/sum"
kill_worker()
{
	w=$(ctl workers | sed -n "s/.*\"worker\":$1,\"pid\":\([0-9]*\).*/\1/p")
	[ "${w:-0}" -gt 1 ] && kill -9 "$w"
}
i=0
while [ $i -lt 60 ]; do
	i=$((i + 1))
	says "sum: $i"
	sleep 0.05
	case $i in
	15 | 45) ok 'worker 1 is killed' kill_worker 1 ;;
	30) ok 'worker 2 is killed' kill_worker 2 ;;
	esac
done
once_each()
{
	i=0
	while [ $i -lt 60 ]; do
		i=$((i + 1))
		count 1 "^sum #a: got $i\.\$" "$dir/alice.out" || return 1
	done
}
answered '^sum #a: got 60\.$'
ok 'each question is answered exactly once' wait_for once_each
ok 'on the same connection' hasnt "$dir/sum.err" 'lost'
ends sum

# ---- valgrind ----

if command -v valgrind >/dev/null; then
	real=$MOOT
	script checked <<EOS
exec valgrind -q --leak-check=full --error-exitcode=99 \
    --log-file=$dir/valgrind.%p "$real" "\$@"
EOS
	MOOT=$dir/checked
	ok 'under valgrind' bot careful --each --rate 100/1 \
	    --time-limit 3s '#a' -- "$dir/slow"
	for word in hello inject many fail binary leave; do
		says "careful: $word"
	done
	ok 'it answers' answered '^careful #a: left$'
	answered '^careful #a: well, hello$'
	ends careful
	ok 'the other way, too' bot cautious --json '#a' -- "$dir/orders"
	says 'three'
	answered '^cautious #a: QUIT$'
	says 'bad'
	wait_for has "$dir/cautious.err" 'not said'
	ends cautious
	MOOT=$real
	clean()
	{
		cat "$dir"/valgrind.* >"$dir/valgrind"
		! grep -e "^==" "$dir/valgrind"
	}
	ok 'nothing is wrong' clean
else
	skip 'valgrind (there is none)'
fi
kill $server
wait $server 2>/dev/null

# ---- servers that say what they like ----

# fake: the server with a script of standard input; its port in $port
fake()
{
	rm -f "$dir/port" "$dir/fake.log"
	cat >"$dir/script"
	background fake "$FAKE" "$dir/port" "$dir/fake.log" "$dir/script"
	wait_for test -s "$dir/port" || return 1
	port=$(cat "$dir/port")
}

welcome='< USER
> :fake 001 deaf :Welcome
> :fake 422 deaf :no MOTD
< JOIN
> :deaf!u@h JOIN #a'

if [ -x "$FAKE" ]; then
	fake <<EOF
$welcome
>> 5000 :x!y@z PRIVMSG #a :0123456789012345678901234567890123456789\\x0a
serve
EOF
	script deaf <<'EOS'
sleep 1000
EOS
	background deaf "$MOOT" bot -s "127.0.0.1:$port" -n deaf '#a' -- \
	    "$dir/deaf" 2>"$dir/deaf.err" </dev/null
	ok 'a program that never reads: what is dropped is said' \
	    wait_for has "$dir/deaf.err" 'the oldest messages are dropped'
	ok 'once' count 1 'dropped' "$dir/deaf.err"
	kill "$(pid deaf)"
	wait "$(pid deaf)" 2>/dev/null
	ok 'and it ends in time' is $? 143

	fake <<EOF
$welcome
> :x!y@z PRIVMSG #a :deaf: one
> :x!y@z PRIVMSG #a :deaf: two
> :irc.server PRIVMSG #a :deaf: four
> :deaf!u@h PRIVMSG #a :deaf: five
> :x\\x1b[1m!y@z PRIVMSG #a :deaf: \\x1b]0;six\\x07\\xff
> :x!y@z PRIVMSG #a :\\x01VERSION\\x01
serve
EOF
	background deaf "$MOOT" bot -s "127.0.0.1:$port" -n deaf --each \
	    '#a' -- "$dir/parrot" 2>"$dir/deaf.err" </dev/null
	ok 'without a mode for bots answers are notices' wait_for has \
	    "$dir/fake.log" '^1:NOTICE #a :x said one'
	ok 'controls are not asked' wait_for has "$dir/fake.log" 'said .*six'
	ok 'neither servers nor ourselves are answered' count 3 'NOTICE #a' \
	    "$dir/fake.log"
	ok 'and no control is said' count 0 "$(printf '\033')" "$dir/fake.log"
	kill "$(pid deaf)"
	wait "$(pid deaf)" 2>/dev/null
else
	skip 'hostile servers (there is no fakeserver)'
fi

no_sanitizer()
{
	! grep -l 'Sanitizer\|runtime error' "$dir"/*.err
}
ok 'no sanitizer has complained' no_sanitizer

# ---- ngircd ----

ngircd_starts()
{
	for try in 1 2 3 4 5; do
		port=$((20000 + ($$ * 7 + try * 131) % 20000))
		cat >"$dir/ngircd.conf" <<EOF
[Global]
Name = ng.example.net
Info = test
Listen = 127.0.0.1
Ports = $port
[Options]
PAM = no
Ident = no
DNS = no
IncludeDir = $dir/none
EOF
		background ngircd ngircd -n -f "$dir/ngircd.conf" \
		    >"$dir/ngircd.log" 2>&1
		wait_for has "$dir/ngircd.log" 'istening on\|exiting\|atal'
		has "$dir/ngircd.log" 'istening on' && return
	done
	return 1
}

PATH=$PATH:/usr/sbin
if command -v ngircd >/dev/null; then
	exec 5>&- 6>&-
	rm -f "$dir/alice.in"
	mkdir -p "$dir/none"
	must 'ngircd' ngircd_starts
	must 'alice enters there' person alice 5 '#a'
	ok 'two parrots as well' bot polly --each --all '#a' -- "$dir/parrot"
	bot jack --each --all '#a' -- "$dir/parrot"
	says 'first'
	ok 'they answer in notices' answered \
	    '^polly #a (notice): alice said first$'
	answered '^jack #a (notice): alice said first$'
	says 'second'
	answered '^polly #a (notice): alice said second$'
	answered '^jack #a (notice): alice said second$'
	ok 'and not each other' count 4 '^\(polly\|jack\) #a ' \
	    "$dir/alice.out"
	ends polly
	ends jack
else
	skip 'ngircd (it is not installed)'
fi

total
