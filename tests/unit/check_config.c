/* SPDX-License-Identifier: ISC */
/*
 * The parts of server/ that stand alone: mootd.conf(5), the log, the talk with
 * the service manager and the process title.
 *
 * Each test runs in an empty directory of its own and writes its file there
 * as "c", so what is expected of a bad line is the whole message as a person
 * reads it.  Of a good line it is a line of show(), which prints every setting.
 * Started at the root of the tree, or with SRCDIR naming it, the program also
 * checks that the manual knows every word.
 */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../server/config.h"
#include "../../server/log.h"
#include "../../server/notify.h"
#include "../../server/title.h"

#define LEN(a) ((int)(sizeof(a) / sizeof((a)[0])))
#define FINGERPRINT "0123456789abcdef0123456789abcdef" \
	"0123456789abcdef0123456789ABCDEF"
#define HASH "$6$saltsalt$abcdefghijklmnopqrstuvwxyz"
#define RATE "takes NUMBER[/SECONDS] and BURST, or off"

static char here[] = "/tmp/check_config.XXXXXX";
static char source[PATH_MAX];

static void
put(const char *file, const char *text, size_t len)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	close(fd);
}

static void
dir_enter(void)
{
	snprintf(here, sizeof here, "/tmp/check_config.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(here));
	ck_assert_int_eq(chdir(here), 0);
	put("motd", "Hello\r\nthere\n", 13);
}

static void
dir_leave(void)
{
	static const char *const files[] = { "c", "motd", "big", "nul",
		"sub/c", "sub/m", "sub", "fifo", "socket", "err" };
	int i;

	for (i = 0; i < LEN(files); i++)
		remove(files[i]);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(here), 0);
}

/* Every setting a line, so that a test can ask for one. */
static void
show(const struct config *c, char *text, size_t size)
{
	FILE *f = fmemopen(text, size, "w");
	int i;

	ck_assert_ptr_nonnull(f);
	fprintf(f, "\nname %s\nnetwork %s\n", c->name, c->network);
	/* the path depends on who runs this: see test_derived */
	for (i = 0; i < c->nlisten && !c->listen[i].usual; i++)
		fprintf(f, "listen %s\n", c->listen[i].text);
	fprintf(f, "nlisten %d\nworkers %d\nipc-prefix %d\n", i,
	    c->workers, c->ipc_prefix);
	fprintf(f, "max-clients %u\nmax-clients-per-address %u\n",
	    c->max_clients, c->max_clients_per_address);
	fprintf(f, "max-rooms %u\nmax-rooms-per-user %u\n", c->max_rooms,
	    c->max_rooms_per_user);
	fprintf(f, "state-dir %s\ncontrol %s\n", c->state_dir, c->control);
	fprintf(f, "motd %s\npassword %s\n",
	    c->motd != NULL ? c->motd : "(none)", c->password);
	for (i = 0; i < c->noperator; i++)
		fprintf(f, "operator %s %s%s\n", c->operators[i].name,
		    c->operators[i].hash,
		    c->operators[i].certified ? " certificate" : "");
	if (c->sts.on)
		fprintf(f, "sts %u %u %d\n", c->sts.duration, c->sts.port,
		    c->sts.preload);
	if (c->public_address[0] != '\0')
		fprintf(f, "public-address %s\n", c->public_address);
	if (c->network_icon[0] != '\0')
		fprintf(f, "network-icon %s\n", c->network_icon);
	for (i = 0; i < c->nproxy; i++)
		fprintf(f, "proxy %u%s\n", c->proxies[i].bits,
		    c->proxies[i].certificates ? " certificates" : "");
	for (i = 0; i < c->nwebirc; i++)
		fprintf(f, "webirc %s %u\n", c->webircs[i].password,
		    c->webircs[i].network.bits);
	for (i = 0; i < c->nexempt; i++)
		fprintf(f, "exempt %u\n", c->exempts[i].bits);
	fprintf(f, "connection-rate %u %u %u\nipv6-prefix %u\n",
	    c->connection_rate.count, c->connection_rate.per,
	    c->connection_rate.burst, c->ipv6_prefix);
	fprintf(f, "max-unregistered %u\n", c->max_unregistered);
	for (i = 0; i < c->nadmin; i++)
		fprintf(f, "admin %s\n", c->admin[i]);
	fprintf(f, "nadmin %d\nflood %u %u\nping-timeout %u\n", c->nadmin,
	    c->flood.count, c->flood.burst, c->ping_timeout);
	fprintf(f, "registration-timeout %u\nworker-timeout %u\n",
	    c->registration_timeout, c->worker_timeout);
	fprintf(f, "sendq %" PRIu64 "\nbuffers %" PRIu64 "\nuser %s\n",
	    c->sendq, c->buffers, c->user);
	fprintf(f, "log-level %d\nmailbox-size %" PRIu64 "\n", c->log_level,
	    c->mailbox_size);
	fprintf(f, "store %d\nregistration %d\nlogin-delay %u\n", c->store,
	    c->registration, c->login_delay);
	fprintf(f, "history %u %u %u\nlinger %u\n", c->history_age,
	    c->history_size, c->history_on_join, c->linger);
	fprintf(f, "client-tag-deny %s\nmetadata-keys %u\n",
	    c->client_tag_deny, c->metadata_keys);
	fprintf(f, "audit-age %u\ncloak %d\n", c->audit_age, c->cloak);
	fprintf(f, "password-least %u\n", c->password_least);
	fprintf(f, "local-access %d%s\n", c->local_access, c->local_group);
	for (i = 0; i < c->nlisten_tls; i++)
		fprintf(f, "listen-tls %s\n", c->listen_tls[i].text);
	fprintf(f, "tls %d %d %u %u %u\ntls-cert %s\ntls-key %s\n",
	    c->nlisten_tls, c->tls_workers, c->tls_handshakes,
	    c->tls_handshakes_per_address, c->tls_handshake_timeout,
	    c->tls_cert, c->tls_key);
	for (i = 0; i < c->noperator; i++)
		fprintf(f, "%s: class \"%s\", %u\n", c->operators[i].name,
		    c->operators[i].class, c->operators[i].privileges);
	ck_assert_int_eq(fclose(f), 0);
}

/* Good lines. */

