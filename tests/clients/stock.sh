#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Stock clients in one room, while the workers they are on are killed: irssi,
# catgirl and weechat at terminals of a tmux of our own, moot in a pipe.  The
# first three log in to accounts, by SASL, if the server has a memory.  They
# talk, to all and to each other, change nick and topic, kick and quit; what
# counts is what their screens show.  After each kill everybody must still be
# on the same connection and have seen each line once.
#
# A client that is not installed is skipped and counted aloud.  catgirl speaks
# only TLS, which socat ends in front of the server.  HOME and all else lies
# in a private directory; nothing of the user is read or written.
#
#   MOOTD MOOTCTL MOOT  the programs; default: those of this directory
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.  It ends within a minute, come what may.

if [ -z "${STOCK_TIMED:-}" ]; then
	STOCK_TIMED=1 exec timeout -k 5 54 sh "$0" "$@"
fi
. "$(dirname "$0")/terminals"
room='#stock'

# ---- the clients: irs, cat, wee, moo ----

start_irs()
{
	# all in one window, and neither slower nor wiser than what is typed
	cat >"$HOME/.irssi/startup" <<-EOF
	SET autocreate_windows OFF
	SET autocreate_query_level DCCMSGS
	SET autocreate_own_query OFF
	SET paste_verify_line_count 0
	SET cmds_max_at_once 1000
	SET cmd_queue_speed 10msec
	EOF
	cat >"$HOME/.irssi/config" <<-EOF
	servers = ( { address = "127.0.0.1"; chatnet = "moot"; port = "$port";
	    autoconnect = "yes"; } );
	chatnets = { moot = { type = "IRC"; nick = "irs";
	    sasl_mechanism = "PLAIN"; sasl_username = "irs";
	    sasl_password = "$secret"; }; };
	EOF
	terminal irs "irssi --home=$HOME/.irssi -n irs"
}

start_wee()
{
	# lines may come fast, and are no paste; some options have other names
	# in other versions, and one that is not known does no harm
	set -- '/set irc.look.server_buffer independent' \
	    '/set weechat.look.paste_max_lines -1' \
	    '/bar hide nicklist' "/server add moot 127.0.0.1/$port" \
	    '/set irc.server.moot.ssl off' '/set irc.server.moot.tls off' \
	    '/set irc.server.moot.nicks wee' \
	    '/set irc.server.moot.sasl_mechanism plain' \
	    "/set irc.server.moot.sasl_username ${remembers:+wee}" \
	    "/set irc.server.moot.sasl_password $secret" \
	    '/set irc.server_default.anti_flood_prio_high 0' \
	    '/set irc.server_default.anti_flood 0' '/connect moot'
	run=''
	for c; do run="$run$c;"; done
	terminal wee "weechat -d $HOME/weechat -P irc -r '$run'"
}

# window NICK NAME: to the room or the person, for clients with windows
window()
{
	case $1,$2 in
	cat,#*) types cat "/window $2" ;;
	wee,#*) types wee "/buffer irc.moot.$2" ;;
	cat,* | wee,*) types "$1" "/query $2" ;;
	esac
}

# connections: one line a client, the same as long as its connection is
connections()
{
	for c in $clients; do
		echo "$c $(user "$c" id) $(user "$c" signon)"
	done
}

same_connections()
{
	connections >"$dir/now"
	cmp "$dir/connections" "$dir/now"
}

spread()
{
	[ "$(for c in $clients; do user "$c" worker; done |
	    sort -u | wc -l)" -gt 1 ]
}

# returns NICK: to the room it was put out of
returns()
{
	wait_for eval "! is_member $1" || return 1
	types "$1" '/join #stock'
	wait_for is_member "$1"
}

# say LABEL: a line of everybody, not waited for
say()
{
	for c in $clients; do
		types "$c" "$1-$c."
		said="$said $1-$c."
	done
}

# talk LABEL: and seen by everybody
talk()
{
	say "$1"
	all_once $said
}

