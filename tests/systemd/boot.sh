#!/bin/sh
# SPDX-License-Identifier: ISC
#
# mootd under a real systemd.  A whole one is booted as PID 1 in namespaces of
# its own: processes, mounts (an overlay of /, so nothing is written), System V
# objects, network, host name and cgroups.  Nothing is left outside but an
# empty directory, and the end of PID 1 ends everything in there.
#
# Run from the root of the tree, as root, after make.  Where that cannot be,
# it says why and skips.
#
#   KEEP=1     leave the log of the machine in a file and say where
#
# The last line is "N passed, N failed[, N skipped]", the status 0 only if
# none failed.

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
CHECKS=77
UNIT=mootd.service

# ---- inside: PID 1 of the new namespaces, until it becomes systemd ----

install_into() {
	make -s -o all install DESTDIR="$1" PREFIX=/usr
}

# What has no business in there: hardware, global sysctls, timers.
mask_units() {
	for unit in systemd-udevd.service systemd-udev-trigger.service \
	    systemd-udevd-control.socket systemd-udevd-kernel.socket \
	    systemd-modules-load.service systemd-sysctl.service \
	    systemd-remount-fs.service systemd-random-seed.service \
	    systemd-binfmt.service systemd-update-utmp.service \
	    systemd-hwdb-update.service systemd-firstboot.service \
	    systemd-networkd.service systemd-networkd.socket \
	    systemd-resolved.service systemd-timesyncd.service \
	    systemd-pstore.service keyboard-setup.service \
	    console-setup.service ldconfig.service apparmor.service \
	    dbus.socket timers.target paths.target swap.target \
	    proc-sys-fs-binfmt_misc.automount dev-hugepages.mount \
	    dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount; do
		ln -sf /dev/null "$1/etc/systemd/system/$unit"
	done
	: >"$1/etc/fstab"
	echo 0123456789abcdef0123456789abcdef >"$1/etc/machine-id"
}

# Fewer seconds to wait in a test than in life, and a known configuration.
settings_write() {
	mkdir -p "$1/etc/systemd/system/$UNIT.d"
	printf '[Service]\nWatchdogSec=2\n' \
	    >"$1/etc/systemd/system/$UNIT.d/test.conf"
	mv "$1/etc/moot/mootd.conf" "$1/etc/moot/installed.conf"
	printf 'name irc.example.org\nworkers 2\nlog-level debug\n' \
	    >"$1/etc/moot/mootd.conf"
}

devices_make() {
	mount -t tmpfs -o mode=755 dev "$1/dev" || return 1
	for node in null zero full random urandom tty; do
		: >"$1/dev/$node"
		mount -o bind "/dev/$node" "$1/dev/$node" || return 1
	done
	mkdir "$1/dev/shm" "$1/dev/pts"
	ln -s pts/ptmx "$1/dev/ptmx"
	ln -s /proc/self/fd "$1/dev/fd"
	mount -t tmpfs shm "$1/dev/shm"
}

