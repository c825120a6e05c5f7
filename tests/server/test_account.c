/* SPDX-License-Identifier: ISC */
/*
 * Accounts: making one, logging in by SASL and through NickServ, what others
 * see of it, whose a nick is, what the administrator does; garbage at every
 * step, races, processes that die in the middle, and that nobody waits while
 * somebody else's password is hashed.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"
#include "scram.h"

#define PASSWORD "secret of it"

static struct server sv;

static void
start_with(const char *key, const char *value)
{
	server_init(&sv);
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	if (key != NULL)
		server_set(&sv, key, "%s", value);
	server_start(&sv);
}

static void
start(void)
{
	start_with(NULL, NULL);
}

static void
start_closed(void)
{
	start_with("registration", "closed");
}

static void
start_invite(void)
{
	start_with("registration", "invite");
}

static void
start_delay(void)
{
	start_with("login-delay", "150");
}

static void
start_short(void)
{
	start_with("password-least", "4");
}

static void
start_deadly(void)
{
	sv.crashes = 1;
	start();
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

/* ---- Clients that log in ---- */

/* A connection that negotiates, with sasl. */
static struct client *
connect_sasl(const char *caps)
{
	struct client *c = client_connect(&sv);

	client_send(c, "CAP LS 302");
	client_expect(c, "CAP * LS *");
	client_send(c, "CAP REQ :sasl %s", caps);
	client_expect(c, "CAP * ACK :*");
	return c;
}

/* Sends a message in pieces of 400 bytes. */
static void
send_message(struct client *c, const char *text)
{
	size_t n;

	do {
		n = strnlen(text, 400);
		client_send(c, "AUTHENTICATE %.*s", n > 0 ? (int)n : 1,
		    n > 0 ? text : "+");
		text += n;
	} while (n == 400);
}

static void
send_plain(struct client *c, const char *account, const char *password)
{
	client_send(c, "AUTHENTICATE PLAIN");
	client_expect(c, "AUTHENTICATE +");
	send_message(c, plain_message(account, password));
}

/* The next message of the server, in one piece or several; static. */
static const char *
take_message(struct client *c)
{
	static char text[4096];
	size_t n = 0, len;

	do {
		client_expect(c, "AUTHENTICATE *");
		len = strlen(c->body + strlen("AUTHENTICATE "));
		ck_assert_uint_lt(n + len, sizeof(text));
		memcpy(text + n, c->body + strlen("AUTHENTICATE "), len + 1);
		n += len;
	} while (len == 400);
	return text;
}

static void
scram_begin(struct client *c, struct scram_client *s, const char *account)
{
	client_send(c, "AUTHENTICATE SCRAM-SHA-256");
	client_expect(c, "AUTHENTICATE +");
	send_message(c, scram_first(s, account));
}

/* All of SCRAM but the end. */
static void
scram_send(struct client *c, const char *account, const char *password)
{
	struct scram_client s;
	const char *final;

	scram_begin(c, &s, account);
	final = scram_final(&s, password, take_message(c));
	ck_assert_ptr_nonnull(final);
	send_message(c, final);
	ck_assert(scram_proves(&s, take_message(c)));
	client_send(c, "AUTHENTICATE +");
}

static void
finish(struct client *c, const char *nick)
{
	snprintf(c->nick, sizeof(c->nick), "%s", nick);
	client_send(c, "CAP END");
	client_expect(c, "001 %s *", nick);
	client_sync(c);
}

/* Registered as NICK, logged in to ACCOUNT. */
static struct client *
login(const char *nick, const char *account, const char *caps)
{
	struct client *c = connect_sasl(caps);

	client_send(c, "NICK %s", nick);
	client_send(c, "USER %.9s 0 * :Real", nick);
	send_plain(c, account, PASSWORD);
	client_expect(c, "900 * %s :*", account);
	client_expect(c, "903 *");
	finish(c, nick);
	return c;
}

/* An account, made by somebody who leaves again. */
static void
make_account(const char *account)
{
	struct client *c = client_connect(&sv);

	client_send(c, "REGISTER %s * :" PASSWORD, account);
	client_expect(c, "REGISTER SUCCESS %s :*", account);
	client_expect(c, "900 * %s :*", account);
	client_close(c);
}

/* mootctl account ARGS, INPUT on its standard input. */
static char *
account_ctl(const char *args, const char *input, int *status)
{
	char command[512], path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/input", sv.dir);
	ck_assert_ptr_nonnull(f = fopen(path, "w"));
	fprintf(f, "%s\n", input);
	fclose(f);
	snprintf(command, sizeof(command), "account %s <%s", args, path);
	return server_ctl(&sv, command, status);
}

static void
account_order(const char *args, const char *input, int want)
{
	int status;
	char *out = account_ctl(args, input, &status);

	ck_assert_msg(status == want, "account %s: status %d: %s", args,
	    status, out);
	free(out);
}

