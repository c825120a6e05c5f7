/* SPDX-License-Identifier: ISC */

/* Making, changing and removing accounts; who may. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_store.h"

static const struct {
	const char *line, *want;
} registers[] = {
	{ "@policy=open REGISTER ann * :secret",
	    "REGISTER SUCCESS ann :The account is yours\n" },
	{ "@policy=open REGISTER ann ann@example.org :secret",
	    "REGISTER SUCCESS ann%" },
	{ "@policy=open REGISTER \xc3\x84nn * :secret",
	    "REGISTER SUCCESS \xc3\x84nn%" },
	{ "@policy=open REGISTER ann nomail :secret",
	    "FAIL REGISTER INVALID_EMAIL ann :%" },
	{ "@policy=open REGISTER ann * :short",
	    "FAIL REGISTER WEAK_PASSWORD ann :%" },
	{ "@policy=open REGISTER ann * :",
	    "FAIL REGISTER WEAK_PASSWORD ann :%" },
	{ "@policy=open REGISTER ann * :\xff\xff\xff\xff\xff\xff",
	    "FAIL REGISTER UNACCEPTABLE_PASSWORD ann :%" },
	{ "@policy=open REGISTER a.b * :secret",
	    "FAIL REGISTER BAD_ACCOUNT_NAME a.b :%" },
	{ "@policy=open REGISTER =ann=bob * :secret",
	    "FAIL REGISTER BAD_ACCOUNT_NAME =ann=bob :%" },
	{ "@policy=open REGISTER ~ann * :secret",
	    "FAIL REGISTER BAD_ACCOUNT_NAME ~ann :%" },
	{ "@policy=open REGISTER * * :secret",
	    "FAIL REGISTER BAD_ACCOUNT_NAME * :%" },
	{ "@policy=open REGISTER '; * :secret",
	    "FAIL REGISTER BAD_ACCOUNT_NAME '; :%" },
	{ "@policy=closed REGISTER ann * :secret",
	    "FAIL REGISTER TEMPORARILY_UNAVAILABLE ann :%" },
	{ "REGISTER ann * :secret",
	    "FAIL REGISTER TEMPORARILY_UNAVAILABLE ann :%" },
	{ "@policy=nonsense REGISTER ann * :secret",
	    "FAIL REGISTER TEMPORARILY_UNAVAILABLE ann :%" },
	{ "@policy=closed;oper=1 REGISTER ann * :secret",
	    "REGISTER SUCCESS ann%" },
	{ "@policy=invite REGISTER ann * :secret",
	    "REGISTER VERIFICATION_REQUIRED ann :%" },
	{ "@policy=invite;token=00 REGISTER ann * :secret",
	    "FAIL REGISTER INVALID_CODE ann :%" },
	{ "@policy=open REGISTER ann *",
	    "FAIL REGISTER NEED_MORE_PARAMS%" },
};

START_TEST(test_register)
{
	expect(registers[_i].line, registers[_i].want);
}
END_TEST

START_TEST(test_exists)
{
	expect("@policy=open REGISTER Ann * :secret", "REGISTER SUCCESS Ann%");
	expect("@policy=open REGISTER ann * :secret",
	    "FAIL REGISTER ACCOUNT_EXISTS ann :%");
	expect("@policy=invite REGISTER ANN * :secret",
	    "FAIL REGISTER ACCOUNT_EXISTS ANN :%");
	expect("@oper=1 ACCOUNT ADD zoe :bar", "ADDED zoe\n");
	expect("@oper=1 ACCOUNT ADD zed :", "FAIL ACCOUNT WEAK_PASSWORD%");
	expect("@oper=1 ACCOUNT ADD ann :secret",
	    "FAIL ACCOUNT ACCOUNT_EXISTS ann :%");
	expect("OWNER ANN", "OWNER ANN Ann\n");
	expect("OWNER bob", "NONE\n");
}
END_TEST

#define CYRILLIC_ACE "\xd0\xb0\xd1\x81\xd0\xb5"
#define FULLWIDTH_ACE "\xef\xbd\x81\xef\xbd\x83\xef\xbd\x85"

/* A name is taken by what looks like it, in whichever letters it is. */
START_TEST(test_alike)
{
	expect("@policy=open REGISTER Ann * :secret", "REGISTER SUCCESS Ann%");
	expect("OWNER \xd0\x90nn", "OWNER \xd0\x90nn Ann\n");
	expect("@policy=open REGISTER \xd0\x90nn * :secret",
	    "FAIL REGISTER ACCOUNT_EXISTS \xd0\x90nn :%");
	expect("OWNER ace", "NONE\n");
	expect("@policy=open REGISTER " CYRILLIC_ACE " * :secret",
	    "REGISTER SUCCESS " CYRILLIC_ACE "%");
	expect("OWNER ACE", "OWNER ACE " CYRILLIC_ACE "\n");
	expect("OWNER " FULLWIDTH_ACE, "OWNER " FULLWIDTH_ACE " " CYRILLIC_ACE
	    "\n");
	expect("@policy=open REGISTER Ace * :secret",
	    "FAIL REGISTER ACCOUNT_EXISTS Ace :%");
	expect("@oper=1 ACCOUNT REMOVE " CYRILLIC_ACE, "REMOVED%");
	expect("OWNER ace", "NONE\n");
	expect("@policy=open REGISTER Ace * :secret", "REGISTER SUCCESS Ace%");
	expect("OWNER " CYRILLIC_ACE, "OWNER " CYRILLIC_ACE " Ace\n");
}
END_TEST

