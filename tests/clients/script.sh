#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The subcommands of moot: what they print, plain and as JSON, against what is
# in golden/ (times and msgids masked); their exit status in each case; and
# what they leave behind, which is nothing.  With a mootd that keeps what is
# said, with servers that say anything, with an ngircd where there is one.
#
#   MOOT MOOTD MOOTCTL  the programs; default: those of this directory
#   FAKE                fakeserver, built; see fakes
#   GOLDEN=write        writes golden/ anew
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.  It ends within three minutes, come what may.

if [ -z "${SCRIPT_TIMED:-}" ]; then
	SCRIPT_TIMED=1 exec timeout -k 5 175 sh "$0" "$@"
fi
here=$(dirname "$0")
. "$here/terminals"
unset MOOT_SERVER MOOT_NICK MOOT_ACCOUNT
pids=''
trap 'pipe="$pipe $pids"; finish' EXIT

# ---- running it ----

# run ARGUMENT...: with standard input; $rc, $dir/out, $dir/err
run()
{
	rc=0
	timeout 20 "$MOOT" "$@" >"$dir/out" 2>"$dir/err" || rc=$?
}

# gives STATUS NAME ARGUMENT...: runs it, and that is a test
gives()
{
	want=$1 what=$2
	shift 2
	run "$@"
	ok "$what: $want" status_is "$want"
}

status_is()
{
	[ "$rc" = "$1" ] && return
	echo "status $rc, want $1: $(tail -n 1 "$dir/err" "$dir/out")"
	return 1
}

# says TEXT: what the last run complained of
says()
{
	ok "and says \"$1\"" has "$dir/err" "$1"
}

# golden NAME: what the last run printed is what it should
golden()
{
	sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{12}Z/TIME/g' \
	    -e 's/"(msgid|reply|about)":"[^"]*"/"\1":"ID"/g' \
	    -e 's/"serial":[0-9]+/"serial":N/' \
	    "$dir/out" >"$dir/masked"
	[ "${GOLDEN:-}" != write ] ||
	    cp "$dir/masked" "$here/golden/$1"
	ok "prints what is in golden/$1" \
	    diff "$here/golden/$1" "$dir/masked"
}

# spawn NAME ARGUMENT...: in the background; its output in $dir/NAME.out, its
# status then in $dir/NAME.rc
spawn()
{
	name=$1
	shift
	rm -f "$dir/$name.rc"
	exec 5<&0 # that of what runs in the background is none
	(
		rc=0
		timeout 60 "$MOOT" "$@" <&5 >"$dir/$name.out" \
		    2>"$dir/$name.err" || rc=$?
		echo $rc >"$dir/$name.rc"
	) &
	pids="$pids $!"
	exec 5<&-
}

# child PID: its only one
child()
{
	ps -o pid= --ppid "$1" | tr -d ' '
}

# ended NAME STATUS
ended()
{
	wait_for test -s "$dir/$1.rc" &&
	    [ "$(cat "$dir/$1.rc")" = "$2" ] && return
	echo "$1: status $(cat "$dir/$1.rc"), want $2"
	tail -n 3 "$dir/$1.err"
	return 1
}

lines_are()
{
	n=$(wc -l <"$1")
	[ "$n" -eq "$2" ] || {
		echo "$n lines, want $2"
		return 1
	}
}

hasnt()
{
	! grep -q -e "$2" "$1"
}

# ---- words ----

gives 1 'no target' send
says '^usage: moot send '
gives 1 'an unknown option' tail --bogus x
gives 1 'a target that is two' send 'a,b' x
gives 1 'an empty target' send '' x
gives 1 'not a time' send -t soon x y
gives 1 'not a pattern' wait x '('
says 'not a pattern'
gives 1 'not a number' tail -n many x
gives 1 'far too many' history -n 1000000 x
gives 1 'not a date' history --since yesterday x
gives 1 'not an address' rooms -s '[::1'
gives 1 'not a nick' rooms -n 'a b'
gives 1 'not a msgid' send -r 'a b' x y
run -h
cp "$dir/out" "$dir/help"
for c in send tail wait who rooms history search whoami; do
	ok "moot -h names $c" has "$dir/help" "^  moot $c "
	gives 0 "moot $c -h" "$c" -h
	golden "help-$c"
