/* SPDX-License-Identifier: ISC */
/*
 * The numerics of commands and the order of their checks, as the modern IRC
 * documentation has them: rows of what is sent, and all that is answered, line
 * by line.  Whatever else comes, or does not come, fails.  And what was found
 * to differ from the specifications once, each with a test of its own.
 *
 * ann is who asks.  bob is there too, has made the room #its and is alone in
 * it; #both has both of them, and bob has made it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static struct server sv;
static int apart;

static void
setup(struct server *server)
{
	server_set(server, "store", "on");
	server_set(server, "login-delay", "0");
	server_add(server, "operator boss " SESAME);
	server_add(server, "operator-class guards kill");
	server_add(server, "operator guard " SESAME " guards");
}

/* ---- rows ---- */

struct row {
	const char *bob;  /* what bob does before, or NULL */
	const char *send; /* lines, with '\n' between them */
	const char *want; /* all lines of the answer; "" for none */
};

/* Calls FN with each line of TEXT. */
static void
each_line(struct client *c, const char *text,
    void (*fn)(struct client *c, const char *line))
{
	char line[512];
	size_t n;

	for (; text != NULL && *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		fn(c, line);
	}
}

static void
send_line(struct client *c, const char *line)
{
	client_send(c, "%s", line);
}

static void
want_line(struct client *c, const char *line)
{
	client_expect_next(c, "%s", line);
}

/* LINES is sent, WANT all that comes. */
static void
exchange(struct client *c, const char *lines, const char *want)
{
	each_line(c, lines, send_line);
	client_send(c, "PING :that is all");
	each_line(c, want, want_line);
	client_expect_next(c, "PONG * :that is all");
}