static const char *
invite(void)
{
	static char token[64];

	ck_assert_int_eq(
	    sscanf(ask("@oper=1 ACCOUNT INVITE 3 :for ann"), "INVITE %63s",
	        token), 1);
	return token;
}

START_TEST(test_invite)
{
	const char *token = invite();
	char line[256];

	snprintf(line, sizeof(line),
	    "@policy=invite;token=%s REGISTER ann * :short", token);
	expect(line, "FAIL REGISTER WEAK_PASSWORD%"); /* and is not used up */
	snprintf(line, sizeof(line),
	    "@policy=invite;token=%s REGISTER ann * :secret", token);
	expect(line, "REGISTER SUCCESS ann%");
	snprintf(line, sizeof(line),
	    "@policy=invite;token=%s REGISTER bob * :secret", token);
	expect(line, "FAIL REGISTER INVALID_CODE bob :%");
	expect("OWNER bob", "NONE\n");
}
END_TEST

START_TEST(test_verify)
{
	char line[256];

	expect("VERIFY ann 00", "FAIL VERIFY INVALID_CODE ann :%");
	expect("@policy=invite REGISTER Ann * :secret",
	    "REGISTER VERIFICATION_REQUIRED Ann%");
	expect("OWNER ann", "NONE\n");
	expect("VERIFY ann 00", "FAIL VERIFY INVALID_CODE ann :%");
	snprintf(line, sizeof(line), "VERIFY ann %s", invite());
	expect(line, "VERIFY SUCCESS Ann :%");
	expect(line, "FAIL VERIFY INVALID_CODE%");
	expect("OWNER ann", "OWNER ann Ann\n");
	expect("IDENTIFY ann :secret", "OK Ann *\n");
}
END_TEST

/* Nobody else's password gets into the account that one verifies. */
START_TEST(test_verify_own)
{
	const char *token = invite();
	char line[256];

	expect("@policy=invite;ask=1.2.3.4.0.0 REGISTER ann * :secret",
	    "REGISTER VERIFICATION_REQUIRED ann%");
	expect("@policy=invite;ask=1.5.3.4.0.0 REGISTER Ann * :stolen",
	    "REGISTER VERIFICATION_REQUIRED Ann%");
	snprintf(line, sizeof(line), "@ask=1.2.4.5.0.0 VERIFY ann %s", token);
	expect(line, "FAIL VERIFY INVALID_CODE ann :REGISTER%");
	snprintf(line, sizeof(line), "@ask=1.2.3.5.0.0 VERIFY ann %s", token);
	expect(line, "VERIFY SUCCESS ann :%");
	expect("IDENTIFY ann :stolen", "FAIL IDENTIFY BAD_CREDENTIALS%");
	expect("IDENTIFY ann :secret", "OK ann *\n");
}
END_TEST

START_TEST(test_invite_expires)
{
	char line[256];

	snprintf(line, sizeof(line),
	    "@policy=invite;token=%s REGISTER ann * :secret", invite());
	now += INT64_C(3) * 24 * 3600 * 1000;
	expect(line, "FAIL REGISTER INVALID_CODE%");
	expect("@oper=1 ACCOUNT INVITE 0", "FAIL ACCOUNT INVALID_PARAMS%");
	expect("@oper=1 ACCOUNT INVITE x", "FAIL ACCOUNT INVALID_PARAMS%");
	expect("@oper=1 ACCOUNT INVITES", "INVITE 1 %");
	expect("@oper=1 ACCOUNT UNINVITE 1", "UNINVITED 1\n");
	expect("@oper=1 ACCOUNT UNINVITE 1", "FAIL ACCOUNT NO_SUCH_INVITE%");
	expect("@oper=1 ACCOUNT INVITES", "END\n");
}
END_TEST

