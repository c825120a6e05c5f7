#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What moot says in line mode, word for word: each event is one line, which
# begins with who did it, and reads well aloud.  With times, and without.
#
#   MOOT       the program; default ./moot
#   FAKE       fakeserver, built; default: built here with $CC
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

. "$(dirname "$0")/pipes"

TZ=UTC
export TZ
mkdir -p "$XDG_CONFIG_HOME/moot"

# what happens, at noon of a day long ago
day='@time=2020-02-20T12:34:56.000Z'
conversation() {
	fake <<EOF
< USER
> CAP * LS :message-tags server-time
< CAP REQ
> CAP me ACK :message-tags server-time
< CAP END
> :fake 001 me :Welcome
> :fake 005 me CHANTYPES=# :are supported
> :fake 422 me :no MOTD
< JOIN
> $day :me!u@h JOIN #a
> :fake 353 me = #a :@me bob
> :fake 366 me #a :End
> $day :alice!u@h JOIN #a
> $day :alice!u@h PRIVMSG #a :hello \xf0\x9f\x98\x84 there
> $day :alice!u@h PRIVMSG me :psst
> $day :alice!u@h PRIVMSG #a :\x01ACTION waves\x01
> $day :alice!u@h NOTICE #a :a program speaks
> $day :alice!u@h PRIVMSG #a :\x02bold\x02 and \x0304red\x03 \x1b[31m
> $day :alice!u@h TOPIC #a :the weather
> $day :alice!u@h NICK alicia
> $day :bob!u@h KICK #a alicia :enough
> $day :bob!u@h MODE #a +o me
> $day :bob!u@h PART #a :bye
> $day :carol!u@h INVITE me #b
> :fake 404 me #c :Cannot send to channel
serve
EOF
	printf '/join #a\n' | moot -n me 127.0.0.1:$port
}

# golden: as on standard input, but for lines of the connection
golden() {
	cat >"$dir/want"
	grep -v -e '-- connected' -e '-- in #a:' "$dir/out" >"$dir/got"
	diff "$dir/want" "$dir/got"
}

conversation
ok "a conversation in a pipe" golden <<'EOF'
me joined #a
alice joined #a
alice #a: hello 😄 there
alice: psst
* alice waves (#a)
alice #a (notice): a program speaks
alice #a: bold and red �[31m
alice set the topic of #a: the weather
alice is now known as alicia
bob kicked alicia out of #a (enough)
bob set mode +o me on #a
bob left #a (bye)
carol invites you to #b
!! #c: Cannot send to channel
EOF
ok "is UTF-8" iconv -f UTF-8 -t UTF-8 -o /dev/null "$dir/out"

printf 'times on\ntime-format "%%Hh%%M"\n' >"$XDG_CONFIG_HOME/moot/moot.conf"
conversation
grep -v -e '-- ' -e '!! ' "$dir/out" | head -n 3 >"$dir/three"
mv "$dir/three" "$dir/out"
ok "with times, if they are wanted" golden <<'EOF'
2020-02-20 12h34 me joined #a
2020-02-20 12h34 alice joined #a
2020-02-20 12h34 alice #a: hello 😄 there
EOF

echo 'colours on' >"$XDG_CONFIG_HOME/moot/moot.conf"
conversation
ok "in colours, if they are wanted" has "$dir/out" "$(printf '\033\\[1m')alice"
total
