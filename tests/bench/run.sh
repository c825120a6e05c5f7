#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The benchmarks: mootd beside the floor (floor.c) and beside other servers that
# are installed, under the same load (load.c), in turns.
#
# usage: run.sh [-qv] [-n REPETITIONS]
#
#   -q  quick: shorter, each once, at most a minute; says less
#   -v  print each measurement as it is made
#
# From the environment:
#   MOOTD    the server (default: mootd at the top of the tree)
#   BUILD    where bench-floor and bench-load are, or are to be built
#            (default: a private directory)
#   SERVERS  which and in which order (floor mootd kept bare ngircd inspircd)
#   ROWS     which (room rooms direct register idle tls-room handshake
#            tls-idle replace kept ack listing)
#   RESULTS  a file to append every measurement to
#
# As root it runs in an IPC namespace of its own, with kernel.msgmnb as the
# package sets it (systemd/moot.sysctl); "bare" is mootd with the kernel's own
# 16 KiB for a mailbox.  "kept" is mootd with its store, which the others do
# without, as the peers do; the floor of row kept is a loop that inserts the same
# rows into SQLite.  Elsewhere mootd has what the machine gives, and there is
# no "bare".
#
# In the rows tls-room, handshake and tls-idle the clients speak TLS, and so does
# the floor: 1.3, TLS_AES_256_GCM_SHA384 and X25519, with one certificate of
# P-256 for all.  A handshake is a full one, by a client that leaves when it is
# done: the time of all processes counts, and with mootd that of the worker to
# which the client is passed on.  These rows need libssl and openssl(1).
#
# Each server is started anew for each measurement, measured and stopped by its
# process ID.  Of the repetitions the median counts: a busy machine makes work
# dearer, but also gathers more lines into one send.  Status: 0, or 1 when the floor or mootd could not be measured
# or lost anything; what the others do is only reported.

# ulimit -c, -n and -H are no part of POSIX, but every sh on Linux has them.
# shellcheck disable=SC3045

set -u
ulimit -c 0
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
MOOTD=${MOOTD:-$top/mootd}
SERVERS=${SERVERS:-floor mootd kept bare ngircd inspircd}
ROWS=${ROWS:-room rooms direct register idle tls-room handshake tls-idle
	replace kept ack listing}
PATH=$PATH:/usr/sbin:/usr/local/sbin
quick=no
verbose=no
repeat=
failed=no
pid=
dir=

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf 'run.sh: %s\n' "$*" >&2
	exit 2
}

packaged=$(sed -n 's/^kernel.msgmnb = //p' "$top/systemd/moot.sysctl")
if [ -z "${BENCH_NAMESPACE:-}" ] &&
    unshare -i sh -c "echo $packaged >/proc/sys/kernel/msgmnb" 2>/dev/null
then
	BENCH_NAMESPACE=1 exec unshare -i sh "$0" "$@"
fi

while getopts n:qv opt; do
	case $opt in
	n) repeat=$OPTARG ;;
	q) quick=yes ;;
	v) verbose=yes ;;
	*) die "usage: run.sh [-qv] [-n repetitions]" ;;
	esac
done

# 20,000 clients, and what a server and the load generator need beside them; or as
# many as there may be.
descriptors_raise()
{
	[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 24000 ] ||
	    ulimit -Hn 24000 2>/dev/null
	limit=$(ulimit -Hn)
	[ "$limit" != unlimited ] || limit=24000
	ulimit -n "$limit"
	crowd=20000
	if [ $((limit - 200)) -lt $crowd ]; then
		crowd=$((limit - 200))
		[ $quick = yes ] || say "idle: $crowd clients, not 20000:" \
		    "a process may have only $limit descriptors here"
	fi
}

