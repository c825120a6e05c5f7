#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The configuration of moot: files that are wrong and where they lie, networks,
# where passwords come from, and what /set and /save do.
#
#   MOOT       the program; default ./moot
#   FAKE       fakeserver, built; default: built here with $CC
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

. "$(dirname "$0")/pipes"

HOME=$dir/home
export HOME
unset LOGNAME USER
mkdir -p "$dir/home" "$XDG_CONFIG_HOME/moot"
conf=$XDG_CONFIG_HOME/moot/moot.conf

# same FILE FILE
same() {
	diff "$1" "$2"
}

# one connection that is served until it ends
server() {
	fake <<END
$welcome
serve
END
}

# ---- files ----

moot --export-defaults </dev/null
ok "the defaults are printed" exits 0
cp "$dir/out" "$dir/defaults"
moot -c "$dir/defaults" -1 127.0.0.1:1 </dev/null
ok "and read" exits 2
ok "without a word" hasnt "$dir/err" defaults:
server
printf '/set\n' | moot -c "$dir/defaults" 127.0.0.1:$port
sed -n 's/^-- //p' "$dir/out" | grep '^[a-z-]* [^ ]*$' |
    grep -xvE 'in no .*' >"$dir/read"
grep -v -e '^#' -e '^$' "$dir/defaults" >"$dir/wanted"
ok "each has the value that it says" same "$dir/read" "$dir/wanted"

printf 'mouse on\nmose on\n\nnick a@b\npassword hunter2\n' >"$conf"
moot -1 127.0.0.1:1 </dev/null
ok "a wrong configuration: 1" exits 1
ok "all that is wrong is named" is "$(wc -l <"$dir/err")" 3
ok "where and what" has "$dir/err" \
    'moot.conf:2: unknown setting "mose"; did you mean "mouse"?$'
ok "a value" has "$dir/err" 'moot.conf:4: nick: "a@b" is not a nick$'
ok "a password is refused" has "$dir/err" 'moot.conf:5: a password is not'
ok "and not shown" hasnt "$dir/err" hunter2
moot -h </dev/null
ok "but there is help" exits 0
moot -c /dev/null -1 127.0.0.1:1 </dev/null
ok "no configuration at all" exits 2
moot -c "$dir/absent" -1 127.0.0.1:1 </dev/null
ok "one that is named and not there" has "$dir/err" 'absent: No such file'
ok "is a usage error" exits 1
moot -c "$dir" -1 127.0.0.1:1 </dev/null
ok "a directory is none" has "$dir/err" 'Is a directory'
printf 'mouse on\nnick \033[2Jx\n' >"$conf"
moot -1 127.0.0.1:1 </dev/null
ok "a control character" exits 1
ok "does not reach the terminal" eval '! grep -q "$(printf "\033")" "$dir/err"'

# ---- where they lie ----

server
echo 'nick xdg' >"$conf"
moot 127.0.0.1:$port </dev/null
ok "in XDG_CONFIG_HOME" has "$dir/log" '^1:NICK xdg$'
server
mkdir -p "$HOME/.config/moot"
echo 'nick home' >"$HOME/.config/moot/moot.conf"
(
	unset XDG_CONFIG_HOME
	moot 127.0.0.1:$port </dev/null
)
ok "in HOME" has "$dir/log" '^1:NICK home$'
server
(
	XDG_CONFIG_HOME=config
	moot 127.0.0.1:$port </dev/null
)
ok "a relative XDG_CONFIG_HOME is ignored" has "$dir/log" '^1:NICK home$'
server
(
	unset XDG_CONFIG_HOME HOME
	echo /save | moot 127.0.0.1:$port
)
ok "without HOME" has "$dir/log" '^1:NICK guest$'
ok "nothing can be saved" has "$dir/out" '^!! not saved: there is no HOME'
rm -rf "$HOME/.config" "$conf"

# ---- networks ----

server
cat >"$conf" <<END
nick all
join #all
network one
	server 127.0.0.1:$port
	nick mine
	join #a #b
network two
	server 127.0.0.1:1
	at-start off