/* Whether what the status says of the store is WHAT. */
static int
store_is(const char *what)
{
	char value[64] = "", *out = server_ctl(&sv, "status --json", NULL);
	int is;

	json_get(out, "store", value, sizeof(value));
	is = strncmp(value, what, strlen(what)) == 0;
	free(out);
	return is;
}

/* ---- Capabilities ---- */

START_TEST(test_cap)
{
	struct client *c = client_connect(&sv);

	client_send(c, "CAP LS 302");
	client_block(c, "CAP \\* LS :*");
	client_block_has(c, "*sasl=PLAIN,SCRAM-SHA-256*");
	client_block_has(c, "*draft/account-registration="
	                    "before-connect,custom-account-name*");
	client_block_has(c, "*account-tag*");
	client_block_has(c, "*account-notify*");
	c = client_connect(&sv);
	client_ask(c, "CAP LS", "CAP \\* LS *sasl *");
	client_ask(c, "CAP LIST", "CAP \\* LIST *");
	ck_assert(!client_matches(c, "*sasl*"));
	client_quit_all();
}
END_TEST

START_TEST(test_not_negotiated)
{
	struct client *c = client_register(&sv, "nocap");

	client_ask(c, "AUTHENTICATE PLAIN", "904 *");
	client_quit_all();
}
END_TEST

/* ---- Making one ---- */

START_TEST(test_register)
{
	struct client *c = client_register(&sv, "regina");

	client_ask(c, "REGISTER * * :" PASSWORD,
	    "REGISTER SUCCESS regina :*");
	client_expect(c, "900 regina regina!regina@* regina :*");
	client_ask(c, "WHOIS regina", "330 regina regina regina :*");
	client_ask(c, "REGISTER * * :" PASSWORD,
	    "FAIL REGISTER ALREADY_AUTHENTICATED \\* :*");
	client_quit_all();
}
END_TEST

static const struct {
	const char *send, *want;
} refused[] = {
	{ "REGISTER", "461 * REGISTER :*" },
	{ "REGISTER a b", "461 * REGISTER :*" },
	{ "REGISTER #x * :" PASSWORD, "FAIL REGISTER BAD_ACCOUNT_NAME #x :*" },
	{ "REGISTER NickServ * :" PASSWORD,
	    "FAIL REGISTER BAD_ACCOUNT_NAME NickServ :*" },
	{ "REGISTER new * :abc", "FAIL REGISTER WEAK_PASSWORD new :*" },
	{ "REGISTER new nomail :" PASSWORD,
	    "FAIL REGISTER INVALID_EMAIL new :*" },
	{ "REGISTER TAKEN * :" PASSWORD,
	    "FAIL REGISTER ACCOUNT_EXISTS TAKEN :*" },
	{ "REGISTER holder * :" PASSWORD,
	    "FAIL REGISTER USERNAME_EXISTS holder :*" },
	{ "REGISTER ';DROP * :" PASSWORD,
	    "FAIL REGISTER BAD_ACCOUNT_NAME ';DROP :*" },
	{ "VERIFY taken 123", "FAIL VERIFY INVALID_CODE taken :*" },
};

START_TEST(test_register_refused)
{
	struct client *c, *holder = client_register(&sv, "holder");
	size_t i;

	make_account("taken");
	c = client_register(&sv, "refused");
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		client_ask(c, refused[i].send, refused[i].want);
	c = client_connect(&sv);
	client_ask(c, "REGISTER * * :" PASSWORD, "FAIL REGISTER NEED_NICK *");
	client_sync(holder);
	client_quit_all();
}
END_TEST

START_TEST(test_short)
{
	struct client *c = client_register(&sv, "short");

	client_ask(c, "REGISTER * * abc", "FAIL REGISTER WEAK_PASSWORD "
	    "short :* 4 characters *");
	client_ask(c, "NS REGISTER abc", "NOTICE short :* 4 characters *");
	client_ask(c, "NS REGISTER abcd", "900 short * short *");
	client_quit_all();
}
END_TEST

START_TEST(test_closed)
{
	struct client *c = client_connect(&sv);

	client_ask(c, "CAP LS 302", "CAP \\* LS *sasl=*");
	ck_assert(!client_matches(c, "*account-registration*"));
	client_ask(c, "REGISTER some * :" PASSWORD, "FAIL REGISTER *");
	account_order("add some", PASSWORD, 0);
	login("some", "some", "");
	client_quit_all();
}
END_TEST

