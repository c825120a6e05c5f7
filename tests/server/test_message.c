/* SPDX-License-Identifier: ISC */
/*
 * What people say to each other: PRIVMSG, NOTICE and TAGMSG to users and
 * rooms, the tags on them, what the sender hears back, and that nothing
 * changes its place on the way.  Every test runs at one worker and across
 * two.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness.h"

#define CAPS "message-tags server-time batch labeled-response"

static struct server sv;
static int apart;

/* ---- Plain ---- */

START_TEST(test_direct)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_send(a, "PRIVMSG bob :hello there");
	client_expect_next(b, ":ann!*ann@* PRIVMSG bob :hello there");
	client_send(a, "PRIVMSG bob one");
	client_expect_next(b, ":ann!* PRIVMSG bob *one");
	client_send(a, "NOTICE BOB ::-) and: colons");
	client_expect_next(b, ":ann!* NOTICE * ::-) and: colons");
	client_send(b, "PRIVMSG ann :\001ACTION waves\001");
	client_expect_next(a, ":bob!* PRIVMSG ann :\001ACTION waves\001");
	client_send(a, "PRIVMSG ann :to myself");
	client_expect_next(a, ":ann!* PRIVMSG ann *to myself");
	client_send(a, "PRIVMSG bob :\xd0\xbf\xd1\x80\xd0\xb8 "
	    "\xf0\x9f\x91\x8b");
	client_expect_next(b, "PRIVMSG bob :\xd0\xbf\xd1\x80\xd0\xb8 "
	    "\xf0\x9f\x91\x8b");
	/* a source that the client makes up does not get through */
	client_send(a, ":bob!x@y PRIVMSG bob :forged");
	client_expect_next(b, ":ann!* PRIVMSG bob *forged");
}
END_TEST

START_TEST(test_room)
{
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#room", NULL);
	client_send(a, "PRIVMSG #room :hello all");
	client_expect(b, ":ann!*ann@* PRIVMSG #room :hello all");
	client_send(b, "NOTICE #ROOM :hello ann");
	client_expect_next(a, ":bob!* NOTICE #* :hello ann");
	/* no echo without the capability */
	client_expect_none(b, "NOTICE *");
	client_expect_none(a, "PRIVMSG *");
}
END_TEST

START_TEST(test_errors)
{
	static const struct {
		const char *send, *want;
	} row[] = {
		{ "PRIVMSG", "411 ann :*" },
		{ "PRIVMSG bob", "412 ann :*" },
		{ "PRIVMSG bob :", "412 ann :*" },
		{ "PRIVMSG nobody :x", "401 ann nobody :*" },
		{ "PRIVMSG #nowhere :x", "40* ann #nowhere :*" },
		{ "PRIVMSG :", "411 ann :*" },
	};
	struct client *a, *b;
	size_t i;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		client_ask(a, row[i].send, row[i].want);
	/* a NOTICE is never answered */
	client_send(a, "NOTICE\r\nNOTICE bob\r\nNOTICE nobody :x\r\n"
	    "NOTICE #nowhere :x");
	client_expect_none(a, "4*");
	client_sync(b);
}
END_TEST

START_TEST(test_targets)
{
	struct client *a, *b, *c;
	char have[256], line[512], *p;
	int i, n, direct = 0, room = 0;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#targets", NULL);
	c = client_register(&sv, "cat");
	client_send(a, "PRIVMSG bob,cat,#targets,nobody :to many");
	client_expect(c, ":ann!* PRIVMSG cat *to many");
	/* to two targets, so in either order */
	while (!direct || !room) {
		client_expect(b, ":ann!* PRIVMSG * *to many");
		direct |= client_matches(b, "PRIVMSG bob *");
		room |= client_matches(b, "PRIVMSG #targets *");
	}
	client_expect(a, "401 ann nobody :*");
	ck_assert(client_isupport(a, "TARGMAX", have, sizeof(have)) != NULL);
	p = strstr(have, "PRIVMSG:");
	ck_assert_msg(p != NULL, "TARGMAX=%s", have);
	n = atoi(p + 8);
	if (n == 0)
		return; /* without limit */
	strcpy(line, "PRIVMSG cat");
	for (i = 1; i < n; i++)
		strcat(line, ",bob");
	strcat(line, " :as many as may be");
	client_send(a, "%s", line);
	client_expect(c, "PRIVMSG cat *as many as may be");
	strcpy(line, "PRIVMSG cat");
	for (i = 1; i < n + 1; i++)
		strcat(line, ",bob");
	strcat(line, " :too many");
	client_ask(a, line, "407 ann *");
}
END_TEST

