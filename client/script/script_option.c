/* SPDX-License-Identifier: ISC */
/*
 * Options of the subcommands: one table, from which come what getopt_long(3)
 * is given, what --help says and where a value goes.  lint.sh looks here for
 * what moot(1) has to tell.
 */

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "script.h"
#include "script_option.h"

enum {
	OPTIONS_MOST = 32, /* of one subcommand */
	OPTIONS_HELP = 28, /* the column at which help begins */
};

struct script_option {
	char letter;       /* '\0': none */
	const char *name;
	const char *value; /* what it takes; NULL: nothing, it is a switch */
	unsigned int commands;
	size_t member;     /* of struct script: a text, or an int */
	const char *help;
};

#define TO(member) offsetof(struct script, member)

static const struct script_option script_options[] = {
	{ 's', "server", "HOST[:PORT]", SCRIPT_ALL, TO(server),
	    "the server or network, otherwise $" ENV_SERVER " or the usual" },
	{ 'n', "nick", "NICK", SCRIPT_ALL & ~SCRIPT_PAST, TO(nick),
	    "the nick, otherwise $" ENV_NICK ", or as the account" },
	{ '\0', "nick", "NICK", SCRIPT_PAST, TO(nick),
	    "the nick, otherwise $" ENV_NICK ", or as the account" },
	{ 'a', "account", "ACCOUNT", SCRIPT_ALL, TO(account),
	    "log in to it; otherwise $" ENV_ACCOUNT },
	{ 'p', "password-file", "FILE", SCRIPT_ALL, TO(password_file),
	    "its first line is the password" },
	{ '\0', "pin", "PIN", SCRIPT_ALL, TO(pin),
	    "the key that the server must have" },
	{ '\0', "trust", NULL, SCRIPT_ALL, TO(trust),
	    "believe a server that was never met" },
	{ '\0', "plain", NULL, SCRIPT_ALL, TO(plain),
	    "without TLS: others can read and change it" },
	{ 't', "timeout", "TIME", SCRIPT_ALL, TO(timeout),
	    "how long it may take: 30, 500ms, 5m; 0: for ever" },
	{ 'q', "quiet", NULL, SCRIPT_ALL, TO(quiet),
	    "say nothing of what goes wrong" },
	{ '\0', "json", NULL, SCRIPT_ALL, TO(json),
	    "print objects of JSON, moot-json(5)" },
	{ 'w', "wait", NULL, SCRIPT_SEND, TO(wait),
	    "wait for the server, and for the person to be here" },
	{ 'r', "reply", "MSGID", SCRIPT_SEND, TO(reply),
	    "it answers this message" },
	{ 'm', "multiline", NULL, SCRIPT_SEND, TO(multiline),
	    "all lines are one message" },
	{ '\0', "notice", NULL, SCRIPT_SEND, TO(notice),
	    "nothing should answer it" },
	{ 'n', "lines", "N", SCRIPT_PAST, TO(lines),
	    "so many messages" },
	{ 'f', "follow", NULL, SCRIPT_TAIL, TO(follow),
	    "go on with what is said from now on" },
	{ 'A', "all", NULL, SCRIPT_TAIL | SCRIPT_WAIT | SCRIPT_HISTORY,
	    TO(all), "who comes and goes, too" },
	{ 'i', "ignore-case", NULL, SCRIPT_WAIT, TO(fold),
	    "capital and small letters are the same" },
	{ '\0', "before", "TIME", SCRIPT_HISTORY, TO(before),
	    "the last ones before it" },
	{ '\0', "after", "TIME", SCRIPT_HISTORY, TO(after),
	    "the first ones after it" },
	{ '\0', "since", "TIME", SCRIPT_HISTORY, TO(since),
	    "the last ones after it" },
	{ '\0', "room", "ROOM", SCRIPT_SEARCH, TO(room),
	    "only there; or what was said with that nick" },
	{ '\0', "from", "NICK", SCRIPT_SEARCH, TO(from),
	    "only what that nick has said" },
	{ 'h', "help", NULL, SCRIPT_ALL, TO(help), "this help" },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
script_option_usage(const struct script_command *c, FILE *f)
{
	fprintf(f, "usage: moot %s %s\n", c->name, c->usage);
}

static void __attribute__((noreturn))
script_option_fail_usage(const struct script_command *c)
{
	script_option_usage(c, stderr);
	exit(STATUS_USAGE);
}

static int
script_option_show_help(const struct script_command *c)
{
	const struct script_option *o;
	char head[80];
	size_t i;

	script_option_usage(c, stdout);
	printf("%s\n\n", c->help);
	for (i = 0; i < COUNT(script_options); i++) {
		o = &script_options[i];
		if (!(o->commands & c->options))
			continue;
		snprintf(head, sizeof(head), "  %s%c%s--%s%s%s",
		    o->letter ? "-" : " ", o->letter ? o->letter : ' ',
		    o->letter ? ", " : "  ", o->name, o->value ? " " : "",
		    o->value ? o->value : "");
		printf("%-*s  %s\n", OPTIONS_HELP, head, o->help);
	}
	return fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT;
}

static void
script_option_set(struct script *x, const struct script_option *o,
    const char *value)
{
	char *member = (char *)x + o->member;

	if (o->value != NULL)
		*(const char **)member = value;
	else
		*(int *)member = 1;
}

/* What getopt_long(3) wants of the options that C takes; each has the number
 * of its row, whether it is found by its letter or its name. */
static void
script_option_list(const struct script_command *c, char *letters,
    struct option *names)
{
	const struct script_option *o;
	size_t i, n = 0;

	/* What is said may begin with a dash. */
	if (c->options == SCRIPT_SEND)
		*letters++ = '+';
	for (i = 0; i < COUNT(script_options); i++) {
		o = &script_options[i];
		if (!(o->commands & c->options) || n == OPTIONS_MOST)
			continue;
		names[n].name = o->name;
		names[n].has_arg = o->value != NULL;
		names[n++].val = 256 + (int)i;
		if (o->letter == '\0')
			continue;
		*letters++ = o->letter;
		if (o->value != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
	memset(&names[n], 0, sizeof(names[n]));
}

static const struct script_option *
script_option_find(const struct script_command *c, int ch)
{
	size_t i;

	if (ch >= 256)
		return &script_options[ch - 256];
	for (i = 0; i < COUNT(script_options); i++)
		if (script_options[i].letter == ch &&
		    (script_options[i].commands & c->options))
			return &script_options[i];
	return NULL;
}

void
script_option_parse(struct script *x, int argc, char **argv)
{
	static char name[32];
	char letters[2 * OPTIONS_MOST + 2];
	struct option names[OPTIONS_MOST + 1];
	const struct script_option *o;
	int ch;

	memset(names, 0, sizeof(names));
	script_option_list(x->command, letters, names);
	snprintf(name, sizeof(name), "moot %s", argv[0]);
	argv[0] = name; /* for what getopt_long() says */
	optind = 1;
	while ((ch = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		o = script_option_find(x->command, ch);
		if (o == NULL)
			script_option_fail_usage(x->command);
		script_option_set(x, o, optarg);
	}
	x->argc = argc - optind;
	x->argv = argv + optind;
	if (x->help)
		exit(script_option_show_help(x->command));
	if (x->argc < x->command->least ||
	    (x->command->most != -1 && x->argc > x->command->most))
		script_option_fail_usage(x->command);
}

