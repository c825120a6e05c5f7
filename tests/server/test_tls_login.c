/* SPDX-License-Identifier: ISC */
/*
 * Who somebody is by a certificate, over TLS as it is: SASL EXTERNAL and OPER,
 * resumed sessions, deaths on the way; and who can speak to the workers as
 * mootd-tls does.
 */

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness_tls.h"

static struct server sv;
static char cert[128], key[128], fingerprint[65];

/* What openssl(1) would say of the certificate. */
static void
fingerprint_read(void)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	FILE *f = fopen(cert, "r");
	unsigned i, n = 0;
	X509 *x;

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(x = PEM_read_X509(f, NULL, NULL, NULL));
	fclose(f);
	ck_assert_int_eq(X509_digest(x, EVP_sha256(), digest, &n), 1);
	ck_assert_uint_eq(n, 32);
	for (i = 0; i < n; i++)
		snprintf(fingerprint + 2 * i, 3, "%02x", digest[i]);
	X509_free(x);
}

static void
start(void)
{
	server_init_store(&sv);
	server_set(&sv, "workers", "2");
	snprintf(cert, sizeof(cert), "%s/c.pem", sv.dir);
	snprintf(key, sizeof(key), "%s/k.pem", sv.dir);
	tls_certificate(cert, key, "ann", 1);
	fingerprint_read();
	server_add(&sv, "operator sole certificate=%s", fingerprint);
	server_tls(&sv);
	server_start(&sv);
	wait_for(strcmp(server_status(&sv, "tls"), "serving") == 0, 20000);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static struct client *
connect_with(int version, SSL_SESSION *session)
{
	const struct client_tls how = { .least = version, .most = version,
		.cert = cert, .key = key, .session = session };

	return client_tls_connect_with(&sv, &how);
}

static void
make_account(const char *nick)
{
	struct client *c = client_login_at(connect_with(0, NULL), nick, "");

	client_ask(c, "NS CERT ADD", "NOTICE * :* can be logged in to *");
	client_ask(c, "NS CERT LIST", "NOTICE * :*, of this connection");
	ck_assert_ptr_nonnull(strstr(c->line, fingerprint));
	client_ask(c, "QUIT", "ERROR *");
	client_eof(c);
	client_close(c);
}

/* They are all of one certificate, which is of one account only. */
static void
drop_account(struct client *c)
{
	client_ask(c, "NS DROP secret", "901 *");
}

static void
external(struct client *c)
{
	client_send(c, "CAP REQ :sasl");
	client_ask(c, "AUTHENTICATE EXTERNAL", "AUTHENTICATE +");
	client_ask(c, "AUTHENTICATE +", "900 *");
	client_expect_next(c, "903 *");
}

START_TEST(test_external)
{
	struct client *c;
	char want[160];

	make_account("ext");
	c = connect_with(_i, NULL);
	client_ask(c, "CAP LS 302",
	    "CAP * LS *sasl=PLAIN,EXTERNAL,SCRAM-SHA-256*");
	external(c);
	client_go_on_as(c, "ext");
	snprintf(want, sizeof(want), "276 ext ext :*fingerprint %s",
	    fingerprint);
	client_ask(c, "WHOIS ext", want);
	client_ask(c, "WHOIS ext", _i == TLS1_3_VERSION
	        ? "671 ext ext :is using a secure connection [TLSv1.3, *]"
	        : "671 ext ext :is using a secure connection [TLSv1.2, *]");
	drop_account(c);
	/* who shows none, has none */
	c = client_tls_connect(&sv);
	client_send(c, "CAP REQ :sasl");
	client_ask(c, "AUTHENTICATE EXTERNAL", "904 *");
}
END_TEST

START_TEST(test_resumed)
{
	SSL_SESSION *session;
	struct client *c;

	make_account("res");
	c = connect_with(TLS1_3_VERSION, NULL);
	client_send(c, "PING x");
	client_expect(c, "PONG *");
	ck_assert_ptr_nonnull(session = client_tls_session(c));
	client_close(c);
	c = connect_with(TLS1_3_VERSION, session);
	ck_assert_int_eq(SSL_session_reused(client_tls_ssl(c)), 1);
	external(c);
	SSL_SESSION_free(session);
	client_go_on_as(c, "res");
	drop_account(c);
}
END_TEST

START_TEST(test_oper)
{
	struct client *c = connect_with(0, NULL);
	struct client *d = client_tls_register(&sv, "bare");

	client_go_on_as(c, "cert");
	client_ask(c, "OPER sole", "381 *");
	client_ask(d, "OPER sole sesame", "464 *");
}
END_TEST

/* Workers and the store die under a login; then what ends TLS, and it is done
 * again on another connection. */
START_TEST(test_deaths)
{
	struct client *c, *d;
	pid_t pids[64];
	int i, n;

	make_account("die");
	c = connect_with(0, NULL);
	client_send(c, "CAP REQ :sasl");
	client_ask(c, "AUTHENTICATE EXTERNAL", "AUTHENTICATE +");
	server_worker_kill(&sv, 1);
	client_send(c, "AUTHENTICATE +");
	server_worker_kill(&sv, 2);
	server_store_kill(&sv);
	ck_assert_msg(client_line(c, 4 * HARNESS_WAIT), "no answer");
	ck_assert_msg(client_matches(c, "900 *"), "%s", c->line);
	client_expect_next(c, "903 *");
	client_go_on_as(c, "die");
	n = server_tls_pids(&sv, pids, 64);
	ck_assert_int_gt(n, 0);
	for (i = 0; i < n; i++)
		pid_signal(pids[i], SIGKILL);
	client_eof(c);
	client_close(c);
	wait_for(server_tls_pids(&sv, pids, 64) == n, 20000);
	wait_for(strcmp(server_status(&sv, "tls"), "serving") == 0, 20000);
	d = connect_with(0, NULL);
	external(d);
	client_go_on_as(d, "die");
	drop_account(d);
}
END_TEST

/* ---- the way from mootd-tls to the workers ---- */

/* Of the Unix sockets that listen at an abstract address without a name of
 * ours, the Nth, which is perhaps another program's: 0 or -1. */
static int
abstract_address(int nth, struct sockaddr_un *un, socklen_t *len)
{
	FILE *f = fopen("/proc/net/unix", "r");
	char line[512], name[128];
	unsigned flags, state;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		/* address, references, protocol, flags, type, state, inode */
		if (sscanf(line, "%*s %*s %*s %x %*s %x %*s @%100s", &flags,
		        &state, name) != 3 || !(flags & 0x10000) ||
		    strlen(name) != 5 ||
		    strspn(name, "0123456789abcdef") != 5 || nth-- > 0)
			continue;
		fclose(f);
		memset(un, 0, sizeof(*un));
		un->sun_family = AF_UNIX;
		memcpy(un->sun_path + 1, name, 5);
		*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 6);
		return 0;
	}
	fclose(f);
	return -1;
}