START_TEST(test_invite)
{
	struct client *c = client_register(&sv, "guest"), *d;
	char token[64] = "", verify[128], *out;

	client_ask(c, "REGISTER * * :" PASSWORD,
	    "REGISTER VERIFICATION_REQUIRED guest :*");
	client_ask(c, "VERIFY guest nonsense", "FAIL VERIFY INVALID_CODE *");
	out = account_ctl("invite 3 --json", "", NULL);
	ck_assert_ptr_nonnull(json_get(out, "token", token, sizeof(token)));
	free(out);
	snprintf(verify, sizeof(verify), "VERIFY guest %s", token);
	client_ask(c, verify, "VERIFY SUCCESS guest :*");
	client_expect(c, "900 guest * guest :*");
	/* once only */
	d = client_register(&sv, "second");
	client_ask(d, "NS REGISTER " "longenough",
	    ":NickServ!* NOTICE second :*");
	snprintf(verify, sizeof(verify), "VERIFY second %s", token);
	client_ask(d, verify, "FAIL VERIFY INVALID_CODE *");
	client_quit_all();
}
END_TEST

/* ---- SASL ---- */

START_TEST(test_plain)
{
	struct client *c;

	make_account("paula");
	c = login("paula", "paula", "");
	client_ask(c, "WHOIS paula", "330 paula paula paula :*");
	client_quit_all();
}
END_TEST

START_TEST(test_scram)
{
	struct client *c;

	make_account("scott");
	c = connect_sasl("");
	client_send(c, "NICK scott");
	client_send(c, "USER scott 0 * :Real");
	scram_send(c, "scott", PASSWORD);
	client_expect(c, "900 * scott :*");
	client_expect(c, "903 *");
	finish(c, "scott");
	client_ask(c, "WHOIS scott", "330 scott scott scott :*");
	client_quit_all();
}
END_TEST

/* Pieces of every kind of length: below 400 bytes, 400 exactly, above. */
START_TEST(test_pieces)
{
	char password[301];
	struct client *c;
	size_t n;

	for (n = 280; n <= 300; n += 5) {
		char name[16];
		memset(password, 'p', n);
		password[n] = '\0';
		snprintf(name, sizeof(name), "long%zu", n);
		c = client_connect(&sv);
		client_send(c, "REGISTER %s * :%s", name, password);
		client_expect(c, "REGISTER SUCCESS %s :*", name);
		c = connect_sasl("");
		send_plain(c, name, password);
		client_expect(c, "903 *");
	}
	client_quit_all();
}
END_TEST

/* Before the registration, after it, again; but not as somebody else. */
START_TEST(test_again)
{
	struct client *c, *d;

	make_account("gaia");
	make_account("other");
	c = connect_sasl("");
	client_send(c, "NICK gaia\r\nUSER gaia 0 * :Real");
	send_plain(c, "other", PASSWORD);
	client_expect(c, "903 *");
	send_plain(c, "gaia", PASSWORD);
	client_expect(c, "900 * gaia :*");
	finish(c, "gaia");
	scram_send(c, "gaia", PASSWORD);
	client_expect(c, "903 *");
	/* as somebody else, too, if it has no other device and may leave */
	send_plain(c, "other", PASSWORD);
	client_expect(c, "903 *");
	client_ask(c, "WHOIS gaia", "330 gaia gaia other :*");
	client_ask(c, "NS SET ALWAYS-ON true", "NOTICE gaia :You stay*");
	send_plain(c, "gaia", PASSWORD);
	client_expect(c, "907 *");
	client_ask(c, "NS SET ALWAYS-ON false", "NOTICE gaia :You leave*");
	d = connect_sasl("");
	client_send(d, "NICK otter\r\nUSER otter 0 * :Real");
	send_plain(d, "other", PASSWORD);
	client_expect(d, "903 *");
	finish(d, "gaia");
	send_plain(c, "gaia", PASSWORD);
	client_expect(c, "907 *");
	client_ask(c, "WHOIS gaia", "330 gaia gaia other :*");
	client_quit_all();
}
END_TEST

static const char *const garbage[] = {
	"AUTHENTICATE AAAA", /* no base64 of anything */
	"AUTHENTICATE !!!!",
	"AUTHENTICATE +",
	"AUTHENTICATE =",
	"AUTHENTICATE AA=A",
	"AUTHENTICATE AHgAeA==", /* \0x\0x: there is no x */
	"AUTHENTICATE eABAeAA=",
	"AUTHENTICATE biws",
	"AUTHENTICATE biwsbj14LHI9",
	"AUTHENTICATE bixhPXksbj14LHI9eA==",
	"AUTHENTICATE cD10bHMtdW5pcXVlLCxuPXgscj14",
	"AUTHENTICATE biwsbT1leHQsbj14LHI9eA==",
	"AUTHENTICATE Yz1iaXdzLHI9eCxwPXg=",
	"AUTHENTICATE Yz1iaXdzLHI9eCxwPQ==",
	"AUTHENTICATE /////w==",
};

enum { GARBAGE = sizeof(garbage) / sizeof(garbage[0]) };

