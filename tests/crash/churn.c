/* SPDX-License-Identifier: ISC */
/*
 * Churn: clients join, leave, kick each other, change names, quit and come
 * back, as fast as they can, while workers are killed.  Each keeps the list of
 * who is in its rooms as a client does: from NAMES at its own JOIN, and from
 * the events since.  Now and then all pause, and each list must be what the
 * server says.
 *
 *	churn [-t SECONDS] [-i MS] [-w WORKERS] [-s SEED]
 *
 * -i 0 kills nobody.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

enum {
	CLIENTS = 24,
	ROOMS = 3,
	NICKS = 40,
	MEMBERS = 64,
	BURST = 40,      /* commands between two looks at the sockets */
	CALM = 1200,     /* ms between two pauses */
	PATIENCE = 10000,
	TAIL = 1500,     /* lines that a client remembers */
	SHOWN = 6,
};

struct view {
	int joined, asked;
	int n;
	char nick[MEMBERS][40];
};

static struct person {
	struct client *c;
	struct view view[ROOMS], truth[ROOMS];
	int calm;        /* lines of this pause it has heard */
	int ready;       /* is in #calm */
	int settled;     /* the pause by which all is done that it said */
	char *tail[TAIL];
	unsigned lines;
} people[CLIENTS];

static struct server sv;
static unsigned seed;
static int workers = 4, round_number, made;
static long kills, pauses, compared, wrong;

static int
any(int n)
{
	return rand_r(&seed) / 16 % n;
}

/* ---- views ---- */

static int
view_find(const struct view *v, const char *nick)
{
	int i;

	for (i = 0; i < v->n; i++)
		if (strcmp(v->nick[i], nick) == 0)
			return i;
	return -1;
}

static void
view_add(struct view *v, const char *nick)
{
	if (view_find(v, nick) < 0 && v->n < MEMBERS)
		snprintf(v->nick[v->n++], sizeof(v->nick[0]), "%s", nick);
}

static int
view_remove(struct view *v, const char *nick)
{
	int i = view_find(v, nick);

	if (i >= 0)
		memmove(v->nick[i], v->nick[--v->n], sizeof(v->nick[0]));
	return i >= 0;
}

static struct view *
view_of(struct view *v, const char *room)
{
	return room[0] == '#' && room[1] >= 'a' && room[1] < 'a' + ROOMS &&
	        room[2] == '\0'
	    ? &v[room[1] - 'a']
	    : NULL;
}

/* ---- hearing ---- */

static void
hear_join(struct person *p, const char *who, char **word)
{
	struct view *v = view_of(p->view, word[1]);

	if (v == NULL) {
		p->ready |= strcmp(who, p->c->nick) == 0 &&
		    strcmp(word[1], "#calm") == 0;
		return;
	}
	if (strcmp(who, p->c->nick) == 0) {
		v->joined = 1;
		v->n = 0;
	}
	view_add(v, who);
}

static void
hear_leave(struct person *p, const char *who, const char *room)
{
	struct view *v = view_of(p->view, room);

	if (v == NULL)
		return;
	view_remove(v, who);
	if (strcmp(who, p->c->nick) == 0)
		v->joined = v->n = 0;
}

static void
hear_part(struct person *p, const char *who, char **word)
{
	hear_leave(p, who, word[1]);
}

static void
hear_kick(struct person *p, const char *who, char **word)
{
	(void)who;
	hear_leave(p, word[2], word[1]);
}

static void
hear_quit(struct person *p, const char *who, char **word)
{
	int i;

	(void)word;
	for (i = 0; i < ROOMS; i++)
		view_remove(&p->view[i], who);
}

static void
hear_nick(struct person *p, const char *who, char **word)
{
	const char *to = word[1] + (word[1][0] == ':');
	int i;

	if (strcmp(who, p->c->nick) == 0)
		snprintf(p->c->nick, sizeof(p->c->nick), "%s", to);
	for (i = 0; i < ROOMS; i++)
		if (view_remove(&p->view[i], who))
			view_add(&p->view[i], to);
}

