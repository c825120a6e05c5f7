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

set -u
MOOTD=${MOOTD:-./mootd} MOOTCTL=${MOOTCTL:-./mootctl} MOOT=${MOOT:-./moot}
if [ -z "${STOCK_TIMED:-}" ]; then
	STOCK_TIMED=1 exec timeout -k 5 54 sh "$0" "$@"
fi

passed=0 failed=0 skipped=0
clients='' server='' proxy='' pipe='' said=''
dir=$(mktemp -d "${TMPDIR:-/tmp}/moot-stock.XXXXXX") || exit 1
mkdir -m 700 "$dir/home" "$dir/home/.irssi" "$dir/run"
export HOME="$dir/home" XDG_CONFIG_HOME="$dir/home/config" \
    XDG_DATA_HOME="$dir/home/data" XDG_CACHE_HOME="$dir/home/cache" \
    XDG_STATE_HOME="$dir/home/state" XDG_RUNTIME_DIR="$dir/run" \
    TMUX_TMPDIR="$dir/run" LC_ALL=C.UTF-8 TZ=UTC
unset TMUX WEECHAT_HOME IRCNICK IRCNAME IRCUSER IRCSERVER MOOT_PASSWORD

mux()
{
	tmux -u -L "moot-$$" -f /dev/null "$@"
}

finish()
{
	mux kill-server >"$dir/ok" 2>&1
	exec 3>&-
	for p in $pipe $proxy $server; do
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	rm -rf "$dir"
}
trap finish EXIT
# the output of the moment may be that of a test: say it where all is said
exec 4>&1
trap 'failed=$((failed + 1)); echo "not ok - in time" >&4; total >&4' \
    HUP INT TERM
# a client may be gone when it is typed to, which its screen will tell
trap : PIPE

total()
{
	printf '%s passed, %s failed, %s skipped\n' \
	    "$passed" "$failed" "$skipped"
	[ "$failed" -eq 0 ]
	exit
}

skip()
{
	skipped=$((skipped + 1))
	printf 'skipped - %s\n' "$1"
}

# ok NAME COMMAND...: one test; with what was on the screens when it fails
ok()
{
	name=$1
	shift
	if "$@" >"$dir/ok" 2>&1; then
		passed=$((passed + 1))
		printf 'ok - %s\n' "$name"
		return
	fi
	failed=$((failed + 1))
	printf 'not ok - %s\n' "$name"
	tail -n 1 "$dir/ok" | sed 's/^/#   /'
	for c in $clients; do
		screen "$c" | grep -v '^ *$' | tail -n 25 | sed "s/^/# $c: /"
	done
	tail -n 20 "$dir/log" | sed 's/^/# log: /'
	return 1
}

# must NAME COMMAND...: as ok, but without it the rest makes no sense
must()
{
	ok "$@" || total
}

# wait_for COMMAND...: until it succeeds, 12 seconds at most
wait_for()
{
	until_s=$(($(date +%s) + 12))
	until "$@"; do
		[ "$(date +%s)" -lt "$until_s" ] || return 1
		sleep 0.05
	done
}

has()
{
	grep -q -e "$2" "$1" 2>/dev/null
}

# ---- the clients, each by its nick: irs, cat, wee, moo ----

# screen NICK: what it shows now
screen()
{
	case $1 in
	moo) cat "$dir/moo.out" ;;
	*) mux capture-pane -p -J -t "=$1:" ;;
	esac
}

# types NICK LINE: as if at its keyboard
types()
{
	case $1 in
	moo) printf '%s\n' "$2" >&3 2>/dev/null ;;
	*) mux send-keys -t "=$1:" -l -- "$2" \; \
	    send-keys -t "=$1:" Enter ;;
	esac
}

# terminal NICK COMMAND: starts it at a terminal tall enough for all it shows
terminal()
{
	mux new-session -d -s "$1" -x 150 -y 250 "$2"
}

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