START_TEST(test_away)
{
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	client_ask(b, "AWAY :at the dentist", "306 bob :*");
	client_ask(a, "PRIVMSG bob :hello", "301 ann bob :at the dentist");
	client_expect(b, ":ann!* PRIVMSG bob *hello");
	client_send(a, "NOTICE bob :no answer to this");
	client_expect_none(a, "301 *");
	client_ask(a, "WHOIS bob", "301 ann bob :at the dentist");
	client_expect(a, "318 *");
	client_ask(a, "USERHOST bob", "302 ann :bob=-*");
	client_ask(b, "AWAY", "305 bob :*");
	client_send(a, "PRIVMSG bob :hello");
	client_expect(b, ":ann!* PRIVMSG bob *hello");
	client_expect_none(a, "301 *");
	client_ask(b, "AWAY :x", "306 bob :*");
	client_ask(b, "AWAY :", "305 bob :*");
}
END_TEST

/* ---- Tags ---- */

START_TEST(test_echo)
{
	struct client *a, *b;
	char id[128], other[128];

	client_pair_in(&sv, apart, &a, "ann", &b, "bob",
	    "#echo", "message-tags echo-message");
	client_send(a, "PRIVMSG #echo :hear myself");
	client_expect(a, ":ann!* PRIVMSG #echo *hear myself");
	ck_assert(client_tag(a, "msgid", id, sizeof(id)) != NULL);
	client_expect(b, ":ann!* PRIVMSG #echo *hear myself");
	ck_assert(client_tag(b, "msgid", other, sizeof(other)) != NULL);
	ck_assert_str_eq(id, other);
	client_send(a, "PRIVMSG bob :and direct");
	client_expect(a, ":ann!* PRIVMSG bob *and direct");
	ck_assert(client_tag(a, "msgid", id, sizeof(id)) != NULL);
	ck_assert_str_ne(id, other);
	client_expect(b, ":ann!* PRIVMSG bob *and direct");
	ck_assert(client_tag(b, "msgid", other, sizeof(other)) != NULL);
	ck_assert_str_eq(id, other);
	client_send(a, "NOTICE bob :a notice");
	client_expect(a, ":ann!* NOTICE bob *a notice");
	/* what is refused is not echoed */
	client_send(a, "PRIVMSG nobody :lost");
	client_expect(a, "401 ann nobody *");
	client_expect_none(a, "PRIVMSG nobody *");
	/* to oneself: the message and its echo */
	client_send(a, "PRIVMSG ann :me");
	client_expect(a, ":ann!* PRIVMSG ann *me");
	client_expect(a, ":ann!* PRIVMSG ann *me");
}
END_TEST

START_TEST(test_server_time)
{
	struct client *a, *b;
	struct tm tm;
	char text[64], *rest;
	time_t then;

	client_pair(&sv, apart, &a, "ann", &b, "bob", "server-time");
	client_send(a, "PRIVMSG bob :what time is it");
	client_expect(b, "PRIVMSG bob *");
	ck_assert_msg(client_tag(b, "time", text, sizeof(text)) != NULL,
	    "no time tag: %s", b->line);
	memset(&tm, 0, sizeof(tm));
	rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	ck_assert_msg(rest != NULL && rest[0] == '.' && strlen(rest) == 5 &&
	    rest[4] == 'Z', "time=%s", text);
	then = timegm(&tm);
	ck_assert_int_le(labs((long)(then - time(NULL))), 5);
	/* nothing else without message-tags */
	ck_assert_msg(strstr(b->line, "msgid") == NULL, "%s", b->line);
}
END_TEST

START_TEST(test_client_tags)
{
	struct client *a, *b, *plain;
	char value[256];

	client_pair_in(&sv, apart, &a, "ann", &b, "bob",
	    "#tags", "message-tags");
	plain = client_register(&sv, "plain");
	client_ask(plain, "JOIN #tags", "366 *");
	client_send(a, "@+draft/reply=abc;+x=a\\sb\\:;secret=1;+y "
	    "PRIVMSG #tags :tagged");
	client_expect(b, ":ann!* PRIVMSG #tags *tagged");
	ck_assert(client_tag(b, "+draft/reply", value, sizeof(value)) != NULL);
	ck_assert_str_eq(value, "abc");
	ck_assert(client_tag(b, "+x", value, sizeof(value)) != NULL);
	ck_assert_str_eq(value, "a\\sb\\:");
	ck_assert(client_tag(b, "+y", value, sizeof(value)) != NULL);
	ck_assert_msg(client_tag(b, "secret", value, sizeof(value)) == NULL,
	    "%s", b->line);
	client_expect(plain, ":ann!* PRIVMSG #tags *tagged");
	ck_assert_msg(plain->line[0] != '@', "%s", plain->line);
	client_send(a, "@+typing=active TAGMSG #tags");
	client_expect(b, ":ann!* TAGMSG #tags");
	ck_assert(client_tag(b, "+typing", value, sizeof(value)) != NULL);
	ck_assert_str_eq(value, "active");
	client_send(a, "@+typing=done TAGMSG bob");
	client_expect(b, ":ann!* TAGMSG bob");
	client_send(a, "PRIVMSG #tags :after");
	client_block(plain, "PRIVMSG #tags *after");
	ck_assert_int_eq(client_block_count(plain, "TAGMSG *"), 0);
	/* without any tag to relay nothing has to be sent, and no error */
	client_send(a, "TAGMSG bob");
	client_expect_none(a, "4*");
	client_send(plain, "TAGMSG bob");
	client_sync(plain);
	/* a tag the server makes cannot be forged */
	client_send(a, "@msgid=forged;time=1970-01-01T00:00:00.000Z;"
	    "account=root PRIVMSG bob :forged");
	client_expect(b, "PRIVMSG bob *forged");
	ck_assert_msg(strstr(b->line, "msgid=forged") == NULL &&
	    strstr(b->line, "account=root") == NULL &&
	    strstr(b->line, "1970") == NULL, "%s", b->line);
}
END_TEST