static void
hear_names(struct person *p, const char *who, char **word)
{
	struct view *v = view_of(p->view, word[3]), *t;
	int i;

	(void)who;
	if (v == NULL)
		return;
	t = view_of(p->truth, word[3]);
	if (t->asked)
		v = t;
	for (i = 4; word[i] != NULL; i++) {
		const char *nick = word[i] + (word[i][0] == ':');
		nick += strspn(nick, "~&@%+");
		if (*nick != '\0')
			view_add(v, nick);
	}
}

static void
hear_calm(struct person *p, const char *who, char **word)
{
	char want[24];

	(void)who;
	snprintf(want, sizeof(want), ":calm%d", round_number);
	p->calm += word[2] != NULL && strcmp(word[2], want) == 0;
}

static void
hear_pong(struct person *p, const char *who, char **word)
{
	(void)who;
	if (word[2] != NULL)
		p->settled = atoi(word[2] + (word[2][0] == ':'));
}

static const struct {
	const char *word;
	void (*hear)(struct person *, const char *who, char **word);
} ears[] = {
	{ "JOIN", hear_join }, { "PART", hear_part }, { "KICK", hear_kick },
	{ "QUIT", hear_quit }, { "NICK", hear_nick }, { "353", hear_names },
	{ "PRIVMSG", hear_calm }, { "PONG", hear_pong },
};

static void
remember(struct person *p)
{
	char **slot = &p->tail[p->lines++ % TAIL];

	free(*slot);
	*slot = strdup(p->c->line);
}

static void
line_hear(struct person *p)
{
	char text[1024], who[64], *word[80], *save;
	size_t i;
	int n = 0;

	remember(p);
	snprintf(who, sizeof(who), "%.*s", (int)strcspn(p->c->source, "! "),
	    p->c->source);
	snprintf(text, sizeof(text), "%s", p->c->body);
	for (word[0] = strtok_r(text, " ", &save); word[n] != NULL && n < 78;)
		word[++n] = strtok_r(NULL, " ", &save);
	word[n] = NULL;
	for (i = 0; n > 1 && i < sizeof(ears) / sizeof(ears[0]); i++)
		if (strcmp(word[0], ears[i].word) == 0)
			ears[i].hear(p, who, word);
	if (n > 0 && strcmp(word[0], "QUIT") == 0 && n == 1)
		hear_quit(p, who, word);
}

static void
person_listen(struct person *p)
{
	client_fill(p->c);
	while (client_line_now(p->c))
		line_hear(p);
}

/* ---- coming and going ---- */

static void
person_arrive(struct person *p)
{
	memset(p->view, 0, sizeof(p->view));
	p->ready = p->settled = 0;
	p->c = client_connect(&sv);
	snprintf(p->c->nick, sizeof(p->c->nick), "c%d_", ++made);
	client_send(p->c, "NICK %s\r\nUSER u 0 * :Real\r\nJOIN #calm\r\n"
	    "PING %d", p->c->nick, round_number);
}

static void
listen_all(int ms)
{
	struct pollfd v[CLIENTS];
	int i;

	for (i = 0; i < CLIENTS; i++)
		v[i] = (struct pollfd) { people[i].c->fd, POLLIN, 0 };
	poll(v, CLIENTS, ms);
	for (i = 0; i < CLIENTS; i++) {
		if (v[i].revents == 0)
			continue;
		person_listen(&people[i]);
		if (!people[i].c->eof)
			continue;
		client_close(people[i].c);
		person_arrive(&people[i]);
	}
}

/* ---- speaking ---- */

/* %r a room, %n a nick of the pool, %v somebody's nick. */
static const struct {
	int weight;
	const char *text;
} sayings[] = {
	{ 35, "JOIN %r" }, { 8, "PART %r" }, { 4, "PART #a,#b" },
	{ 4, "JOIN #a,#b,#c" }, { 12, "NICK %n" }, { 15, "KICK %r %v" },
	{ 4, "KICK %r %v,%v" }, { 6, "MODE %r +o %v" },
	{ 4, "PRIVMSG %r :hello" }, { 2, "QUIT :x" },
	{ 3, "TOPIC %r :t\r\nAWAY :x" }, { 3, "JOIN %r\r\nPART %r\r\nJOIN %r" },
	{ 2, "NICK %n\r\nQUIT :y" },
};