static void
fill(void)
{
	store_setup();
	ask("@oper=1 ACCOUNT ADD Ann :secret");
	ask("@oper=1 ACCOUNT ADD bob :secret");
}

/* In one database, one after the other. */
static const struct {
	const char *line, *want;
} steps[] = {
	{ "ACCOUNT LIST", "FAIL ACCOUNT NOT_PRIVILEGED%" },
	{ "@oper=0 ACCOUNT LIST", "FAIL ACCOUNT NOT_PRIVILEGED%" },
	{ "@account=Ann ACCOUNT ADD x :secret",
	    "FAIL ACCOUNT NOT_PRIVILEGED%" },
	{ "@oper=1 ACCOUNT LIST",
	    "ACCOUNT Ann 1000000000000 0 active * * :\n"
	    "ACCOUNT bob 1000000000000 0 active * * :\nEND\n" },
	{ "@account=ann SET ann always-on :on", "SET Ann always-on :on\n" },
	{ "@account=bob SET ann always-on :off", "FAIL SET NOT_YOURS ann%" },
	{ "@oper=1 SET ann always-on :yes", "FAIL SET INVALID_PARAMS%" },
	{ "@oper=1 SET ann other :on", "FAIL SET INVALID_PARAMS%" },
	{ "@oper=1 SET nobody always-on :on", "FAIL SET NO_SUCH_ACCOUNT%" },
	{ "IDENTIFY ann :secret", "OK Ann always-on\n" },
	{ "SEEN ANN", "SEEN ANN\n" },
	{ "@account=ann ACCOUNT SHOW ann",
	    "ACCOUNT Ann 1000000000000 1000000000000 active always-on * :\n"
	    "END\n" },
	{ "@account=bob ACCOUNT SHOW ann", "FAIL ACCOUNT NOT_YOURS%" },
	{ "@account=bob PASSWD ann :stolen", "FAIL PASSWD NOT_YOURS ann%" },
	{ "@account=ann PASSWD ann :x", "FAIL PASSWD WEAK_PASSWORD ann%" },
	{ "@account=ann PASSWD ann :newsecret", "PASSWD Ann\n" },
	{ "IDENTIFY ann :secret", "FAIL IDENTIFY BAD_CREDENTIALS * :%" },
	{ "IDENTIFY ann :newsecret", "OK Ann always-on\n" },
	{ "@oper=1 ACCOUNT PASSWD ann :third one", "PASSWD Ann\n" },
	{ "IDENTIFY ann :third one", "OK Ann always-on\n" },
	{ "@oper=1 ACCOUNT SUSPEND ann :for a week", "SUSPENDED Ann\n" },
	{ "IDENTIFY ann :third one",
	    "FAIL IDENTIFY ACCOUNT_SUSPENDED * :for a week\n" },
	{ "IDENTIFY ann :wrong", "FAIL IDENTIFY BAD_CREDENTIALS%" },
	{ "@oper=1 ACCOUNT SHOW ann",
	    "ACCOUNT Ann 1000000000000 1000000000000 suspended always-on *"
	    " :for a week\nEND\n" },
	{ "@oper=1 ACCOUNT UNSUSPEND ann", "UNSUSPENDED Ann\n" },
	{ "IDENTIFY ann :third one", "OK Ann always-on\n" },
	{ "@account=bob DROP ann :third one", "FAIL DROP NOT_YOURS ann%" },
	{ "@account=ann DROP ann :wrong", "FAIL DROP BAD_CREDENTIALS Ann%" },
	{ "@account=ann DROP ann :third one", "REMOVED Ann\n" },
	{ "IDENTIFY ann :third one", "FAIL IDENTIFY BAD_CREDENTIALS%" },
	{ "@account=ann SET ann always-on :on", "FAIL SET NO_SUCH_ACCOUNT%" },
	{ "@oper=1 ACCOUNT REMOVE ann", "FAIL ACCOUNT NO_SUCH_ACCOUNT ann%" },
	{ "@oper=1 ACCOUNT REMOVE BOB", "REMOVED bob\n" },
	{ "@oper=1 ACCOUNT NONSENSE", "FAIL ACCOUNT UNKNOWN_COMMAND%" },
	{ "@oper=1 ACCOUNT", "FAIL ACCOUNT UNKNOWN_COMMAND%" },
};

