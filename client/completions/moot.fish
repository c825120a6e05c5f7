# SPDX-License-Identifier: ISC
#
# Completion of moot(1) for fish.  Which subcommands and options there are, and
# what these take, moot says itself, by --help; networks and rooms are those of
# the configuration.

# __moot_heads [SUBCOMMAND]: "-c, --config FILE" for each option
function __moot_heads
    set -l program (commandline -opc)[1]
    command $program $argv --help 2>/dev/null | string replace -rf '^ +(-.*?)(  .*)?$' '$1'
end

function __moot_subcommands
    set -l program (commandline -opc)[1]
    command $program --help 2>/dev/null | string replace -rf '^ +moot ([a-z]+) +(.*)$' '$1\t$2'
end

# The subcommand that was typed, if any
function __moot_sub
    set -l typed (commandline -opc)
    test (count $typed) -gt 1; or return
    __moot_subcommands | string replace -r '\t.*' '' | string match -- $typed[2]
end

# __moot_values NAME: the words of all lines "NAME ..." of the configuration
function __moot_values
    set -l config $HOME/.config/moot/moot.conf
    test -n "$XDG_CONFIG_HOME"; and set config $XDG_CONFIG_HOME/moot/moot.conf
    set -l typed (commandline -opc)
    set -l i (contains -i -- -c $typed; or contains -i -- --config $typed)
    and set -q typed[(math $i + 1)]
    and set config $typed[(math $i + 1)]
    test -r "$config"; or return
    string replace -r '\s#\s.*' '' <$config | string replace -rf "^\s*$argv[1]\s+" '' | string replace -a '"' '' | string split -n ' '
end

# FILE, ROOM... if the option before the cursor takes one
function __moot_takes
    set -l option (string escape --style=regex -- (commandline -opc)[-1])
    __moot_heads (__moot_sub) | string replace -rf "^(.*, )?$option(, --[a-z-]+)? ([A-Z].*)" '$3'
end

function __moot_candidates
    set -l takes (__moot_takes)
    set -l sub (__moot_sub)
    if contains -- -- (commandline -opc)
        __fish_complete_command
    else if string match -q 'FILE*' -- $takes
        __fish_complete_path (commandline -ct)
    else if string match -qr '^(ROOM|TARGET)' -- $takes
        __moot_values join
    else if string match -qr '^(NETWORK|HOST)' -- $takes
        __moot_values network
    else if test -n "$takes"
        return
    else if string match -q -- '-*' (commandline -ct)
        __moot_heads $sub | string match -ra '(?:^|, )(--?[A-Za-z0-9][A-Za-z0-9-]*)' | string match -r '^-.*'
    else if test -n "$sub"
        __moot_values join
    else
        test (count (commandline -opc)) -gt 1; or __moot_subcommands
        __moot_values network
    end
end

complete -c moot -f -a '(__moot_candidates)'
