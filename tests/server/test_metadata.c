/* SPDX-License-Identifier: ISC */
/*
 * METADATA: what people and rooms say of themselves, who may change it, who is
 * told, and that it is still there when a worker or the whole server is not.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "harness.h"
#include "scram.h"

#define CAPS "batch draft/metadata-3"
/* "sesame" */
enum { PATIENCE = 10000 };

static struct server sv;

/* ---- helping ---- */

static void
prepare(int workers, const char *store)
{
	server_init_store(&sv);
	server_set(&sv, "store", "%s", store);
	server_set(&sv, "workers", "%d", workers);
	server_set(&sv, "flood", "off");
}

static void
begin(int workers, const char *store)
{
	prepare(workers, store);
	server_start(&sv);
}

static void
end(void)
{
	client_quit_all();
	server_stop(&sv);
}

static struct client *
guest(const char *nick)
{
	return client_register_with(&sv, nick, CAPS);
}

/* What C is answered in a batch about TARGET. */
static void
ask_batch(struct client *c, const char *command, const char *target)
{
	client_send(c, "%s", command);
	client_expect_next(c, "BATCH +* metadata %s",
	    strcmp(target, "*") == 0 ? "\\*" : target);
	client_block(c, "BATCH -*");
}

/* Another session of the account "ann", up to the end of the MOTD. */
static struct client *
ann(void)
{
	struct client *c = client_connect(&sv);

	snprintf(c->nick, sizeof(c->nick), "ann");
	client_send(c, "CAP REQ :sasl " CAPS "\r\nNICK ann\r\n"
	    "USER ann 0 * :Ann");
	client_expect(c, "CAP * ACK *");
	client_send(c, "AUTHENTICATE PLAIN");
	client_expect(c, "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s", plain_message("ann", "secret"));
	client_send(c, "METADATA * SUB color\r\nCAP END");
	client_expect(c, "001 ann *");
	client_block(c, "376 *");
	return c;
}

/* ---- one's own ---- */

START_TEST(test_own)
{
	struct client *a;

	begin(1, "off");
	a = guest("ann");
	client_ask(a, "METADATA * SET display-name :Ann the First",
	    ":* 761 ann ann display-name \\* :Ann the First");
	client_ask(a, "METADATA ann SET Color red",
	    "761 ann ann color \\* *red");
	ask_batch(a, "METADATA * GET color avatar !x display-name", "ann");
	client_block_has(a, "@batch=* :* 761 ann ann color \\* :red");
	client_block_has(a, "@batch=* :* 766 ann ann avatar :*");
	client_block_has(a, "@batch=* :* WARN METADATA INVALID_KEY !x :*");
	ck_assert_int_eq(client_block_count(a, "*"), 5);
	ask_batch(a, "METADATA ANN list", "ann");
	ck_assert_int_eq(client_block_count(a, "761 *"), 2);
	/* changing and removing; both may be done twice */
	client_ask(a, "METADATA * SET color :\xf0\x9f\x92\x9c blue",
	    "761 ann ann color \\* :\xf0\x9f\x92\x9c blue");
	client_ask(a, "METADATA * SET color :\xf0\x9f\x92\x9c blue",
	    "761 ann ann color \\* :\xf0\x9f\x92\x9c blue");
	client_ask(a, "METADATA * SET color", "766 ann ann color :*");
	client_ask(a, "METADATA * SET color :", "766 ann ann color :*");
	ask_batch(a, "METADATA * GET color", "ann");
	client_block_has(a, "766 ann ann color :*");
	client_ask(a, "METADATA * SET url :http://x/", "761 *");
	ask_batch(a, "METADATA * CLEAR", "ann");
	ck_assert_int_eq(client_block_count(a, "766 ann ann *"), 2);
	ask_batch(a, "METADATA * LIST", "ann");
	ck_assert_int_eq(client_block_count(a, "*"), 1);
	ask_batch(a, "METADATA * CLEAR", "ann");
	ck_assert_int_eq(client_block_count(a, "*"), 1);
	/* a new nick has the same */
	client_ask(a, "METADATA * SET url :http://x/", "761 *");
	client_ask(a, "NICK anne", "NICK *anne");
	client_ask(a, "METADATA * GET url", "761 anne anne url \\* *");
	end();
}
END_TEST

