#!/bin/sh
# SPDX-License-Identifier: ISC
#
# moot and TLS: whom it believes, what it tells whom it does not, what it says
# to servers that cheat, and that no password goes where others read along.
# The server is a fake one, plain behind a socat that shakes hands; 0.0.0.0 is
# this machine too, but not to moot.
#
#   MOOT FAKE   as tests/clients/pipes has it
#
# The last line is "N passed, N failed, N skipped".

. "$(dirname "$0")/pipes"
tmux=''
for program in socat openssl; do
	command -v "$program" >"$dir/ok" || {
		skip "TLS (there is no $program)"
		total
	}
done
if "$MOOT" cert "$dir/built.pem" 2>&1 | grep -q 'built without TLS'; then
	skip 'TLS (moot was built without it)'
	total
fi
known=$XDG_STATE_HOME/moot/known-servers
# the authorities of the system are ours
SSL_CERT_FILE=$dir/ca.crt SSL_CERT_DIR=$dir/none
export SSL_CERT_FILE SSL_CERT_DIR

# ---- certificates ----

# issue NAME SUBJECT-ALT-NAME: signed by our authority
issue() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/$1.key" -out "$dir/$1.csr" -subj "/CN=$1" &&
	    printf 'subjectAltName=%s\n' "$2" >"$dir/$1.ext" &&
	    openssl x509 -req -in "$dir/$1.csr" -CA "$dir/ca.crt" \
	    -CAkey "$dir/ca.key" -CAcreateserial -days 30 \
	    -extfile "$dir/$1.ext" -out "$dir/$1.crt" &&
	    cat "$dir/$1.key" "$dir/$1.crt" >"$dir/$1.pem"
}

# own NAME: signed by itself
own() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/$1.key" -out "$dir/$1.crt" -days 30 \
	    -subj "/CN=$1" && cat "$dir/$1.key" "$dir/$1.crt" >"$dir/$1.pem"
}

# outdated NAME OPTION...: of January 2020
outdated() {
	name=$1
	shift
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout "$dir/$name.key" -out "$dir/$name.csr" \
	    -subj "/CN=$name" && : >"$dir/index" &&
	    printf '%s\n' "[ca]" "default_ca=d" "[d]" \
	    "database=$dir/index" "new_certs_dir=$dir" rand_serial=yes \
	    default_md=sha256 policy=p "[p]" commonName=supplied \
	    >"$dir/ca.conf" &&
	    openssl ca -batch -config "$dir/ca.conf" -in "$dir/$name.csr" \
	    -notext -out "$dir/$name.crt" -startdate 20200101000000Z \
	    -enddate 20200201000000Z "$@" &&
	    cat "$dir/$name.key" "$dir/$name.crt" >"$dir/$name.pem"
}

# pin NAME: as moot writes it
pin() {
	printf 'sha256/%s' "$(openssl x509 -in "$dir/$1.crt" -noout -pubkey |
	    openssl pkey -pubin -outform DER |
	    openssl dgst -sha256 -binary | openssl base64)"
}

{
	own ca && issue good DNS:localhost,IP:127.0.0.1,IP:0.0.0.0 &&
	    issue other DNS:other.example && own self && own self2 &&
	    outdated old -keyfile "$dir/ca.key" -cert "$dir/ca.crt" &&
	    outdated selfold -selfsign -keyfile "$dir/selfold.key"
} 2>"$dir/openssl" || {
	skip "TLS (openssl cannot make certificates)"
	total
}

# ---- servers ----

front='' secure=''
# secure NAME: TLS with that certificate in front of $port, at the same port
# $secure each time
secure() {
	unsecure
	shake=OPENSSL-LISTEN:${secure:-0},bind=127.0.0.1,reuseaddr,fork
	socat -d -d "$shake,verify=0,cert=$dir/$1.pem" \
	    "TCP:127.0.0.1:$port" 2>"$dir/socat" &
	front=$!
	pids="$pids $front"
	wait_for has "$dir/socat" 'listening on' || return 1
	secure=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$dir/socat" |
	    head -n 1)
}

unsecure() {
	[ -z "$front" ] || {
		kill "$front"
		wait "$front" 2>/dev/null
	}
	front=''
	rm -f "$dir/socat" # what it said is not the next one's
}

# plays LINE...: a fake server
plays() {
	printf '%s\n' "$@" >"$dir/play"
	fake <"$dir/play"
}

