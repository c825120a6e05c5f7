#!/bin/sh
# SPDX-License-Identifier: ISC
#
# /secure from moot to moot, over a real server: ann in line mode, ben at a
# screen, each at home in a directory of its own; what another device of ben
# and the server's disk have of what they say; and what happens when one of
# them is killed, begins anew with another key, or is no moot at all.
#
#   MOOT       the program; default ./moot
#   MOOTD      the server, MOOTCTL its control; default ./mootd, ./mootctl
#   MOOT_QUICK moot that waits 2 seconds for an answer, and not 20; without it,
#              that is not tested
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

. "$(dirname "$0")/terminals"

for p in tmux socat openssl; do
	command -v $p >"$dir/ok" || {
		skip "all of it (there is no $p)"
		total
	}
done
"$MOOT" -h | grep -q '^  -l' || {
	skip 'all of it (there is no screen)'
	total
}

# home NICK: what it has, and is logged in as
home()
{
	mkdir -p "$dir/$1/config/moot"
	echo "account $1" >"$dir/$1/config/moot/moot.conf"
}

# start NICK [OPTION]: moot at a terminal, at home
start()
{
	mux kill-session -t "=$1" 2>"$dir/ok"
	terminal "$1" "XDG_CONFIG_HOME=$dir/$1/config \
XDG_STATE_HOME=$dir/$1/state MOOT_PASSWORD=$secret ${3:-$MOOT} ${2:-} \
-n $1 127.0.0.1:$port"
}

start_ann() { start ann -l; }
start_ben() { start ben; }

# never NICK TEXT: it is not on its screen
never()
{
	screen "$1" >"$dir/screen" && ! grep -q -F -e "$2" "$dir/screen"
}

# pid NICK: of its moot
pid()
{
	mux list-panes -t "=$1:" -F '#{pane_pid}'
}

# raw NICK [ACCOUNT]: another client, which knows nothing of this; all that it
# gets is in $dir/raw
raw()
{
	rm -f "$dir/raw.in"
	mkfifo "$dir/raw.in"
	socat - "TCP:127.0.0.1:$port" <"$dir/raw.in" >"$dir/raw" 2>&1 &
	pipe="$pipe $!"
	exec 3>"$dir/raw.in"
	printf '%s\r\n' "CAP REQ :echo-message${2:+ sasl}" "NICK $1" \
	    'USER b 0 * b' ${2:+'AUTHENTICATE PLAIN'} ${2:+"AUTHENTICATE $(
	    printf '\0%s\0%s' "$2" "$secret" | openssl base64 -A)"} \
	    'CAP END' >&3
	wait_for has "$dir/raw" ' 001 '
}

# ---- two moots ----

home ann
home ben
cat >"$dir/tell" <<'EOF'
#!/bin/sh
printf '%s|%s|%s\n' "$1" "$2" "$MOOT_TEXT" >>"$(dirname "$0")/told"
EOF
chmod 755 "$dir/tell"
echo "notify-command $dir/tell" >>"$dir/ben/config/moot/moot.conf"
serve ann ben
[ -n "$remembers" ] || {
	skip 'all of it (there is no mootd-store)'
	total
}
enter ann tmux
enter ben tmux
ok 'another client of the same person' raw benny ben
types ben '/query ann'
types ann '/secure ben'
must 'keys are agreed on' show 'is encrypted from now on' ann ben
types ann '/query ben'
types ann 'hush-one'
ok 'what is said is marked in lines' show 'ann -> ben (secure): hush-one' ann
ok 'and read on a screen' show 'ann.*hush-one' ben
types ben '/msg ann hush-two'
ok 'the other way' show 'ben (secure): hush-two' ann
types ann '/me hush-waves'
ok 'an action' show '\* .*ann hush-waves' ben
ok 'which is marked, too' show 'ann hush-waves (to ben) (secure)' ann
ok 'another client is told what it is' \
    wait_for has "$dir/raw" 'PRIVMSG ben[a-z]* :.encrypted message'
ok 'and gets no text' eval '! has "$dir/raw" hush'

types ann '/secure verify ben'
types ben '/secure verify ann'
ok 'there are phrases' show 'your phrase: [a-z ]* [a-z]' ann ben
phrases()
{
	screen "$1" | sed -n "s/.*$2: \([a-z ]*[a-z]\) *$/\1/p" | tail -n 1
}
ok 'which are the same two: one' test -n "$(phrases ann 'your phrase')" -a \
    "$(phrases ann 'your phrase')" = "$(phrases ben 'the phrase of ann')"
ok 'and the other' test \
    "$(phrases ben 'your phrase')" = "$(phrases ann 'the phrase of ben')"
types ann '/secure verify ben yes'
ok 'it is noted that they were compared' show 'the key is verified' ann

types ben '/query nobody'
ok 'one looks elsewhere' show 'nobody' ben
types ann 'hush-none'
ok 'a command is told that there is something' wait_for has "$dir/told" \
    '^ann|.encrypted message.|.encrypted message.$'
ok 'but not what' eval '! has "$dir/told" hush'
types ben '/query ann'

# ---- a moot is killed ----

