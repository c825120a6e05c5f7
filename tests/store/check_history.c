/* SPDX-License-Identifier: ISC */

/* Which messages come for which request, and in how many answers. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_store.h"

/*
 * Rows 1 to 10 of #r: messages, but for joins at 4 and 5.  #other in between
 * is nobody's business here.
 */
static void
fill(void)
{
	uint64_t n;

	store_setup();
	for (n = 1; n <= 10; n++) {
		if (n == 4 || n == 5)
			event("#r", KIND_JOIN, "cat", n);
		else
			say("#r", n % 2 ? "ann" : "bob", n, "text");
		say("#other", "eve", n, "other");
	}
}

/* The numbers of the msgids of an answer and its last word. */
static const char *
numbers(const char *text)
{
	static char buf[8192];
	const char *line;
	size_t n = 0;
	unsigned id;
	char word[32];

	buf[0] = '\0';
	for (line = text; *line != '\0'; line = strchr(line, '\n') + 1)
		if (sscanf(line, "ROW %*s %*s 1.%x", &id) == 1)
			n += (size_t)snprintf(
			    buf + n, sizeof(buf) - n, "%u ", id);
		else if (sscanf(line, "FAIL CHATHISTORY %31s", word) == 1)
			n += (size_t)snprintf(
			    buf + n, sizeof(buf) - n, "%s", word);
		else if (sscanf(line, "%31s", word) == 1)
			n += (size_t)snprintf(
			    buf + n, sizeof(buf) - n, "%s", word);
	return buf;
}

/* 1.N is at N * 1000 s. */
#define T(mm, ss) "timestamp=1970-01-01T" mm ":" ss ".000Z"
#define T3 T("00:50", "00")
#define T5 T("01:23", "20")
#define T8 T("02:13", "20")

static const struct {
	const char *request, *want;
} selections[] = {
	{ "LATEST #r * * 3 0", "8 9 10 END" },
	{ "LATEST #R * * 3 0", "8 9 10 END" },
	{ "LATEST #r * * 100 0", "1 2 3 6 7 8 9 10 END" },
	{ "LATEST #r * * 100 1", "1 2 3 4 5 6 7 8 9 a END" },
	{ "LATEST #r msgid=1.8 * 100 0", "9 10 END" },
	{ "LATEST #r msgid=1.8 * 1 0", "10 END" },
	{ "LATEST #r " T8 " * 100 0", "9 10 END" },
	{ "LATEST #r msgid=1.a * 100 0", "END" },
	{ "BEFORE #r msgid=1.3 * 100 0", "1 2 END" },
	{ "BEFORE #r msgid=1.8 * 2 0", "6 7 END" },
	{ "BEFORE #r msgid=1.6 * 2 0", "2 3 END" },
	{ "BEFORE #r msgid=1.6 * 2 1", "4 5 END" },
	{ "BEFORE #r msgid=1.4 * 2 0", "2 3 END" },
	{ "BEFORE #r " T3 " * 9 0", "1 2 END" },
	{ "BEFORE #r msgid=1.1 * 9 0", "END" },
	{ "AFTER #r msgid=1.3 * 2 0", "6 7 END" },
	{ "AFTER #r msgid=1.3 * 2 1", "4 5 END" },
	{ "AFTER #r msgid=1.4 * 2 0", "6 7 END" },
	{ "AFTER #r " T5 " * 2 0", "6 7 END" },
	{ "AFTER #r " T3 " * 1 1", "4 END" },
	{ "AFTER #r timestamp=1970-01-01T00:49:59.999Z * 1 1", "3 END" },
	{ "AFTER #r timestamp=2999-12-31T23:59:59.999Z * 1 1", "END" },
	{ "AROUND #r msgid=1.7 * 3 0", "6 7 8 END" },
	{ "AROUND #r msgid=1.7 * 4 0", "3 6 7 8 END" },
	{ "AROUND #r msgid=1.7 * 1 0", "7 END" },
	{ "AROUND #r msgid=1.1 * 4 0", "1 2 END" },
	{ "AROUND #r msgid=1.5 * 4 0", "2 3 6 7 END" },
	{ "AROUND #r " T8 " * 3 1", "7 8 9 END" },
	{ "BETWEEN #r msgid=1.2 msgid=1.8 9 0", "3 6 7 END" },
	{ "BETWEEN #r msgid=1.2 msgid=1.8 2 0", "3 6 END" },
	{ "BETWEEN #r msgid=1.8 msgid=1.2 2 0", "6 7 END" },
	{ "BETWEEN #r msgid=1.8 " T3 " 9 1", "4 5 6 7 END" },
	{ "BETWEEN #r " T3 " " T8 " 9 1", "4 5 6 7 END" },
	{ "BETWEEN #r " T8 " " T3 " 2 1", "6 7 END" },
	{ "BETWEEN #r msgid=1.2 msgid=1.2 9 0", "END" },
	{ "BETWEEN #r msgid=1.2 * 9 0", "INVALID_PARAMS" },
	{ "BEFORE #r * * 9 0", "INVALID_PARAMS" },
	{ "AFTER #r * * 9 0", "INVALID_PARAMS" },
	{ "AROUND #r * * 9 0", "INVALID_PARAMS" },
	{ "BEFORE #r msgid=1.ff * 9 0", "MESSAGE_ERROR" },
	{ "BEFORE #r msgid=x * 9 0", "MESSAGE_ERROR" },
	{ "BEFORE #other msgid=2.1 * 9 0", "MESSAGE_ERROR" },
	{ "BEFORE #r foo=1 * 9 0", "INVALID_MSGREFTYPE" },
	{ "BEFORE #r 1.2 * 9 0", "INVALID_MSGREFTYPE" },
	{ "BEFORE #r timestamp=yesterday * 9 0", "INVALID_PARAMS" },
	{ "BEFORE #r timestamp=1970-13-01T00:00:00.000Z * 9 0",
	    "INVALID_PARAMS" },
	{ "BEFORE #r timestamp= * 9 0", "INVALID_PARAMS" },
	{ "LATEST #r * * 0 0", "INVALID_PARAMS" },
	{ "LATEST #r * * -5 0", "INVALID_PARAMS" },
	{ "LATEST #r * * 99999999999999999999 0", "INVALID_PARAMS" },
	{ "LATEST #r * * 2147483647 0", "1 2 3 6 7 8 9 10 END" },
	{ "LATEST #r * * ten 0", "INVALID_PARAMS" },
	{ "NEWEST #r * * 9 0", "INVALID_PARAMS" },
	{ "LATEST #nowhere * * 9 0", "END" },
	{ "LATEST =ann=bob * * 9 0", "INVALID_TARGET" },
	{ "LATEST = * * 9 0", "INVALID_TARGET" },
	{ "LATEST #r * * 9 0 x", "INVALID_PARAMS" },
	{ "LATEST #r * * 9 0 1.2", "INVALID_PARAMS" },
	{ "LATEST #r * * 9 0 1.9999999999999999999.1", "INVALID_PARAMS" },
	{ "LATEST #r * * 9 0 1.2.100000", "INVALID_PARAMS" },
	{ "LATEST #r * * 9 0 *", "1 2 3 6 7 8 9 10 END" },
	{ "LATEST #r';-- * * 9 0", "END" },
};