tools_build()
{
	cc=${CC:-cc}
	BUILD=${BUILD:-$dir}
	mkdir -p "$BUILD" || die "$BUILD: cannot be made"
	flags="-std=c11 -D_GNU_SOURCE -O2 -g"
	libs=$(pkg-config --libs libssl libcrypto 2>/dev/null) &&
	    flags="$flags -DTLS"
	# shellcheck disable=SC2086
	[ -x "$BUILD/bench-floor" ] ||
	    $cc $flags -o "$BUILD/bench-floor" "$here/floor.c" \
	        "$here/secure.c" $libs || die "the floor does not build"
	# shellcheck disable=SC2086
	[ -x "$BUILD/bench-load" ] ||
	    $cc $flags -o "$BUILD/bench-load" "$here/load.c" "$here/crowd.c" \
	        "$here/secure.c" "$here/proc.c" "$here/fanout.c" \
	        "$here/direct.c" "$here/idle.c" "$here/replace.c" \
	        "$here/kept.c" "$here/listing.c" $libs ||
	    die "the load generator does not build"
}

# Whether row $1 is one by TLS.
is_tls()
{
	case $1 in
	tls-* | handshake) : ;;
	*) false ;;
	esac
}

# The certificate of all servers; without it, or without libssl, there are no
# rows by TLS.
certificate_make()
{
	is_tls_wanted=no
	for row in $ROWS; do
		! is_tls "$row" || is_tls_wanted=yes
	done
	[ $is_tls_wanted = yes ] || return 0
	if ! "$BUILD/bench-load" -s -p 1 leave 1 2>&1 | grep -q 'without libssl' &&
	    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
	        -nodes -days 2 -subj /CN=bench.example -keyout "$dir/key.pem" \
	        -out "$dir/cert.pem" 2>/dev/null
	then
		return 0
	fi
	say "rows by TLS: no libssl or no openssl(1), skipped"
	rows=
	for row in $ROWS; do
		is_tls "$row" || rows="$rows $row"
	done
	ROWS=$rows
}

# A number from $1 to $2.
random()
{
	echo $(($(od -An -N2 -tu2 /dev/urandom) % ($2 - $1 + 1) + $1))
}

# wait_for SECONDS COMMAND...: until it succeeds; not if the server is gone.
wait_for()
{
	until_s=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt $until_s ] || return 1
		kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.02
	done
}

log_port()
{
	what=listening
	! is_tls "$row" || [ "$server" = floor ] || what='listening for TLS'
	port=$(sed -n "s/.*$what on 127\.0\.0\.1:\([0-9]*\).*/\1/p" \
	    "$dir/log" | head -n 1)
	[ -n "$port" ]
}

answers()
{
	# shellcheck disable=SC2046
	"$BUILD/bench-load" $(load_secure) -t 2 -p "$port" register 1 \
	    >/dev/null 2>&1
}

load_secure()
{
	! is_tls "$row" || echo -s
}

# Each of these leaves the process ID of its server in pid and, unless it is
# said in its log, the port in port.
floor_start()
{
	if is_tls "$row"; then
		"$BUILD/bench-floor" "$dir/cert.pem" "$dir/key.pem" \
		    2>"$dir/log" &
	else
		"$BUILD/bench-floor" 2>"$dir/log" &
	fi
	pid=$!
}

# Sets how many bytes a new mailbox holds, where this namespace is ours.
msgmnb()
{
	[ -n "${BENCH_NAMESPACE:-}" ] || return 0
	echo "$1" >/proc/sys/kernel/msgmnb
}

bare_start()
{
	msgmnb 16384
	mootd_go
}

mootd_start()
{
	msgmnb "$packaged"
	mootd_go
}

# With a memory, on a disk: the private directory may be one that is none.
kept_start()
{
	msgmnb "$packaged"
	keep=on
	mootd_go
	keep=off
}

keep=off
mootd_go()
{
	rm -rf "$dir/state"
	mkdir -p "$dir/state"
	cat >"$dir/conf" <<-END
		name bench.example
		listen 127.0.0.1:0
		max-clients 30000
		max-clients-per-address 30000
		flood off
		connection-rate off
		max-unregistered 100
		state-dir $dir/state
		store $keep
		ipc-prefix $(random 1 126)
		control $dir/control
		$(row_settings "$row")
	END
	"$MOOTD" -f -c "$dir/conf" 2>"$dir/log" &
	pid=$!
}

