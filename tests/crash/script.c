/* SPDX-License-Identifier: ISC */
/*
 * The conversation of the explorer: eight clients in three rooms at three
 * workers, and whatever commands can do to each other.
 *
 * It is cut into phases.  In most of them one client speaks, so that what all
 * are told is the same each time; a phase ends when everybody has been told as
 * much as in the undisturbed play.  What comes twice, or too late, is noticed
 * in a later phase, or at the latest in the last one, in which everybody says
 * something to everybody on every way there is.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "script.h"
#include "way.h"

#define T10 "ten bytes "
#define T100 T10 T10 T10 T10 T10 T10 T10 T10 T10 T10
#define LONG_LINE "PRIVMSG #hall :" T100 T100 T100 T100 "\r\n"
#define LONG_FIVE LONG_LINE LONG_LINE LONG_LINE LONG_LINE LONG_LINE
#define REGISTER(nick)                                                        \
	"NICK " nick "\r\nUSER " nick " 0 * :Real " nick
#define FIVE(room, to)                                                        \
	"PRIVMSG " room " :one\r\nPRIVMSG " to " :uno\r\nPRIVMSG " room       \
	" :two\r\nNOTICE " room " :three\r\nPRIVMSG " to " :due"

static const struct step plain[] = {
	/* arrivals */
	{ CONNECT, ANN, NULL }, { SAY, ANN, REGISTER("ann") }, { WAIT, 0, 0 },
	{ CONNECT, BOB, NULL }, { SAY, BOB, REGISTER("bob") }, { WAIT, 0, 0 },
	{ CONNECT, CAT, NULL }, { SAY, CAT, REGISTER("cat") }, { WAIT, 0, 0 },
	{ CONNECT, DAN, NULL }, { SAY, DAN, REGISTER("dan") }, { WAIT, 0, 0 },
	{ CONNECT, EVE, NULL }, { SAY, EVE, REGISTER("eve") }, { WAIT, 0, 0 },
	{ CONNECT, FAY, NULL },
	{ SAY, FAY, "CAP LS 302\r\nCAP REQ :labeled-response echo-message "
	    "batch message-tags server-time away-notify extended-join "
	    "extended-monitor setname draft/multiline" },
	{ SAY, FAY, REGISTER("fay") "\r\nCAP END" }, { WAIT, 0, 0 },
	{ MOMENT, 0, "arrived" },
	/* who watches whom */
	{ SAY, ANN, "MONITOR + bob,bobby,zoe,gil" }, { WAIT, 0, 0 },
	{ SAY, FAY, "@label=m MONITOR + dan,eve,ann\r\nMONITOR S" },
	{ WAIT, 0, 0 },
	{ SAY, CAT, "MONITOR + bob,ann,anna,gilly\r\nMONITOR - ann\r\n"
	    "MONITOR L" }, { WAIT, 0, 0 },
	/* rooms */
	{ SAY, ANN, "JOIN #hall\r\nTOPIC #hall :Welcome" }, { WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #hall" }, { WAIT, 0, 0 },
	{ SAY, CAT, "JOIN #hall,#den" }, { WAIT, 0, 0 },
	{ SAY, DAN, "JOIN #hall" }, { WAIT, 0, 0 },
	{ SAY, EVE, "JOIN #hall,#nook" }, { WAIT, 0, 0 },
	{ SAY, FAY, "@label=j JOIN #hall" }, { WAIT, 0, 0 },
	/* messages of all kinds */
	{ SAY, BOB, "PRIVMSG #hall :hello\r\nNOTICE ann :psst" },
	{ WAIT, 0, 0 },
	{ SAY, FAY, "@label=a1 PRIVMSG #hall :labeled\r\n@label=a2 PRIVMSG "
	    "ann,bob,cat,#hall :to many\r\n@label=a3 PING x" },
	{ WAIT, 0, 0 },
	{ SAY, FAY, "@label=b1 WHO #hall\r\n@label=b2 PRIVMSG nobody :lost\r\n"
	    "@label=b3;+draft/react=x TAGMSG ann\r\n@label=b4 AWAY" },
	{ MOMENT, 0, "labels" },
	{ WAIT, 0, 0 },
	/* several lines */
	{ SAY, FAY, "@label=c1;+x=y BATCH +x draft/multiline #hall\r\n"
	    "@batch=x PRIVMSG #hall :a first line\r\nPING open" },
	{ WAIT, 0, 0 },
	{ MOMENT, 0, "batch" },
	{ SAY, FAY, "@batch=x PRIVMSG #hall :a second \r\n"
	    "@batch=x;draft/multiline-concat PRIVMSG #hall :one\r\n"
	    "BATCH -x\r\nBATCH +y draft/multiline ann\r\n"
	    "@batch=y NOTICE ann :no\r\n@batch=y PRIVMSG ann :no\r\n"
	    "BATCH -y" },
	{ WAIT, 0, 0 },
	/* half a line */
	{ BYTES, BOB, "PING half\r\nPRIVMSG #hall :the first half, " },
	{ WAIT, 0, 0 },
	{ MOMENT, 0, "half" },
	{ BYTES, BOB, "the second half\r\nPING whole\r\n" }, { WAIT, 0, 0 },
	/* invited, kicked, back again */
	{ SAY, CAT, "INVITE dan #den\r\nMODE #den +i" }, { WAIT, 0, 0 },
	{ SAY, DAN, "JOIN #den" }, { WAIT, 0, 0 },
	{ SAY, CAT, "MODE #den +o dan\r\nMODE #den -i+t" }, { WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #den" }, { WAIT, 0, 0 },
	{ SAY, DAN, "KICK #den bob :out" }, { WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #den" }, { WAIT, 0, 0 },
	{ SAY, CAT, "KICK #den bob,dan :both" }, { WAIT, 0, 0 },
	{ SAY, DAN, "JOIN #den\r\nPRIVMSG #den :back" }, { WAIT, 0, 0 },
	{ SAY, CAT, "MODE #den +bk *!*@bad.example key\r\nMODE #den b" },
	{ WAIT, 0, 0 },
	{ SAY, EVE, "JOIN #den\r\nJOIN #den key" }, { WAIT, 0, 0 },
	{ SAY, EVE, "PART #den :leaving\r\nPRIVMSG #den :let me in" },
	{ WAIT, 0, 0 },
	/* names */
	{ SAY, BOB, "NICK bobby\r\nPRIVMSG #hall :a new name\r\nPRIVMSG ann "
	    ":too" }, { WAIT, 0, 0 },
	{ SAY, ANN, "PRIVMSG bobby :nice\r\nMODE #hall +v bobby\r\nNICK anna" },
	{ WAIT, 0, 0 },
	{ SAY, BOB, "NICK bob\r\nNICK fay" }, { WAIT, 0, 0 },
	{ SAY, ANN, "NICK ann" }, { WAIT, 0, 0 },
	/* who may write to one */
	{ SAY, CAT, "MODE cat +R\r\nPRIVMSG bob :you may\r\nACCEPT dan,ann"
	    "\r\nACCEPT -ann\r\nPING accepted" }, { WAIT, 0, 0 },
	{ SAY, BOB, "PRIVMSG cat :thanks" }, { WAIT, 0, 0 },
	{ SAY, DAN, "PRIVMSG cat :me too" }, { WAIT, 0, 0 },
	{ SAY, ANN, "PRIVMSG cat :not me" }, { WAIT, 0, 0 },
	{ SAY, CAT, "MODE cat -R" }, { WAIT, 0, 0 },
	/* away */
	{ SAY, DAN, "AWAY :out to lunch" }, { WAIT, 0, 0 },
	{ SAY, ANN, "PRIVMSG dan :there?\r\nWHOIS dan\r\nISON dan eve zoe" },
	{ WAIT, 0, 0 },
	{ SAY, DAN, "AWAY" }, { WAIT, 0, 0 },
	/* what people and rooms say of themselves */
	{ SAY, FAY, "CAP REQ :draft/metadata-3\r\n@label=m1 METADATA * SUB "
	    "color\r\nMETADATA * SET color :red" }, { WAIT, 0, 0 },
	{ SAY, ANN, "METADATA * SET color :blue\r\nMETADATA #hall SET color "
	    ":black\r\nMETADATA * SET color :white" }, { WAIT, 0, 0 },
	{ SAY, FAY, "@label=m2 METADATA #hall GET color\r\nMETADATA ann SYNC"
	    "\r\n@label=m3 METADATA * CLEAR\r\nMETADATA * SUBS" },
	{ WAIT, 0, 0 },
	{ SAY, ANN, "METADATA #hall CLEAR\r\nMETADATA * SET color" },
	{ WAIT, 0, 0 },
	/* long answers, and many lines at once */
	{ SAY, DAN, "WHO #hall\r\nNAMES #hall\r\nWHOIS fay\r\nLIST\r\nLUSERS"
	    "\r\nMOTD\r\nHELP\r\nVERSION" }, { WAIT, 0, 0 },
	{ BYTES, ANN, LONG_FIVE }, { BYTES, ANN, LONG_FIVE },
	{ BYTES, ANN, LONG_FIVE }, { BYTES, ANN, LONG_FIVE },
	{ BYTES, ANN, LONG_FIVE }, { BYTES, ANN, LONG_FIVE },
	{ BYTES, ANN, LONG_FIVE }, { WAIT, 0, 0 },
	/* all at once */
	{ SAY, ANN, FIVE("#hall", "bob") }, { SAY, BOB, FIVE("#hall", "cat") },
	{ SAY, CAT, FIVE("#den", "dan") },
	{ MOMENT, 0, "crowd" },
	{ SAY, DAN, FIVE("#den", "eve") },
	{ SAY, EVE, FIVE("#hall", "fay") }, { SAY, FAY, FIVE("#hall", "ann") },
	{ WAIT, 0, 0 },
	{ SAY, ANN, FIVE("#hall", "fay") }, { SAY, EVE, FIVE("#nook", "ann") },
	{ MOMENT, 0, "crowd again" },
	{ SAY, CAT, "TOPIC #den :mine\r\nMODE #den -k *" },
	{ SAY, BOB, FIVE("#hall", "bob") }, { WAIT, 0, 0 },
	/* departures and returns */
	{ SAY, EVE, "PRIVMSG #hall :I go\r\nQUIT :gone" }, { WAIT, 0, 0 },
	{ CLOSE, BOB, NULL }, { WAIT, 0, 0 },
	{ CONNECT, EVE, NULL },
	{ SAY, EVE, "WEBIRC secret web host 192.0.2.1\r\n" REGISTER("eve") },
	{ WAIT, 0, 0 },
	{ CONNECT, BOB, NULL }, { SAY, BOB, REGISTER("bob") }, { WAIT, 0, 0 },
	{ SAY, EVE, "JOIN #hall\r\nPRIVMSG #hall :I am back" }, { WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #nook,#hall\r\nPART #nook\r\nSETNAME :Bobby" },
	{ WAIT, 0, 0 },
	{ SAY, CAT, "JOIN 0" }, { WAIT, 0, 0 },
	{ SAY, CAT, "JOIN #hall\r\nINVITE ann #den" }, { WAIT, 0, 0 },
	/* two devices of one user, one, none, and one again */
	{ CONNECT, GIL, NULL },
	{ SAY, GIL, "CLAIM gil\r\n" REGISTER("gil") }, { WAIT, 0, 0 },
	{ SAY, GIL, "JOIN #hall,#den" }, { WAIT, 0, 0 },
	{ CONNECT, GUS, NULL },
	{ SAY, GUS, "CLAIM gil\r\n" REGISTER("gus") "\r\nPRIVMSG #hall :by gus"
	    "\r\nPRIVMSG fay :too" }, { WAIT, 0, 0 },
	{ SAY, ANN, FIVE("#hall", "gil") }, { WAIT, 0, 0 },
	{ SAY, GIL, FIVE("#hall", "ann") }, { WAIT, 0, 0 },
	{ SAY, GUS, "JOIN #nook" }, { WAIT, 0, 0 },
	{ SAY, GUS, "NICK gilly\r\nPRIVMSG gil,gilly :me\r\nMODE gilly +i" },
	{ WAIT, 0, 0 },
	{ SAY, GIL, "PART #den\r\nTOPIC #nook :ours\r\nNICK gil" },
	{ WAIT, 0, 0 },
	{ SAY, CAT, FIVE("#hall", "gil") }, { SAY, FAY, FIVE("#hall", "gil") },
	{ WAIT, 0, 0 },
	{ CLOSE, GIL, NULL }, { WAIT, 0, 0 },
	{ SAY, GUS, FIVE("#hall", "bob") }, { WAIT, 0, 0 },
	{ CLOSE, GUS, NULL }, { WAIT, 0, 0 },
	{ SAY, DAN, FIVE("#hall", "gil") }, { WAIT, 0, 0 },
	{ CONNECT, GIL, NULL },
	{ SAY, GIL, "CLAIM gil\r\n" REGISTER("gil") }, { WAIT, 0, 0 },
	{ CONNECT, GUS, NULL },
	{ SAY, GUS, "CAP REQ :draft/pre-away\r\nAWAY :later\r\nAWAY *\r\n"
	    "CLAIM gil\r\n" REGISTER("gus") "\r\nCAP END" },
	{ WAIT, 0, 0 },
	/* ranks, lists, and a room with another name */
	{ SAY, DAN, "JOIN #keep" }, { WAIT, 0, 0 },
	{ SAY, GIL, "JOIN #keep" }, { WAIT, 0, 0 },
	{ SAY, FAY, "CAP REQ draft/channel-rename\r\n@label=k JOIN #keep" },
	{ WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #keep" }, { WAIT, 0, 0 },
	{ SAY, DAN, "MODE #keep +hbe gil x!*@* m:a:y\r\n"
	    "MODE #keep +jfUN 9:60 #hall\r\nMODE #keep be" },
	{ WAIT, 0, 0 },
	{ SAY, GIL, "RENAME #keep #held :no\r\nKICK #keep dan\r\n"
	    "MODE #keep +v bob\r\nCS BAN #keep z 1d why" }, { WAIT, 0, 0 },
	{ SAY, DAN, "RENAME #keep #held :moved\r\nPRIVMSG #held :so" },
	{ WAIT, 0, 0 },
	{ SAY, BOB, "PRIVMSG #held :here\r\nPRIVMSG %#held :hush" },
	{ WAIT, 0, 0 },
	{ SAY, DAN, "MODE #held -fU+i" }, { WAIT, 0, 0 },
	{ SAY, ANN, "KNOCK #held\r\nJOIN #held" }, { WAIT, 0, 0 },
	{ SAY, GIL, "INVITE ann #held" }, { WAIT, 0, 0 },
	{ SAY, ANN, "JOIN #held" }, { WAIT, 0, 0 },
	/* everybody to everybody: what came late or twice is behind us */
	{ SAY, ANN, "PRIVMSG #hall,bob,cat,dan,eve,fay :ann's last" },
	{ SAY, BOB, "PRIVMSG #hall,ann,cat,dan,eve,fay :bob's last" },
	{ SAY, CAT, "PRIVMSG #hall,ann,bob,dan,eve,fay :cat's last" },
	{ SAY, DAN, "PRIVMSG #hall,ann,bob,cat,eve,fay :dan's last" },
	{ SAY, EVE, "PRIVMSG #hall,ann,bob,cat,dan,fay :eve's last" },
	{ SAY, FAY, "PRIVMSG #hall,ann,bob,cat,dan,eve :fay's last" },
	{ SAY, GIL, "PRIVMSG #hall,ann,bob,cat,dan,eve :gil's last" },
	{ WAIT, 0, 0 },
	{ SAY, GUS, "PRIVMSG #hall,ann,bob,cat,dan,eve :gus's last" },
	{ WAIT, 0, 0 },
	{ SAY, GIL, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, ANN, "KICK #hall gil :off\r\nPRIVMSG gil :off" },
	{ WAIT, 0, 0 },
	{ SAY, GUS, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, ANN, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, BOB, "QUIT :bye" }, { WAIT, 0, 0 },
	{ SAY, CAT, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, DAN, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, EVE, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, FAY, "QUIT" }, { WAIT, 0, 0 },
};

const struct script script_plain = { plain,
	sizeof(plain) / sizeof(plain[0]), 0 };
const struct script *script = &script_plain;

enum {
	PATIENCE = 3000, /* ms for a phase */
	LOOK = 5,        /* ms between looks of who looks on */
};

static struct client *client[SCRIPT_CLIENTS];
static struct note {
	const char *text;
	enum who who;
	char id[48];
} note;
struct script_told script_told;
static enum { SILENT, ASKED, LEAVES } speaks[SCRIPT_CLIENTS]; /* now */
int script_quiet = 40;
int script_mixed;

/* Who comes by which, if they do not all come by one. */
static const enum way ways[SCRIPT_CLIENTS] = {
	[ANN] = WAY_TLS, [BOB] = WAY_LOCAL, [CAT] = WAY_TLS, [DAN] = WAY_LOCAL,
	[EVE] = WAY_TCP, [FAY] = WAY_TLS, [GIL] = WAY_LOCAL, [GUS] = WAY_TLS,
};

_Static_assert(SCRIPT_CLIENTS <= (int)TRANSCRIPT_STORE, "no place to note");

int
script_phases(void)
{
	int i, n = 0;

	for (i = 0; i < script->n; i++)
		n += script->step[i].what == WAIT;
	return n;
}

/* ---- listening ---- */

#define PONG " PONG irc.test :is that all"

/* Its msgid, if it has one; else "". */
static void
msgid_of(const char *line, char *id, size_t size)
{
	const char *p = strstr(line, "msgid=");

	*id = '\0';
	if (line[0] == '@' && p != NULL && p < strchr(line, ' '))
		snprintf(id, size, "%.*s", (int)strcspn(p + 6, "; "), p + 6);
}

/* What is to be known of a line to client I, whose nick is NICK. */
static void
line_note(int i, const char *nick, const char *line)
{
	size_t n = strlen(nick);
	const char *source = strstr(line, " :");
	char id[48];

	msgid_of(line, id, sizeof(id));
	if (id[0] == '\0' || source == NULL)
		return;
	if (note.text != NULL && note.who == (enum who)i &&
	    strstr(line, note.text) != NULL)
		memcpy(note.id, id, sizeof(id));
	if (strncmp(source + 2, nick, n) == 0 && source[2 + n] == '!' &&
	    strstr(source, "PRIVMSG #") != NULL && script_told.n < 200)
		memcpy(script_told.id[script_told.n++], id, sizeof(id));
}

/* Takes the lines that client I has; returns how many. */
static int
listen_to(struct transcript *t, int i)
{
	struct client *c = client[i];
	char *end;
	int n = 0;

	client_fill(c);
	while (c->pos < c->len && (end = memchr(c->in + c->pos, '\n',
	           c->len - c->pos)) != NULL) {
		if (end > c->in + c->pos && end[-1] == '\r')
			end[-1] = '\0';
		*end = '\0';
		if (strstr(c->in + c->pos, PONG) != NULL)
			speaks[i] = SILENT;
		else {
			line_note(i, t->of[i].nick, c->in + c->pos);
			transcript_add(&t->of[i], c->in + c->pos);
		}
		c->pos = (size_t)(end - c->in) + 1;
		n++;
	}
	if (!c->eof)
		return n;
	transcript_add(&t->of[i], c->pos < c->len ? "-- cut in mid-line"
	                                          : "-- end");
	client_close(c);
	client[i] = NULL;
	return n + 1;
}

static int
listen_to_all(struct transcript *t, int ms)
{
	struct pollfd p[SCRIPT_CLIENTS];
	int i, n = 0;

	for (i = 0; i < SCRIPT_CLIENTS; i++)
		p[i] = (struct pollfd) { client[i] != NULL ? client[i]->fd : -1,
			POLLIN, 0 };
	if (poll(p, SCRIPT_CLIENTS, ms) <= 0)
		return 0;
	for (i = 0; i < SCRIPT_CLIENTS; i++)
		if (p[i].revents != 0)
			n += listen_to(t, i);
	return n;
}

/* The first client that still waits for a line of this phase; -1 for none. */
static int
who_waits(const struct transcript *got, const struct transcript *want,
    int phase)
{
	int i;

	for (i = 0; i < SCRIPT_CLIENTS; i++)
		if (got->of[i].lines < want->of[i].at[phase])
			return i;
	return -1;
}

/* Of a phase of which nobody knows what belongs to it: hears until who spoke
 * has been told all, for which it is asked, and then there is quiet. */
static int
phase_learn(struct transcript *got, long end)
{
	int i;

	for (i = 0; i < SCRIPT_CLIENTS; i++)
		if (speaks[i] == ASKED && client[i] != NULL)
			client_send(client[i], "PING :is that all");
	for (i = 0; i < SCRIPT_CLIENTS; i++)
		while (speaks[i] != SILENT && client[i] != NULL) {
			if (clock_ms() > end)
				return -1;
			listen_to_all(got, LOOK);
		}
	while (listen_to_all(got, script_quiet) > 0)
		;
	return 0;
}

static int
phase_wait(struct transcript *got, const struct transcript *want, int phase,
    const struct script_watch *watch, char *why, size_t size)
{
	long end = clock_ms() + harness_ms(PATIENCE);
	int i;

	watch->look();
	if (want == NULL) {
		if (phase_learn(got, end) != 0) {
			snprintf(why, size, "no end of phase %d", phase);
			return -1;
		}
	} else {
		while ((i = who_waits(got, want, phase)) >= 0) {
			if (clock_ms() < end) {
				listen_to_all(got, LOOK);
				watch->look();
				continue;
			}
			snprintf(why, size, "%s waits in phase %d",
			    got->of[i].nick, phase);
			return -1;
		}
		listen_to_all(got, 0);
	}
	for (i = 0; i < SCRIPT_CLIENTS; i++) {
		got->of[i].at[phase] = got->of[i].lines;
		speaks[i] = SILENT;
	}
	return 0;
}

/* ---- speaking ---- */

static void
step_do(struct server *sv, const struct step *s)
{
	struct client **c = &client[s->who];
	const char *id;

	speaks[s->who] = s->what != SAY ? SILENT
	    : strncmp(s->text, "QUIT", 4) == 0 ? LEAVES
	                                       : ASKED;
	if (s->what == CONNECT) {
		*c = script_mixed ? way_connect(sv, ways[s->who])
		                  : client_connect(sv);
		return;
	}
	if (*c == NULL)
		return; /* was cut: it shows */
	if (s->what == NOTE) {
		note = (struct note) { s->text, s->who, "" };
	} else if (s->what == CLOSE) {
		client_close(*c);
		*c = NULL;
	} else if (s->what == SAY && (id = strstr(s->text, "$id")) != NULL)
		client_send(*c, "%.*s%s%s", (int)(id - s->text), s->text,
		    note.id, id + 3);
	else if (s->what == SAY)
		client_send(*c, "%s", s->text);
	else
		client_write(*c, s->text, strlen(s->text));
}

int
script_play(struct server *sv, struct transcript *got,
    const struct transcript *want, const struct script_watch *watch,
    char *why, size_t size)
{
	int i, phase = 0;

	transcript_clear(got);
	script_told.n = 0;
	for (i = 0; i < script->n; i++) {
		if (script->step[i].what == MOMENT)
			watch->moment(script->step[i].text);
		else if (script->step[i].what != WAIT)
			step_do(sv, &script->step[i]);
		else if (phase_wait(got, want, phase++, watch, why, size) != 0)
			return -1;
	}
	/* who was not told the end */
	for (i = 0; i < SCRIPT_CLIENTS; i++)
		if (client[i] != NULL)
			client_close(client[i]);
	return 0;
}
