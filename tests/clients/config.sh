#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The configurations of README.md, pasted into the clients as they are, but for
# names, address and password; and what they are to give: login, a room, its
# history, the lines of a paste, who is typing, who comes and goes, what was
# missed while the connection was lost.  WeeChat twice (wee, zee) and irssi
# (irs) at terminals of a tmux of our own; catgirl (cat), which has nothing to
# be configured, with them.
#
# A client that is not installed is skipped and counted aloud, as is what the
# server does not offer.
#
#   MOOTD MOOTCTL  the programs; default: those of this directory
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.  It ends within a minute, come what may.

if [ -z "${CONFIG_TIMED:-}" ]; then
	CONFIG_TIMED=1 exec timeout -k 5 56 sh "$0" "$@"
fi
here=$(dirname "$0")
. "$here/terminals"
room='#moot'

# ---- pasting ----

# readme SECTION: its indented lines
readme()
{
	sed -n "/^### $1\$/,/^##* /s/^    //p" "$here/../../README.md"
}

# answers NICK: weechat asks before it takes so many lines
answers()
{
	wait_for shows "$1" 'Paste [0-9]* lines' >"$dir/ok" || return 1
	mux send-keys -t "=$1:" C-y
}

# configure NICK FRIEND PORT SECTION: pastes it, as far as the client lets it
# be pasted
configure()
{
	readme "$4" | sed -e "s/irc\.example\.org\([ /]\)6697/127.0.0.1\1$3/" \
	    -e "s|-tls_verify|-tls_verify -tls_cafile $dir/tls.crt|" \
	    -e "s/\bann\b/$1/g" -e "s/\bbob\b/$2/g" \
	    -e "s/\bSECRET\b/$secret/g" >"$dir/lines"
	[ -s "$dir/lines" ] || return 1
	if [ "$4" = WeeChat ]; then
		mux load-buffer "$dir/lines"
		mux paste-buffer -p -d -t "=$1:"
		answers "$1" || return 1
		mux send-keys -t "=$1:" Enter
		return
	fi
	while read -r line; do
		types "$1" "$line"
	done <"$dir/lines"
}

# lines NICK LABEL: three of them at once, from the terminal's clipboard
lines()
{
	printf '%s-1-%s.\n%s-2-%s.\n%s-3-%s.\n' "$2" "$1" "$2" "$1" "$2" "$1" |
	    mux load-buffer -
	mux paste-buffer -p -d -t "=$1:"
	types "$1" ''
	said="$said $2-1-$1. $2-2-$1. $2-3-$1."
}

# ---- the clients ----

# starts_weechat NICK FRIEND PORT
starts_weechat()
{
	terminal "$1" "weechat -d $HOME/$1"
	wait_for shows "$1" 'WeeChat' >"$dir/ok" || return 1
	types "$1" '/bar hide nicklist'
	types "$1" '/set irc.look.server_buffer independent'
	types "$1" "/set weechat.network.gnutls_ca_user $dir/tls.crt"
	configure "$1" "$2" "$3" WeeChat
}

start_wee()
{
	wire wee 0 || return 1
	starts_weechat wee irs "$(wire_port wee)"
}

start_zee()
{
	wire zee 0 || return 1
	starts_weechat zee irs "$(wire_port zee)"
}

start_irs()
{
	cat >"$HOME/.irssi/startup" <<-EOF
	SET autocreate_windows OFF
	SET autocreate_query_level DCCMSGS
	SET autocreate_own_query OFF
	SET cmds_max_at_once 1000
	SET cmd_queue_speed 10msec
	EOF
	terminal irs "irssi --home=$HOME/.irssi"
	wait_for shows irs 'Irssi' >"$dir/ok" || return 1
	wire irs 0 || return 1
	configure irs wee "$(wire_port irs)" irssi
}

# certify: a certificate for 127.0.0.1, which the clients are to trust
certify()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
	    -addext subjectAltName=IP:127.0.0.1,DNS:127.0.0.1 \
	    -keyout "$dir/tls.key" -out "$dir/tls.crt" 2>"$dir/openssl" &&
	    cat "$dir/tls.key" "$dir/tls.crt" >"$dir/tls.pem"
}

# wire NICK PORT: between it and the server one that can be cut, with TLS; at
# PORT, or with 0 at any that is free
wire()
{
	[ -s "$dir/tls.pem" ] || certify || return 1
	shakes=OPENSSL-LISTEN:$2,bind=127.0.0.1,reuseaddr,verify=0
	socat -d -d "$shakes,cert=$dir/tls.pem" \
	    "TCP:127.0.0.1:$port" 2>"$dir/wire-$1" &
	echo $! >"$dir/pid-$1"
	pipe="$pipe $!"
	wait_for has "$dir/wire-$1" 'listening on'
}