ngircd_start()
{
	port=$(random 20000 32000)
	cat >"$dir/conf" <<-END
		[Global]
		Name = bench.example
		Info = Bench
		Listen = 127.0.0.1
		$(is_tls "$row" || echo "Ports = $port")
		MotdPhrase = bench
		[Limits]
		MaxConnections = 0
		MaxConnectionsIP = 0
		MaxJoins = 0
		MaxPenaltyTime = 0
		PingTimeout = 600
		[Options]
		DNS = no
		Ident = no
		PAM = no
		SyslogFacility = local1
		$(! is_tls "$row" || printf '%s\n' '[SSL]' "Ports = $port" \
		    "CertFile = $dir/cert.pem" "KeyFile = $dir/key.pem")
	END
	ngircd -n -f "$dir/conf" >"$dir/log" 2>&1 &
	pid=$!
}

inspircd_start()
{
	port=$(random 20000 32000)
	cat >"$dir/conf" <<-END
		<server name="bench.example" description="Bench"
		 network="Bench" id="0BN">
		<admin name="Bench" nick="bench" email="bench@bench.example">
		$(! is_tls "$row" || echo '<module name="ssl_gnutls">' \
		    '<sslprofile name="bench" provider="gnutls"' \
		    "certfile=\"$dir/cert.pem\" keyfile=\"$dir/key.pem\">")
		<bind address="127.0.0.1" port="$port" type="clients"
		 $(! is_tls "$row" || echo 'sslprofile="bench"')>
		<connect name="all" allow="*" timeout="60" pingfreq="10m"
		 localmax="100000" globalmax="100000" limit="100000"
		 threshold="1000000" commandrate="1000000000" fakelag="no"
		 softsendq="100M" hardsendq="200M" recvq="1M" maxchans="100"
		 resolvehostnames="no" maxconnwarn="no" useident="no">
		<performance quietbursts="yes" softlimit="100000"
		 somaxconn="4096" netbuffersize="65534" clonesonconnect="no">
		<files motd="$dir/motd">
		<log method="file" type="*" level="default"
		 target="$dir/inspircd.log">
	END
	echo bench >"$dir/motd"
	inspircd --nofork --runasroot --nopid --config "$dir/conf" \
	    >"$dir/log" 2>&1 &
	pid=$!
}

mootd_there()
{
	[ -x "$MOOTD" ]
}

# Whether a server can be measured here at all.
server_there()
{
	case $1 in
	floor) : ;;
	mootd) mootd_there ;;
	bare) mootd_there && [ -n "${BENCH_NAMESPACE:-}" ] ;;
	kept) mootd_there && [ -x "${MOOTD%/*}/mootd-store" ] ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

server_start()
{
	for attempt in 1 2 3; do
		port=
		: >"$dir/log"
		"$1_start"
		if { [ -n "$port" ] || wait_for 10 log_port; } &&
		    wait_for 10 answers; then
			return 0
		fi
		server_stop
	done
	say "$1: does not start ($attempt attempts), its last words:"
	tail -n 3 "$dir/log"
	return 1
}

server_gone()
{
	! kill -0 "$1" 2>/dev/null
}

server_stop()
{
	[ -n "$pid" ] || return 0
	kill "$pid" 2>/dev/null
	tries=500
	while kill -0 "$pid" 2>/dev/null && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.02
	done
	[ $tries -gt 0 ] || say "process $pid did not stop within 10 s, killed"
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	pid=
}

finish()
{
	server_stop
	[ -z "$dir" ] || rm -rf "$dir"
}