# The files in DIR/why tell the outside what failed.
inside() {
	dir=$1
	root=$dir/root
	cd "$tree" || exit 1
	mount --make-rprivate / &&
	    mount -t tmpfs moot-test "$dir" &&
	    mkdir "$dir/upper" "$dir/work" "$root" || exit 70
	mount -t overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" \
	    overlay "$root" || exit 71
	mount -t proc proc "$root/proc" &&
	    mount -t sysfs -o ro sysfs "$root/sys" &&
	    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" || exit 72
	mount -t tmpfs -o mode=755 run "$root/run" &&
	    mount -t tmpfs tmp "$root/tmp" && devices_make "$root" || exit 73
	install_into "$root" || exit 74
	mask_units "$root"
	settings_write "$root"
	# The limits of queues belong to the new IPC namespace; all else in
	# there is the machine's, so from here on it can only be read.
	/lib/systemd/systemd-sysctl "$root"/usr/lib/sysctl.d/*moot.conf
	mount -o bind "$root/proc/sys" "$root/proc/sys" &&
	    mount -o remount,ro,bind "$root/proc/sys" || exit 75
	# A process in a chroot may not have a user namespace (PrivateUsers=), so
	# the old root has to go for good.
	mkdir "$root/run/old" && cd "$root" && pivot_root . run/old &&
	    cd / && umount -l /run/old && rmdir /run/old || exit 76
	exec env -i container=moot-test LANG=C.UTF-8 \
	    PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    /lib/systemd/systemd --unit=basic.target --log-target=journal-or-kmsg \
	    --show-status=no
}

if [ "$1" = inside ]; then
	inside "$2"
fi

# ---- outside ----

passed=0 failed=0 skipped=0
dir= unshared= group=

finish() {
	exec 3>&- 4>&- 5>&-
	if [ -n "$unshared" ]; then
		kill -KILL "$unshared" 2>/dev/null # and its child with it
		wait "$unshared" 2>/dev/null
	fi
	if [ -n "$group" ]; then
		tries=0
		until find "$group" -depth -type d -exec rmdir {} + \
		    2>/dev/null || [ $tries -gt 100 ]; do
			tries=$((tries + 1))
			sleep 0.05
		done
		umount "$dir/cgroup"
	fi
	[ -z "$KEEP" ] || [ -z "$dir" ] || {
		cp "$dir/boot.log" "/tmp/moot-boot.$$.log"
		echo "log: /tmp/moot-boot.$$.log"
	}
	[ -z "$dir" ] || rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
trap '' PIPE # a client that is gone is a test that fails

skip_all() {
	echo "SKIP: $1"
	echo "0 passed, 0 failed, $CHECKS skipped"
	exit 0
}

# ok NAME COMMAND...: one test; what was printed is shown when it fails.
ok() {
	name=$1
	shift
	if "$@" >"$dir/ok" 2>&1; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		failed=$((failed + 1))
		echo "not ok - $name"
		tail -25 "$dir/ok" | sort -u | sed 's/^/#   /'
	fi
}

skip() {
	skipped=$((skipped + 1))
	echo "SKIP: $1"
}

# wait_for COMMAND...: until it succeeds, 15 seconds at most.
wait_for() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 150 ] || return 1
		sleep 0.1
	done
}

# in_there COMMAND...: as root in the booted system.
in_there() {
	nsenter -t "$init" -a -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    LANG=C.UTF-8 SYSTEMD_PAGER= "$@"
}

property() {
	in_there systemctl show -p "$1" --value "${2:-$UNIT}"
}

# is PROPERTY VALUE [UNIT]
is() {
	now=$(property "$1" "$3")
	[ "$now" = "$2" ] || { echo "$1 is \"$now\", not \"$2\""; return 1; }
}

has() {
	grep -q -e "$2" "$1"
}

child_of() {
	init=$(cat "/proc/$1/task/$1/children" 2>/dev/null)
	init=${init%% *}
	[ -n "$init" ]
}

is_systemd() {
	child_of "$unshared" &&
	    [ "$(cat "/proc/$init/comm" 2>/dev/null)" = systemd ]
}

# PID 1 is systemd, or it ended before it could be.
is_decided() {
	is_systemd || ! kill -0 "$unshared" 2>/dev/null
}

is_booted() {
	[ "$(in_there systemctl is-active basic.target 2>/dev/null)" = active ]
}

cgroup_make() {
	mkdir "$dir/cgroup"
	mount -t cgroup2 cgroup2 "$dir/cgroup" 2>/dev/null || return 1
	mkdir "$dir/cgroup/moot-test.$$" || { umount "$dir/cgroup"; return 1; }
	group=$dir/cgroup/moot-test.$$
}

boot() {
	mkdir "$dir/machine"
	sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$group" \
	    unshare -p -f -m -u -i -n --cgroup --kill-child=KILL \
	    sh "$here/boot.sh" inside "$dir/machine" \
	    </dev/null >"$dir/boot.log" 2>&1 &
	unshared=$!
	wait_for is_decided
	is_systemd || return 1
	wait_for is_booted
}

# The PIDs of the workers, one a line.
workers() {
	in_there mootctl --json workers |
	    sed -n 's/.*"pid": *\([0-9]*\).*/\1/p'
}

