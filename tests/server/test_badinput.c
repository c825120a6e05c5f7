/* SPDX-License-Identifier: ISC */
/*
 * Bytes that no good client sends, and good ones cut badly.  Beside the client
 * that misbehaves stands a witness, who talks on and must not notice.  That
 * the server sends back clean lines only is watched by the harness.
 */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "harness.h"

static struct server sv;
static struct client *witness, *friend;

static void
start(void)
{
	server_init(&sv);
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

/* Two who talk, on different workers, in a room. */
static void
witness_open(void)
{
	client_apart(&sv, &witness, "witness", &friend, "friend", NULL);
	client_ask(witness, "JOIN #witness", "366 *");
	client_ask(friend, "JOIN #witness", "366 *");
	client_expect(witness, ":friend!* JOIN *");
}

static void
witness_check(const char *when)
{
	ck_assert_msg(!witness->eof && !friend->eof, "witness cut: %s", when);
	client_send(witness, "PRIVMSG #witness :%s", when);
	client_expect(friend, ":witness!* PRIVMSG #witness *%s", when);
	client_send(friend, "PRIVMSG #witness :%s", when);
	client_expect(witness, ":friend!* PRIVMSG #witness *%s", when);
	ck_assert(server_alive(&sv));
}

/* ---- Length ---- */

START_TEST(test_line_lengths)
{
	static const size_t length[] = { 500, 509, 510, 511, 512, 513, 600,
	    1000, 4095, 4096, 4097, 4605, 4606, 4608, 4609, 5000, 8191, 8192,
	    8193, 9000, 16384, 65536, 1 << 20 };
	struct client *c = client_register(&sv, "longer");
	char *line = malloc((1 << 20) + 3);
	size_t i, n;

	witness_open();
	for (i = 0; i < sizeof(length) / sizeof(length[0]); i++) {
		n = length[i];
		memset(line, 'x', n);
		memcpy(line, "PRIVMSG witness :", 17);
		memcpy(line + n, "\r\n", 3);
		client_write(c, line, n + 2);
		if (n <= 510)
			client_expect(witness, "PRIVMSG witness :xxxx*");
		else
			client_expect(c, "417 longer :*");
		client_send(c, "PRIVMSG witness :after %zu", n);
		client_expect(witness, ":longer!* PRIVMSG witness *after %zu",
		    n);
	}
	witness_check("lengths");
	free(line);
}
END_TEST

/* The same, before one is registered, and without an end. */
START_TEST(test_endless)
{
	struct client *c = client_connect(&sv), *d;
	char block[4096];
	int i;

	witness_open();
	d = client_register(&sv, "endless");
	memset(block, 'y', sizeof(block));
	for (i = 0; i < 256; i++) {
		client_write(c, block, sizeof(block));
		client_write(d, block, sizeof(block));
	}
	witness_check("endless");
	client_send(d, "\r\nPING over");
	client_expect(d, "PONG *over");
	if (!c->eof)
		client_send(c, "\r\nNICK endless2\r\nUSER u 0 * :E");
	client_sync(witness);
	for (i = 0; i < 200; i++) {
		c = client_connect(&sv);
		client_offer(c, block, sizeof(block));
		client_reset(c);
	}
	witness_check("resets");
}
END_TEST

/* A line begun and left so, while the room goes on; then its end. */
START_TEST(test_unfinished)
{
	enum { N = 50 };
	struct client *v[N];
	int i;

	witness_open();
	client_register_many(&sv, v, N, "half");
	for (i = 0; i < N; i++)
		client_write(v[i], "PRIVMSG witness :from the ", 26);
	for (i = 0; i < 300; i++)
		client_send(friend, "PRIVMSG #witness :%d", i);
	client_block(witness, ":friend!* PRIVMSG #witness *299");
	ck_assert_int_eq(client_block_count(witness, "*from the*"), 0);
	for (i = 0; i < N; i++) {
		client_send(v[i], "past %d", i);
		client_expect(witness, ":half%d!* PRIVMSG witness "
		    ":from the past %d", i + 1, i);
	}
}
END_TEST

/* ---- Packets ---- */

START_TEST(test_one_byte)
{
	static const char text[] = "CAP LS 302\r\nNICK byter\r\nUSER b 0 * :B\r"
	    "\nCAP END\r\nPRIVMSG witness :byte by byte\r\n";
	struct client *c = client_connect(&sv);
	size_t i;

	witness_open();
	for (i = 0; i < sizeof(text) - 1; i++) {
		client_write(c, text + i, 1);
		if (i % 7 == 0) /* let it be read alone */
			client_sync(witness);
	}
	client_expect(c, "001 byter *");
	client_expect(witness, ":byter!* PRIVMSG witness :byte by byte");
}
END_TEST

START_TEST(test_big_packet)
{
	struct client *c = client_register(&sv, "packer");
	char *text = malloc(65536 + 64);
	size_t len = 0;
	int i, n = 0;

	witness_open();
	while (len < 65536)
		len += (size_t)sprintf(text + len,
		    "PRIVMSG witness :number %d\r\n", n++);
	client_write(c, text, len);
	for (i = 0; i < n; i++)
		client_expect_next(witness, ":packer!* PRIVMSG witness "
		    ":number %d", i);
	free(text);
}
END_TEST

/* ---- Bytes ---- */

START_TEST(test_bytes)
{
	static const struct {
		const char *text;
		size_t len;
	} row[] = {
#define ROW(s) { s, sizeof(s) - 1 }
		ROW("PRIVMSG witness :nul \0 inside\r\n"),
		ROW("\0\r\n"),
		ROW("\0\0\0\0\0\0\r\n"),
		ROW("PRIV\0MSG witness :x\r\n"),
		ROW("PRIVMSG witness :cr \r inside\r\n"),
		ROW("PRIVMSG witness :split\rQUIT :injected\r\n"),
		ROW("\r\r\r\n"),
		ROW("\r"),
		ROW("\n\n\n\n"),
		ROW("PRIVMSG witness :end\r\r\r\n"),
		ROW(" PRIVMSG witness :leading space\r\n"),
		ROW("   \r\n"),
		ROW(":\r\n"),
		ROW(": \r\n"),
		ROW(":source\r\n"),
		ROW("@\r\n"),
		ROW("@ \r\n"),
		ROW("@tag\r\n"),
		ROW("@tag :source\r\n"),
		ROW("@=;;==;=;a=;;;;+=;+ PRIVMSG witness :tags\r\n"),
		ROW("@+\377=\377 PRIVMSG witness :tags\r\n"),
		ROW("@label= PING x\r\n"),
		ROW("PRIVMSG witness :\377\376\300\200\355\240\200\r\n"),
		ROW("PRIVMSG witness :\360\237\221\r\n"),
		ROW("PRIVMSG \377\377 :x\r\n"),
		ROW("NICK \377\r\n"),
		ROW("NICK n\001k\r\n"),
		ROW("NICK \342\200\213\r\n"),
		ROW("JOIN #\377\377\r\n"),
		ROW("JOIN #a\001b\r\n"),
		ROW("JOIN #wild\r\n"),
		ROW("TOPIC #wild :\377\300\r\n"),
		ROW("TOPIC #wild :\001\002\003\033[2J\r\n"),
		ROW("MODE #wild +k \377\r\n"),
		ROW("MODE #wild +b \377!\377@\377\r\n"),
		ROW("AWAY :\377\r\n"),
		ROW("SETNAME :\377\001\r\n"),
		ROW("PART #wild :\377\r\n"),
		ROW("WHO \377\r\n"),
		ROW("WHOIS \377\r\n"),
		ROW("MODE #witness +b ****************************************"
		    "**************************a!*@*\r\n"),
		ROW("WHO *a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\r\n"),
		ROW("\377\377\377\377\r\n"),
		/* TLS */
		ROW("\026\003\001\002\000\001\000\001\374\003\003\r\n"),
		ROW("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		ROW("PRIVMSG witness,,,,#witness,, :lists\r\n"),
		ROW("PRIVMSG ,,,,,,,,,,,,,, :lists\r\n"),
		ROW("JOIN ,,,,,,,,,,,,\r\n"),
		ROW("JOIN #,##,###,#### ,,,\r\n"),
		ROW("PRIVMSG witness :%s%n%d%x%s%s%s%s\r\n"),
		ROW("JOIN #%s%n\r\n"),
		ROW("NICK %s%n\r\n"),
#undef ROW
	};
	struct client *c = client_register(&sv, "byter"), *d;
	size_t i;

	witness_open();
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		client_write(c, row[i].text, row[i].len);
		client_send(c, "\r\nPING row%zu", i);
		client_expect(c, "PONG *row%zu", i);
		ck_assert_msg(!witness->eof, "row %zu", i);
		/* and from one who is not registered */
		d = client_connect(&sv);
		client_write(d, row[i].text, row[i].len);
		client_send(d, "\r\nCAP LIST\r\nQUIT");
		while (client_line(d, harness_ms(HARNESS_WAIT)))
			;
		ck_assert_msg(d->eof, "unregistered, row %zu", i);
		client_close(d);
	}
	witness_check("bytes");
}
END_TEST

/* What another user is told holds valid lines even when what came did not. */
START_TEST(test_utf8_relay)
{
	struct client *c = client_register(&sv, "latin");
	char line[600], *p;
	int i;

	witness_open();
	/* text of many-byte characters that has to be cut somewhere */
	for (i = 0; i < 4; i++) {
		p = line + sprintf(line, "PRIVMSG witness :%.*s", i, "xxx");
		while (p - line < 507)
			p += sprintf(p, "\xe2\x82\xac");
		client_send(c, "%s", line);
		client_expect(witness, ":latin!* PRIVMSG witness :*");
		p = witness->line + strlen(witness->line);
		ck_assert_msg(strncmp(p - 3, "\xe2\x82\xac", 3) == 0,
		    "a character was cut in two: %s", witness->line);
	}
}
END_TEST

/* ---- Every command, with anything ---- */

static const char *const commands[] = { "CAP", "CAP LS", "CAP REQ", "CAP END",
	"CAP LIST", "PASS", "NICK", "USER", "PING", "PONG", "QUIT", "JOIN",
	"PART", "PRIVMSG", "NOTICE", "TAGMSG", "TOPIC", "NAMES", "LIST", "WHO",
	"WHOIS", "WHOWAS", "ISON", "USERHOST", "MODE", "KICK", "INVITE",
	"AWAY", "OPER", "KILL", "REHASH", "WALLOPS", "MOTD", "VERSION", "TIME",
	"ADMIN", "INFO", "LUSERS", "STATS", "HELP", "SETNAME", "AUTHENTICATE",
	"BATCH", "ERROR", "SQUIT", "DIE", "RESTART", "CONNECT", "LINKS",
	"001", "999", "X" };

static const char long400[] =
#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    X50 X50 X50 X50 X50 X50 X50 X50;

/* Kinds of parameter; the last is the one after ':'. */
static const char *const words[] = { "p", "#odd", "oddone", "*", "+beIklov-k",
	"#odd,#odd2,oddone", "-1", "99999999999999999999", "$*", "\377",
	"a!b@c", "0", NULL };

/* Writes COMMAND with N parameters of KIND, in one line of 510 bytes. */
static size_t
line_make(char *line, const char *command, int n, int kind, int colon)
{
	size_t len = (size_t)sprintf(line, "%s", command);
	const char *word = words[kind] != NULL ? words[kind] : long400;
	int i;

	for (i = 0; i < n && len + strlen(word) < 506; i++)
		len += (size_t)sprintf(line + len, " %s%s",
		    colon && i == n - 1 ? ":" : "", word);
	len += (size_t)sprintf(line + len, "\r\n");
	return len;
}

/* All of a command in one go; then whether the server still answers.  A
 * connection that was closed over it is replaced. */
static struct client *
command_try(struct client *c, const char *command, int registered)
{
	static char text[1 << 20];
	size_t len = 0;
	int n, kind;

	for (kind = 0; kind <= (int)(sizeof(words) / sizeof(words[0])) - 1;
	    kind++)
		for (n = 0; n <= 20; n++)
			len += line_make(text + len, command, n, kind, n & 1);
	client_write(c, text, len);
	client_send(c, "CAP LIST done\r\nPING done");
	while (client_line(c, harness_ms(HARNESS_WAIT)))
		if (registered ? client_matches(c, "PONG * *done") :
		    client_matches(c, "CAP * LIST *") ||
		    client_matches(c, "451 *"))
			return c;
	ck_assert_msg(c->eof, "no answer after all of %s", command);
	client_close(c);
	c = client_connect(&sv);
	if (registered) {
		client_send(c, "NICK oddone\r\nUSER o 0 * :Odd one");
		strcpy(c->nick, "oddone");
		client_expect(c, "376 *");
	}
	return c;
}

START_TEST(test_commands)
{
	struct client *c = client_register(&sv, "oddone");
	size_t i;

	witness_open();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		c = command_try(c, commands[i], 1);
		client_sync(witness);
	}
	witness_check("commands");
}
END_TEST