static const struct {
	const char *line, *want;
} bad[] = {
	{ "METADATA", "FAIL METADATA INVALID_PARAMS \\* :*" },
	{ "METADATA *", "FAIL METADATA INVALID_PARAMS \\* :*" },
	{ "METADATA * SNEEZE", "FAIL METADATA INVALID_PARAMS SNEEZE :*" },
	{ "METADATA * :: hi", "FAIL METADATA INVALID_PARAMS \\* :*" },
	{ "METADATA * GET", "FAIL METADATA INVALID_PARAMS GET :*" },
	{ "METADATA * SET", "FAIL METADATA INVALID_PARAMS SET :*" },
	{ "METADATA * SUB", "FAIL METADATA INVALID_PARAMS SUB :*" },
	{ "METADATA * LIST x", "FAIL METADATA INVALID_PARAMS LIST :*" },
	{ "METADATA * SET a b c", "FAIL METADATA INVALID_PARAMS SET :*" },
	{ "METADATA nobody LIST", "FAIL METADATA INVALID_TARGET nobody :*" },
	{ "METADATA nobody SET a :b",
	    "FAIL METADATA INVALID_TARGET nobody :*" },
	{ "METADATA nobody SYNC", "FAIL METADATA INVALID_TARGET nobody :*" },
	{ "METADATA $x SET a :b", "FAIL METADATA INVALID_TARGET $x :*" },
	{ "METADATA #none GET a", "FAIL METADATA INVALID_TARGET #none :*" },
	{ "METADATA bob SUB a", "FAIL METADATA INVALID_TARGET bob :*" },
	{ "METADATA #none SUBS", "FAIL METADATA INVALID_TARGET #none :*" },
	{ "METADATA * SET a:b :c", "FAIL METADATA INVALID_KEY a:b :*" },
	{ "METADATA * SET :a b", "FAIL METADATA INVALID_KEY \\* :*" },
	{ "METADATA * SET \xc3\xa9 :c",
	    "FAIL METADATA INVALID_KEY \xc3\xa9 :*" },
	{ "METADATA * SET a2345678901234567890123456789012 :c",
	    "FAIL METADATA INVALID_KEY a2345678901234567890123456789012 :*" },
	{ "METADATA * SET a :not UTF-8: \xc3", "FAIL METADATA INVALID_* :*" },
	{ "METADATA * SET a :\xff", "FAIL METADATA INVALID_* :*" },
};

START_TEST(test_bad)
{
	struct client *a, *b;
	char line[400];
	size_t i;

	begin(1, "off");
	a = guest("ann");
	b = guest("bob");
	client_ask(b, "METADATA * SET a :of bob", "761 *");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		client_ask(a, bad[i].line, bad[i].want);
	ask_batch(a, "METADATA * LIST", "ann");
	ck_assert_int_eq(client_block_count(a, "*"), 1);
	/* of 300 bytes the value, of 31 the key */
	memset(line, 'x', 301);
	line[301] = '\0';
	client_send(a, "METADATA * SET a :%s", line);
	client_expect_next(a, "FAIL METADATA INVALID_VALUE a :*");
	client_send(a, "METADATA * SET a234567890123456789012345678901 :%s",
	    line + 1);
	client_expect_next(a, "761 ann ann a234567890123456789012345678901 "
	    "\\* :%s", line + 1);
	client_send(a, "METADATA * SET");
	client_expect_next(a, "FAIL *");
	end();
}
END_TEST

/* ---- subscribing ---- */

START_TEST(test_subscribe)
{
	struct client *a;
	int i;

	begin(1, "off");
	a = guest("ann");
	client_ask(a, "METADATA * SUB avatar Color avatar",
	    "770 ann avatar color avatar");
	client_expect_next(a, "774 ann \\*ALL 0 :*");
	/* nothing new, nothing to ask for */
	client_ask(a, "METADATA ann SUB color", "770 ann *color");
	client_send(a, "METADATA * SUB :url  !no");
	client_expect_next(a, "770 ann *url");
	client_expect_next(a, "WARN METADATA INVALID_KEY \\* :*");
	client_expect_next(a, "WARN METADATA INVALID_KEY !no :*");
	client_expect_next(a, "774 ann \\*ALL *");
	client_send(a, "METADATA * SUBS");
	client_expect_next(a, "BATCH +* metadata-subs");
	client_expect_next(a, "772 ann avatar color url");
	client_expect_next(a, "BATCH -*");
	client_ask(a, "METADATA * UNSUB color nothing !no",
	    "WARN METADATA INVALID_KEY !no :*");
	client_expect_next(a, "771 ann color nothing");
	client_ask(a, "METADATA * UNSUB avatar url", "771 ann avatar url");
	client_send(a, "METADATA * SUBS");
	client_expect_next(a, "BATCH +*");
	client_expect_next(a, "BATCH -*");
	/* 24, of the longest keys there are */
	for (i = 0; i < 24; i++) {
		client_send(a, "METADATA * SUB "
		    "a2345678901234567890123456789%02d", i);
		client_expect_next(a, "770 ann *%02d", i);
		client_expect_next(a, "774 *");
	}
	client_send(a, "METADATA * SUB "
	    "a234567890123456789012345678903 one two");
	client_expect_next(a, "770 ann *03");
	client_expect_next(a, "FAIL METADATA LIMIT_REACHED one 24 :*");
	client_send(a, "METADATA * SUBS");
	client_block(a, "BATCH -*");
	ck_assert_int_eq(client_block_count(a, "772 ann *"), 2);
	/* who takes the capability back has subscribed to nothing */
	client_ask(a, "CAP REQ :-draft/metadata-3", "CAP ann ACK *");
	client_ask(a, "CAP REQ :draft/metadata-3", "CAP ann ACK *");
	client_send(a, "METADATA * SUBS");
	client_expect_next(a, "BATCH +*");
	client_expect_next(a, "BATCH -*");
	end();
}
END_TEST

