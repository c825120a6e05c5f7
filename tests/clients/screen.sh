#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The full screen of moot, at terminals of a tmux of our own: keys are typed,
# screens are captured, and what counts is what they say, not each byte of
# them.  With a private mootd, with ngircd, with servers that are hostile or go
# away (fakeserver), at several sizes and while the size changes; then figures:
# how long a key takes (ptykeys) and how much memory 100,000 lines take.
#
# What is not installed is skipped and counted aloud.
#
#   MOOTD MOOTCTL MOOT  the programs; default: those of this directory
#   FAKE                fakeserver; ptykeys is beside it
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

if [ -z "${SCREEN_TIMED:-}" ]; then
	SCREEN_TIMED=1 exec timeout -k 5 280 sh "$0" "$@"
fi
. "$(dirname "$0")/terminals"
FAKE=${FAKE:-build/tests/fakeserver}
PTYKEYS=${PTYKEYS:-$(dirname "$FAKE")/ptykeys}
unset NO_COLOR COLORFGBG
others=''

if ! command -v tmux >"$dir/ok"; then
	skip 'tmux is not installed'
	total
fi
if ! ldd "$MOOT" 2>"$dir/ok" | grep -q ncursesw; then
	skip 'moot was built without ncursesw'
	total
fi

# ---- at terminals ----

# at NICK COLUMNS ROWS COMMAND: starts it there
at()
{
	mux new-session -d -s "$1" -x "$2" -y "$3" "$4"
	mux set-option -t "=$1:" remain-on-exit on >"$dir/ok"
	clients="$clients $1"
}

# me COLUMNS ROWS [OPTION...]: moot as me, in #one
me()
{
	size="$1 $2"
	shift 2
	at me $size "$MOOT -n me -j '#one' $* 127.0.0.1:$port \
	    2>$dir/stderr"
}

# keys NICK KEY...: as tmux names them
keys()
{
	nick=$1
	shift
	mux send-keys -t "=$nick:" "$@"
}

# text NICK TEXT: typed, without Enter
text()
{
	mux send-keys -t "=$1:" -l -- "$2"
}

size()
{
	mux resize-window -t "=$1:" -x "$2" -y "$3"
}

gone()
{
	mux kill-session -t "=$1:" 2>"$dir/ok"
	clients=$(echo "$clients" | sed "s/ $1\$//; s/ $1 / /")
}

# row NICK N: the N-th row from the bottom, from 1
row()
{
	screen "$1" | tail -n "$2" | head -n 1
}

row_has()
{
	row "$1" "$2" | grep -q -e "$3"
}

shows_not()
{
	screen "$1" >"$dir/screen" && ! grep -q -e "$2" "$dir/screen"
}

# says TEXT: what the other one, in a pipe, says
says()
{
	printf '%s\n' "$1" >&3
}

cursor()
{
	mux display-message -p -t "=$1:" '#{cursor_x},#{cursor_y}'
}

dead()
{
	[ "$(mux display-message -p -t "=$1:" '#{pane_dead}')" = 1 ]
}

# the server of tmux lives as long as it has a session
mux new-session -d -s keeper cat

# ---- a first look ----

serve
must 'the other one is there' start_moo
ok 'and registers' wait_for is_user moo
says '/join #one'
me 80 24
must 'a screen comes up' show '│@\?moo' me
ok 'with the buffers at the left' show '^ 2. #one ' me
ok 'the members at the right, operators marked' show '│@moo *$' me
ok 'where one is, and who' row_has me 2 ' me .*#one'
ok 'and a prompt' row_has me 1 '^me>'
types me 'hello all'
ok 'what is typed is said' wait_for has "$dir/moo.out" 'me #one: hello all'
ok 'and marked as accepted' show '   me✓ hello all' me
says '/topic #one what we talk about'
ok 'the topic is at the top' wait_for eval \
    "screen me | head -n 1 | grep -q 'what we talk about'"
says 'hi me, how are you?'
ok 'what others say is there' show ' moo  hi me, how are you?' me
says '/me waves'
ok 'what they do' show ' \*  moo waves' me

# ---- typing ----