# Each worker is running and none of those in $1.
workers_replaced() {
	now=$(workers) || return 1
	[ "$(echo "$now" | grep -c .)" = 2 ] || return 1
	for pid in $1 0; do
		echo "$now" | grep -qx "$pid" && return 1
	done
	return 0
}

# join NICK FD [SERVER]: a client of the name, whose input is descriptor FD and
# whose output the file NICK.  With -1 it ends when its connection does.
join() {
	rm -f "$dir/$1" "$dir/$1.in"
	mkfifo "$dir/$1.in"
	in_there moot -1 -n "$1" -j '#there' "${3:-127.0.0.1:6667}" \
	    <"$dir/$1.in" >"$dir/$1" 2>&1 &
	eval "exec $2>\"\$dir/$1.in\""
	wait_for has "$dir/$1" "$1 joined #there"
}

said=0
# Each of ann and bob says something and hears the other.
both_talk() {
	said=$((said + 1))
	echo "word $said of ann" >&3
	echo "word $said of bob" >&4
	wait_for has "$dir/bob" "^ann #there: word $said of ann$" &&
	    wait_for has "$dir/ann" "^bob #there: word $said of bob$"
}

no_objects() {
	in_there ipcs -q -m | grep '^0x' && return 1
	return 0
}

segment_id() {
	in_there ipcs -m | awk '/^0x6d000000/ { print $2 }'
}

upgraded() {
	in_there mootctl --json status | grep -q '"upgrades":1,'
}

# Puts a copy of mootd in its place, as a package does it.
install_again() {
	in_there sh -c 'f=$(command -v mootd) && cp -p "$f" "$f.new" &&
	    mv "$f.new" "$f"'
}

main_changed() {
	now=$(property MainPID)
	[ "$now" != 0 ] && [ "$now" != "$1" ] && is ActiveState active
}

reload_fails() {
	in_there sh -c 'cp /etc/moot/mootd.conf /run/saved
	    echo "max-client 7" >>/etc/moot/mootd.conf
	    systemctl reload mootd; status=$?
	    cat /run/saved >/etc/moot/mootd.conf
	    [ $status != 0 ]'
}

# The bytes the first worker's mailbox may hold.
mailbox_room() {
	id=$(in_there ipcs -q | sed -n 's/^0x6d000001 *\([0-9]*\).*/\1/p')
	in_there ipcs -q -i "$id" | grep -q "qbytes=$1"
}

verified() {
	in_there systemd-analyze verify --man="$1" \
	    "/usr/lib/systemd/system/$UNIT" \
	    /usr/lib/systemd/system/mootd.socket >"$dir/verify" 2>&1
	status=$?
	cat "$dir/verify"
	[ $status = 0 ] && ! has "$dir/verify" mootd
}

give_up() {
	in_there systemctl status mootd.socket mootd 2>&1 | sed "s,^,# ,"
	in_there journalctl -o cat -u mootd -u mootd.socket 2>&1 | tail -30 |
	    sed "s,^,# log: ,"
	if [ -s "$dir/boot.log" ]; then
		tail -20 "$dir/boot.log" | sed "s,^,# boot: ,"
	fi
	echo "$passed passed, $failed failed"
	exit 1
}

# Of each unit that has a score, at most 1.2.
secure() {
	for unit in "$tree"/systemd/*.service.in; do
		unit=$(basename "$unit" .in)
		in_there systemd-analyze security --no-pager --offline=yes \
		    --threshold=12 "/usr/lib/systemd/system/$unit" || return 1
	done
}

# status FIELD: what mootctl says of it.
status() {
	in_there mootctl --json status |
	    sed -n "s/.*\"$1\": *\"*\([^\",}]*\).*/\1/p"
}

