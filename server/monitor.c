/* SPDX-License-Identifier: ISC */
/*
 * Who watches which nick, and what of an event is for them: the records behind
 * MONITOR (monitor_command.c), which tells when nicks come and go (IRCv3
 * monitor) and what their users do meanwhile (extended-monitor).
 *
 * Each nick that a session watches is a record, in two lists: its session's,
 * and that of all who are at home at one worker and whose nicks have the same
 * hash.  The heads of the second kind stand side by side, one a worker, so who
 * describes an event sees in one cache line which workers have to hear of it;
 * mostly none.  Like lists of members they are changed by their home only,
 * under the lock, and walked by it without (deliver.c).
 *
 * The event is the one that the rooms get (QUIT, NICK, AWAY and the like), with
 * a word on what monitors make of it; coming is an event of its own that no
 * room hears.  They are posted under the lock, so whoever asks for the state
 * of a nick first brings its clients up to date (deliver_catch_up()), and is
 * told nothing twice.
 *
 * Who lingers without a session has its nick and is here, marked away.
 */
#include <stdio.h>
#include <string.h>

#include "deliver.h"
#include "fault.h"
#include "metadata.h"
#include "monitor.h"
#include "registry.h"
#include "worker.h"

/* ---- records ---- */

uint32_t
monitor_find(uint32_t s, const char *nick)
{
	uint32_t hash = name_hash(nick), m = monitor_lists[s].first;

	for (; m != 0; m = monitors[m].session_next)
		if (monitors[m].hash == hash &&
		    name_cmp(monitors[m].nick, nick) == 0)
			return m;
	return 0;
}

static void
link_home(uint32_t m, unsigned home)
{
	uint32_t *head = monitor_head(monitors[m].hash, home);

	monitors[m].home = home;
	monitors[m].prev = 0;
	monitors[m].next = *head;
	if (*head != 0)
		monitors[*head].prev = m;
	FAULT("monitor-chained");
	*head = m;
}

static void
unlink_home(uint32_t m)
{
	const struct monitor *x = &monitors[m];

	if (x->prev != 0)
		monitors[x->prev].next = x->next;
	else
		*monitor_head(x->hash, x->home) = x->next;
	FAULT("monitor-unchained");
	if (x->next != 0)
		monitors[x->next].prev = x->prev;
}

static void
link_session(uint32_t m)
{
	struct monitor_list *list = &monitor_lists[monitors[m].session];

	monitors[m].session_next = list->first;
	list->first = m;
	FAULT("monitor-listed");
	list->count++;
}

void
monitor_add(uint32_t s, const char *nick)
{
	uint32_t m;

	if (monitor_find(s, nick) != 0 || (m = registry_new_monitor()) == 0)
		return;
	monitors[m].gen = sessions[s].gen;
	monitors[m].hash = name_hash(nick);
	snprintf(monitors[m].nick, sizeof(monitors[m].nick), "%s", nick);
	FAULT("monitor-filled");
	registry_linking(sessions[s].worker);
	monitors[m].session = s;
	FAULT("monitor-valid");
	link_home(m, sessions[s].worker);
	link_session(m);
	registry_linking(0);
}

/* Removes what *P, a link of the list of session S, stands for. */
static void
remove_at(uint32_t s, uint32_t *p)
{
	uint32_t m = *p;

	registry_linking(monitors[m].home);
	unlink_home(m);
	*p = monitors[m].session_next;
	monitor_lists[s].count--;
	FAULT("monitor-unlisted");
	registry_free_monitor(m);
	registry_linking(0);
}

void
monitor_del(uint32_t s, const char *nick)
{
	uint32_t hash = name_hash(nick), *p = &monitor_lists[s].first;

	for (; *p != 0; p = &monitors[*p].session_next)
		if (monitors[*p].hash == hash &&
		    name_cmp(monitors[*p].nick, nick) == 0) {
			remove_at(s, p);
			return;
		}
}

void
monitor_clear(uint32_t s)
{
	while (monitor_lists[s].first != 0)
		remove_at(s, &monitor_lists[s].first);
}

void
monitor_rehome(uint32_t s, unsigned to)
{
	uint32_t m = monitor_lists[s].first;

	for (; m != 0; m = monitors[m].session_next) {
		unlink_home(m);
		FAULT("monitor-moving");
		link_home(m, to);
	}
}

/* ---- healing ---- */

int
monitor_used(uint32_t m)
{
	const struct monitor *x = &monitors[m];

	return x->session != 0 && x->session < state->sessions.high &&
	    sessions[x->session].state != SESSION_FREE &&
	    sessions[x->session].gen == x->gen && x->nick[0] != '\0' &&
	    memchr(x->nick, '\0', sizeof(x->nick)) != NULL;
}

void
monitor_heal(unsigned w)
{
	uint32_t i;

	for (i = 0; i < MONITOR_BUCKETS; i++)
		*monitor_head(i, w) = 0;
	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].worker == w ||
		    sessions[i].state == SESSION_FREE)
			monitor_lists[i] = (struct monitor_list) { 0, 0 };
	for (i = 1; i < state->monitors.high; i++) {
		if (!monitor_used(i)) {
			monitors[i].session = 0;
			continue;
		}
		if (sessions[monitors[i].session].worker != w ||
		    monitor_lists[monitors[i].session].count == MONITOR_MAX)
			continue;
		monitors[i].hash = name_hash(monitors[i].nick);
		link_home(i, w);
		link_session(i);
	}
}

