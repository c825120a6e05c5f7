#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What is typed at a terminal in line mode: keys, pastes, completion, the
# history and its file, and a terminal where nothing is drawn twice.
#
#   MOOT       the program; default ./moot
#   FAKE       fakeserver, built; default: built here with $CC
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

. "$(dirname "$0")/pipes"

LC_ALL=C.UTF-8
HOME=$dir/home
export LC_ALL HOME
mkdir -p "$HOME" "$XDG_CONFIG_HOME/moot"
command -v tmux >/dev/null || {
	skip "all of it (there is no tmux)"
	total
}
# line mode, where there is a screen
"$MOOT" -h | grep -q '^  -l' && MOOT="$MOOT -l"

tmux="tmux -u -L moot-typing-$$ -f /dev/null"
# without any session the server would end, and perhaps too late
$tmux new-session -d -s keep cat

# start [WHERE]: moot at a terminal, once more
start() {
	$tmux kill-session -t t 2>/dev/null
	rm -f "$dir/go"
	$tmux new-session -d -s t -x 70 -y 20 \
	    "until [ -e $dir/go ]; do sleep 0.05; done; $MOOT -n me ${1-127.0.0.1:$port}; cat"
	$tmux pipe-pane -t t "cat >$dir/raw"
	: >"$dir/go"
}

# screen PATTERN: a line of what is shown now
screen() {
	$tmux capture-pane -p -t t >"$dir/screen" 2>/dev/null
	grep -qe "$1" "$dir/screen"
}

shows() {
	wait_for screen "$1" || {
		grep . "$dir/screen"
		return 1
	}
}

keys() {
	$tmux send-keys -t t "$@"
}

# paste TEXT: as a terminal does that knows brackets, if they are wanted
paste() {
	printf "$1" >"$dir/paste"
	$tmux load-buffer "$dir/paste"
	$tmux paste-buffer -p -t t
}

# the pid of moot at the terminal
moot_pid() {
	ps -o pid= --ppid "$($tmux list-panes -t t -F '#{pane_pid}')" |
	    head -n 1 | tr -d ' '
}

# said TEXT: the server has it
said() {
	wait_for has "$dir/log" "$1"
}

room='< JOIN
> :me!u@h JOIN #a
> :fake 353 me = #a :@alice Albert bob me zoë
> :fake 366 me #a :End
> :Albert!u@h PRIVMSG #a :hello'

# ---- keys ----

fake <<EOF
$welcome
$room
serve
EOF
start
shows '^\[me\]$'
keys '/join #a' Enter
ok "enters a room" shows '^\[#a\]$'
keys 'one two three' M-b M-b M-d C-y C-y
ok "words are killed and yanked" shows '^\[#a\] one twotwo three$'
keys C-_ C-_
ok "and that is undone" shows '^\[#a\] one  three$'
keys C-c 'a漢字b' Left Left BSpace 'x'
ok "wide characters" shows '^\[#a\] ax字b$'
keys C-c 'é' "$(printf 'e\314\201')" Left 'x'
ok "combining marks" shows "^\[#a\] éx$(printf 'e\314\201')\$"
keys C-c M-o b 'x' C-v C-o
ok "formatting is seen" shows '^\[#a\] ␂x␏$'
keys Enter
ok "and sent" said "$(printf '^1:PRIVMSG #a :\002x\017$')"

# ---- completion ----

keys 'al' Tab
ok "a nick: who spoke last" shows '^\[#a\] Albert:$'
ok "with a list of all" screen '^[0-9:]* -- Albert alice$'
keys Tab
ok "the next one" shows '^\[#a\] alice:$'
keys BTab
ok "and back" shows '^\[#a\] Albert:$'
keys C-u 'hi zo' Tab '!'
ok "not ASCII, within a line" shows '^\[#a\] hi zoë !$'
keys C-u '/to' Tab
ok "a command" shows '^\[#a\] /topic$'
keys '#' Tab
ok "a room" shows '^\[#a\] /topic #a$'
keys C-u ':tada' Tab
ok "an emoji" shows '^\[#a\] 🎉$'
keys C-u '/set pas' Tab Tab C-u '/set paste s' Tab
ok "a setting, and a value" shows '^\[#a\] /set paste send$'
keys C-u

# ---- pastes ----