# lets_in N: a fake server that lets N clients in
lets_in() {
	n=$1
	while [ "$n" -gt 0 ]; do
		printf '%s\nserve\n' "$welcome"
		n=$((n - 1))
		[ "$n" -eq 0 ] || echo --
	done >"$dir/play"
	fake <"$dir/play"
}

# whoami ARGUMENT...: there, as a script
whoami() {
	moot whoami -s "ircs://127.0.0.1:$secure" "$@" </dev/null
}

# told PATTERN: on standard error
told() {
	has "$dir/err" "$1" || {
		cat "$dir/err"
		return 1
	}
}

# silent: nobody has said anything to the server
silent() {
	[ ! -s "$dir/log" ] || {
		cat "$dir/log"
		return 1
	}
}

# ---- whom it believes ----

lets_in 12
ok 'a server with a certificate of its own' secure self
whoami
ok 'never met: a script does not believe it, and exits with 12' exits 12
ok 'it says why' told 'never met before'
ok 'and what it has shown' told "$(pin self)"
ok 'nothing was sent' silent
ok 'nothing is known of it' test ! -s "$known"
whoami --pin "$(pin self2)"
ok 'another pin than that of its key: 12' exits 12
ok 'both are told' eval 'told "$(pin self)" && told "$(pin self2)"'
whoami --pin sha256/x
ok 'what is no pin: 1' exits 1
ok 'nothing was sent by all that' silent
whoami --pin "$(pin self)"
ok 'with the pin of its key' exits 0
ok 'that alone makes it no known one' test ! -s "$known"
whoami --trust
ok 'with --trust' exits 0
ok 'its key is known' grep -qxF "127.0.0.1 $secure pin $(pin self)" "$known"
ok 'to nobody else' eval 'ls -l "$known" | grep -q "^-rw-------"'
whoami
ok 'and believed from then on' exits 0
{
	wait_for has "$dir/out" 'connected to'
	echo /tls
} | moot -n me "ircs://127.0.0.1:$secure"
ok 'in a pipe too' exits 0
ok 'which can be told the version' has "$dir/out" 'talked to with TLSv1\.3'
ok 'the pin' has "$dir/out" "its key is \"[a-z ]*\", $(pin self)"
ok 'and how it is known' has "$dir/out" 'the key from before'
SSL_CERT_FILE=$dir/none whoami
ok 'without any authorities, too' exits 0

# ---- whom it does not ----

rm -f "$dir/log"
secure self2
whoami
ok 'another key than before: 12' exits 12
ok 'in capitals' told 'ANOTHER KEY THAN BEFORE'
ok 'with both keys' eval 'told "$(pin self)" && told "$(pin self2)"'
whoami --trust
ok '--trust does not help' exits 12
printf '/tls\n' | moot -n me --trust "ircs://127.0.0.1:$secure"
ok 'nor in a pipe, which does not try for ever' exits 12
ok 'nothing was sent to it' silent
moot trust "127.0.0.1:$secure" </dev/null
ok 'moot trust shows it, and exits with 12' exits 12
ok 'the old one and the new one' eval \
    'has "$dir/out" "$(pin self)" && has "$dir/out" "$(pin self2)"'
moot trust --pin "$(pin self)" "127.0.0.1:$secure" </dev/null
ok 'it accepts no other than it is told' exits 12
moot trust --pin "$(pin self2)" "127.0.0.1:$secure" </dev/null
ok 'but that one' exits 0
ok 'nothing was sent to it by that' silent
whoami
ok 'then it is believed' exits 0
moot trust --forget "127.0.0.1:$secure" </dev/null
ok 'it can be forgotten' eval 'exits 0 && test ! -s "$known"'

rm -f "$dir/log"
secure selfold
whoami --trust
ok 'its own, and expired: 12' exits 12
ok 'with the day' told 'certificate expired on 2020-02-01'
secure old
whoami --trust
ok 'vouched for, and expired: 12' exits 12
ok 'with the day of that' told 'certificate expired on 2020-02-01'
secure other
whoami --trust
ok 'for another host: 12' exits 12
ok 'in these words' told 'certificate is for another host'
ok 'nothing was sent to any of them' silent

secure good
whoami
ok 'vouched for by an authority of the system' exits 0
ok 'that is known' grep -qxF "127.0.0.1 $secure ca" "$known"
rm -f "$dir/log"
secure self
whoami --trust
ok 'when it no longer is: 12' exits 12
ok 'in these words' told 'VOUCHED FOR IT BEFORE'
ok 'and nothing was sent' silent