/* Whether M may stand in our list of a bucket, behind PREV. */
static int
is_linked(uint32_t m, uint32_t bucket, uint32_t prev)
{
	return m < state->monitors.high && monitor_used(m) &&
	    monitors[m].prev == prev && monitors[m].home == my_id &&
	    monitors[m].hash % MONITOR_BUCKETS == bucket &&
	    sessions[monitors[m].session].worker == my_id;
}

static int
list_wrong(uint32_t s)
{
	const struct monitor_list *list = &monitor_lists[s];
	uint32_t m = list->first, n = 0;

	for (; m != 0; m = monitors[m].session_next, n++)
		if (m >= state->monitors.high || n >= list->count ||
		    monitors[m].session != s)
			return 1;
	return n != list->count;
}

int
monitor_wrong(void)
{
	uint32_t i, m, prev, n = 0, all = 0;

	for (i = 0; state->monitors.high > 1 && i < MONITOR_BUCKETS; i++) {
		m = *monitor_head(i, my_id);
		for (prev = 0; m != 0; prev = m, m = monitors[m].next)
			if (!is_linked(m, i, prev) ||
			    n++ >= state->monitors.high)
				return 1;
	}
	for (i = 1; i < state->sessions.high; i++) {
		if (sessions[i].worker != my_id ||
		    sessions[i].state == SESSION_FREE)
			continue;
		if (list_wrong(i))
			return 1;
		all += monitor_lists[i].count;
	}
	return n != all;
}

/* ---- events ---- */

/* Copies the word at P, up to one of STOP, into BUF; returns its end. */
static const char *
take_word(const char *p, const char *end, const char *stop, char *buf,
    size_t size)
{
	size_t n = 0;

	for (; p < end && strchr(stop, *p) == NULL; p++)
		if (n + 1 < size)
			buf[n++] = *p;
	buf[n] = '\0';
	return p;
}

/* The line that has the source, whoever it is for. */
static const char *
source_line(const struct envelope *e, const char **end)
{
	const char *line = e->nline > 0 ? envelope_line(e) : envelope_alt(e);

	*end = line + (e->nline > 0 ? e->nline : e->nalt);
	return line < *end && *line == ':' ? line + 1 : line;
}

unsigned
monitor_names(const struct envelope *e, char names[2][NAME_NICK + 2])
{
	const char *end, *p;

	if (e->kind != EVENT_TO_ROOMS || e->extra == MONITORED_NOT)
		return 0;
	p = source_line(e, &end);
	if (e->extra == MONITORED_METADATA) {
		/* "761 nick key ..." */
		take_word(p + 4, end, " ", names[0], sizeof(names[0]));
		return 1;
	}
	p = take_word(p, end, "! ", names[0], sizeof(names[0]));
	if (e->extra != MONITORED_RENAME)
		return 1;
	while (p < end && *p != ' ')
		p++;
	/* " NICK name", whether a colon is there or not */
	p = end - p > 6 ? p + 6 : end;
	p += p < end && *p == ':';
	take_word(p, end, " ", names[1], sizeof(names[1]));
	return name_cmp(names[0], names[1]) == 0 ? 0 : 2;
}

uint64_t
monitor_workers(const struct envelope *e)
{
	char names[2][NAME_NICK + 2];
	uint64_t mask = 0;
	unsigned n, w;
	uint32_t hash;

	if (e->extra == MONITORED_NOT || state->monitors.used == 0)
		return 0;
	for (n = monitor_names(e, names); n-- > 0;) {
		hash = name_hash(names[n]);
		for (w = 1; w <= state->nworker; w++)
			if (*monitor_head(hash, w) != 0)
				mask |= UINT64_C(1) << w;
	}
	return mask;
}

size_t
monitor_line(const struct envelope *e, unsigned k, const struct session *s,
    char *buf, size_t size)
{
	char names[2][NAME_NICK + 2], at[SOURCE_MAX + 2] = "", tag[64];
	int on = e->extra == MONITORED_ONLINE || k > 0, n = 0;
	const char *end, *p = source_line(e, &end);

	monitor_names(e, names);
	while (p < end && *p != '!' && *p != ' ')
		p++;
	if (on)
		take_word(p, end, " ", at, sizeof(at));
	if (s->caps & CAP(SERVER_TIME)) {
		deliver_time_tag(e->time, tag, sizeof(tag));
		tag[strcspn(tag, ";")] = '\0';
		n = snprintf(buf, size, "@%s ", tag);
	}
	n += snprintf(buf + n, size - (size_t)n, ":%s %d %s :%s%s\r\n",
	    config->name, on ? 730 : 731, users[s->user].nick, names[k], at);
	/* what that one says of itself is to be asked for */
	if (on && metadata_is_aware(s))
		n += snprintf(buf + n, size - (size_t)n,
		    ":%s 774 %s %s 0 :Ask for it with SYNC\r\n", config->name,
		    users[s->user].nick, names[k]);
	return (size_t)n;
}

/* Nobody gets its line: the capabilities of all are never had. */
void
monitor_online(struct command *c, const char *nick)
{
	struct envelope *e;
	uint32_t hash = name_hash(nick);
	unsigned w;

	if (state->monitors.used == 0)
		return;
	for (w = 1; *monitor_head(hash, w) == 0; w++)
		if (w == state->nworker)
			return;
	e = command_event(c, EVENT_TO_ROOMS);
	e->caps = UINT64_MAX;
	event_line(e, ":%s!%s@%s ONLINE", nick, c->u->user, c->u->host);
	event_monitored(e, MONITORED_ONLINE);
}
