/* SPDX-License-Identifier: ISC */
/*
 * The bot: a view that answers.
 *
 * It is told what happens, as every view is, and picks what is asked of it
 * (question.c).  A program is run for each question (job.c), or one is kept
 * running and told of all (program.c); what they print waits in a queue, which
 * keeps to a rate (queue.c), and goes to the session.  When the queue is full
 * programs are not listened to; they wait, and in the end questions do, of
 * which those that are too many are dropped: nothing here grows without end.
 *
 * Bots must not talk to each other.  We set the server's bot mode and do not
 * answer who has it; where there is no such thing answers are notices, which
 * no program answers.
 */

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot.h"
#include "bot_option.h"
#include "client/command.h"
#include "client/line/display.h"
#include "client/loop.h"
#include "client/news.h"
#include "client/script/json.h"
#include "client/session/connection.h"
#include "client/session/network.h"
#include "client/session/own.h"
#include "client/session/session.h"
#include "client/setting/secret.h"
#include "client/setting/setting.h"
#include "irc/capability.h"
#include "job.h"
#include "order.h"
#include "program.h"
#include "queue.h"

static struct bot {
	struct bot_options o;
	struct session *session;
	struct question_rules rules;
	struct jobs jobs;       /* --each, else: */
	struct program program;
	struct queue queue;
	struct json line;
	int online, begun;      /* we are; we were, once */
	int ending, leaving;    /* told to end; all is said */
	int signal;             /* that told so */
	int failed;             /* the command was given up */
} bot;

static struct loop_timer bot_timer, bot_end_timer;

static void __attribute__((format(printf, 1, 2)))
bot_complain(const char *fmt, ...)
{
	char raw[2048], text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	display_clean(text, sizeof(text), raw);
	fprintf(stderr, "moot: %s\n", text);
}

/* ---- answers ---- */

/* Where programs are not known for what they are, no program answers notices.
 */
static int
bot_is_known(const struct session *s)
{
	return isupport_has(&s->isupport, ISUPPORT_BOT) &&
	    (s->caps & CAP(MESSAGE_TAGS));
}

static void
bot_say(const struct queue_item *i, const char *text)
{
	own_say(i->session, i->command, i->where, i->ctcp, i->reply, text);
}

static int
bot_says_whole(const struct queue_item *i)
{
	return i->ctcp == NULL && i->session->multiline_lines > 0;
}

static int
bot_may_say(const struct queue_item *i)
{
	return bot.online && outbox_has_room(&i->session->outbox);
}

static void
bot_add(const char *where, const char *reply, enum order_type type,
    char *text)
{
	struct session *s = bot.session;
	struct queue_item i = { .session = s, .where = (char *)(uintptr_t)where,
		.reply = (char *)(uintptr_t)reply, .text = text };
	int notice = type == ORDER_NOTICE || bot.o.notice || !bot_is_known(s);

	i.command = notice && type != ORDER_ACTION ? "NOTICE" : "PRIVMSG";
	i.ctcp = type == ORDER_ACTION ? "ACTION" : NULL;
	if (queue_add(&bot.queue, &i) == -1)
		bot_complain("no memory for an answer");
}

/* What a job printed. */
static void
bot_answer(const struct question *q, const char *text)
{
	if (text != NULL)
		bot_add(q->where, q->msgid, ORDER_MESSAGE,
		    (char *)(uintptr_t)text);
}

static int
bot_is_target(const char *name)
{
	return *name != '\0' && *name != ':' &&
	    strpbrk(name, " ,\r\n") == NULL &&
	    strlen(name) < SESSION_TARGET;
}

/* A text of an order: its lines are cleaned one by one. */
static void
bot_order_text(struct answer_text *t, const char *text)
{
	char *copy = strdup(text), *line, *rest;

	if (copy == NULL)
		return;
	for (rest = copy; (line = strsep(&rest, "\n")) != NULL;) {
		answer_clean(line, strlen(line));
		answer_add(t, line);
	}
	free(copy);
}

static void
bot_order(const char *where, char *line)
{
	struct answer_text t = { .limit = bot.o.output_limit,
		.most = bot.o.line_limit };
	struct order o;
	const char *error = order_parse(&o, line);

	if (error == NULL && o.room != NULL)
		where = o.room;
	if (error == NULL && (where == NULL || !bot_is_target(where)))
		error = "it names no room, and none was told of";
	if (error != NULL) {
		bot_complain("%s printed what is not said, since %s",
		    bot.o.argv[0], error);
		return;
	}
	bot_order_text(&t, o.text);
	if (t.text != NULL)
		bot_add(where, o.reply, o.type, t.text);
	answer_text_clear(&t);
}