static const struct {
	const char *text;
	const char *want;     /* a line of show() */
} good[] = {
	/* What holds when nothing is said. */
	{ "", "network Moot" },
	{ "", "listen 127.0.0.1:6667\nlisten [::1]:6667\nnlisten 2" },
	{ "", "workers 0" },
	{ "", "ipc-prefix 109" },
	{ "", "max-clients 10000\nmax-clients-per-address 1000" },
	{ "", "max-rooms 20000\nmax-rooms-per-user 100" },
	{ "", "motd (none)\npassword " },
	{ "", "nadmin 0\nflood 20 200\nping-timeout 120" },
	{ "", "registration-timeout 30\nworker-timeout 10" },
	{ "", "sendq 1048576\nbuffers 1073741824\nuser " },
	{ "", "log-level 1" },
	{ "", "mailbox-size 1048576" },
	{ "", "store 1\nregistration 0\nlogin-delay 1000" },
	{ "", "history 365 1000000 20\nlinger 120" },
	{ "", "metadata-keys 20" },
	{ "", "password-least 6" },
	{ "", "tls 0 0 1000 100 10\ntls-cert \ntls-key " },
	/* Lines. */
	{ "network A\n", "network A" },
	{ "network A", "network A" },
	{ "\t network \t A \t\n", "network A" },
	{ "network A\r\nworkers 3\r\n", "workers 3" },
	{ "network A\r", "network A" },
	{ "\xef\xbb\xbfnetwork A\n", "network A" },
	{ "# network B\n\n  # x\nnetwork A\n", "network A" },
	{ "network A # B\n", "network A" },
	{ "network A\t#B\n", "network A" },
	{ "network A#B\n", "network A#B" },
	{ "network \"A#B\" # C\n", "network A#B" },
	{ "password \"a b\"\n", "password a b" },
	{ "password \"a # b\"\n", "password a # b" },
	{ "password \"a \\\"b\\\" \\\\ \\c\"\n", "password a \"b\" \\ \\c" },
	{ "password \"\"\n", "password " },
	{ "password a\"b\n", "password a\"b" },
	{ "\"network\" A\n", "network A" },
	/* Words. */
	{ "name irc.example.org\n", "name irc.example.org" },
	{ "name box\n", "name box" },
	{ "name a-b.c-d.1\n", "name a-b.c-d.1" },
	{ "network B\xc3\xbc" "cher\n", "network B\xc3\xbc" "cher" },
	{ "listen 0.0.0.0:6667\n", "listen 0.0.0.0:6667\nnlisten 1" },
	{ "listen [::]:6667\n", "listen [::]:6667\nnlisten 1" },
	{ "listen [fe80::1%lo]:1\n", "listen [fe80::1%lo]:1\nnlisten 1" },
	{ "listen 127.0.0.1:0\nlisten 127.0.0.1:0\n",
	    "listen 127.0.0.1:0\nlisten 127.0.0.1:0\nnlisten 2" },
	{ "listen 127.0.0.1:1 127.0.0.1:2\n",
	    "listen 127.0.0.1:1\nlisten 127.0.0.1:2\nnlisten 2" },
	{ "listen 127.0.0.1:65535\n", "listen 127.0.0.1:65535\nnlisten 1" },
	{ "listen /run/moot.sock 127.0.0.1:1\n",
	    "listen /run/moot.sock\nlisten 127.0.0.1:1\nnlisten 2" },
	{ "local-access owner\n", "local-access 1" },
	{ "local-access group staff\n", "local-access 2staff" },
	{ "listen-tls 127.0.0.1:6697\nlisten 127.0.0.1:6697\n",
	    "listen-tls 127.0.0.1:6697\ntls 1 0 1000 100 10" },
	{ "listen-tls [::]:6697 127.0.0.1:1\n",
	    "listen 127.0.0.1:6667\nlisten [::1]:6667\nnlisten 2" },
	{ "tls-cert /a\ntls-key /b\n", "tls-cert /a\ntls-key /b" },
	{ "tls-cert /a\n", "tls-cert /a\ntls-key " },
	{ "tls-workers 3\ntls-handshakes 10\ntls-handshakes-per-address 5\n"
	    "tls-handshake-timeout 600\n", "tls 0 3 10 5 600" },
	{ "tls-workers auto\n", "tls 0 0 1000 100 10" },
	{ "workers auto\n", "workers 0" },
	{ "workers 1\n", "workers 1" },
	{ "workers 63\n", "workers 63" },
	{ "ipc-prefix 1\n", "ipc-prefix 1" },
	{ "ipc-prefix 0x7F\n", "ipc-prefix 127" },
	{ "max-clients 1000000\n", "max-clients 1000000" },
	{ "max-clients-per-address 1\n", "max-clients-per-address 1" },
	{ "max-rooms 1\n", "max-rooms 1" },
	{ "max-rooms-per-user 200\n", "max-rooms-per-user 200" },
	{ "state-dir /x/y\n", "state-dir /x/y" },
	{ "control /x/y\n", "control /x/y" },
	{ "control off\n", "control " },
	{ "motd motd\n", "motd Hello\nthere\n\npassword " },
	{ "motd \"motd\"\n", "motd Hello\nthere\n\npassword " },
	{ "motd /dev/null\n", "motd \npassword " },
	{ "operator ann " HASH "\n", "operator ann " HASH },
	{ "operator ann " HASH "\noperator Ann abcdefghij./0\n",
	    "operator ann " HASH "\noperator Ann abcdefghij./0" },
	{ "operator ann " HASH "\n", "ann: class \"\", 255" },
	{ "operator ann certificate=" FINGERPRINT "\n",
	    "operator ann  certificate" },
	{ "operator-class x ban\noperator ann certificate=" FINGERPRINT
	    " x\n", "ann: class \"x\", 2" },
	{ "operator ann " HASH " certificate=" FINGERPRINT "\n",
	    "operator ann " HASH " certificate" },
	{ "operator ann certificate=" FINGERPRINT " " HASH "\n",
	    "operator ann " HASH " certificate" },
	{ "operator-class x ban\noperator ann " HASH " certificate="
	    FINGERPRINT " x\noperator bob " HASH "\n",
	    "operator ann " HASH " certificate\noperator bob " HASH },
	{ "sts 86400 6697\n", "sts 86400 6697 0" },
	{ "sts 2592000 6697 preload\n", "sts 2592000 6697 1" },
	{ "sts 0\n", "sts 0 0 0" },
	{ "sts 60 preload\nlisten-tls [::1]:7001 127.0.0.1:7002\n",
	    "sts 60 7001 1" },
	{ "sts 60 6697\nlisten-tls 127.0.0.1:7002\n", "sts 60 6697 0" },
	{ "operator ann " HASH " helper\noperator-class helper ban kill\n",
	    "ann: class \"helper\", 6" },
	{ "operator-class x all\noperator ann " HASH " x\n",
	    "ann: class \"x\", 255" },
	{ "audit-age 0\n", "audit-age 0" },
	{ "password-least 3\n", "password-least 3" },
	{ "cloak on\n", "cloak 1" },
	{ "public-address irc.a.b:7000\n", "public-address irc.a.b:7000" },
	{ "public-address [2001:db8::1]\n", "public-address [2001:db8::1]" },
	{ "network-icon https://a.b/c?x={size}\n",
	    "network-icon https://a.b/c?x={size}" },
	{ "proxy 10.0.0.1 ::1\nproxy 10.0.0.0/8\n",
	    "proxy 128\nproxy 128\nproxy 104" },
	{ "proxy 10.0.0.1 ::1 certificates\nproxy 10.0.0.0/8\n",
	    "proxy 128 certificates\nproxy 128 certificates\nproxy 104" },
	{ "webirc pw 10.0.0.1 2001:db8::/32\nwebirc pv ::/0\n",
	    "webirc pw 128\nwebirc pw 32\nwebirc pv 0" },
	{ "admin Ann\nadmin ann@example.org\n",
	    "admin Ann\nadmin ann@example.org\nnadmin 2" },
	{ "admin Ann  of  \"the   Town\"\n",
	    "admin Ann of the   Town\nnadmin 1" },
	{ "flood 5 10\n", "flood 5 10" },
	{ "flood off\n", "flood 0 0" },
	{ "flood 30/20 40\n", "flood 30 40" },
	{ "connection-rate 3/20 4\n", "connection-rate 3 20000 4" },
	{ "connection-rate off\n", "connection-rate 0 0 0" },
	{ "ipv6-prefix 48\n", "ipv6-prefix 48" },
	{ "max-unregistered 5\n", "max-unregistered 5" },
	{ "exempt 10.0.0.0/8 ::1\nexempt 192.0.2.1\n",
	    "exempt 104\nexempt 128\nexempt 128" },
	{ "ping-timeout 5\n", "ping-timeout 5" },
	{ "ping-timeout 3600\n", "ping-timeout 3600" },
	{ "registration-timeout 600\n", "registration-timeout 600" },
	{ "worker-timeout 2\n", "worker-timeout 2" },
	{ "store off\n", "store 0" },
	{ "store on\n", "store 1" },
	{ "registration closed\n", "registration 1" },
	{ "registration open email\n", "registration 4" },
	{ "registration invite connected email\n", "registration 14" },
	{ "registration open connected\n", "registration 8" },
	{ "registration invite\n", "registration 2" },
	{ "login-delay 0\n", "login-delay 0" },
	{ "login-delay off\n", "login-delay 0" },
	{ "login-delay 60000\n", "login-delay 60000" },
	{ "sendq 16384\n", "sendq 16384" },
	{ "sendq 16K\n", "sendq 16384" },
	{ "sendq 2m\n", "sendq 2097152" },
	{ "sendq 1G\n", "sendq 1073741824" },
	{ "buffers 16M\n", "buffers 16777216" },
	{ "buffers 64g\n", "buffers 68719476736" },
	{ "mailbox-size 8k\n", "mailbox-size 8192" },
	{ "mailbox-size 16M\n", "mailbox-size 16777216" },
	{ "user root\n", "user root" },
	{ "store off\n", "store 0" },
	{ "registration invite\n", "registration 2" },
	{ "login-delay 0\n", "login-delay 0" },
	{ "history-age 7\nhistory-size 0\nhistory-on-join 1000\n",
	    "history 7 0 1000" },
	{ "linger 0\n", "linger 0" },
	{ "metadata-keys 0\n", "metadata-keys 0" },
	{ "client-tag-deny *,-typing\n", "client-tag-deny *,-typing" },
	{ "client-tag-deny off\n", "linger 120\nclient-tag-deny " },
	{ "log-level warn\n", "log-level 0" },
	{ "log-level debug\n", "log-level 2" },
};

