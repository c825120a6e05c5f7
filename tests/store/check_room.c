/* SPDX-License-Identifier: ISC */

/* Rooms that last. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../store/rename.h"
#include "../../store/room.h"
#include "check_store.h"

static void
fill(void)
{
	store_setup();
	ask("@oper=1 ACCOUNT ADD Ann :secret");
	ask("@oper=1 ACCOUNT ADD bob :secret");
	ask("@oper=1 ACCOUNT ADD cat :secret");
}

/* One after the other. */
static const struct {
	const char *line, *want;
} steps[] = {
	{ "ROOM LOAD *", "END\n" },
	{ "ROOM REGISTER #Room nobody", "FAIL ROOM NO_SUCH_ACCOUNT nobody%" },
	{ "ROOM REGISTER room ann", "FAIL ROOM BAD_ROOM_NAME room%" },
	{ "ROOM REGISTER #Room ann", "REGISTERED #Room Ann\n" },
	{ "ROOM REGISTER #ROOM bob", "FAIL ROOM ALREADY_REGISTERED #ROOM%" },
	/* one's own: who asked did not hear the answer */
	{ "ROOM REGISTER #Room ann", "REGISTERED #Room Ann\n" },
	{ "ROOM SHOW #room",
	    "ROOM #Room Ann * * 0 1000000000000 0 * * * :\nEND\n" },
	{ "ROOM SAVE #room 2000 +ntk =se:cret 25 1234 5678 ann!u@h"
	  " :A topic; ' OR 1=1 --",
	    "SAVED #room\n" },
	{ "ROOM SHOW #room",
	    "ROOM #Room Ann +ntk =se:cret 25 1234 5678 ann!u@h * *"
	    " :A topic; ' OR 1=1 --\nEND\n" },
	/* one that was so before does not replace it */
	{ "ROOM SAVE #room 1000 +n * * 1234 0 *", "SAVED #room\n" },
	{ "ROOM SHOW #room", "ROOM #Room Ann +ntk =se:cret 25 %" },
	{ "ROOM SAVE #room 3000 * * * 1234 0 *", "SAVED #room\n" },
	{ "ROOM SHOW #room", "ROOM #Room Ann * * 0 1234 0 * * * :\nEND\n" },
	{ "ROOM SAVE #room x * * * 1234 0 *", "FAIL ROOM INVALID_PARAMS%" },
	{ "ROOM SAVE #none 1 * * * 1234 0 *", "FAIL ROOM NOT_REGISTERED%" },
	{ "ROOM ACCESS #room bob operator", "ACCESS #room bob operator\n" },
	{ "ROOM ACCESS #room cat voice", "ACCESS #room cat voice\n" },
	{ "ROOM ACCESS #room cat operator", "ACCESS #room cat operator\n" },
	{ "ROOM ACCESS #room cat king", "FAIL ROOM INVALID_PARAMS king%" },
	{ "ROOM ACCESS #room nobody voice", "FAIL ROOM NO_SUCH_ACCOUNT%" },
	{ "ROOM BAN #room 99 ann!u@h ::x!*@*", "BANNED #room ::x!*@*\n" },
	{ "ROOM BAN #room 99 ann!u@h :*!*@evil", "BANNED #room :*!*@evil\n" },
	{ "ROOM BAN #room x ann!u@h :*!*@evil", "FAIL ROOM INVALID_PARAMS%" },
	{ "ROOM KEEP #room 3600 *", "KEEP #room 3600 *\n" },
	{ "ROOM KEEP #room x *", "FAIL ROOM INVALID_PARAMS%" },
	{ "ROOM SHOW #room",
	    "ROOM #Room Ann * * 0 1234 0 * 3600 * :\n"
	    "BAN #Room 99 ann!u@h b 0 ::x!*@*\n"
	    "BAN #Room 99 ann!u@h b 0 :*!*@evil\n"
	    "ACCESS #Room bob operator\nACCESS #Room cat operator\nEND\n" },
	{ "ROOM UNBAN #room :*!*@evil", "UNBANNED #room :*!*@evil\n" },
	{ "ROOM FOUNDER #room bob", "FOUNDER #room bob\n" },
	{ "ROOM LOAD *",
	    "ROOM #Room bob * * 0 1234 0 * 3600 * :\n"
	    "BAN #Room 99 ann!u@h b 0 ::x!*@*\n"
	    "ACCESS #Room cat operator\nACCESS #Room Ann admin\nEND\n" },
	{ "ROOM LIST *", "ROOM #Room bob * * 0 1234 0 * 3600 * :\nEND\n" },
	{ "ROOM LOAD x", "FAIL ROOM INVALID_PARAMS x%" },
	{ "ROOM LOAD 1.9.1", "FAIL ROOM INVALID_PARAMS 1.9.1%" },
	{ "ROOM REGISTER #other bob", "REGISTERED #other bob\n" },
	{ "@account=bob ACCOUNT SHOW bob", "ACCOUNT bob %" },
	/* the founder goes: to the oldest admin, or the room goes too */
	{ "@oper=1 ACCOUNT REMOVE bob",
	    "INHERITED #Room\nUNREGISTERED #other\nREMOVED bob\n" },
	{ "ROOM LIST *", "ROOM #Room Ann * * 0 1234 0 * 3600 * :\nEND\n" },
	{ "ROOM SHOW #room",
	    "ROOM #Room Ann * * 0 1234 0 * 3600 * :\n"
	    "BAN #Room 99 ann!u@h b 0 ::x!*@*\nACCESS #Room cat operator\n"
	    "END\n" },
	{ "ROOM DROP #room", "DROPPED #room\n" },
	{ "ROOM DROP #room", "FAIL ROOM NOT_REGISTERED #room%" },
	{ "ROOM LOAD *", "END\n" },
};