START_TEST(test_selections)
{
	char want[128], *p;
	const char *got = numbers(ask("HISTORY %s", selections[_i].request));

	/* %x above and %u here: what is written as a stands for 10 */
	snprintf(want, sizeof(want), "%s", selections[_i].want);
	if ((p = strstr(want, " a ")) != NULL)
		snprintf(p, sizeof(want) - (size_t)(p - want), " 10 END");
	ck_assert_msg(strcmp(got, want) == 0, "%s: %s, not %s",
	    selections[_i].request, got, want);
}
END_TEST

START_TEST(test_direct)
{
	say_to("Ann", "bob", 20, "hi");
	say_to("bob", "Ann", 21, "ho");
	say_to("~guest", "bob", 22, "hm");
	expect("@account=BOB HISTORY LATEST =bob=ann * * 9 0",
	    "ROW 21 20000000 1.14 Ann PRIVMSG * :"
	    ":Ann!u@h PRIVMSG bob :hi\n"
	    "ROW 22 21000000 1.15 bob PRIVMSG * :"
	    ":bob!u@h PRIVMSG Ann :ho\nEND\n");
	expect("@account=bob HISTORY LATEST =~guest=bob * * 9 0",
	    "ROW 23 22000000 1.16 * PRIVMSG * :"
	    ":~guest!u@h PRIVMSG bob :hm\nEND\n");
	expect("@account=eve HISTORY LATEST =ann=bob * * 9 0",
	    "FAIL CHATHISTORY INVALID_TARGET%");
	expect("@account=eve;oper=1 HISTORY LATEST =ann=bob * * 9 0",
	    "FAIL CHATHISTORY INVALID_TARGET%");
	expect("@nick=bob HISTORY LATEST =ann=bob * * 9 0",
	    "FAIL CHATHISTORY INVALID_TARGET%");
}
END_TEST

