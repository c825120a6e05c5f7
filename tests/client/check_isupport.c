/* SPDX-License-Identifier: ISC */

/* What 005 says, and what is usual while it says nothing. */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/session/isupport.h"

static struct isupport i;

/* Takes tokens with spaces between them. */
static void
take(const char *tokens)
{
	char word[512];
	size_t len;

	isupport_init(&i);
	for (; *tokens != '\0'; tokens += len, tokens += *tokens == ' ') {
		len = strcspn(tokens, " ");
		snprintf(word, sizeof(word), "%.*s", (int)len, tokens);
		isupport_take(&i, word);
	}
}

static const struct {
	const char *name, *tokens;
	enum isupport_token token;
	const char *want;
} texts[] = {
	{ "nothing", "", ISUPPORT_CHANTYPES, "#&" },
	{ "a value", "CHANTYPES=+", ISUPPORT_CHANTYPES, "+" },
	{ "an empty one", "CHANTYPES=", ISUPPORT_CHANTYPES, "" },
	{ "taken back", "CHANTYPES=+ -CHANTYPES", ISUPPORT_CHANTYPES, "#&" },
	{ "escapes", "NETWORK=a\\x20b\\x3dc", ISUPPORT_NETWORK, "a b=c" },
	{ "no escape", "NETWORK=a\\x2gb\\x", ISUPPORT_NETWORK, "a\\x2gb\\x" },
	{ "an escaped end", "NETWORK=a\\x00b", ISUPPORT_NETWORK, "a\\x00b" },
	{ "half an escape", "NETWORK=a\\x4", ISUPPORT_NETWORK, "a\\x4" },
	{ "a sign in it", "NETWORK=a\\x+4b", ISUPPORT_NETWORK, "a\\x+4b" },
	{ "another", "NETWORKS=x", ISUPPORT_NETWORK, "" },
	{ "a prefix that is none", "PREFIX=(ov)@", ISUPPORT_PREFIX, "(ov)@+" },
};

START_TEST(text)
{
	take(texts[_i].tokens);
	ck_assert_str_eq(isupport_text(&i, texts[_i].token), texts[_i].want);
}
END_TEST

static const struct {
	const char *tokens, *name, *room; /* NULL: it is none */
} rooms[] = {
	{ "", "#a", "#a" },
	{ "", "&a", "&a" },
	{ "", "@#a", "#a" },
	{ "PREFIX=(qaohv)~&@%+", "~&@#a", "#a" },
	{ "", "a", NULL },
	{ "", "", NULL },
	{ "", "@", NULL },
	{ "", "@a", NULL },
	{ "CHANTYPES=#", "&a", NULL },
	{ "CHANTYPES=#+", "+a", "+a" },
	{ "PREFIX=(y)!", "!#a", "#a" },
};

START_TEST(room)
{
	const char *name = rooms[_i].name, *want = rooms[_i].room;

	take(rooms[_i].tokens);
	ck_assert_int_eq(isupport_is_room(&i, name), want != NULL);
	ck_assert_str_eq(isupport_room(&i, name), want != NULL ? want : name);
}
END_TEST

static const struct {
	const char *tokens, *a, *b;
	int same;
} names[] = {
	{ "", "Bob", "bOB", 1 },
	{ "", "a[", "a{", 0 },
	{ "CASEMAPPING=ascii", "a[", "a{", 0 },
	{ "CASEMAPPING=rfc1459", "A[]\\^", "a{}|~", 1 },
	{ "CASEMAPPING=rfc1459-strict", "[]\\", "{}|", 1 },
	{ "CASEMAPPING=rfc1459-strict", "^", "~", 0 },
	{ "CASEMAPPING=rfc1459 -CASEMAPPING", "a[", "a{", 0 },
	{ "CASEMAPPING=rfc7613", "\303\204", "\303\244", 0 },
	{ "", "a", "ab", 0 },
};

START_TEST(name)
{
	uint32_t a, b;

	take(names[_i].tokens);
	ck_assert_int_eq(isupport_cmp(&i, names[_i].a, names[_i].b) == 0,
	    names[_i].same);
	a = isupport_hash(&i, names[_i].a);
	b = isupport_hash(&i, names[_i].b);
	ck_assert_int_eq(a == b, names[_i].same);
}
END_TEST

static const struct {
	const char *tokens;
	char mode;
	int adding, want;
} modes[] = {
	{ "", 'b', 1, 1 }, { "", 'b', 0, 1 }, { "", 'k', 0, 1 },
	{ "", 'l', 1, 1 }, { "", 'l', 0, 0 }, { "", 'n', 1, 0 },
	{ "", 'o', 0, 1 }, { "", 'h', 1, 0 }, { "", 'Z', 1, 0 },
	{ "PREFIX=(ohv)@%+", 'h', 1, 1 },
	{ "CHANMODES=,,,n", 'b', 1, 0 },
	{ "CHANMODES=", 'n', 1, 0 },
};

START_TEST(mode)
{
	take(modes[_i].tokens);
	ck_assert_int_eq(isupport_mode_takes(&i, modes[_i].mode,
	    modes[_i].adding), modes[_i].want);
}
END_TEST

static const struct {
	const char *tokens, *command;
	unsigned int want;
} targets[] = {
	{ "", "PRIVMSG", 1 },
	{ "TARGMAX=PRIVMSG:4,JOIN:", "PRIVMSG", 4 },
	{ "TARGMAX=PRIVMSG:4,JOIN:", "JOIN", 0 },
	{ "TARGMAX=PRIVMSG:4,JOIN:", "NAMES", 1 },
	{ "TARGMAX=privmsg:4", "PRIVMSG", 4 },
	{ "MAXTARGETS=7", "PRIVMSG", 7 },
	{ "TARGMAX=,,:,PRIVMSG:-3", "PRIVMSG", 0 },
};

START_TEST(target)
{
	take(targets[_i].tokens);
	ck_assert_uint_eq(isupport_targets(&i, targets[_i].command),
	    targets[_i].want);
}
END_TEST

START_TEST(ranks)
{
	take("PREFIX=(qaohv)~&@%+");
	ck_assert_int_eq(isupport_rank(&i, '~'), 0);
	ck_assert_int_eq(isupport_rank(&i, '+'), 4);
	ck_assert_int_eq(isupport_rank(&i, 'x'), ISUPPORT_RANKS);
	ck_assert_int_eq(isupport_rank(&i, '\0'), ISUPPORT_RANKS);
	ck_assert_int_eq(isupport_prefix(&i, 'h'), '%');
	ck_assert_int_eq(isupport_prefix(&i, 'x'), 0);
	take("PREFIX=");
	ck_assert_int_eq(isupport_prefix(&i, 'o'), 0);
	take("NICKLEN=30 MODES=-5");
	ck_assert_uint_eq(isupport_number(&i, ISUPPORT_NICKLEN), 30);
	ck_assert_uint_eq(isupport_number(&i, ISUPPORT_MODES), 0);
	ck_assert(!isupport_has(&i, ISUPPORT_UTF8ONLY));
	take("UTF8ONLY");
	ck_assert(isupport_has(&i, ISUPPORT_UTF8ONLY));
}
END_TEST

Suite *
check_isupport(void)
{
	Suite *s = suite_create("isupport");
	TCase *tc = tcase_create("isupport");

	ADD_ROWS(tc, text, texts);
	ADD_ROWS(tc, room, rooms);
	ADD_ROWS(tc, name, names);
	ADD_ROWS(tc, mode, modes);
	ADD_ROWS(tc, target, targets);
	tcase_add_test(tc, ranks);
	suite_add_tcase(s, tc);
	return s;
}
