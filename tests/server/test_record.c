/* SPDX-License-Identifier: ISC */
/*
 * What the server writes down: every act of an operator and of the
 * administrator is on the record, by a table in which each of them has to
 * stand; and what strangers say can neither forge a line of the log nor reach a
 * terminal that shows it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

enum { PATIENCE = 10000, TEXT = 1 << 16 };

/* crypt(3) of "sesame", the quick way */
#define HASH "$1$moot$OqDwgtpRpN27gn0Ai0TTy."

static struct server sv;

static void
begin(void)
{
	server_init_store(&sv);
	server_set(&sv, "operator", "boss %s", HASH);
	server_set(&sv, "log-level", "debug");
	server_add(&sv, "proxy 127.0.0.7/32");
	server_add(&sv, "webirc secret 127.0.0.8/32");
	server_start(&sv);
	wait_for(strcmp(server_status(&sv, "store"), "serving") == 0, PATIENCE);
}

static void
end(void)
{
	client_quit_all();
	server_stop(&sv);
}

/* ---- acts ---- */

/* Of operators: a line, and what the record calls it. */
static const struct {
	const char *command, *parameters, *what;
} acts[] = {
	{ "DLINE", "10.9.8.7 :go", "DLINE" },
	{ "UNDLINE", "10.9.8.7", "UNDLINE" },
	{ "KLINE", "*!*@bad.test :go", "KLINE" },
	{ "UNKLINE", "*!*@bad.test", "UNKLINE" },
	{ "KILL", "victim :go", "KILL" },
	{ "REHASH", "", "REHASH" },
	{ "SAJOIN", "#closed", "SAJOIN" },
	{ "SAMODE", "#closed +m", "SAMODE" },
	{ "WALLOPS", ":hear", "WALLOPS" },
};
enum { ACTS = sizeof(acts) / sizeof(acts[0]) };

/* Of the administrator, by the command of the control socket; with NULL it
 * only shows something. */
static const struct {
	const char *command, *arguments, *what;
} orders[] = {
	{ "STATUS", NULL, NULL },
	{ "WORKERS", NULL, NULL },
	{ "USERS", NULL, NULL },
	{ "ROOMS", NULL, NULL },
	{ "MEMBERS", NULL, NULL },
	{ "QUEUES", NULL, NULL },
	{ "BANS", NULL, NULL },
	{ "AUDIT", NULL, NULL },
	{ "REGISTERED", NULL, NULL },
	{ "VERSION", NULL, NULL },
	{ "HELP", NULL, NULL },
	{ "KICK", "kick victim", "KICK" },
	{ "BAN", "ban 10.7.7.7 go", "XLINE-ADD" },
	{ "UNBAN", "unban 10.7.7.7", "XLINE-DEL" },
	{ "ANNOUNCE", "announce hello", "ANNOUNCE" },
	{ "ACCOUNT", "account suspend subject", "ACCOUNT-SUSPEND" },
	{ "ACCOUNT", "account unsuspend subject", "ACCOUNT-UNSUSPEND" },
	{ "ACCOUNT", "account invite", "ACCOUNT-INVITE" },
	{ "ACCOUNT", "account remove subject", "ACCOUNT-REMOVE" },
	{ "HISTORY", "history export '#closed'", "EXPORT" },
	{ "HISTORY", "history erase '#closed'", "ERASE" },
	{ "BACKUP", "backup /nowhere/at/all", "BACKUP" },
	{ "RELOAD", "reload", "RELOAD" },
	{ "REBALANCE", "rebalance", "REBALANCE" },
	{ "UPGRADE", "upgrade", "UPGRADE" },
	{ "STOP", NULL, NULL }, /* see test_stop */
};
enum { ORDERS = sizeof(orders) / sizeof(orders[0]) };

/* Whether the record has an act WHAT of WHO, the last ones first. */
static int
is_recorded(const char *who, const char *what)
{
	char *text = server_ctl(&sv, "--json audit 100", NULL);
	char *line, *save, name[64], act[64];
	int found = 0;

	for (line = strtok_r(text, "\n", &save); line != NULL && !found;
	     line = strtok_r(NULL, "\n", &save))
		found = json_get(line, "operator", name, sizeof(name)) !=
		        NULL &&
		    json_get(line, "what", act, sizeof(act)) != NULL &&
		    strncmp(name, who, strlen(who)) == 0 &&
		    strcmp(act, what) == 0;
	free(text);
	return found;
}