START_TEST(test_good)
{
	struct config_errors errors;
	struct config config;
	char text[8192], want[512];

	put("c", good[_i].text, strlen(good[_i].text));
	ck_assert_msg(config_load(&config, "c", &errors) == 0,
	    "%s\n-> %s", good[_i].text, errors.text);
	ck_assert_str_eq(errors.text, "");
	show(&config, text, sizeof text);
	snprintf(want, sizeof want, "\n%s\n", good[_i].want);
	ck_assert_msg(strstr(text, want) != NULL,
	    "%s\nwant:%sgot:%s", good[_i].text, want, text);
	config_free(&config);
}
END_TEST

/* Bad lines. */

static const struct {
	const char *text;
	const char *want;
} bad[] = {
	/* Words. */
	{ "nonsense\n", "c:1: unknown word \"nonsense\"\n" },
	{ "listen-tls 6697\n",
	    "c:1: listen-tls: \"6697\" is not ADDRESS:PORT, nor an "
	    "absolute path\n" },
	{ "listen-tls 127.0.0.1:1\nlisten-tls 127.0.0.1:1\n",
	    "c:2: listen-tls: 127.0.0.1:1 is already on line 1\n" },
	{ "tls-key /b\n", "c:1: tls-key: there is no tls-cert\n" },
	{ "tls-workers few\n",
	    "c:1: tls-workers: \"few\" is neither a number nor auto\n" },
	{ "tls-handshakes 9\n",
	    "c:1: tls-handshakes: 9 is not within 10..100000\n" },
	{ "workes 3\n",
	    "c:1: unknown word \"workes\"; did you mean \"workers\"?\n" },
	{ "Network A\n",
	    "c:1: unknown word \"Network\"; did you mean \"network\"?\n" },
	{ "modt motd\n",
	    "c:1: unknown word \"modt\"; did you mean \"motd\"?\n" },
	{ "oper a b\n",
	    "c:1: unknown word \"oper\"; did you mean \"operator\"?\n" },
	{ "max_clients 3\n", "c:1: unknown word \"max_clients\"; "
	    "did you mean \"max-clients\"?\n" },
	{ "x 3\n", "c:1: unknown word \"x\"\n" },
	{ "\"\" 3\n", "c:1: unknown word \"\"\n" },
	{ "b\xc3\xa4""d \"q\\\"q\"\n\"x\\\"y\" 1\n",
	    "c:1: unknown word \"b\xc3\xa4""d\"\n"
	    "c:2: unknown word \"x\\x22y\"\n" },
	{ "network A\n\n#\nname a b\n",
	    "c:4: name: takes no more than 1 value\n" },
	{ "workers\n", "c:1: workers: needs 1 value\n" },
	{ "workers # 3\n", "c:1: workers: needs 1 value\n" },
	{ "operator ann\n", "c:1: operator: needs 2 values\n" },
	{ "operator a b c d e\n",
	    "c:1: operator: takes no more than 4 values\n" },
	{ "network A\nnetwork A\n", "c:2: network: already on line 1\n" },
	{ "motd motd\nmotd motd\n", "c:2: motd: already on line 1\n" },
	{ "x1\nnetwork A\nx2\n",
	    "c:1: unknown word \"x1\"\nc:3: unknown word \"x2\"\n" },
	/* Quotes and bytes. */
	{ "network \"A\n", "c:1: a quote is opened and not closed\n" },
	{ "network \"A\\\"\n", "c:1: a quote is opened and not closed\n" },
	{ "network \"A\"B\n",
	    "c:1: there is no space after a closing quote\n" },
	{ "network A\001B\n",
	    "c:1: control character \\x01 in column 10\n" },
	{ "network A\x7f\n", "c:1: control character \\x7f in column 10\n" },
	{ "network A\rname B\r",
	    "c:1: control character \\x0d in column 10\n" },
	{ "network A\xff\n", "c:1: not valid UTF-8\n" },
	{ "network \xc0\x80\n", "c:1: not valid UTF-8\n" },
	{ "\177ELF\002\001\001\n\x80\x81\n",
	    "c:1: control character \\x7f in column 1\n"
	    "c:2: not valid UTF-8\n" },
	/* Names. */
	{ "name \"irc box\"\n", "c:1: name: \"irc box\" "
	    "is not a host name of at most 63 bytes\n" },
	{ "name a..b\n",
	    "c:1: name: \"a..b\" is not a host name of at most 63 bytes\n" },
	{ "name .a\n",
	    "c:1: name: \".a\" is not a host name of at most 63 bytes\n" },
	{ "name a.\n",
	    "c:1: name: \"a.\" is not a host name of at most 63 bytes\n" },
	{ "name -a\n",
	    "c:1: name: \"-a\" is not a host name of at most 63 bytes\n" },
	{ "name a-.b\n",
	    "c:1: name: \"a-.b\" is not a host name of at most 63 bytes\n" },
	{ "name n!u@h\n",
	    "c:1: name: \"n!u@h\" is not a host name of at most 63 bytes\n" },
	{ "name \"\"\n",
	    "c:1: name: \"\" is not a host name of at most 63 bytes\n" },
	{ "network \"A B\"\n", "c:1: network: \"A B\" "
	    "is empty or holds a space, '=' or '\\'\n" },
	{ "network \"\"\n", "c:1: network: \"\" "
	    "is empty or holds a space, '=' or '\\'\n" },
	{ "network 0123456789012345678901234567890123456789"
	    "012345678901234567890123\n",
	    "c:1: network: longer than 63 bytes\n" },
	{ "user no-such-user-here\n",
	    "c:1: user: there is no user \"no-such-user-here\"\n" },
	{ "store maybe\n",
	    "c:1: store: \"maybe\" is not off or on\n" },
	{ "registration open mail\n",
	    "c:1: registration: \"mail\" is not email or connected\n" },
	{ "registration free\n",
	    "c:1: registration: \"free\" is not open, closed or invite\n" },
	{ "client-tag-deny +typing\n",
	    "c:1: client-tag-deny: \"+typing\" is not a list of tags, such "
	    "as *,-typing\n" },
	{ "history-on-join 1001\n",
	    "c:1: history-on-join: 1001 is not within 0..1000\n" },
	{ "log-level loud\n",
	    "c:1: log-level: \"loud\" is not warn, info or debug\n" },
	/* Addresses. */
	{ "listen localhost:6667\n", "c:1: listen: \"localhost:6667\" "
	    "does not begin with a numeric address\n" },
	{ "listen 1.2.3:6667\n", "c:1: listen: \"1.2.3:6667\" "
	    "does not begin with a numeric address\n" },
	{ "listen 127.0.0.1\n", "c:1: listen: \"127.0.0.1\" is not "
	    "ADDRESS:PORT, nor an absolute path\n" },
	{ "listen [::1]\n", "c:1: listen: \"[::1]\" is not "
	    "ADDRESS:PORT, nor an absolute path\n" },
	{ "listen :6667\n", "c:1: listen: \":6667\" is not "
	    "ADDRESS:PORT, nor an absolute path\n" },
	{ "listen \"\"\n", "c:1: listen: \"\" is not "
	    "ADDRESS:PORT, nor an absolute path\n" },
	{ "listen 6667\n", "c:1: listen: \"6667\" is not "
	    "ADDRESS:PORT, nor an absolute path\n" },
	{ "listen ::1:6667\n", "c:1: listen: \"::1:6667\" "
	    "needs brackets round its IPv6 address\n" },
	{ "listen [::g]:6667\n", "c:1: listen: \"[::g]:6667\" "
	    "does not begin with an IPv6 address\n" },
	{ "listen [fe80::1%nope0]:1\n", "c:1: listen: \"[fe80::1%nope0]:1\" "
	    "does not begin with an IPv6 address\n" },
	{ "listen 127.0.0.1:\n", "c:1: listen: \"127.0.0.1:\" "
	    "does not end in a port within 0..65535\n" },
	{ "listen 127.0.0.1:65536\n", "c:1: listen: \"127.0.0.1:65536\" "
	    "does not end in a port within 0..65535\n" },
	{ "listen 127.0.0.1:-1\n", "c:1: listen: \"127.0.0.1:-1\" "
	    "does not end in a port within 0..65535\n" },
	{ "listen 127.0.0.1:0x50\n", "c:1: listen: \"127.0.0.1:0x50\" "
	    "does not end in a port within 0..65535\n" },
	{ "listen [::1]:irc\n", "c:1: listen: \"[::1]:irc\" "
	    "does not end in a port within 0..65535\n" },
	{ "listen /run/\n", "c:1: listen: \"/run/\" is no path of a socket\n" },
	{ "listen-tls /a\n", "c:1: listen-tls: \"/a\" is a path: what comes "
	    "there needs no TLS\n" },
	{ "listen /a /b /a\n", "c:1: listen: /a is already on line 1\n" },
	{ "listen /0123456789012345678901234567890123456789012345678901234567"
	    "8901234567890123456789012345678901234567890123456789\n",
	    "c:1: listen: \"/01234567890123456789012345678901234567890123456"
	    "789012345678901234567890123456789012345678901234567890123456789"
	    "\" is longer than the path of a socket can be\n" },
	{ "local-access all\n", "c:1: local-access: \"all\" is not everybody, "
	    "owner or group\n" },
	{ "local-access group\n",
	    "c:1: local-access: \"group\" needs the name of one\n" },
	{ "local-access owner x\n",
	    "c:1: local-access: only \"group\" takes a name\n" },
	{ "listen 127.0.0.1:1\nlisten [::1]:1\nlisten 127.0.0.1:1\n",
	    "c:3: listen: 127.0.0.1:1 is already on line 1\n" },
	{ "listen [::1]:1\nlisten [0::1]:1\n",
	    "c:2: listen: [0::1]:1 is already on line 1\n" },
	/* Numbers. */
	{ "workers 0\n", "c:1: workers: 0 is not within 1..63\n" },
	{ "workers 64\n", "c:1: workers: 64 is not within 1..63\n" },
	{ "workers many\n",
	    "c:1: workers: \"many\" is neither a number nor auto\n" },
	{ "ipc-prefix 0\n", "c:1: ipc-prefix: 0 is not within 1..127\n" },
	{ "ipc-prefix 0x80\n", "c:1: ipc-prefix: 0x80 is not within 1..127\n" },
	{ "ipc-prefix 0x\n", "c:1: ipc-prefix: \"0x\" is not a number\n" },
	{ "ipc-prefix 6d\n", "c:1: ipc-prefix: \"6d\" is not a number\n" },
	{ "max-clients 0\n", "c:1: max-clients: 0 is not within 1..1000000\n" },
	{ "max-clients 1000001\n",
	    "c:1: max-clients: 1000001 is not within 1..1000000\n" },
	{ "max-clients 99999999999999999999999\n", "c:1: max-clients: "
	    "99999999999999999999999 is not within 1..1000000\n" },
	{ "max-clients -1\n", "c:1: max-clients: \"-1\" is not a number\n" },
	{ "max-clients +1\n", "c:1: max-clients: \"+1\" is not a number\n" },
	{ "max-clients 0x10\n",
	    "c:1: max-clients: \"0x10\" is not a number\n" },
	{ "max-clients 5x\n", "c:1: max-clients: \"5x\" is not a number\n" },
	{ "max-clients 1.5\n", "c:1: max-clients: \"1.5\" is not a number\n" },
	{ "max-clients \"\"\n", "c:1: max-clients: \"\" is not a number\n" },
	{ "max-clients \" 5\"\n",
	    "c:1: max-clients: \" 5\" is not a number\n" },
	{ "max-rooms-per-user 201\n",
	    "c:1: max-rooms-per-user: 201 is not within 1..200\n" },
	{ "ping-timeout 4\n", "c:1: ping-timeout: 4 is not within 5..3600\n" },
	{ "registration-timeout 601\n",
	    "c:1: registration-timeout: 601 is not within 1..600\n" },
	{ "worker-timeout 1\n",
	    "c:1: worker-timeout: 1 is not within 2..600\n" },
	{ "password-least 0\n",
	    "c:1: password-least: 0 is not within 1..64\n" },
	{ "login-delay 60001\n",
	    "c:1: login-delay: 60001 is not within 0..60000\n" },
	{ "store maybe\n", "c:1: store: \"maybe\" is not off or on\n" },
	{ "flood 20\n", "c:1: flood: " RATE "\n" },
	{ "flood on\n", "c:1: flood: " RATE "\n" },
	{ "connection-rate 20\n", "c:1: connection-rate: " RATE "\n" },
	{ "connection-rate 20/ 5\n",
	    "c:1: connection-rate: \"\" is not a number\n" },
	{ "connection-rate 20/3601 5\n",
	    "c:1: connection-rate: no more than 3600 seconds\n" },
	{ "connection-rate 20/0 5\n",
	    "c:1: connection-rate: 0 is not within 1..100000\n" },
	{ "connection-rate 20 5/2\n",
	    "c:1: connection-rate: \"5/2\" is not a number\n" },
	{ "ipv6-prefix 15\n", "c:1: ipv6-prefix: 15 is not within 16..128\n" },
	{ "max-unregistered 0\n",
	    "c:1: max-unregistered: 0 is not within 1..100\n" },
	{ "exempt here\n", "c:1: exempt: \"here\" is neither an address nor "
	    "ADDRESS/BITS\n" },
	{ "flood 0 10\n", "c:1: flood: 0 is not within 1..100000\n" },
	{ "flood 10 x\n", "c:1: flood: \"x\" is not a number\n" },
	/* Sizes. */
	{ "sendq 16383\n", "c:1: sendq: 16383 is not within 16K..1G\n" },
	{ "sendq 15K\n", "c:1: sendq: 15K is not within 16K..1G\n" },
	{ "sendq 2G\n", "c:1: sendq: 2G is not within 16K..1G\n" },
	{ "sendq 99999999999999999G\n",
	    "c:1: sendq: 99999999999999999G is not within 16K..1G\n" },
	{ "sendq 1T\n", "c:1: sendq: \"1T\" is not a size such as "
	    "512K, 64M or 1G\n" },
	{ "sendq 1KB\n", "c:1: sendq: \"1KB\" is not a size such as "
	    "512K, 64M or 1G\n" },
	{ "sendq K\n", "c:1: sendq: \"K\" is not a size such as "
	    "512K, 64M or 1G\n" },
	{ "sendq -1\n", "c:1: sendq: \"-1\" is not a size such as "
	    "512K, 64M or 1G\n" },
	{ "mailbox-size 8191\n",
	    "c:1: mailbox-size: 8191 is not within 8K..16M\n" },
	{ "mailbox-size 17M\n",
	    "c:1: mailbox-size: 17M is not within 8K..16M\n" },
	{ "buffers 15M\n", "c:1: buffers: 15M is not within 16M..64G\n" },
	{ "sendq 17M\nbuffers 16M\n",
	    "c:1: sendq: 17M is more than buffers, 16M\n" },
	/* Operators: no word of what might be a password. */
	{ "operator ann secret\n", "c:1: operator: what follows \"ann\" "
	    "is not a hash of crypt(3)\n" },
	{ "operator ann $6$salt\n", "c:1: operator: what follows \"ann\" "
	    "is not a hash of crypt(3)\n" },
	{ "operator ann $$$$$$$$$$$$$$$$$$$$$$\n", "c:1: operator: what "
	    "follows \"ann\" is not a hash of crypt(3)\n" },
	{ "operator ann abcdefghij./!\n", "c:1: operator: what follows "
	    "\"ann\" is not a hash of crypt(3)\n" },
	{ "operator ann *\n", "c:1: operator: what follows \"ann\" "
	    "is not a hash of crypt(3)\n" },
	{ "operator ann " HASH "\noperator ann " HASH "\n",
	    "c:2: operator: \"ann\" is given twice\n" },
	{ "operator \"a b\" " HASH "\n", "c:1: operator: \"a b\" is not a name "
	    "of 1 to 31 bytes without space, ':', ',', '*' and '?'\n" },
	{ "operator ann " HASH " x\n\nadmin Ann\n",
	    "c:1: operator: there is no operator-class \"x\"\n" },
	{ "operator ann certificate=" FINGERPRINT " x y\n",
	    "c:1: operator: \"y\" is not the name of a class\n" },
	{ "operator ann " HASH " certificate=1 x\n", "c:1: operator: \"1\" "
	    "is not the SHA-256 fingerprint of a certificate, 64 hexadecimal "
	    "digits\n" },
	{ "sts 60\n", "c:1: sts: at which port is TLS?\n" },
	{ "sts -1 6697\n",
	    "c:1: sts: \"-1\" is not a number of seconds of up to "
	    "315360000\n" },
	{ "sts 400000000 1\n", "c:1: sts: \"400000000\" is not a number of "
	    "seconds of up to 315360000\n" },
	{ "sts 60 65536\n",
	    "c:1: sts: \"65536\" is not a port of up to 65535\n" },
	{ "sts 60 preload 6697\n", "c:1: sts: \"6697\" is not preload\n" },
	{ "sts off 6697\n",
	    "c:1: sts: \"off\" is not a number of seconds of up to "
	    "315360000\n" },
	{ "operator ann " HASH " a,b\n",
	    "c:1: operator: \"a,b\" is not the name of a class\n" },
	{ "operator ann certificate=0123456789abcdef\n", "c:1: operator: "
	    "\"0123456789abcdef\" is not the SHA-256 fingerprint of a "
	    "certificate, 64 hexadecimal digits\n" },
	{ "operator-class x\n", "c:1: operator-class: needs 2 values\n" },
	{ "operator-class x fly\n", "c:1: operator-class: there is no "
	    "privilege \"fly\"\n" },
	{ "operator-class x ban\noperator-class x kill\n",
	    "c:2: operator-class: \"x\" is given twice\n" },
	/* Files. */
	{ "motd missing\n", "c:1: motd: HERE/missing: "
	    "No such file or directory\n" },
	{ "motd /\n", "c:1: motd: /: not a regular file\n" },
	{ "motd fifo\n", "c:1: motd: HERE/fifo: not a regular file\n" },
	{ "motd big\n", "c:1: motd: HERE/big: longer than 32768 bytes\n" },
	{ "motd nul\n", "c:1: motd: HERE/nul: holds a NUL byte\n" },
	{ "motd \"\"\n", "c:1: motd: the name is empty\n" },
	{ "state-dir \"\"\n", "c:1: state-dir: the name is empty\n" },
	{ "control /0123456789012345678901234567890123456789012345678901234567"
	    "8901234567890123456789012345678901234567890123456789\n",
	    "c:1: control: the path is longer than 107 bytes\n" },
	{ "public-address a:0\n", "c:1: public-address: \"a:0\" is not a "
	    "host, or HOST:PORT\n" },
	{ "public-address a/b\n", "c:1: public-address: \"a/b\" is not a "
	    "host, or HOST:PORT\n" },
	{ "network-icon irc://a\n", "c:1: network-icon: \"irc://a\" is not a "
	    "URL of http or https in ASCII\n" },
	{ "network-icon https://\n", "c:1: network-icon: \"https://\" is not "
	    "a URL of http or https in ASCII\n" },
	{ "network-icon \"https://a b\"\n", "c:1: network-icon: "
	    "\"https://a b\" is not a URL of http or https in ASCII\n" },
	{ "proxy 10.0.0.1/33\n", "c:1: proxy: \"10.0.0.1/33\" is neither an "
	    "address nor ADDRESS/BITS\n" },
	{ "proxy certificates\n",
	    "c:1: proxy: certificates of which network?\n" },
	{ "proxy certificates ::1\n", "c:1: proxy: \"certificates\" is "
	    "neither an address nor ADDRESS/BITS\n" },
	{ "proxy a.b\n", "c:1: proxy: \"a.b\" is neither an address nor "
	    "ADDRESS/BITS\n" },
	{ "proxy 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1"
	    " 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1"
	    " 1.1.1.1 1.1.1.1\nproxy ::1\n",
	    "c:2: proxy: more than 16 networks\n" },
	{ "webirc pw\n", "c:1: webirc: needs 2 values\n" },
	{ "webirc pw 10.0.0.0/x\n", "c:1: webirc: \"10.0.0.0/x\" is neither "
	    "an address nor ADDRESS/BITS\n" },
	{ "webirc :pw ::1\n", "c:1: webirc: the password is empty, longer "
	    "than 127 bytes, begins with ':' or holds a space\n" },
	{ "admin 1\nadmin 2\nadmin 3\nadmin 4\n",
	    "c:4: admin: more than 3 lines\n" },
};