text me 'abc'
keys me C-a
text me 'x'
ok 'the line is edited' wait_for row_has me 1 '^me> xabc'
ok 'the cursor is where one types' test "$(cursor me)" = 5,23
keys me C-e M-Enter
text me 'second line'
ok 'it grows' wait_for row_has me 2 '^me> xabc'
ok 'into as many rows as it takes' row_has me 1 '^second line'
keys me C-c
ok 'C-c throws it away' wait_for row_has me 1 '^me> *$'
printf 'one\ntwo\nthree\nfour' | mux load-buffer -
mux paste-buffer -p -d -t '=me:'
ok 'what is pasted is not sent by its line ends' \
    wait_for row_has me 1 '^four'
keys me Enter
ok 'but by Enter, all of it' wait_for has "$dir/moo.out" 'four'
ok 'the other one has all lines' eval \
    'for l in one two three; do has "$dir/moo.out" "$l" || exit 1; done'
text me '/jo'
keys me Tab
ok 'Tab completes commands' wait_for row_has me 1 '^me> /join'
keys me C-u
text me 'mo'
keys me Tab
ok 'and nicks' wait_for row_has me 1 '^me> moo: '
keys me C-u

# ---- buffers ----

types me '/join #two'
ok 'a room that is entered is shown' show '^ 3. #two' me
ok 'and one talks to it' wait_for row_has me 2 '#two'
text me 'a draft'
keys me M-2
ok 'M-2 shows the second' wait_for row_has me 2 '#one'
ok 'the text being typed stays behind' row_has me 1 '^me> *$'
keys me M-Right
ok 'M-Right the one after it' wait_for row_has me 2 '#two'
ok 'and there it is again' wait_for row_has me 1 '^me> a draft'
keys me C-c
says 'just talk'
ok 'what is said elsewhere is counted' show '^ 2\* #one *1' me
says 'and this for me'
ok 'a mention has another mark' show '^ 2! #one *2' me
says '/msg me psst'
ok 'a message to us alone has a buffer' show '^ 4! moo *1' me
keys me M-a
keys me M-a
ok 'M-a goes where something is for us' wait_for eval \
    'shows me psst || shows me "this for me"'
keys me M-2
ok 'a line says where reading stopped' show '─ unread ─' me
says '/notice #one be quiet'
ok 'a notice' show '(notice) be quiet' me
types me '/msg moo for you alone'
ok 'what one says to somebody alone' wait_for has "$dir/moo.out" \
    'me: for you alone'
types me '/nick you'
ok 'another nick is in the prompt' wait_for row_has me 1 '^you>'
types me '/nick me'
ok 'and back' wait_for row_has me 1 '^me>'
keys me F1
ok 'F1 shows the keys' show 'M-1 *the first buffer' me
keys me F1
ok 'and hides them' wait_for shows_not me 'the first buffer'

# ---- choosing a message ----

says '/mode #one +o me'
says 'answer me this'
ok 'there is something to answer' show 'answer me this' me
keys me M-Up
ok 'M-Up chooses a message' show ' moo> answer me this' me
keys me r
ok 'r answers it' wait_for row_has me 1 '↪ moo>'
types me 'forty-two'
ok 'the answer is said' wait_for has "$dir/moo.out" 'forty-two'
ok 'and shown below what it answers' show '↪ moo: answer me this' me
keys me M-Up
ok 'the answer can be chosen' show ' me> forty-two' me
keys me +
text me '+1'
keys me Enter
ok 'a reaction is shown' show '👍' me
keys me M-Up
keys me d
text me 'y'
keys me Enter
ok 'a message can be deleted' show 'deleted by me' me
keys me M-/
text me 'HELLO AL'
ok 'words are found' show ' me> hello all' me
keys me Escape
ok 'Escape leaves that' wait_for shows_not me ' me> hello all'

# ---- reading ----

n=0
while [ $n -lt 200 ]; do
	n=$((n + 1))
	says "line $n."
done
ok 'the newest line is in the last row' show 'line 200\.' me
keys me PageUp
ok 'PageUp reads further up' wait_for shows_not me 'line 200\.'
ok 'and says how much is below' wait_for row_has me 2 'more below'
screen me | grep -o 'line [0-9]*\.' >"$dir/before"
says 'while one reads'
ok 'the row stays while others talk' eval \
    'screen me | grep -o "line [0-9]*\\." | cmp - "$dir/before"'