/* ---- being told ---- */

/* Of ann, who shares a room with bob at another worker; cat is in none. */
START_TEST(test_told)
{
	struct client *a, *b, *cat, *dan;

	begin(2, "off");
	client_apart(&sv, &a, "ann", &b, "bob", CAPS " server-time");
	cat = guest("cat");
	dan = client_register(&sv, "dan");
	client_ask(cat, "METADATA * SUB color", "770 *");
	client_ask(b, "METADATA * SUB color url", "770 *");
	client_ask(a, "METADATA * SUB color", "770 *");
	client_ask(a, "JOIN #one", "366 *");
	client_ask(b, "JOIN #one", "366 *");
	client_ask(dan, "JOIN #one", "366 *");
	client_expect(a, ":dan!* JOIN *");
	client_expect(b, ":dan!* JOIN *");
	client_ask(a, "METADATA * SET color :red",
	    "761 ann ann color \\* *red");
	client_expect_next(b, "@time=* :* 761 bob ann color \\* :red");
	client_ask(a, "METADATA * SET avatar :x", "761 ann ann avatar *");
	client_ask(a, "METADATA * SET color", "766 ann ann color :*");
	client_expect_next(b, "766 bob ann color :*");
	/* the room's */
	client_ask(a, "METADATA #One SET url :http://x/",
	    "761 ann #one url \\* :http://x/");
	client_expect_next(b, "761 bob #one url \\* :http://x/");
	client_ask(a, "METADATA #one SET url", "766 ann #one url :*");
	client_expect_next(b, "766 bob #one url :*");
	/* each change of a CLEAR */
	client_ask(a, "METADATA * SET color :1", "761 *");
	client_ask(a, "METADATA * CLEAR", "BATCH -*");
	client_expect_next(b, "761 bob ann color *");
	client_expect_next(b, "766 bob ann color :*");
	client_ask(b, "METADATA * UNSUB color", "771 *");
	client_ask(a, "METADATA * SET color :2", "761 *");
	client_send(a, "PRIVMSG #one :done");
	client_expect_next(b, "PRIVMSG #one *done");
	client_expect_next(dan, ":ann!* PRIVMSG #one *done");
	client_expect_none(cat, "76? *");
	client_expect_none(a, "761 ann ann color *");
	end();
}
END_TEST

/* ---- who may ---- */