static const struct row rows[] = {
	/* PING, PONG, commands there are not */
	{ NULL, "PING x", "PONG irc.test :x" },
	{ NULL, "PING x y", "PONG irc.test :x" },
	{ NULL, "PING :x y", "PONG irc.test :x y" },
	{ NULL, "PING", "461 ann PING :*" },
	{ NULL, "PING :", "409 ann :*" },
	{ NULL, "PONG x", "" },
	{ NULL, "bogus x", "421 ann bogus :*" },
	{ NULL, "BoGuS", "421 ann BoGuS :*" },
	{ NULL, ":ann PING x", "PONG irc.test :x" },
	{ NULL, "   ", "" },
	/* what is over */
	{ NULL, "USER u 0 * :r", "462 ann :*" },
	{ NULL, "PASS x", "462 ann :*" },
	{ NULL, "CAP", "461 ann CAP :*" },
	{ NULL, "CAP WHAT", "410 ann WHAT :*" },
	{ NULL, "CAP REQ :no-such", "CAP ann NAK :no-such" },
	{ NULL, "CAP END", "" },
	/* NICK */
	{ NULL, "NICK", "431 ann :*" },
	{ NULL, "NICK :", "431 ann :*" },
	{ NULL, "NICK bob", "433 ann bob :*" },
	{ NULL, "NICK BOB", "433 ann BOB :*" },
	{ NULL, "NICK 9x", "432 ann 9x :*" },
	{ NULL, "NICK \\*", "432 ann \\* :*" },
	{ NULL, "NICK ann", "" },
	{ NULL, "NICK Ann\nNICK ann", ":ann!* NICK Ann\n:Ann!* NICK ann" },
	/* JOIN */
	{ NULL, "JOIN", "461 ann JOIN :*" },
	{ NULL, "JOIN ,,", "461 ann JOIN :*" },
	{ NULL, "JOIN x", "403 ann x :*" },
	{ NULL, "JOIN #:x", "403 ann #:x :*" },
	{ NULL, "JOIN :#x y", "403 ann \\* :*" },
	{ NULL, "JOIN #both", "" },
	{ NULL, "JOIN #its", ":ann!* JOIN #its\n353 ann = #its :*\n"
	    "366 ann #its :*" },
	{ NULL, "JOIN #ITS", ":ann!* JOIN #its\n353 *\n366 *" },
	{ "TOPIC #its :hi", "JOIN #its", ":ann!* JOIN #its\n"
	    "332 ann #its :hi\n333 ann #its bob* *\n353 *\n366 *" },
	{ "MODE #its +i", "JOIN #its", "473 ann #its :*" },
	{ "MODE #its +k key", "JOIN #its", "475 ann #its :*" },
	{ "MODE #its +k key", "JOIN #its wrong", "475 ann #its :*" },
	{ "MODE #its +k key", "JOIN #its key", "JOIN #its\n353 *\n366 *" },
	{ "MODE #its +l 1", "JOIN #its", "471 ann #its :*" },
	{ "MODE #its +b ann!*@*", "JOIN #its", "474 ann #its :*" },
	{ "MODE #its +b ann!*@*\nMODE #its +ikl k 1", "JOIN #its",
	    "474 ann #its :*" },
	{ "MODE #its +i\nINVITE ann #its", "JOIN #its",
	    ":bob!* INVITE ann *#its\nJOIN #its\n353 *\n366 *" },
	{ "MODE #its +k key", "JOIN #its,#new x,y",
	    "475 ann #its :*\nJOIN #new\n353 *\n366 *" },
	{ NULL, "JOIN 0", ":ann!* PART #both :*" },
	/* PART */
	{ NULL, "PART", "461 ann PART :*" },
	{ NULL, "PART ,", "461 ann PART :*" },
	{ NULL, "PART #nowhere", "403 ann #nowhere :*" },
	{ NULL, "PART :#x y", "403 ann \\* :*" },
	{ NULL, "PART #its", "442 ann #its :*" },
	{ NULL, "PART #its,#both :bye",
	    "442 ann #its :*\n:ann!* PART #both *bye" },
	/* TOPIC */
	{ NULL, "TOPIC", "461 ann TOPIC :*" },
	{ NULL, "TOPIC #nowhere", "403 ann #nowhere :*" },
	{ NULL, "TOPIC :#x y", "403 ann \\* :*" },
	{ NULL, "TOPIC #nowhere :x", "403 ann #nowhere :*" },
	{ NULL, "TOPIC #its :x", "442 ann #its :*" },
	{ NULL, "TOPIC #both", "331 ann #both :*" },
	{ NULL, "TOPIC #both :x", "482 ann #both :*" },
	{ "MODE #both -t", "TOPIC #both :x",
	    "MODE #both -t\n:ann!* TOPIC #both :x" },
	{ "TOPIC #both :x", "TOPIC #both",
	    "TOPIC #both :x\n332 ann #both :x\n333 ann #both bob* *" },
	/* KICK */
	{ NULL, "KICK #both", "461 ann KICK :*" },
	{ NULL, "KICK , bob", "461 ann KICK :*" },
	{ NULL, "KICK #both ,", "461 ann KICK :*" },
	{ NULL, "KICK #nowhere bob", "403 ann #nowhere :*" },
	{ NULL, "KICK #its bob", "442 ann #its :*" },
	{ NULL, "KICK #both bob", "482 ann #both :*" },
	{ "MODE #both +o ann", "KICK #both carl",
	    "MODE #both +o ann\n401 ann carl :*" },
	{ "MODE #both +o ann", "KICK #both bob",
	    "MODE #both +o ann\n:ann!* KICK #both bob :ann" },
	{ "MODE #both +o ann", "KICK #both bob :a b",
	    "MODE #both +o ann\n:ann!* KICK #both bob :a b" },
	/* INVITE */
	{ NULL, "INVITE bob", "461 ann INVITE :*" },
	{ NULL, "INVITE carl #both", "401 ann carl :*" },
	{ NULL, "INVITE bob :#x y", "403 ann \\* :*" },
	{ NULL, "INVITE bob #its", "442 ann #its :*" },
	{ NULL, "INVITE bob #both", "443 ann bob #both :*" },
	{ "MODE #both +i", "INVITE ann #both",
	    "MODE #both +i\n482 ann #both :*" },
	{ NULL, "INVITE", "337 ann :*" },
	{ "INVITE ann #its", "INVITE",
	    "INVITE ann *#its\n336 ann *#its\n337 ann :*" },
	/* MODE */
	{ NULL, "MODE", "461 ann MODE :*" },
	{ NULL, "MODE #nowhere", "403 ann #nowhere :*" },
	{ NULL, "MODE #nowhere +t", "403 ann #nowhere :*" },
	{ NULL, "MODE #both", "324 ann #both *nt\n329 ann #both *" },
	{ NULL, "MODE #both +t", "482 ann #both :*" },
	{ NULL, "MODE #both +o ann", "482 ann #both :*" },
	{ NULL, "MODE #both b", "368 ann #both :*" },
	{ NULL, "MODE #both +b", "368 ann #both :*" },
	{ "MODE #both +o ann", "MODE #both +t", "MODE #both +o ann" },
	{ "MODE #both +o ann", "MODE #both +o carl",
	    "MODE #both +o ann\n401 ann carl :*" },
	{ "MODE #both +o ann", "MODE #both +o :x y",
	    "MODE #both +o ann\n401 ann \\* :*" },
	{ NULL, "MODE #both Z", "472 ann Z :*" },
	{ NULL, "MODE #both ::\303\251", "472 ann \\* :*\n472 ann \\* :*\n"
	    "472 ann \\* :*" },
	{ NULL, "MODE :#x y", "403 ann \\* :*" },
	{ NULL, "MODE carl", "401 ann carl :*" },
	{ NULL, "MODE bob", "502 ann :*" },
	{ NULL, "MODE bob +i", "502 ann :*" },
	{ NULL, "MODE ann", "221 ann *+*" },
	{ NULL, "MODE ann +o", "" },
	/* PRIVMSG, NOTICE */
	{ NULL, "PRIVMSG", "411 ann :*" },
	{ NULL, "PRIVMSG , :x", "411 ann :*" },
	{ NULL, "PRIVMSG bob", "412 ann :*" },
	{ NULL, "PRIVMSG bob :", "412 ann :*" },
	{ NULL, "PRIVMSG carl :x", "401 ann carl :*" },
	{ NULL, "PRIVMSG x:y :x", "401 ann x:y :*" },
	{ NULL, "KNOCK :#x y", "403 ann \\* :*" },
	{ NULL, "PRIVMSG bob :x", "" },
	{ NULL, "PRIVMSG #both :x", "" },
	{ NULL, "PRIVMSG #its :x", "404 ann #its :*" },
	{ "MODE #both +m", "PRIVMSG #both :x",
	    "MODE #both +m\n404 ann #both :*" },
	{ "MODE #both +b ann", "PRIVMSG #both :x",
	    "MODE #both +b *\n404 ann #both :*" },
	{ "MODE #both +mb ann\nMODE #both +v ann", "PRIVMSG #both :x",
	    "MODE #both +mb *\nMODE #both +v ann" },
	{ "AWAY :out", "PRIVMSG bob :x", "301 ann bob :out" },
	{ "AWAY :out", "NOTICE bob :x", "" },
	{ NULL, "PRIVMSG ann :x", ":ann!* PRIVMSG ann :x" },
	{ NULL, "NOTICE", "" },
	{ NULL, "NOTICE bob", "" },
	{ NULL, "NOTICE carl :x", "" },
	{ NULL, "NOTICE #its :x", "" },
	{ NULL, "NOTICE #nowhere :x", "" },
	/* AWAY, SETNAME */
	{ NULL, "AWAY :x", "306 ann :*" },
	{ NULL, "AWAY", "305 ann :*" },
	{ NULL, "AWAY :", "305 ann :*" },
	{ NULL, "SETNAME", "461 ann SETNAME :*" },
	{ NULL, "SETNAME :", "FAIL SETNAME INVALID_REALNAME :*" },
	/* of operators */
	{ NULL, "OPER", "461 ann OPER :*" },
	{ NULL, "OPER boss", "461 ann OPER :*" },
	{ NULL, "OPER boss wrong", "464 ann :*" },
	{ NULL, "WALLOPS :x", "481 ann :*" },
	{ NULL, "REHASH", "481 ann :*" },
	{ NULL, "KILL bob :x", "481 ann :*" },
	/* of the server */
	{ NULL, "TIME", "391 ann irc.test * :*" },
	{ NULL, "TIME nowhere.example", "402 ann nowhere.example :*" },
	{ NULL, "MOTD nowhere.example", "402 ann nowhere.example :*" },
	{ NULL, "VERSION nowhere.example", "402 ann nowhere.example :*" },
	{ NULL, "HELP nothing", "524 ann nothing :*" },
	/* of the memory */
	{ NULL, "MARKREAD", "FAIL MARKREAD NEED_MORE_PARAMS :*" },
	{ NULL, "MARKREAD #both \\*", "FAIL MARKREAD INVALID_PARAMS #both :*" },
	{ NULL, "REDACT #both", "461 ann REDACT :*" },
	{ NULL, "REDACT #its x", "FAIL REDACT INVALID_TARGET #its :*" },
	{ NULL, "REDACT #both x", "FAIL REDACT UNKNOWN_MSGID #both x :*" },
	{ NULL, "CHATHISTORY LATEST #its \\* 5",
	    "FAIL CHATHISTORY INVALID_TARGET LATEST #its :*" },
	{ NULL, "CHATHISTORY",
	    "FAIL CHATHISTORY INVALID_PARAMS \\* :*" },
	{ NULL, "CHATHISTORY LATEST #both",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST :*" },
	{ NULL, "CHATHISTORY WHAT #both \\* 5",
	    "FAIL CHATHISTORY INVALID_PARAMS WHAT :*" },
	{ NULL, "CHATHISTORY LATEST #both x 5",
	    "FAIL CHATHISTORY INVALID_PARAMS LATEST #both x :*" },
	{ NULL, "CHATHISTORY LATEST #both id=x 5",
	    "FAIL CHATHISTORY INVALID_MSGREFTYPE LATEST #both id=x :*" },
	{ NULL, "REGISTER bob \\* sesame1",
	    "FAIL REGISTER USERNAME_EXISTS bob :*" },
	{ NULL, "REGISTER ann bob sesame1",
	    "FAIL REGISTER INVALID_EMAIL ann :*" },
	{ NULL, "REGISTER ann \\* x", "FAIL REGISTER WEAK_PASSWORD ann :*" },
	{ NULL, "VERIFY ann x", "FAIL VERIFY INVALID_CODE ann :*" },
	{ NULL, "AUTHENTICATE PLAIN", "904 ann :*" },
};

/* What is sent has no stars to escape. */
static void
unescape(char *dst, const char *src)
{
	for (; *src != '\0'; src++)
		if (*src != '\\')
			*dst++ = *src;
	*dst = '\0';
}

START_TEST(test_row)
{
	const struct row *r = &rows[_i];
	struct client *a, *b;
	char send[512];

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(b, "JOIN #its", "366 *");
	client_ask(b, "JOIN #both", "366 *");
	client_ask(a, "JOIN #both", "366 *");
	client_expect(b, ":ann!* JOIN #both");
	if (r->bob != NULL) {
		each_line(b, r->bob, send_line);
		client_sync(b);
	}
	unescape(send, r->send);
	exchange(a, send, r->want);
	client_quit_all();
}
END_TEST

/* ---- before the registration ---- */

static const struct row early[] = {
	{ NULL, "PRIVMSG bob :x", "451 \\* :*" },
	{ NULL, "JOIN #x", "451 \\* :*" },
	{ NULL, "WHAT", "451 \\* :*" },
	{ NULL, "NICK", "431 \\* :*" },
	{ NULL, "NICK a b", "" },
	{ NULL, "NICK 1", "432 \\* 1 :*" },
	{ NULL, "NICK \\*", "432 \\* \\* :*" },
	{ NULL, "USER", "461 \\* USER :*" },
	{ NULL, "USER a b c", "461 \\* USER :*" },
	{ NULL, "PASS", "461 \\* PASS :*" },
	{ NULL, "CAP LIST", "CAP \\* LIST :" },
	{ NULL, "CAP REQ :batch no-such", "CAP \\* NAK :batch no-such" },
	{ NULL, "CAP REQ :batch\nCAP LIST",
	    "CAP \\* ACK :batch\nCAP \\* LIST :batch" },
	{ NULL, "AUTHENTICATE \\*", "904 \\* :*" },
	{ NULL, "CAP REQ :sasl\nAUTHENTICATE \\*",
	    "CAP \\* ACK :sasl\n906 \\* :*" },
	{ NULL, "CAP REQ :sasl\nAUTHENTICATE WHAT",
	    "CAP \\* ACK :sasl\n908 \\* *PLAIN* :*\n904 \\* :*" },
	{ NULL, "CAP REQ :sasl\nAUTHENTICATE PLAIN",
	    "CAP \\* ACK :sasl\nAUTHENTICATE +" },
	{ NULL, "REGISTER \\* \\* sesame1", "FAIL REGISTER NEED_NICK \\* :*" },
	{ NULL, "NICK bob\nREGISTER \\* \\* sesame1",
	    "433 \\* bob :*\nFAIL REGISTER USERNAME_EXISTS \\* :*" },
};

START_TEST(test_early)
{
	const struct row *r = &early[_i];
	struct client *b = client_register(&sv, "bob");
	struct client *c = client_connect(&sv);
	char send[512];

	unescape(send, r->send);
	exchange(c, send, r->want);
	client_close(c);
	client_sync(b);
	client_quit_all();
}
END_TEST

/* ---- what differed once ---- */

/* Who has been told by A that it is done, and asks B's worker, finds it done;
 * B may have been silent. */
START_TEST(test_causal)
{
	struct client *a, *b;
	char line[64];
	int i;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(a, "JOIN #causal", "366 *");
	client_ask(b, "JOIN #causal", "366 *");
	client_expect(a, ":bob!* JOIN *");
	for (i = 0; i < 200; i++) {
		client_send(a, i % 2 ? "PRIVMSG bob :%d" :
		    "PRIVMSG #causal :%d", i);
		client_sync(a);
		client_send(b, "PING x");
		snprintf(line, sizeof(line), ":ann!* PRIVMSG * :%d", i);
		client_expect_next(b, "%s", line);
		client_expect_next(b, "PONG * :x");
	}
}
END_TEST

/* One line is labeled itself, also where several targets could have been. */
START_TEST(test_label_one)
{
	struct client *a, *b;

	client_pair(
	    &sv, apart, &a, "ann", &b, "bob", "labeled-response batch");
	client_ask(a, "JOIN #one", "366 *");
	client_ask(b, "JOIN #one", "366 *");
	client_expect(a, ":bob!* JOIN *");
	exchange(a, "@label=1 KICK #one bob\n@label=2 KICK #one bob,carl\n"
	    "@label=3 JOIN 9\n@label=4 PART #no\n@label=5 PART #one",
	    "@label=1 :ann!* KICK #one bob :*\n"
	    "@label=2 * BATCH +* labeled-response\n"
	    "@batch=* 441 ann bob #one :*\n@batch=* 401 ann carl :*\n"
	    "BATCH -*\n@label=3 * 403 ann 9 :*\n@label=4 * 403 ann #no :*\n"
	    "@label=5 :ann!* PART #one");
	client_sync(b);
}
END_TEST

/* An event is called the same in history as when it came. */
START_TEST(test_event_msgid)
{
	struct client *a, *b;
	char live[80], told[80], tag[80];

	client_pair(&sv, apart, &a, "ann", &b, "bob",
	    "message-tags server-time batch draft/chathistory "
	    "draft/event-playback");
	client_ask(a, "JOIN #named", "366 *");
	client_send(b, "JOIN #named");
	client_expect(b, ":bob!* JOIN #named");
	ck_assert_ptr_nonnull(client_tag(b, "msgid", live, sizeof(live)));
	client_expect(a, ":bob!* JOIN #named");
	ck_assert_ptr_nonnull(client_tag(a, "msgid", tag, sizeof(tag)));
	ck_assert_str_eq(live, tag);
	client_send(a, "TOPIC #named :x");
	client_expect(b, ":ann!* TOPIC #named :x");
	ck_assert_ptr_nonnull(client_tag(b, "msgid", live, sizeof(live)));
	client_expect(a, ":ann!* TOPIC #named :x");
	client_send(b, "CHATHISTORY LATEST #named * 1");
	client_expect(b, ":ann!* TOPIC #named :x");
	ck_assert_ptr_nonnull(client_tag(b, "msgid", told, sizeof(told)));
	ck_assert_str_eq(live, told);
	/* what history has not is not named */
	client_send(a, "NICK anna");
	client_expect(b, ":ann!* NICK anna");
	ck_assert_ptr_nonnull(client_tag(b, "msgid", told, sizeof(told)));
	client_send(b, "MARKREAD #named");
	client_expect(b, "MARKREAD #named \\*");
	ck_assert_ptr_null(client_tag(b, "msgid", told, sizeof(told)));
}
END_TEST

/* A room that is made again has nothing of the one before, not even in the
 * same second. */
START_TEST(test_made_again)
{
	struct client *a, *b;
	long then;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(b, "JOIN #again", "366 *");
	client_ask(b, "PRIVMSG #again :secret\r\nPART #again", "PART *");
	then = clock_ms();
	wait_for(clock_ms() > then + 1, 1000);
	exchange(a, "JOIN #again", "JOIN #again\n353 *\n366 *");
}
END_TEST

/* A device is told how far has been read in each room that it is shown. */
START_TEST(test_marker_device)
{
	static const char login[] = "CAP REQ :sasl draft/read-marker\r\n"
	    "NICK ann\r\nUSER ann 0 * :Real ann\r\n"
	    "AUTHENTICATE PLAIN\r\n"
	    "AUTHENTICATE AGFubgBzZXNhbWUx\r\nCAP END";
	struct client *a, *d;

	a = client_register_with(&sv, "ann", "draft/read-marker");
	client_ask(a, "REGISTER * * sesame1", "REGISTER SUCCESS ann :*");
	client_ask(a, "JOIN #one", "366 *");
	client_ask(a, "MARKREAD #two timestamp=2026-01-02T03:04:05.678Z",
	    "MARKREAD #two timestamp=2026-01-02T03:04:05.678Z");
	client_ask(a, "PART #one", "PART #one");
	client_ask(a, "JOIN #one", "MARKREAD #one \\*");
	client_expect(a, "366 *");
	d = client_connect(&sv);
	client_send(d, "%s", login);
	client_expect(d, ":ann!* JOIN #one");
	client_expect_next(d, "MARKREAD #one \\*");
	client_expect_next(d, "353 *");
	client_ask(a, "JOIN #two", "366 *");
	client_expect(d, ":ann!* JOIN #two");
	client_expect_next(d,
	    "MARKREAD #two timestamp=2026-01-02T03:04:05.678Z");
	client_expect_next(d, "353 *");
	/* and of one that another device enters */
	client_ask(a, "JOIN #three", "366 *");
	client_expect(d, ":ann!* JOIN #three");
	client_expect_next(d, "MARKREAD #three \\*");
	client_ask(a, "MARKREAD #one timestamp=2026-01-02T03:04:05.678Z",
	    "MARKREAD #one *");
	client_expect(d, "MARKREAD #one timestamp=2026-01-02T03:04:05.678Z");
	client_quit_all();
}
END_TEST

/* Who registers while it authenticates does so without that. */
START_TEST(test_sasl_abandoned)
{
	struct client *c = client_connect(&sv);

	client_send(c, "CAP REQ :sasl\r\nNICK ann\r\nUSER ann 0 * :Ann\r\n"
	    "AUTHENTICATE PLAIN\r\nCAP END");
	client_expect(c, "AUTHENTICATE +");
	client_expect_next(c, "906 ann :*");
	client_expect_next(c, "001 ann :*");
	client_expect(c, "376 *");
	/* and may begin again */
	exchange(c, "AUTHENTICATE PLAIN\nAUTHENTICATE *",
	    "AUTHENTICATE +\n906 ann :*");
	exchange(c, "AUTHENTICATE *", "906 ann :*");
	client_close(c);
}
END_TEST

/* What `registration' asks for is told, and asked for. */
START_TEST(test_registration_asks)
{
	struct server other;
	struct client *c;

	server_init(&other);
	server_set(&other, "store", "on");
	server_set(&other, "registration", "open email connected");
	server_start(&other);
	wait_for(strcmp(server_status(&other, "store"), "serving") == 0, 10000);
	c = client_connect(&other);
	client_ask(c, "CAP LS 302", "CAP * LS *draft/account-registration="
	    "custom-account-name,email-required *");
	client_ask(c, "NICK ann\r\nREGISTER * a@b.example sesame1",
	    "FAIL REGISTER COMPLETE_CONNECTION_REQUIRED \\* :*");
	client_ask(c, "USER ann 0 * :Ann\r\nCAP END", "001 *");
	client_ask(c, "REGISTER * * sesame1",
	    "FAIL REGISTER INVALID_EMAIL \\* :*");
	client_ask(c, "NS REGISTER sesame1", "NOTICE ann :*mail*");
	client_ask(c, "REGISTER * a@b.example sesame1",
	    "REGISTER SUCCESS ann :*");
	client_quit_all();
	server_stop(&other);
}
END_TEST

/* Operators of the server need not be in the room, and leave a trace; without
 * the privilege they may what others may. */
START_TEST(test_redact_operator)
{
	struct client *a, *b;
	char id[80], *out;

	client_pair(&sv, apart, &a, "ann", &b, "bob",
	    "message-tags echo-message draft/message-redaction");
	client_ask(b, "JOIN #oper", "366 *");
	client_ask(b, "PRIVMSG #oper :x", ":bob!* PRIVMSG #oper :x");
	ck_assert_ptr_nonnull(client_tag(b, "msgid", id, sizeof(id)));
	client_send(a, "REDACT #oper %s", id);
	client_expect(a, "FAIL REDACT INVALID_TARGET #oper :*");
	client_ask(a, "OPER guard sesame", "381 *");
	client_send(a, "REDACT #oper %s", id);
	client_expect(a, "FAIL REDACT INVALID_TARGET #oper :*");
	client_ask(a, "JOIN #oper", "366 *");
	client_send(a, "REDACT #oper %s", id);
	client_expect(a, "FAIL REDACT REDACT_FORBIDDEN #oper *");
	client_ask(a, "PART #oper", "PART #oper");
	client_ask(a, "MODE ann -o", "MODE ann *-o");
	client_ask(a, "OPER boss sesame", "381 *");
	client_send(a, "REDACT #oper %s :spam", id);
	client_expect(a, ":ann!* REDACT #oper %s :spam", id);
	client_expect(b, ":ann!* REDACT #oper %s :spam", id);
	client_send(a, "REDACT bob %s", id);
	client_expect(a, "FAIL REDACT INVALID_TARGET bob :*");
	out = server_ctl(&sv, "audit", NULL);
	ck_assert_msg(strstr(out, "REDACT") != NULL, "%s", out);
	free(out);
}
END_TEST

START_TEST(test_saregister)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(b, "NS SAREGISTER sally sesame1", "NOTICE bob :*operators*");
	client_ask(a, "OPER boss sesame", "381 *");
	client_ask(a, "NS SAREGISTER sally sesame1", "NOTICE ann :*sally*");
	client_ask(b, "NS IDENTIFY sally sesame1", "900 bob * sally :*");
	client_quit_all();
}
END_TEST

static void
suite_fill(TCase *tc)
{
	tcase_add_loop_test(tc, test_row, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_loop_test(
	    tc, test_early, 0, sizeof(early) / sizeof(early[0]));
	tcase_add_test(tc, test_causal);
	tcase_add_test(tc, test_label_one);
	tcase_add_test(tc, test_event_msgid);
	tcase_add_test(tc, test_made_again);
	tcase_add_test(tc, test_sasl_abandoned);
	tcase_add_test(tc, test_registration_asks);
	tcase_add_test(tc, test_redact_operator);
	tcase_add_test(tc, test_saregister);
	tcase_add_test(tc, test_marker_device);
}

int
main(void)
{
	Suite *s = suite_create("conform");
	Suite *suites[] = { s, NULL };

	harness_share(&sv, &apart, setup);
	suite_fill(harness_case(s, "one worker",
	    harness_start_one, harness_stop, 60));
	suite_fill(harness_case(s, "two workers",
	    harness_start_two, harness_stop, 60));
	return harness_run(suites);
}