printf '127.0.0.1 %s pin sha256/\n' "$secure" >"$known"
whoami --trust
ok 'what is known of it is malformed: 12' exits 12
ok 'in these words' told 'malformed line'
moot trust "127.0.0.1:$secure" </dev/null
ok 'moot trust does not vouch for it either: 12' exits 12
ok 'but shows its key' eval 'has "$dir/out" "$(pin self)" &&
    has "$dir/out" "cannot be known" && hasnt "$dir/out" vouches'
printf 'x 1 ca\n\000\000\000\000127.0.0.1 1 ca\n' >"$known"
whoami --trust
ok 'a file with zeros in it: 12' exits 12
rm -f "$known"
mkdir "$known"
whoami --trust
ok 'or cannot be read: 12' exits 12
ok 'and nothing was sent' silent
rmdir "$known"
unsecure
socat -d -d "OPENSSL-LISTEN:$secure,bind=127.0.0.1,reuseaddr,fork,verify=1,\
cafile=$dir/ca.crt,openssl-max-proto-version=TLS1.2,cert=$dir/good.pem" \
    "TCP:127.0.0.1:$port" 2>"$dir/socat" &
front=$!
pids="$pids $front"
wait_for has "$dir/socat" 'listening on'
moot trust "127.0.0.1:$secure" </dev/null
ok 'a handshake that is not finished proves nothing: 2' exits 2

# ---- what is no TLS ----

unsecure
plays '> NOTICE * :looking up your host' hang
moot whoami -s "ircs://127.0.0.1:$port" </dev/null
ok 'a server without TLS: 2' exits 2
ok 'in these words' told 'does not speak TLS there'
ok 'it was not talked to without' hasnt "$dir/log" NICK
plays '>> 1 x'
moot whoami -s "ircs://127.0.0.1:$port" </dev/null
ok 'one that says nonsense and closes: 2' exits 2
plays ''
moot whoami -s "ircs://127.0.0.1:$port" </dev/null
ok 'one that closes: 2' exits 2
moot trust "127.0.0.1:$port" </dev/null
ok 'one that is not there: 2' exits 2
lets_in 2
moot whoami -s 127.0.0.1:72203 </dev/null
ok 'a port that is none: 1' exits 1
moot whoami -s "0.0.0.0:$port" -t 5 </dev/null
ok 'what is not this machine is never talked to without' \
    eval 'exits 9 || exits 2'
ok 'by itself' hasnt "$dir/log" NICK
lets_in 1
moot whoami --plain -s "0.0.0.0:$port" </dev/null
ok 'but when told so' exits 0

# ---- passwords ----

mkdir -p "$XDG_CONFIG_HOME/moot"
conf() {
	printf '%s\n' "$@" >"$XDG_CONFIG_HOME/moot/moot.conf"
}

offers='< USER
> CAP * LS :sasl=MECHANISMS
< CAP REQ :sasl
> CAP me ACK :sasl'
in_clear="$(echo "$offers" | sed s/MECHANISMS/PLAIN/)
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
serve"
conf 'account alice'
plays "$in_clear"
MOOT_PASSWORD=pw moot -n me "irc://0.0.0.0:$port" </dev/null
ok 'PLAIN is not used where others can read' hasnt "$dir/log" AUTHENTICATE
ok 'which is said' has "$dir/out" 'others could read the password'
conf 'login-needed on' 'account alice'
plays "$in_clear"
MOOT_PASSWORD=pw moot -n me "irc://0.0.0.0:$port" </dev/null
ok 'and ends it if the login is needed' exits 3
conf ''
lets_in 1
MOOT_PASSWORD=pw moot -n me "irc://0.0.0.0:$port" </dev/null
ok 'nor is the password of a server sent' hasnt "$dir/log" PASS
conf 'password-in-clear on'
lets_in 1
MOOT_PASSWORD=pw moot -n me "irc://0.0.0.0:$port" </dev/null
ok 'unless the user wants it so' has "$dir/log" '^1:PASS :pw'

conf 'account alice'
scram="$(echo "$offers" | sed s/MECHANISMS/PLAIN,SCRAM-SHA-256/)
< AUTHENTICATE SCRAM-SHA-256
> AUTHENTICATE +
< AUTHENTICATE biws"
plays "$scram" '> AUTHENTICATE cj14LHM9eCxpPTE=' '< AUTHENTICATE *' serve
MOOT_PASSWORD=pw moot -n me "127.0.0.1:$port" </dev/null
ok 'SCRAM comes before PLAIN' has "$dir/log" 'AUTHENTICATE SCRAM-SHA-256'
ok 'a challenge that makes no sense ends it' has "$dir/log" \
    '^1:AUTHENTICATE \*'