# tls_is STATE PIDS: it serves, say, by these processes, or (!PIDS) by others.
tls_is() {
	now=$(status tls_pids)
	[ "$(status tls)" = "$1" ] || return 1
	case $2 in
	!*)
		for pid in ${2#!}; do
			case " $now " in *" $pid "*) return 1 ;; esac
		done ;;
	*) [ "$now" = "$2" ] ;;
	esac
}

# Shakes hands and leaves.
shake() {
	in_there openssl s_client -connect "[::1]:6697" -alpn irc </dev/null
}

# join_tls NICK FD: joins by TLS, knowing the server.
join_tls() {
	join "$1" "$2" "ircs://127.0.0.1:6697/?pin=$(status tls_pin)"
}

no_helpers() {
	! in_there pidof mootd-tls mootd-store
}

# Whether each worker and the store have a filter beside that of the unit.
filters() {
	in_there grep -h '^Seccomp_filters:' "/proc/$1/status" |
	    tr -dc 0-9
}

confined() {
	outer=$(filters "$(property MainPID)")
	for pid in $(workers) $(in_there pidof mootd-store mootd-tls); do
		[ "$(filters "$pid")" -gt "$outer" ] || {
			echo "$pid is not confined"
			return 1
		}
	done
}

[ "$(id -u)" = 0 ] || skip_all "not root"
for tool in unshare nsenter systemctl systemd-analyze systemd-sysusers mount \
    pivot_root ipcs; do
	command -v $tool >/dev/null || skip_all "there is no $tool"
done
[ -x /lib/systemd/systemd ] || skip_all "there is no systemd"
[ -x "$tree/mootd" ] && [ -x "$tree/moot" ] && [ -x "$tree/mootctl" ] ||
    skip_all "the programs are not built"
dir=$(mktemp -d "${TMPDIR:-/tmp}/moot-boot.XXXXXX") || exit 1
cgroup_make || skip_all "cannot make a cgroup of version 2"
if ! boot; then
	sed 's/^/# /' "$dir/boot.log"
	if ! is_systemd; then
		wait "$unshared"
		if [ $? = 74 ]; then
			echo "not ok - make install"
			echo "0 passed, 1 failed"
			exit 1
		fi
		skip_all "no systemd could be started here"
	fi
	in_there systemctl list-jobs 2>&1 | sed "s,^,# ,"
	echo "not ok - systemd reaches basic.target"
	echo "0 passed, 1 failed"
	exit 1
fi

# ---- what is installed ----

if [ -x /usr/bin/man ]; then
	ok "verify: clean, manuals too" verified yes
else
	ok "verify: clean" verified no
	skip "verify: the manuals (there is no man)"
fi
ok "security: at most 1.2" secure
ok "sysusers: makes the user" in_there systemd-sysusers
ok "sysusers: moot is there" in_there getent passwd moot

ok "the installed configuration is good, and moot can read it" \
    in_there runuser -u moot -- mootd -t -c /etc/moot/installed.conf

# ---- socket, start, what the service manager is told ----

ok "the socket starts" in_there systemctl start mootd.socket
ok "no server before the first client" is ActiveState inactive
ok "a client starts it, registers and joins" join ann 3
is ActiveState active >/dev/null || give_up
ok "active" is ActiveState active
ok "READY came: running" is SubState running
ok "STATUS came" wait_for is StatusText \
    "1 clients, 2 of 2 workers, 0 restarts"
ok "it runs as moot" is User moot
ok "another client" join bob 4
ok "they hear each other" both_talk
ok "each of them confines itself" confined
ok "files too" eval \
    'in_there journalctl -o cat -u mootd | grep -q "confined: system calls, files"'
ok "mootctl status" in_there mootctl status
ok "the store serves, confined as it is" eval \
    'in_there mootctl --json status | grep -q "\"store\":\"serving\""'
ok "a mailbox has the room that sysctl gives" mailbox_room 1048576

# ---- workers die, settings change ----

main=$(property MainPID)
old=$(workers)
for pid in $old; do
	in_there kill -KILL "$pid"
done
ok "all workers are killed and replaced" wait_for workers_replaced "$old"
ok "nobody noticed" both_talk
ok "not even the service manager" is MainPID "$main"