done
gives 2 'nobody listens' send -s 127.0.0.1:1 x y
says 'cannot reach'
gives 2 'nobody listens, quietly' rooms -q -s 127.0.0.1:1
ok 'and says nothing' test ! -s "$dir/err"
gives 9 'nobody listens, and we wait' send -w -t 300ms -s 127.0.0.1:1 x y

# ---- a server ----

serve ann bob
MOOT_SERVER=127.0.0.1:$port
export MOOT_SERVER
echo "$secret" >"$dir/secret"
chmod 600 "$dir/secret"
# wit is in the rooms and sees all of it
mkfifo "$dir/keys"
timeout 170 "$MOOT" -n wit -j '#a' "$MOOT_SERVER" <"$dir/keys" \
    >"$dir/moo.out" 2>&1 &
pipe=$!
exec 3>"$dir/keys"
must 'a witness is there' wait_for has "$dir/moo.out" '^wit joined #a'

# witness TEXT...: the witness has seen these, in this order
witness()
{
	for text; do
		wait_for has "$dir/moo.out" "$text" || {
			echo "not seen: $text"
			return 1
		}
	done
}

# order TEXT...: lines of the witness, in this order
order()
{
	witness "$@" || return 1
	from=1
	for text; do
		at=$(tail -n "+$from" "$dir/moo.out" | grep -n -e "$text" |
		    head -n 1 | cut -d : -f 1)
		[ -n "$at" ] || {
			echo "not in order: $text"
			return 1
		}
		from=$((from + at))
	done
}

gives 0 'whoami' whoami -n sue
golden whoami
gives 0 'whoami --json' whoami -n sue --json
golden whoami.json

# ---- send ----

gives 0 'send to a room' send -n sue '#a' hello -v "two  spaces"
ok 'prints nothing' test ! -s "$dir/out" -a ! -s "$dir/err"
ok 'enters, says it, and leaves' order '^sue joined #a' \
    '^sue #a: hello -v two  spaces$' '^sue left #a'
printf 'one\n\ntwo\r\nthree' >"$dir/in"
gives 0 'send from standard input' send -n sub '#a' <"$dir/in"
ok 'line by line' order '^sub joined' '^sub #a: one$' '^sub #a: two$' \
    '^sub #a: three$' '^sub left'
gives 0 'send to a person' send -n sue wit psst
ok 'which arrives' witness '^sue: psst$'
gives 0 'send --json' send -n sue --json '#a' 'to be answered'
golden send.json
id=$(sed -n 's/.*"msgid":"\([^"]*\)".*/\1/p' "$dir/out")
gives 0 'send --reply' send -n sue --json --reply "$id" '#a' 'an answer'
golden send-reply.json
ok 'names what it answers' has "$dir/out" "\"reply\":\"$id\""
printf 'a line\n\nand a third\n' >"$dir/in"
gives 0 'send --multiline' send -n sue -m --json '#a' <"$dir/in"
golden send-multiline.json
gives 0 'send --notice' send -n sue --notice '#a' 'no answer, please'
ok 'is a notice' witness '^sue #a (notice): no answer, please$'
gives 8 'send to nobody' send nobody hi
gives 4 'a notice to nobody' send --notice nobody hi
gives 8 'send to no room' send '#none' hi
says 'no such room'
run rooms
ok 'and makes none' hasnt "$dir/out" '#none'
gives 1 'send nothing' send '#a' </dev/null
gives 1 'send but blanks' send -m '#a' <<EOT


