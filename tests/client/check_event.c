/* SPDX-License-Identifier: ISC */

/*
 * What the lines of a server become: news, each written here as
 *
 *	KIND[!p][!m] nick=bob room=#a about=x reply=m1 text="hello"
 *
 * of which only what there is is written; !p is of the past, !m a mention.
 */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/session/event.h"
#include "client/session/history.h"
#include "client/news.h"
#include "client/session/room.h"
#include "client/session/say.h"
#include "client/session/session.h"
#include "irc/capability.h"

static struct session s;
static char told[16384];

static const char *const kinds[NEWS_KINDS] = {
	[NEWS_MESSAGE] = "MESSAGE", [NEWS_NOTICE] = "NOTICE",
	[NEWS_ACTION] = "ACTION", [NEWS_CTCP] = "CTCP", [NEWS_JOIN] = "JOIN",
	[NEWS_PART] = "PART", [NEWS_QUIT] = "QUIT", [NEWS_KICK] = "KICK",
	[NEWS_NICK] = "NICK", [NEWS_MODE] = "MODE", [NEWS_TOPIC] = "TOPIC",
	[NEWS_INVITE] = "INVITE", [NEWS_AWAY] = "AWAY", [NEWS_BACK] = "BACK",
	[NEWS_ACCOUNT] = "ACCOUNT", [NEWS_SETNAME] = "SETNAME",
	[NEWS_CHGHOST] = "CHGHOST", [NEWS_RENAME] = "RENAME",
	[NEWS_WALLOPS] = "WALLOPS", [NEWS_TYPING] = "TYPING",
	[NEWS_REACT] = "REACT", [NEWS_UNREACT] = "UNREACT",
	[NEWS_REDACT] = "REDACT", [NEWS_MARKER] = "MARKER",
	[NEWS_MEMBERS] = "MEMBERS", [NEWS_HISTORY] = "HISTORY",
	[NEWS_REPLY] = "REPLY", [NEWS_ERROR] = "ERROR",
};

static void
put(const char *name, const char *value)
{
	size_t len = strlen(told);

	if (value != NULL)
		snprintf(told + len, sizeof(told) - len, " %s=%s", name,
		    value);
}

static void
tell(struct session *from, const struct news *n)
{
	size_t len = strlen(told);

	(void)from;
	ck_assert(n->when != 0);
	if (kinds[n->kind] == NULL)
		return;
	snprintf(told + len, sizeof(told) - len, "%s%s%s%s%s",
	    len > 0 ? "\n" : "", kinds[n->kind],
	    n->flags & NEWS_PLAYBACK ? "!p" : "",
	    n->flags & NEWS_MENTION ? "!m" : "",
	    n->flags & NEWS_BOT ? "!b" : "");
	put("nick", n->nick);
	put("account", n->account);
	put("room", n->room);
	put("target", n->target);
	put("about", n->about);
	put("reply", n->reply);
	put("text", n->text);
}

static const struct view view = { .tell = tell };

static void
line(const char *text)
{
	static char copy[70000];

	snprintf(copy, sizeof(copy), "%s", text);
	event_handle(&s, copy, strlen(copy));
}

static void
setup(void)
{
	static const char *const lines[] = {
		":x 005 me PREFIX=(ov)@+ CHANTYPES=# CHATHISTORY=50 :are",
		":x 422 me :no MOTD", ":me!u@h JOIN #a",
		":x 353 me = #a :me @bob!u@h alice", ":x 366 me #a :end",
	};
	size_t i;

	news_view(&view);
	ck_assert_int_eq(session_init(&s, "127.0.0.1:1", "me"), 0);
	s.state = SESSION_ONLINE;
	s.connection.state = CONNECTION_OPEN; /* what is written stays there */
	s.caps = CAP(MESSAGE_TAGS) | CAP(BATCH) | CAP(CHATHISTORY) |
	    CAP(ECHO_MESSAGE) | CAP(READ_MARKER);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		line(lines[i]);
	*told = '\0';
}

static void
teardown(void)
{
	session_clear(&s);
}