keys me C-End
ok 'C-End goes to the newest' show 'while one reads' me
keys me M-p
ok 'M-p goes to a mention' show 'moo>' me
keys me Escape
ok 'Escape chooses none' wait_for shows_not me ' moo>'
keys me C-End
ok 'and C-End leads to the newest again' show 'while one reads' me

# ---- sizes ----

size me 200 60
ok 'a bigger terminal' show 'line 180\.' me
ok 'its last row is the prompt' wait_for row_has me 1 '^me>'
size me 20 5
ok 'the smallest one' wait_for row_has me 1 '^me>'
ok 'has no lists' wait_for shows_not me '│'
for s in '400 120' '21 3' '80 2' '5 1' '1 1' '80 24'; do
	size me $s
	text me 'x'
done
ok 'and back again' wait_for row_has me 1 '^me> *x*$'
ok 'with everything there' show '^ 2. #one ' me
keys me C-c
keys me M-m
ok 'M-m hides the members' wait_for shows_not me '│@moo'
keys me M-m
ok 'and shows them' show '│@moo' me
keys me F2
ok 'F2 hides the buffers' wait_for shows_not me '^ 2. #one'
keys me F2
ok 'and shows them again' show '^ 2. #one' me

# ---- the end ----

types me '/quit bye'
ok '/quit leaves' wait_for dead me
ok 'and the other one hears it' wait_for has "$dir/moo.out" 'me quit'
ok 'nothing was said on standard error' test ! -s "$dir/stderr"
gone me

# ---- a command that tells of mentions; the shell's ^Z ----

mkdir -p "$XDG_CONFIG_HOME/moot"
cat >"$dir/tell" <<'EOF'
#!/bin/sh
printf '%s|%s|%s\n' "$1" "$2" "$MOOT_ROOM" >>"$(dirname "$0")/told"
EOF
chmod 755 "$dir/tell"
printf 'notify-command %s\nmouse on\n' "$dir/tell" \
    >"$XDG_CONFIG_HOME/moot/moot.conf"
at me 80 24 "env PS1='ready> ' sh -i"
show 'ready>' me
types me "$MOOT -n me -j '#one' 127.0.0.1:$port"
ok 'moot starts from a shell' show '│@moo' me
types me '/join #three'
ok 'another room' show '^ 3. #three' me
says 'me: look $(echo no) here'
ok 'the command is run for a mention' wait_for has "$dir/told" \
    '^moo in #one|me: look \$(echo no) here|#one$'
text me "$(printf '\033[<0;5;2M\033[<0;5;2m')"
ok 'a click shows a buffer' wait_for row_has me 2 '#one'
text me "$(printf '\033[<64;30;5M\033[<64;30;5M')"
ok 'the wheel scrolls' wait_for row_has me 1 '^me>'
keys me C-End
keys me C-z
ok '^Z gives the terminal to the shell' show 'ready>' me
text me 'fg'
keys me Enter
ok 'fg brings the screen back' show '│@moo' me
keys me C-d
ok '^D on an empty line leaves' show 'ready>' me
types me 'echo; stty -a | grep -o " -\?echo "; exit'
ok 'and the terminal is as it was' show '^ echo *$' me
rm -f "$XDG_CONFIG_HOME/moot/moot.conf"
gone me

# ---- pastes, by the setting ----

for how in send lines; do
	printf 'paste %s\n' $how >"$XDG_CONFIG_HOME/moot/moot.conf"
	at me 80 24 "$MOOT -n me -j '#one' 127.0.0.1:$port"
	show '│@\?me\|│ me' me
	printf '%s1\n%s2' $how $how | mux load-buffer -
	mux paste-buffer -p -d -t '=me:'
	ok "paste $how: does not wait for Enter" wait_for has \
	    "$dir/moo.out" "${how}2"
	gone me
	wait_for eval '! is_user me'
done
ok 'one message, or one a line' eval \
    '[ "$(grep -c "^me #one: lines" "$dir/moo.out")" = 2 ]'
rm -f "$XDG_CONFIG_HOME/moot/moot.conf"

# ---- lines, colours, terminals ----

