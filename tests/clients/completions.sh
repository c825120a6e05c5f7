#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The completions of moot for bash, zsh and fish: that each knows every option
# and subcommand that moot -h names, networks and rooms of the configuration,
# and files where an option takes one.  A shell that is not installed is
# skipped, aloud.
#
#   MOOT       the program; default ./moot
#
# The last line is "N passed, N failed, N skipped", the status 0 only if none
# failed.

set -u
MOOT=${MOOT:-./moot}
here=$(cd "$(dirname "$0")/../../client/completions" && pwd) || exit 1
dir=$(mktemp -d "${TMPDIR:-/tmp}/moot-completions.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
passed=0 failed=0 skipped=0

mkdir -p "$dir/bin" "$dir/home/.config/moot"
ln -s "$(cd "$(dirname "$MOOT")" && pwd)/$(basename "$MOOT")" "$dir/bin/moot"
PATH=$dir/bin:$PATH HOME=$dir/home
export PATH HOME
unset XDG_CONFIG_HOME
cat >"$HOME/.config/moot/moot.conf" <<'END'
join #all   # nothing but #this
network town
	join #books "#music"
network far.example
END
printf 'network other\n' >"$dir/other.conf"

# complete WORD...: what may stand for the last word, one a line
complete_bash()
{
	bash --norc -c 'source "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
	    _moot; printf "%s\n" "${COMPREPLY[@]}"' "$here/moot.bash" "$@"
}

complete_zsh()
{
	zsh -f -c 'compadd() { while [[ $1 != -- ]]; do shift; done; shift
	        print -rl -- "$@" | grep -F -e "$words[CURRENT]" }
	    _files() { print -rl -- $words[CURRENT]*(N) }
	    _command_names() { print -rl -- ${(k)commands} }
	    here=$1; shift; words=("$@") CURRENT=$#; source $here/_moot' \
	    zsh "$here" "$@"
}

# As one would type it: the words are plain but for rooms.
complete_fish()
{
	typed=$1
	shift
	for w; do
		case $w in
		*'#'*) typed="$typed '$w'" ;;
		*) typed="$typed $w" ;;
		esac
	done
	fish --no-config -c 'source $argv[1]/moot.fish
	    complete -C "$argv[2]"' "$here" "$typed" | sed 's/	.*//'
}

ok()
{
	name=$1
	shift
	if "$@" >"$dir/ok" 2>&1; then
		passed=$((passed + 1))
		printf 'ok - %s\n' "$name"
	else
		failed=$((failed + 1))
		printf 'not ok - %s\n' "$name"
		sed 's/^/#   /' "$dir/ok"
	fi
}

# offers WANTED WORD...: it is among what may stand for the last word
offers()
{
	wanted=$1
	shift
	"complete_$shell" "$@" >"$dir/out" 2>&1
	grep -qxF -e "$wanted" "$dir/out" || {
		printf 'no "%s" for: %s\n' "$wanted" "$*"
		cat "$dir/out"
		return 1
	}
}

offers_not()
{
	! offers "$@" >"$dir/not"
}

# options [SUBCOMMAND]: all that the help names
options()
{
	"$MOOT" "$@" --help | grep -E '^ +-' | sed 's/^ *//; s/  .*//' |
	    tr -s ', ' '\n\n' | grep -E '^-'
}

subcommands()
{
	"$MOOT" --help | sed -n 's/^  *moot \([a-z][a-z]*\) .*/\1/p'
}

# all_options [SUBCOMMAND]
all_options()
{
	options "$@" >"$dir/options"
	[ -s "$dir/options" ] || {
		echo "moot $* --help names no option"
		return 1
	}
	result=0
	while read -r option; do
		offers "$option" moot "$@" - || result=1
	done <"$dir/options"
	return $result
}

all_subcommands()
{
	result=0
	for sub in $(subcommands); do
		offers "$sub" moot '' || result=1
	done
	return $result
}

for shell in bash zsh fish; do
	if ! command -v "$shell" >"$dir/ok"; then
		skipped=$((skipped + 1))
		echo "skipped - $shell is not installed"
		continue
	fi
	ok "$shell: all options" all_options
	ok "$shell: all subcommands" all_subcommands
	for sub in $(subcommands); do
		ok "$shell: all options of $sub" all_options "$sub"
		ok "$shell: no network for $sub" offers_not town moot "$sub" ''
	done
	ok "$shell: networks" offers town moot ''
	ok "$shell: all networks" offers far.example moot -1 ''
	ok "$shell: networks of another configuration" \
	    offers other moot -c "$dir/other.conf" ''
	ok "$shell: and not of the usual one" \
	    offers_not town moot -c "$dir/other.conf" ''
	case $shell in
	bash) room='\#books' ;;
	*) room='#books' ;;
	esac
	ok "$shell: rooms" offers "$room" moot -j ''
	ok "$shell: no comments" offers_not "${room%books}this" moot -j ''
	ok "$shell: files" offers "$dir/other.conf" moot -c "$dir/oth"
	ok "$shell: nothing for a nick" offers_not town moot -n ''
done

printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