START_TEST(test_steps)
{
	int i;

	for (i = 0; i < ROWS(steps); i++)
		expect(steps[i].line, steps[i].want);
}
END_TEST

/* A hundred rooms with bans and ranks: all of it comes, each once. */
START_TEST(test_load)
{
	char cursor[64] = "*";
	const char *p;
	int i, k, rooms = 0, bans = 0, ranks = 0, answers = 0;

	ck_assert_int_eq(database_begin(db), 0);
	for (i = 0; i < 100; i++) {
		ask("ROOM REGISTER #room%d ann", i);
		for (k = 0; k < i % 7; k++)
			ask("ROOM BAN #room%d 1 ann!u@h :*!*@%d", i, k);
		ask("ROOM ACCESS #room%d bob voice", i);
	}
	ck_assert_int_eq(database_commit(db), 0);
	for (; cursor[0] != '\0'; answers++) {
		p = ask("ROOM LOAD %s", cursor);
		for (; strncmp(p, "MORE", 4) != 0 && strncmp(p, "END", 3) != 0;
		     p = strchr(p, '\n') + 1) {
			rooms += strncmp(p, "ROOM ", 5) == 0;
			bans += strncmp(p, "BAN ", 4) == 0;
			ranks += strncmp(p, "ACCESS ", 7) == 0;
		}
		cursor[0] = '\0';
		sscanf(p, "MORE %63s", cursor);
	}
	ck_assert_int_eq(rooms, 100);
	ck_assert_int_eq(bans, 14 * 21 + 0 + 1);
	ck_assert_int_eq(ranks, 100);
	ck_assert_int_gt(answers, 2);
	for (i = 0, snprintf(cursor, sizeof(cursor), "*"); cursor[0] != '\0';) {
		p = ask("ROOM LIST %s", cursor);
		for (; strncmp(p, "ROOM ", 5) == 0; p = strchr(p, '\n') + 1)
			i++;
		cursor[0] = '\0';
		sscanf(p, "MORE %63s", cursor);
	}
	ck_assert_int_eq(i, 100);
}
END_TEST