START_TEST(test_steps)
{
	int i;

	for (i = 0; i < ROWS(steps); i++)
		expect(steps[i].line, steps[i].want);
}
END_TEST

/* Hashed before the password was changed: no longer right. */
START_TEST(test_changed_meanwhile)
{
	static struct request r;
	const char *line = "IDENTIFY ann :secret";

	ck_assert_int_eq(request_parse(&r, line, strlen(line), now), 0);
	request_prepare(db, &r);
	expect("@oper=1 ACCOUNT PASSWD ann :another", "PASSWD Ann\n");
	ck_assert_int_eq(request_run(db, &r), 0);
	ck_assert_int_eq(
	    strncmp(r.answer, "FAIL IDENTIFY BAD_CREDENTIALS", 29), 0);
}
END_TEST

/* Two that register one name at once: the second is told so. */
START_TEST(test_race)
{
	static struct request a, b;
	const char *line = "@policy=open REGISTER cat * :secret";

	ck_assert_int_eq(request_parse(&a, line, strlen(line), now), 0);
	ck_assert_int_eq(request_parse(&b, line, strlen(line), now), 0);
	request_prepare(db, &a);
	request_prepare(db, &b);
	ck_assert_int_eq(database_begin(db), 0);
	ck_assert_int_eq(request_run(db, &a), 0);
	ck_assert_int_eq(request_run(db, &b), 0);
	ck_assert_int_eq(database_commit(db), 0);
	ck_assert_int_eq(strncmp(a.answer, "REGISTER SUCCESS", 16), 0);
	ck_assert_int_eq(
	    strncmp(b.answer, "FAIL REGISTER ACCOUNT_EXISTS", 28), 0);
}
END_TEST

START_TEST(test_many)
{
	char cursor[32] = "0";
	const char *p;
	int i, n = 0, answers = 0;

	ck_assert_int_eq(database_begin(db), 0);
	for (i = 0; i < 400; i++)
		ck_assert_int_gt(database_run(db,
		    "INSERT INTO account SELECT NULL, ?||name, ?||shown, email,"
		    " created, seen, suspended, since, delivered, iterations,"
		    " salt, stored_key, server_key FROM account WHERE"
		    " name='bob'", "ii", (int64_t)i, (int64_t)i), 0);
	ck_assert_int_eq(database_commit(db), 0);
	while (cursor[0] != '\0') {
		p = ask("@oper=1 ACCOUNT LIST %s", cursor);
		for (; strncmp(p, "ACCOUNT ", 8) == 0; p = strchr(p, '\n') + 1)
			n++;
		cursor[0] = '\0';
		if (sscanf(p, "MORE %31s", cursor) != 1)
			ck_assert_str_eq(p, "END\n");
		answers++;
	}
	ck_assert_int_eq(n, 402);
	ck_assert_int_gt(answers, 1);
}
END_TEST

/* A new owner of a name does not get what was its former owner's. */
START_TEST(test_heritage)
{
	say_to("Ann", "bob", 1, "private matter");
	say_to("bob", "ann", 2, "private answer");
	say("#r", "Ann", 3, "in the room");
	expect("@account=ann HISTORY LATEST =ann=bob * * 9 0", "ROW 1 %");
	expect("@account=ann PENDING *", "ROW 2 %");
	expect("@oper=1 ACCOUNT REMOVE ann", "REMOVED Ann\n");
	expect("@oper=1 ACCOUNT ADD ANN :another", "ADDED ANN\n");
	expect("@account=ann HISTORY LATEST =ann=bob * * 9 0", "END\n");
	expect("@account=ann HISTORY AROUND =ann=bob msgid=1.1 * 9 0",
	    "END\n");
	expect("@account=ann HISTORY LATEST =ann=bob * * 9 0 0.99.9",
	    "END\n");
	expect("@account=ann PENDING *", "END\n");
	expect("@account=ann PENDING 0", "END\n");
	expect("@account=ann PENDING 1", "END\n");
	expect("@account=ann TARGETS * * 9 *", "END\n");
	expect("@account=ann SEARCH =,#r * * * 9 * :private", "END\n");
	expect("@account=ann SEARCH =,#r * * * 9 * :in the", "ROW 3 %");
	expect("@account=ann REDACT #r 1.3", "FAIL REDACT REDACT_FORBIDDEN%");
	expect("@account=bob HISTORY LATEST =ann=bob * * 9 0", "ROW 1 %");
	say_to("bob", "ann", 5, "hello, new one");
	expect("@account=ann PENDING *", "ROW 4 %");
	expect("@account=ann HISTORY LATEST =ann=bob * * 9 0", "ROW 4 %");
}
END_TEST