start_cat()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>"$dir/openssl" ||
	    return 1
	tls=OPENSSL-LISTEN:0,bind=127.0.0.1,fork,verify=0
	socat -d -d "$tls,cert=$dir/cert.pem,key=$dir/key.pem" \
	    "TCP:127.0.0.1:$port" 2>"$dir/socat" &
	proxy=$!
	wait_for has "$dir/socat" 'listening on' || return 1
	tls=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$dir/socat")
	terminal cat "catgirl -h 127.0.0.1 -p $tls -t $dir/cert.pem -n cat \
	    ${remembers:+-a cat:$secret}"
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

start_moo()
{
	rm -f "$dir/moo.in"
	mkfifo "$dir/moo.in" || return 1
	"$MOOT" -1 -n moo "127.0.0.1:$port" <"$dir/moo.in" \
	    >"$dir/moo.out" 2>&1 &
	pipe=$!
	exec 3>"$dir/moo.in"
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

# ---- what mootctl says ----

ctl()
{
	"$MOOTCTL" -s "$dir/control" --json "$@" 2>/dev/null
}

# user NICK FIELD: a number
user()
{
	ctl users | sed -n \
	    "/\"nick\":\"$1\"/s/.*\"$2\":\([0-9]*\)[,}].*/\1/p"
}

# is_user NICK: registered
is_user()
{
	ctl users | grep "\"nick\":\"$1\"" | grep -q '"state":"online"'
}

# logged_in NICK: to the account of that name
logged_in()
{
	ctl users | grep "\"nick\":\"$1\"" | grep -q "\"account\":\"$1\""
}

nobody()
{
	ctl status | grep -q '"registered":0[,}]'
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
is_member()
{
	ctl members '#stock' | grep -q "\"nick\":\"$1\""
}

returns()
{
	wait_for eval "! is_member $1" || return 1
	types "$1" '/join #stock'
	wait_for is_member "$1"
}

# ---- what the screens say ----

# shows NICK PATTERN
shows()
{
	screen "$1" >"$dir/screen" || return 1
	grep -q -e "$2" "$dir/screen" || {
		echo "$1 does not show \"$2\""
		return 1
	}
}

# show PATTERN NICK...: each of them
show()
{
	p=$1
	shift
	for c; do
		wait_for shows "$c" "$p" || return 1
	done
}

# once NICK TEXT...: each on one line of its screen
once()
{
	screen "$1" >"$dir/screen" || return 1
	who=$1
	shift
	for text; do
		n=$(grep -c -F -e "$text" "$dir/screen")
		[ "$n" -eq 1 ] || {
			echo "$who shows \"$text\" $n times"
			return 1
		}
	done
}

# all_once TEXT...: everybody shows each once
all_once()
{
	for c in $clients; do
		wait_for once "$c" "$@" || return 1
	done
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

others()
{
	for c in $clients; do [ "$c" = "$1" ] || echo "$c"; done
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

"$MOOTD" -f -p "$dir" 2>"$dir/log" &
server=$!
must 'the server listens' wait_for has "$dir/log" 'listening on 127'
port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$dir/log")

# with accounts, if there is a program that keeps them
secret=correct-horse remembers=''
if [ -x "$(dirname "$MOOTD")/mootd-store" ]; then
	remembers=yes
	must 'the store serves' wait_for has "$dir/log" 'keeping'
	for c in irs cat wee; do
		must "there is an account $c" eval \
		    'echo "$secret" | ctl account add "$c"'
	done
fi

# enter NICK PROGRAM...: if they are installed, connects and registers
enter()
{
	nick=$1
	shift
	for p in tmux "$@"; do
		command -v "$p" >"$dir/ok" || {
			skip "$1: $p is not installed"
			return
		}
	done
	clients="$clients $nick"
	"start_$nick"
	must "$1 registers" wait_for is_user "$nick"
	[ -z "$remembers" ] ||
	    ok "$1 is logged in by SASL" wait_for logged_in "$nick"
}

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
kill "$server"
wait "$server"
ok 'the server ends with status 0' test $? -eq 0
server=''
ok 'its log is without reports of bugs' eval \
    '! grep -e anitizer -e "runtime error" -e panic "$dir/log"'
total