static const struct {
	const char *name;
	const char *lines[10];
	const char *want;
} rows[] = {
	/* who says what, and where it belongs */
	{ "in a room", { ":bob!u@h PRIVMSG #a :hi" },
	    "MESSAGE nick=bob room=#a text=hi" },
	{ "a mention", { ":bob!u@h PRIVMSG #a :hi Me!" },
	    "MESSAGE!m nick=bob room=#a text=hi Me!" },
	{ "no mention", { ":bob!u@h PRIVMSG #a :hi menu" },
	    "MESSAGE nick=bob room=#a text=hi menu" },
	{ "to its operators", { ":bob!u@h PRIVMSG @#a :hi" },
	    "MESSAGE nick=bob room=#a target=@#a text=hi" },
	{ "to us", { ":bob!u@h PRIVMSG me :hi" },
	    "MESSAGE!m nick=bob room=bob text=hi" },
	{ "from us", { ":me!u@h PRIVMSG bob :hi" },
	    "MESSAGE nick=me room=bob text=hi" },
	{ "from a server", { ":irc.x NOTICE me :hi" },
	    "NOTICE!m nick=irc.x text=hi" },
	{ "an action", { ":bob!u@h PRIVMSG #a :\001ACTION waves\001" },
	    "ACTION nick=bob room=#a text=waves" },
	{ "a CTCP", { ":bob!u@h NOTICE me :\001TIME now\001" },
	    "CTCP!m nick=bob room=bob about=TIME text=now" },
	{ "nothing", { ":bob!u@h PRIVMSG #a :\001\001" }, "" },
	{ "tags", { "@account=b;bot;+draft/reply=m1 :bob!u@h PRIVMSG #a :hi" },
	    "MESSAGE!b nick=bob account=b room=#a reply=m1 text=hi" },
	/* who comes and goes */
	{ "join", { ":al!u@h JOIN #a al :Al" },
	    "JOIN nick=al account=al room=#a text=Al" },
	{ "part", { ":bob!u@h PART #a :bye" },
	    "PART nick=bob room=#a text=bye" },
	{ "kick of us", { ":bob!u@h KICK #a me :out" },
	    "KICK!m nick=bob room=#a about=me text=out" },
	{ "quit", { ":bob!u@h QUIT" }, "QUIT nick=bob" },
	{ "names", { ":x 353 me = #a :al!u@h @bo", ":x 366 me #a :end" },
	    "REPLY room=#a about=353 text=in #a: al @bo\n"
	    "MEMBERS nick=x room=#a" },
	{ "rename", { ":bob!u@h RENAME #a #b :why", ":bob!u@h PRIVMSG #b :x" },
	    "RENAME nick=bob room=#a about=#b text=why\n"
	    "MESSAGE nick=bob room=#b text=x" },
	{ "logged out", { ":bob!u@h ACCOUNT *" }, "ACCOUNT nick=bob" },
	/* answers */
	{ "a refusal", { ":x 404 me #a :Cannot" },
	    "ERROR room=#a about=404 text=#a: Cannot" },
	{ "FAIL", { ":x FAIL JOIN CODE #a :Cannot" },
	    "ERROR room=#a about=CODE text=JOIN CODE #a Cannot" },
	{ "unknown", { ":x 999 me a :b" }, "REPLY about=999 text=a b" },
	/* tags alone */
	{ "typing", { "@+typing=active :bob!u@h TAGMSG #a" },
	    "TYPING nick=bob room=#a text=active" },
	{ "our own", { "@+typing=active :me!u@h TAGMSG #a" }, "" },
	{ "a reaction", { "@+draft/react=x;+draft/reply=m :bob!u@h TAGMSG me" },
	    "REACT nick=bob room=bob about=m text=x" },
	{ "to nothing", { "@+draft/react=x :bob!u@h TAGMSG me" }, "" },
	{ "redaction", { ":bob!u@h REDACT #a m1 :oops" },
	    "REDACT nick=bob room=#a about=m1 text=oops" },
	{ "no marker", { ":x MARKREAD #a *", ":x MARKREAD #a timestamp=x" },
	    "" },
	{ "a marker", { ":x MARKREAD #a timestamp=2020-01-01T00:00:00.000Z" },
	    "MARKER nick=x room=#a" },
	/* batches */
	{ "history", { "BATCH +1 chathistory #a",
	    "@batch=1 :bob!u@h PRIVMSG #a :old", "@batch=1 :me!u@h PART #a",
	    "BATCH -1", ":x 332 me #a :topic" },
	    "MESSAGE!p nick=bob room=#a text=old\n"
	    "PART!p nick=me room=#a\nHISTORY room=#a about=2 text=\n"
	    "REPLY room=#a about=332 text=topic of #a: topic" },
	{ "several lines", { "@msgid=m BATCH +1 draft/multiline #a",
	    "@batch=1 :bob!u@h PRIVMSG #a :one",
	    "@batch=1 :bob!u@h PRIVMSG #a :",
	    "@batch=1;draft/multiline-concat :bob!u@h PRIVMSG #a :two",
	    "BATCH -1" }, "MESSAGE nick=bob room=#a text=one\ntwo" },
	{ "of another kind", { ":bob!u@h BATCH +1 draft/multiline #a",
	    "@batch=1 :bob!u@h NOTICE #a :one", "@batch=1 :x 401 me b :no",
	    "BATCH -1" }, "ERROR room=b about=401 text=b: no\n"
	    "NOTICE nick=bob room=#a text=one" },
	{ "none of them", { ":bob!u@h BATCH +1 draft/multiline #a",
	    "BATCH -1" }, "" },
	{ "a split", { "BATCH +1 netsplit a b", "@batch=1 :bob!u@h QUIT :a b",
	    "@batch=1 :al!u@h QUIT :a b", "BATCH -1" },
	    "REPLY room=#a about=netsplit text=gone by the split of a and b "
	    "in #a: bob\nMEMBERS room=#a" },
	{ "inside of one another", { "BATCH +1 chathistory #a",
	    "@batch=1 BATCH +2 x/y", "BATCH -1",
	    "@batch=2 :bob!u@h PRIVMSG #a :old", "BATCH -2" },
	    "HISTORY room=#a about=1 text=\n"
	    "MESSAGE!p nick=bob room=#a text=old" },
	{ "in itself", { "@batch=1 BATCH +1 chathistory #a",
	    "@batch=1 BATCH -1" }, "HISTORY room=#a about=0 text=" },
	{ "no batch", { "BATCH", "BATCH +", "BATCH -", "BATCH x", "BATCH -x",
	    "BATCH + chathistory", "BATCH -", "@batch= :bob!u@h PART #a" },
	    "HISTORY about=0 text=\nPART nick=bob room=#a" },
	/* that mean harm */
	{ "no parameters", { ":x 353", ":x 366", "RENAME", "TAGMSG", "KICK",
	    "MODE", "REDACT", "730", ":x 324 me" }, "" },
	{ "no nick", { ":!u@h NICK :", ": NICK x", ":x!y@z NICK :" },
	    "NICK nick= about=\nNICK nick=127.0.0.1 about=x\n"
	    "NICK nick=x about=" },
};