kill -9 "$(pid ann)"
ok 'it is gone' wait_for eval '! is_user ann'
start_ann
ok 'it is back' show 'connected to' ann
types ann '/msg ben hush-three'
ok 'and goes on with the same keys' show 'hush-three' ben
types ben '/msg ann hush-four'
ok 'both ways' show 'ben (secure): hush-four' ann

# ---- one of them is away ----

types ben '/quit'
ok 'one is away' wait_for eval '! mux has-session -t =ben'
types ann '/msg ben hush-five'
types ann '/msg ben hush-six'
ok 'what is said meanwhile is taken' show '(secure): hush-six' ann
start_ben
ok 'the other is back' show 'ben  *lag' ben
types ben '/query ann'
ok 'and is read later' show 'hush-six' ben
ok 'all of it, once' once ben hush-five hush-six
history="$dir/ann/state/moot/history $dir/ben/state/moot/history"
ok 'what was typed is kept' grep -qF '/secure ben' $history
ok 'but not what was said in secret' eval '! grep -h hush $history'

# scripts have no keys, and say so
script()
{
	XDG_CONFIG_HOME=$dir/script MOOT_PASSWORD=$secret timeout 20 "$MOOT" \
	    "$@" -s "127.0.0.1:$port" -a ben
}
ok 'a script is told what it cannot read' eval \
    'script tail --json ann | grep -q "\"type\":\"sealed\""'
ok 'and gets no text' eval '! script tail --json ann | grep hush'

# ---- killed while it speaks ----

# burst N: so many lines, and its death among them
burst()
{
	for i in 1 2 3 4 5 6 7 8; do
		types ann "/msg ben burst-$1-$i."
	done
	show "burst-$1-[1-8]" "$2"
	kill -9 "$(pid ann)"
	wait_for eval '! mux has-session -t =ann' &&
	    start_ann && show 'connected to' ann
}
ok 'killed when it has said something' burst 1 ann
ok 'and when that was heard' burst 2 ben
types ann '/msg ben burst-over'
ok 'it goes on' show 'burst-over' ben
heard()
{
	screen ben | grep -o 'burst-[12]-[1-8]\.' >"$dir/heard"
	sort "$dir/heard" | uniq -d | grep . && return 1
	sort -c "$dir/heard" && grep -q burst-2 "$dir/heard"
}
ok 'what was said was heard once, in order' heard

# ---- what the server has ----

ok 'the server has ciphertext' eval \
    'grep -r -a -q "encrypted message; it can be read" "$dir" --include="*db*"'
ok 'and no text at all' eval '! grep -r -a -q -e hush -e burst "$dir" \
    --include="*db*" --include=log'
ok 'the keys are for their owner' eval \
    'find "$dir/ann/state/moot/secure" -type f ! -perm 600 |
    wc -l | grep -qx 0'

# ---- another key ----

types ann '/quit'
ok 'a device is lost' wait_for eval '! mux has-session -t =ann'
rm -rf "$dir/ann/state"
start_ann
ok 'a new one comes' show 'connected to' ann
types ann '/secure ben'
ok 'its key is another one, which is told' show 'is another one than before' \
    ben
types ben '/msg ann hush-seven'
ok 'nothing is sent by it' show 'not sent, the key of ann' ben
types ben '/secure verify ann yes'
ok 'it is not accepted unseen' show 'compare its phrase first' ben
types ben '/secure verify ann'
types ben '/secure verify ann yes'
ok 'but when it was compared' show 'ann.*encrypted, the key is verified' ben
types ben '/msg ann hush-eight'
ok 'and used' show '(secure): hush-eight' ann
ok 'what was refused is nowhere' never ann hush-seven

# ---- the end ----

types ann '/secure off ben'
ok 'one ends it' show 'goes in plain text' ann
ok 'the other is told' show 'has ended the secure conversation' ben
types ben '/msg ann hush-nine'
ok 'and sends nothing in plain by itself' \
    show 'not sent, ann has ended' ben
types ann '/msg ben in-plain'
ok 'what is plain is told' show 'says now is not encrypted' ben
ok 'and shown' show 'in-plain' ben
types ben '/secure forget ann'
ok 'all is forgotten' show 'are forgotten' ben
types ben '/msg ann also-plain'
ok 'and goes in plain' show 'ben: also-plain' ann

# ---- who has no keys ----

start_moo
ok 'a moot in a pipe' wait_for is_user moo
types ann '/secure moo'
ok 'says that it is a program' show 'a program reads for moo' ann
ok 'a client that is no moot' raw foreign
if [ -n "${MOOT_QUICK:-}" ]; then
	start ann -l "$MOOT_QUICK"
	ok 'a quick one' show 'connected to' ann
	types ann '/secure foreign'
	types ann '/msg foreign too-early'
	ok 'who is asked is told nothing meanwhile' \
	    show 'not sent, keys are still being agreed on' ann
	ok 'no answer is told' show 'no answer from foreign' ann
	types ann '/msg foreign after'
	ok 'then it is plain text' wait_for has "$dir/raw" ':after'
	ok 'and never was before' eval '! has "$dir/raw" too-early'
else
	skip 'no answer (MOOT_QUICK is not set)'
fi
leave