at me 80 24 "$MOOT -l -n me -j '#one' 127.0.0.1:$port"
ok '-l is line mode' show '^[0-9:]* *me joined #one' me
gone me
at me 80 24 "env TERM=dumb $MOOT -n me -j '#one' 127.0.0.1:$port"
ok 'so is TERM=dumb' show '^[0-9:]* *me joined #one' me
gone me
at me 80 24 "env TERM=nonesuch $MOOT -n me -j '#one' 127.0.0.1:$port"
ok 'and a terminal nobody knows' show 'me joined #one' me
gone me
for t in linux vt100 screen xterm-256color; do
	at me 80 24 "env TERM=$t $MOOT -n me -j '#one' 127.0.0.1:$port"
	ok "TERM=$t has a screen" show '@moo' me
	gone me
done
coloured()
{
	mux capture-pane -e -p -t =me: | grep -q "$(printf '\033')\[[0-9;]*3[0-8]"
}
at me 80 24 "$MOOT -n me -j '#one' 127.0.0.1:$port"
ok 'there are colours' wait_for coloured
gone me
at me 80 24 "env NO_COLOR=1 $MOOT -n me -j '#one' 127.0.0.1:$port"
show '│@moo' me
ok 'none with NO_COLOR' eval '! coloured'
gone me
printf 'colours on\n' >"$XDG_CONFIG_HOME/moot/moot.conf"
at me 80 24 "env NO_COLOR=1 $MOOT -n me -j '#one' 127.0.0.1:$port"
ok 'but with the setting' wait_for coloured
rm -f "$XDG_CONFIG_HOME/moot/moot.conf"
gone me

# ---- history ----

at me 80 24 "$MOOT -n me2 -j '#one' 127.0.0.1:$port"
ok 'somebody comes later' show '│@moo' me
n=0
while [ $n -lt 12 ] && ! shows me 'beginning of the conversation'; do
	n=$((n + 1))
	keys me M-Home
	sleep 0.3
done
if screen me | grep -q 'line\|beginning'; then
	ok 'history is fetched to its beginning' show \
	    'beginning of the conversation\|hello all' me
else
	skip 'the server keeps no history'
fi
types me '/quit'
wait_for dead me
gone me

# ---- several screens: typing, links, the clipboard, a crash ----

at me 80 24 "$MOOT -n me -j '#four' 127.0.0.1:$port"
show '│@me' me
at you 80 24 "$MOOT -n you -j '#four' 127.0.0.1:$port"
# what is typed to a screen that is not in the room yet is typed to nobody
show '│ you' me you
text you 'I am wri'
ok 'who is typing is said' wait_for row_has me 2 'you is typing'
keys you C-c
ok 'and when no more' wait_for eval '! row_has me 2 "is typing"'
mux pipe-pane -t =me: "cat >$dir/raw"
types you 'https://example.org/a/long/path/that/is/wrapped/because/it/is/longer'
show 'is/longer' me
osc=$(printf '\033')]8
ok 'links are links for the terminal' wait_for has "$dir/raw" \
    "$osc;id=[0-9a-f]*;https://example.org/a/long.*/longer"
ok 'each row of them is the whole link' eval \
    '[ "$(grep -o "$osc;id=[0-9a-f]*;[a-z:/.]*" "$dir/raw" | sort |
    uniq -c | sort -n | tail -n 1 | sed "s/^ *\([0-9]*\) .*/\1/")" -ge 2 ]'
keys me M-Up
show 'you>' me
keys me y
ok 'y copies by the terminal' wait_for has "$dir/raw" \
    ']52;c;aHR0cHM6Ly9leGFtcGxl'
types me '/query you'
ok '/query begins a talk' show '^ 3  you' me
types me '/close'
ok '/close ends it' wait_for shows_not me '^ 3  you'
types me '/join #five'
ok 'a room' show '^ 3. #five' me
types me '/close'
ok '/close leaves a room' wait_for shows_not me '#five'
keys me M-2
text me 'half a thought'
sleep 1.5 # what is typed is kept once a second
kill -9 "$(mux display-message -p -t =me: '#{pane_pid}')"
gone me
wait_for eval '! is_user me'
at me 80 24 "$MOOT -n me -j '#four' 127.0.0.1:$port"
ok 'after a crash what was typed is there' show '> half a thought$' me
keys me C-c
types me '/quit'
wait_for dead me
gone me
gone you