static void
saying_send(struct client *c, const char *text)
{
	char line[256];
	size_t n = 0;

	for (; *text != '\0' && n < sizeof(line) - 64; text++) {
		char *to = line + n;
		if (text[0] != '%') {
			line[n++] = *text;
			continue;
		}
		switch (*++text) {
		case 'r':
			n += (size_t)sprintf(to, "#%c", 'a' + any(ROOMS));
			break;
		case 'n':
			n += (size_t)sprintf(to, "k%d", any(NICKS));
			break;
		default:
			n += (size_t)sprintf(
			    to, "%s", people[any(CLIENTS)].c->nick);
		}
	}
	line[n] = '\0';
	client_send(c, "%s", line);
}

static void
say_something(void)
{
	struct person *p = &people[any(CLIENTS)];
	struct linger hard = { 1, 0 };
	int x = any(102);
	size_t i;

	if (any(200) == 0) { /* its connection breaks */
		setsockopt(p->c->fd, SOL_SOCKET, SO_LINGER, &hard,
		    sizeof(hard));
		client_close(p->c);
		person_arrive(p);
		return;
	}
	for (i = 0; i < sizeof(sayings) / sizeof(sayings[0]) - 1; i++)
		if ((x -= sayings[i].weight) < 0)
			break;
	saying_send(p->c, sayings[i].text);
}

/* ---- pauses ---- */

static void
tell_tail(const struct person *p, const char *room, const char *nick)
{
	unsigned i = p->lines > TAIL ? p->lines - TAIL : 0, shown = 0, k;
	unsigned at[24];

	for (; i < p->lines; i++) {
		const char *l = p->tail[i % TAIL];
		if (strstr(l, nick) == NULL ||
		    (strstr(l, room) == NULL && strstr(l, " NICK ") == NULL &&
			strstr(l, " QUIT ") == NULL))
			continue;
		at[shown++ % 24] = i;
	}
	for (k = shown > 12 ? shown - 12 : 0; k < shown; k++)
		printf("      %u %.200s\n", at[k % 24],
		    p->tail[at[k % 24] % TAIL]);
}

static void
view_compare(const struct person *p, int r)
{
	const struct view *v = &p->view[r], *t = &p->truth[r];
	char room[3] = { '#', (char)('a' + r), '\0' };
	int i, own = view_find(t, p->c->nick) >= 0;

	compared++;
	if (own != v->joined) {
		if (wrong++ < SHOWN) {
			printf("  %s in %s: told %d, is %d\n", p->c->nick,
			    room, v->joined, own);
			tell_tail(p, room, p->c->nick);
		}
		return;
	}
	for (i = 0; own && i < v->n; i++)
		if (view_find(t, v->nick[i]) < 0 && wrong++ < SHOWN) {
			printf("  %s: %s is not in %s\n", p->c->nick,
			    v->nick[i], room);
			tell_tail(p, room, v->nick[i]);
		}
	for (i = 0; own && i < t->n; i++)
		if (view_find(v, t->nick[i]) < 0 && wrong++ < SHOWN) {
			printf("  %s: does not know %s in %s\n", p->c->nick,
			    t->nick[i], room);
			tell_tail(p, room, t->nick[i]);
		}
}

/* Says what P heard last, and who has not spoken, and gives up. */
static void
stuck(const struct person *p, const char *what)
{
	unsigned i = p->lines > 30 ? p->lines - 30 : 0;

	printf("churn: %s waits for %s (%d)\n", p->c->nick, what, p->calm);
	for (; i < p->lines; i++)
		printf("    %.150s\n", p->tail[i % TAIL]);
	printf("%s\n", server_log(&sv));
	exit(1);
}

/* Waits until DONE holds for all. */
static void
all_wait(int (*done)(const struct person *), const char *what)
{
	long end = clock_ms() + harness_ms(PATIENCE);
	int i;

	for (i = 0; i < CLIENTS; i++)
		while (!done(&people[i])) {
			if (clock_ms() > end)
				stuck(&people[i], what);
			listen_all(20);
		}
}

