#!/bin/sh
# SPDX-License-Identifier: ISC
#
# moot and the TLS of mootd: taking up an invitation at a terminal, logging in
# by password and by certificate, going on after the connection was lost.
#
#   MOOT MOOTD MOOTCTL   the programs; default ./moot ./mootd ./mootctl
#   MOOT_QUICK           moot built with short times, as moot.sh has it
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

. "$(dirname "$0")/terminals"
quick=${MOOT_QUICK:-$MOOT}
LOGNAME=ann
export LOGNAME

for program in mootd-store mootd-tls; do
	[ -x "$(dirname "$MOOTD")/$program" ] || {
		skip "invitations (there is no $program)"
		total
	}
done
asks invitations
case $quick in /*) ;; *) quick=$PWD/$quick ;; esac

# invites: a server that lets in whom it has invited; the first free prefix
mkdir -m 700 "$dir/state"
invites()
{
	tried=$(($$ % 126 + 1))
	for n in 1 2 3 4 5 6 7 8; do
		cat >"$dir/mootd.conf" <<EOF
name home.test
listen 127.0.0.1:0
listen-tls 127.0.0.1:0
workers 2
control $dir/control
state-dir $dir/state
registration invite
ipc-prefix $tried
EOF
		"$MOOTD" -f -c "$dir/mootd.conf" 2>"$dir/log" &
		server=$!
		wait_for has "$dir/log" 'keeping\|prefix\|cannot'
		has "$dir/log" 'keeping' && return
		wait "$server"
		server=''
		tried=$((tried % 126 + 1))
	done
	return 1
}

must 'a server that invites' invites
must 'with TLS' wait_for has "$dir/log" 'pin sha256/'
pin=$(sed -n 's/.*pin \(sha256[^,]*\),.*/\1/p' "$dir/log" | head -n 1)
words=$(sed -n 's/.*in words: \([a-z ]*\).*/\1/p' "$dir/log" | head -n 1)

# ---- an invitation ----

"$MOOTCTL" -s "$dir/control" account invite >"$dir/invitation"
uri=$(sed -n "s/.*moot '\(.*\)'\$/\1/p" "$dir/invitation")
shape='^ircs://127.0.0.1:[0-9]*/?pin=[A-Za-z0-9_-]\{43\}&token=[0-9a-f]*$'
ok 'an invitation is one word' eval 'echo "$uri" | grep -q "$shape"'
where=$(echo "$uri" | sed -n 's/^\(ircs:.*\/\)?.*/\1/p')
timeout 20 "$MOOT" "$uri" </dev/null >"$dir/piped" 2>&1
ok 'it is not taken up in a pipe' has "$dir/piped" 'at a terminal'

asked ann "$MOOT '$uri'"
must 'at a terminal it is' soon ann 'You are invited to ircs://127.0.0.1'
ok 'its token is not in the list of processes' eval \
    '! ps -C moot -o args= | grep -q "${uri##*token=}"'
answers ann '^Your nick \[ann\]' ''
answers ann '^Password' ''
must 'and gone there' wait_for is_user ann
ok 'logged in' wait_for logged_in ann
ok 'with TLS, as one sees' soon ann ' TLS '
ok 'the server is kept' grep -qF "server $where" "$conf"
ok 'with its pin' grep -qF "pin $pin" "$conf"
ok 'the token is not' eval '! grep -q token "$conf"'
types ann /tls
ok 'its key is said in the words of the server' soon ann "${words%% *}"
types ann /quit
soon ann 'ended with 0'
wait_for nobody
asked ann "$MOOT '$uri'"
ok 'the second time nothing is asked' wait_for logged_in ann
types ann /quit
wait_for nobody