START_TEST(test_rights)
{
	struct client *a, *b, *op;

	prepare(2, "off");
	server_add(&sv, "operator boss " SESAME);
	server_start(&sv);
	a = guest("ann");
	b = guest("bob");
	op = guest("op");
	client_ask(b, "METADATA * SET color :blue", "761 *");
	client_ask(a, "METADATA bob SET color :red",
	    "FAIL METADATA KEY_NO_PERMISSION bob color :*");
	client_ask(a, "METADATA bob CLEAR",
	    "FAIL METADATA KEY_NO_PERMISSION bob \\* :*");
	ask_batch(a, "METADATA bob LIST", "bob");
	client_block_has(a, "761 ann bob color \\* :blue");
	/* a room: its operators change it, its members see it */
	client_ask(a, "JOIN #one", "366 *");
	client_ask(a, "METADATA #one SET url :here", "761 *");
	client_ask(b, "METADATA #one GET url",
	    "FAIL METADATA INVALID_TARGET #one :*");
	client_ask(b, "METADATA #one SYNC",
	    "FAIL METADATA INVALID_TARGET #one :*");
	client_ask(b, "METADATA #one SET url :there",
	    "FAIL METADATA KEY_NO_PERMISSION #one url :*");
	client_ask(b, "JOIN #one", "366 *");
	client_expect(b, "BATCH -*");
	client_ask(b, "METADATA #one SET url :there",
	    "FAIL METADATA KEY_NO_PERMISSION #one url :*");
	client_ask(b, "METADATA #one CLEAR",
	    "FAIL METADATA KEY_NO_PERMISSION #one \\* :*");
	ask_batch(b, "METADATA #one LIST", "#one");
	client_block_has(b, "761 bob #one url \\* :here");
	client_ask(a, "MODE #one +so bob", "MODE #one *");
	client_expect(b, "MODE #one *");
	client_ask(b, "METADATA #one SET url :there",
	    "761 bob #one url \\* *there");
	/* of a secret one nobody else knows anything */
	client_ask(op, "METADATA #one SET url :x",
	    "FAIL METADATA INVALID_TARGET #one :*");
	/* operators of the server may do it all */
	client_ask(b, "METADATA * SUB color", "770 *");
	client_ask(op, "OPER boss sesame", "381 *");
	client_ask(op, "METADATA #one SET url :x", "761 op #one url *");
	client_ask(op, "METADATA bob SET color :odd", "761 op bob color *");
	client_expect(b, "761 bob bob color \\* :odd");
	ask_batch(op, "METADATA #one GET url", "#one");
	client_block_has(op, "761 op #one url \\* :x");
	client_ask(b, "PART #one", ":bob!* PART #one");
	client_ask(op, "METADATA bob SET color :even", "761 op bob color *");
	client_expect(b, "761 bob bob color \\* :even");
	end();
}
END_TEST

/* ---- coming later ---- */

START_TEST(test_join)
{
	struct client *a, *b;
	int i;

	begin(2, "off");
	client_apart(&sv, &a, "ann", &b, "bob", CAPS);
	client_ask(b, "METADATA * SUB color url", "770 *");
	client_ask(a, "METADATA * SET color :red", "761 *");
	client_ask(a, "METADATA * SET avatar :unwanted", "761 *");
	client_ask(a, "JOIN #one,#two", "366 ann #two *");
	client_expect(a, "BATCH -*");
	client_ask(a, "METADATA #one SET url :here", "761 *");
	client_send(b, "JOIN #one");
	client_expect(b, "366 bob #one *");
	client_expect_next(b, "BATCH +* metadata #one");
	client_expect_next(b, "@batch=* :* 761 bob #one url \\* :here");
	client_expect_next(b, "@batch=* :* 761 bob ann color \\* :red");
	client_expect_next(b, "BATCH -*");
	/* the same by SYNC, and of one person, and of all */
	ask_batch(b, "METADATA #one SYNC", "#one");
	ck_assert_int_eq(client_block_count(b, "761 *"), 2);
	ask_batch(b, "METADATA ann SYNC", "ann");
	ck_assert_int_eq(client_block_count(b, "*"), 2);
	ask_batch(b, "METADATA *ALL SYNC", "\\*ALL");
	client_block_has(b, "761 bob #one url \\* :here");
	client_block_has(b, "761 bob ann color \\* :red");
	ck_assert_int_eq(client_block_count(b, "*"), 3);
	/* who shares no room is not among all */
	client_ask(b, "PART #one", ":bob!* PART #one");
	ask_batch(b, "METADATA *ALL SYNC", "\\*ALL");
	ck_assert_int_eq(client_block_count(b, "*"), 1);
	/* who is there is told of who comes, once */
	client_ask(b, "METADATA * SET color :green", "761 *");
	client_ask(a, "METADATA * SUB color url", "770 *");
	client_ask(b, "METADATA * SET url :http://b/", "761 *");
	client_ask(b, "METADATA * SET avatar :unwanted", "761 *");
	client_ask(b, "JOIN #one", "366 *");
	client_expect(b, "BATCH -*");
	client_expect(a, ":bob!* JOIN #one");
	client_expect_next(a, "761 ann bob * \\* :*");
	client_expect_next(a, "761 ann bob * \\* :*");
	client_ask(b, "PART #one", ":bob!* PART #one");
	client_expect_next(a, ":bob!* PART #one");
	client_ask(b, "METADATA * CLEAR", "BATCH -*");
	/* what is too much is to be asked for */
	client_ask(b, "METADATA * SUB k0 k1 k2 k3 k4 k5 k6 k7 k8 k9", "774 *");
	for (i = 0; i < 7; i++) {
		struct client *c;
		char nick[16];
		int k;

		snprintf(nick, sizeof(nick), "many%d", i);
		c = guest(nick);
		for (k = 0; k < 10; k++) {
			client_send(c, "METADATA * SET k%d :%d", k, i);
			client_expect(c, "761 *");
		}
		client_ask(c, "JOIN #two", "366 *");
	}
	client_send(b, "JOIN #two");
	client_expect(b, "366 bob #two *");
	client_expect_next(b, "774 bob #two 0 :*");
	ask_batch(b, "METADATA #two SYNC", "#two");
	ck_assert_int_eq(client_block_count(b, "761 bob many* k*"), 70);
	ck_assert_int_eq(client_block_count(b, "761 bob ann color *"), 1);
	end();
}
END_TEST