END
moot one </dev/null
ok "a network by its name" has "$dir/log" '^1:NICK mine$'
ok "its rooms" has "$dir/log" '^1:JOIN #b$'
ok "not those of all" hasnt "$dir/log" '#all'
server
sed -i "s/server 127.0.0.1:[0-9][0-9]*$/server 127.0.0.1:$port/" "$conf"
moot </dev/null
ok "those at-start" has "$dir/log" '^1:NICK mine$'
server
moot -n other -j '#c' 127.0.0.1:$port </dev/null
ok "the command line comes before the file" has "$dir/log" '^1:NICK other$'
ok "its rooms come first" is \
    "$(sed -n 's/^1:JOIN //p' "$dir/log" | tr '\n' ' ')" '#c #all '
moot -1 no.such.network.invalid </dev/null
ok "what is no network is an address" exits 2
server
printf 'network a\n\tserver 127.0.0.1:%s\n\tnick cron\n' "$port" >"$conf"
moot send '#a' 'by itself' </dev/null
ok "a subcommand goes to the network at start" has "$dir/log" '^1:NICK cron$'
ok "and says it there" has "$dir/log" 'PRIVMSG #a :by itself'
server
printf 'network a\n\tserver 127.0.0.1:%s\n\tnick me\n\taccount me\n' \
    "$port" >"$conf"
moot bot --once '#a' -- true </dev/null
ok "so does a bot, not as the one who is there" has "$dir/log" '^1:NICK '
ok "nor with the account" hasnt "$dir/log" 'AUTHENTICATE'
rm "$conf"

# ---- passwords ----

server
printf 'secret one\n' >"$dir/password"
chmod 600 "$dir/password"
printf 'password-file %s\n' "$dir/password" >"$conf"
moot 127.0.0.1:$port </dev/null
ok "password-file" has "$dir/log" '^1:PASS :secret one$'
first=$port
fake <<END
$welcome
serve
END
printf '/server 127.0.0.1:%s\n' "$port" | moot 127.0.0.1:$first
ok "another server is connected to" has "$dir/log" '^1:NICK '
ok "and not told the password" hasnt "$dir/log" 'secret'
server
moot -n me "irc://127.0.0.1:$port" </dev/null
ok "nor is it told to a URI, which may be anybody's" hasnt "$dir/log" secret
server
printf 'password-file %s\nserver irc://127.0.0.1:%s\n' "$dir/password" \
    "$port" >"$conf"
moot -n me "irc://127.0.0.1:$port" </dev/null
ok "but to that of the configuration" has "$dir/log" '^1:PASS :secret one$'
server
chmod 640 "$dir/password"
moot 127.0.0.1:$port </dev/null
ok "one that others can read: 1" exits 1
ok "and what to do" has "$dir/err" "others can read.*chmod 600 $dir/password"
ok "not the password" hasnt "$dir/err" 'secret'
chmod 600 "$dir/password"
: >"$dir/password"
moot 127.0.0.1:$port </dev/null
ok "an empty one" has "$dir/err" 'no password in it'
server
printf 'beside\n' >"$XDG_CONFIG_HOME/moot/word"
chmod 600 "$XDG_CONFIG_HOME/moot/word"
echo 'password-file word' >"$conf"
moot 127.0.0.1:$port </dev/null
ok "one beside the configuration" has "$dir/log" '^1:PASS :beside$'
server
echo "password-command printf '%s\\\\n' \"a b\" c" | tr -d "'" >"$conf"
moot 127.0.0.1:$port </dev/null
ok "password-command, its first line" has "$dir/log" '^1:PASS :a b$'
server
echo 'password-command cat' >"$conf"
echo '/join #a' | moot 127.0.0.1:$port
ok "it has nothing to read" has "$dir/err" 'no password in it'
echo 'password-command false' >"$conf"
moot 127.0.0.1:$port </dev/null
ok "one that fails: 1" exits 1
ok "and is named" has "$dir/err" 'password-command: false exited with 1$'
printf 'password-command sh -c "%s"\n' \
    "trap '' TERM; echo pw; exec >&-; sleep 60 & wait; wait" >"$conf"