paste 'eins\nzwei\tx\033[31m\n/quit\n'
ok "a paste waits" shows '^-- 3 lines: Enter sends them, ^C drops them'
ok "in one row" shows '^\[#a\] eins↵zwei    x↵/quit$'
keys Enter
ok "and is sent" said '^1:PRIVMSG #a :eins$'
ok "without controls" said '^1:PRIVMSG #a :zwei    x$'
ok "and without commands" said '^1:PRIVMSG #a :/quit$'
paste 'nicht\ndies\n'
shows '^\[#a\] nicht↵dies$'
keys C-c
ok "or dropped" shows '^\[#a\]$'
paste '/topic eins\nzwei\n'
shows 'topic eins↵zwei'
keys Enter
ok "a command has one line" said '^1:TOPIC #a :eins zwei$'
paste '/msg bob drei\nvier\n'
shows 'drei↵vier'
keys Enter
ok "unless it says something" said '^1:PRIVMSG bob :vier$'
keys '/set paste send' Enter
shows '[-]- paste send'
paste 'fünf\nsechs\n'
ok "at once, if it is set so" said '^1:PRIVMSG #a :sechs$'
keys '/set paste lines' Enter
shows '[-]- paste lines'
paste 'sieben\nach'
ok "as if typed, if it is set so" said '^1:PRIVMSG #a :sieben$'
ok "and the last line goes on" shows '^\[#a\] ach$'
keys C-u '/set paste ask' Enter
shows '[-]- paste ask'
ok "dropped and refused lines never went" hasnt "$dir/log" 'nicht\|ach$'

# ---- the history ----

keys '/oper me geheim' Enter '/msg NickServ identify geheim' Enter \
    'last one' Enter
said '^1:PRIVMSG #a :last one$'
keys C-r 'MSG bob'
ok "a search" shows '^(search) MSG bob: /msg bob drei↵vier$'
keys 'x'
ok "that finds nothing" shows '^(not found) MSG bobx: '
keys C-g
ok "given up" shows '^\[#a\]$'
keys C-r 'one' Enter
ok "taken" shows '^\[#a\] last one$'
keys C-u C-r 'geheim'
ok "passwords are not found" shows '^(not found) geheim:'
keys C-g C-d
kept() {
	has "$XDG_STATE_HOME/moot/history" '^/msg bob drei\\nvier$' &&
	    hasnt "$XDG_STATE_HOME/moot/history" geheim &&
	    is "$(stat -c %a "$XDG_STATE_HOME/moot/history")" 600
}
ok "kept in a file, for its owner" wait_for kept
fake <<EOF
$welcome
serve
EOF
start
shows '^\[me\]$'
keys Up
ok "and there at the next start" shows '^\[me\] last one$'

# ---- how it ends ----

modes() {
	has "$dir/raw" "$(printf '\033\\[?2004%s' "$1")"
}
keys C-c C-d
ok "pastes are told apart" wait_for modes h
ok "but not from others at the end" wait_for modes l
fake <<EOF
$welcome
serve
EOF
start
shows '^\[me\]$'
: >"$dir/raw"
kill -SEGV "$(moot_pid)"
ok "nor after a crash" wait_for modes l

# ---- a client that is killed ----

for n in 1 2; do
	fake <<EOF
$welcome
$room
serve
EOF
	echo "server 127.0.0.1:$port" >"$XDG_CONFIG_HOME/moot/moot.conf"
	start ''
	shows '^\[me\]$'
	keys '/join #a' Enter
	if [ $n = 1 ]; then
		shows '^\[#a\]$'
		keys 'half a li'
		shows 'half a li$'
		kill -KILL "$(moot_pid)"
	else
		ok "what was being written is there again" \
		    shows '^\[#a\] half a li$'
		keys C-c C-d
	fi
done

# ---- nothing is drawn twice ----

echo 'line-editing off' >"$XDG_CONFIG_HOME/moot/moot.conf"
echo 'times off' >>"$XDG_CONFIG_HOME/moot/moot.conf"
echo 'colours off' >>"$XDG_CONFIG_HOME/moot/moot.conf"
fake <<EOF
$welcome
$room
serve
EOF
start
shows '^-- connected'
keys '/join #a' Enter
ok "without line editing it talks" shows '^Albert #a: hello$'
keys 'word' C-u 'hallo' Enter
ok "the terminal takes the line" said '^1:PRIVMSG #a :hallo$'
plain() {
	! grep -q "$(printf '\033')" "$dir/raw"
}
ok "and no sequence reaches it" plain
keys C-d

# ---- a full screen keeps what was typed, too ----

rm "$XDG_CONFIG_HOME/moot/moot.conf"
if ldd "${MOOT% -l}" 2>"$dir/ok" | grep -q ncursesw; then
	fake <<EOF
$welcome
serve
EOF
	MOOT=${MOOT% -l}
	start
	shows '-- connected\|127.0.0.1'
	keys '/msg bob from a screen' Enter
	said '^1:PRIVMSG bob :from a screen$'
	ok "a full screen keeps it, too" wait_for \
	    has "$XDG_STATE_HOME/moot/history" 'bob from a screen$'
	keys Up
	ok "and brings it back" shows '/msg bob from a screen'
else
	skip "a full screen (moot was built without)"
fi
total