START_TEST(test_whois)
{
	struct client *a, *b, *c;

	begin(1, "off");
	a = guest("ann");
	b = guest("bob");
	c = client_register(&sv, "cat");
	client_ask(a, "METADATA * SET display-name :Ann the First", "761 *");
	client_send(b, "WHOIS ann");
	client_block(b, "318 *");
	ck_assert_int_eq(client_block_count(b,
	    "760 bob ann display-name \\* :Ann the First"), 1);
	client_send(c, "WHOIS ann");
	client_block(c, "318 *");
	ck_assert_int_eq(client_block_count(c, "760 *"), 0);
	end();
}
END_TEST

/* Before the registration: for oneself, and it is told with the welcome. */
START_TEST(test_early)
{
	struct client *a, *b;

	begin(1, "off");
	b = guest("bob");
	a = client_connect(&sv);
	client_send(a, "CAP LS 302");
	client_expect(a, "CAP \\* LS *draft/metadata-3=before-connect,"
	    "max-subs=24,max-keys=20,max-key-bytes=31,max-value-bytes=300*");
	client_ask(a, "CAP REQ :" CAPS, "CAP \\* ACK *");
	client_ask(a, "METADATA * SET color :red",
	    "761 \\* \\* color \\* *red");
	client_ask(a, "METADATA * GET color", "BATCH +* metadata \\*");
	client_expect_next(a, "761 \\* \\* color *");
	client_expect_next(a, "BATCH -*");
	client_ask(a, "METADATA * SUB color", "770 \\* *color");
	client_ask(a, "METADATA bob SET color :x",
	    "FAIL METADATA INVALID_TARGET bob :*");
	client_send(a, "NICK ann\r\nUSER ann 0 * :Ann\r\nCAP END");
	client_expect(a, "255 *");
	client_block(a, "376 *");
	client_block_has(a, "BATCH +* metadata ann");
	client_block_has(a, "@batch=* 761 ann ann color \\* :red");
	client_block_has(a, "BATCH -*");
	ck_assert_int_eq(client_block_count(a, "774 *"), 0);
	client_ask(a, "JOIN #one", "366 *");
	client_ask(b, "JOIN #one", "366 *");
	client_ask(b, "METADATA * SET color :blue", "761 *");
	client_expect(a, "761 ann bob color \\* :blue");
	end();
}
END_TEST

/* ---- limits ---- */

START_TEST(test_limits)
{
	struct client *a, *b;
	int i;

	begin(1, "off");
	a = guest("ann");
	/* as many at once as one can have; then not so many */
	for (i = 0; i < 20; i++) {
		client_send(a, "METADATA * SET k%d :%d", i, i);
		client_expect_next(a, "761 ann ann k%d *", i);
	}
	client_ask(a, "METADATA * SET more :x",
	    "FAIL METADATA LIMIT_REACHED ann 20 :*");
	client_ask(a, "METADATA * SET k0 :x",
	    "FAIL METADATA RATE_LIMITED ann k0 * :*");
	client_ask(a, "METADATA * SET k0 :0", "761 ann ann k0 *");
	/* that was the session's alone */
	b = guest("bob");
	client_ask(b, "METADATA * SET k0 :x", "761 *");
	/* a place that is given back can be used */
	client_close(a);
	client_ask(b, "METADATA * SET k1 :y", "761 *");
	end();
}
END_TEST

START_TEST(test_none)
{
	struct client *a;

	prepare(1, "off");
	server_set(&sv, "metadata-keys", "0");
	server_start(&sv);
	a = client_register(&sv, "ann");
	client_ask(a, "CAP REQ :draft/metadata-3", "CAP ann NAK *");
	client_ask(a, "METADATA * SET a :b", "FAIL METADATA INVALID_PARAMS *");
	end();
}
END_TEST