moot 127.0.0.1:$port </dev/null
ok "one that does not end is ended: 1" exits 1
ok "and that is said" has "$dir/err" 'password-command: sh was killed by'
echo 'password-command /no/such/program' >"$conf"
moot 127.0.0.1:$port </dev/null
ok "one that is not there" has "$dir/err" '/no/such/program: No such file'
server
mkdir "$dir/credentials"
echo passed >"$dir/credentials/moot.password"
echo named >"$dir/credentials/moot.one"
printf 'network one\n\tserver 127.0.0.1:%s\n' $port >"$conf"
CREDENTIALS_DIRECTORY=$dir/credentials moot one </dev/null
ok "a credential of systemd, for a network" has "$dir/log" '^1:PASS :named$'
rm "$dir/credentials/moot.one"
server
CREDENTIALS_DIRECTORY=$dir/credentials moot 127.0.0.1:$port </dev/null
ok "and for the command line" has "$dir/log" '^1:PASS :passed$'
server
CREDENTIALS_DIRECTORY=$dir/credentials MOOT_PASSWORD=variable \
    moot 127.0.0.1:$port </dev/null
ok "MOOT_PASSWORD comes before it" has "$dir/log" '^1:PASS :variable$'
fake <<END
$welcome
serve
--
$welcome
serve
END
cat >"$conf" <<END
network one
	server 127.0.0.1:$port
	nick one
END
MOOT_PASSWORD=variable moot one 127.0.0.1:$port </dev/null
ok "it is for the first network only" is "$(grep -c PASS "$dir/log")" 1
fake <<END
$welcome
serve
--
$welcome
serve
END
rm "$conf"
echo "/server localhost:$port" |
    MOOT_PASSWORD=variable moot 127.0.0.1:$port
ok "not for one that is connected to later" \
    is "$(grep -c NICK "$dir/log")$(grep -c PASS "$dir/log")" 21

# ---- how it looks ----

server
printf 'times on\ntime-format at_%%%%_%%Y\ncolours on\n' >"$conf"
printf '/set bell\n/set times off\n' | moot 127.0.0.1:$port
esc=$(printf '\033')
ok "times in a pipe, if they are wanted" has "$dir/out" 'at_%_20[0-9][0-9] '
ok "and colours" has "$dir/out" "$esc\\[36m--"
ok "until they are not" has "$dir/out" \
    "^$esc\\[2m$esc\\[0m$esc\\[36m--.* times off"

# ---- /set ----

server
cat >"$conf" <<END
# mine
mouse on    # sometimes
nick x

# far away
network one
	server 127.0.0.1:$port
END
cat >"$dir/typed" <<END
/set mouse off
/set bell off
/set one.nick y z
/set one.nick y
/set one.mouse on
/set none.nick x
/set bell
/set belll
/unset bell
/set theme dark
/save
END
moot one <"$dir/typed"
ok "what is changed is shown" has "$dir/out" '^-- mouse off$'
ok "a wrong value is refused" has "$dir/out" '^!! nick: "y z" is not a nick'
ok "and so is one that is for all" has "$dir/out" '^!! mouse: is for all'
ok "and a network that there is not" has "$dir/out" \
    '^!! there is no network "none"'
ok "a setting is explained" has "$dir/out" '^-- bell: ring when'
ok "a near one is suggested" has "$dir/out" 'did you mean "bell"'
ok "its default again" has "$dir/out" '^-- bell on (default)$'
ok "saved, it says where" has "$dir/out" "settings saved in $conf"
cat >"$dir/wanted" <<END
# mine
mouse off
nick x
theme dark

# far away
network one
	server 127.0.0.1:$port
	nick y
END
ok "only what was changed is written" same "$conf" "$dir/wanted"
ok "and nothing left beside it" is "$(ls "$XDG_CONFIG_HOME/moot")" \
    "$(printf 'moot.conf\nword')"
if [ "$(id -u)" != 0 ]; then
	chmod 500 "$XDG_CONFIG_HOME/moot"
	server
	printf '/set bell off\n/save\n' | moot 127.0.0.1:$port
	chmod 700 "$XDG_CONFIG_HOME/moot"
	ok "what cannot be saved is said" has "$dir/out" '^!! not saved: '
else
	skip "a directory that cannot be written (this is root)"
fi

total