/* WANT with the directory in place of HERE. */
static void
want_make(char *text, size_t size, const char *want)
{
	const char *at = strstr(want, "HERE");

	if (at == NULL)
		snprintf(text, size, "%s", want);
	else
		snprintf(text, size, "%.*s%s%s", (int)(at - want), want, here,
		    at + 4);
}

START_TEST(test_bad)
{
	static char big[CONFIG_MOTD + 1];
	struct config_errors errors;
	struct config config;
	char want[1024];

	memset(big, 'x', sizeof big);
	put("big", big, sizeof big);
	put("nul", "a\0b", 3);
	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	put("c", bad[_i].text, strlen(bad[_i].text));
	ck_assert_int_eq(config_load(&config, "c", &errors), -1);
	want_make(want, sizeof want, bad[_i].want);
	ck_assert_str_eq(errors.text, want);
	ck_assert_int_gt(errors.count, 0);
	config_free(&config);
	config_free(&config);
}
END_TEST

static void
load_fails(const char *file, const char *want)
{
	struct config_errors errors;
	struct config config;

	ck_assert_int_eq(config_load(&config, file, &errors), -1);
	ck_assert_str_eq(errors.text, want);
	ck_assert_int_eq(errors.count, 1);
	config_free(&config);
}

START_TEST(test_file)
{
	static char big[(1 << 20) + 1];
	char path[600], want[700];

	memset(big, '\n', sizeof big);
	put("big", big, sizeof big);
	load_fails("missing.conf", "missing.conf: No such file or directory\n");
	load_fails("", ": No such file or directory\n");
	load_fails("/", "/: not a regular file\n");
	load_fails("big", "big: longer than 1048576 bytes\n");
	load_fails("motd/x", "motd/x: Not a directory\n");
	memset(path, 'p', 300);
	path[300] = '\0';
	snprintf(want, sizeof want, "%s: the path is longer than 255 bytes\n",
	    path);
	load_fails(path, want);
}
END_TEST