mkdir "$dir/other"
asked bob "XDG_CONFIG_HOME=$dir/other $MOOT '$uri'"
answers bob '^Your nick' bob
answers bob '^Password' ''
ok 'an invitation is good once' soon bob 'not valid'
mux kill-session -t =bob
uri=$(echo "$uri" | sed 's/pin=...../pin=AAAAA/')
asked bob "XDG_CONFIG_HOME=$dir/other $MOOT '$uri'"
answers bob '^Your nick' bob
answers bob '^Password' ''
ok 'and for one server' soon bob 'does not have the key that was given'
mux kill-session -t =bob
clients=''

# ---- who is somewhere already ----

# home NICK LINE...: what it is configured to
home()
{
	mkdir -p "$dir/$1/moot"
	nick=$1
	shift
	printf '%s\n' "$@" >"$dir/$nick/moot/moot.conf"
}

"$MOOTCTL" -s "$dir/control" account invite >"$dir/invitation"
uri=$(sed -n "s/.*moot '\(.*\)'\$/\1/p" "$dir/invitation")
there=${where#ircs://}
home dora 'network home' "server ${there%/}" 'tls on' "pin $pin" 'nick dora'
asked dora "XDG_CONFIG_HOME=$dir/dora $MOOT '$uri'"
ok 'who is on that server already is asked nothing' wait_for is_user dora
types dora /quit
soon dora 'ended with 0'
home carl 'network 127.0.0.1' 'server 127.0.0.1:1' 'at-start off' \
    'password-file 127.0.0.1.password'
echo mine >"$dir/carl/moot/127.0.0.1.password"
chmod 600 "$dir/carl/moot/127.0.0.1.password"
asked carl "XDG_CONFIG_HOME=$dir/carl $MOOT '$uri'"
answers carl '^Your nick' carl
answers carl '^Password' ''
ok 'who is on another one goes there' wait_for logged_in carl
ok 'the other one stays' grep -q 'server 127.0.0.1:1$' \
    "$dir/carl/moot/moot.conf"
ok 'as does its password' grep -qx mine "$dir/carl/moot/127.0.0.1.password"
ok 'and the new one has another name' grep -q 'network 127.0.0.1-2$' \
    "$dir/carl/moot/moot.conf"
types carl "/server $uri"
ok 'there it is not taken up' soon carl 'an invitation is taken up by'
types carl /quit
soon carl 'ended with'
ok 'and its token is kept nowhere' eval \
    '! grep -r "${uri##*token=}" "$XDG_STATE_HOME" "$dir/carl" &&
    ! ls -R "$XDG_STATE_HOME" | grep -q token'
clients=''

# ---- without a person ----

# self ARGUMENT...: who moot is there
self()
{
	timeout 25 "$MOOT" whoami "$@" </dev/null >"$dir/self" 2>&1
}
self
ok 'a script is logged in, too' has "$dir/self" '	ann	'
"$MOOT" cert </dev/null >"$dir/cert"
hash=$(sed -n 's/^fingerprint *//p' "$dir/cert")
timeout 25 "$MOOT" send NickServ CERT ADD "$hash" </dev/null >"$dir/ok" 2>&1
ok 'a certificate is made known' eval \
    'ctl account certs ann | grep -qi "$hash"'
sed 's/password-file.*/certificate client.pem/' "$conf" >"$dir/conf"
cp "$dir/conf" "$conf"
self
ok 'it is enough to log in' has "$dir/self" '	ann	'
sed '/	account/d' "$conf" >"$dir/conf"
cp "$dir/conf" "$conf"
self -n guest1
ok 'also without the name of the account' has "$dir/self" '	ann	'

# ---- when the connection is lost ----

# back: it was lost, and is there again
back()
{
	is_user ann && shows ann 'lost 127' &&
	    [ "$(screen ann | grep -c 'by TLS')" -ge 2 ]
}

asked ann "$quick -l"
must 'moot is there' wait_for logged_in ann
ctl kick ann again >"$dir/ok"
ok 'and is back' wait_for back
types ann /tls
ok 'with the session from before' soon ann 'going on from before'
types ann /quit
soon ann 'ended with'
leave