START_TEST(test_label)
{
	struct client *a;

	begin(1, "off");
	a = client_register_with(&sv, "ann", CAPS " labeled-response");
	client_ask(a, "@label=1 METADATA * SET a :b",
	    "@label=1 :* 761 ann ann a \\* *b");
	client_send(a, "@label=2 METADATA * LIST");
	client_expect_next(a, "@label=2 :* BATCH +l* labeled-response");
	client_expect_next(a, "@batch=l* :* BATCH +m* metadata ann");
	client_expect_next(a, "@batch=m* :* 761 ann ann a \\* :b");
	client_expect_next(a, "@batch=l* :* BATCH -m*");
	client_expect_next(a, ":* BATCH -l*");
	client_send(a, "@label=3 METADATA * CLEAR");
	client_expect_next(a, "@label=3 :* BATCH +l* labeled-response");
	client_expect_next(a, "@batch=l* :* BATCH +m* metadata ann");
	client_expect_next(a, "@batch=m* :* 766 ann ann a :*");
	client_expect_next(a, "@batch=l* :* BATCH -m*");
	client_expect_next(a, ":* BATCH -l*");
	end();
}
END_TEST

/* ---- lasting ---- */

/* Workers die; what was said and subscribed to is there. */
START_TEST(test_killed)
{
	struct client *a, *b;
	int i;

	begin(2, "off");
	client_apart(&sv, &a, "ann", &b, "bob", CAPS);
	client_ask(b, "METADATA * SUB color", "770 *");
	client_ask(a, "METADATA * SET url :http://x/", "761 *");
	client_ask(a, "JOIN #one", "366 *");
	client_ask(a, "METADATA #one SET url :here", "761 *");
	client_ask(b, "JOIN #one", "BATCH -*");
	for (i = 0; i < 6; i++) {
		client_send(a, "METADATA * SET color :%d", i);
		server_worker_kill(&sv, 1 + i % 2);
		client_expect(a, "761 ann ann color \\* *%d", i);
		client_expect(b, "761 bob ann color \\* *%d", i);
	}
	ask_batch(a, "METADATA * LIST", "ann");
	client_block_has(a, "761 ann ann url \\* :http://x/");
	client_block_has(a, "761 ann ann color \\* :5");
	client_send(b, "METADATA * SUBS");
	client_expect(b, "772 bob color");
	client_expect_next(b, "BATCH -*");
	ask_batch(b, "METADATA #one GET url", "#one");
	client_block_has(b, "761 bob #one url \\* :here");
	end();
}
END_TEST

/* Who watches somebody is told what that one says, room or no room. */
START_TEST(test_monitor)
{
	struct client *a, *b, *c;

	begin(2, "off");
	client_apart(&sv, &a, "ann", &b, "bob", CAPS);
	client_ask(a, "METADATA * SET color :red", "761 *");
	client_ask(b, "METADATA * SUB color", "770 *");
	client_expect(b, "774 *");
	client_send(b, "MONITOR + ann,cat");
	client_expect_next(b, "730 bob :ann!*");
	client_expect_next(b, "731 bob :cat");
	client_expect_next(b, "BATCH +* metadata ann");
	client_expect_next(b, "761 bob ann color \\* :red");
	client_expect_next(b, "BATCH -*");
	client_ask(a, "METADATA * SET color :blue", "761 *");
	client_expect_next(b, "761 bob ann color \\* :blue");
	client_ask(a, "METADATA * SET url :x", "761 *");
	client_ask(a, "METADATA * SET color", "766 *");
	client_expect_next(b, "766 bob ann color :*");
	c = guest("cat");
	client_expect_next(b, "730 bob :cat!*");
	client_expect_next(b, "774 bob cat 0 :*");
	/* once, also when there is a room in common */
	client_ask(b, "JOIN #one", "366 *");
	client_expect(b, "BATCH -*");
	client_ask(c, "JOIN #one", "366 *");
	client_expect_next(b, ":cat!* JOIN #one");
	client_ask(c, "METADATA * SET color :grey", "761 *");
	client_expect_next(b, "761 bob cat color \\* :grey");
	client_ask(c, "METADATA * SET color :white", "761 *");
	client_expect_next(b, "761 bob cat color \\* :white");
	client_ask(b, "MONITOR C\r\nPART #one", ":bob!* PART #one");
	client_ask(c, "METADATA * SET color :green", "761 *");
	client_barrier(c, b);
	ck_assert_int_eq(client_block_count(b, "761 *"), 0);
	end();
}
END_TEST