START_TEST(test_long_line)
{
	char line[1100] = "#";
	struct config_errors errors;
	struct config config;

	memset(line + 1, 'x', 1023);
	put("c", line, 1024);
	ck_assert_int_eq(config_load(&config, "c", &errors), 0);
	config_free(&config);
	line[1024] = 'x';
	put("c", line, 1025);
	load_fails("c", "c:1: longer than 1024 bytes\n");
	memset(line, 'x', 200);
	put("c", line, 200);
	ck_assert_int_eq(config_load(&config, "c", &errors), -1);
	ck_assert_int_eq(strncmp(errors.text, "c:1: unknown word \"xxx", 22),
	    0);
	config_free(&config);
}
END_TEST

START_TEST(test_long_values)
{
	static const struct {
		const char *word;
		int len;
		const char *want;
	} rows[] = {
		{ "password", 128, "c:1: password: longer than 127 bytes\n" },
		{ "admin", 256, "c:1: admin: longer than 255 bytes\n" },
		{ "admin", 900, "c:1: admin: longer than 255 bytes\n" },
		{ "state-dir", 256,
		    "c:1: state-dir: the path is longer than 255 bytes\n" },
		{ "listen", 80, "c:1: listen: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\""
		    " is too long\n" },
	};
	char line[1024], value[1024];
	int i;

	for (i = 0; i < LEN(rows); i++) {
		memset(value, 'x', (size_t)rows[i].len);
		value[rows[i].len] = '\0';
		snprintf(line, sizeof line, "%s %s%.900s\n", rows[i].word,
		    i == 3 ? "/" : "", value);
		put("c", line, strlen(line));
		load_fails("c", rows[i].want);
	}
}
END_TEST

