#!/bin/sh
# SPDX-License-Identifier: ISC
#
# All rings of tests, as `make check` calls them: units, replayed corpora, the
# real server, killed processes, the clients, systemd.  Each prints its own
# lines; what was skipped is counted aloud.  Ends with "N passed, N failed,
# N skipped" in programs, and leaves 1 when one failed.
#
# From the environment: B objects, OUT programs, and the lists of tests.

set -u
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 2
MOOTD=$top/$OUT/mootd MOOTCTL=$top/$OUT/mootctl MOOT=$top/$OUT/moot
export MOOTD MOOTCTL MOOT
passed=0 failed=0 skipped=0
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT

# one NAME COMMAND...: runs it, shows it, counts it and what it skipped
one()
{
	name=$1
	shift
	printf '== %s\n' "$name"
	"$@" >"$log" 2>&1
	rc=$?
	cat "$log"
	n=$(sed -n 's/.*, \([0-9][0-9]*\) skipped.*/\1/p' "$log" | tail -n 1)
	skipped=$((skipped + ${n:-0}))
	if [ "$rc" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf '== %s FAILED (%s)\n' "$name" "$rc"
	fi
}

for t in $UNITS; do one "unit $t" "$B/tests/$t"; done
for f in $FUZZERS; do
	one "corpus $f" "$B/tests/replay_$f" "tests/fuzz/corpus/$f"
done
for t in $SERVERS $CRASHES; do one "server $t" "$B/tests/$t"; done
FAKE=$top/$B/tests/fakeserver MOOT_QUICK=$top/$B/tests/moot_quick
export FAKE MOOT_QUICK
for t in tests/clients/*.sh tests/systemd/*.sh; do
	[ -e "$t" ] && one "$t" sh "$t"
done

printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