START_TEST(test_pending)
{
	uint64_t n;
	char cursor[32] = "*", text[401];
	const char *p;
	long long last = 0;
	int told = 0;

	expect("@account=ann PENDING *", "END\n");
	expect("PENDING *", "END\n");
	expect("@account=nobody PENDING *", "END\n");
	memset(text, 'x', 400);
	text[400] = '\0';
	for (n = 1; n <= 50; n++)
		say_to("bob", "Ann", n, text);
	say_to("Ann", "bob", 99, "not to ann");
	while (cursor[0] != '\0') {
		p = ask("@account=ANN PENDING %s", cursor);
		for (; sscanf(p, "ROW %lld", &last) == 1;
		     p = strchr(p, '\n') + 1)
			told++;
		cursor[0] = '\0';
		if (sscanf(p, "MORE %31s", cursor) != 1)
			ck_assert_str_eq(p, "END\n");
	}
	ck_assert_int_eq(told, 50);
	ck_assert_int_eq(last, 50);
	expect("@account=ann DELIVERED 49", "DELIVERED 49\n");
	expect("@account=ann PENDING *", "ROW 50 %");
	expect("@account=ann DELIVERED 50", "DELIVERED 50\n");
	expect("@account=ann DELIVERED 3", "DELIVERED 3\n"); /* not back */
	expect("@account=ann PENDING *", "END\n");
	expect("@account=ann DELIVERED x", "FAIL DELIVERED INVALID_PARAMS%");
}
END_TEST

/* What is said to the absent is kept once, however often it is asked, and only
 * that is pending. */
START_TEST(test_keep)
{
	struct stored m = { .kind = KIND_PRIVMSG, .id_hi = 2, .id_lo = 7,
		.time = 5, .from = "bob", .to = "ann", .account = "bob",
		.tags = "", .line = ":bob!b@h PRIVMSG ann :live", .heard = 1 };
	size_t skipped = 0;
	int i;

	ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	expect("@account=ann PENDING *", "END\n");
	expect("@account=bob KEEP nobody PRIVMSG 5 1.ab * ::b!b@h PRIVMSG x :y",
	    "NONE\n");
	expect("@account=bob;ask=1 KEEP ANN PRIVMSG 5 1.ab +x=y"
	    " ::b!b@h PRIVMSG ANN :hello", "KEPT Ann 1.ab 5\n");
	expect("@account=bob;ask=1 KEEP ANN PRIVMSG 6 1.ac +x=y"
	    " ::b!b@h PRIVMSG ANN :hello", "KEPT Ann 1.ab 5\n");
	expect("@nick=eve;ask=2 KEEP ann NOTICE 6 1.ad *"
	    " ::eve!e@h NOTICE ann :hi", "KEPT Ann 1.ad 6\n");
	expect("@account=ann PENDING *",
	    "ROW 2 5 1.ab bob PRIVMSG +x=y ::b!b@h PRIVMSG ANN :hello\n"
	    "ROW 3 6 1.ad * NOTICE * ::eve!e@h NOTICE ann :hi\nEND\n");
	expect("@account=ann DELIVERED 3", "DELIVERED 3\n");
	expect("@account=ann HISTORY LATEST =ann=bob * * 9 0", "ROW 1 %");
	expect("@account=ann HISTORY LATEST =ann=~eve * * 9 0", "ROW 3 %");
	expect("@account=bob KEEP ann JOIN 5 1.ae * ::b!b@h JOIN #x",
	    "FAIL KEEP INVALID_PARAMS%");
	expect("@account=bob KEEP ann PRIVMSG x 1.ae * ::b!b@h PRIVMSG a :x",
	    "FAIL KEEP INVALID_PARAMS%");
	expect("@account=bob KEEP ann PRIVMSG 5 zz * ::b!b@h PRIVMSG a :x",
	    "FAIL KEEP INVALID_PARAMS%");
	for (i = 0; i < 1000; i++)
		ask("@account=bob KEEP ann PRIVMSG 5 3.%x *"
		    " ::b!b@h PRIVMSG ann :x", i);
	expect("@account=bob KEEP ann PRIVMSG 5 1.af * ::b!b@h PRIVMSG a :x",
	    "FAIL KEEP MAILBOX_FULL%");
}
END_TEST

