/* SPDX-License-Identifier: ISC */
/*
 * What moderators have: ranks and who may do what to whom, lists with
 * extended masks, bans that end, the modes of a room one by one, KNOCK, and
 * messages to those of a rank.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness.h"

enum { PATIENCE = 10000 };

static struct server sv;

static void
start(void)
{
	char state[96];

	server_init(&sv);
	snprintf(state, sizeof(state), "%s/state", sv.dir);
	if (mkdir(state, 0700) != 0)
		ck_abort_msg("mkdir");
	server_set(&sv, "store", "on");
	server_set(&sv, "login-delay", "0");
	server_set(&sv, "history-on-join", "0");
	server_set(&sv, "workers", "2");
	server_set(&sv, "flood", "off");
	server_set(&sv, "state-dir", "%s", state);
	server_start(&sv);
}

static void
stop(void)
{
	server_stop_quietly(&sv);
}

static void
quit(void)
{
	client_quit_all();
}

/* ---- helping ---- */

/* N clients of those names in the room, the first one its operator. */
static void
gather(struct client **v, int n, const char *const *names, const char *room)
{
	char line[96], want[96];
	int i;

	for (i = 0; i < n; i++) {
		v[i] = client_register(&sv, names[i]);
		snprintf(line, sizeof(line), "JOIN %s", room);
		snprintf(want, sizeof(want), "366 * %s :*", room);
		client_ask(v[i], line, want);
	}
	for (i = 0; i < n; i++)
		client_barrier(v[n - 1], v[i]);
}

static void
login(struct client *c, const char *account)
{
	char line[96];

	snprintf(line, sizeof(line), "NS REGISTER secret");
	client_send(c, "%s", line);
	client_expect(c, "900 * * %s :*", account);
}

static const char *const names[] = { "ann", "bob", "cat", "dan" };

/* ---- ranks ---- */

START_TEST(test_ranks)
{
	struct client *v[4], *ann, *bob, *cat, *dan;

	gather(v, 4, names, "#ranks");
	ann = v[0], bob = v[1], cat = v[2], dan = v[3];
	/* an operator makes no admin, no founder */
	client_ask(ann, "MODE #ranks +q ann", "482 ann #ranks :*");
	client_ask(ann, "MODE #ranks +a bob", "482 ann #ranks :*");
	client_ask(ann, "MODE #ranks +h bob", "MODE #ranks +h bob");
	client_expect(bob, "MODE #ranks +h bob");
	client_ask(cat, "NAMES #ranks", "353 * #ranks :*%bob*");
	/* what a half operator may, and what it may not */
	client_ask(bob, "MODE #ranks +v cat", "MODE #ranks +v cat");
	client_expect(cat, "MODE #ranks +v cat");
	client_ask(bob, "MODE #ranks +b x!*@*", "MODE #ranks +b x!\\*@\\*");
	client_ask(bob, "TOPIC #ranks :mine", "TOPIC #ranks :mine");
	client_ask(bob, "MODE #ranks +h cat", "482 bob #ranks :*");
	client_ask(bob, "MODE #ranks +m", "482 bob #ranks :*");
	client_ask(bob, "MODE #ranks -o ann", "482 bob #ranks :*");
	client_ask(bob, "MODE #ranks +v ann", "482 bob #ranks :*");
	client_ask(bob, "KICK #ranks ann", "482 bob #ranks :*");
	client_ask(bob, "KICK #ranks dan :out", "KICK #ranks dan :out");
	client_expect(dan, "KICK #ranks dan :out");
	/* a voice may nothing but speak, and give itself up */
	client_ask(cat, "MODE #ranks -v bob", "482 cat #ranks :*");
	client_ask(cat, "KICK #ranks bob", "482 cat #ranks :*");
	client_ask(cat, "TOPIC #ranks :no", "482 cat #ranks :*");
	client_ask(cat, "MODE #ranks -v cat", "MODE #ranks -v cat");
	client_ask(bob, "MODE #ranks -h bob", "MODE #ranks -h bob");
	client_ask(bob, "MODE #ranks +v bob", "482 bob #ranks :*");
}
END_TEST

