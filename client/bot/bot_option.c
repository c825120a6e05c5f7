/* SPDX-License-Identifier: ISC */
/*
 * The options of a bot: one table, from which help and getopt_long(3) have
 * theirs.
 *
 * What stands before the first "--" is ours; what follows it is a command
 * with its own options, which are none of our business.  Whatever makes no
 * sense is said at once, before there is a connection.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot_option.h"
#include "child.h"
#include "client/line/display.h"
#include "client/script/when.h"
#include "client/session/session.h"
#include "job.h"

#define BOT_OPTION_RATE "5/10" /* what is usual */

enum {
	BOT_OPTION_COLUMN = 26, /* where help begins */
	BOT_OPTION_NAMES = 256, /* numbers of those without a letter */
};

/* A switch, or with VALUE a text, of struct bot_options. */
static const struct bot_option {
	char letter;       /* '\0': none */
	const char *name;
	const char *value; /* what it takes; NULL: nothing */
	size_t member;
	const char *help;
} bot_options[] = {
#define TO(member) offsetof(struct bot_options, member)
	{ 's', "server", "NETWORK", TO(server),
	    "or HOST[:PORT]; otherwise $MOOT_SERVER" },
	{ 'n', "nick", "NICK", TO(nick),
	    "the nick, otherwise $MOOT_NICK or your login name" },
	{ 'a', "account", "ACCOUNT", TO(account),
	    "log in to it; otherwise $MOOT_ACCOUNT" },
	{ 'p', "password-file", "FILE", TO(password_file),
	    "its first line is the password" },
	{ 'e', "each", NULL, TO(each), "run COMMAND once a message" },
	{ 'A', "all", NULL, TO(all), "all messages; usual without --each" },
	{ '\0', "addressed", NULL, TO(addressed),
	    "those \"NICK: ...\"; usual with --each" },
	{ '\0', "prefix", "TEXT", TO(prefix),
	    "and those that begin with TEXT" },
	{ '\0', "direct", NULL, TO(direct),
	    "direct messages of anybody, too" },
	{ '\0', "json", NULL, TO(json),
	    "COMMAND prints objects of JSON, moot-bot(7)" },
	{ '\0', "once", NULL, TO(once), "end when COMMAND does" },
	{ '\0', "notice", NULL, TO(notice), "answer in notices" },
	{ '\0', "rate", "N/S", TO(rate_text),
	    "at most N messages in S seconds; " BOT_OPTION_RATE },
	{ '\0', "time-limit", "TIME", TO(time_text),
	    "for COMMAND with --each; 10s" },
	{ '\0', "output-limit", "BYTES", TO(output_text),
	    "of an answer; 4096" },
	{ '\0', "line-limit", "N", TO(line_text), "lines of it; 10" },
	{ '\0', "jobs", "N", TO(parallel_text), "COMMANDs at a time; 4" },
	{ 'k', "keep", "NAME", 0,
	    "a variable that COMMAND is given, too" },
	{ 'h', "help", NULL, TO(help), "this help" },
#undef TO
};

enum { BOT_OPTIONS = sizeof(bot_options) / sizeof(bot_options[0]) };

static const char bot_option_usage[] =
    "usage: moot bot [OPTION...] TARGET... -- COMMAND [ARGUMENT...]\n";

static void __attribute__((noreturn))
bot_option_fail(void)
{
	fputs(bot_option_usage, stderr);
	exit(STATUS_USAGE);
}

static void __attribute__((noreturn))
bot_option_refuse(int status, const char *what, const char *value)
{
	char clean[256];

	display_clean(clean, sizeof(clean), value);
	fprintf(stderr, "moot: %s: %s\n", what, clean);
	exit(status);
}

static void __attribute__((noreturn))
bot_option_help(void)
{
	const struct bot_option *o;
	char head[80];

	printf("%sa program answers what is said\n\n", bot_option_usage);
	for (o = bot_options; o < bot_options + BOT_OPTIONS; o++) {
		snprintf(head, sizeof(head), "  %s%c%s--%s%s%s",
		    o->letter ? "-" : " ", o->letter ? o->letter : ' ',
		    o->letter ? ", " : "  ", o->name, o->value ? " " : "",
		    o->value ? o->value : "");
		printf("%-*s  %s\n", BOT_OPTION_COLUMN, head, o->help);
	}
	exit(fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT);
}

/* ---- words ---- */

static void
bot_option_set(struct bot_options *b, const struct bot_option *o,
    const char *value)
{
	char *member = (char *)b + o->member;

	if (o->letter == 'k') {
		if (environment_keep(&b->environment, value) == -1)
			bot_option_refuse(STATUS_USAGE,
			    "not in the environment", value);
	} else if (o->value != NULL)
		*(const char **)member = value;
	else
		*(int *)member = 1;
}