# What a row wants of mootd: of who is killed, all clients.
row_settings() # row
{
	[ "$1" != replace ] || echo 'workers 1'
	[ "$1" != listing ] || echo 'max-rooms 30000'
	! is_tls "$1" || cat <<-END
		listen-tls 127.0.0.1:0
		tls-cert $dir/cert.pem
		tls-key $dir/key.pem
		tls-handshakes 10000
		tls-handshakes-per-address 10000
	END
}

# What a row asks of bench-load.  InspIRCd registers whoever is there once a
# second, so many must be.  What a client holds does not depend on their number;
# the other servers take long to let 20,000 in.
row_load() # row server
{
	[ "$2" != inspircd ] || echo -j 4000
	load_secure
	case $quick:$1 in
	no:room | no:tls-room) echo fanout 1 1000 4 8 2 ;;
	no:rooms) echo fanout 100 100 2 8 3 ;;
	no:direct) echo direct 500 2 ;;
	no:register) echo register 5000 ;;
	no:idle)
		case $2 in
		floor | mootd) echo idle "$crowd" ;;
		*) echo idle 5000 ;;
		esac
		;;
	yes:room | yes:tls-room) echo fanout 1 1000 4 8 0.7 ;;
	no:handshake) echo -j 64 leave 5000 ;;
	yes:handshake) echo -j 64 leave 1000 ;;
	no:tls-idle) echo idle 5000 ;;
	yes:tls-idle) echo idle 1000 ;;
	yes:rooms) echo fanout 100 100 2 8 0.7 ;;
	yes:direct) echo direct 500 0.7 ;;
	yes:register) echo register 1000 ;;
	yes:idle) echo idle 2000 ;;
	no:replace) echo replace 2000 9 ;;
	yes:replace) echo replace 2000 3 ;;
	no:kept) echo -C echo-message kept 20 100 4 ;;
	yes:kept) echo -C echo-message kept 20 100 1 ;;
	no:ack) echo -C echo-message ack 20 1000 5 ;;
	yes:ack) echo -C echo-message ack 20 1000 2 ;;
	no:listing) echo -t 150 -c "$dir/control" listing 10000 4 ;;
	yes:listing) echo -c "$dir/control" listing 1000 1 ;;
	esac
}

# ngIRCd does not come to an end with 10,000 clients in rooms, and InspIRCd takes
# too long for the quick version to let them in.
row_suits() # row server
{
	case $quick:$1:$2 in
	*:rooms:ngircd | yes:rooms:inspircd) return 1 ;;
	*:register:bare | *:idle:bare | *:replace:bare) return 1 ;;
	*:tls-*:bare | *:tls-*:kept | *:handshake:bare | *:handshake:kept)
		return 1
		;;
	*:replace:floor | *:replace:ngircd | *:replace:inspircd) return 1 ;;
	*:kept:kept | *:kept:floor | *:ack:kept) return 0 ;;
	*:listing:mootd) return 0 ;;
	*:listing:*) return 1 ;;
	*:kept:* | *:ack:* | *:replace:kept) return 1 ;;
	*:idle:kept) return 1 ;;
	esac
}

row_key()
{
	case $1 in
	idle | tls-idle) echo kib_per_client ;;
	replace) echo all_ms ;;
	kept) echo per_second ;;
	ack) echo p99_ms ;;
	listing) echo who_same_most_us ;;
	*) echo cpu_us ;;
	esac
}

row_title()
{
	case $1 in
	room) echo 'us a delivery, 1,000 in a room' ;;
	rooms) echo 'us a delivery, 100 rooms of 100' ;;
	direct) echo 'us a direct message, 500 pairs' ;;
	register) echo 'us to register a client' ;;
	idle) echo 'KiB an idle client' ;;
	tls-room) echo 'us a delivery by TLS, 1,000 in a room' ;;
	handshake) echo 'us a full TLS handshake' ;;
	tls-idle) echo 'KiB an idle client by TLS' ;;
	replace) echo 'ms, killed worker of 2,000 again' ;;
	kept) echo 'messages kept a second' ;;
	ack) echo 'ms until one is kept, p99' ;;
	listing) echo 'us at most, a PING beside WHO *' ;;
	*) die "no row called $1" ;;
	esac
}