/* Who is moved to another worker still hears what it has subscribed to. */
START_TEST(test_moved)
{
	enum { N = 8 };
	struct client *v[N], *a;
	int worker[N], i, moved = 0, from, try;
	char nick[16];

	begin(2, "off");
	for (i = 0; i < N; i++) {
		snprintf(nick, sizeof(nick), "v%d", i);
		v[i] = guest(nick);
		client_ask(v[i], "METADATA * SUB color", "770 *");
		client_ask(v[i], "METADATA * SET color :mine", "761 *");
		client_ask(v[i], "JOIN #one", "366 *");
	}
	client_worker_list(v, N, worker);
	for (i = 0, from = worker[0]; i < N; i++)
		if (worker[i] != from) {
			client_send(v[i], "QUIT");
			client_eof(v[i]);
			client_close(v[i]);
		}
	for (try = 0; moved == 0 && try < 20; try++) {
		free(server_ctl(&sv, "rebalance", NULL));
		for (i = 0; i < N; i++)
			if (worker[i] == from) {
				client_sync(v[i]);
				moved += client_worker(v[i]) != from;
			}
	}
	ck_assert_int_gt(moved, 0);
	a = guest("ann");
	client_ask(a, "JOIN #one", "366 *");
	client_expect(a, "BATCH -*");
	client_ask(a, "METADATA * SET color :red", "761 *");
	for (i = 0; i < N; i++)
		if (worker[i] == from) {
			client_expect(v[i], "761 v%d ann color \\* :red", i);
			client_ask(v[i], "METADATA * GET color", "761 *mine");
		}
	/* what nobody has any more has given its place back */
	client_quit_all();
	wait_for(strcmp(server_status(&sv, "metadata"), "0") == 0, PATIENCE);
	end();
}
END_TEST

/* An account has it wherever it is used, and after everything. */
START_TEST(test_account)
{
	struct client *a, *b, *bob;

	begin(2, "on");
	a = client_login(&sv, "ann", CAPS);
	client_ask(a, "METADATA * SUB color", "770 *");
	client_ask(a, "METADATA * SET color :red",
	    "761 ann ann color \\* *red");
	client_ask(a, "METADATA * SET url :http://x/", "761 *");
	client_ask(a, "METADATA * SET gone :soon", "761 *");
	client_ask(a, "METADATA * SET gone", "766 *");
	/* a second device is told with its welcome */
	b = ann();
	client_block_has(b, "BATCH +* metadata ann");
	client_block_has(b, "761 ann ann color \\* :red");
	client_block_has(b, "761 ann ann url \\* :http://x/");
	ck_assert_int_eq(client_block_count(b, "761 *"), 2);
	/* what one changes the other is told; before its registration, too */
	client_ask(a, "METADATA * SET color :green", "761 *");
	client_expect_next(b, "761 ann ann color \\* :green");
	client_ask(b, "METADATA * SET color :blue", "761 *");
	client_expect_next(a, "761 ann ann color \\* :blue");
	client_quit_all();
	server_restart(&sv, 0);
	bob = guest("bob");
	client_ask(bob, "METADATA ann GET color",
	    "FAIL METADATA INVALID_TARGET ann :*");
	a = ann();
	client_block_has(a, "761 ann ann color \\* :blue");
	client_block_has(a, "761 ann ann url \\* :http://x/");
	ck_assert_int_eq(client_block_count(a, "761 *"), 2);
	client_ask(bob, "METADATA ann GET color", "BATCH +*");
	client_expect(bob, "761 bob ann color \\* :blue");
	client_ask(a, "METADATA * CLEAR", "BATCH -*");
	client_quit_all();
	server_restart(&sv, 0);
	a = ann();
	ck_assert_int_eq(client_block_count(a, "761 *"), 0);
	end();
}
END_TEST

/* Who logs in later: those who see it are told, and what it had said as a guest
 * is its account's, unless that had said something else. */
START_TEST(test_login)
{
	struct client *a, *bob, *cat;

	begin(2, "on");
	a = client_login(&sv, "ann", CAPS);
	client_ask(a, "METADATA * SET color :red", "761 *");
	client_ask(a, "METADATA * SET same :same", "761 *");
	client_send(a, "QUIT");
	client_eof(a);
	bob = guest("bob");
	cat = guest("cat");
	client_ask(cat, "METADATA * SUB color url same", "770 *");
	client_ask(bob, "METADATA * SUB color", "770 *");
	client_ask(bob, "METADATA * SET color :black", "761 *");
	client_ask(bob, "METADATA * SET same :same", "761 *");
	client_ask(bob, "METADATA * SET url :of a guest", "761 *");
	client_ask(bob, "JOIN #one", "366 *");
	client_ask(cat, "JOIN #one", "BATCH -*");
	client_send(bob, "NICKSERV IDENTIFY ann :secret");
	client_expect(cat, "761 cat bob color \\* :red");
	client_expect(bob, "761 bob bob color \\* :red");
	client_barrier(bob, cat);
	ck_assert_int_eq(client_block_count(cat, "76*"), 0);
	client_send(bob, "QUIT");
	client_eof(bob);
	a = ann();
	client_block_has(a, "761 ann ann url \\* :of a guest");
	client_block_has(a, "761 ann ann color \\* :red");
	ck_assert_int_eq(client_block_count(a, "761 *"), 3);
	client_ask(a, "JOIN #one", "366 *");
	/* who has no account any more has not what was its own */
	client_ask(a, "NICKSERV DROP :secret", "901 *");
	client_expect(cat, "766 cat ann *");
	client_expect(cat, "766 cat ann *");
	client_expect(cat, "766 cat ann *");
	ask_batch(cat, "METADATA ann LIST", "ann");
	ck_assert_int_eq(client_block_count(cat, "*"), 1);
	end();
}
END_TEST