# direct LABEL: everybody to everybody else; each of the two shows it once
direct()
{
	for a in $clients; do
		for b in $(others "$a"); do
			window "$a" "$b"
			types "$a" "/msg $b $1-$a-$b."
		done
	done
	rc=0
	for a in $clients; do
		for b in $(others "$a"); do
			window "$a" "$b"
			wait_for once "$a" "$1-$a-$b." "$1-$b-$a." || rc=1
		done
		window "$a" '#stock'
		wait_for once "$a" $said || rc=1
	done
	return "$rc"
}

lost='onnection lost\|isconnect\|econnect\|closed the\|: lost\|rror'
gone='has quit\|quit\.\|has left\|leaves\|departs'

# no_trace: nobody was told that anything had happened
no_trace()
{
	for c in $clients; do
		screen "$c" >"$dir/screen" || return 1
		! grep -i -e "$lost" -e "$gone" "$dir/screen" || return 1
	done
}

# ---- the server and who comes ----

serve irs cat wee
enter irs irssi
enter cat catgirl socat openssl
enter wee weechat
[ -n "$clients" ] || total

# the kernel chooses workers; moot comes until not all are on one
moot_enters()
{
	for try in 1 2 3 4 5 6 7 8 9 10; do
		start_moo
		wait_for is_user moo || return 1
		spread && return
		echo "try $try"
		types moo /quit
		wait "$pipe"
		exec 3>&-
	done
	return 1
}
clients="$clients moo"
welcome='MOTD\|You arrive in\|connected to .* as moo'
must 'moot registers, and the clients are on different workers' moot_enters

# the first is the operator; who shows the end of the welcome is ready
for c in $clients; do
	must "$c is welcomed" show "$welcome" "$c"
	types "$c" '/join #stock'
	must "$c joins #stock" show 'joined #stock\|arrives in #stock' "$c"
	printf '# %s is on worker %s\n' "$c" "$(user "$c" worker)"
done
set -- $clients
op=$1
connections >"$dir/connections"

# ---- the conversation ----

must 'everybody shows a line of everybody' talk hello
ok 'direct messages from everybody to everybody' direct before
types moo '/nick mia'
ok 'a new nick is shown' show 'moo.*mia' $(others moo)
types moo '/nick moo'
ok 'and the old one again' show 'mia.*moo' $(others moo)
types "$op" '/topic sit-down-please.'
ok 'a topic is shown' show 'sit-down-please\.' $clients

# kill_worker N: kills it, in the middle of what was typed
kill_worker()
{
	pid=$(ctl workers |
	    sed -n "s/.*\"worker\":$1,\"pid\":\([0-9]*\).*/\1/p")
	[ "${pid:-0}" -gt 1 ] || return 1
	say "during$1"
	kill -9 "$pid"
}

for w in $(for c in $clients; do user "$c" worker; done | sort -u); do
	must "worker $w is killed" kill_worker "$w"
	ok 'everybody talks, and shows every line once' talk "after$w"
	ok 'everybody is on the same connection' \
	    wait_for same_connections
	ok 'no screen tells of it' no_trace
	[ "$failed" -eq 0 ] || total
done
ok 'direct messages as before' direct later
ok 'still every line once' all_once $said

# ---- leaving ----

# out goes somebody on another worker than the operator
for c in $(others "$op"); do
	victim=$c
	[ "$(user "$c" worker)" = "$(user "$op" worker)" ] || break
done
types "$op" "/kick $victim stand-up."
ok "$op kicks $victim, and everybody shows it" show 'stand-up\.' $clients

ok "$victim comes again" returns "$victim"
for c in $clients; do
	types "$c" "/quit bye-$c."
	clients=$(others "$c")
	[ -z "$clients" ] || ok "the others show that $c quits" \
	    show "bye-$c\\." $clients
done
ok 'nobody is left' wait_for nobody
wait "$pipe"
ok 'moot ends with status 0' test $? -eq 0
pipe=''
leave
