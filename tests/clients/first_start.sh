#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The first start of moot at a terminal, where there is no configuration: what
# it asks, what it writes, and that the second start asks nothing.
#
#   MOOT MOOTD MOOTCTL   the programs; default ./moot ./mootd ./mootctl
#   FAKE                 fakeserver, built; default: built here with $CC
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

. "$(dirname "$0")/terminals"

unset LOGNAME
USER=ann
export USER
asks 'the first start'
secrets=$XDG_CONFIG_HOME/moot/local.password

serve
# what is answered to the question for the server, in place of a found one
there=127.0.0.1:$port

# start NICK [ARGUMENT...]
start()
{
	nick=$1
	shift
	asked "$nick" "$MOOT $*"
}

key()
{
	mux send-keys -t "=$1:" "$2"
}

nothing()
{
	[ ! -e "$XDG_CONFIG_HOME/moot" ]
}

mode()
{
	ls -l "$1" | grep -q '^-rw-------'
}

# ---- leaving ----

start ann
must 'it asks' soon ann '^Server'
ok 'and says how to leave' shows ann 'C leaves'
key ann C-c
ok 'by ^C' soon ann 'ended'
ok 'nothing is written' nothing
start ann
soon ann '^Server' && key ann C-d
ok 'or by ^D' soon ann 'ended'
ok 'nothing is written then' nothing

# ---- not asking ----

start ann "-n ann $there"
ok 'with a server nothing is asked' wait_for is_user ann
ok 'really' eval '! shows ann "first start"'
types ann /quit
wait_for nobody
printf 'server %s\n' "$there" >"$dir/other.conf"
start ann "-c $dir/other.conf"
ok 'with a configuration neither' wait_for is_user ann
ok 'really, too' eval '! shows ann "first start"'
types ann /quit
wait_for nobody
timeout 10 "$MOOT" -1 "$there" </dev/null >"$dir/piped" 2>&1
ok 'nor in a pipe' eval '! grep -q "first start" "$dir/piped"'
ok 'nothing is written by all that' nothing

# ---- an account ----

if [ -n "$remembers" ]; then
	start ann
	answers ann '^Server' 'no where'
	ok 'what is no address is refused' soon ann 'is no address'
	answers ann 'no address' "$there"
	answers ann '^Your nick \[ann\]: *$' ''
	answers ann '^Account:' r
	soon ann '^Password' && types ann correct-mule
	soon ann '^The same' && types ann correct-horse
	ok 'a password typed otherwise is asked for again' \
	    soon ann 'not the same'
	wait_for eval 'screen ann | grep -c "^Password" | grep -qx 2' &&
	    types ann correct-horse
	wait_for eval 'screen ann | grep -c "^The same" | grep -qx 2' &&
	    types ann correct-horse
	ok 'the account is made' soon ann 'You have an account: ann'
	answers ann '^A room' first
	ok 'it goes on there' wait_for is_user ann
	ok 'logged in' wait_for logged_in ann
	room='#first'
	ok 'and in the room' wait_for is_member ann
	ok 'the password was not shown' eval '! screen ann | grep -q correct-'
	ok 'it is in a file of its own' grep -qx correct-horse "$secrets"
	ok 'which only the user can read' mode "$secrets"
	ok 'as is the configuration' mode "$conf"
	ok 'where it is not' eval '! grep -q correct- "$conf"'
	cat >"$dir/wanted" <<-END
	network local
	server $there
	nick ann
	account ann
	password-file local.password
	join #first
	END
	ok 'and which has the answers' \
	    eval 'tr -d "\t" <"$conf" | diff - "$dir/wanted"'
	types ann /quit
	soon ann ended

	start ann
	ok 'the second start logs in by itself' wait_for logged_in ann
	ok 'and enters the room' wait_for is_member ann
	ok 'and asks nothing' eval '! shows ann "first start"'
	types ann /quit
	soon ann ended
	rm -r "$XDG_CONFIG_HOME/moot"

	# one that is made, and one that there is already
	start bob
	answers bob '^Server' "$there"
	answers bob '^Your nick' bob
	answers bob '^Account:' r
	soon bob '^Password' && types bob ''
	ok 'a password is made' soon bob 'You have an account: bob'
	answers bob '^A room' ''
	ok 'and is good' wait_for logged_in bob
	ok 'it has 20 characters' grep -qxE '[a-z2-9]{20}' "$secrets"
	types bob /quit
	soon bob ended
	cp "$secrets" "$dir/kept"
	rm -r "$XDG_CONFIG_HOME/moot"

	start bob
	answers bob '^Server' "$there"
	answers bob '^Your nick' bob
	answers bob '^Account:' h
	answers bob '^Its name' ''
	soon bob '^Its password' && types bob "$(cat "$dir/kept")"
	answers bob '^A room' ''
	ok 'an account that there is' wait_for logged_in bob
	types bob /quit
	soon bob ended
	rm -r "$XDG_CONFIG_HOME/moot"

	start carl
	answers carl '^Server' "$there"
	answers carl '^Your nick' ann
	answers carl '^Account:' r
	soon carl '^Password' && types carl ''
	ok 'a name that is taken is refused in words' \
	    wait_for eval 'screen carl | grep -q "already\|exists\|taken"'
	key carl C-c
	soon carl ended
