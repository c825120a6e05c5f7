/* SPDX-License-Identifier: ISC */
/*
 * Clients by TLS: what is spoken and what is refused, that they are like
 * others, that a crowd which says nothing keeps nobody out, and what becomes of
 * a certificate.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness_tls.h"

enum { CROWD = 5000, CLIENTS = 300, LINES = 3000, GONE = 50 };

static struct server sv;

static void
start(void)
{
	server_tls(&sv);
	server_start(&sv);
	/* it serves, once its certificate is there */
	wait_for(strcmp(server_status(&sv, "tls"), "serving") == 0, 20000);
}

static void
begin(void)
{
	server_init(&sv);
	start();
}

static int
status(const char *field)
{
	return atoi(server_status(&sv, field));
}

/* ---- what is spoken ---- */

static void
whois(struct client *c, const char *pattern)
{
	client_send(c, "WHOIS %s", c->nick);
	client_expect(c, "%s", pattern);
	client_expect(c, "318 *");
}

static struct client *
registered(const struct client_tls *how, const char *nick)
{
	struct client *c = client_tls_connect_with(&sv, how);

	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "NICK %s\r\nUSER u 0 * :r", nick);
	client_welcome(c);
	return c;
}

START_TEST(test_versions)
{
	const struct client_tls new = { .least = TLS1_3_VERSION };
	const struct client_tls old = { .most = TLS1_2_VERSION };
	struct client *c, *d, *e;

	begin();
	whois(c = registered(&new, "new"), "671 new new :*TLSv1.3*");
	whois(d = registered(&old, "old"), "671 old old :*TLSv1.2*");
	e = client_register(&sv, "plain");
	client_send(e, "WHOIS plain");
	client_block(e, "318 *");
	ck_assert_int_eq(client_block_count(e, "671 *"), 0);
	client_send(c, "PRIVMSG old :one\r\nPRIVMSG plain :two");
	client_expect(d, ":new!* PRIVMSG old :one");
	client_expect(e, ":new!* PRIVMSG plain :two");
	client_send(e, "PRIVMSG new :three");
	client_expect(c, ":plain!* PRIVMSG new :three");
	ck_assert_int_eq(status("tls_clients"), 2);
	ck_assert_int_ge(status("tls_handshakes"), 2);
	server_stop(&sv);
}
END_TEST

START_TEST(test_protocol)
{
	const struct client_tls irc = { .alpn = "irc" }, web = { .alpn = "h2" };
	const unsigned char *chosen;
	struct client *c;
	unsigned len;

	begin();
	c = client_tls_connect_with(&sv, &irc);
	SSL_get0_alpn_selected(client_tls_ssl(c), &chosen, &len);
	ck_assert_int_eq(len, 3);
	ck_assert_int_eq(memcmp(chosen, "irc", 3), 0);
	ck_assert_ptr_nonnull(strstr(client_tls_refused(&sv, &web),
	    "no application protocol"));
	client_ask(c, "CAP LS", "CAP *");
	server_stop(&sv);
}
END_TEST