START_TEST(told_of)
{
	int i;

	for (i = 0; rows[_i].lines[i] != NULL; i++)
		line(rows[_i].lines[i]);
	ck_assert_str_eq(told, rows[_i].want);
}
END_TEST

START_TEST(rooms_follow)
{
	struct room *r = room_find(s.rooms, "#a");

	line(":bob!u@h NICK rob");
	ck_assert(room_has(r, "rob") && !room_has(r, "bob"));
	line(":x MODE #a +v-o alice rob");
	ck_assert_str_eq(room_member(r, "alice")->prefixes, "+");
	ck_assert_str_eq(room_member(r, "rob")->prefixes, "");
	line(":rob!u@h AWAY :gone");
	ck_assert_int_eq(room_member(r, "rob")->away, 1);
	line(":rob!u@h ACCOUNT acc");
	ck_assert_str_eq(room_member(r, "rob")->account, "acc");
	line(":rob!u@h CHGHOST v i");
	ck_assert_str_eq(room_member(r, "rob")->address, "v@i");
	line("@account=a :alice!u@h PRIVMSG #a :x");
	ck_assert(room_member(r, "alice")->spoke > 0);
	ck_assert_str_eq(room_member(r, "alice")->account, "a");
	line(":x 324 me #a +nt");
	ck_assert_str_eq(r->modes, "+nt");
	line(":x 332 me #a :what");
	ck_assert_str_eq(r->topic, "what");
	line(":rob!u@h QUIT");
	ck_assert(!room_has(r, "rob"));
	line(":x 005 me PREFIX=(y)! :are");
	ck_assert_uint_eq(r->nmembers, 0);
	line(":alice!u@h KICK #a me");
	ck_assert_ptr_null(room_find(s.rooms, "#a"));
}
END_TEST

/* One message, however many batches, and however long. */
START_TEST(limits)
{
	char text[600];
	int i;

	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "BATCH +%d draft/multiline #a",
		    i);
		line(text);
	}
	snprintf(text, sizeof(text), "@batch=0 :bob!u@h PRIVMSG #a :%0400d",
	    0);
	for (i = 0; i < 1000; i++)
		line(text);
	line("@batch=999 :bob!u@h PRIVMSG #a :outside");
	ck_assert_str_eq(told, "MESSAGE nick=bob room=#a text=outside");
	*told = '\0';
	line("BATCH -0");
	ck_assert_int_eq(strncmp(told, "MESSAGE nick=bob", 16), 0);
}
END_TEST

