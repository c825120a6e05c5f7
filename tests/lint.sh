#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What the compiler does not see: that the manuals are well formed and name
# everything that is in a table, and that the source keeps to its form and to
# its layers; with ANALYZE=1 also what analyzers say, which takes minutes the
# first time.  Run from the root of the tree.
#
# The last line is "lint: N passed, N failed[, N skipped]", the status 0 only
# if none failed.

passed=0 failed=0 skipped=0
tmp=$(mktemp "${TMPDIR:-/tmp}/moot-lint.XXXXXX") || exit 1
trap 'rm -f "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C
export LC_ALL

[ -f server/table.c ] || { echo "lint: not the root of the tree"; exit 1; }

# check NAME COMMAND...: passes if the command prints nothing and succeeds.
check() {
	name=$1
	shift
	if "$@" >"$tmp" 2>&1 && [ ! -s "$tmp" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		sed 's/^/#   /' "$tmp"
	fi
}

skip() {
	skipped=$((skipped + 1))
	echo "SKIP: $1"
}

sources() {
	find . \( -name .git -o -name build -o -name san \) -prune -o \
	    -type f \( "$@" \) -print | sort
}

code() {
	sources -name '*.c' -o -name '*.h'
}

scripts() {
	sources -name '*.sh'
}

# all_named FILE PREFIX: of the words on standard input, names those that
# FILE does not have as an item "PREFIX WORD".
all_named() {
	count=0
	while read -r word; do
		count=$((count + 1))
		awk -v want="$2 $word" '
		    index($0, want) == 1 {
			rest = substr($0, length(want) + 1)
			if (rest == "" || substr(rest, 1, 1) == " " ||
			    substr(rest, 1, 1) == "=")
				found = 1
		    }
		    END { exit !found }' "$1" || echo "$1: no \"$2 $word\""
	done
	[ $count != 0 ] || echo "$1: nothing to look for: has a table moved?"
}

# The first string of each row of the table NAME in FILE.
rows() {
	sed -n "/ $2\[\] = {/,/^};/s/^	{ [\"']\([^\"']*\)[\"'],.*/\1/p" "$1"
}

# ---- manuals and tables ----

commands_named() {
	rows server/table.c command_table | all_named man/moot-irc.7 '.It Ic'
}

# What a command costs, if it is not one token.
costs_named() {
	sed -n '/ command_table\[\] = {/,/^};/s/^	{ "\([A-Z]*\)",.*, \([0-9]*\),$/\1 \2/p' \
	    server/table.c | while read -r name cost; do
		[ "$cost" != 1 ] || continue
		awk -v item=".It $cost" -v name="$name" '
		    /^\.It / { here = $0 == item }
		    here && /^\.Ic / && index(" " $0 " ", " " name " ") {
			found = 1
		    }
		    END { exit !found }' man/moot-irc.7 ||
		    echo "man/moot-irc.7: $name is not among those of $cost"
	done
}

# The names of those that register.c offers.
capabilities_named() {
	sed -n '/uint64_t offered[a-z_]* =/,/;/p' server/register.c |
	    grep -o 'CAP([A-Z_]*)' | sed 's/CAP(\(.*\))/\1/' |
	    while read -r id; do
		    sed -n "s/^	X($id, \"\([^\"]*\)\").*/\1/p" irc/capability.h
	    done | all_named man/moot-irc.7 '.It Cm'
}

tokens_named() {
	rows server/isupport.c tokens | all_named man/moot-irc.7 '.It Cm'
}

modes_named() {
	{
		rows irc/mode.c mode_channel
		rows irc/mode.c mode_user
	} | all_named man/moot-irc.7 '.It Cm'
}

# Each numeric in use, as the item of its number and the line of its name.
numerics_named() {
	grep -ohE '\<(RPL|ERR)_[A-Z0-9]+' server/*.c | sort -u |
	while read -r macro; do
		number=$(sed -n "s/^#define $macro \([0-9]*\),.*/\1/p" \
		    irc/numeric.h)
		[ -n "$number" ] || { echo "$macro: no such numeric"; continue; }
		awk -v it=".It $(printf %03d "$number")" -v name="$macro" '
		    last == it && $0 == name { found = 1 }
		    { last = $0 }
		    END { exit !found }' man/moot-irc.7 ||
		    echo "man/moot-irc.7: no $number $macro"
	done
}

# The other way: what is described is in use.
numerics_used() {
	grep -E '^(RPL|ERR)_[A-Z0-9]+$' man/moot-irc.7 |
	while read -r macro; do
		grep -qw "$macro" server/*.c ||
		    echo "man/moot-irc.7: $macro is never sent"
	done
}

settings_named() {
	rows server/config.c settings | all_named man/mootd.conf.5 '.It Ic'
}

# The example has no word that the parser does not know.
settings_known() {
	rows server/config.c settings >"$tmp.words"
	sed -n 's/^#\([a-z-]*\)	.*/\1/p' systemd/mootd.conf |
	    grep -vxF -f "$tmp.words"
	rm -f "$tmp.words"
	return 0
}

orders_named() {
	sed -n '/^static const struct command_row control_table/,/^};/s/^	{ "\([^"]*\)",.*/\1/p' \
	    server/control.c | tr A-Z a-z | all_named man/mootctl.8 '.It Ic'
}

client_commands_named() {
	grep -o '^	{ "[a-z]*",' client/command.c | sed 's/.*"\(.*\)",/\/\1/' |
	    all_named man/moot.1 '.It Ic'
}

# Each key of the screen's table in an item of the manual.
keys_named() {
	sed -n 's/^	{ BINDING_[A-Z]*, "\([^"]*\)",.*/\1/p' \
	    client/screen/binding.c | sort -u |
	while read -r key; do
		awk -v key="$key" '
		    $1 == ".It" || $1 == ".Ic" {
			for (i = 2; i <= NF; i++)
				if ($i == key)
					found = 1
		    }
		    END { exit !found }' man/moot.1 ||
		    echo "man/moot.1: no key $key"
	done
}

client_settings_named() {
	rows client/setting/setting.c settings | all_named man/moot.conf.5 '.It Ic'
}

# Subcommands, their options, and the types of what they print.
client_scripts_named() {
	rows client/script/script.c script_commands | all_named man/moot.1 '.It Ic'
	sed -n "s/^	{ '[^']*', \"\([a-z-]*\)\",.*/-\1/p" client/script/script_option.c |
	    sort -u | all_named man/moot.1 '.It Fl'
	sed -n 's/^	\[NEWS_[A-Z]*\] = { "\([a-z]*\)".*/\1/p' client/script/json.c |
	    all_named man/moot-json.5 '.It Cm'
}

# Each is asked for somewhere.
client_settings_used() {
	rows client/setting/setting.c settings | while read -r word; do
		grep -rq "\"$word\"" client --include='*.c' \
		    --exclude=setting.c ||
		    echo "client/setting/setting.c: nobody asks for $word"
	done
}

# The option letters of a usage text in $1 and of its getopt(3) string.
options_named() {
	{
		sed -n 's/^[ 	]*"  -\([A-Za-z0-9]\)[ ,].*/\1/p' "$1"
		sed -n 's/.*getopt[_a-z]*(argc, argv, "\([^"]*\)".*/\1/p' "$1" |
		    tr -d : | sed 's/./&\
/g' | grep .
	} | sort -u | all_named "$2" '.It Fl'
}

# Those with names.
long_options_named() {
	rows "$1" long_options | while read -r word; do
		grep -q "^\.It .*Fl -$word\( \|\$\)" "$2" ||
		    echo "$2: no --$word"
	done
}

sections_there() {
	for page in man/*.[18]; do
		for section in "EXIT STATUS" EXAMPLES; do
			grep -q "^\.Sh $section\$" "$page" ||
			    echo "$page: no section $section"
		done
	done
}

# Pages of our own that are referred to exist.
references_there() {
	for page in man/*; do
		sed -n 's/^\.Xr \(moot[a-z.-]*\) \([1-8]\).*/\1.\2/p' "$page" |
		    sort -u | while read -r other; do
			[ -f "man/$other" ] || echo "$page: no man/$other"
		done
	done
}

# ---- form and layers ----

spdx_there() {
	code | while read -r file; do
		[ "$(head -n 1 "$file")" = \
		    '/* SPDX-License-Identifier: ISC */' ] ||
		    echo "$file: does not begin with the SPDX line"
	done
	{
		scripts
		sources -name '*.[1-8]' -o -path './systemd/*'
	} | while read -r file; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: ISC' ||
		    echo "$file: no SPDX line"
	done
}

lines_fit() {
	code | while read -r file; do
		expand "$file" | awk -v file="$file" \
		    'length > 80 { print file ":" NR ": " length " columns" }'
	done
}

no_blanks_at_end() {
	{
		code
		scripts
		sources -name '*.[1-8]' -o -path './systemd/*'
	} | xargs grep -nE '[ 	]+$' /dev/null
	return 0
}

# kill(2) with the pid of a worker that is just being replaced, 0, would go to
# the process group of the test; pid_signal() looks first.
signals_by_harness() {
	grep -nE '(^|[^_a-z])kill\(' tests/server/*.c tests/crash/*.c |
	    grep -v '^tests/server/harness_proc\.c:'
	return 0
}

# within DIR FORBIDDEN...: DIR includes nothing of the others.
within() {
	layer=$1
	shift
	for other; do
		grep -nE "^#[ ]*include \"(\.\./)*$other/" "$layer"/*.[ch]
	done
	return 0
}

no_foreign_path() {
	grep -rnI '/wor[k]/' . --exclude-dir=.git --exclude-dir=build \
	    --exclude-dir=san --exclude='*.[doa]' --exclude=.git
	return 0
}

# Each source file that has changed, or that has not been looked at.
analyzed() {
	${MAKE:-make} --no-print-directory -k -j2 SAN= FAULTS= analyze \
	    >"$tmp.analyzed" 2>&1 || grep -v '^make' "$tmp.analyzed"
	rm -f "$tmp.analyzed"
}

scripts_parse() {
	scripts | while read -r file; do
		sh -n "$file" || echo "$file: does not parse"
	done
}

if command -v mandoc >/dev/null; then
	for page in man/*; do
		check "mandoc: $page" mandoc -Tlint -Wwarning "$page"
	done
else
	skip "mandoc (there is none): the manuals are not checked"
fi
check "commands are in moot-irc(7)" commands_named
check "costs of commands are in moot-irc(7)" costs_named
check "capabilities are in moot-irc(7)" capabilities_named
check "tokens of 005 are in moot-irc(7)" tokens_named
check "modes are in moot-irc(7)" modes_named
check "numerics are in moot-irc(7)" numerics_named
check "numerics of moot-irc(7) are in use" numerics_used
check "settings are in mootd.conf(5)" settings_named
check "the example configuration is up to date" settings_known
check "orders are in mootctl(8)" orders_named
check "commands of moot are in moot(1)" client_commands_named
check "keys of the screen" keys_named
check "subcommands of moot are in moot(1)" client_scripts_named
check "options of mootd-tls" options_named tls/options.c man/mootd-tls.8
check "options of mootd" options_named server/mootd.c man/mootd.8
check "settings of moot are in moot.conf(5)" client_settings_named
check "settings of moot are in use" client_settings_used
check "long options of moot" long_options_named client/main.c man/moot.1
check "options of moot" options_named client/main.c man/moot.1
check "options of mootctl" options_named ctl/mootctl.c man/mootctl.8
check "sections of manuals" sections_there
check "references of manuals" references_there
check "SPDX lines" spdx_there
check "80 columns" lines_fit
check "no blanks at the end of a line" no_blanks_at_end
check "irc/ stands alone" within irc ipc server tls client ctl
check "ipc/ uses nothing above it" within ipc server tls client ctl
check "client/ uses irc/ only" within client ipc server tls ctl
check "no path of one machine" no_foreign_path
check "tests signal by the harness" signals_by_harness
check "scripts parse" scripts_parse
if [ -n "${ANALYZE-}" ]; then
	for tool in clang-tidy cppcheck; do
		command -v $tool >/dev/null ||
			skip "$tool (there is none): gcc analyzes without it"
	done
	check "analyzers" analyzed
fi

tail=
[ $skipped = 0 ] || tail=", $skipped skipped"
echo "lint: $passed passed, $failed failed$tail"
[ $failed = 0 ]