# ---- servers that are hostile, or go away ----

# fake: a server with the script on standard input; its port in $port
fake()
{
	rm -f "$dir/fakeport" "$dir"/script.*
	awk -v d="$dir/script." 'BEGIN { n = 1 }
	    $0 == "--" { n++; next } { print > (d n) }'
	"$FAKE" "$dir/fakeport" "$dir/fakelog" "$dir"/script.* &
	proxy="$proxy $!"
	wait_for test -s "$dir/fakeport" || return 1
	fake=$(cat "$dir/fakeport")
}

welcome='< USER
> :fake 001 me :Welcome
> :fake 005 me CHANTYPES=# :are supported
> :fake 422 me :no MOTD
< JOIN
> :me!u@h JOIN #a'

fake <<EOF
$welcome
> :fake 332 me #a :top\x1b[31mic \x1b]0;evil\x07 \x9b5m \xff\xfe \xe2\x80\xaereversed
> :fake 353 me = #a :me @ev\x1b[2Jil bob
> :fake 366 me #a :End
> :ev\x1b[2Jil!u@h PRIVMSG #a :esc \x1b[2J\x1b[H \x9b2J \x1bc and \xc3 half
> :bob!u@h PRIVMSG #a :\x034,4red \x02bold\x02 \x1b]8;;http://x\x1b\\\\link \xf0\x9f\x98
> :bob!u@h PRIVMSG #a :https://example.org/a/long/path/that/is/wrapped/because/it/is/longer/than/a/row/of/it end
> :bob!u@h PRIVMSG #a :wide 漢字漢字 e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 שלום done
>> 3000 x
> end
> :l\x1b]0;evil\x07l!u@h PRIVMSG me :psst
> :bob!u@h PRIVMSG #a :still here
serve
EOF
at me 80 24 "$MOOT -n me -j '#a' 127.0.0.1:$fake"
ok 'a hostile server is survived' show 'bob  still here' me
ok 'its escape sequences are not obeyed' show 'esc .*and' me
ok 'nor in a topic' wait_for eval 'screen me | head -n 1 | grep -q "top.*ic"'
mux pipe-pane -t =me: "cat >$dir/raw"
keys me M-3
ok 'nor in a nick' show 'psst' me
ok 'the title is ours' wait_for has "$dir/raw" "$(printf '\033')]0;l"
ok 'and nobody else has a say in it' eval \
    '! grep -q "$(printf "\\033")]0;evil" "$dir/raw"'
keys me M-2
ok 'wide characters and marks' show 'wide 漢字漢字' me
ok 'what is wrapped is whole' show 'done' me
gone me

fake <<EOF
$welcome
< PRIVMSG
> :bob!u@h PRIVMSG #a :goodbye
--
$welcome
> :bob!u@h PRIVMSG #a :back
serve
EOF
at me 80 24 "$MOOT -n me -j '#a' 127.0.0.1:$fake"
show '^ 2. #a' me
types me 'into the void'
ok 'a lost connection is said' show 'reconnecting in\|connecting\|back' me
ok 'and made again' show 'bob  back' me
ok 'what one said is not lost from sight' show 'into the void' me
gone me

fake <<EOF
$welcome
serve
EOF
at me 80 24 "$MOOT -n me -j '#a' 127.0.0.1:$fake 127.0.0.1:$port"
ok 'several servers: one' show '^ 1. 127.0.0.1' me
ok 'and another' show '^ 3. Moot' me
keys me M-2
printf 'one\ntwo\nthree\nfour' | mux load-buffer -
mux paste-buffer -p -d -t '=me:'
wait_for row_has me 1 '^four'
keys me Enter
ok 'many lines are asked about where they are many messages' \
    show 'send these 4 lines as 4 messages' me
text me n
keys me Enter
ok 'no: they are still there' wait_for row_has me 1 '^four'
keys me Enter
text me y
keys me Enter
ok 'yes: they go' wait_for has "$dir/fakelog" 'PRIVMSG #a :four'
gone me