/* Sixty-five words, seventeen addresses, sixty-five operators. */
START_TEST(test_many)
{
	char text[8192] = "";
	int i;

	for (i = 0; i < 65; i++)
		strcat(text, "x ");
	put("c", text, strlen(text));
	load_fails("c", "c:1: more than 64 words\n");
	text[0] = '\0';
	for (i = 0; i < 17; i++)
		snprintf(text + strlen(text), 100, "listen 127.0.0.1:%d\n",
		    i + 1);
	put("c", text, strlen(text));
	load_fails("c", "c:17: listen: more than 16 addresses\n");
	text[0] = '\0';
	for (i = 0; i < 65; i++)
		snprintf(text + strlen(text), 100, "operator o%d %s\n", i,
		    HASH);
	put("c", text, strlen(text));
	load_fails("c", "c:65: operator: more than 64 lines\n");
}
END_TEST

/* A thousand bad lines: the first are shown, the others counted. */
START_TEST(test_many_errors)
{
	struct config_errors errors;
	struct config config;
	char text[3001] = "", want[64];
	const char *s;
	int i, lines = 0;

	for (i = 0; i < 1000; i++)
		memcpy(text + 3 * i, "zq\n", 3);
	put("c", text, 3000);
	ck_assert_int_eq(config_load(&config, "c", &errors), -1);
	ck_assert_int_eq(errors.count, 1000);
	ck_assert_int_eq(strncmp(errors.text, "c:1: unknown word \"zq\"\n",
	    23), 0);
	for (s = errors.text; *s != '\0'; s++)
		lines += *s == '\n';
	snprintf(want, sizeof want, "\nc: %d more errors\n",
	    1000 - (lines - 1));
	ck_assert_ptr_nonnull(strstr(errors.text, want));
	config_free(&config);
}
END_TEST

/* Any bytes at all: what matters is that it ends, and says no. */
START_TEST(test_garbage)
{
	struct config_errors errors;
	struct config config;
	char text[20000];
	unsigned int seed = (unsigned int)_i * 2654435761u + 1;
	size_t i;

	for (i = 0; i < sizeof text; i++) {
		seed = seed * 1103515245u + 12345u;
		text[i] = (char)(seed >> 16);
	}
	text[0] = '\0';
	put("c", text, sizeof text);
	ck_assert_int_eq(config_load(&config, "c", &errors), -1);
	ck_assert_int_eq(strncmp(errors.text,
	    "c:1: control character \\x00 in column 1\n", 40), 0);
	config_free(&config);
}
END_TEST

START_TEST(test_relative)
{
	struct config_errors errors;
	struct config config;
	char want[300];

	ck_assert_int_eq(mkdir("sub", 0700), 0);
	put("sub/c", "motd m\nstate-dir st\ncontrol ctl\n", 32);
	put("sub/m", "in sub\n", 7);
	ck_assert_int_eq(config_load(&config, "sub/c", &errors), 0);
	ck_assert_str_eq(config.motd, "in sub\n");
	snprintf(want, sizeof want, "%s/sub/c", here);
	ck_assert_str_eq(config.file, want);
	snprintf(want, sizeof want, "%s/sub/st", here);
	ck_assert_str_eq(config.state_dir, want);
	snprintf(want, sizeof want, "%s/sub/ctl", here);
	ck_assert_str_eq(config.control, want);
	config_free(&config);
	ck_assert_ptr_null(config.motd);
}
END_TEST

START_TEST(test_listen_address)
{
	struct config_errors errors;
	struct config config;
	struct sockaddr_in *in;
	struct sockaddr_in6 *in6;

	put("c", "listen 1.2.3.4:5\nlisten [::2]:6\n", 32);
	ck_assert_int_eq(config_load(&config, "c", &errors), 0);
	in = (struct sockaddr_in *)&config.listen[0].addr;
	ck_assert_int_eq(in->sin_family, AF_INET);
	ck_assert_int_eq(ntohs(in->sin_port), 5);
	ck_assert_uint_eq(ntohl(in->sin_addr.s_addr), 0x01020304);
	ck_assert_uint_eq(config.listen[0].addrlen, sizeof *in);
	in6 = (struct sockaddr_in6 *)&config.listen[1].addr;
	ck_assert_int_eq(in6->sin6_family, AF_INET6);
	ck_assert_int_eq(ntohs(in6->sin6_port), 6);
	ck_assert_int_eq(in6->sin6_addr.s6_addr[15], 2);
	ck_assert_uint_eq(config.listen[1].addrlen, sizeof *in6);
	config_free(&config);
}
END_TEST

static const struct {
	const char *variables[5];  /* "NAME=VALUE"; the rest is unset */
	int root;
	const char *state, *control, *local;
} derived[] = {
	{ { NULL }, 1, "/var/lib/moot", "/run/moot/control",
	    "/run/moot/moot.sock" },
	{ { "XDG_STATE_HOME=/s", "XDG_RUNTIME_DIR=/r" }, 1,
	    "/var/lib/moot", "/run/moot/control", "/run/moot/moot.sock" },
	{ { NULL }, 0, "", "", NULL },
	{ { "HOME=/h" }, 0, "/h/.local/state/moot", "", NULL },
	{ { "HOME=/h", "XDG_STATE_HOME=/s", "XDG_RUNTIME_DIR=/r" }, 0,
	    "/s/moot", "/r/moot/control", "/r/moot/moot.sock" },
	{ { "HOME=h", "XDG_STATE_HOME=s", "XDG_RUNTIME_DIR=r" }, 0, "", "",
	    NULL },
	{ { "HOME=/h", "STATE_DIRECTORY=/v/l/a:/v/l/b",
	    "RUNTIME_DIRECTORY=/run/a" }, 0, "/v/l/a", "/run/a/control",
	    "/run/a/moot.sock" },
};