old=$(workers)
ok "reload" in_there systemctl reload mootd
ok "the workers are new" wait_for workers_replaced "$old"
ok "still connected" both_talk
ok "a reload of a wrong file fails" reload_fails
ok "still connected after it" both_talk

# ---- the master hangs, dies, stops ----

segment=$(segment_id)
in_there kill -STOP "$main"
ok "a master that hangs is replaced by the watchdog" \
    wait_for main_changed "$main"
ok "nobody noticed" both_talk
ok "the same segment" [ "$(segment_id)" = "$segment" ]
main=$(property MainPID)
old=$(workers)
in_there systemctl kill -s KILL --kill-whom=main mootd
ok "a master that is killed is replaced" wait_for main_changed "$main"
ok "nobody noticed" both_talk
ok "the same segment" [ "$(segment_id)" = "$segment" ]
ok "its workers are others" wait_for workers_replaced "$old"
ok "clients can come" join dan 5
main=$(property MainPID)
old=$(workers)
ok "another binary is installed" install_again
ok "reload of a changed binary" in_there systemctl reload mootd
ok "the workers are new" wait_for workers_replaced "$old"
ok "the master is the same process" is MainPID "$main"
ok "it counted an upgrade" wait_for upgraded
ok "nobody noticed" both_talk
in_there systemctl stop mootd.socket
ok "stop" in_there systemctl stop mootd
ok "a clean stop" is Result success
ok "no System V object is left" no_objects

# ---- without the socket: its own listeners ----

ok "starts without the socket" in_there systemctl start mootd
ok "a client" join eve 5
ok "stops" in_there systemctl stop mootd
ok "nothing is left" no_objects

# ---- a socket for TLS too ----

if [ -x "$tree/mootd-tls" ] && command -v openssl >/dev/null; then
	ok "both sockets start" \
	    in_there systemctl start mootd.socket mootd-tls.socket
	ok "a client by TLS starts the server" shake
	ok "TLS is served" wait_for tls_is serving '!'
	ok "a client joins by TLS" join_tls ann 3
	ok "another in the clear" join bob 4
	ok "they hear each other" both_talk
	ok "mootd-tls confines itself" confined
	old=$(status tls_pids)
	ok "reload" in_there systemctl reload mootd
	ok "the same processes end TLS" tls_is serving "$old"
	ok "still connected" both_talk
	main=$(property MainPID)
	in_there systemctl kill -s KILL --kill-whom=main mootd
	ok "a master that is killed is replaced" wait_for main_changed "$main"
	ok "the same processes end TLS" wait_for tls_is serving "$old"
	ok "nobody noticed" both_talk
	for pid in $old; do
		in_there kill -KILL "$pid"
	done
	ok "mootd-tls is killed and replaced" \
	    wait_for tls_is serving "!$old"
	ok "who comes again by TLS" join_tls ann 3
	ok "is there" both_talk
	old=$(status tls_pids)
	ok "restart" in_there systemctl restart mootd
	ok "TLS is served by others" wait_for tls_is serving "!$old"
	ok "a client joins by TLS" join_tls ann 3
	ok "another in the clear" join bob 4
	ok "they hear each other" both_talk
	in_there systemctl stop mootd.socket mootd-tls.socket
	ok "stop" in_there systemctl stop mootd
	ok "nothing is left" no_objects
	ok "nor anybody" wait_for no_helpers
	ok "the socket for TLS alone" \
	    in_there systemctl start mootd-tls.socket mootd
	ok "TLS is served" wait_for tls_is serving '!'
	ok "a client joins by TLS" join_tls ann 3
	ok "another in the clear" join bob 4
	ok "they hear each other" both_talk
	in_there systemctl stop mootd-tls.socket mootd
else
	skip "TLS (there is no mootd-tls, or no openssl)"
fi

if [ $failed != 0 ]; then
	in_there journalctl -o cat -u mootd 2>&1 | tail -40 | sed 's/^/# log: /'
fi
tail=
[ $skipped = 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ $failed = 0 ]