if command -v valgrind >"$dir/ok" && ! nm "$MOOT" | grep -q __asan_init
then
	at me 80 24 "valgrind -q --leak-check=full --error-exitcode=9 \
	    --show-leak-kinds=definite --errors-for-leak-kinds=definite \
	    --log-file=$dir/valgrind $MOOT -n me -j '#one' 127.0.0.1:$port"
	must 'valgrind: a screen' show '@moo' me
	says 'hello me: https://example.org/ and more'
	show 'hello me' me
	keys me PageUp PageUp PageDown M-1 M-2 M-Up
	keys me r
	types me 'an answer'
	keys me M-m F1 F1 M-/
	text me 'ans'
	wait_for row_has me 1 'find: ans'
	keys me Escape
	wait_for row_has me 1 '^me>'
	size me 30 8
	size me 120 40
	types me '/quit'
	ok 'valgrind: it ends' wait_for dead me
	ok 'valgrind: nothing to complain of' eval \
	    '! grep "^==" "$dir/valgrind"'
	gone me
else
	skip 'valgrind is not installed, or the build has sanitizers'
fi

# ---- ngircd ----

if command -v ngircd >"$dir/ok"; then
	cat >"$dir/ngircd.conf" <<-EOF
	[Global]
	Name = ng.example
	Info = test
	Listen = 127.0.0.1
	Ports = PORT
	[Options]
	DNS = no
	Ident = no
	PAM = no
	EOF
	ng=$((20000 + $$ % 20000))
	sed -i "s/PORT/$ng/" "$dir/ngircd.conf"
	ngircd -n -f "$dir/ngircd.conf" >"$dir/nglog" 2>&1 &
	proxy="$proxy $!"
	at me 80 24 "$MOOT -n me -j '#ng' 127.0.0.1:$ng"
	ok 'ngircd: a room' show '│@me' me
	at you 80 24 "$MOOT -n you -j '#ng' 127.0.0.1:$ng"
	ok 'ngircd: its members' show '│ you' me
	types me 'hello you'
	ok 'ngircd: own lines are accepted' show 'me✓ hello you' me
	ok 'ngircd: and arrive' show ' me  hello you' you
	types you '/msg me in private'
	ok 'ngircd: somebody alone' show '^ 3! you' me
	types me '/topic all about ng'
	ok 'ngircd: topics' wait_for eval \
	    'screen you | head -n 1 | grep -q "all about ng"'
	types you '/part'
	ok 'ngircd: who leaves is gone' wait_for shows_not me '│ you'
	gone you
	gone me
else
	skip 'ngircd is not installed'
fi

# ---- figures ----

flood='>> 100000 :bob!b@h PRIVMSG #a :The quick brown fox jumps over the lazy dog, and away into the wood\x0d\x0a'

# figure MOST READY NAME OPTION...: a line of ptykeys; half of the keys must
# be answered within MOST milliseconds
figure()
{
	most=$1 ready=$2 name=$3
	shift 3
	printf 'scrollback-lines 100000\n' >"$XDG_CONFIG_HOME/moot/moot.conf"
	env TERM=xterm-256color "$PTYKEYS" "$@" "$ready" \
	    "$MOOT" -n me -j '#a' "127.0.0.1:$fake" >"$dir/figure" ||
	    return 1
	sed "s/^/# $name, /" "$dir/figure" >&4
	p50=$(sed -n 's/.*p50 \([0-9]*\)\..*/\1/p' "$dir/figure")
	pss=$(sed -n 's/.*pss \([0-9]*\) .*/\1/p' "$dir/figure")
	[ "$p50" -lt "$most" ] && [ "$pss" -lt 50000 ]
}

if [ ! -x "$PTYKEYS" ]; then
	skip 'ptykeys is not built'
elif nm "$MOOT" 2>"$dir/ok" | grep -q __asan_init; then
	skip 'a sanitizer has figures of its own'
else
	for k in '' '-k\e[5~' '-s60x200'; do
		fake <<-EOF
		$welcome
		$flood
		> :bob!u@h PRIVMSG #a :the-flood-is-over
		serve
		EOF
		ok "100,000 lines: half of the keys within 10 ms, 50 MB $k" \
		    figure 10 the-flood-is-over '100,000 lines' ${k:+"$k"}
	done
	fake <<-EOF
	$welcome
	$flood
	$flood
	$flood
	$flood
	serve
	EOF
	ok 'keys are answered during a flood' figure 50 brown \
	    'during a flood' -b -n 50 -k '~'
fi

leave