START_TEST(test_derived)
{
	static const char *const all[] = { "HOME", "XDG_STATE_HOME",
		"XDG_RUNTIME_DIR", "STATE_DIRECTORY", "RUNTIME_DIRECTORY" };
	struct config config;
	int i;

	for (i = 0; i < LEN(all); i++)
		unsetenv(all[i]);
	for (i = 0; derived[_i].variables[i] != NULL; i++)
		putenv(strdup(derived[_i].variables[i]));
	if (geteuid() != 0 && derived[_i].root) {
		fprintf(stderr, "SKIP derived %d: not root\n", _i);
		return;
	}
	if (geteuid() == 0 && !derived[_i].root)
		ck_assert_int_eq(seteuid(65534), 0);
	config_default(&config);
	ck_assert_str_eq(config.state_dir, derived[_i].state);
	ck_assert_str_eq(config.control, derived[_i].control);
	ck_assert_int_eq(config.nlisten, derived[_i].local != NULL ? 3 : 2);
	if (derived[_i].local != NULL) {
		ck_assert_str_eq(config.listen[2].text, derived[_i].local);
		ck_assert_int_eq(config.listen[2].usual, 1);
	}
	ck_assert_str_eq(config.file, "");
	ck_assert_int_gt((int)strlen(config.name), 0);
	/* Giving up root later does not move the files. */
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	config_default(&config);
	ck_assert_str_eq(config.state_dir, derived[_i].state);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* Reloads. */

static const struct {
	const char *a, *b;
	int count;
	const char *want;
} changes[] = {
	{ "", "", 0, "" },
	{ "name a\n", "name b\n", 1, "name" },
	{ "name a.example\n", "name a.example # same\n", 0, "" },
	{ "", "workers 3\nipc-prefix 7\n", 2, "workers, ipc-prefix" },
	{ "ipc-prefix 0x6d\n", "ipc-prefix 109\n", 0, "" },
	{ "listen [::1]:1\n", "listen [0:0::1]:1\n", 0, "" },
	{ "listen [::1]:1\n", "listen [::1]:2\n", 1, "listen" },
	{ "listen [::1]:1\n", "listen [::1]:1 [::1]:2\n", 1, "listen" },
	{ "", "listen [::1]:1\nmax-clients 3\nmax-rooms 3\nstate-dir x\n"
	    "control x\nbuffers 32M\nuser root\n", 7,
	    "listen, max-clients, max-rooms, state-dir, control, buffers, "
	    "user" },
	{ "", "network x\nmax-clients-per-address 5\nmax-rooms-per-user 5\n"
	    "motd motd\npassword x\noperator a " HASH "\nadmin x\nflood off\n"
	    "ping-timeout 9\nregistration-timeout 9\nworker-timeout 9\n"
	    "sendq 1G\nmailbox-size 8K\nlog-level warn\n", 0, "" },
};

START_TEST(test_changes)
{
	struct config_errors errors;
	struct config a, b;
	char text[256] = "";

	put("c", changes[_i].a, strlen(changes[_i].a));
	ck_assert_int_eq(config_load(&a, "c", &errors), 0);
	put("c", changes[_i].b, strlen(changes[_i].b));
	ck_assert_int_eq(config_load(&b, "c", &errors), 0);
	ck_assert_int_eq(config_fixed_changes(&a, &b, text, sizeof text),
	    changes[_i].count);
	ck_assert_str_eq(text, changes[_i].want);
	memset(text, 'x', sizeof text);
	text[0] = '\0';
	ck_assert_int_eq(config_fixed_changes(&a, &b, text, 6),
	    changes[_i].count);
	ck_assert_int_lt((int)strlen(text), 6);
	ck_assert_int_eq(text[6], 'x');
	config_free(&a);
	config_free(&b);
}
END_TEST

/* The manual has an entry for each word. */
START_TEST(test_manual)
{
	char path[PATH_MAX + 32], line[512], want[64];
	FILE *f;
	int i, found;

	snprintf(path, sizeof path, "%s/man/mootd.conf.5", source);
	f = fopen(path, "r");
	if (f == NULL) {
		fprintf(stderr, "SKIP manual: %s: %s\n", path,
		    strerror(errno));
		return;
	}
	for (i = 0; config_word(i) != NULL; i++) {
		snprintf(want, sizeof want, ".It Ic %s", config_word(i));
		rewind(f);
		found = 0;
		while (!found && fgets(line, sizeof line, f) != NULL) {
			line[strcspn(line, "\n")] = '\0';
			found = strncmp(line, want, strlen(want)) == 0 &&
			    strchr(" ", line[strlen(want)]) != NULL;
		}
		ck_assert_msg(found, "%s is not in %s", config_word(i), path);
	}
	ck_assert_int_gt(i, 20);
	fclose(f);
}
END_TEST

/* The log. */

static const struct {
	const char *text, *want;
} safe[] = {
	{ "plain text", "plain text" },
	{ "", "" },
	{ "a\nb\r\t\033[2J\x7f", "a\\x0ab\\x0d\\x09\\x1b[2J\\x7f" },
	{ "say \"hi\"", "say \\x22hi\\x22" },
	{ "\\x0a", "\\x5cx0a" },
	{ "B\xc3\xbc" "cher \xe2\x82\xac", "B\xc3\xbc" "cher \xe2\x82\xac" },
	{ "\xff\xc3", "\\xff\\xc3" },
	{ "\xc0\x80", "\\xc0\\x80" },
	{ "\xc2\x9b" "31m", "\\xc2\\x9b" "31m" },
	{ "\xe2\x80\xae" "x", "\\xe2\\x80\\xae" "x" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
};

START_TEST(test_safe)
{
	ck_assert_str_eq(log_safe(safe[_i].text), safe[_i].want);
}
END_TEST

START_TEST(test_safe_long)
{
	char text[2000];
	const char *a, *b, *c, *d;
	int i;

	for (i = 400; i < 1999; i++) {
		memset(text, i % 2 ? '\001' : 'x', (size_t)i);
		text[i] = '\0';
		a = log_safe(text);
		ck_assert_int_lt((int)strlen(a), 512);
		if (i > 512)
			ck_assert_str_eq(a + strlen(a) - 3, "...");
	}
	ck_assert_str_eq(log_safe(NULL), "(null)");
	a = log_safe("a");
	b = log_safe("b");
	c = log_safe("c");
	d = log_safe("d");
	ck_assert_str_eq(a, "a");
	ck_assert_str_eq(b, "b");
	ck_assert_str_eq(c, "c");
	ck_assert_str_eq(d, "d");
}
END_TEST

/* Standard error becomes a pipe; returns its other end. */
static int
stderr_take(void)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	close(fds[1]);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	return fds[0];
}

static void
taken(int fd, char *text, size_t size)
{
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
}

START_TEST(test_log_plain)
{
	char text[8192];
	int fd = stderr_take();

	setenv("JOURNAL_STREAM", "1:1", 1); /* somebody else's */
	log_open("worker 3", LOG_LEVEL_INFO, 0);
	errno = ENOENT;
	log_info("it is %d", 42);
	ck_assert_int_eq(errno, ENOENT);
	taken(fd, text, sizeof text);
	ck_assert_int_eq(text[4], '-');
	ck_assert_int_eq(text[10], 'T');
	ck_assert_str_eq(text + 19,
	    "Z worker 3: it is 42\n");
	log_warn("two\nlines\033");
	taken(fd, text, sizeof text);
	ck_assert_str_eq(text + 20, " worker 3: warning: two lines \n");
	log_debug("not shown");
	taken(fd, text, sizeof text);
	ck_assert_str_eq(text, "");
	log_open("x", LOG_LEVEL_DEBUG, 0);
	log_debug("shown");
	taken(fd, text, sizeof text);
	ck_assert_str_eq(text + 20, " x: debug: shown\n");
}
END_TEST

START_TEST(test_log_long)
{
	char text[8192], longest[5000];
	int fd = stderr_take();

	memset(longest, 'y', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	log_open("x", LOG_LEVEL_WARN, 0);
	log_info("not shown");
	log_warn("%s", longest);
	taken(fd, text, sizeof text);
	ck_assert_int_lt((int)strlen(text), 2049);
	ck_assert_str_eq(text + strlen(text) - 5, "y...\n");
}
END_TEST

START_TEST(test_log_journal)
{
	char text[8192], id[64];
	int fd = stderr_take();
	struct stat st;

	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(id, sizeof id, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", id, 1);
	log_open("master", LOG_LEVEL_DEBUG, 0);
	log_warn("a");
	log_info("b");
	log_debug("c");
	taken(fd, text, sizeof text);
	ck_assert_str_eq(text, "<4>master: warning: a\n<6>master: b\n"
	    "<7>master: debug: c\n");
}
END_TEST

/* Nobody listens, in three ways; a descriptor opened later stays clean. */
START_TEST(test_log_closed)
{
	struct stat st;
	int fd = stderr_take();

	log_open("x", LOG_LEVEL_INFO, 0);
	close(fd);
	log_warn("to a broken pipe");
	close(STDERR_FILENO);
	log_warn("to nothing");
	log_open("x", LOG_LEVEL_INFO, 0);
	fd = open("err", O_WRONLY | O_CREAT, 0600);
	ck_assert_int_gt(fd, STDERR_FILENO);
	log_warn("to the null device");
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, 0);
	close(fd);
}
END_TEST

START_TEST(test_fatal)
{
	stderr_take();
	dir_leave();
	fatal("no %s", "disk");
}
END_TEST

START_TEST(test_fatal_final)
{
	stderr_take();
	dir_leave();
	fatal_final("no %s", "sense");
}
END_TEST

/* The text, a backtrace that knows panic(), and SIGABRT. */
START_TEST(test_panic)
{
	char text[16384];
	int status, fd = stderr_take();
	pid_t pid = fork();

	if (pid == 0) {
		log_open("x", LOG_LEVEL_INFO, 0);
		panic("one %d", 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(WIFSIGNALED(status), 1);
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	taken(fd, text, sizeof text);
	ck_assert_ptr_nonnull(strstr(text, " x: panic: one 1\n"));
	ck_assert_ptr_nonnull(strstr(text, " x: panic:   "));
}
END_TEST

/* The service manager. */

static int
manager_bind(const char *text)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(text);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(un.sun_path, text, len);
	if (text[0] == '@')
		un.sun_path[0] = '\0';
	len += offsetof(struct sockaddr_un, sun_path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, (socklen_t)len), 0);
	return fd;
}

static void
manager_talk(const char *address)
{
	char text[2048], longest[2000];
	unsigned long long usec;
	int fd = manager_bind(address);

	setenv("NOTIFY_SOCKET", address, 1);
	notify_open();
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	notify("READY=1");
	taken(fd, text, sizeof text);
	ck_assert_str_eq(text, "READY=1");
	notify("STATUS=%d clients\nX=%s", 7, "y");
	taken(fd, text, sizeof text);
	ck_assert_str_eq(text, "STATUS=7 clients\nX=y");
	notify_reloading();
	taken(fd, text, sizeof text);
	ck_assert_int_eq(sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%llu",
	    &usec), 1);
	ck_assert_uint_gt(usec, 0);
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	notify("%s", longest);
	taken(fd, text, sizeof text);
	ck_assert_int_eq((int)strlen(text), 1023);
	/* The manager goes away. */
	close(fd);
	errno = EDOM;
	notify("STOPPING=1");
	ck_assert_int_eq(errno, EDOM);
}

START_TEST(test_notify_path)
{
	char path[64];

	snprintf(path, sizeof path, "%s/socket", here);
	manager_talk(path);
}
END_TEST

START_TEST(test_notify_abstract)
{
	char name[64];

	snprintf(name, sizeof name, "@moot-check-%d", (int)getpid());
	manager_talk(name);
}
END_TEST

START_TEST(test_notify_none)
{
	static const char *const addresses[] = { "", "/", "@", "relative",
		"vsock:2:1234", "/nonexistent/socket",
		"/0123456789012345678901234567890123456789012345678901234567890"
		"12345678901234567890123456789012345678901234567890"
		"1234567890" };
	int i;

	unsetenv("NOTIFY_SOCKET");
	notify_open();
	notify("READY=1");
	for (i = 0; i < LEN(addresses); i++) {
		setenv("NOTIFY_SOCKET", addresses[i], 1);
		notify_open();
		notify("READY=1");
		notify_reloading();
	}
}
END_TEST

static const struct {
	const char *usec, *pid;  /* "me": our own */
	unsigned long long want;
} watchdogs[] = {
	{ NULL, NULL, 0 },
	{ "20000000", NULL, 10000000 },
	{ "20000000", "me", 10000000 },
	{ "20000000", "1", 0 },
	{ "20000000", "x", 0 },
	{ "", "me", 0 },
	{ "-5", "me", 0 },
	{ "5x", "me", 0 },
	{ "99999999999999999999999", "me", 0 },
};

static void
env_set(const char *name, const char *value)
{
	char me[32];

	snprintf(me, sizeof me, "%d", (int)getpid());
	if (value == NULL)
		unsetenv(name);
	else
		setenv(name, strcmp(value, "me") == 0 ? me : value, 1);
}

START_TEST(test_watchdog)
{
	env_set("WATCHDOG_USEC", watchdogs[_i].usec);
	env_set("WATCHDOG_PID", watchdogs[_i].pid);
	notify_open();
	ck_assert_uint_eq(notify_watchdog_usec(), watchdogs[_i].want);
	ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
	ck_assert_ptr_null(getenv("WATCHDOG_PID"));
}
END_TEST

static const struct {
	const char *pid, *fds;
	int want;
} passed[] = {
	{ NULL, NULL, 0 },
	{ "me", "2", 2 },
	{ "me", "3", 2 },   /* one is not there */
	{ "me", "1", 1 },
	{ "me", "0", 0 },
	{ "me", "-1", 0 },
	{ "me", "x", 0 },
	{ "me", "4294967298", 0 },
	{ "1", "2", 0 },
	{ NULL, "2", 0 },
};

START_TEST(test_listen_fds)
{
	int i;

	ck_assert_int_eq(dup2(STDIN_FILENO, 3), 3);
	ck_assert_int_eq(dup2(STDIN_FILENO, 4), 4);
	close(5);
	env_set("LISTEN_PID", passed[_i].pid);
	env_set("LISTEN_FDS", passed[_i].fds);
	setenv("LISTEN_FDNAMES", "a:b", 1);
	ck_assert_int_eq(notify_listen_fds(), passed[_i].want);
	/* as FileDescriptorName= has it, by which one for TLS is known */
	ck_assert(notify_listen_is(0, "a") && notify_listen_is(1, "b"));
	ck_assert(!notify_listen_is(0, "b") && !notify_listen_is(2, "b"));
	ck_assert(!notify_listen_is(0, "a:b") && !notify_listen_is(1, ""));
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(fcntl(3 + i, F_GETFD),
		    i < passed[_i].want ? FD_CLOEXEC : 0);
	ck_assert_ptr_null(getenv("LISTEN_PID"));
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
	ck_assert_int_eq(notify_listen_fds(), 0);
}
END_TEST

/* The title. */

static void
cmdline_is(const char *want)
{
	char text[4096];
	int fd = open("/proc/self/cmdline", O_RDONLY);

	taken(fd, text, sizeof text);
	ck_assert_str_eq(text, want);
	close(fd);
}

START_TEST(test_title)
{
	char longest[1 << 18];

	title_set("mootd: %s", "worker 3");
	cmdline_is("mootd: worker 3");
	title_set("mootd: a title that is longer than the arguments were, "
	    "and so goes on where the environment was, %d", 1);
	cmdline_is("mootd: a title that is longer than the arguments were, "
	    "and so goes on where the environment was, 1");
	title_set("m");
	cmdline_is("m");
	/* The environment lives on; a title without end is cut. */
	ck_assert_str_eq(getenv("CHECK_CONFIG"), "kept");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	title_set("%s", longest);
	title_set("mootd");
	cmdline_is("mootd");
}
END_TEST

static TCase *
case_add(Suite *suite, const char *name)
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, dir_enter, dir_leave);
	suite_add_tcase(suite, tc);
	return tc;
}