# wire_port NICK: where it is
wire_port()
{
	sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$dir/wire-$1"
}

# cut NICK: its wire
cut_wire()
{
	kill "$(cat "$dir/pid-$1")"
	wait "$(cat "$dir/pid-$1")"
	wait_for is_lost "$1"
}

# goes NICK: to the room, whose window it may have to look for
goes()
{
	case $1 in
	cat) types cat "/window $room" ;;
	wee | zee) types "$1" "/buffer irc.moot.$room" ;;
	esac
}

is_lost()
{
	! is_user "$1"
}

# offers TOKEN: of 005
offers()
{
	types "$1" '/buffer irc.server.moot'
	wait_for shows "$1" 'NICKLEN=' || return 1
	screen "$1" | grep -q "$2"
	found=$?
	goes "$1"
	return "$found"
}

# so_often NICK N TEXT: on so many lines of its screen
so_often()
{
	screen "$1" >"$dir/screen" || return 1
	n=$(grep -c -F -e "$3" "$dir/screen")
	[ "$n" -eq "$2" ] || {
		echo "$1 shows \"$3\" $n times"
		return 1
	}
}

# ---- who comes ----

serve wee zee irs cat
if [ -z "$remembers" ]; then
	skip 'there is no memory to log in to'
	leave
fi

enter wee weechat socat
enter zee weechat
enter irs irssi socat
enter cat catgirl socat openssl
[ -n "$clients" ] || total
for c in $clients; do
	[ "$c" != cat ] || types cat "/join $room"
	must "$c is in $room" wait_for is_member "$c"
	goes "$c"
	must "$c shows the room" show "${room}" "$c"
done

# ---- the conversation ----

for c in $clients; do
	types "$c" "hello-$c."
	said="$said hello-$c."
done
must 'everybody shows a line of everybody' all_once $said
for c in $clients; do
	lines "$c" pasted
	ok "$c pastes three lines, and everybody shows them" all_once $said
done

case $clients in
*wee*zee*)
	mux send-keys -t '=wee:' -l -- 'I am about to'
	ok 'zee shows that wee is typing' show 'yping: wee' zee
	types wee ' say-it.'
	said="$said say-it."
	ok 'and then what' all_once 'say-it.'
	;;
*) skip 'nobody to see who is typing' ;;
esac

# ---- who is kicked has the history when it comes again ----

case $clients in
*wee*irs*)
	types wee '/kick irs stand-up.'
	ok 'wee kicks irs, and everybody shows it' show 'stand-up\.' $clients
	ok 'irs is out' wait_for eval '! is_member irs'
	types irs "/join $room"
	ok 'irs is shown again what was said' wait_for so_often irs 2 'hello-wee.'
	types irs '/nick iris'
	ok 'a new nick is shown' show 'irs.*iris' $(others irs)
	types irs '/nick irs'
	ok 'and the old one again' show 'iris.*irs' $(others irs)
	;;
*) skip 'nobody to be kicked' ;;
esac

# ---- who loses its connection ----

# loses NICK OTHER LABEL RECONNECT: the connection, while OTHER talks; and says
# RECONNECT
loses()
{
	p=$(wire_port "$1")
	ok "$1 loses its connection" cut_wire "$1"
	types "$2" "$3-one."
	types "$2" "$3-two."
	ok "$2 goes on talking" wait_for once "$2" "$3-one." "$3-two."
	ok 'the wire is mended' wire "$1" "$p"
	types "$1" "$4"
	ok "$1 is back, and logged in" wait_for eval \
	    "is_user $1 && logged_in $1"
	goes "$1"
	ok 'and is told what it missed, once' wait_for once "$1" \
	    "$3-one." "$3-two."
}

case $clients in
*wee*irs*)
	loses wee irs missed '/reconnect moot'
	loses irs wee gone '/reconnect all'
	;;
*) skip 'nobody to lose a connection' ;;
esac

# ---- who comes and goes ----

case $clients in
*wee*irs*)
	ok 'irssi tells irs that its friend is there' \
	    show 'Irssi: wee .* has joined' irs
	if offers wee 'MONITOR='; then
		types irs '/quit bye.'
		clients=$(others irs)
		types wee '/buffer irc.server.moot'
		ok 'wee is told that irs has left' \
		    show 'irs.*\(offline\|quit\|left\)' wee
	else
		skip 'the server has no MONITOR'
	fi
	;;
esac
for c in $clients; do types "$c" '/quit'; done
ok 'nobody is left' wait_for nobody
leave