/* All of a long selection in many answers, each once, while more is stored. */
START_TEST(test_cursor)
{
	char text[401], cursor[80] = "*";
	const char *got, *p;
	uint64_t n, next = 100;
	unsigned id;
	int answers = 0;

	memset(text, 'x', 400);
	text[400] = '\0';
	for (n = 100; n < 300; n++)
		say("#long", "ann", n, text);
	while (cursor[0] != '\0') {
		got = ask("HISTORY LATEST #long * * 200 0 %s", cursor);
		for (p = got; strncmp(p, "ROW ", 4) == 0;
		     p = strchr(p, '\n') + 1) {
			ck_assert_int_eq(
			    sscanf(p, "ROW %*s %*s 1.%x", &id), 1);
			ck_assert_uint_eq(id, next++);
		}
		cursor[0] = '\0';
		if (sscanf(p, "MORE %79s", cursor) != 1)
			ck_assert_str_eq(p, "END\n");
		say("#long", "bob", n++, "more");
		answers++;
	}
	ck_assert_uint_eq(next, 300);
	ck_assert_int_gt(answers, 10);
}
END_TEST

/* The longest row there can be fits an answer. */
START_TEST(test_longest)
{
	static char line[STORED_LINE + 1], tags[STORED_TAGS + 1];
	char account[66];
	struct stored m = { .id_hi = UINT64_MAX, .id_lo = UINT64_MAX,
		.time = INT64_MAX, .kind = 1, .target = "#long",
		.account = account, .tags = tags, .line = line };
	size_t skipped;

	memset(line, 'x', STORED_LINE);
	memset(tags, 'x', STORED_BOTH - STORED_LINE);
	memset(account, 'x', 64);
	account[64] = '\0';
	ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	ck_assert_uint_eq(skipped, 0);
	ck_assert_int_gt(strlen(ask("HISTORY LATEST #long * * 1 0")),
	    STORED_BOTH);
	/* one that is longer would fit none, so it is not kept */
	tags[STORED_BOTH - STORED_LINE] = 'x';
	m.id_lo--;
	ck_assert_int_eq(message_store(db, &m, 1, &skipped), 0);
	ck_assert_uint_eq(skipped, 1);
}
END_TEST

START_TEST(test_targets)
{
	say_to("ann", "bob", 20, "hi");
	say_to("cat", "ANN", 30, "hi");
	say_to("bob", "cat", 40, "not ann's");
	say("#room", "bob", 50, "x");
	event("#room", KIND_JOIN, "x", 60);
	expect("@account=ann TARGETS * * 9 * #room,#other,#none",
	    "TARGET #other 10000000\nTARGET bob 20000000\n"
	    "TARGET cat 30000000\nTARGET #room 50000000\nEND\n");
	expect("@account=ann TARGETS timestamp=1970-01-01T05:00:00.000Z"
	    " timestamp=1970-01-01T13:00:00.000Z 9 * #room",
	    "TARGET bob 20000000\nTARGET cat 30000000\nEND\n");
	expect("@account=ann TARGETS timestamp=1970-01-02T05:00:00.000Z"
	    " timestamp=1970-01-01T00:00:00.000Z 2 * #room",
	    "TARGET #room 50000000\nTARGET cat 30000000\nEND\n");
	expect("@account=ann TARGETS * * 9 20000000.999999.1 #room",
	    "TARGET cat 30000000\nEND\n");
	expect("TARGETS * * 9 * #room", "TARGET #room 50000000\nEND\n");
	expect("TARGETS * * 9 *", "END\n");
	expect("@account=ann TARGETS x * 9 * #room",
	    "FAIL CHATHISTORY INVALID_PARAMS TARGETS x :%");
	expect("@account=ann TARGETS * * 0 * #room",
	    "FAIL CHATHISTORY INVALID_PARAMS TARGETS 0 :%");
}
END_TEST

/* Three thousand partners: every one is told once. */
START_TEST(test_many_targets)
{
	char name[16], cursor[80] = "*";
	const char *p;
	int i, n = 0;

	ck_assert_int_eq(database_begin(db), 0);
	for (i = 0; i < 900; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		say_to("ann", name, (uint64_t)(100 + i / 2), "hi");
	}
	ck_assert_int_eq(database_commit(db), 0);
	while (cursor[0] != '\0') {
		p = ask("@account=ann TARGETS * * 1000 %s", cursor);
		for (; strncmp(p, "TARGET ", 7) == 0; p = strchr(p, '\n') + 1)
			n++;
		cursor[0] = '\0';
		if (sscanf(p, "MORE %79s", cursor) != 1)
			ck_assert_str_eq(p, "END\n");
	}
	ck_assert_int_eq(n, 900 / 2 * 2);
}
END_TEST