/* A connection to the workers of our server as mootd-tls makes it. */
static struct client *
connect_inside(void)
{
	struct sockaddr_un un;
	struct ucred peer;
	socklen_t len, n;
	int i, fd;

	for (i = 0; abstract_address(i, &un, &len) == 0; i++) {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		n = sizeof(peer);
		if (connect(fd, (struct sockaddr *)&un, len) == 0 &&
		    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) == 0 &&
		    peer.pid == sv.pid)
			return client_on(&sv, fd);
		close(fd);
	}
	ck_abort_msg("the workers' listener is not in /proc/net/unix");
}

START_TEST(test_inside)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
#define HEAD "\r\n\r\n\0\r\nQUIT\n"
#define ROW(text) { text, sizeof(text) - 1 }
		ROW("NICK inside\r\n"), ROW("PROXY UNKNOWN\r\n"),
		ROW(HEAD "\x20\0\0\0"), ROW(HEAD "\x21\0\0\0"),
#undef ROW
	};
	struct client *c;
	size_t i;

	/* it has no connections of its own, and none that it says nothing of */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = connect_inside();
		client_write(c, rows[i].bytes, rows[i].len);
		client_expect(c, "ERROR :*(The proxy did not say *)");
		client_eof(c);
	}
	c = connect_inside();
	client_pass_on(c, "192.0.2.7", 0x77);
	client_go_on_as(c, "inside");
	client_send(c, "WHOIS inside");
	client_block(c, "318 *");
	client_block_has(c, "378 * :is connecting from u@* 192.0.2.7");
	client_block_has(c, "671 * [" CLIENT_TLS ", " CLIENT_CIPHER "]");
	ck_assert_int_eq(client_block_count(c, "276 *7777"), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("tls_login");
	TCase *tc = harness_case(s, "login", start, stop, 120);

	tcase_add_loop_test(tc, test_external, TLS1_2_VERSION,
	    TLS1_3_VERSION + 1);
	tcase_add_test(tc, test_resumed);
	tcase_add_test(tc, test_oper);
	tcase_add_test(tc, test_inside);
	tcase_add_test(tc, test_deaths);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