START_TEST(test_commands_unregistered)
{
	struct client *c = client_connect(&sv);
	size_t i;

	witness_open();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		c = command_try(c, commands[i], 0);
		client_close(c);
		c = client_connect(&sv);
		client_sync(witness);
	}
	witness_check("unregistered");
}
END_TEST

/* As an operator, in a room of one's own, whose records it may spoil. */
START_TEST(test_commands_oper)
{
	struct client *c = client_register(&sv, "oddone");
	size_t i;

	witness_open();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		client_send(c, "OPER boss sesame\r\nJOIN #odd");
		c = command_try(c, commands[i], 1);
		client_sync(witness);
	}
	witness_check("oper");
}
END_TEST

/* ---- Comings and goings ---- */

/* What was sent before one's own end is still done and answered. */
START_TEST(test_half_close)
{
	struct client *c = client_connect(&sv);

	witness_open();
	client_send(c, "NICK closer\r\nUSER u 0 * :C\r\n"
	    "PRIVMSG witness :last words\r\nVERSION");
	shutdown(c->fd, SHUT_WR);
	client_expect(c, "001 closer *");
	client_expect(c, "351 closer *");
	client_eof(c);
	client_expect(witness, ":closer!* PRIVMSG witness :last words");
	witness_check("half close");
}
END_TEST