static int
is_settled(const struct person *p)
{
	return p->ready && p->settled == round_number;
}

static int
is_calm(const struct person *p)
{
	return p->calm >= CLIENTS - 1;
}

/* Everybody says something in a room that nobody leaves: when all have heard
 * all of it, they have heard all that was before. */
static void
calm(void)
{
	int i;

	round_number++;
	for (i = 0; i < CLIENTS; i++)
		client_send(people[i].c, "PING %d", round_number);
	all_wait(is_settled, "its room");
	for (i = 0; i < CLIENTS; i++)
		people[i].calm = 0;
	for (i = 0; i < CLIENTS; i++)
		client_send(people[i].c, "PRIVMSG #calm :calm%d", round_number);
	all_wait(is_calm, "calm");
}

/* Whether the server still has somebody whose connection broke. */
static const char *
ghost(void)
{
	int i, r, k;

	for (r = 0; r < ROOMS; r++)
		for (i = 0; i < people[0].truth[r].n; i++) {
			const char *nick = people[0].truth[r].nick[i];
			for (k = 0; k < CLIENTS; k++)
				if (strcmp(nick, people[k].c->nick) == 0)
					break;
			if (k == CLIENTS)
				return nick;
		}
	return NULL;
}

static void
ask_names(void)
{
	int i, r;

	calm();
	for (i = 0; i < CLIENTS; i++) {
		for (r = 0; r < ROOMS; r++)
			people[i].truth[r] = (struct view) { .asked = 1 };
		client_send(people[i].c, "NAMES #a\r\nNAMES #b\r\nNAMES #c");
	}
	calm();
}

static void
pause_and_compare(void)
{
	long end = clock_ms() + PATIENCE;
	const char *nick;
	int i, r;

	for (ask_names(); (nick = ghost()) != NULL; ask_names()) {
		if (clock_ms() > end) {
			printf("  %s is long gone\n", nick);
			wrong++;
			break;
		}
		listen_all(50);
	}
	for (i = 0; i < CLIENTS; i++)
		for (r = 0; r < ROOMS; r++) {
			view_compare(&people[i], r);
			people[i].view[r] = people[i].truth[r];
			people[i].view[r].asked = people[i].truth[r].asked = 0;
			people[i].view[r].joined = view_find(
			    &people[i].truth[r], people[i].c->nick) >= 0;
		}
	pauses++;
}

int
main(int argc, char **argv)
{
	long seconds = 10, interval = 100, end, death, pause_at;
	int opt, i;
	pid_t pid;

	setvbuf(stdout, NULL, _IOLBF, 0);
	seed = (unsigned)(clock_us() / 1000000);
	while ((opt = getopt(argc, argv, "t:i:w:s:")) != -1)
		switch (opt) {
		case 't':
			seconds = atol(optarg);
			break;
		case 'i':
			interval = atol(optarg);
			break;
		case 'w':
			workers = atoi(optarg);
			break;
		case 's':
			seed = (unsigned)strtoul(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	printf("churn: seed %u\n", seed);
	signal(SIGPIPE, SIG_IGN);
	server_init(&sv);
	server_set(&sv, "workers", "%d", workers);
	server_start(&sv);
	for (i = 0; i < CLIENTS; i++)
		person_arrive(&people[i]);
	end = clock_ms() + seconds * 1000;
	death = clock_ms() + interval;
	pause_at = clock_ms() + CALM;
	while (clock_ms() < end) {
		for (i = 0; i < BURST; i++)
			say_something();
		listen_all(1);
		if (interval > 0 && clock_ms() >= death) {
			pid = server_worker_pid(&sv, 1 + any(workers));
			if (pid > 0 && pid_signal(pid, SIGKILL) == 0)
				kills++;
			death += interval;
		}
		if (clock_ms() >= pause_at) {
			pause_and_compare();
			pause_at = clock_ms() + CALM;
			death = clock_ms() + interval;
		}
	}
	pause_and_compare();
	printf("churn: %ld kills, %ld pauses, %ld lists compared, %ld "
	       "mistakes\n", kills, pauses, compared, wrong);
	server_stop(&sv);
	return wrong > 0;
}