/* A line that the program printed. */
static void
bot_said(const char *where, char *line)
{
	if (bot.o.json)
		bot_order(where, line);
	else if (*line == '\0')
		return;
	else if (where == NULL)
		bot_complain("%s printed what is not said, since nobody has "
		    "said anything: %s", bot.o.argv[0], line);
	else
		bot_add(where, NULL, ORDER_MESSAGE, line);
	if (queue_is_full(&bot.queue))
		program_listen(&bot.program, 0);
}

static int
bot_wants_answers(void)
{
	return !queue_is_full(&bot.queue);
}

/* ---- questions ---- */

static void
bot_ask(const struct question_self *self, const struct news *n,
    const char *text)
{
	struct question *q = question_new(self, n, text);
	const char *line;

	if (q == NULL) {
		bot_complain("no memory for a question");
		return;
	}
	if (bot.o.each) {
		jobs_ask(&bot.jobs, q);
		return;
	}
	line = json_news(&bot.line, self->network, n);
	if (line != NULL)
		program_tell(&bot.program, q->where, line);
	question_free(q);
}

static void
bot_hear(struct session *s, const struct news *n)
{
	const char *network = isupport_text(&s->isupport, ISUPPORT_NETWORK);
	struct question_self self = {
		.nick = s->nick,
		.account = *s->logged_in != '\0' ? s->logged_in : NULL,
		.chantypes = isupport_text(&s->isupport, ISUPPORT_CHANTYPES),
		.network = *network != '\0' ? network : s->connection.host,
	};
	const char *text;

	if (!bot.ending && question_is(&bot.rules, &self, n, &text))
		bot_ask(&self, n, text);
}

static void
bot_tell(struct session *s, const struct news *n)
{
	static const uint64_t trouble = UINT64_C(1) << NEWS_ERROR |
	    UINT64_C(1) << NEWS_FAILED | UINT64_C(1) << NEWS_UNSURE |
	    UINT64_C(1) << NEWS_STATE;

	if (trouble >> n->kind & 1)
		bot_complain("%s%s%s%s", n->room != NULL ? n->room : "",
		    n->room != NULL ? ": " : "",
		    n->kind == NEWS_UNSURE ? "may not have arrived: " : "",
		    n->text != NULL ? n->text : "");
	else
		bot_hear(s, n);
}

/* ---- coming and going ---- */

/* The program that is kept cannot be kept. */
static void
bot_over(const char *why)
{
	if (*why != '\0') {
		bot_complain("%s %s", bot.o.argv[0], why);
		bot.failed = 1;
	}
	bot.ending = 1;
}

/* The mode first, so that whatever we say has the tag. */
static void
bot_arrive(struct session *s)
{
	const char *mode = isupport_text(&s->isupport, ISUPPORT_BOT);
	char *const *t;

	if (*mode != '\0')
		session_queue(s, "MODE %s +%c", s->nick, *mode);
	if (bot.begun)
		return;
	bot.begun = 1;
	for (t = bot.o.targets; *t != NULL; t++)
		if (isupport_is_room(&s->isupport, *t))
			command_join(s, *t, "");
	if (!bot.o.each)
		program_init(&bot.program);
}

static int
bot_is_idle(void)
{
	return bot.queue.first == NULL &&
	    (bot.o.each ? jobs_idle(&bot.jobs) : !bot.program.running);
}

static void
bot_leave(void)
{
	bot.leaving = 1;
	if (bot.online)
		session_quit(bot.session, "");
	else
		session_hurry(bot.session, "");
	bot_end_timer.due = connection_now() + BOT_GRACE / 2;
}

/* Once all is said, or it took too long. */
static void
bot_end_due(struct loop_timer *t)
{
	(void)t;
	if (bot.leaving)
		session_end(bot.session, STATUS_LINE_LOST,
		    "the server does not answer");
	else
		bot_leave();
}

static void
bot_end(void)
{
	bot.ending = 1;
	bot_end_timer.due = connection_now() + BOT_GRACE;
	jobs_drain(&bot.jobs);
	if (!bot.o.each && bot.begun)
		program_drain(&bot.program);
}

/* The first signal: what is asked is answered yet.  The second does not wait
 * for that. */
static int
bot_signal(int signo)
{
	int again = bot.signal != 0;

	if (signo != SIGTERM && signo != SIGINT && signo != SIGHUP)
		return 0;
	bot.signal = signo;
	if (again)
		return 0;
	bot_end();
	return 1;
}

static void
bot_due(struct loop_timer *t)
{
	(void)t; /* each turn looks at the queue */
}