/* What getopt_long(3) wants; each has the number of its row. */
static void
bot_option_list(char *letters, struct option *names)
{
	int i;

	memset(names, 0, (BOT_OPTIONS + 1) * sizeof(*names));
	for (i = 0; i < BOT_OPTIONS; i++) {
		names[i].name = bot_options[i].name;
		names[i].has_arg = bot_options[i].value != NULL;
		names[i].val = BOT_OPTION_NAMES + i;
		if (bot_options[i].letter == '\0')
			continue;
		*letters++ = bot_options[i].letter;
		if (bot_options[i].value != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
}

static void
bot_option_words(struct bot_options *b, int argc, char **argv)
{
	static char name[] = "moot bot";
	struct option names[BOT_OPTIONS + 1];
	char letters[2 * BOT_OPTIONS + 1];
	int i, ch;

	bot_option_list(letters, names);
	argv[0] = name; /* for what getopt_long() says */
	optind = 1;
	while ((ch = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		for (i = 0; i < BOT_OPTIONS; i++)
			if (ch == BOT_OPTION_NAMES + i ||
			    ch == bot_options[i].letter)
				break;
		if (i == BOT_OPTIONS)
			bot_option_fail();
		bot_option_set(b, &bot_options[i], optarg);
	}
	if (b->help)
		bot_option_help();
}

static int
bot_option_is_target(const char *name)
{
	return *name != '\0' && *name != ':' &&
	    strpbrk(name, " ,\r\n") == NULL && strlen(name) < SESSION_TARGET;
}

static void
bot_option_targets(struct bot_options *b, char **argv)
{
	int n;

	for (n = 0; argv[n] != NULL; n++) {
		if (!bot_option_is_target(argv[n]))
			bot_option_refuse(STATUS_USAGE,
			    "neither a room nor a nick", argv[n]);
		if (n == BOT_TARGETS)
			bot_option_refuse(STATUS_USAGE, "too many targets",
			    argv[n]);
		b->targets[n] = argv[n];
	}
	if (n == 0 && !b->direct)
		bot_option_fail();
}

/* ---- values ---- */

static size_t
bot_option_number(const char *what, const char *text, long usual, long most)
{
	char *end;
	long n;

	if (text == NULL)
		return (size_t)usual;
	n = strtol(text, &end, 10);
	if (end == text || *end != '\0' || n < 1 || n > most)
		bot_option_refuse(STATUS_USAGE, what, text);
	return (size_t)n;
}

static void
bot_option_values(struct bot_options *b)
{
	b->time_limit = b->time_text == NULL ? JOB_TIME :
	    when_duration(b->time_text);
	if (b->time_limit <= 0 || b->time_limit > JOB_TIME_MOST)
		bot_option_refuse(STATUS_USAGE,
		    "--time-limit is a time up to a day, such as 30s",
		    b->time_text);
	b->output_limit = bot_option_number("--output-limit is 1 to 65536",
	    b->output_text, JOB_OUTPUT, BOT_OUTPUT_MOST);
	b->line_limit = (unsigned int)bot_option_number(
	    "--line-limit is 1 to 100", b->line_text, JOB_LINES,
	    BOT_LINES_MOST);
	b->parallel = (unsigned int)bot_option_number("--jobs is 1 to 12",
	    b->parallel_text, JOB_PARALLEL, JOB_PARALLEL_MOST);
	if (b->rate_text == NULL)
		b->rate_text = BOT_OPTION_RATE;
	if (rate_parse(&b->rate, b->rate_text) == -1)
		bot_option_refuse(STATUS_USAGE, "--rate is N/S, such as "
		    BOT_OPTION_RATE, b->rate_text);
}

static const char *
bot_option_default(const char *given, const char *variable)
{
	const char *value = given != NULL ? given : getenv(variable);

	return value == NULL || *value == '\0' ? NULL : value;
}

void
bot_option_parse(struct bot_options *b, int argc, char **argv)
{
	int end;

	memset(b, 0, sizeof(*b));
	environment_init(&b->environment);
	for (end = 1; end < argc && strcmp(argv[end], "--") != 0; end++)
		;
	if (end < argc)
		b->argv = argv + end + 1;
	argv[end] = NULL;
	bot_option_words(b, end, argv);
	bot_option_targets(b, argv + optind);
	bot_option_values(b);
	if (b->argv == NULL || b->argv[0] == NULL)
		bot_option_fail();
	if (b->all && (b->addressed || b->prefix != NULL))
		bot_option_refuse(STATUS_USAGE, "either all messages or some",
		    b->prefix != NULL ? "--prefix" : "--addressed");
	if (b->each && (b->json || b->once))
		bot_option_refuse(STATUS_USAGE, "of no use with --each",
		    b->json ? "--json" : "--once");
	if (!child_can_run(b->argv[0]))
		bot_option_refuse(STATUS_COMMAND, "cannot be run",
		    b->argv[0]);
	b->server = bot_option_default(b->server, "MOOT_SERVER");
	b->nick = bot_option_default(b->nick, "MOOT_NICK");
	b->account = bot_option_default(b->account, "MOOT_ACCOUNT");
}