/* Each is refused with 904, and then it works. */
START_TEST(test_garbage)
{
	struct scram_client s;
	struct client *c;

	if (_i == 0)
		make_account("garbo");
	c = connect_sasl("");
	client_ask(c, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	client_ask(c, garbage[_i], "904 *");
	client_ask(c, "AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE +");
	client_ask(c, garbage[_i], "904 *");
	scram_begin(c, &s, "garbo");
	take_message(c);
	client_ask(c, garbage[_i], "904 *");
	/* instead of the empty word at the end */
	scram_begin(c, &s, "garbo");
	send_message(c, scram_final(&s, PASSWORD, take_message(c)));
	take_message(c);
	client_send(c, "%s", garbage[_i]);
	client_expect(c, strcmp(garbage[_i], "AUTHENTICATE +") == 0
	    ? "903 *"
	    : "904 *");
	scram_send(c, "garbo", PASSWORD);
	client_expect(c, "903 *");
	client_quit_all();
}
END_TEST

START_TEST(test_refused)
{
	struct client *c;
	char text[2000];
	int i;

	make_account("refuse");
	c = connect_sasl("");
	client_ask(c, "AUTHENTICATE EXTERNAL",
	    "908 * PLAIN,SCRAM-SHA-256 :*");
	client_expect(c, "904 *");
	client_ask(c, "AUTHENTICATE", "461 *");
	client_ask(c, "AUTHENTICATE *", "906 *");
	client_ask(c, "AUTHENTICATE plain", "AUTHENTICATE +");
	client_ask(c, "AUTHENTICATE *", "906 *");
	client_ask(c, "AUTHENTICATE scram-sha-256", "AUTHENTICATE +");
	client_ask(c, "AUTHENTICATE *", "906 *");
	/* a piece too long; too many pieces */
	memset(text, 'A', 401);
	text[401] = '\0';
	client_ask(c, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	client_send(c, "AUTHENTICATE %s", text);
	client_expect(c, "905 *");
	client_ask(c, "AUTHENTICATE PLAIN", "AUTHENTICATE +");
	for (i = 0; i < 5; i++)
		client_send(c, "AUTHENTICATE %.400s", text);
	client_expect(c, "905 *");
	/* wrong, unknown: no telling which */
	send_plain(c, "refuse", "wrong password");
	client_expect(c, "904 *");
	send_plain(c, "nobody", PASSWORD);
	client_expect(c, "904 *");
	send_plain(c, "' OR 1=1 --", "' OR 1=1 --");
	client_expect(c, "904 *");
	client_send(c, "NICK refused1\r\nUSER x 0 * :x");
	finish(c, "refused1");
	client_ask(c, "WHOIS refused1", "318 *");
	client_quit_all();
}
END_TEST

START_TEST(test_scram_wrong)
{
	static const char *const names[] = { "wrongly", "nobodyatall" };
	struct scram_client s;
	struct client *c;
	int i;

	make_account("wrongly");
	c = connect_sasl("");
	for (i = 0; i < 2; i++) {
		scram_begin(c, &s, names[i]);
		send_message(c, scram_final(&s, "not it", take_message(c)));
		client_expect(c, "904 *");
	}
	client_quit_all();
}
END_TEST

/* ---- What others see ---- */

START_TEST(test_seen)
{
	struct client *a = client_register_with(&sv, "seer",
	    "account-tag account-notify extended-join echo-message");
	struct client *b = client_register_with(&sv, "seen", "account-notify");
	struct client *p = client_register(&sv, "plainly");

	client_ask(a, "JOIN #acc", "366 *");
	client_ask(p, "JOIN #acc", "366 *");
	client_ask(b, "JOIN #acc", "366 *");
	client_expect(a, ":seen!* JOIN #acc \\* :*");
	client_ask(b, "REGISTER seen * :" PASSWORD,
	    "REGISTER SUCCESS seen :*");
	client_expect(b, ":seen!* ACCOUNT seen");
	client_expect(a, "@account=seen :seen!* ACCOUNT seen");
	client_send(b, "PRIVMSG #acc :hello");
	client_expect(a, "@account=seen :seen!* PRIVMSG #acc :hello");
	client_expect(p, ":seen!* PRIVMSG #acc :hello");
	ck_assert(p->line[0] == ':');
	client_send(b, "PRIVMSG seer :psst");
	client_expect(a, "@account=seen :seen!* PRIVMSG seer :psst");
	client_send(b, "PART #acc");
	client_send(b, "JOIN #acc");
	client_expect(a, "@account=seen :seen!* JOIN #acc seen :*");
	client_send(b, "NS DROP " PASSWORD);
	client_expect(b, "901 *");
	client_expect(a, ":seen!* ACCOUNT \\*");
	client_quit_all();
}
END_TEST

/* Logged in to ACCOUNT, which is the nick as well; what comes after the
 * welcome has not been read. */
static struct client *
login_as(const char *account)
{
	struct client *c = connect_sasl("");

	client_send(c, "NICK %s", account);
	client_send(c, "USER u 0 * :Real");
	send_plain(c, account, PASSWORD);
	client_expect(c, "903 *");
	client_send(c, "CAP END");
	client_expect(c, "001 *");
	return c;
}

/* A name may hold what escapes in a tag: "bob\" is not bob, neither for the
 * store nor for those who see it. */
START_TEST(test_backslash)
{
	struct client *a = client_register_with(&sv, "asker", "account-tag");
	struct client *c = client_connect(&sv);

	make_account("bob");
	client_ask(c, "REGISTER bob\\ * :" PASSWORD, "REGISTER SUCCESS *");
	client_close(c);
	client_ask(a, "PRIVMSG bob :for bob", "NOTICE asker :bob is not *");
	c = login_as("bob\\");
	client_ask(c, "NS SET PASSWORD " PASSWORD, "NOTICE * :*");
	ck_assert_ptr_nonnull(strstr(c->line, "is another now"));
	client_send(c, "PRIVMSG asker :hello");
	client_expect(a, "PRIVMSG asker :hello");
	ck_assert_ptr_nonnull(strstr(a->line, "@account=bob\\\\ :"));
	c = login_as("bob");
	client_expect(c, ":asker!* PRIVMSG bob :for bob");
	client_quit_all();
}
END_TEST

/* ---- Whose a nick is ---- */

START_TEST(test_nick_owned)
{
	struct client *c;

	make_account("owned");
	c = client_connect(&sv);
	client_send(c, "NICK Owned\r\nUSER x 0 * :x");
	client_expect(c, "433 * Owned :*");
	client_send(c, "NICK another");
	client_expect(c, "001 another *");
	client_sync(c);
	client_ask(c, "NICK owned", "433 * owned :*");
	client_ask(c, "NICK NickServ", "433 * NickServ :*");
	client_ask(c, "NICK free", ":another!* NICK *free");
	client_ask(c, "NS IDENTIFY owned " PASSWORD, "900 *");
	client_ask(c, "NICK owned", ":free!* NICK *owned");
	client_quit_all();
}
END_TEST

/* Whoever else has the nick goes as its owner logs in; its own other session
 * stays. */
START_TEST(test_nick_back)
{
	struct client *ghost, *c, *guest;

	make_account("boss");
	ghost = login("boss", "boss", "");
	c = login("boss", "boss", "");
	client_sync(ghost);
	client_sync(c);
	/* with a guest, who came before the account */
	guest = client_register(&sv, "late");
	account_order("add late", PASSWORD, 0);
	client_sync(guest);
	login("late", "late", "");
	client_eof(guest);
	/* who was registered under another name */
	guest = client_register(&sv, "later");
	account_order("add later", PASSWORD, 0);
	c = client_register(&sv, "latest");
	client_ask(c, "NS IDENTIFY later " PASSWORD, "900 *");
	client_eof(guest);
	client_ask(c, "NICK later", ":latest!* NICK *later");
	client_quit_all();
}
END_TEST

/* Who negotiates may wish for a nick, but only its owner gets it. */
START_TEST(test_nick_wish)
{
	struct client *a = client_register(&sv, "wish"), *c;

	make_account("wisher");
	c = connect_sasl("");
	client_send(c, "NICK wish\r\nUSER x 0 * :x");
	send_plain(c, "wisher", PASSWORD);
	client_expect(c, "903 *");
	client_ask(c, "CAP END", "433 * wish :*");
	client_send(c, "NICK wisher");
	client_expect(c, "001 wisher *");
	client_sync(a);
	client_quit_all();
}
END_TEST

/* ---- NickServ ---- */

START_TEST(test_nickserv)
{
	struct client *c = client_register(&sv, "nina"), *d;

	client_ask(c, "WHOIS NickServ", "311 nina NickServ *");
	client_ask(c, "PRIVMSG NickServ :HELP", ":NickServ!NickServ@* NOTICE"
	    " nina :REGISTER *");
	client_ask(c, "NS nonsense", ":NickServ!* NOTICE nina :*HELP*");
	client_ask(c, "PRIVMSG NickServ", "412 *");
	client_ask(c, "PRIVMSG nickserv :register " PASSWORD, "900 *");
	client_ask(c, "NS SET PASSWORD another one",
	    ":NickServ!* NOTICE nina :*another now*");
	d = client_register(&sv, "dino");
	client_ask(d, "NICKSERV IDENTIFY nina " PASSWORD,
	    ":NickServ!* NOTICE dino :*not right*");
	client_ask(d, "NS GHOST nina", ":NickServ!* NOTICE dino :*not yours*");
	client_ask(d, "NS GHOST nina another one",
	    ":NickServ!* NOTICE dino :nina has been disconnected*");
	client_eof(c);
	client_ask(d, "NS IDENTIFY nina another one", "900 *");
	client_ask(d, "NS DROP wrong one", ":NickServ!* NOTICE dino :*");
	client_ask(d, "NS DROP another one", "901 *");
	client_ask(d, "NS IDENTIFY nina another one",
	    ":NickServ!* NOTICE dino :*no such account*");
	client_expect_none(d, "900 *");
	client_send(d, "NOTICE NickServ :HELP");
	client_expect_none(d, ":NickServ!*");
	client_quit_all();
}
END_TEST

/* ---- The administrator ---- */

START_TEST(test_ctl)
{
	struct client *c, *d;
	char *out;
	int i;

	account_order("add carl", PASSWORD, 0);
	account_order("add carl", PASSWORD, 4);
	account_order("add dora", "a\tb", 4);
	account_order("add '#x'", PASSWORD, 4);
	account_order("suspend nobody", "", 4);
	out = account_ctl("list", "", NULL);
	ck_assert_msg(strstr(out, "carl") != NULL, "%s", out);
	free(out);
	c = login("carl", "carl", "");
	d = connect_sasl("");
	client_send(d, "NICK d\r\nUSER x 0 * :x");
	send_plain(d, "carl", PASSWORD);
	client_expect(d, "903 *");
	account_order("suspend carl being bad", "", 0);
	client_eof(c);
	ck_assert(strstr(c->line, "suspended") != NULL);
	client_eof(d);
	c = connect_sasl("");
	send_plain(c, "carl", PASSWORD);
	client_expect(c, "902 *");
	client_expect(c, "904 *");
	account_order("unsuspend carl", "", 0);
	account_order("passwd carl", "the new one", 0);
	send_plain(c, "carl", PASSWORD);
	client_expect(c, "904 *");
	send_plain(c, "carl", "the new one");
	client_expect(c, "903 *");
	account_order("remove carl", "", 0);
	client_eof(c);
	/* more of them than one answer holds */
	for (i = 0; i < 200; i++) {
		char add[64];
		snprintf(add, sizeof(add), "add some-longer-name-%d", i);
		account_order(add, PASSWORD, 0);
	}
	out = account_ctl("list --json", "", NULL);
	ck_assert(strstr(out, "\"some-longer-name-0\"") != NULL);
	ck_assert(strstr(out, "\"some-longer-name-199\"") != NULL);
	free(out);
	client_quit_all();
}
END_TEST

/* ---- Races ---- */

START_TEST(test_race)
{
	struct client *a, *b;
	int i, won;

	client_apart(&sv, &a, "racea", &b, "raceb", NULL);
	client_quit_all();
	for (i = 0; i < 25; i++) {
		char line[64];

		client_apart(&sv, &a, "racea", &b, "raceb", NULL);
		snprintf(line, sizeof(line), "REGISTER prize%d * :" PASSWORD,
		    i);
		client_send(a, "%s", line);
		client_send(b, "%s", line);
		client_expect(a, "* prize%d :*", i);
		won = client_matches(a, "REGISTER SUCCESS *");
		if (!won)
			ck_assert_msg(client_matches(a,
			    "FAIL REGISTER ACCOUNT_EXISTS *"), "%s", a->line);
		client_expect(b, "* prize%d :*", i);
		if (won)
			ck_assert_msg(client_matches(b,
			    "FAIL REGISTER ACCOUNT_EXISTS *"), "%s", b->line);
		else
			ck_assert_msg(client_matches(b,
			    "REGISTER SUCCESS *"), "%s", b->line);
		client_quit_all();
	}
}
END_TEST

/* ---- Deaths ---- */

/* The store, at each place of a SCRAM exchange; _i says where. */
START_TEST(test_store_killed)
{
	struct scram_client s;
	struct client *c;
	const char *final;
	char name[16];
	pid_t pid;
	int at = 0;

	snprintf(name, sizeof(name), "killed%d", _i);
	make_account(name);
	c = connect_sasl("");
	pid = server_store_again(&sv, 0);
#define HERE() (at++ == _i ? pid_signal(pid, SIGKILL) : 0)
	client_send(c, "AUTHENTICATE SCRAM-SHA-256");
	client_expect(c, "AUTHENTICATE +");
	HERE();
	send_message(c, scram_first(&s, name));
	HERE();
	final = scram_final(&s, PASSWORD, take_message(c));
	HERE();
	send_message(c, final);
	HERE();
	ck_assert(scram_proves(&s, take_message(c)));
	HERE();
	client_send(c, "AUTHENTICATE +");
	HERE();
	client_expect(c, "903 *");
#undef HERE
	client_quit_all();
	server_store_again(&sv, pid);
	/* one that dies too often would be given up */
	wait_for(store_is("serving"), 10000);
}
END_TEST

/* Guests do not cost the store anything, and cannot have what is somebody's:
 * as little after its death. */
START_TEST(test_owned)
{
	struct client *c;
	int i, asked;

	make_account("olga");
	for (i = 0; i < 2; i++) {
		c = client_register(&sv, "guest1");
		asked = atoi(server_status(&sv, "questions"));
		client_ask(c, "NICK guest2", "NICK guest2*");
		client_ask(c, "NICK guest3", "NICK guest3*");
		ck_assert_int_eq(atoi(server_status(&sv, "questions")), asked);
		client_ask(c, "NICK Olga", "433 guest3 Olga *");
		ck_assert_int_gt(atoi(server_status(&sv, "questions")), asked);
		client_send(c, "QUIT");
		client_eof(c);
		server_store_kill(&sv);
		wait_for(store_is("serving"), 10000);
	}
	client_quit_all();
}
END_TEST

/* The worker, between the pieces. */
START_TEST(test_worker_killed)
{
	struct scram_client s;
	struct client *c;
	const char *final;

	make_account("wanda");
	c = connect_sasl("");
	client_send(c, "NICK wanda\r\nUSER x 0 * :x");
	scram_begin(c, &s, "wanda");
	final = scram_final(&s, PASSWORD, take_message(c));
	server_worker_kill(&sv, 1);
	server_worker_kill(&sv, 2);
	send_message(c, final);
	ck_assert(scram_proves(&s, take_message(c)));
	client_send(c, "AUTHENTICATE +");
	server_worker_kill(&sv, 1);
	server_worker_kill(&sv, 2);
	client_expect(c, "903 *");
	finish(c, "wanda");
	client_ask(c, "WHOIS wanda", "330 wanda wanda wanda :*");
	client_quit_all();
}
END_TEST

/* ---- Delays ---- */

START_TEST(test_delay)
{
	struct client *c, *d;
	long begun, wrong, other;
	int i;

	make_account("slow");
	c = connect_sasl("");
	d = client_register(&sv, "quick");
	begun = clock_ms();
	for (i = 0; i < 5; i++) {
		send_plain(c, "slow", "wrong one");
		client_expect(c, "904 *");
	}
	wrong = clock_ms() - begun;
	ck_assert_int_ge(wrong, 150);
	/* others go on while an answer is held */
	send_plain(c, "slow", "wrong one");
	begun = clock_ms();
	for (i = 0; i < 20; i++)
		client_sync(d);
	other = clock_ms() - begun;
	client_expect(c, "904 *");
	printf("held: 5 wrong passwords %ld ms; 20 PINGs of another %ld ms\n",
	    wrong, other);
	/* the owner gets in */
	send_plain(c, "slow", PASSWORD);
	client_expect(c, "903 *");
	client_quit_all();
}
END_TEST

/* ---- Many at once ---- */

enum { CROWD = 200 };

static struct client *crowd[CROWD];
static int in;

static void
crowd_line(struct client *c, int i, void *arg)
{
	(void)i;
	(void)arg;
	in += client_matches(c, "903 *");
	ck_assert_msg(!client_matches(c, "904 *"), "%s", c->line);
}

static struct client *witness;
static long long asked, worst, sum;
static int pings;

/* Asks its next PING when the last one has been answered. */
static int
crowd_done(void *arg)
{
	long long took;

	(void)arg;
	client_fill(witness);
	while (client_line_now(witness))
		if (client_matches(witness, "PONG *")) {
			took = clock_us() - asked;
			sum += took;
			pings++;
			worst = took > worst ? took : worst;
			asked = 0;
		}
	if (asked == 0 && in < CROWD) {
		asked = clock_us();
		client_send(witness, "PING crowd");
	}
	return in == CROWD;
}

START_TEST(test_crowd)
{
	long begun;
	int i;

	for (i = 0; i < 20; i++) {
		char name[16];
		snprintf(name, sizeof(name), "crowd%d", i);
		make_account(name);
	}
	witness = client_register(&sv, "witness");
	for (i = 0; i < CROWD; i++) {
		crowd[i] = connect_sasl("");
		client_send(crowd[i], "AUTHENTICATE PLAIN");
		client_expect(crowd[i], "AUTHENTICATE +");
	}
	begun = clock_ms();
	for (i = 0; i < CROWD; i++) {
		char name[16];
		snprintf(name, sizeof(name), "crowd%d", i % 20);
		send_message(crowd[i], plain_message(name, PASSWORD));
	}
	client_pump(crowd, CROWD, crowd_line, crowd_done, NULL, 60000);
	printf("%d logins at once: %ld ms; PING of another meanwhile: %d, mean "
	    "%.2f ms, worst %.2f ms\n", CROWD, clock_ms() - begun, pings,
	    pings > 0 ? (double)sum / pings / 1000 : 0,
	    (double)worst / 1000);
	client_quit_all();
}
END_TEST

/* ---- What is kept ---- */

static int
file_has(const char *name, const void *what, size_t len)
{
	char path[128], *bytes;
	long size;
	int has;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", sv.dir, name);
	if ((f = fopen(path, "rb")) == NULL)
		return 0;
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	bytes = malloc((size_t)size + 1);
	ck_assert_uint_eq(fread(bytes, 1, (size_t)size, f), (size_t)size);
	fclose(f);
	has = memmem(bytes, (size_t)size, what, len) != NULL;
	free(bytes);
	return has;
}

/* Neither the password nor a fast hash of it is in any file. */
START_TEST(test_kept)
{
	static const char *const files[] = { "store.db", "store.db-wal",
	    "log" };
	unsigned char hash[32];
	char hex[65], b64[64];
	struct client *c;
	size_t i;
	int k;

	make_account("keeper");
	c = login("keeper", "keeper", "");
	client_ask(c, "PRIVMSG NickServ :SET PASSWORD " PASSWORD,
	    ":NickServ!*");
	sha256(hash, PASSWORD, strlen(PASSWORD));
	for (k = 0; k < 32; k++)
		snprintf(hex + 2 * k, 3, "%02x", hash[k]);
	base64(b64, hash, 32);
	ck_assert(file_has("store.db", "keeper", 6) ||
	    file_has("store.db-wal", "keeper", 6));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		ck_assert(!file_has(files[i], PASSWORD, strlen(PASSWORD)));
		ck_assert(!file_has(files[i], hash, 32));
		ck_assert(!file_has(files[i], hex, 64));
		ck_assert(!file_has(files[i], b64, 43));
		ck_assert(!file_has(files[i],
		    plain_message("keeper", PASSWORD), 16));
	}
	client_quit_all();
}
END_TEST

/* ---- Without a store ---- */

START_TEST(test_gone)
{
	struct client *c, *d;

	c = client_connect(&sv);
	client_send(c, "CAP LS 302");
	client_expect(c, "CAP * LS *sasl=*");
	client_send(c, "CAP REQ :sasl\r\nNICK gone\r\nUSER x 0 * :x");
	client_expect(c, "CAP * ACK :*");
	client_send(c, "AUTHENTICATE SCRAM-SHA-256");
	client_expect(c, "AUTHENTICATE +");
	finish(c, "gone");
	/* until it is given up for a while */
	while (!server_log_has(&sv, "next try in 2000 ms")) {
		pid_t pid = server_store_pid(&sv);

		if (pid != 0)
			pid_signal(pid, SIGTERM);
		wait_for(pid == 0 || server_store_pid(&sv) != pid, 5000);
	}
	client_expect(c, "CAP gone DEL :*sasl*");
	ck_assert(client_matches(c, "*draft/account-registration*"));
	client_ask(c, "AUTHENTICATE biws", "904 *");
	client_ask(c, "REGISTER * * :" PASSWORD,
	    "FAIL REGISTER TEMPORARILY_UNAVAILABLE *");
	client_ask(c, "NS REGISTER " PASSWORD, ":NickServ!* NOTICE gone :*");
	account_order("list", "", 4);
	/* chat goes on */
	d = client_register(&sv, "chatter");
	client_send(d, "PRIVMSG gone :still here");
	client_expect(c, ":chatter!* PRIVMSG gone :still here");
	client_expect(c, "CAP gone NEW :*sasl=PLAIN,*");
	client_ask(c, "REGISTER * * :" PASSWORD, "REGISTER SUCCESS *");
	client_quit_all();
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("account");
	TCase *tc;

	tc = harness_case(s, "accounts", start, stop, 60);
	tcase_add_test(tc, test_cap);
	tcase_add_test(tc, test_not_negotiated);
	tcase_add_test(tc, test_register);
	tcase_add_test(tc, test_register_refused);
	tcase_add_test(tc, test_plain);
	tcase_add_test(tc, test_scram);
	tcase_add_test(tc, test_pieces);
	tcase_add_test(tc, test_again);
	tcase_add_loop_test(tc, test_garbage, 0, GARBAGE);
	tcase_add_test(tc, test_refused);
	tcase_add_test(tc, test_scram_wrong);
	tcase_add_test(tc, test_seen);
	tcase_add_test(tc, test_backslash);
	tcase_add_test(tc, test_nick_owned);
	tcase_add_test(tc, test_nick_back);
	tcase_add_test(tc, test_nick_wish);
	tcase_add_test(tc, test_nickserv);
	tcase_add_test(tc, test_race);
	tcase_add_test(tc, test_kept);
	tc = harness_case(s, "administrator", start, stop, 60);
	tcase_add_test(tc, test_ctl);
	tc = harness_case(s, "crowd", start, stop, 90);
	tcase_add_test(tc, test_crowd);
	tc = harness_case(s, "closed", start_closed, stop, 30);
	tcase_add_test(tc, test_closed);
	tc = harness_case(s, "invite", start_invite, stop, 30);
	tcase_add_test(tc, test_invite);
	tc = harness_case(s, "short passwords", start_short, stop, 30);
	tcase_add_test(tc, test_short);
	tc = harness_case(s, "delay", start_delay, stop, 30);
	tcase_add_test(tc, test_delay);
	tc = harness_case(s, "deaths", start_deadly, stop, 120);
	tcase_add_loop_test(tc, test_store_killed, 0, 6);
	tcase_add_test(tc, test_worker_killed);
	tcase_add_test(tc, test_owned);
	tcase_add_test(tc, test_gone);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite(), NULL };

	return harness_run(suites);
}