START_TEST(test_room)
{
	struct client *a;
	int i;

	begin(2, "on");
	a = client_login(&sv, "ann", CAPS);
	client_ask(a, "JOIN #one", "366 *");
	client_ask(a, "METADATA #one SET before :it was registered", "761 *");
	client_chanserv(a, "REGISTER #one", "*");
	client_ask(a, "METADATA #one SET avatar :http://x/y", "761 *");
	client_ask(a, "METADATA #one SET gone :soon", "761 *");
	client_ask(a, "METADATA #one SET gone", "766 *");
	for (i = 0; i < 2; i++) {
		client_quit_all();
		server_restart(&sv, 0);
		a = ann();
		client_ask(a, "JOIN #one", "366 *");
		client_expect(a, "BATCH -*");
		ask_batch(a, "METADATA #one LIST", "#one");
		client_block_has(a, "761 ann #one avatar \\* :http://x/y");
		client_block_has(a,
		    "761 ann #one before \\* :it was registered");
		ck_assert_int_eq(client_block_count(a, "*"), 3);
	}
	end();
}
END_TEST

/* What is exported and erased is all that is kept. */
START_TEST(test_erase)
{
	struct client *a;
	char *text;

	begin(2, "on");
	a = client_login(&sv, "ann", CAPS);
	client_ask(a, "JOIN #one", "366 *");
	client_chanserv(a, "REGISTER #one", "*");
	client_ask(a, "METADATA #one SET url :of the room", "761 *");
	client_ask(a, "METADATA * SET url :of ann", "761 *");
	client_ask(a, "PRIVMSG #one :said\r\nPING x", "PONG *");
	text = server_ctl(&sv, "history export ann", NULL);
	ck_assert_ptr_nonnull(strstr(text,
	    "{\"key\":\"url\",\"value\":\"of ann\"}\n"));
	ck_assert_ptr_nonnull(strstr(text, "said"));
	free(text);
	text = server_ctl(&sv, "history export '#one'", NULL);
	ck_assert_ptr_nonnull(strstr(text, "\"of the room\""));
	free(text);
	free(server_ctl(&sv, "history erase '#one'", NULL));
	ask_batch(a, "METADATA #one LIST", "#one");
	ck_assert_int_eq(client_block_count(a, "*"), 1);
	ask_batch(a, "METADATA * LIST", "ann");
	ck_assert_int_eq(client_block_count(a, "*"), 2);
	free(server_ctl(&sv, "history erase ann", NULL));
	ask_batch(a, "METADATA * LIST", "ann");
	ck_assert_int_eq(client_block_count(a, "*"), 1);
	client_quit_all();
	server_restart(&sv, 0);
	a = ann();
	ck_assert_int_eq(client_block_count(a, "761 *"), 0);
	client_ask(a, "JOIN #one", "366 *");
	client_expect(a, "BATCH -*");
	ask_batch(a, "METADATA #one LIST", "#one");
	ck_assert_int_eq(client_block_count(a, "*"), 1);
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("metadata");
	Suite *suites[] = { s, NULL };
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, harness_ms(60000) / 1000.0);
	tcase_add_test(tc, test_own);
	tcase_add_test(tc, test_bad);
	tcase_add_test(tc, test_subscribe);
	tcase_add_test(tc, test_told);
	tcase_add_test(tc, test_rights);
	tcase_add_test(tc, test_join);
	tcase_add_test(tc, test_whois);
	tcase_add_test(tc, test_early);
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_none);
	tcase_add_test(tc, test_label);
	tcase_add_test(tc, test_killed);
	tcase_add_test(tc, test_moved);
	tcase_add_test(tc, test_monitor);
	tcase_add_test(tc, test_account);
	tcase_add_test(tc, test_login);
	tcase_add_test(tc, test_room);
	tcase_add_test(tc, test_erase);
	suite_add_tcase(s, tc);
	return harness_run(suites);
}