plays "$scram" '> :fake 903 me :Welcome' serve
MOOT_PASSWORD=pw moot -n me "127.0.0.1:$port" </dev/null
ok 'who does not show that it knows the password is not believed: 12' exits 12

conf 'login-needed on' 'account alice'
plays "$scram" '> :fake 001 me :Welcome' '> :fake 422 me :no MOTD' serve
MOOT_PASSWORD=pw moot -n me "127.0.0.1:$port" </dev/null
ok 'nor is one let in before it is logged in: 3' exits 3

# ---- a certificate of ours ----

moot cert </dev/null
pem=$XDG_CONFIG_HOME/moot/client.pem
ok 'a certificate' exits 0
ok 'with its key, for nobody else' eval 'ls -l "$pem" | grep -q ^-rw-------'
hash=$(openssl x509 -in "$pem" -noout -fingerprint -sha256 | sed 's/.*=//' |
    tr -d : | tr A-F a-f)
ok 'its fingerprint' has "$dir/out" "CERT ADD $hash"
moot cert </dev/null
ok 'it is not made again' has "$dir/out" "CERT ADD $hash"
external="$(echo "$offers" | sed s/MECHANISMS/PLAIN,EXTERNAL/)
< AUTHENTICATE EXTERNAL
> AUTHENTICATE +
< AUTHENTICATE +"
conf 'certificate client.pem'
plays "$external" '> :fake 903 me :Welcome' '< CAP END' \
    '> :fake 001 me :Welcome' serve
secure good
moot -n me "ircs://127.0.0.1:$secure" </dev/null
ok 'one logs in by it alone' exits 0
conf 'certificate client.pem' 'account alice'
external=$(echo "$external" | sed "s/^< AUTHENTICATE +/< AUTHENTICATE YWxpY2U=/")
plays "$external" '> :fake 904 me :no' '< AUTHENTICATE PLAIN' \
    '> AUTHENTICATE +' '< AUTHENTICATE AGFsaWNlAHB3' \
    '> :fake 903 me :ok' '< CAP END' '> :fake 001 me :Welcome' serve
secure good
MOOT_PASSWORD=pw moot -n me "ircs://127.0.0.1:$secure" </dev/null
ok 'or by the password, while the server does not know it' exits 0
chmod 644 "$pem"
moot -n me "ircs://127.0.0.1:$secure" </dev/null
ok 'not if others can read the key: 12' exits 12
ok 'in these words' told 'others can read the key'
openssl ec -in "$pem" -aes128 -passout pass:mule -out "$dir/locked.key" \
    2>"$dir/openssl"
chmod 600 "$pem" "$dir/locked.key"
conf 'certificate client.pem' "certificate-key $dir/locked.key"
printf 'mule\nmule\n' | moot -n me "ircs://127.0.0.1:$secure"
ok 'nor is anybody asked for what locks a key: 12' exits 12
ok 'in these words, too' told 'key has a passphrase'
ok 'nobody was' hasnt "$dir/err" 'Enter'

# ---- sts ----

conf ''
rm -f "$known"
sts="< USER
> CAP * LS :sts=duration=3600
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
serve"
fake <<EOS
< CAP LS
> CAP * LS :sts=port=$secure,duration=9
hang
--
$sts
--
$sts
EOS
secure good
moot whoami -s "irc://0.0.0.0:$port" </dev/null
ok 'a server that wants TLS only gets it' exits 0
ok 'by another connection' has "$dir/log" '^2:CAP END'
ok 'nothing else was sent without' hasnt "$dir/log" '^1:CAP END'
ok 'that is known' has "$known" "^0.0.0.0 $secure sts "
moot whoami --plain -s "0.0.0.0:1" </dev/null
ok 'the next time it is gone to at once' exits 0
secure self
moot whoami --plain -s "0.0.0.0:1" </dev/null
ok 'also if it is then not believed: 12' exits 12
rm -f "$known"
fake <<EOS
< USER
> CAP * LS :sts=port=$secure,duration=9
< CAP END
> :fake 001 me :Welcome
> :fake 422 me :no MOTD
serve
EOS
moot whoami -s "irc://127.0.0.1:$port" </dev/null
ok 'on this machine it is all the same' exits 0

total
