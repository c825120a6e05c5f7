/* SPDX-License-Identifier: ISC */

/* Whom to believe; what sts says; where an address leads, and how. */

#include <netdb.h>
#include <string.h>

#include "../../client/session/connection.h"
#include "../../client/trust/judge.h"
#include "../../client/trust/sts.h"
#include "check_client.h"

/* Keys are a letter: 's'hown always; of the pin that the user gave, and of
 * the known one; '-': none; 'c': known by an authority. */
static const struct {
	const char *name;
	char wanted, known;
	unsigned int flaws;
	enum judge_trust trust;
	enum judge_verdict want;
} cases[] = {
	{ "vouched for", '-', '-', 0, TRUST_KNOWN, JUDGE_VOUCHED },
	{ "again", '-', 'c', 0, TRUST_KNOWN, JUDGE_VOUCHED },
	{ "its own, in a script", '-', '-', FLAW_ISSUER, TRUST_KNOWN,
	    JUDGE_UNKNOWN },
	{ "its own", '-', '-', FLAW_ISSUER, TRUST_FIRST, JUDGE_FIRST },
	{ "its own, of another name", '-', '-', FLAW_ISSUER | FLAW_NAME,
	    TRUST_FIRST, JUDGE_FIRST },
	{ "of another name", '-', '-', FLAW_NAME, TRUST_FIRST, JUDGE_FLAWED },
	{ "expired", '-', '-', FLAW_EXPIRED, TRUST_FIRST, JUDGE_FLAWED },
	{ "its own, expired", '-', '-', FLAW_ISSUER | FLAW_EXPIRED,
	    TRUST_FIRST, JUDGE_FLAWED },
	{ "its own, broken", '-', '-', FLAW_ISSUER | FLAW_OTHER, TRUST_FIRST,
	    JUDGE_FLAWED },
	{ "known", '-', 's', FLAW_ISSUER, TRUST_KNOWN, JUDGE_KNOWN },
	{ "known, expired", '-', 's', FLAW_EXPIRED, TRUST_KNOWN, JUDGE_KNOWN },
	{ "known, and vouched for now", '-', 's', 0, TRUST_KNOWN,
	    JUDGE_KNOWN },
	{ "changed", '-', 'x', FLAW_ISSUER, TRUST_FIRST, JUDGE_CHANGED },
	{ "changed, and vouched for", '-', 'x', 0, TRUST_FIRST,
	    JUDGE_CHANGED },
	{ "not vouched for any more", '-', 'c', FLAW_ISSUER, TRUST_FIRST,
	    JUDGE_FALLEN },
	{ "expired since", '-', 'c', FLAW_EXPIRED, TRUST_FIRST, JUDGE_FALLEN },
	{ "the pin", 's', '-', FLAW_ISSUER, TRUST_KNOWN, JUDGE_PINNED },
	{ "the pin, not the one before", 's', 'x', FLAW_EXPIRED, TRUST_KNOWN,
	    JUDGE_PINNED },
	{ "not the pin", 'x', '-', 0, TRUST_FIRST, JUDGE_NOT_PIN },
	{ "not the pin, but known", 'x', 's', 0, TRUST_FIRST, JUDGE_NOT_PIN },
};

START_TEST(verdict)
{
	unsigned char shown[PIN_BYTES] = { 0 }, wanted[PIN_BYTES] = { 0 };
	struct known k = { .kind = cases[_i].known == '-' ? KNOWN_NOTHING :
		cases[_i].known == 'c' ? KNOWN_CA : KNOWN_PIN };
	struct judge_case c = { cases[_i].flaws, shown,
		cases[_i].wanted != '-' ? wanted : NULL, &k, cases[_i].trust };

	/* the last byte makes the difference */
	shown[PIN_BYTES - 1] = 's';
	wanted[PIN_BYTES - 1] = (unsigned char)cases[_i].wanted;
	k.pin[PIN_BYTES - 1] = (unsigned char)cases[_i].known;
	ck_assert_int_eq(judge(&c), cases[_i].want);
	ck_assert_int_eq(judge_accepts(cases[_i].want),
	    cases[_i].want <= JUDGE_FIRST);
	ck_assert(*judge_words(cases[_i].want) != '\0');
}
END_TEST

static const struct {
	const char *value, *port;
	int64_t duration;
} policies[] = {
	{ "port=6697", "6697", -1 },
	{ "duration=2592000", "", 2592000 },
	{ "duration=0", "", 0 },
	{ "port=6697,duration=1,preload", "6697", 1 },
	{ "preload,duration=1,port=1", "1", 1 },
	{ "", "", -1 },
	{ "port=", "", -1 },
	{ "port=0", "", -1 },
	{ "port=99999", "", -1 },
	{ "port=6697x", "", -1 },
	{ "duration=", "", -1 },
	{ "duration=-1", "", -1 },
	{ "duration=1h", "", -1 },
	{ "duration=99999999999999999999999", "", INT64_C(3153600000) },
	{ "ports=1,durations=2", "", -1 },
	{ ",,port=7,", "7", -1 },
};

START_TEST(policy)
{
	struct sts s;

	sts_read(&s, policies[_i].value);
	ck_assert_str_eq(s.port, policies[_i].port);
	ck_assert_int_eq(s.duration, policies[_i].duration);
}
END_TEST