EOT
echo '/mode #a +m' >&3
ok 'the room is moderated' witness 'set mode +m'
gives 4 'send where one may not speak' send -n mute '#a' hi
says '+m'
awk 'BEGIN { for (i = 0; i < 1000; i++) print "no " i }' >"$dir/in"
gives 4 'send 1000 lines there' send -n mute '#a' <"$dir/in"
echo '/mode #a -m+k key' >&3
ok 'the room has a key' witness 'set mode -m+k'
gives 4 'send where one may not enter' send -n mute '#a' hi
says 'Cannot join'
echo '/mode #a -k key' >&3
ok 'the room has no key' witness 'set mode -k'
ok 'nothing was said there' hasnt "$dir/moo.out" '^mute #a:'

# text that is no text; the server does 20 lines a second after the first 200
{
	printf '\001VERSION\001\nx\033[2Jy\tz\007\n\303\nQUIT :x\000y\n'
	head -c 4000 /dev/urandom
} >"$dir/in"
gives 0 'send anything' send -n any '#a' <"$dir/in"
r=$(printf '\357\277\275')
ok 'no CTCP' witness "^any #a: ${r}VERSION$r\$"
ok 'no controls' witness "^any #a: x$r\\[2Jy z$r\$"
ok 'no UTF-8' witness "^any #a: $r\$"
awk 'BEGIN { for (i = 0; i < 300; i++) print "n" i "." }' >"$dir/in"
spawn many send -n many '#a' <"$dir/in"
for w in 50 100 210 250; do
	wait_for has "$dir/moo.out" "^many #a: n$w\\."
	for p in $(ps -o pid=,args= --ppid "$server" |
	    awk '/worker/ { print $1 }'); do
		kill -9 "$p"
	done
done
ok '300 lines, while workers are killed: 0' ended many 0
every_line()
{
	grep '^many #a: n' "$dir/moo.out" | sed 's/^many #a: //' |
	    cmp - "$dir/in"
}
ok 'each once, in order' wait_for every_line
awk 'BEGIN { for (i = 0; i < 6000; i++) printf "word%d ", i }' >"$dir/in"
gives 0 'a line of 60 KB' send -n long '#a' <"$dir/in"

# ---- who is not here ----

if [ -n "$remembers" ]; then
	gives 7 'send to who is not here, but kept' send -n sue bob first
	says 'kept'
	gives 7 'send --json, likewise' send -n sue --json bob second
	golden send-kept.json
	spawn late send -n sue --wait bob third
	wait_for has "$dir/late.err" 'not here'
	gives 9 'send --wait -t' send -n sun --wait -t 300ms bob fourth
	spawn bob wait -a bob -n bob -p "$dir/secret" sue third -t 10
	ok 'send --wait: 0, when it is told' ended late 0
fi
spawn late send -n sue --wait tom boo
wait_for has "$dir/late.err" 'not here'
spawn tom wait -n tom sue boo -t 10
ok 'send --wait: 0, when somebody comes' ended late 0
ok 'who gets it' ended tom 0

# ---- wait ----

spawn wait wait -n guard -t 10 '#a' '^dep(l|p)oy[0-9]+$'
ok 'wait is in the room' witness '^guard joined'
echo 'deploy' >&3
echo 'deploy7' >&3
ok 'wait: 0' ended wait 0
cp "$dir/wait.out" "$dir/out"
golden wait
gives 9 'wait for nothing' wait -t 300ms '#a' x
echo '/join #c' >&3
echo '/mode #c +i' >&3
ok 'a closed room' witness 'set mode +i on #c'
gives 4 'wait where one may not be' wait -t 5 '#c' x
spawn wait wait -n sue -i --json wit yes
wait_for has "$dir/moo.out" '^sue' && echo '/msg sue YES!' >&3
until_wait()
{
	[ -s "$dir/wait.rc" ] || echo '/msg sue YES!' >&3
	test -s "$dir/wait.rc"
}
wait_for until_wait
ok 'wait for a person, -i: 0' ended wait 0
cp "$dir/wait.out" "$dir/out"
golden wait.json