/* The most a client may send: 4094 bytes of tags and 510 of the rest. */
START_TEST(test_tags_long)
{
	struct client *a, *b;
	char tags[4200], text[600];

	client_pair(&sv, apart, &a, "ann", &b, "bob", "message-tags");
	memset(tags, 'v', sizeof(tags));
	memcpy(tags, "+k=", 3);
	tags[4094] = '\0';
	memset(text, 't', sizeof(text));
	text[400] = '\0';
	client_send(a, "@%s PRIVMSG bob :%s", tags, text);
	client_expect(b, "PRIVMSG bob :%s", text);
	ck_assert_msg(strstr(b->line, tags) != NULL, "tags cut: %.80s",
	    b->line);
	tags[4094] = 'v';
	tags[4095] = '\0';
	client_send(a, "@%s PRIVMSG bob :too much", tags);
	client_expect(a, "417 ann :*");
	client_send(a, "PRIVMSG bob :next");
	client_expect_next(b, "PRIVMSG bob *next");
}
END_TEST

START_TEST(test_labels)
{
	struct client *a, *b;
	char ref[128], value[128], want[200];

	client_pair(&sv, apart, &a, "ann", &b, "bob", CAPS);
	client_send(a, "@label=p1 PING here");
	client_expect(a, "PONG irc.test *here");
	ck_assert_msg(client_tag(a, "label", value, sizeof(value)) != NULL,
	    "%s", a->line);
	ck_assert_str_eq(value, "p1");
	/* nothing to say: ACK */
	client_send(a, "@label=m1 PRIVMSG bob :no echo");
	client_expect(a, "@*label=m1* ACK");
	client_send(a, "@label=q1 PONG x");
	client_expect(a, "@*label=q1* ACK");
	client_send(a, "@label=e1 PRIVMSG nobody :x");
	client_expect(a, "@*label=e1* :irc.test 401 ann nobody :*");
	client_send(a, "@label=u1 NONSENSE");
	client_expect(a, "@*label=u1* :irc.test 421 ann NONSENSE :*");
	/* several lines: a batch */
	client_send(a, "@label=w1 WHOIS bob");
	client_expect(a, "@*label=w1* BATCH +* labeled-response");
	snprintf(ref, sizeof(ref), "%s", strchr(a->body, '+') + 1);
	ref[strcspn(ref, " ")] = '\0';
	client_expect_next(a, "311 ann bob *");
	ck_assert_msg(client_tag(a, "batch", value, sizeof(value)) != NULL,
	    "%s", a->line);
	ck_assert_str_eq(value, ref);
	while (client_line(a, 5000) && !client_matches(a, "BATCH -*"))
		ck_assert_msg(client_tag(a, "batch", value, sizeof(value)) !=
		    NULL && strcmp(value, ref) == 0, "%s", a->line);
	snprintf(want, sizeof(want), "BATCH -%s", ref);
	ck_assert_msg(client_matches(a, want), "%s", a->line);
	/* others do not see the label */
	client_send(a, "@label=s1 PRIVMSG bob :listen");
	client_expect(b, "PRIVMSG bob *listen");
	ck_assert(client_tag(b, "label", value, sizeof(value)) == NULL);
	client_sync(b);
}
END_TEST