static Suite *
config_suite(void)
{
	Suite *suite = suite_create("config");
	TCase *tc = case_add(suite, "config");

	tcase_add_loop_test(tc, test_good, 0, LEN(good));
	tcase_add_loop_test(tc, test_bad, 0, LEN(bad));
	tcase_add_test(tc, test_file);
	tcase_add_test(tc, test_long_line);
	tcase_add_test(tc, test_long_values);
	tcase_add_test(tc, test_many);
	tcase_add_test(tc, test_many_errors);
	tcase_add_loop_test(tc, test_garbage, 0, 16);
	tcase_add_test(tc, test_relative);
	tcase_add_test(tc, test_listen_address);
	tcase_add_loop_test(tc, test_derived, 0, LEN(derived));
	tcase_add_loop_test(tc, test_changes, 0, LEN(changes));
	tcase_add_test(tc, test_manual);
	return suite;
}

static Suite *
service_suite(void)
{
	Suite *suite = suite_create("service");
	TCase *tc = case_add(suite, "log");

	tcase_add_loop_test(tc, test_safe, 0, LEN(safe));
	tcase_add_test(tc, test_safe_long);
	tcase_add_test(tc, test_log_plain);
	tcase_add_test(tc, test_log_long);
	tcase_add_test(tc, test_log_journal);
	tcase_add_test(tc, test_log_closed);
	tcase_add_exit_test(tc, test_fatal, 1);
	tcase_add_exit_test(tc, test_fatal_final, 2);
	tcase_add_test(tc, test_panic);
	tc = case_add(suite, "notify");
	tcase_add_test(tc, test_notify_path);
	tcase_add_test(tc, test_notify_abstract);
	tcase_add_test(tc, test_notify_none);
	tcase_add_loop_test(tc, test_watchdog, 0, LEN(watchdogs));
	tcase_add_loop_test(tc, test_listen_fds, 0, LEN(passed));
	tc = case_add(suite, "title");
	tcase_add_test(tc, test_title);
	return suite;
}

int
main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	/* The title is tested over an environment of a known size. */
	if (getenv("CHECK_CONFIG") == NULL) {
		setenv("CHECK_CONFIG", "kept", 1);
		execv("/proc/self/exe", argv);
		return EXIT_FAILURE;
	}
	title_open(argc, argv);
	if (realpath(getenv("SRCDIR") != NULL ? getenv("SRCDIR") : ".",
	    source) == NULL)
		return EXIT_FAILURE;
	runner = srunner_create(config_suite());
	srunner_add_suite(runner, service_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