static struct client *
boss(void)
{
	struct client *c = client_register(&sv, "boss");

	client_send(c, "OPER boss sesame");
	client_expect(c, "381 *");
	client_sync(c);
	return c;
}

START_TEST(test_acts)
{
	struct client *c, *other;
	int i;

	begin();
	other = client_register(&sv, "other");
	client_ask(other, "JOIN #closed", "366 *");
	client_register(&sv, "victim");
	c = boss();
	ck_assert(is_recorded("boss", "OPER"));
	for (i = 0; i < ACTS; i++) {
		client_send(c, "%s %s", acts[i].command, acts[i].parameters);
		client_sync(c);
		ck_assert_msg(is_recorded("boss", acts[i].what) ||
		        is_recorded("boss", acts[i].what[0] == 'U'
		            ? "XLINE-DEL" : "XLINE-ADD"),
		    "%s is not on the record", acts[i].command);
	}
	end();
}
END_TEST

/* Every command that is for operators only is in the table above. */
START_TEST(test_acts_known)
{
	char index[TEXT] = "", *word, *save;
	struct client *c;
	int i;

	begin();
	c = boss();
	client_send(c, "HELP");
	while (client_line(c, PATIENCE) && !client_matches(c, "706 *"))
		if (client_matches(c, "705 boss \\* :*")) {
			strcat(index, " ");
			strcat(index, strchr(c->body, ':') + 1);
		}
	for (word = strtok_r(index, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		client_send(c, "HELP %s", word);
		client_block(c, "706 *");
		if (client_block_count(c, "705 *Only for operators*") == 0)
			continue;
		for (i = 0; i < ACTS; i++)
			if (strcmp(acts[i].command, word) == 0)
				break;
		ck_assert_msg(i < ACTS, "%s is for operators: is it on the "
		    "record? then it is missing in this test", word);
	}
	end();
}
END_TEST

START_TEST(test_orders)
{
	struct client *c;
	int i;

	begin();
	client_login(&sv, "subject", "batch");
	client_register(&sv, "victim");
	c = client_register(&sv, "other");
	client_ask(c, "JOIN #closed", "366 *");
	for (i = 0; i < ORDERS; i++) {
		if (orders[i].arguments == NULL)
			continue;
		free(server_ctl(&sv, orders[i].arguments, NULL));
		ck_assert_msg(is_recorded("uid:", orders[i].what),
		    "%s is not on the record", orders[i].arguments);
	}
	end();
}
END_TEST

START_TEST(test_orders_known)
{
	char *text, *line, *save, name[64];
	int i;

	begin();
	/* the socket's own list */
	text = server_ctl(&sv, "--json help", NULL);
	ck_assert_msg(strstr(text, "BACKUP") != NULL, "%s", text);
	for (line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		if (json_get(line, "command", name, sizeof(name)) == NULL)
			continue;
		for (i = 0; i < ORDERS; i++)
			if (strcmp(orders[i].command, name) == 0)
				break;
		ck_assert_msg(i < ORDERS, "%s: does it change anything? then "
		    "is it on the record? it is missing in this test", name);
	}
	free(text);
	end();
}
END_TEST

/* The last act of all is there for the next server to show. */
START_TEST(test_stop)
{
	begin();
	free(server_ctl(&sv, "stop", NULL));
	ck_assert_int_eq(server_reap(sv.pid, PATIENCE), 0);
	sv.pid = 0;
	server_start(&sv);
	wait_for(strcmp(server_status(&sv, "store"), "serving") == 0, PATIENCE);
	ck_assert(is_recorded("uid:", "STOP"));
	end();
}
END_TEST

/* Who tries a password is in the log. */
START_TEST(test_failure)
{
	struct client *c;

	begin();
	c = client_register(&sv, "eve");
	client_ask(c, "OPER boss wrong", "464 *");
	wait_for(server_log_has(&sv, "audit: eve!"), PATIENCE);
	ck_assert(server_log_has(&sv, " OPER boss: failed"));
	end();
}
END_TEST

/* ---- what strangers say ---- */

/* Escape sequences of 7 and 8 bits, marks of direction, a conversion that
 * writes, what a shell would run, a quotation mark, no UTF-8. */
#define EVIL                                                                  \
	"\x1b[31m\xc2\x9b" "31m\xe2\x80\xae%n%s%99999d`id`$(id);\"'\\\xff\x07"

static const char *const lines[] = {
	"SETNAME :" EVIL,
	"AWAY :" EVIL,
	"NICK " EVIL,
	"JOIN #" EVIL,
	"JOIN #x\r\nTOPIC #x :" EVIL "\r\nPART #x :" EVIL,
	"PRIVMSG #x :" EVIL,
	"PRIVMSG NickServ :IDENTIFY " EVIL,
	"NS " EVIL,
	"CS " EVIL,
	"CS REGISTER " EVIL,
	"OPER " EVIL " " EVIL,
	"OPER boss " EVIL,
	"REGISTER " EVIL " * " EVIL,
	"VERIFY a " EVIL,
	"CAP REQ :" EVIL,
	"CAP LS 302\r\nAUTHENTICATE " EVIL,
	"METADATA * SET " EVIL " :" EVIL,
	"CHATHISTORY LATEST " EVIL " * 10",
	"SEARCH :" EVIL,
	"REDACT #x " EVIL " :" EVIL,
	"@" EVIL " PRIVMSG #x :a",
	":" EVIL " PRIVMSG #x :a",
	EVIL " " EVIL,
	"STATS " EVIL,
	"WHOIS " EVIL,
	"MONITOR + " EVIL,
	"RENAME #x #" EVIL " :" EVIL,
	"KILL other :" EVIL,
	"KLINE *!*@" EVIL " :" EVIL,
	"DLINE 10.2.3.4 :" EVIL,
	"SAJOIN #" EVIL,
	"SAMODE #x +k " EVIL,
	"WALLOPS :" EVIL,
	"QUIT :" EVIL,
};

static const char *const arrivals[] = {
	"WEBIRC secret " EVIL " " EVIL " 10.0.0.1\r\n",
	"WEBIRC " EVIL " gateway host.example 10.0.0.1\r\n",
	"PROXY TCP4 " EVIL "\r\n",
	"PASS " EVIL "\r\nUSER " EVIL " 0 * :" EVIL "\r\nNICK evil\r\n",
};

static const char *const words[] = {
	"kick other '" "\x1b[31m\xc2\x9b" "31m\xe2\x80\xae%n%s" "'",
	"announce '" "\x1b[31m\xc2\x9b" "31m\xe2\x80\xae%n%s" "'",
	"ban 10.4.4.4 '" "\x1b[31m\xc2\x9b" "31m\xe2\x80\xae%n%s" "'",
	"account suspend x '" "\x1b[31m\xc2\x9b" "31m\xe2\x80\xae%n%s" "'",
	"history export '" "\x1b[31m\xc2\x9b" "31m%n%s" "'",
	"backup '/nowhere/" "\x1b[31m\xc2\x9b" "31m\xe2\x80\xae%n%s" "'",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Each line of the log begins as lines do, and has nothing in it that a
 * terminal would obey. */
static void
log_check(void)
{
	static const char *const bad[] = { "\x1b", "\xc2\x9b", "\xe2\x80\xae",
		"\xff", "\x07", "\r" };
	char *log = server_log(&sv), *line, *save;
	size_t i;

	for (line = strtok_r(log, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		ck_assert_msg(strncmp(line, "20", 2) == 0 && line[19] == 'Z',
		    "a line of its own: %s", line);
		for (i = 0; i < COUNT(bad); i++)
			ck_assert_msg(strstr(line, bad[i]) == NULL,
			    "not escaped: %s", line);
	}
	free(log);
}

START_TEST(test_strangers)
{
	struct client *c;
	size_t i;

	begin();
	for (i = 0; i < COUNT(arrivals); i++) {
		c = client_connect_from(&sv, i == 2 ? "127.0.0.7" :
		    i < 2 ? "127.0.0.8" : "127.0.0.1", 0);
		client_write(c, arrivals[i], strlen(arrivals[i]));
		client_line(c, 200);
		client_close(c);
	}
	for (i = 0; i < COUNT(lines); i++) {
		c = boss();
		client_register(&sv, "other");
		client_send(c, "%s", lines[i]);
		client_line(c, PATIENCE);
		client_quit_all();
	}
	client_register(&sv, "other");
	for (i = 0; i < COUNT(words); i++)
		free(server_ctl(&sv, words[i], NULL));
	ck_assert(server_log_has(&sv, "\\x1b[31m"));
	log_check();
	end();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("record");
	Suite *suites[] = { s, NULL };
	TCase *tc = harness_case(s, "record", NULL, NULL, 120);

	tcase_add_test(tc, test_acts);
	tcase_add_test(tc, test_acts_known);
	tcase_add_test(tc, test_orders);
	tcase_add_test(tc, test_orders_known);
	tcase_add_test(tc, test_stop);
	tcase_add_test(tc, test_failure);
	tcase_add_test(tc, test_strangers);
	return harness_run(suites);
}