static const struct client_tls refused[] = {
	{ .least = TLS1_VERSION, .most = TLS1_1_VERSION },
	{ .most = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA" },
	{ .most = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256" },
	{ .before = "NICK me\r\nUSER me 0 * :me\r\n", .nbefore = 27 },
	{ .before = "\x16\x03\x01\xff\xff", .nbefore = 5 },
};

START_TEST(test_refused)
{
	begin();
	ck_assert_str_ne(client_tls_refused(&sv, &refused[_i]), "");
	wait_for(status("tls_failed") == 1, HARNESS_WAIT);
	client_tls_register(&sv, "fine");
	ck_assert_str_eq(server_status(&sv, "tls_restarts"), "0");
	server_stop(&sv);
}
END_TEST

START_TEST(test_certificate_of_client)
{
	char cert[128], key[128];
	const struct client_tls how = { .cert = cert, .key = key };
	struct client *c;

	server_init(&sv);
	snprintf(cert, sizeof(cert), "%s/c.pem", sv.dir);
	snprintf(key, sizeof(key), "%s/k.pem", sv.dir);
	tls_certificate(cert, key, "ann", 1);
	start();
	whois(c = registered(&how, "ann"), "276 ann ann :*fingerprint *");
	client_sync(c);
	server_stop(&sv);
}
END_TEST

/* ---- resumption ---- */

/* Whether C, which is closed, resumed a session; *S is the next one. */
static int
resumed(struct client *c, SSL_SESSION **s)
{
	int yes = SSL_session_reused(client_tls_ssl(c));

	SSL_SESSION_free(*s);
	*s = client_tls_session(c);
	client_close(c);
	return yes;
}

START_TEST(test_resumed)
{
	struct client_tls how = { .least = _i, .most = _i };
	SSL_SESSION *s = NULL;
	int i;

	server_init(&sv);
	/* of TLS 1.3 any process does it, of 1.2 only the one that began */
	server_set(&sv, "tls-workers", _i == TLS1_3_VERSION ? "3" : "1");
	start();
	ck_assert_int_eq(resumed(client_tls_connect_with(&sv, &how), &s), 0);
	for (i = 0; i < 6; i++) {
		how.session = s;
		ck_assert_msg(resumed(client_tls_connect_with(&sv, &how), &s),
		    "connection %d did not resume", i);
	}
	SSL_SESSION_free(s);
	wait_for(status("tls_resumed") == 6, HARNESS_WAIT);
	server_stop(&sv);
}
END_TEST

/* With the certificate of a client, too: it is in the ticket. */
START_TEST(test_resumed_certificate)
{
	char cert[128], key[128];
	struct client_tls how = { .cert = cert, .key = key };
	SSL_SESSION *s = NULL;
	struct client *c;

	server_init(&sv);
	snprintf(cert, sizeof(cert), "%s/c.pem", sv.dir);
	snprintf(key, sizeof(key), "%s/k.pem", sv.dir);
	tls_certificate(cert, key, "ann", 1);
	start();
	resumed(client_tls_connect_with(&sv, &how), &s);
	how.session = s;
	c = registered(&how, "ann");
	ck_assert_int_eq(SSL_session_reused(client_tls_ssl(c)), 1);
	whois(c, "276 ann ann :*fingerprint *");
	SSL_SESSION_free(s);
	server_stop(&sv);
}
END_TEST

/* ---- bytes ---- */

/* More than buffers hold, both ways at once; of lines of any length, and of
 * the longest, which are cut to be passed on. */
START_TEST(test_flood)
{
	struct client *c, *d;
	char text[_i ? 512 - sizeof("PRIVMSG bob :1234 \r\n") : 300];
	int i;

	server_init(&sv);
	server_set(&sv, "flood", "off");
	start();
	c = client_tls_register(&sv, "ann");
	d = client_tls_register(&sv, "bob");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < LINES; i++) {
		client_send(c, "PRIVMSG bob :%d %s", i, text);
		client_send(d, "PRIVMSG ann :%d %s", i, text);
		client_fill(c);
		client_fill(d);
	}
	for (i = 0; i < LINES; i++) {
		client_expect_next(c, ":bob!* PRIVMSG ann :%d %s%s", i,
		    _i ? "x" : text, _i ? "*" : "");
		ck_assert(!_i || strlen(c->line) == 510);
		client_expect_next(d, ":ann!* PRIVMSG bob :%d %s%s", i,
		    _i ? "x" : text, _i ? "*" : "");
	}
	server_stop(&sv);
}
END_TEST

/* Lines know nothing of records: one in many, and many in one, cut anywhere. */
START_TEST(test_records)
{
	static const char line[] = "PRIVMSG bob :letter by letter\r\n";
	static char lines[LINES * 400];
	struct client *c, *d;
	size_t n = 0;
	int i;

	server_init(&sv);
	start();
	c = client_tls_register(&sv, "ann");
	d = client_tls_register(&sv, "bob");
	for (i = 0; line[i] != '\0'; i++)
		client_write(c, line + i, 1);
	for (i = 0; i < LINES; i++)
		n += (size_t)sprintf(lines + n, "PRIVMSG bob :%d%*s.\r\n", i,
		    300 + i % 71, "");
	client_write(c, lines, n);
	client_expect(d, ":ann!* PRIVMSG bob :letter by letter");
	for (i = 0; i < LINES; i++) {
		client_expect_next(d, ":ann!* PRIVMSG bob :%d *.", i);
		ck_assert_uint_eq(strlen(strstr(d->body, " :") + 2),
		    (size_t)snprintf(NULL, 0, "%d%*s.", i, 300 + i % 71, ""));
	}
	server_stop(&sv);
}
END_TEST

/* More than buffers hold waits, first for a worker that does not read, then
 * for a client that does not; both go on where they were. */
START_TEST(test_held_up)
{
	static char text[LINES * 320];
	struct client *c, *d;
	int small = 4096, i;
	size_t at, len;
	ssize_t n;
	pid_t pid;

	server_init(&sv);
	server_set(&sv, "workers", "1");
	server_set(&sv, "worker-timeout", "60");
	server_set(&sv, "flood", "off");
	server_set(&sv, "sendq", "4M");
	start();
	c = client_tls_register(&sv, "ann");
	d = client_tls_register(&sv, "bob");
	setsockopt(d->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (i = 0, len = 0; i < LINES; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "PRIVMSG bob :%d %0280d\r\n", i, 0);
	pid = server_worker_pid(&sv, 1);
	pid_signal(pid, SIGSTOP);
	for (at = 0; at < len; at += (size_t)n)
		if ((n = client_offer(c, text + at, len - at)) <= 0)
			break;
	pid_signal(pid, SIGCONT);
	client_write(c, text + at, len - at);
	client_sync(c);
	for (i = 0; i < LINES; i++)
		client_expect_next(d, ":ann!* PRIVMSG bob :%d 0*", i);
	client_sync(d);
	server_stop(&sv);
}
END_TEST

/* Who does not read is held up by its sendq, and ended, everywhere. */
START_TEST(test_deaf)
{
	struct client *deaf, *c;
	char text[400];
	int small = 4096, i, n;

	server_init(&sv);
	server_set(&sv, "flood", "off");
	server_set(&sv, "sendq", "64K");
	start();
	deaf = client_tls_register(&sv, "deaf");
	setsockopt(deaf->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	c = client_register(&sv, "ann");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 400; i++) {
		for (n = 0; n < 100; n++)
			client_send(c, "PRIVMSG deaf :%s", text);
		client_send(c, "ISON deaf");
		client_expect(c, "303 *");
		if (strstr(c->line, "deaf") == NULL)
			break;
	}
	ck_assert_int_lt(i, 400);
	client_sync(c);
	/* nor does mootd-tls keep who takes nothing of what is left */
	wait_for(status("tls_clients") == 0, 30000);
	server_stop(&sv);
}
END_TEST

/* A client says its last word and ends, and hears the answer and our end. */
START_TEST(test_end)
{
	struct client *c;
	int i;

	begin();
	c = client_tls_register(&sv, "ann");
	client_write(c, "PING :last\r\nQUIT :bye\r\n", 23);
	SSL_shutdown(client_tls_ssl(c));
	shutdown(c->fd, SHUT_WR);
	client_expect(c, "PONG * :last");
	client_expect(c, "ERROR :*bye*");
	client_eof(c);
	ck_assert_int_ne(SSL_get_shutdown(client_tls_ssl(c)) &
	    SSL_RECEIVED_SHUTDOWN, 0);
	/* without a last word, but with much to be told */
	c = client_tls_register(&sv, "cat");
	for (i = 0; i < LINES; i++)
		client_offer(c, "PING :and you\r\n", 15);
	SSL_shutdown(client_tls_ssl(c));
	shutdown(c->fd, SHUT_WR);
	for (i = 0; i < LINES; i++)
		client_expect_next(c, "PONG * :and you");
	client_eof(c);
	/* one that is just gone */
	client_reset(client_tls_register(&sv, "bob"));
	wait_for(status("tls_clients") == 0, HARNESS_WAIT);
	server_stop(&sv);
}
END_TEST

/* Who is just gone, with answers on their way, keeps no connection. */
START_TEST(test_gone)
{
	struct client *c;
	int i;

	begin();
	for (i = 0; i < GONE; i++) {
		c = client_tls_connect(&sv);
		client_send(c, "CAP LS");
		client_close(c);
	}
	wait_for(status("tls_handshakes") == GONE && status("tls_clients") == 0,
	    HARNESS_WAIT);
	server_stop(&sv);
}
END_TEST

/* ---- who says nothing ---- */

/* From the address 127.0.1.HOST. */
static int
silent(int port, int host)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, from = to;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	from.sin_addr.s_addr = htonl((127u << 24) + 256 + (uint32_t)host);
	from.sin_port = 0;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* How many of the N sockets are still open. */
static int
still_open(const int *fd, int n)
{
	struct pollfd p[CROWD];
	int i, open = 0;
	char byte;

	for (i = 0; i < n; i++)
		p[i] = (struct pollfd) { fd[i], POLLIN, 0 };
	poll(p, (nfds_t)n, 0);
	for (i = 0; i < n; i++)
		open += !(p[i].revents && recv(fd[i], &byte, 1,
		    MSG_DONTWAIT) <= 0);
	return open;
}

/* KiB that the one process of mootd-tls holds. */
static long
memory(void)
{
	char path[64], line[128];
	pid_t pid[2];
	long kib = -1;
	FILE *f;

	ck_assert_int_eq(server_tls_pids(&sv, pid, 2), 1);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid[0]);
	ck_assert_ptr_nonnull(f = fopen(path, "r"));
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

/* The longest ClientHello that OpenSSL reads, but for its end, in records:
 * how many bytes. */
static size_t
long_hello(char *buf)
{
	static const unsigned char head[] = { 1, 1, 0xff, 0, 3, 3 };
	size_t at = 0, n, left = 0x1ff00;

	for (; left > 0; left -= n, at += n) {
		n = left < 16384 ? left : 16384;
		memcpy(buf + at, "\x16\x03\x01", 3);
		buf[at + 3] = (char)(n >> 8);
		buf[at + 4] = (char)(n & 0xff);
		at += 5;
		memset(buf + at, 0, n);
	}
	memcpy(buf + 5, head, sizeof(head));
	return at - 1;
}

/* What each of a crowd says of its handshake, from so many addresses, where so
 * many handshakes in all and of one address may be in progress; and what one
 * of them may cost. */
static const struct silence {
	int crowd, addresses, most, per_address;
	const char *says;      /* NULL: long_hello() */
	size_t len;
	int kib;
} silences[] = {
	{ CROWD, 1, 50, 1000, "", 0, 0 },
	{ CROWD, 1, 50, 20, "", 0, 0 },
	{ CROWD, 50, 1000, 100, "", 0, 16 },
	{ CROWD, 50, 1000, 100, "\x16\x03\x01\x40", 4, 96 },
	{ CLIENTS, 3, 100, 100, NULL, 0, 256 },
};

START_TEST(test_silent)
{
	static char hello[140000];
	const struct silence *s = &silences[_i];
	size_t len = s->says != NULL ? s->len : long_hello(hello);
	int left = s->per_address * s->addresses, fd[CROWD], i, port;
	struct rlimit limit;
	long before, after;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max < CROWD + 200 ||
	    setrlimit(RLIMIT_NOFILE, &limit) != 0) {
		harness_skip("a process may not have 5,200 descriptors");
		return;
	}
	left = left < s->most ? left : s->most;
	server_init(&sv);
	server_set(&sv, "tls-workers", "1");
	server_set(&sv, "tls-handshakes", "%d", s->most);
	server_set(&sv, "tls-handshakes-per-address", "%d", s->per_address);
	server_set(&sv, "tls-handshake-timeout", "3");
	start();
	port = server_tls_port(&sv);
	client_close(client_tls_register(&sv, "ann"));
	before = memory();
	for (i = 0; i < s->crowd; i++) {
		fd[i] = silent(port, 1 + i % s->addresses);
		send(fd[i], s->says != NULL ? s->says : hello, len,
		    MSG_NOSIGNAL);
	}
	/* those who came first make room, and who is honest gets in */
	for (i = 0; i < 5; i++)
		client_close(client_tls_register(&sv, "ann"));
	after = memory();
	ck_assert_int_le(still_open(fd, s->crowd), left);
	ck_assert_int_ge(status("tls_crowded_out") + status("tls_timed_out"),
	    s->crowd - left);
	if (s->kib > 0 && !server_sanitized(&sv))
		ck_assert_int_le((after - before) / left, s->kib);
	/* and at last nobody is left */
	wait_for(still_open(fd, s->crowd) == 0, 20000);
	wait_for(status("tls_timed_out") > 0, HARNESS_WAIT);
	ck_assert_int_eq(status("tls_shaking"), 0);
	for (i = 0; i < s->crowd; i++)
		close(fd[i]);
	server_stop(&sv);
}
END_TEST

/* An address that comes too often costs no handshake, whichever process it
 * comes to; who is exempt may. */
START_TEST(test_rate)
{
	const struct client_tls how = { .least = 0 };
	int i;

	server_init(&sv);
	server_set(&sv, "tls-workers", "2");
	server_set(&sv, "connection-rate", "1/3600 3");
	if (_i)
		server_add(&sv, "exempt 127.0.0.0/8");
	start();
	for (i = 0; i < (_i ? 6 : 3); i++)
		client_close(client_tls_connect(&sv));
	for (i = 0; i < (_i ? 0 : 3); i++)
		ck_assert_str_ne(client_tls_refused(&sv, &how), "");
	ck_assert_int_eq(status("tls_accepted"), 6);
	ck_assert_int_eq(status("tls_handshakes"), _i ? 6 : 3);
	ck_assert_int_eq(status("tls_refused_rate"), _i ? 0 : 3);
	ck_assert_int_eq(status("refused_rate"), 0);
	server_stop(&sv);
}
END_TEST

/* ---- behind a proxy ---- */

START_TEST(test_proxy)
{
	static const char header[] =
	    "PROXY TCP4 192.0.2.7 127.0.0.1 4711 6697\r\n";
	const struct client_tls how = { .before = header,
		.nbefore = sizeof(header) - 1 };
	const struct client_tls none = { .least = 0 };
	struct client *c;

	server_init(&sv);
	server_set(&sv, "proxy", "127.0.0.1");
	start();
	whois(c = registered(&how, "ann"), "378 * 192.0.2.7");
	ck_assert_str_ne(client_tls_refused(&sv, &none), "");
	client_sync(c);
	server_stop(&sv);
}
END_TEST

/* The crowd of one client of a proxy is in its own way. */
START_TEST(test_proxy_crowd)
{
	static const char header[] =
	    "PROXY TCP4 192.0.2.7 127.0.0.1 4711 6697\r\n";
	int fd[CLIENTS], i, port;

	server_init(&sv);
	server_set(&sv, "tls-workers", "1");
	server_set(&sv, "tls-handshakes-per-address", "20");
	server_set(&sv, "tls-handshake-timeout", "60");
	server_set(&sv, "proxy", "127.0.1.1");
	start();
	port = server_tls_port(&sv);
	for (i = 0; i < CLIENTS; i++) {
		fd[i] = silent(port, 1);
		send(fd[i], header, sizeof(header) - 1, MSG_NOSIGNAL);
	}
	wait_for(still_open(fd, CLIENTS) <= 20, 20000);
	ck_assert_int_ge(status("tls_crowded_out"), CLIENTS - 20);
	for (i = 0; i < CLIENTS; i++)
		close(fd[i]);
	server_stop(&sv);
}
END_TEST

/* It is the client of the proxy that comes too often. */
START_TEST(test_proxy_rate)
{
	static const char header[] =
	    "PROXY TCP4 192.0.2.7 127.0.0.1 4711 6697\r\n";
	static const char another[] =
	    "PROXY TCP4 192.0.2.8 127.0.0.1 4711 6697\r\n";
	struct client_tls how = { .before = header,
		.nbefore = sizeof(header) - 1 };
	int i;

	server_init(&sv);
	server_set(&sv, "connection-rate", "1/3600 2");
	server_set(&sv, "proxy", "127.0.0.1");
	start();
	for (i = 0; i < 2; i++)
		client_close(client_tls_connect_with(&sv, &how));
	ck_assert_str_ne(client_tls_refused(&sv, &how), "");
	how.before = another;
	client_close(client_tls_connect_with(&sv, &how));
	ck_assert_int_eq(status("tls_refused_rate"), 1);
	ck_assert_int_eq(status("tls_handshakes"), 3);
	server_stop(&sv);
}
END_TEST

/* ---- the certificate ---- */

START_TEST(test_own_certificate)
{
	char pin[100], again[100], path[160];
	struct client *c;
	struct stat st;

	begin();
	c = client_tls_connect(&sv);
	client_tls_pin(c, pin, sizeof(pin));
	ck_assert_str_eq(server_status(&sv, "tls_pin"), pin);
	wait_for(server_log_has(&sv, pin), HARNESS_WAIT);
	snprintf(path, sizeof(path), "%s/state/tls-key.pem", sv.dir);
	if (stat(path, &st) != 0) {
		snprintf(path, sizeof(path), "%s/tls-key.pem", sv.dir);
		ck_assert_int_eq(stat(path, &st), 0);
	}
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	client_close(c);
	server_restart(&sv, 0);
	wait_for(strcmp(server_status(&sv, "tls"), "serving") == 0, 20000);
	client_tls_pin(client_tls_connect(&sv), again, sizeof(again));
	ck_assert_str_eq(again, pin);
	server_stop(&sv);
}
END_TEST

static char cert[128], key[128];

static void
configure_certificate(int days)
{
	server_init(&sv);
	snprintf(cert, sizeof(cert), "%s/cert.pem", sv.dir);
	snprintf(key, sizeof(key), "%s/key.pem", sv.dir);
	tls_certificate(cert, key, "first.test", days);
	/* none that begins when the files are not what they were */
	server_set(&sv, "tls-workers", "1");
	server_set(&sv, "tls-cert", "%s", cert);
	server_set(&sv, "tls-key", "%s", key);
	start();
}

/* Of another kind (Ed25519) than those of our certificates: OpenSSL could have
 * one of each. */
static const char other_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
    "-----END PRIVATE KEY-----\n";

/* Files that change are read again, and nobody notices. */
START_TEST(test_changed_certificate)
{
	char pin[100], other[100], unused[128];
	struct client *c, *d;
	FILE *f;

	configure_certificate(100);
	snprintf(unused, sizeof(unused), "%s/unused.pem", sv.dir);
	c = client_tls_register(&sv, "ann");
	client_tls_pin(c, pin, sizeof(pin));
	/* half of it first: that is told, and changes nothing */
	ck_assert_ptr_nonnull(f = fopen(cert, "w"));
	fputs("-----BEGIN CERTIFICATE-----\nhalf", f);
	fclose(f);
	wait_for(strstr(server_status(&sv, "tls"), "cert.pem") != NULL, 20000);
	d = client_tls_connect(&sv);
	client_tls_pin(d, other, sizeof(other));
	ck_assert_str_eq(other, pin);
	client_close(d);
	/* a key that is on its way, and the certificate is not */
	ck_assert_ptr_nonnull(f = fopen(key, "w"));
	fputs(other_key, f);
	fclose(f);
	tls_certificate(cert, unused, "unused.test", 100);
	wait_for(strstr(server_status(&sv, "tls"),
	    "key.pem: it is not the key of the certificate") != NULL, 20000);
	tls_certificate(cert, key, "second.test", 100);
	wait_for(strstr(server_status(&sv, "tls_certificate"),
	    "second.test") != NULL, 20000);
	wait_for(strcmp(server_status(&sv, "tls"), "serving") == 0, 20000);
	wait_for((d = client_tls_connect(&sv)) != NULL &&
	    strcmp(client_tls_pin(d, other, sizeof(other)), pin) != 0, 20000);
	client_sync(c);
	ck_assert_str_eq(server_status(&sv, "tls_restarts"), "0");
	server_stop(&sv);
}
END_TEST

/* Makes a directory beside the rest with certificate and key of NAME. */
static void
make_directory(const char *directory, const char *name)
{
	char path[100], c[128], k[128];

	snprintf(path, sizeof(path), "%s/%s", sv.dir, directory);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(c, sizeof(c), "%s/cert.pem", path);
	snprintf(k, sizeof(k), "%s/key.pem", path);
	tls_certificate(c, k, name, 100);
}

static void
rename_in(const char *from, const char *to)
{
	char a[100], b[100];

	snprintf(a, sizeof(a), "%s/%s", sv.dir, from);
	snprintf(b, sizeof(b), "%s/%s", sv.dir, to);
	ck_assert_int_eq(rename(a, b), 0);
}

static void
link_in(const char *to, const char *name)
{
	char path[100];

	snprintf(path, sizeof(path), "%s/%s", sv.dir, name);
	ck_assert_int_eq(symlink(to, path), 0);
}

/* It is the directory that becomes another one, by rename(2), or because a
 * link leads to another: confined processes cannot read what is there. */
START_TEST(test_changed_directory)
{
	struct client *c;

	server_init(&sv);
	/* one that is just starting could find half of each */
	server_set(&sv, "tls-workers", "1");
	make_directory(_i ? "one" : "live", "first.test");
	make_directory("two", "second.test");
	if (_i)
		link_in("one", "live");
	server_set(&sv, "tls-cert", "%s/live/cert.pem", sv.dir);
	server_set(&sv, "tls-key", "%s/live/key.pem", sv.dir);
	start();
	c = client_tls_register(&sv, "ann");
	if (_i) {
		link_in("two", "next");
		rename_in("next", "live");
	} else {
		rename_in("live", "one");
		rename_in("two", "live");
	}
	wait_for(strstr(server_status(&sv, "tls_certificate"),
	    "second.test") != NULL, 20000);
	client_sync(c);
	ck_assert_str_eq(server_status(&sv, "tls_restarts"), "0");
	server_stop(&sv);
}
END_TEST

START_TEST(test_expiry)
{
	configure_certificate(_i ? 3 : 40);
	wait_for(server_log_has(&sv, "first.test"), HARNESS_WAIT);
	ck_assert_str_eq(server_status(&sv, "tls_expiry"),
	    _i ? ", soon" : "");
	ck_assert_int_eq(server_log_has(&sv, "expires on"), _i);
	server_stop(&sv);
}
END_TEST

/* What cannot be used is said, and the others are served. */
START_TEST(test_no_certificate)
{
	struct client *c;

	server_init(&sv);
	server_set(&sv, "tls-cert", "%s/nothing.pem", sv.dir);
	server_tls(&sv);
	server_start(&sv);
	c = client_register(&sv, "ann");
	wait_for(strncmp(server_status(&sv, "tls"), "failing: ", 9) == 0,
	    20000);
	ck_assert_ptr_nonnull(strstr(server_status(&sv, "tls"),
	    "nothing.pem: No such file or directory"));
	client_sync(c);
	sv.crashes = 1;
	server_stop(&sv);
}
END_TEST

/* ---- the service manager's socket ---- */

/* One for TLS alone leaves the lines `listen' as they are. */
START_TEST(test_activation)
{
	struct sockaddr_in in = { .sin_family = AF_INET };

	server_init(&sv);
	inet_pton(AF_INET, "127.0.0.1", &in.sin_addr);
	sv.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(sv.listen_fd, (struct sockaddr *)&in,
	    sizeof(in)), 0);
	ck_assert_int_eq(listen(sv.listen_fd, 64), 0);
	sv.env[0] = "LISTEN_FDNAMES=tls";
	server_start(&sv);
	wait_for(strcmp(server_status(&sv, "tls"), "serving") == 0, 20000);
	client_register(&sv, "ann");
	client_sync(client_tls_register(&sv, "bob"));
	close(sv.listen_fd);
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* ---- other settings ---- */

/* New processes take the new clients; an old one leaves with its last. */
START_TEST(test_reload)
{
	pid_t old[8], now[8];
	struct client *c, *d;
	int n, i;

	server_init(&sv);
	server_set(&sv, "tls-workers", "1");
	start();
	c = client_tls_register(&sv, "ann");
	ck_assert_int_eq(server_tls_pids(&sv, old, 8), 1);
	server_set(&sv, "tls-workers", "2");
	server_set(&sv, "tls-handshake-timeout", "7");
	server_write(&sv);
	free(server_ctl(&sv, "reload", NULL));
	wait_for(status("tls_leaving") == 1, 20000);
	ck_assert_int_eq(server_tls_pids(&sv, now, 8), 3);
	client_sync(c);
	d = client_tls_register(&sv, "bob");
	client_send(d, "PRIVMSG ann :here");
	client_expect(c, ":bob!* PRIVMSG ann :here");
	client_close(c);
	wait_for((n = server_tls_pids(&sv, now, 8)) == 2, 20000);
	for (i = 0; i < n; i++)
		ck_assert_int_ne(now[i], old[0]);
	client_sync(d);
	ck_assert_str_eq(server_status(&sv, "tls_restarts"), "0");
	server_stop(&sv);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tls");
	Suite *suites[] = { suite, NULL };
	TCase *tc = harness_case(suite, "tls", NULL, NULL, 60);

	tcase_add_test(tc, test_versions);
	tcase_add_test(tc, test_protocol);
	tcase_add_loop_test(tc, test_refused, 0,
	    sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tc, test_certificate_of_client);
	tcase_add_loop_test(tc, test_resumed, TLS1_2_VERSION,
	    TLS1_3_VERSION + 1);
	tcase_add_test(tc, test_resumed_certificate);
	tcase_add_loop_test(tc, test_flood, 0, 2);
	tcase_add_test(tc, test_records);
	tcase_add_test(tc, test_held_up);
	tcase_add_test(tc, test_deaf);
	tcase_add_test(tc, test_end);
	tcase_add_test(tc, test_gone);
	tcase_add_loop_test(tc, test_silent, 0,
	    sizeof(silences) / sizeof(silences[0]));
	tcase_add_loop_test(tc, test_rate, 0, 2);
	tcase_add_test(tc, test_proxy);
	tcase_add_test(tc, test_proxy_crowd);
	tcase_add_test(tc, test_proxy_rate);
	tcase_add_test(tc, test_own_certificate);
	tcase_add_test(tc, test_changed_certificate);
	tcase_add_loop_test(tc, test_changed_directory, 0, 2);
	tcase_add_loop_test(tc, test_expiry, 0, 2);
	tcase_add_test(tc, test_no_certificate);
	tcase_add_test(tc, test_activation);
	tcase_add_test(tc, test_reload);
	return harness_run(suites);
}