else
	skip 'accounts (the server keeps none)'
fi

# ---- no account ----

start dan
answers dan '^Server' "$there"
answers dan '^Your nick' dan
answers dan '^Account:' ''
answers dan '^A room' ''
ok 'Enter skips what is not needed' wait_for is_user dan
ok 'and that is kept' grep -q 'nick dan' "$conf"
types dan /quit
soon dan ended

rm -r "$XDG_CONFIG_HOME/moot"

# ---- a server that only has NickServ, and one that is hostile ----

if [ -z "${FAKE:-}" ]; then
	FAKE=$dir/fakeserver
	"${CC:-cc}" -std=c11 -D_GNU_SOURCE -o "$FAKE" \
	    "$(dirname "$0")/fakeserver.c" || exit 1
fi

# fake: with a script of standard input for the first connection
fake()
{
	cat >"$dir/script"
	rm -f "$dir/fakeport"
	"$FAKE" "$dir/fakeport" "$dir/fakelog" "$dir/script" &
	pipe="$pipe $!"
	wait_for test -s "$dir/fakeport"
	there=127.0.0.1:$(cat "$dir/fakeport")
}

fake <<END
< USER
> :fake CAP * LS :multi-prefix
< CAP END
> :fake 001 eve :Welcome
< PRIVMSG NickServ
> :NickServ!s@s NOTICE eve :Look\x1b[2J into \x9b your mail\x07
END
start eve
answers eve '^Server' "$there"
answers eve '^Your nick' eve
answers eve '^Account:' r
soon eve '^Password' && types eve sesame-street
soon eve '^The same' && types eve sesame-street
ok 'what NickServ says is shown, and cleaned' soon eve \
    'The server says: Look.*\[2J into .* your mail'
answers eve '^Do you have an account now' y
answers eve '^A room' ''
ok 'NickServ was told' wait_for has "$dir/fakelog" \
    '^1:PRIVMSG NickServ :REGISTER sesame-street$'
ok 'and it is remembered' wait_for grep -q 'account eve' "$conf"
mux kill-session -t '=eve'
rm -r "$XDG_CONFIG_HOME/moot"

fake <<END
< USER
> :fake CAP * LS * :draft/account-registration=before-connect
> :fake CAP * LS :sasl
< CAP REQ
> :fake CAP * NAK :draft/account-registration
< CAP END
> :fake 001
> :fake
> :fake 001 eve :Welcome
< REGISTER
> FAIL
> FAIL REGISTER
> FAIL REGISTER BAD_ACCOUNT_NAME :\x1b]0;x\x07no\xff such \xe2\x80\xae name
END
start eve
answers eve '^Server' "$there"
answers eve '^Your nick' eve
answers eve '^Account:' r
soon eve '^Password' && types eve ''
ok 'a refusal is shown, and cleaned' soon eve 'no. such  *name'
ok 'and asked again' soon eve '^Password.*: *$'
key eve C-c
ok 'until one leaves' soon eve ended
ok 'with nothing written' nothing
start eve
answers eve '^Server' 127.0.0.1:1
answers eve '^Your nick' eve
answers eve '^Account:' r
soon eve '^Password' && types eve ''
ok 'a server that is not there is said' soon eve 'no account: '
ok 'and then one is a guest' soon eve 'You are a guest then'
key eve C-c
soon eve ended

kill "$server"
wait "$server"
server=''
ok 'the log is without reports of bugs' eval \
    '! grep -e anitizer -e "runtime error" -e panic "$dir/log"'
total