# ---- who and rooms ----

echo '/topic #a the topic of a' >&3
echo '/join #b' >&3
ok 'a second room' witness '^wit joined #b'
ok 'a topic' witness 'the topic of a$'
gives 0 'rooms' rooms
sort -o "$dir/out" "$dir/out"
golden rooms
gives 0 'rooms --json' rooms --json
sort -o "$dir/out" "$dir/out"
golden rooms.json
gives 0 'who' who -n sue '#a'
golden who
gives 0 'who --json' who -n sue --json '#a'
golden who.json
gives 0 'who is here' who wit
gives 8 'who is not' who nobody
gives 0 'everybody' who
ok 'at least two' test "$(wc -l <"$dir/out")" -ge 2

# ---- the past ----

if [ -n "$remembers" ]; then
	echo '/join #h' >&3
	ok 'a third room' witness '^wit joined #h'
	awk 'BEGIN { for (i = 1; i <= 30; i++) print "/msg #h line " i }' >&3
	ok '30 lines' witness '#h: line 30$'
	gives 0 'tail' tail -n 3 '#h'
	golden tail
	gives 0 'tail of two rooms, --json' tail -n 1 --json '#h' '#b'
	golden tail.json
	gives 0 'tail without -n' tail '#h'
	ok 'ten lines' lines_are "$dir/out" 10
	gives 0 'history' history '#h'
	ok 'all of it' lines_are "$dir/out" 30
	gives 0 'history --all' history -A '#h'
	gives 0 'history --since' history --since 1h -n 5 '#h'
	ok 'its last lines' has "$dir/out" 'line 26$'
	gives 0 'history --after' history --after 1h -n 5 '#h'
	ok 'its first lines' has "$dir/out" 'line 5$'
	gives 0 'history --before' history --before 1h '#h'
	ok 'nothing' test ! -s "$dir/out"
	run history --json -n 1 --after 1h '#h'
	id=$(sed -n 's/.*"msgid":"\([^"]*\)".*/\1/p' "$dir/out")
	gives 0 'history --after msgid=' history -n 2 --after "msgid=$id" '#h'
	golden history-msgid
	gives 4 'history of a room that one may not enter' history '#c'
	gives 4 'history of a talk, without an account' history wit
	gives 0 'search' search --room '#h' 'line' 7
	golden search
	gives 10 'search for nothing' search --room '#h' nowhere
	gives 10 'search --from somebody else' search --room '#h' --from sue \
	    line
else
	skip 'the past: the server keeps nothing'
fi

# ---- another device of somebody ----

# ann is in #d, at home: beside her, a script that uses her account
if [ -n "$remembers" ]; then
	as_ann="-a ann -p $dir/secret"
	spawn home tail -f -n 0 $as_ann '#d'
	home=$!
	room='#d'
	ok 'ann is at home' wait_for is_member ann
	echo '/join #d' >&3
	ok 'wit, too' witness '^wit joined #d'
	gives 0 'whoami --account' whoami $as_ann
	golden whoami-account
	gives 0 'send --account' send $as_ann '#d' 'from a script'
	ok 'as ann' witness '^ann #d: from a script$'
	gives 0 'send --account to a person' send $as_ann wit 'from ann'
	ok 'nobody came or went' hasnt "$dir/moo.out" '^ann \\(joined\\|left\\|quit\\)'
	ok 'ann is still there' is_member ann
	gives 0 'tail --account, of a talk' tail $as_ann wit
	golden tail-talk
	gives 0 'search --account, everywhere' search $as_ann --from ann script
	golden search-account
	gives 3 'the wrong account' whoami -a bob -p /dev/null
	MOOT_ACCOUNT=ann MOOT_PASSWORD=$secret
	export MOOT_ACCOUNT MOOT_PASSWORD
	gives 0 'account and password of the environment' whoami
	unset MOOT_ACCOUNT MOOT_PASSWORD
	kill "$(child "$(child "$home")")"
	ok 'home ends by the signal' ended home 143
	ok 'and is seen to leave' witness '^ann left #d'