static void
bot_turn(int64_t now)
{
	struct session *s = bot.session;
	int online = s->state == SESSION_ONLINE && !s->welcoming;
	int64_t wait;

	if (online && !bot.online)
		bot_arrive(s);
	bot.online = online;
	wait = queue_run(&bot.queue, now);
	bot_timer.due = wait >= 0 ? now + wait : 0;
	if (bot.o.each)
		jobs_run(&bot.jobs);
	else if (bot.begun)
		program_listen(&bot.program, !queue_is_full(&bot.queue));
	if (bot.ending && !bot.leaving && bot_is_idle())
		bot_leave();
}

/* ---- from beginning to end ---- */

static const struct view bot_view = { .tell = bot_tell };
static const struct loop_user bot_user = { .turn = bot_turn,
	.signal = bot_signal };

static void
bot_open(void)
{
	const struct bot_options *o = &bot.o;

	bot.rules.which = o->all || (!o->each && !o->addressed &&
	    o->prefix == NULL) ? QUESTION_ALL : QUESTION_ADDRESSED;
	bot.rules.prefix = o->prefix;
	bot.rules.direct = o->direct;
	bot.rules.actions = !o->each;
	bot.rules.targets = o->targets;
	bot.jobs.time_limit = o->time_limit;
	bot.jobs.output_limit = o->output_limit;
	bot.jobs.line_limit = o->line_limit;
	bot.jobs.parallel = o->parallel;
	bot.jobs.argv = bot.program.argv = o->argv;
	bot.jobs.environment = bot.program.environment = &o->environment;
	bot.jobs.answer = bot_answer;
	bot.jobs.wanted = bot_wants_answers;
	bot.program.output_limit = o->output_limit;
	bot.program.once = o->once;
	bot.program.said = bot_said;
	bot.program.over = bot_over;
	bot.queue.rate = o->rate;
	bot.queue.say = bot_say;
	bot.queue.whole = bot_says_whole;
	bot.queue.ready = bot_may_say;
	jobs_init(&bot.jobs);
	queue_init(&bot.queue);
}

/* Where it goes without --server: to the first network at start, but not as
 * the one that a person is there. */
static const char *
bot_server(void)
{
	const char *network = network_at_start(0), *server = bot.o.server;

	if (server == NULL && network != NULL)
		server = setting_text_in(network, "server");
	return server == NULL || *server == '\0' ? NULL : server;
}

/* The settings are those of a person.  A bot is another one: it logs in to
 * no account that was not named for it, and is in no rooms but its own. */
static int
bot_settle(char *why, size_t size)
{
	const struct bot_options *o = &bot.o;
	const char *network = network_find(bot_server());

	setting_unset(NULL, "join", why, size);
	if (network != NULL)
		setting_unset(network, "join", why, size);
	else
		setting_unset(NULL, "account", why, size);
	return o->account == NULL ? 0 :
	    setting_set(network, "account", o->account, why, size);
}

static int
bot_connect(void)
{
	const struct bot_options *o = &bot.o;
	struct session *s = malloc(sizeof(*s));
	char why[SETTING_WHY] = "no memory";

	secret_open(o->password_file, 0);
	if (s == NULL || bot_settle(why, sizeof(why)) == -1 ||
	    network_open(s, bot_server(), o->nick, NULL, why, sizeof(why)) ==
	    -1) {
		bot_complain("%s", why);
		free(s);
		return -1;
	}
	s->catches_up = 1; /* so no answer is lost or said twice */
	s->away_after = 0;
	bot.session = s;
	return loop_add_session(s);
}

/* Dies of the signal, if there was one, so that the parent sees it. */
static int
bot_close(void)
{
	const char *why;
	int status = loop_status(&why);

	if (*why != '\0')
		bot_complain("%s", why);
	if (bot.failed && status == STATUS_OK)
		status = STATUS_COMMAND;
	if (!bot.o.each && bot.begun)
		program_clear(&bot.program);
	jobs_clear(&bot.jobs);
	queue_clear(&bot.queue);
	json_clear(&bot.line);
	environment_clear(&bot.o.environment);
	loop_close();
	loop_restore_signals();
	if (bot.signal != 0) {
		signal(bot.signal, SIG_DFL);
		raise(bot.signal);
	}
	return status;
}

int
bot_main(int argc, char **argv)
{
	bot_option_parse(&bot.o, argc, argv);
	news_view(&bot_view);
	bot_open();
	if (loop_open(&bot_user) == -1) {
		perror("moot");
		return STATUS_USAGE;
	}
	if (bot_connect() == -1)
		return STATUS_USAGE;
	bot_timer.fire = bot_due;
	bot_end_timer.fire = bot_end_due;
	loop_add_timer(&bot_timer);
	loop_add_timer(&bot_end_timer);
	loop_run();
	return bot_close();
}