START_TEST(test_label_echo)
{
	struct client *a, *b;
	char value[128];

	client_pair_in(&sv, apart, &a, "ann", &b, "bob",
	    "#label", CAPS " echo-message");
	client_send(a, "@label=x1 PRIVMSG #label :labeled");
	client_expect(a, "PRIVMSG #label *labeled");
	ck_assert_msg(client_tag(a, "label", value, sizeof(value)) != NULL &&
	    strcmp(value, "x1") == 0, "%s", a->line);
	client_expect(b, "PRIVMSG #label *labeled");
	ck_assert_msg(client_tag(b, "label", value, sizeof(value)) == NULL,
	    "%s", b->line);
	client_send(a, "@label=x2 JOIN #label2");
	client_expect(a, "@*label=x2* BATCH +* labeled-response");
	client_expect(a, "@*batch=* JOIN *#label2");
	client_expect(a, "BATCH -*");
	client_send(a, "PRIVMSG bob :unlabeled");
	client_expect(a, "PRIVMSG bob *unlabeled");
	ck_assert(client_tag(a, "label", value, sizeof(value)) == NULL);
	client_expect(b, "PRIVMSG bob *unlabeled");
}
END_TEST

/* ---- Order ---- */

struct order {
	int next, want;
	const char *pattern;
};

static void
line_order(struct client *c, int index, void *arg)
{
	struct order *o = arg;
	char *p;

	(void)index;
	if (!client_matches(c, o->pattern))
		return;
	p = strrchr(c->body, ' ');
	ck_assert_msg(p != NULL && atoi(p + 1) == o->next,
	    "%s: wants number %d, got: %s", c->nick, o->next, c->line);
	o->next++;
}

static int
order_done(void *arg)
{
	struct order *o = arg;

	return o->next >= o->want;
}

static void
order_send(struct client *c, const char *target, int n)
{
	char *text = malloc((size_t)n * 64);
	size_t len = 0;
	int i;

	for (i = 0; i < n; i++)
		len += (size_t)sprintf(text + len,
		    "PRIVMSG %s :numbered line %d\r\n", target, i);
	client_write(c, text, len);
	free(text);
}

START_TEST(test_order_room)
{
	struct order o = { 0, 1000, "PRIVMSG #order *" };
	struct client *a, *b;

	client_pair_in(&sv, apart, &a, "ann", &b, "bob", "#order", NULL);
	order_send(a, "#order", 1000);
	client_pump(&b, 1, line_order, order_done, &o, 20000);
	client_sync(b);
}
END_TEST

START_TEST(test_order_direct)
{
	struct order o = { 0, 1000, "PRIVMSG bob *" };
	struct client *a, *b;

	client_pair(&sv, apart, &a, "ann", &b, "bob", NULL);
	order_send(a, "bob", 1000);
	client_pump(&b, 1, line_order, order_done, &o, 20000);
}
END_TEST

/* What several senders say to one room comes to all members, each sender's
 * lines in its order. */
START_TEST(test_order_crowd)
{
	enum { N = 8, LINES = 100 };
	struct client *v[N];
	struct order o[N];
	char nick[N][16], pattern[N][48], room[] = "#ordercrowd";
	int i, k;

	client_register_many(&sv, v, N, "crowd");
	for (i = 0; i < N; i++)
		client_ask(v[i], "JOIN #ordercrowd", "366 *");
	for (i = 0; i < N; i++)
		client_sync(v[i]);
	for (i = 0; i < N; i++)
		order_send(v[i], room, LINES);
	for (i = 0; i < N; i++) {
		for (k = 0; k < N; k++) {
			snprintf(nick[k], sizeof(nick[k]), "crowd%d", k + 1);
			snprintf(pattern[k], sizeof(pattern[k]),
			    ":crowd%d!* PRIVMSG *", k + 1);
			o[k] = (struct order){ 0, k == i ? 0 : LINES,
			    pattern[k] };
		}
		for (k = 0; k < N; k++)
			while (!order_done(&o[k])) {
				int j;

				ck_assert_msg(client_line(v[i], 10000),
				    "%s: %d of %s is missing", v[i]->nick,
				    o[k].next, nick[k]);
				for (j = 0; j < N; j++)
					line_order(v[i], i, &o[j]);
			}
	}
}
END_TEST

static void
suite_fill(TCase *tc)
{
	tcase_add_test(tc, test_direct);
	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_errors);
	tcase_add_test(tc, test_targets);
	tcase_add_test(tc, test_away);
	tcase_add_test(tc, test_echo);
	tcase_add_test(tc, test_server_time);
	tcase_add_test(tc, test_client_tags);
	tcase_add_test(tc, test_tags_long);
	tcase_add_test(tc, test_labels);
	tcase_add_test(tc, test_label_echo);
	tcase_add_test(tc, test_order_room);
	tcase_add_test(tc, test_order_direct);
	tcase_add_test(tc, test_order_crowd);
}

int
main(void)
{
	Suite *s = suite_create("message");
	Suite *suites[] = { s, NULL };

	harness_share(&sv, &apart, NULL);
	suite_fill(harness_case(s, "one worker",
	    harness_start_one, harness_stop, 60));
	suite_fill(harness_case(s, "two workers",
	    harness_start_two, harness_stop, 60));
	return harness_run(suites);
}
