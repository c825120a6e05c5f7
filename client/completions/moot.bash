# SPDX-License-Identifier: ISC
#
# Completion of moot(1) for bash.  Which subcommands and options there are, and
# what these take, moot says itself, by --help; networks and rooms are those of
# the configuration.

# _moot_heads [SUBCOMMAND]: "-c, --config FILE" for each option
_moot_heads()
{
	"$_moot_program" ${1:+"$1"} --help 2>/dev/null |
	    sed -n -e 's/^  *\(-.*\)/\1/' -e 's/   *.*//' -e '/^-/p'
}

_moot_subcommands()
{
	"$_moot_program" --help 2>/dev/null |
	    sed -n 's/^  *moot \([a-z][a-z]*\) .*/\1/p'
}

# _moot_values NAME: the words of all lines "NAME ..." of the configuration
_moot_values()
{
	sed -n -e 's/[ 	]#[ 	].*//' \
	    -e "s/^[ 	]*$1[ 	][ 	]*//p" "$_moot_config" 2>/dev/null |
	    tr -d '"' | tr -s ' \t' '\n\n'
}

# _moot_takes OPTION: FILE, ROOM... if it takes one
_moot_takes()
{
	_moot_heads "$_moot_sub" | sed -n \
	    -e "s/^\(.*, \)\{0,1\}$1\(, --[a-z-]*\)\{0,1\} \([A-Z].*\)/\3/p"
}

# _moot_offer WORD...: those that begin as what is typed does
_moot_offer()
{
	local w q

	for w; do
		q=$w
		case $_moot_cur in
		[\'\"]*) q=${_moot_cur:0:1}$w ;;
		*) q=$(printf %q "$w") ;;
		esac
		[[ $q == "$_moot_cur"* ]] || continue
		# readline puts the quote there itself
		case $_moot_cur in [\'\"]*) q=$w ;; esac
		COMPREPLY+=("$q")
	done
}

_moot()
{
	local _moot_program=${COMP_WORDS[0]} _moot_sub='' i
	local _moot_cur=${COMP_WORDS[COMP_CWORD]}
	local _moot_config=${XDG_CONFIG_HOME:-$HOME/.config}/moot/moot.conf

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-c | --config) _moot_config=${COMP_WORDS[i + 1]} ;;
		--)	# the command of a bot
			mapfile -t COMPREPLY < <(compgen -c -- "$_moot_cur")
			return ;;
		esac
	done
	if [[ $COMP_CWORD -gt 1 ]] &&
	    _moot_subcommands | grep -qx -e "${COMP_WORDS[1]}"; then
		_moot_sub=${COMP_WORDS[1]}
	fi
	case $(_moot_takes "${COMP_WORDS[COMP_CWORD - 1]}") in
	FILE*)
		mapfile -t COMPREPLY < <(compgen -f -- "$_moot_cur")
		return ;;
	ROOM* | TARGET*)
		_moot_offer $(_moot_values join)
		return ;;
	NETWORK* | HOST*)
		_moot_offer $(_moot_values network)
		return ;;
	?*)	return ;;
	esac
	case $_moot_cur in
	-*)
		_moot_offer $(_moot_heads "$_moot_sub" |
		    grep -oE -e '(^|, )--?[A-Za-z0-9][A-Za-z0-9-]*' | tr -d ', ')
		return ;;
	esac
	if [[ -n $_moot_sub ]]; then
		_moot_offer $(_moot_values join)
		return
	fi
	[[ $COMP_CWORD -gt 1 ]] || _moot_offer $(_moot_subcommands)
	_moot_offer $(_moot_values network)
}

complete -F _moot moot