START_TEST(test_redact)
{
	expect("@account=bob;source=bob!u@h REDACT #r 1.3 :because",
	    "FAIL REDACT REDACT_FORBIDDEN #r 1.3 :%");
	expect("@nick=ann REDACT #r 1.3", "FAIL REDACT REDACT_FORBIDDEN%");
	expect("@account=ann REDACT #r 1.ff", "FAIL REDACT UNKNOWN_MSGID%");
	expect("@account=ann REDACT #r x", "FAIL REDACT UNKNOWN_MSGID%");
	expect("@account=ann REDACT #r 1.4", "FAIL REDACT UNKNOWN_MSGID%");
	expect("@account=ann;source=ann!u@h REDACT #r 1.3 :because",
	    "REDACTED #r 1.3 ann\n");
	expect("@account=ann REDACT #r 1.3", "FAIL REDACT UNKNOWN_MSGID%");
	ck_assert_str_eq(
	    numbers(ask("HISTORY BEFORE #r msgid=1.6 * 2 0")), "1 2 END");
	ck_assert_str_eq(
	    numbers(ask("HISTORY AFTER #r msgid=1.3 * 1 0")), "6 END");
	expect("HISTORY AFTER #r msgid=1.2 * 1 1",
	    "ROW 5 3000000 1.3 ann REDACT * :"
	    ":ann!u@h REDACT #r 1.3 :because\nEND\n");
	expect("@oper=1;account=op;source=op!o@h REDACT #r 1.2",
	    "REDACTED #r 1.2 bob\n");
	say_to("ann", "bob", 20, "hi");
	expect("@account=eve;oper=1 REDACT =ann=bob 1.14",
	    "FAIL REDACT INVALID_TARGET%");
	expect("@account=bob REDACT =ann=bob 1.14",
	    "FAIL REDACT REDACT_FORBIDDEN%");
	expect("@account=ann REDACT =ann=bob 1.14",
	    "REDACTED =ann=bob 1.14 ann\n");
}
END_TEST

/* The hot statements go by an index, none through the table. */
static const char *const hot[] = {
	"SELECT id FROM message WHERE target=1 AND event=0 AND id>1 AND id<9"
	" ORDER BY id LIMIT 5",
	"SELECT id FROM message WHERE target=1 AND event=0 AND id>1 AND id<9"
	" ORDER BY id DESC LIMIT 5",
	"SELECT id FROM message WHERE recipient='ann' AND id>1 ORDER BY id"
	" LIMIT 5",
	"SELECT id FROM message WHERE id_lo=1 AND id_hi=1 AND target=1",
	"SELECT id, time + late FROM message WHERE id>=5 ORDER BY id LIMIT 1",
	"SELECT max(id) FROM message",
	"SELECT time FROM message WHERE target=1 AND event=0"
	" ORDER BY message.id DESC LIMIT 1",
	"SELECT id, shown FROM target WHERE a='ann'"
	" UNION SELECT id, shown FROM target WHERE b='ann'",
	"SELECT rowid FROM word WHERE word MATCH 'a' AND rowid>1 AND rowid<9"
	" ORDER BY rowid DESC LIMIT 9",
	"DELETE FROM done WHERE ask IN"
	" (SELECT ask FROM done WHERE time<1 ORDER BY time LIMIT 1)",
};

START_TEST(test_plans)
{
	char sql[512];
	sqlite3_stmt *q;
	const char *step;

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", hot[_i]);
	ck_assert_int_eq(
	    sqlite3_prepare_v2(db->sql, sql, -1, &q, NULL), SQLITE_OK);
	while (sqlite3_step(q) == SQLITE_ROW) {
		step = (const char *)sqlite3_column_text(q, 3);
		if (strstr(step, "VIRTUAL TABLE") != NULL)
			continue;
		ck_assert_msg(strncmp(step, "SCAN", 4) != 0 &&
		        strstr(step, "TEMP B-TREE FOR ORDER") == NULL,
		    "%s: %s", hot[_i], step);
	}
	sqlite3_finalize(q);
}
END_TEST

Suite *
check_history(void)
{
	Suite *s = suite_create("history");
	TCase *t = tcase_create("history");

	tcase_add_checked_fixture(t, fill, store_teardown);
	ADD_ROWS(t, test_selections, selections);
	tcase_add_test(t, test_direct);
	tcase_add_test(t, test_cursor);
	tcase_add_test(t, test_longest);
	tcase_add_test(t, test_targets);
	tcase_add_test(t, test_many_targets);
	tcase_add_test(t, test_redact);
	ADD_ROWS(t, test_plans, hot);
	suite_add_tcase(s, t);
	return s;
}