# The floor of row kept: what a bare loop inserts of the same rows.
measure_rows()
{
	[ -x "$BUILD/bench-store" ] || return
	rate=$("$BUILD/bench-store" -n 200000 -b 500 -d "$dir" |
	    sed -n "s/.*bare loop \([0-9]*\).*/\1/p")
	say "row=kept server=floor per_second=$rate" >>"$dir/results"
}

measure() # row server; both are of this name elsewhere, too
{
	row_suits "$1" "$2" || return
	if [ "$1:$2" = kept:floor ]; then
		measure_rows
		return
	fi
	if ! server_start "$2"; then
		[ "$2" = floor ] || [ "$2" = mootd ] && failed=yes
		return
	fi
	# shellcheck disable=SC2046
	"$BUILD/bench-load" -t 60 -p "$port" -P "$pid" $(row_load "$1" "$2") \
	    >"$dir/out" 2>"$dir/err"
	status=$?
	server_stop
	line="row=$1 server=$2 $(cat "$dir/out")"
	[ $verbose = no ] || say "$line"
	[ -z "${RESULTS:-}" ] || say "$line" >>"$RESULTS"
	if [ $status -ne 0 ]; then
		say "$2: $1: status $status: $(head -n 3 "$dir/err")"
		[ "$2" = floor ] || [ "$2" = mootd ] && failed=yes
		return
	fi
	say "$line" >>"$dir/results"
}

# The median of a row's figures for a server, the lower of two; "-" without any.
median() # row server key
{
	awk -v row="row=$1" -v server="server=$2" -v key="$3" '
	$1 == row && $2 == server {
		for (i = 3; i <= NF; i++) {
			split($i, f, "=")
			if (f[1] == key)
				print f[2]
		}
	}' "$dir/results" | sort -n | awk '
	{ v[NR] = $1 }
	END { print NR == 0 ? "-" : v[int((NR + 1) / 2)] }'
}

cell_print() # server figure floor
{
	awk -v s="$1" -v f="$2" -v b="$3" 'BEGIN {
		if (f == "-")
			printf "%10s", f
		else
			printf "%10.2f", f
		if (s == "floor")
			exit
		if (f == "-" || b == "-")
			printf "%9s", "-"
		else
			printf "%9.2f", f / b
	}'
}

table_print()
{
	printf '%-38s' ''
	for server in $there; do
		printf '%10s' "$server"
		[ "$server" = floor ] || printf '  x floor'
	done
	echo
	for row in $ROWS; do
		printf '%-38s' "$(row_title "$row")"
		key=$(row_key "$row")
		base=$(median "$row" floor "$key")
		for server in $there; do
			figure=$(median "$row" "$server" "$key")
			cell_print "$server" "$figure" "$base"
		done
		echo
	done
	across=$(median direct mootd across)
	[ "$across" = - ] ||
	    say "mootd: $across of 500 pairs were across workers"
	first=$(median replace mootd first_ms)
	[ "$first" = - ] ||
	    say "mootd: the first of 2,000 clients of a killed worker was" \
	        "served again after $first ms," \
	        "all after $(median replace mootd all_ms) ms"
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
dir=$(mktemp -d) || die "no private directory"
: >"$dir/results"
descriptors_raise
tools_build
certificate_make
there=
for server in $SERVERS; do
	if server_there "$server"; then
		there="$there $server"
	elif [ "$server" = mootd ]; then
		say "mootd: $MOOTD is not built, skipped"
	else
		say "$server: not installed, skipped"
	fi
done
[ -n "$repeat" ] || { [ $quick = yes ] && repeat=1 || repeat=3; }
for row in $ROWS; do
	row_title "$row" >/dev/null
	i=0
	while [ $i -lt "$repeat" ]; do
		for server in $there; do
			measure "$row" "$server"
		done
		i=$((i + 1))
	done
done
table_print
[ $failed = no ]