/* SET: the setting tls: 0, 1; -1: auto. */
static const struct {
	const char *where;
	int set;
	const char *host, *port;
	int tls, private;
} addresses[] = {
	{ "irc.example.org", -1, "irc.example.org", "6697", 1, 1 },
	{ "irc.example.org:6667", -1, "irc.example.org", "6667", 1, 1 },
	{ "irc.example.org", 0, "irc.example.org", "6667", 0, 0 },
	{ "irc.example.org:7000", 0, "irc.example.org", "7000", 0, 0 },
	{ "irc://irc.example.org", -1, "irc.example.org", "6667", 0, 0 },
	{ "irc://irc.example.org", 1, "irc.example.org", "6667", 0, 0 },
	{ "ircs://irc.example.org", 0, "irc.example.org", "6697", 1, 1 },
	{ "ircs://127.0.0.1:7000", -1, "127.0.0.1", "7000", 1, 1 },
	{ "127.0.0.1", -1, "127.0.0.1", "6667", 0, 1 },
	{ "127.0.0.1:6697", -1, "127.0.0.1", "6697", 1, 1 },
	{ "127.0.0.1:6697", 0, "127.0.0.1", "6697", 0, 1 },
	{ "127.0.0.1", 1, "127.0.0.1", "6697", 1, 1 },
	{ "127.1.2.3", -1, "127.1.2.3", "6667", 0, 1 },
	{ "127.evil.example", -1, "127.evil.example", "6697", 1, 1 },
	{ "128.0.0.1", -1, "128.0.0.1", "6697", 1, 1 },
	{ "0.0.0.0", 0, "0.0.0.0", "6667", 0, 0 },
	{ "localhost", -1, "localhost", "6667", 0, 1 },
	{ "a.LocalHost", -1, "a.LocalHost", "6667", 0, 1 },
	{ "notlocalhost", -1, "notlocalhost", "6697", 1, 1 },
	{ "localhost.example", -1, "localhost.example", "6697", 1, 1 },
	{ "::1", -1, "::1", "6667", 0, 1 },
	{ "[::1]:7000", -1, "::1", "7000", 0, 1 },
	{ "2001:db8::1", -1, "2001:db8::1", "6697", 1, 1 },
	{ "[2001:db8::1]", 0, "2001:db8::1", "6667", 0, 0 },
	{ "/run/x", -1, "/run/x", "", 0, 1 },
	{ "unix:/run/x", 1, "/run/x", "", 0, 1 },
	{ "ircs://host:0", -1, NULL, NULL, 0, 0 },
	{ "https://host", -1, NULL, NULL, 0, 0 },
	{ "", -1, NULL, NULL, 0, 0 },
	{ "host:", -1, NULL, NULL, 0, 0 },
	{ "host:72233", -1, NULL, NULL, 0, 0 },
	{ "host:ircs-u", -1, NULL, NULL, 0, 0 },
	{ "host:+6697", -1, NULL, NULL, 0, 0 },
	{ "host:06697", -1, "host", "6697", 1, 1 },
	{ "host 6697 ca", -1, NULL, NULL, 0, 0 },
	{ "host\nother 6697 ca\n", -1, NULL, NULL, 0, 0 },
	{ "[::1]:6697 ca", -1, NULL, NULL, 0, 0 },
	{ "fe80::1%eth0", -1, "fe80::1%eth0", "6697", 1, 1 },
};

START_TEST(address)
{
	static struct connection c;

	if (addresses[_i].host == NULL) {
		ck_assert_int_eq(connection_init(&c, addresses[_i].where), -1);
		return;
	}
	ck_assert_int_eq(connection_init(&c, addresses[_i].where), 0);
	if (addresses[_i].set != -1)
		connection_set_tls(&c, addresses[_i].set);
	ck_assert_str_eq(c.host, addresses[_i].host);
	ck_assert_str_eq(c.port, addresses[_i].port);
	ck_assert_int_eq(c.tls, addresses[_i].tls);
	ck_assert_int_eq(connection_is_private(&c), addresses[_i].private);
}
END_TEST

static const struct {
	const char *text;
	int want;
} places[] = {
	{ "127.0.0.1", 1 }, { "127.255.1.2", 1 }, { "::1", 1 },
	{ "::ffff:127.0.0.1", 1 }, { "128.0.0.1", 0 }, { "10.0.0.127", 0 },
	{ "0.0.0.0", 0 }, { "::", 0 }, { "::2", 0 }, { "7f00::1", 0 },
	{ "::ffff:10.0.0.1", 0 },
};

START_TEST(place)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST }, *found;
	struct connection_address a;

	ck_assert_int_eq(getaddrinfo(places[_i].text, "1", &hints, &found), 0);
	a.family = found->ai_family;
	memcpy(&a.name, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	ck_assert_int_eq(connection_is_loopback(&a), places[_i].want);
}
END_TEST

Suite *
check_judge(void)
{
	Suite *suite = suite_create("judge");
	TCase *tc = tcase_create("judge");

	ADD_ROWS(tc, verdict, cases);
	ADD_ROWS(tc, policy, policies);
	ADD_ROWS(tc, address, addresses);
	ADD_ROWS(tc, place, places);
	suite_add_tcase(suite, tc);
	return suite;
}