START_TEST(test_churn)
{
	struct client *c;
	int i;

	witness_open();
	for (i = 0; i < 300; i++) {
		c = client_connect(&sv);
		client_send(c, "NICK churn\r\nUSER u 0 * :C\r\n"
		    "JOIN #witness\r\nPRIVMSG #witness :in and out");
		if (i % 3 == 0)
			client_reset(c);
		else if (i % 3 == 1)
			client_close(c);
		else {
			client_send(c, "QUIT");
			client_eof(c);
			client_close(c);
		}
	}
	client_send(friend, "PRIVMSG #witness :churned");
	client_expect(witness, ":friend!* PRIVMSG #witness *churned");
	wait_for((client_send(witness, "NAMES #witness"),
	    client_expect(witness, "353 * #witness :*"),
	    strstr(witness->body, "churn") == NULL), 5000);
	witness_check("churn");
}
END_TEST

static void
start_oper(void)
{
	server_init(&sv);
	server_add(&sv, "operator boss $6$mootsalt$7gVDl/95DrLM//rRX4trnLTnL"
	    "vmywENx27OPhSRQlS.CnhDg/BcpuNeN.mSi.AQoynSSHxr3RQiyF5MiAuLRg/");
	server_start(&sv);
}

int
main(void)
{
	Suite *s = suite_create("badinput");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "badinput", start, stop, 120);

	tcase_add_test(tc, test_line_lengths);
	tcase_add_test(tc, test_endless);
	tcase_add_test(tc, test_unfinished);
	tcase_add_test(tc, test_one_byte);
	tcase_add_test(tc, test_big_packet);
	tcase_add_test(tc, test_bytes);
	tcase_add_test(tc, test_utf8_relay);
	tcase_add_test(tc, test_commands);
	tcase_add_test(tc, test_commands_unregistered);
	tcase_add_test(tc, test_half_close);
	tcase_add_test(tc, test_churn);
	tc = harness_case(s, "operator", start_oper, stop, 60);
	tcase_add_test(tc, test_commands_oper);
	return harness_run(suites);
}