/* As the room is in the server's memory: what is no longer there goes. */
START_TEST(test_save)
{
	struct room_settings s = { .name = "#ROOM", .saved = 5, .modes = "+nt",
		.created = 1000, .topic = "It's \"mine\"; --",
		.topic_by = "ann!u@h", .topic_time = 2000, .nbans = 2,
		.ban = { { "b", "a!*@*", "ann!u@h", "", 1, 0 },
		    { "e", ":!*@*", "b!u@h", "a friend", 2, 9000 } } };

	ck_assert_int_eq(room_save(db, &s), 0); /* none of ours */
	expect("ROOM LIST *", "END\n");
	expect("ROOM REGISTER #Room ann", "REGISTERED #Room Ann\n");
	ck_assert_int_eq(room_save(db, &s), 0);
	expect("ROOM SHOW #room",
	    "ROOM #Room Ann +nt * 0 1000 2000 ann!u@h * * :It's \"mine\"; --\n"
	    "BAN #Room 1 ann!u@h b 0 :a!*@*\n"
	    "BAN #Room 2 b!u@h e 9000 ::!*@* a friend\nEND\n");
	s.key = "=:k";
	s.most = 7;
	s.topic_by = NULL;
	s.topic = "";
	s.topic_time = 0;
	s.modes = "+";
	s.nbans = 1;
	s.ban[0] = s.ban[1];
	s.nkeys = 2;
	s.key_of[0] = (struct room_key) { "url", "http://x/ y" };
	s.key_of[1] = (struct room_key) { "avatar", ":x" };
	ck_assert_int_eq(room_save(db, &s), 0);
	expect("ROOM SHOW #room", "ROOM #Room Ann + ==:k 7 1000 0 * * * :\n"
	    "BAN #Room 2 b!u@h e 9000 ::!*@* a friend\n"
	    "METADATA #Room avatar ::x\n"
	    "METADATA #Room url :http://x/ y\nEND\n");
	expect("ROOM SHOW #room 1.3.1", "METADATA #Room url :http://x/ y\n"
	    "END\n");
	s.nkeys = 1;
	ck_assert_int_eq(room_save(db, &s), 0);
	expect("ROOM SHOW #room 1.3.0", "METADATA #Room url :http://x/ y\n"
	    "END\n");
	expect("ROOM DROP #room", "DROPPED #room\n");
	expect("ROOM REGISTER #room ann", "REGISTERED #room Ann\n");
	expect("ROOM SHOW #room 1.3.0", "END\n");
}
END_TEST

/* Another name: with what was said and read, again and again, and not with
 * what was said in a room that had the name before. */
START_TEST(test_rename)
{
	struct room_settings s = { .name = "#New", .was = "#Old", .saved = 5,
		.modes = "+nt", .topic = "t" };
	int i;

	expect("ROOM REGISTER #Old ann", "REGISTERED #Old Ann\n");
	say("#new", "bob", 1, "of another room");
	say("#old", "ann", 2, "before");
	say("#new", "bob", 5, "ahead of the news");
	expect("@account=ann MARKREAD #old timestamp=1970-01-01T00:00:01.000Z",
	    "MARKREAD %");
	ck_assert_int_eq(room_save(db, &s), 1); /* under the old name */
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(rename_room(db, "#old", "#New", 4000000), 0);
		expect("ROOM SHOW #new", "ROOM #New Ann +nt %");
		expect("ROOM SHOW #old", "FAIL ROOM NOT_REGISTERED %");
		expect("HISTORY LATEST #new * * 9 0",
		    "ROW 2 2000000 1.2 ann PRIVMSG * "
		    "::ann!u@h PRIVMSG #New :before\n"
		    "ROW 3 5000000 1.5 bob PRIVMSG * "
		    "::bob!u@h PRIVMSG #new :ahead of the news\nEND\n");
		expect("HISTORY LATEST #old * * 9 0", "END\n");
		expect("@account=ann MARKREAD #NEW",
		    "MARKREAD #NEW timestamp=%");
	}
	ck_assert_int_eq(room_save(db, &s), 0);
	/* only the case */
	ck_assert_int_eq(rename_room(db, "#New", "#NEW", 9000000), 0);
	expect("ROOM SHOW #new", "ROOM #NEW Ann +nt %");
	expect("HISTORY LATEST #new * * 1 0", "ROW 3 %");
	expect("@account=ann MARKREAD #new", "MARKREAD #new timestamp=%");
}
END_TEST

START_TEST(test_many)
{
	int i;

	ck_assert_int_eq(database_begin(db), 0);
	for (i = 0; i < 100; i++)
		ask("ROOM REGISTER #room%d ann", i);
	ck_assert_int_eq(database_commit(db), 0);
	expect("ROOM REGISTER #more ann", "FAIL ROOM TOO_MANY_ROOMS #more%");
	expect("ROOM REGISTER #room99 ann", "REGISTERED #room99 Ann\n");
	expect("ROOM REGISTER #more bob", "REGISTERED #more bob\n");
}
END_TEST

Suite *
check_room(void)
{
	Suite *s = suite_create("room");
	TCase *t = tcase_create("room");

	tcase_add_checked_fixture(t, fill, store_teardown);
	tcase_add_test(t, test_steps);
	tcase_add_test(t, test_load);
	tcase_add_test(t, test_save);
	tcase_add_test(t, test_rename);
	tcase_add_test(t, test_many);
	suite_add_tcase(s, t);
	return s;
}