START_TEST(test_markers)
{
	expect("@account=ann MARKREAD #r", "MARKREAD #r *\n");
	expect("@account=ann MARKREAD #r timestamp=2001-01-01T00:00:00.001Z",
	    "MARKREAD #r timestamp=2001-01-01T00:00:00.001Z\n");
	expect("@account=ann MARKREAD #R timestamp=2000-01-01T00:00:00.001Z",
	    "MARKREAD #R timestamp=2001-01-01T00:00:00.001Z\n");
	expect("@account=ANN MARKREAD #R",
	    "MARKREAD #R timestamp=2001-01-01T00:00:00.001Z\n");
	expect("@account=bob MARKREAD #r", "MARKREAD #r *\n");
	expect("@account=ann MARKREAD #r timestamp=2999-01-01T00:00:00.001Z",
	    "MARKREAD #r timestamp=2001-09-09T01:46:40.000Z\n"); /* now */
	expect("@account=ann MARKREAD #r x", "FAIL MARKREAD INVALID_PARAMS%");
	expect("@account=ann MARKREAD #r *", "FAIL MARKREAD INVALID_PARAMS%");
	expect("@account=nob MARKREAD #r",
	    "FAIL MARKREAD ACCOUNT_REQUIRED #r :%");
	/* of who has none, by session */
	expect("@ask=1.2.3.4.5.6 MARKREAD #r", "MARKREAD #r *\n");
	expect("@ask=1.2.3.5.5.6 MARKREAD #r"
	       " timestamp=2001-01-01T00:00:00.001Z",
	    "MARKREAD #r timestamp=2001-01-01T00:00:00.001Z\n");
	expect("@ask=1.2.3.6.5.6 MARKREAD #R",
	    "MARKREAD #R timestamp=2001-01-01T00:00:00.001Z\n");
	expect("@ask=1.2.4.7.5.6 MARKREAD #r", "MARKREAD #r *\n");
	expect("@ask=1.2.3.8.5.6 MARKREAD #q", "MARKREAD #q *\n");
	expect("MARKREAD", "FAIL MARKREAD NEED_MORE_PARAMS%");
}
END_TEST

START_TEST(test_markers_full)
{
	int i;

	for (i = 0; i < 1001; i++)
		ask("@account=ann MARKREAD #r%d"
		    " timestamp=2001-01-01T00:%02d:%02d.000Z", i, i / 60,
		    i % 60);
	expect("@account=ann MARKREAD #r0", "MARKREAD #r0 *\n");
	expect("@account=ann MARKREAD #r1",
	    "MARKREAD #r1 timestamp=2001-01-01T00:00:01.000Z\n");
	expect("@account=bob MARKREAD #r0 timestamp=2001-01-01T00:00:00.000Z",
	    "MARKREAD #r0 timestamp=2001-01-01T00:00:00.000Z\n");
	expect("@account=ann MARKREAD #r1000",
	    "MARKREAD #r1000 timestamp=2001-01-01T00:16:40.000Z\n");
}
END_TEST

Suite *
check_account(void)
{
	Suite *s = suite_create("account");
	TCase *t = tcase_create("empty"), *u = tcase_create("two");

	tcase_add_checked_fixture(t, store_setup, store_teardown);
	ADD_ROWS(t, test_register, registers);
	tcase_add_test(t, test_exists);
	tcase_add_test(t, test_alike);
	tcase_add_test(t, test_invite);
	tcase_add_test(t, test_verify);
	tcase_add_test(t, test_verify_own);
	tcase_add_test(t, test_invite_expires);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(u, fill, store_teardown);
	tcase_add_test(u, test_steps);
	tcase_add_test(u, test_changed_meanwhile);
	tcase_add_test(u, test_race);
	tcase_add_test(u, test_many);
	tcase_add_test(u, test_heritage);
	tcase_add_test(u, test_pending);
	tcase_add_test(u, test_keep);
	tcase_add_test(u, test_markers);
	tcase_add_test(u, test_markers_full);
	suite_add_tcase(s, u);
	return s;
}
