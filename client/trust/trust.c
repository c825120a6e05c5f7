/* SPDX-License-Identifier: ISC */
/*
 * moot trust: a look at a server's key, without a word to the server.
 *
 * It shakes hands, shows what came of it, and asks whether the key is to be
 * accepted where it is not trusted already; where nobody can be asked, only
 * the right --pin accepts it.  Also the way to forget a server.
 */

#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "client/line/display.h"
#include "client/line/terminal.h"
#include "client/session/connection.h"
#include "client/session/network.h"
#include "client/session/session.h"
#include "client/setting/setting.h"
#include "client/tls/tls.h"
#include "irc/phrase.h"
#include "trust.h"

#define TRUST_WAIT 30000 /* milliseconds for all of it */

static const char usage[] =
    "usage: moot trust [-h] [--forget] [--pin PIN] NETWORK | HOST[:PORT]\n";

static const char help[] =
    "see by which key a server is known, and accept it\n\n"
    "      --forget   forget what is known of it\n"
    "  -h, --help     this help\n"
    "      --pin PIN  accept the key if it is this one, without asking\n";

struct trust {
	const char *pin;
	int forget;
	struct connection connection;
};

/* What comes from elsewhere is cleaned. */
static int
trust_fail(const char *why, int status)
{
	char clean[1024];

	display_clean(clean, sizeof(clean), why);
	fprintf(stderr, "moot: %s\n", clean);
	return status;
}

/* Until hands are shaken, or not. */
static void
trust_connect(struct connection *c)
{
	int64_t end = connection_now() + TRUST_WAIT;
	enum connection_news news = connection_start(c, connection_now());
	struct pollfd p;

	while (news == CONNECTION_SAME && connection_now() < end) {
		p.fd = c->fd;
		p.events = connection_events(c, 1);
		p.revents = 0;
		poll(&p, 1, 500);
		news = connection_step(c, p.revents, connection_now());
	}
	if (news == CONNECTION_SAME)
		connection_close(c, "it does not answer in time");
}

static void
trust_show(const struct connection *c, const struct tls_info *info)
{
	char phrase[PHRASE_SIZE], pin[PIN_TEXT];

	phrase_write(phrase, info->pin);
	pin_write(pin, info->pin);
	printf("server  %s port %s\nkey     %s\npin     %s\n", c->host, c->port,
	    phrase, pin);
	if (info->known.kind == KNOWN_PIN &&
	    memcmp(info->known.pin, info->pin, PIN_BYTES) != 0) {
		phrase_write(phrase, info->known.pin);
		pin_write(pin, info->known.pin);
		printf("before  %s\n        %s\n", phrase, pin);
	}
	printf("        %s%s%s\n", judge_words(info->verdict),
	    *info->flaw != '\0' ? "; " : "", info->flaw);
	fflush(stdout);
}

static int
trust_ask(void)
{
	char line[16];

	if (!terminal_is_typed() || !terminal_is_shown())
		return 0;
	printf("Accept this key? y, or Enter for no: ");
	fflush(stdout);
	return fgets(line, sizeof(line), stdin) != NULL &&
	    (*line == 'y' || *line == 'Y');
}

static int
trust_keep(const struct connection *c, const struct tls_info *info)
{
	struct known k = { .kind = KNOWN_PIN };

	snprintf(k.host, sizeof(k.host), "%s", c->host);
	snprintf(k.port, sizeof(k.port), "%.5s", c->port);
	memcpy(k.pin, info->pin, PIN_BYTES);
	if (known_keep(&k) == -1)
		return trust_fail("that could not be kept: see known-servers "
		    "in moot(1)", STATUS_USAGE);
	printf("accepted\n");
	return fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT;
}

static int
trust_look(struct trust *t)
{
	struct connection *c = &t->connection;
	struct tls_info info;

	trust_connect(c);
	if (!tls_tell(c->secure, &info))
		return trust_fail(c->why, c->refused ? STATUS_UNTRUSTED :
		    STATUS_UNREACHABLE);
	trust_show(c, &info);
	/* a certificate alone, which anybody can show, proves nothing */
	if (judge_accepts(info.verdict) && c->state != CONNECTION_OPEN)
		return trust_fail(c->why, STATUS_UNREACHABLE);
	if (info.verdict == JUDGE_VOUCHED || info.verdict == JUDGE_KNOWN)
		return STATUS_OK;
	if (info.verdict == JUDGE_PINNED ||
	    (info.verdict != JUDGE_NOT_PIN && trust_ask()))
		return trust_keep(c, &info);
	return STATUS_UNTRUSTED;
}

static int
trust_run(struct trust *t, const char *what)
{
	struct connection *c = &t->connection;
	const char *network = network_find(what), *where = what;
	unsigned char pin[PIN_BYTES];
	int status;

	if (network != NULL)
		where = setting_text_in(network, "server");
	if (connection_init(c, where) == -1)
		return trust_fail("not an address", STATUS_USAGE);
	connection_set_tls(c, 1);
	if (!c->tls)
		return trust_fail("there is no TLS to it", STATUS_USAGE);
	if (t->pin != NULL && pin_read(pin, t->pin) == -1)
		return trust_fail("not a pin; it is sha256/...", STATUS_USAGE);
	if (t->pin != NULL)
		pin_write(c->pin, pin);
	if (t->forget)
		return known_forget(c->host, c->port) == 0 ? STATUS_OK :
		    trust_fail("that could not be changed", STATUS_USAGE);
	status = trust_look(t);
	connection_clear(c);
	return status;
}

int
trust_main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "forget", no_argument, NULL, 'F' },
		{ "help", no_argument, NULL, 'h' },
		{ "pin", required_argument, NULL, 'P' },
		{ NULL, 0, NULL, 0 },
	};
	static struct trust t;
	int ch;

	while ((ch = getopt_long(argc, argv, "h", names, NULL)) != -1)
		if (ch == 'F')
			t.forget = 1;
		else if (ch == 'P')
			t.pin = optarg;
		else if (ch == 'h') {
			printf("%s%s", usage, help);
			return fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT;
		} else
			break;
	if (ch == -1 && argc - optind == 1)
		return trust_run(&t, argv[optind]);
	fputs(usage, stderr);
	return STATUS_USAGE;
}