/* The founder by account; all prefixes; what lasts. */
START_TEST(test_founder)
{
	struct client *v[3], *ann, *bob, *cat;
	char have[64];

	start();
	gather(v, 3, names, "#found");
	ann = v[0], bob = v[1], cat = v[2];
	ck_assert_str_eq(client_isupport(ann, "PREFIX", have, sizeof(have)),
	    "(qaohv)~&@%+");
	ck_assert_str_eq(client_isupport(ann, "STATUSMSG", have, sizeof(have)),
	    "~&@%+");
	ck_assert_str_eq(client_isupport(ann, "CHANMODES", have, sizeof(have)),
	    "Ibe,k,fjl,CMNRUcimnrstz");
	login(ann, "ann");
	login(bob, "bob");
	client_send(ann, "CS REGISTER #found");
	client_expect(ann, "MODE #found +r");
	client_expect(ann, "MODE #found +q ann");
	client_expect(cat, "MODE #found +q ann");
	client_ask(ann, "MODE #found +ao bob cat", "MODE #found +ao bob cat");
	client_expect(cat, "MODE #found +ao bob cat");
	/* nobody acts on a higher rank */
	client_ask(cat, "KICK #found bob", "482 cat #found :*");
	client_ask(cat, "MODE #found -a bob", "482 cat #found :*");
	client_ask(bob, "MODE #found -q ann", "482 bob #found :*");
	client_ask(bob, "KICK #found ann", "482 bob #found :*");
	client_ask(bob, "MODE #found +q bob", "482 bob #found :*");
	client_ask(bob, "KICK #found cat", "KICK #found cat *");
	client_expect(cat, "KICK #found cat *");
	client_send(ann, "CAP REQ multi-prefix");
	client_expect(ann, "CAP * ACK *");
	client_ask(ann, "NAMES #found", "353 * #found :*~@ann*");
	client_ask(ann, "WHOIS ann", "319 ann ann :~@#found");
	client_ask(ann, "WHO #found", "352 ann #found * ann H~@ :*");
	client_ask(cat, "JOIN #found", "353 * #found :*&bob*");
	/* by the list */
	client_send(ann, "CS ACCESS #found ADD bob halfop");
	client_expect(ann, "NOTICE ann :bob is a half operator of #found.");
	client_expect(bob, "MODE #found +h bob");
	client_ask(bob, "PART #found", "PART *");
	client_ask(ann, "MODE #found +i", "MODE #found +i");
	client_ask(bob, "JOIN #found", "353 * #found :*%bob*");
	client_send(ann, "CS DROP #found");
	client_expect(ann, "MODE #found -r");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* ---- lists ---- */

START_TEST(test_exceptions)
{
	struct client *v[2], *ann, *bob;

	gather(v, 1, names, "#lists");
	ann = v[0];
	bob = client_register(&sv, "bob");
	client_ask(ann, "MODE #lists +b *!*@*", "MODE #lists +b *");
	client_ask(bob, "JOIN #lists", "474 bob #lists :*");
	client_ask(ann, "MODE #lists +e bob", "MODE #lists +e bob!\\*@\\*");
	client_ask(bob, "JOIN #lists", "366 bob #lists :*");
	client_send(bob, "PRIVMSG #lists :I may");
	client_expect(ann, ":bob!* PRIVMSG #lists :I may");
	client_ask(ann, "MODE #lists -e bob!*@*", "MODE #lists -e bob!*");
	client_ask(bob, "PRIVMSG #lists :not now", "404 bob #lists :*+b*");
	/* an exception for speaking only */
	client_ask(ann, "MODE #lists +e m:bob", "MODE #lists +e m:bob!*");
	client_send(bob, "PRIVMSG #lists :again");
	client_expect(ann, ":bob!* PRIVMSG #lists :again");
	client_ask(bob, "PART #lists", "PART *");
	client_ask(bob, "JOIN #lists", "474 bob #lists :*");
	client_ask(ann, "MODE #lists -b+iI *!*@* bob", "MODE #lists *");
	client_ask(bob, "JOIN #lists", "366 bob #lists :*");
	client_send(ann, "MODE #lists I");
	client_expect(ann, "346 ann #lists bob!\\*@\\* ann!* *");
	client_expect_next(ann, "347 ann #lists :*");
	client_send(ann, "MODE #lists e");
	client_expect(ann, "348 ann #lists m:bob!\\*@\\* ann!* *");
	client_expect_next(ann, "349 ann #lists :*");
	client_ask(bob, "MODE #lists e", "482 bob #lists :*");
	client_ask(bob, "MODE #lists b", "368 bob #lists :*");
	client_ask(ann, "MODE #lists -I bob", "MODE #lists -I *");
	client_ask(bob, "PART #lists", "PART *");
	client_ask(bob, "JOIN #lists", "473 bob #lists :*");
}
END_TEST

START_TEST(test_extended)
{
	struct client *v[2], *ann, *bob;
	char have[32];

	gather(v, 1, names, "#ext");
	ann = v[0];
	bob = client_register(&sv, "bobby");
	ck_assert_str_eq(client_isupport(ann, "EXTBAN", have, sizeof(have)),
	    ",Uacmr");
	ck_assert_str_eq(client_isupport(ann, "ACCOUNTEXTBAN", have,
	    sizeof(have)), "a,account");
	/* an account, not a nick */
	client_ask(ann, "MODE #ext +b account:bobby", "MODE #ext +b a:bobby");
	client_ask(bob, "JOIN #ext", "366 *");
	client_send(bob, "PRIVMSG #ext :hi");
	client_expect(ann, ":bobby!* PRIVMSG #ext :hi");
	/* who logs in is banned at once */
	login(bob, "bobby");
	client_ask(bob, "PRIVMSG #ext :hi", "404 bobby #ext :*+b*");
	client_ask(ann, "MODE #ext -b a:BOBBY", "MODE #ext -b a:bobby");
	client_send(bob, "PRIVMSG #ext :hello");
	client_expect(ann, ":bobby!* PRIVMSG #ext :hello");
	client_ask(ann, "MODE #ext +b m:a:bobby", "MODE #ext +b m:a:bobby");
	client_ask(bob, "PRIVMSG #ext :hi", "404 bobby #ext :*+b*");
	client_ask(bob, "PART #ext", "PART *");
	client_ask(bob, "JOIN #ext", "366 *");
	client_ask(ann, "MODE #ext +v bobby", "MODE #ext +v bobby");
	client_expect(bob, "MODE #ext +v bobby");
	client_send(bob, "PRIVMSG #ext :I may");
	client_expect(ann, ":bobby!* PRIVMSG #ext :I may");
	client_ask(ann, "MODE #ext -v bobby", "MODE #ext -v bobby");
	client_ask(ann, "MODE #ext -b+b m:a:bobby m:r:bad*",
	    "MODE #ext -b+b m:a:bobby m:r:bad\\*");
	client_send(bob, "PRIVMSG #ext :good");
	client_expect(ann, ":bobby!* PRIVMSG #ext :good");
	/* what it is compared with changes */
	client_send(bob, "SETNAME :Bad boy");
	client_ask(bob, "PRIVMSG #ext :bad", "404 bobby #ext :*+b*");
	client_ask(ann, "MODE #ext -b+b m:r:bad* m:c:#other",
	    "MODE #ext -b+b *");
	client_send(bob, "PRIVMSG #ext :not there");
	client_expect(ann, ":bobby!* PRIVMSG #ext :not there");
	client_ask(bob, "JOIN #other", "366 * #other :*");
	client_ask(bob, "PRIVMSG #ext :there", "404 bobby #ext :*+b*");
	client_ask(bob, "MODE #other +s", "MODE #other +s");
	client_ask(bob, "PART #other", "PART *");
	client_ask(ann, "MODE #ext -b+b m:c:#other U:",
	    "MODE #ext *U:\\*!\\*@\\*");
	client_send(bob, "PRIVMSG #ext :known");
	client_expect(ann, ":bobby!* PRIVMSG #ext :known");
	bob = client_register(&sv, "guest");
	client_ask(bob, "JOIN #ext", "474 guest #ext :*");
	client_ask(ann, "MODE #ext +b c:ext", "696 ann #ext b \\* :*");
	client_ask(ann, "MODE #ext +b m:m:x", "696 ann #ext b \\* :*");
}
END_TEST

/* A list of 100 long entries comes whole, and others need not wait for it. */
START_TEST(test_long_list)
{
	struct client *ann = client_register(&sv, "ann");
	char mask[128];
	int i;

	client_ask(ann, "JOIN #long", "366 *");
	for (i = 0; i < 100; i++) {
		memset(mask, 'x', 110);
		mask[110] = '\0';
		client_send(ann, "MODE #long +%c %d%s!*@*", i % 2 ? 'b' : 'e',
		    i, mask);
	}
	client_ask(ann, "MODE #long +I more", "478 ann #long more!*");
	client_send(ann, "CAP REQ :labeled-response batch");
	client_expect(ann, "CAP * ACK *");
	client_send(ann, "@label=x MODE #long be");
	client_block(ann, ":* BATCH -*");
	ck_assert_int_eq(client_block_count(ann, "367 *"), 50);
	ck_assert_int_eq(client_block_count(ann, "368 *"), 1);
	ck_assert_int_eq(client_block_count(ann, "348 *"), 50);
	ck_assert_int_eq(client_block_count(ann, "349 *"), 1);
}
END_TEST

/* ---- bans with a reason and an end ---- */

START_TEST(test_ban_ends)
{
	struct client *v[1], *ann, *bob, *cat;

	gather(v, 1, names, "#ends");
	ann = v[0];
	bob = client_register(&sv, "bob");
	cat = client_register(&sv, "cat");
	client_ask(cat, "JOIN #ends", "366 *");
	client_send(cat, "CS BAN #ends bob");
	client_expect(cat, "NOTICE cat :You are no operator there.");
	client_send(ann, "CS BAN #nowhere bob");
	client_expect(ann, "NOTICE ann :There is no such room.");
	client_send(ann, "CS BAN #ends bob 3x");
	client_expect(ann, "NOTICE ann :A time is *");
	client_send(ann, "CS BAN #ends bob 2s too loud here");
	client_expect(ann, ":ChanServ!* MODE #ends +b bob!\\*@\\*");
	client_expect(ann, "NOTICE ann :bob!* is banned from #ends for 2 s*");
	client_expect(cat, ":ChanServ!* MODE #ends +b bob!\\*@\\*");
	client_ask(bob, "JOIN #ends", "474 bob #ends :*: too loud here");
	client_send(ann, "CS BANS #ends");
	client_expect(ann, "NOTICE ann :bob!*: by ann!*, ends in * s: too lo*");
	client_expect_next(ann, "NOTICE ann :End of the bans of #ends.");
	client_expect(ann, ":irc.test MODE #ends -b bob!\\*@\\*");
	client_expect(cat, ":irc.test MODE #ends -b bob!\\*@\\*");
	client_ask(bob, "JOIN #ends", "366 *");
	client_send(ann, "MODE #ends b");
	client_expect(ann, "368 *");
	client_send(ann, "CS BAN #ends m:bob forever");
	client_expect(ann, "MODE #ends +b m:bob!*");
	client_ask(bob, "PRIVMSG #ends :hi", "404 bob #ends :*");
	client_send(ann, "CS BAN #ends m:bob 1d12h for a while");
	client_expect(ann, "NOTICE ann :m:bob!* for 129600 seconds.");
	client_send(ann, "CS UNBAN #ends m:bob");
	client_expect(ann, "MODE #ends -b m:bob!*");
	client_send(ann, "CS UNBAN #ends m:bob");
	client_expect(ann, "NOTICE ann :That is not banned.");
}
END_TEST

/* All that is set comes back with the room: after a restart, too. */
START_TEST(test_lasts)
{
	struct client *ann, *bob;

	start();
	ann = client_register(&sv, "ann");
	login(ann, "ann");
	client_ask(ann, "JOIN #last,#there", "366 * #there :*");
	client_send(ann, "CS REGISTER #last");
	client_expect(ann, "MODE #last +q ann");
	client_send(ann, "CS REGISTER #there");
	client_expect(ann, "MODE #there +q ann");
	client_ask(ann, "MODE #last +fjMUcCN #there 3:60", "MODE #last +fj*");
	client_ask(ann, "MODE #last +beI a:x *!y@z m:r:q*", "MODE #last *");
	client_send(ann, "CS BAN #last nobody 1h a reason");
	client_expect(ann, "MODE #last +b nobody!*");
	client_send(ann, "CS BAN #last brief 1s");
	client_expect(ann, "MODE #last -b brief!*");
	client_send(ann, "CS BAN #last soon 3s");
	client_expect(ann, "MODE #last +b soon!*");
	client_quit_all();
	server_kill(&sv);
	server_start(&sv);
	bob = client_register(&sv, "bob");
	client_ask(bob, "JOIN #last", "353 bob * #last :bob");
	client_ask(bob, "MODE #last",
	    "324 bob #last +CMNUcfjnrt #there 3:60");
	client_send(bob, "MODE #last b");
	client_expect(bob, "367 bob #last a:x ann!* *");
	client_expect_next(bob, "367 bob #last nobody!* ann!* *");
	client_expect(bob, "368 *");
	ann = client_register(&sv, "ann2");
	client_send(ann, "NS IDENTIFY ann secret");
	client_expect(ann, "900 *");
	client_ask(ann, "JOIN #last", "353 * #last :*~ann2*");
	client_send(ann, "MODE #last eI");
	client_expect(ann, "348 ann2 #last \\*!y@z ann!* *");
	client_expect(ann, "346 ann2 #last m:r:q\\* ann!* *");
	client_send(ann, "CS BANS #last");
	client_expect(ann, "NOTICE * :nobody!*, ends in 3* s: a reason");
	/* what began before the restart ends after it */
	client_expect(bob, ":irc.test MODE #last -b soon!*");
	client_expect(ann, ":irc.test MODE #last -b soon!*");
	client_quit_all();
	server_stop(&sv);
}
END_TEST

/* ---- flags ---- */

START_TEST(test_flags)
{
	struct client *v[3], *ann, *bob, *cat;

	gather(v, 3, names, "#flags");
	ann = v[0], bob = v[1], cat = v[2];
	client_ask(ann, "MODE #flags +C", "MODE #flags +C");
	client_send(bob, "PRIVMSG #flags :\001ACTION waves\001");
	client_expect(ann, ":bob!* PRIVMSG #flags :\001ACTION waves\001");
	client_ask(bob, "PRIVMSG #flags :\001PING 1\001", "404 * :*(+C)");
	client_ask(ann, "PRIVMSG #flags :\001VERSION\001", "404 * :*(+C)");
	client_ask(ann, "MODE #flags -C+c", "MODE #flags -C+c");
	client_ask(bob, "PRIVMSG #flags :\0034red", "404 * :*(+c)");
	client_send(bob, "PRIVMSG #flags :\002bold");
	client_expect(ann, ":bob!* PRIVMSG #flags :\002bold");
	/* of several lines, too */
	client_send(cat, "CAP REQ :batch draft/multiline message-tags");
	client_expect(cat, "CAP * ACK *");
	client_send(cat, "BATCH +1 draft/multiline #flags\r\n"
	    "@batch=1 PRIVMSG #flags :plain\r\n"
	    "@batch=1 PRIVMSG #flags :and \0034red\r\nBATCH -1");
	client_expect(cat, "404 cat #flags :*(+c)");
	/* who speaks, who enters, who is called what */
	client_ask(ann, "MODE #flags -c+M", "MODE #flags -c+M");
	client_ask(cat, "PRIVMSG #flags :hi", "404 * :*(+M)");
	client_ask(ann, "MODE #flags +v cat", "MODE #flags +v cat");
	client_expect(cat, "MODE #flags +v cat");
	client_send(cat, "PRIVMSG #flags :hi");
	client_expect(bob, ":cat!* PRIVMSG #flags :hi");
	client_ask(ann, "MODE #flags -M+RN", "MODE #flags -M+RN");
	client_expect(bob, "MODE #flags -M+RN");
	client_ask(bob, "NICK robert", "447 bob #flags :*");
	client_ask(cat, "NICK kit", ":cat!* NICK *kit");
	/* nor is another nick a way out of a ban */
	client_ask(ann, "MODE #flags -N+b m:bob", "MODE #flags -N+b m:bob!*@*");
	client_ask(bob, "NICK robert", "435 bob robert #flags :*");
	client_ask(bob, "NICK BOB", "435 bob BOB #flags :*");
	client_ask(ann, "MODE #flags +e bob", "MODE #flags +e bob!*@*");
	client_ask(bob, "NICK robin", "NICK *robin");
	client_ask(bob, "NICK bob", "NICK *bob");
	client_ask(ann, "MODE #flags -e+v bob!*@* bob", "MODE #flags -e+v *");
	client_ask(bob, "NICK robin", "NICK *robin");
	client_ask(bob, "NICK bob", "NICK *bob");
	client_ask(ann, "MODE #flags -vb+N bob m:bob!*@*", "MODE #flags *");
	client_ask(bob, "PART #flags", "PART *");
	client_ask(bob, "NICK robert", "NICK *robert");
	client_ask(bob, "JOIN #flags", "477 robert #flags :*");
	client_ask(ann, "MODE #flags -R", "MODE #flags -R");
	client_ask(bob, "JOIN #flags", "366 *");
	client_ask(ann, "MODE #flags +r", "696 ann #flags r * :*");
}
END_TEST

START_TEST(test_op_moderated)
{
	struct client *v[4], *ann, *bob, *cat, *dan;

	gather(v, 4, names, "#upmod");
	ann = v[0], bob = v[1], cat = v[2], dan = v[3];
	client_send(bob, "CAP REQ echo-message");
	client_expect(bob, "CAP * ACK *");
	client_ask(ann, "MODE #upmod +Uhv cat dan", "MODE #upmod +Uhv cat dan");
	client_expect(bob, "MODE #upmod +Uhv *");
	client_ask(bob, "PRIVMSG #upmod :may I",
	    ":bob!* PRIVMSG #upmod :may I");
	client_expect(ann, ":bob!* PRIVMSG #upmod :may I");
	client_expect(cat, ":bob!* PRIVMSG #upmod :may I");
	client_ask(bob, "PRIVMSG +#upmod :or so", ":bob!* PRIVMSG +#upmod *");
	client_expect(ann, ":bob!* PRIVMSG +#upmod :or so");
	client_barrier(bob, dan);
	ck_assert_int_eq(client_block_count(dan, "PRIVMSG *"), 0);
	client_send(dan, "PRIVMSG #upmod :I do");
	client_expect(bob, ":dan!* PRIVMSG #upmod :I do");
}
END_TEST

START_TEST(test_statusmsg)
{
	struct client *v[4], *ann, *bob, *cat, *dan;

	gather(v, 4, names, "#status");
	ann = v[0], bob = v[1], cat = v[2], dan = v[3];
	client_ask(ann, "MODE #status +hv bob cat", "MODE #status +hv bob cat");
	client_expect(dan, "MODE #status +hv bob cat");
	client_send(dan, "PRIVMSG @#status :ops\r\nPRIVMSG %%#status :half\r\n"
	    "NOTICE +#status :voice");
	client_expect(ann, ":dan!* PRIVMSG @#status :ops");
	client_expect(ann, ":dan!* PRIVMSG %%#status :half");
	client_expect(ann, ":dan!* NOTICE +#status :voice");
	client_expect(bob, "PRIVMSG %%#status :half");
	client_expect(cat, "NOTICE +#status :voice");
	client_send(dan, "PRIVMSG ~#status :nobody\r\nPRIVMSG @#status :last");
	client_expect(ann, ":dan!* PRIVMSG @#status :last");
	client_barrier(dan, cat);
	ck_assert_int_eq(client_block_count(cat, "PRIVMSG *"), 0);
}
END_TEST

START_TEST(test_throttle)
{
	struct client *v[1], *ann, *bob, *cat;

	gather(v, 1, names, "#thr");
	ann = v[0];
	bob = client_register(&sv, "bob");
	cat = client_register(&sv, "cat");
	client_ask(ann, "MODE #thr +j 5", "696 ann #thr j * :*");
	client_ask(ann, "MODE #thr +j 0:5", "696 ann #thr j * :*");
	client_ask(ann, "MODE #thr +j 1:2x", "696 ann #thr j * :*");
	client_ask(ann, "MODE #thr +j 1:2", "MODE #thr +j 1:2");
	client_ask(bob, "JOIN #thr", "366 *");
	client_ask(cat, "JOIN #thr", "480 cat #thr :*");
	/* until the time is over */
	client_ask(ann, "MODE #thr +j 1:1", "MODE #thr +j 1:1");
	do {
		client_send(cat, "JOIN #thr");
		ck_assert(client_line(cat, HARNESS_WAIT));
	} while (client_matches(cat, "480 *"));
	client_expect(cat, "366 *");
	client_ask(ann, "MODE #thr", "324 ann #thr +jnt 1:1");
	client_ask(ann, "MODE #thr -j", "MODE #thr -j");
}
END_TEST

START_TEST(test_forward)
{
	struct client *v[1], *ann, *bob;

	gather(v, 1, names, "#from");
	ann = v[0];
	bob = client_register(&sv, "bob");
	client_ask(ann, "JOIN #to", "366 *");
	client_ask(bob, "JOIN #bobs", "366 *");
	client_ask(ann, "MODE #from +f #none", "696 ann #from f * :*");
	client_ask(ann, "MODE #from +f #from", "696 ann #from f * :*");
	client_ask(ann, "MODE #from +f #bobs", "482 ann #bobs :*");
	client_ask(ann, "MODE #from +f #to", "MODE #from +f #to");
	client_ask(bob, "JOIN #from", "366 bob #from :*");
	client_ask(bob, "PART #from", "PART *");
	client_ask(ann, "MODE #from +i", "MODE #from +i");
	client_send(bob, "JOIN #from,#more");
	client_expect(bob, "470 bob #from #to :*");
	client_expect(bob, ":bob!* JOIN *#to");
	client_expect(bob, "366 bob #to :*");
	client_expect(bob, "366 bob #more :*");
	client_ask(bob, "JOIN #from", "473 bob #from :*");
	client_ask(ann, "MODE #from", "324 ann #from +fint #to");
	client_ask(bob, "MODE #from", "324 bob #from +fint \\*");
	/* no further step */
	client_ask(bob, "PART #to", "PART *");
	client_ask(ann, "MODE #to +if #from", "MODE #to +if #from");
	client_send(bob, "JOIN #from");
	client_expect(bob, "470 bob #from #to :*");
	client_expect_next(bob, "473 bob #to :*");
	/* there is none any more */
	client_ask(ann, "PART #to", "PART *");
	client_ask(bob, "JOIN #from", "473 bob #from :*");
}
END_TEST

/* ---- being let in ---- */

START_TEST(test_knock)
{
	struct client *v[3], *ann, *bob, *cat, *dan;

	gather(v, 3, names, "#knock");
	ann = v[0], bob = v[1], cat = v[2];
	dan = client_register(&sv, "dan");
	client_ask(dan, "KNOCK #nowhere", "403 dan #nowhere :*");
	client_ask(dan, "KNOCK #knock", "713 dan #knock :*");
	client_ask(bob, "KNOCK #knock", "714 bob #knock :*");
	client_ask(ann, "MODE #knock +ih bob", "MODE #knock +ih bob");
	client_expect(cat, "MODE #knock +ih bob");
	client_ask(dan, "KNOCK #knock :please", "711 dan #knock :*");
	client_expect(ann, "710 #knock #knock dan!*@* :*");
	client_expect(bob, "710 #knock #knock dan!*@* :*");
	client_barrier(dan, cat);
	ck_assert_int_eq(client_block_count(cat, "710 *"), 0);
	client_ask(dan, "KNOCK #knock", "712 dan #knock :*");
	dan = client_register(&sv, "eve");
	client_ask(dan, "KNOCK #knock", "712 eve #knock :*");
	client_ask(ann, "MODE #knock +b eve", "MODE #knock +b *");
	client_ask(dan, "KNOCK #knock", "404 eve #knock :*");
	client_ask(ann, "MODE #knock +s", "MODE #knock +s");
	client_ask(dan, "KNOCK #knock", "403 eve #knock :*");
}
END_TEST

START_TEST(test_invite)
{
	struct client *v[3], *ann, *bob, *cat, *dan;

	gather(v, 3, names, "#invited");
	ann = v[0], bob = v[1], cat = v[2];
	dan = client_register(&sv, "dan");
	client_send(bob, "CAP REQ invite-notify");
	client_expect(bob, "CAP * ACK *");
	client_ask(ann, "MODE #invited +b+h dan bob", "MODE #invited +bh *");
	client_expect(cat, "MODE #invited +bh *");
	/* one who could not let him in */
	client_ask(cat, "INVITE dan #invited", "341 cat dan #invited");
	client_expect(dan, ":cat!* INVITE dan *#invited");
	client_expect(bob, ":cat!* INVITE dan #invited");
	client_ask(dan, "JOIN #invited", "474 dan #invited :*");
	client_send(dan, "INVITE");
	client_expect(dan, "336 dan #invited");
	client_expect_next(dan, "337 dan :*");
	client_ask(ann, "MODE #invited +ikl key 1", "MODE #invited +ikl key 1");
	client_expect(cat, "MODE #invited +ikl key 1");
	client_ask(cat, "INVITE dan #invited", "482 cat #invited :*");
	client_ask(bob, "INVITE dan #invited", "341 bob dan #invited");
	client_ask(dan, "JOIN #invited", "366 dan #invited :*");
	/* once */
	client_send(ann, "KICK #nowhere,#invited cat,dan :out");
	client_expect(ann, "403 * #nowhere :*");
	client_expect(dan, "KICK #invited dan *");
	client_ask(dan, "JOIN #invited", "474 dan #invited :*");
}
END_TEST

static Suite *
suite_roommodes(void)
{
	Suite *s = suite_create("roommodes");
	TCase *t = harness_case(s, "shared", start, stop, 60);

	tcase_add_checked_fixture(t, NULL, quit);
	tcase_add_test(t, test_ranks);
	tcase_add_test(t, test_exceptions);
	tcase_add_test(t, test_extended);
	tcase_add_test(t, test_long_list);
	tcase_add_test(t, test_ban_ends);
	tcase_add_test(t, test_flags);
	tcase_add_test(t, test_op_moderated);
	tcase_add_test(t, test_statusmsg);
	tcase_add_test(t, test_throttle);
	tcase_add_test(t, test_forward);
	tcase_add_test(t, test_knock);
	tcase_add_test(t, test_invite);
	t = tcase_create("own");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_founder);
	tcase_add_test(t, test_lasts);
	suite_add_tcase(s, t);
	return s;
}

int
main(void)
{
	Suite *suites[] = { suite_roommodes(), NULL };

	return harness_run(suites);
}
