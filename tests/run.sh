#!/bin/sh
# SPDX-License-Identifier: ISC
#
# All rings of tests, as `make check` calls them: units, replayed corpora, the
# real server, killed processes, a sample of crashes, then the clients, systemd
# and the lint.  Each prints its own lines; what was skipped is counted aloud.
# Ends with "N passed, N failed, N skipped" in programs, and leaves 1 when one
# failed.
#
# From the environment: BUILDS, a list of OBJECTS:PROGRAMS for the rings in C,
# the first of which serves the scripts too; and the names of the tests.

set -u
cd "$(dirname "$0")/.." || exit 2
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export UBSAN_OPTIONS
passed=0 failed=0 skipped=0 names=''
log=$(mktemp) && sad=$(mktemp) && home=$(mktemp -d) || exit 2
trap 'rm -rf "$log" "$sad" "$home"' EXIT
# no test meets the files of who runs it
XDG_CONFIG_HOME=$home/config XDG_STATE_HOME=$home/state
export XDG_CONFIG_HOME XDG_STATE_HOME

# one NAME COMMAND...: runs it, shows it, counts it and what it skipped
one()
{
	name=$1
	shift
	printf '== %s\n' "$name"
	"$@" >"$log" 2>&1 </dev/null
	rc=$?
	cat "$log"
	n=$(sed -n -e 's/.*, \([0-9][0-9]*\) skipped.*/\1/p' \
	    -e 's/.*tests skipped: \([0-9][0-9]*\).*/\1/p' \
	    -e 's/^\([0-9][0-9]*\) skipped.*/\1/p' "$log" | tail -n 1)
	skipped=$((skipped + ${n:-0}))
	if [ "$rc" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		names="$names $name"
		printf '== %s FAILED (%s)\n' "$name" "$rc"
		{
			printf '== again, %s:\n' "$name"
			grep -E '^not ok|:[FE]:|^SUMMARY|Error' "$log" ||
				tail -n 20 "$log"
		} >>"$sad"
	fi
}

# programs OBJECTS:PROGRAMS: says where they are
programs()
{
	t=${1%%:*}/tests
	MOOTD=$PWD/${1#*:}/mootd
	MOOTCTL=$PWD/${1#*:}/mootctl
	MOOT=$PWD/${1#*:}/moot
	MOOTD_FAULTS=$PWD/${1%%:*}/faults/mootd
	export MOOTD MOOTCTL MOOT MOOTD_FAULTS
}

for b in $BUILDS; do
	programs "$b"
	for u in $UNITS; do one "$t/$u" "$t/$u"; done
	for f in $FUZZERS; do
		one "$t/replay_$f" "$t/replay_$f" "tests/fuzz/corpus/$f"
	done
	for s in $SERVERS $CRASHES; do one "$t/$s" "$t/$s"; done
done

if [ -x build/faults/mootd ]; then
	programs build/faults:build/faults
	one 'explore, a sample' "$t/explore" -t "${EXPLORE:-40}"
	one 'explore by Unix sockets, a sample' "$t/explore" -u \
	    -t "${EXPLORE_LOCAL:-15}"
	one 'explore by three ways, a sample' "$t/explore" -e \
	    -t "${EXPLORE_MIXED:-25}"
	one 'explore with a memory, a sample' "$t/explore" -m \
	    -t "${EXPLORE_MEMORY:-20}"
	# fails when what stood for the absent is looked for in one place
	one 'explore, a death in a return' "$t/explore" -m -p session-next:3:1
	# fails when nobody heals a move
	one 'explore, a death in a move' "$t/explore" -p Rrehome-home:1:1
	one 'soak, a short one' "$t/soak" -n 300 -t 5
	one 'soak, upgrades' "$t/soak" -n 300 -t 3 -u 5
	one 'soak, masters killed' "$t/soak" -n 300 -t 4 -m 700
	one 'soak, users moved' "$t/soak" -n 300 -t 4 -b 100
	one 'soak, helpers killed' "$t/soak" -n 300 -t 4 -d 900 -e 1300
	one 'churn' "$t/churn" -t 5
	one 'attacks, small ones' "$t/attacks" -s
	[ ! -x "$t/ledger" ] ||
		one 'ledger' "$t/ledger" -t 6 -n 10 -p 1500 \
		    -x "$PWD/$t/power.so"
fi

programs "${BUILDS%% *}"
FAKE=$PWD/$t/fakeserver MOOT_QUICK=$PWD/$t/moot_quick
export FAKE MOOT_QUICK
one "$t/test_kill, by Unix sockets" env MOOT_TEST_LOCAL=1 "$t/test_kill"
[ "$t" != build/tests ] ||
	one tests/hardening.sh sh tests/hardening.sh build ./mootd* ./mootctl \
	    ./moot
one 'first run' sh tests/first-run.sh
for s in tests/clients/*.sh tests/systemd/*.sh; do one "$s" sh "$s"; done
one lint sh tests/lint.sh

cat "$sad"
[ -z "$names" ] || printf 'failed:%s\n' "$names"
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