else
	skip 'another device: there are no accounts'
fi

# ---- a line that is lost ----

if [ -n "$remembers" ] && command -v socat >/dev/null; then
	echo '/join #e' >&3
	ok 'one more room' witness '^wit joined #e'
	socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork \
	    "TCP:127.0.0.1:$port" 2>"$dir/socat" &
	line=$!
	pids="$pids $!"
	wait_for has "$dir/socat" 'listening on'
	far=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$dir/socat")
	spawn far tail -f -n 0 -s "127.0.0.1:$far" --nick far '#e'
	room='#e'
	ok 'far is there' wait_for is_member far
	for n in 1 2 3; do
		echo "/msg #e $n: here" >&3
		ok 'which is heard' wait_for has "$dir/far.out" "$n: here"
		kill "$(child "$line")"
		printf '/msg #e %s\n' "$n: missed" "$n: missed, too" >&3
		reconnected()
		{
			[ "$(grep -c 'connected to' "$dir/far.err")" = "$n" ]
		}
		ok 'the line is lost, and back' wait_for reconnected
	done
	ok 'all of it' wait_for has "$dir/far.out" '3: missed, too'
	cp "$dir/far.out" "$dir/out"
	golden tail-lost
else
	skip 'a line that is lost: no socat, or nothing is kept'
fi

# ---- ngircd ----

# an ngircd takes no port 0: three are tried
ngircd_serve()
{
	for n in 1 2 3; do
		ng=$((20000 + ($$ * 3 + n) % 12000))
		printf '%s\n' '[Global]' 'Name = irc.test' 'Info = test' \
		    'AdminInfo1 = test' 'Listen = 127.0.0.1' "Ports = $ng" \
		    'MotdPhrase = test' '[Limits]' 'MaxConnectionsIP = 0' \
		    '[Options]' 'Ident = no' 'DNS = no' 'PAM = no' \
		    >"$dir/ngircd.conf"
		ngircd -n -f "$dir/ngircd.conf" >"$dir/ngircd.log" 2>&1 &
		pids="$pids $!"
		wait_for has "$dir/ngircd.log" 'Now listening' && return
	done
	return 1
}

if command -v ngircd >/dev/null; then
	ok 'an ngircd' ngircd_serve
	MOOT_SERVER=127.0.0.1:$ng
	spawn ng tail -f -A -n 0 --nick ned '#n'
	there()
	{
		run who -q '#n' && grep -q '^#n' "$dir/out"
	}
	ok 'ned is there' wait_for there
	gives 0 'ngircd: send' send -n sue '#n' hello
	printf 'a\n\nb\n' >"$dir/in"
	gives 0 'ngircd: send --multiline' send -n sue -m '#n' <"$dir/in"
	gives 8 'ngircd: send to nobody' send -n sue nobody hello
	gives 8 'ngircd: send to no room' send -n sue '#none' hello
	gives 0 'ngircd: send to a person' send -n sue ned psst
	gives 0 'ngircd: who' who '#n'
	golden ngircd-who
	gives 0 'ngircd: rooms' rooms
	ok 'there is #n' has "$dir/out" '^#n	1	'
	gives 4 'ngircd: history' history '#n'
	gives 4 'ngircd: search' search x
	spawn wait wait -n guard -t 20 '#n' 'p.ng'
	ok 'guard is there' wait_for has "$dir/ng.out" 'guard	join'
	gives 0 'ngircd: send, to who waits' send -n sue '#n' pong
	ok 'ngircd: wait' ended wait 0
	sed '/	irc.test	/d' "$dir/ng.out" >"$dir/out"
	golden ngircd-tail
else
	skip 'ngircd is not installed'
fi

leave