START_TEST(asked)
{
	struct history_at at = { "m1", 0 };

	ck_assert_int_eq(history_latest(&s, "#a", 2), 0);
	ck_assert_int_eq(history_before(&s, "#b", at, 500), 0);
	ck_assert_int_eq(history_search(&s, "#a", NULL, "x", 0), -1);
	line("BATCH +1 chathistory #b");
	line("BATCH -1");
	line(":x FAIL CHATHISTORY X LATEST #a :no");
	ck_assert_str_eq(told, "HISTORY room=#b about=0 text=before\n"
	    "ERROR room=#a about=X text=CHATHISTORY X LATEST #a no\n"
	    "HISTORY room=#a about=0 text=latest");
	*told = '\0';
	ck_assert_int_eq(history_latest(&s, "#a", 2), 0);
	event_lost(&s);
	ck_assert_str_eq(told, "HISTORY room=#a about=0 text=latest");
}
END_TEST

/* What went out since the last time. */
static const char *
sent(void)
{
	static char lines[CONNECTION_OUT + 1];
	struct connection *c = &s.connection;

	snprintf(lines, sizeof(lines), "%.*s", (int)c->outlen, c->out);
	c->outlen = 0;
	return lines;
}

START_TEST(typing)
{
	sent();
	ck_assert_int_eq(say_typing(&s, "#a", SAY_ACTIVE), 0);
	ck_assert_int_eq(say_typing(&s, "#a", SAY_ACTIVE), 0);
	ck_assert_str_eq(sent(), "@+typing=active TAGMSG #a\r\n");
	s.typing_at -= 3001;
	say_typing(&s, "#a", SAY_ACTIVE);
	ck_assert_str_eq(sent(), "@+typing=active TAGMSG #a\r\n");
	say_typing(&s, "bob", SAY_ACTIVE);
	ck_assert_str_eq(sent(), "@+typing=done TAGMSG #a\r\n"
	    "@+typing=active TAGMSG bob\r\n");
	say_typing(&s, "bob", SAY_SENT);
	say_typing(&s, "bob", SAY_DONE);
	ck_assert_str_eq(sent(), "");
	line(":x 005 me CLIENTTAGDENY=typing :are");
	ck_assert_int_eq(say_typing(&s, "#a", SAY_ACTIVE), -1);
}
END_TEST

START_TEST(markers)
{
	sent();
	ck_assert_int_eq(say_read(&s, "#a", 1577836800123), 0);
	ck_assert_int_eq(say_read(&s, "#A", 1577836800000), 0);
	ck_assert_str_eq(sent(),
	    "MARKREAD #a timestamp=2020-01-01T00:00:00.123Z\r\n");
	line(":x MARKREAD #a timestamp=2021-01-01T00:00:00.000Z");
	ck_assert_int_eq(say_read(&s, "#a", 1577836900000), 0);
	ck_assert_str_eq(sent(), "");
	ck_assert_int_eq(say_read(&s, "a b", 1), -1);
	ck_assert_int_eq(say_redact(&s, "#a", "m1", NULL), -1);
	ck_assert_int_eq(say_react(&s, "#a", "m;1", "a b"), 0);
	ck_assert_str_eq(sent(),
	    "@+draft/reply=m\\:1;+draft/react=a\\sb TAGMSG #a\r\n");
}
END_TEST

/* A welcome without a name, after which every text would mention us. */
START_TEST(nobody)
{
	s.state = SESSION_REGISTERING;
	line(":x 001 :");
	ck_assert_str_eq(s.nick, "me");
	*told = '\0';
	line(":bob!u@h PRIVMSG #a :hi");
	ck_assert_str_eq(told, "MESSAGE nick=bob room=#a text=hi");
}
END_TEST

Suite *
check_event(void)
{
	Suite *suite = suite_create("event");
	TCase *tc = tcase_create("event");

	tcase_add_checked_fixture(tc, setup, teardown);
	ADD_ROWS(tc, told_of, rows);
	tcase_add_test(tc, rooms_follow);
	tcase_add_test(tc, nobody);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, asked);
	tcase_add_test(tc, typing);
	tcase_add_test(tc, markers);
	suite_add_tcase(suite, tc);
	return suite;
}
