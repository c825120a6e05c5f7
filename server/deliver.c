/* SPDX-License-Identifier: ISC */
/*
 * The way of an event from a handler to the sockets.
 *
 *	event_*         the handler describes it, in the segment (event.c)
 *	deliver_post    one copy to each other worker with recipients,
 *	                or to the mailbox of a user who lives elsewhere
 *	deliver_take    the other worker takes it, into the segment
 *	deliver_local   appended to each recipient's output; sent at the end
 *	                of the turn, once a session (worker.c)
 *
 * Exactly once: the fan-out notes whom it serves and how long that output was
 * before, so a successor sees whether the one in doubt was served.  A post in
 * doubt is posted again with ENVELOPE_AGAIN; the receiver knows the last
 * serial it has heard of that life of the poster.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../ipc/mailbox.h"
#include "../irc/capability.h"
#include "../irc/mode.h"
#include "../irc/tag.h"
#include "../irc/utf8.h"
#include "ask.h"
#include "blame.h"
#include "deliver.h"
#include "fault.h"
#include "lines.h"
#include "log.h"
#include "metadata.h"
#include "missed.h"
#include "monitor.h"
#include "peer.h"
#include "poison.h"
#include "registry.h"
#include "session.h"
#include "worker.h"

/* ---- posting ---- */

static int
room_is(uint32_t room, uint32_t gen)
{
	return room != 0 && room < state->max_rooms && rooms[room].live &&
	    rooms[room].gen == gen;
}

uint64_t
deliver_workers(const struct envelope *e, uint32_t *user)
{
	uint64_t mask = 0;
	uint32_t room, gen;
	unsigned i;

	*user = 0;
	switch ((enum event_kind)e->kind) {
	case EVENT_TO_ROOM:
	case EVENT_KICK:
	case EVENT_RENAME:
		mask = rooms[e->target].workers;
		break;
	case EVENT_TO_ROOMS:
		for (i = 0; i < e->nrooms; i++) {
			envelope_room(e, i, &room, &gen);
			if (room_is(room, gen))
				mask |= rooms[room].workers;
		}
		mask |= monitor_workers(e);
		break;
	case EVENT_TO_MODE:
		mask = peer_workers();
		break;
	case EVENT_TO_USER:
	case EVENT_KILL:
	case EVENT_MAIL:
		if (users[e->target].home != my_id)
			*user = e->target;
		break;
	case EVENT_ASK:
	case EVENT_ANSWER:
	case EVENT_MAX:
		break;
	}
	return (mask & ~(UINT64_C(1) << my_id)) | (store_wants(e) > 0);
}

/*
 * Posts to MSQID.  1 done, 0 full, -1 gone.  WAITERS tells its owner who found
 * it full; the owner takes our bit away when it has emptied it, so as long as
 * the bit is there we need not try.  That keeps those who came first first,
 * and costs a crowd of them nothing.
 */
static int
post(int msqid, struct envelope *e, _Atomic uint64_t *waiters)
{
	int again;

	if (atomic_load(waiters) >> my_id & 1)
		return 0;
	for (again = 0; again < 2; again++) {
		if (mailbox_post(msqid, e) == 0) {
			worker_count(COUNT_POSTED, 1);
			return 1;
		}
		if (errno != EAGAIN && errno != ENOMEM)
			return -1;
		/* say that we wait, then look again: it may just have been
		 * emptied */
		atomic_fetch_or(waiters, UINT64_C(1) << my_id);
	}
	worker_count(COUNT_WAITS, 1);
	return 0;
}

static int
post_to_worker(struct envelope *e, unsigned w, long type)
{
	int r;

	e->type = type;
	r = post(workers[w].mailbox, e, &workers[w].waiters);
	FAULT("post-worker-sent");
	if (r > 0 && w != 0) /* the store has one mailbox only */
		mailmap_set(&mailmaps[w], w);
	else if (r < 0)
		/* somebody removed it; its owner makes a new one when rung */
		atomic_fetch_or(&workers[w].waiters, UINT64_C(1) << my_id);
	if (r != 0)
		bell_ring(&workers[w].bell);
	FAULT("post-worker-rung");
	return r > 0 ? 0 : -1;
}

static int
post_to_user(struct envelope *e, uint32_t u)
{
	unsigned w = users[u].home;
	int q = users[u].mailbox, r;

	if (!(users[u].flags & USER_LIVE) || users[u].gen != e->target_gen)
		return 0; /* left meanwhile */
	if (q < 0)
		return post_to_worker(e, w, (long)u);
	e->type = 1;
	r = post(q, e, &users[u].waiters);
	FAULT("post-user-sent");
	if (r < 0)
		return post_to_worker(e, w, (long)u);
	/* also when it is full: who filled it may have died before this */
	mailmap_set(&mailmaps[w], u);
	FAULT("post-user-marked");
	bell_ring(&workers[w].bell);
	return r > 0 ? 0 : -1;
}

/* Instead of a worker, where it is said to whom a post is in doubt. */
enum { TO_USER = UINT16_MAX, TO_STORE = UINT16_MAX - 1 };

/* The bit of whom W names. */
static uint64_t
posts_bit(uint32_t w)
{
	return w == TO_USER ? 0 : UINT64_C(1) << (w == TO_STORE ? 0 : w);
}

/*
 * Posts E to worker W, TO_USER or TO_STORE.  Each posting has a serial of its
 * own, higher than all before: so the one in doubt after a death was the last
 * of that life, and a receiver that has heard a serial as high has heard it.
 * It stays in doubt, with its serial, until it is posted again.  Returns 0 when
 * it is posted, else -1.
 */
static int
post_one(struct envelope *e, const struct posting *p, uint32_t w)
{
	/* the store knows an event by its ID, and orders by serials */
	int again = *p->in_doubt == w && w != TO_STORE, r;

	if (again)
		e->flags |= ENVELOPE_AGAIN;
	else
		e->serial = event_serial();
	FAULT("post-serial");
	atomic_signal_fence(memory_order_seq_cst);
	*p->in_doubt = w;
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("post-doubt");
	r = w == TO_USER ? post_to_user(e, *p->user)
	                 : post_to_worker(e, w == TO_STORE ? 0 : w, 1);
	e->flags &= (uint16_t)~ENVELOPE_AGAIN;
	if (r == 0 && w == TO_STORE)
		*p->stored = e->serial;
	FAULT("post-stored");
	atomic_signal_fence(memory_order_seq_cst);
	if (r == 0 && w == TO_USER)
		*p->user = 0;
	else if (r == 0) {
		*p->posts &= ~posts_bit(w);
		if (e->kind == EVENT_TO_ROOMS && w != TO_STORE) {
			atomic_store(&me->named_at[w], now_ms);
			atomic_store(&me->named[w], e->serial);
		}
	}
	FAULT("post-cleared");
	atomic_signal_fence(memory_order_seq_cst);
	if (r == 0 || !again)
		*p->in_doubt = 0;
	FAULT("post-certain");
	return r;
}

/* Posts first what is in doubt; until that is done, nothing else. */
static int
post_doubt(struct envelope *e, const struct posting *p)
{
	uint32_t w = *p->in_doubt;
	int left = w == TO_USER ? *p->user != 0
	                        : (*p->posts & posts_bit(w)) != 0;

	if (w != 0 && left && post_one(e, p, w) != 0)
		return -1;
	*p->in_doubt = 0;
	return 0;
}

/*
 * The home of who is kicked, as a bit; 0 for other events.  It carries the kick
 * out, and then the victim may come back: so it has to be told last, lest some
 * worker hears of the return before the kick.
 */
static uint64_t
kick_home(const struct envelope *e)
{
	return e->kind == EVENT_KICK ? UINT64_C(1) << users[e->extra].home : 0;
}

int
deliver_post(struct envelope *e, const struct posting *p)
{
	uint64_t left, last = kick_home(e);
	int full = 0;

	/* what cannot be kept is not waited for */
	if ((*p->posts & 1) && !store_accepts())
		*p->posts &= ~UINT64_C(1);
	if (post_doubt(e, p) != 0)
		return -1;
	/* what is kept is in the order of the serials: of two sessions that
	 * wait for the store, who came first has posted first */
	if (*p->posts & 1)
		full = post_one(e, p, TO_STORE);
	for (left = *p->posts & ~last & ~UINT64_C(1); left != 0;
	     left &= left - 1)
		full |= post_one(e, p, (uint32_t)__builtin_ctzll(left));
	if (!full && (*p->posts & last) != 0)
		full = post_one(e, p, (uint32_t)__builtin_ctzll(last));
	if (*p->user != 0)
		full |= post_one(e, p, TO_USER);
	return full;
}

/* ---- rendering ---- */

#define TAG_CAPS                                                              \
	(CAP(SERVER_TIME) | CAP(MESSAGE_TAGS) | CAP(ACCOUNT_TAG))

size_t
deliver_time_tag(uint64_t ms, char *buf, size_t size)
{
	static uint64_t last;
	static char text[32];
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	if (ms != last) {
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
		last = ms;
	}
	return (size_t)snprintf(
	    buf, size, "time=%s.%03uZ;", text, (unsigned)(ms % 1000));
}

size_t
deliver_account_tag(const char *account, size_t len, char *buf, size_t size)
{
	size_t n;

	/* a name may hold a backslash, which would escape what follows */
	n = (size_t)snprintf(buf, size, "account=");
	n += tag_escape(buf + n, size - n - 1, account, len);
	buf[n++] = ';';
	return n;
}

/* What history has can be named: messages, and the events of rooms. */
static int
has_msgid(const struct envelope *e)
{
	if (e->flags & ENVELOPE_MESSAGE)
		return 1;
	if (e->id == 0 || e->nline == 0)
		return 0;
	return (e->kind == EVENT_TO_ROOM && e->extra == 0) ||
	    (e->kind == EVENT_TO_ROOMS && e->nrooms > 0) ||
	    e->kind == EVENT_KICK;
}

size_t
deliver_tags(const struct envelope *e, uint64_t caps, char *buf, size_t size)
{
	size_t n = 0;

	if (caps & CAP(SERVER_TIME))
		n += deliver_time_tag(e->time, buf + n, size - n);
	if ((caps & CAP(MESSAGE_TAGS)) && has_msgid(e))
		n += (size_t)snprintf(buf + n, size - n, "msgid=%llx.%llx;",
		    (unsigned long long)state->started,
		    (unsigned long long)e->id);
	if ((caps & CAP(ACCOUNT_TAG)) && e->naccount > 0)
		n += deliver_account_tag(envelope_account(e), e->naccount,
		    buf + n, size - n);
	if ((caps & CAP(OPER_TAG)) && (e->flags & ENVELOPE_OPER))
		n += (size_t)snprintf(buf + n, size - n, "draft/oper;");
	if ((caps & CAP(MESSAGE_TAGS)) && e->ntags > 0) {
		memcpy(buf + n, envelope_tags(e), e->ntags);
		n += e->ntags;
	} else if (n > 0)
		n--; /* the final ';' */
	return n;
}

static int
wants_alt(const struct envelope *e, const struct session *s)
{
	return e->alt_caps != 0 && (s->caps & e->alt_caps) == e->alt_caps;
}

const char *
deliver_text(const struct envelope *e, const struct session *s, size_t *len)
{
	if (wants_alt(e, s)) {
		*len = e->nalt;
		return envelope_alt(e);
	}
	*len = e->nline;
	return envelope_line(e);
}

enum { LOOKS = 64 };

/* An event looks the same to all sessions with the same capabilities that
 * matter, so each look is made once and kept until the next event. */
static struct look {
	uint64_t caps;
	int alt;
	size_t len;
	int lines;              /* it is MORE, not TEXT */
	char text[MESSAGE_TAGS + MESSAGE_LINE + 64];
	char *more;             /* of SIZE bytes */
	size_t size;
} looks[LOOKS];
static int nlook;
static uint64_t look_caps = TAG_CAPS;

static const char *
look_text(const struct look *k)
{
	return k->lines ? k->more : k->text;
}

/* Another event: nothing of the one before is of use. */
static void
look_begin(const struct envelope *e)
{
	nlook = 0;
	look_caps = TAG_CAPS;
	if (e->flags & ENVELOPE_LINES)
		look_caps |= CAP(BATCH) | CAP(MULTILINE);
	if (e->flags & ENVELOPE_OPER)
		look_caps |= CAP(OPER_TAG);
}

void
deliver_lines(const struct envelope *e, uint64_t caps, struct lines *l)
{
	static char msgid[40], tags[MESSAGE_TAGS];

	snprintf(msgid, sizeof(msgid), "%llx.%llx",
	    (unsigned long long)state->started, (unsigned long long)e->id);
	*l = (struct lines) { .msgid = msgid, .kept = envelope_tags(e),
		.nkept = e->ntags, .tags = tags,
		.ntags = deliver_tags(e, caps, tags, sizeof(tags)),
		.line = envelope_line(e), .nline = e->nline };
}

static void
look_append(struct look *k, const char *text, size_t n)
{
	if (k->len + n > k->size) {
		k->size = 2 * (k->len + n) + 4096;
		if ((k->more = realloc(k->more, k->size)) == NULL)
			fatal("no memory for a message of %zu bytes", k->size);
	}
	memcpy(k->more + k->len, text, n);
	k->len += n;
}

static struct look *
look_make_lines(struct look *k, const struct envelope *e)
{
	struct lines l;
	struct multiline *m;

	k->lines = 1;
	deliver_lines(e, k->caps, &l);
	for (m = lines_show(&l, k->caps); multiline_next(m);) {
		if (m->nout_tags > 0) {
			look_append(k, "@", 1);
			look_append(k, m->out_tags, m->nout_tags);
			look_append(k, " ", 1);
		}
		look_append(k, m->out, m->nout);
		look_append(k, "\r\n", 2);
	}
	return k;
}

static struct look *
look_make(struct look *k, const struct envelope *e, const struct session *s)
{
	const char *text;
	size_t n, len;

	k->caps = s->caps & look_caps;
	k->alt = wants_alt(e, s);
	k->len = 0;
	k->lines = 0;
	if (e->flags & ENVELOPE_LINES)
		return look_make_lines(k, e);
	text = deliver_text(e, s, &len);
	if (len == 0)
		return k;
	n = deliver_tags(e, k->caps, k->text + 1, MESSAGE_TAGS);
	if (n > 0) {
		k->text[0] = '@';
		k->text[n + 1] = ' ';
		n += 2;
	}
	memcpy(k->text + n, text, len);
	memcpy(k->text + n + len, "\r\n", 2);
	k->len = n + len + 2;
	return k;
}

static const struct look *
look_find(const struct envelope *e, const struct session *s)
{
	uint64_t caps = s->caps & look_caps;
	int alt = wants_alt(e, s), i;

	for (i = 0; i < nlook; i++)
		if (looks[i].caps == caps && looks[i].alt == alt)
			return &looks[i];
	/* 3 capabilities and alt make at most 16 looks, 5 of them without alt,
	 * for several lines, at most 32, and of an operator twice as many; more
	 * would be made anew each time */
	if (nlook == LOOKS)
		nlook--;
	return look_make(&looks[nlook++], e, s);
}

/* ---- another name of a room ---- */

/* Whether E gives a room another name, and S does not know of RENAME. */
static int
is_renamed_behind(const struct envelope *e, const struct session *s)
{
	return e->kind == EVENT_RENAME && !(s->caps & CAP(CHANNEL_RENAME));
}

/* The parts of its line. */
struct renaming {
	char from[NAME_CHANNEL + 1], to[NAME_CHANNEL + 1];
	char reason[MESSAGE_LINE];
};

static int
renaming_parse(struct renaming *n, const struct envelope *e)
{
	char line[MESSAGE_LINE];

	n->reason[0] = '\0';
	snprintf(line, sizeof(line), "%.*s", (int)e->nline, envelope_line(e));
	return sscanf(line, "%*s RENAME %64s %64s :%511[^\n]", n->from, n->to,
	           n->reason) >= 2;
}

/* What session S sees who does not know of RENAME: that it leaves; what
 * follows a JOIN is shown to it by itself.  Nothing if the name is the same but
 * for its case. */
static const struct look *
renaming_look(const struct envelope *e, const struct session *s)
{
	static struct look k;
	const struct user *u = &users[s->user];
	struct renaming n;
	size_t tags;

	k.len = 0;
	if (!renaming_parse(&n, e) || name_cmp(n.from, n.to) == 0)
		return &k;
	tags = s->caps & CAP(SERVER_TIME)
	    ? deliver_time_tag(e->time, k.text + 1, 64)
	    : 0;
	if (tags > 0) {
		k.text[0] = '@';
		k.text[tags++] = ' '; /* for the ';' */
	}
	k.len = tags + (size_t)snprintf(k.text + tags,
	    sizeof(k.text) - tags, ":%s!%s@%s PART %s", u->nick, u->user,
	    u->host, n.from);
	if (n.reason[0] != '\0')
		k.len += (size_t)snprintf(k.text + k.len,
		    sizeof(k.text) - k.len, " :%s", n.reason);
	if (k.len > tags + MESSAGE_LINE - 2)
		k.len = tags + utf8_cut(k.text + tags, k.len - tags,
		    MESSAGE_LINE - 2);
	memcpy(k.text + k.len, "\r\n", 2);
	k.len += 2;
	return &k;
}

/* Session I is to be shown the room, but hears of it meanwhile. */
static void
renaming_show(const struct envelope *e, uint32_t i)
{
	uint32_t m = registry_member(sessions[i].user, e->target);

	if (m == 0)
		return;
	atomic_fetch_or(&members[m].flags, MEMBER_HEARS |
	    UINT32_C(1) << (MEMBER_UNSEEN + sessions[i].device));
	FAULT("rename-unseen");
	sessions[i].flags |= SESSION_JOINING;
	worker_run_later(i);
}

/* ---- fan-out ---- */

/* Gives E to session I, which FANOUT notes first. */
static void
serve(const struct envelope *e, struct fanout *f, uint32_t i)
{
	struct session *s = &sessions[i];
	const struct look *k;
	const char *text;
	size_t len;

	if (!missed_hears(s, e) || (s->caps & e->caps) != e->caps)
		return;
	if (e->nrooms > 0 && s->mark == e->serial)
		return;
	if (e->flags & ENVELOPE_METADATA) {
		if ((text = metadata_lines(e, i, &len)) == NULL)
			return;
	} else {
		k = is_renamed_behind(e, s) ? renaming_look(e, s)
		                            : look_find(e, s);
		text = look_text(k);
		len = k->len;
	}
	if (is_renamed_behind(e, s) && len > 0)
		renaming_show(e, i);
	f->queued = s->queued;
	f->missed = s->missed;
	FAULT("serve-queued");
	atomic_signal_fence(memory_order_seq_cst);
	f->session = i;
	atomic_signal_fence(memory_order_seq_cst);
	f->started = 1; /* from the first one on a successor has a doubt */
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("serve-session");
	if (len > 0 && missed_is(s, e, len))
		missed_note(i, e);
	else if (len > 0)
		session_append(i, text, len);
	FAULT("serve-appended");
	if (e->nrooms > 0)
		s->mark = e->serial;
	FAULT("serve-marked");
	worker_count(COUNT_DELIVERIES, 1);
}

/* Serves session I unless a dead predecessor had just done so: the first one
 * that its successor meets is the one in doubt. */
static void
serve_once(const struct envelope *e, struct fanout *f, uint32_t i)
{
	if (f->started == 2 && f->session == i &&
	    (sessions[i].queued != f->queued ||
		sessions[i].missed != f->missed))
		sessions[i].mark = e->serial;
	else
		serve(e, f, i);
	f->started = 1;
}

/* With which of the sessions of one user, from FIRST on, to begin: a dead
 * predecessor may have come as far as to one in the middle. */
static uint32_t
serve_from(const struct fanout *f, uint32_t first)
{
	uint32_t i = first, n;

	if (f->started != 2)
		return first;
	for (n = 0; i != 0 && i != f->session && n <= SESSIONS_MAX; n++)
		i = sessions[i].next;
	return i != 0 && i == f->session ? i : first;
}

/* Whether session I is one of the devices of SKIP, which are not to have E.  If
 * it has just come back, or nobody has, a message of a room that it has still
 * to be shown is one more that it misses. */
static int
is_skipped(const struct envelope *e, uint32_t i, uint32_t skip)
{
	return skip != 0 && (skip >> sessions[i].device & 1) &&
	    !missed_wants(&sessions[i], e);
}

/* The devices of a member with FLAGS that are to hear nothing. */
static uint32_t
skip_of(uint32_t flags)
{
	return flags & MEMBER_HEARS ? 0 : flags >> MEMBER_UNSEEN;
}

/* Serves the sessions of one user, but for the devices of SKIP. */
static void
serve_user(const struct envelope *e, struct fanout *f, uint32_t first,
    uint32_t skip)
{
	uint32_t i = serve_from(f, first), n;

	for (n = 0; i != 0 && n <= SESSIONS_MAX; i = sessions[i].next, n++)
		if (!is_skipped(e, i, skip))
			serve_once(e, f, i);
}

/* A list of members that has no end. */
static void
mend_list(uint32_t r)
{
	log_warn("registry: the list of members of %s does not validate: "
	         "rebuilding", log_safe(rooms[r].name));
	registry_lock();
	registry_rebuild(my_id);
	registry_unlock();
}

/* Serves this worker's members of room R from F on.  F->member is the next
 * one, 0 before the first, UINT32_MAX behind the last.  Who is MEMBER_GONE is
 * served too, up to its kick: what comes before that was said before it. */
static void
fan_room(const struct envelope *e, struct fanout *f, uint32_t r,
    uint32_t wanted)
{
	const struct room_list *list = room_list(r, my_id);
	struct member *m;
	uint32_t n = 0;

	if (f->member == 0)
		f->member = list->first;
	while (f->member != 0 && f->member != UINT32_MAX) {
		if (n++ == list->count) {
			mend_list(r);
			break;
		}
		m = &members[f->member];
		__builtin_prefetch(&members[m->room_next]);
		if ((wanted == 0 || (m->flags & wanted)) &&
		    !(m->flags & MEMBER_TOLD) && m->user != e->source)
			serve_user(e, f, m->session, skip_of(m->flags));
		if (e->kind == EVENT_KICK && m->user == e->extra)
			atomic_fetch_or(&m->flags, MEMBER_TOLD);
		f->member = m->room_next != 0 ? m->room_next : UINT32_MAX;
		FAULT("fan-next");
	}
}

static void
fan_rooms(const struct envelope *e, struct fanout *f)
{
	uint32_t room, gen;

	while (f->room_at < e->nrooms) {
		envelope_room(e, f->room_at, &room, &gen);
		if (room_is(room, gen))
			fan_room(e, f, room, 0);
		/* this order: the marks forgive a room done again */
		f->member = 0;
		FAULT("fan-room");
		f->room_at++;
	}
}

/* As serve(), for a line that is made for session I alone. */
static void
serve_line(struct fanout *f, uint32_t i, const char *line, size_t len)
{
	const struct session *s = &sessions[i];

	if (f->started != 2 || f->session != i || s->queued == f->queued) {
		f->queued = s->queued;
		f->missed = s->missed;
		FAULT("monitor-queued");
		atomic_signal_fence(memory_order_seq_cst);
		f->session = i;
		atomic_signal_fence(memory_order_seq_cst);
		f->started = 1;
		atomic_signal_fence(memory_order_seq_cst);
		FAULT("monitor-session");
		session_append(i, line, len);
		FAULT("monitor-appended");
		worker_count(COUNT_DELIVERIES, 1);
	}
	f->started = 1;
}

static int
wants_news(const struct envelope *e, const struct session *s)
{
	return (s->caps & MONITOR_CAPS) != 0 && wants_alt(e, s);
}

/* Tells session I, which watches the Kth name of E, whatever its source is to
 * that session otherwise.  The source itself knows. */
static void
tell_monitor(const struct envelope *e, struct fanout *f, uint32_t i,
    unsigned k)
{
	const struct session *s = &sessions[i];
	char line[2 * MESSAGE_LINE + 64];
	size_t n;

	if (s->state != SESSION_LIVE || (s->user == e->source && s->user != 0))
		return;
	if (e->extra == MONITORED_NEWS || e->extra == MONITORED_METADATA) {
		if (e->extra == MONITORED_METADATA || wants_news(e, s))
			serve_once(e, f, i);
		return;
	}
	n = monitor_line(e, k, s, line, sizeof(line));
	serve_line(f, i, line, n);
}

/* Says that the fan-out is at the end of the Kth name of an event; nothing
 * else in `member' is as high.  So the next name has been begun or not, and
 * nobody is told twice. */
#define MONITOR_END(k) (UINT32_MAX - 1 - (k))

static void
fan_monitor(const struct envelope *e, struct fanout *f, unsigned k,
    const char *name)
{
	const uint32_t hash = name_hash(name);
	const struct monitor *m;
	uint32_t n = 0;

	if (f->member == 0 || f->member >= UINT32_MAX - k) {
		f->session = 0; /* what it has had so far was something else */
		atomic_signal_fence(memory_order_seq_cst);
		f->member = *monitor_head(hash, my_id);
		if (f->member == 0)
			f->member = MONITOR_END(k);
		FAULT("monitor-begun");
	}
	while (f->member != MONITOR_END(k)) {
		if (f->member >= state->monitors.high ||
		    n++ >= state->monitors.high)
			break;
		m = &monitors[f->member];
		if (m->hash == hash && name_cmp(m->nick, name) == 0)
			tell_monitor(e, f, m->session, k);
		f->member = m->next != 0 ? m->next : MONITOR_END(k);
		FAULT("monitor-next");
	}
	f->member = MONITOR_END(k);
}

/* Behind the rooms: those who watch the one or two names it is about. */
static void
fan_monitors(const struct envelope *e, struct fanout *f)
{
	char names[2][NAME_NICK + 2];
	unsigned n = monitor_names(e, names), k;

	while ((k = f->room_at - e->nrooms) < n) {
		fan_monitor(e, f, k, names[k]);
		FAULT("monitor-name");
		f->room_at++;
	}
}

static void
fan_mode(const struct envelope *e, struct fanout *f)
{
	uint32_t u;

	if (f->member < MAILBOX_SYSTEM)
		f->member = MAILBOX_SYSTEM;
	for (u = f->member; u < state->users.high; u++) {
		f->member = u;
		if (!(users[u].flags & USER_REGISTERED) || u == e->source ||
		    users[u].home != my_id ||
		    (e->extra != EVENT_EVERYBODY &&
			!(users[u].modes & e->extra)))
			continue;
		serve_user(e, f, users[u].session, 0);
	}
}

void
deliver_done(const struct envelope *e)
{
	int locked = lock_held(&state->segment.lock);
	uint32_t m;

	if (e->kind != EVENT_KICK || !room_is(e->target, e->target_gen) ||
	    e->extra >= state->max_users ||
	    !(users[e->extra].flags & USER_LIVE) ||
	    users[e->extra].home != my_id)
		return;
	if (!locked)
		registry_lock();
	m = registry_member(e->extra, e->target);
	if (m != 0 && (members[m].flags & MEMBER_TOLD)) {
		struct op op = { .kind = OP_PART, .a = e->extra,
			.b = e->target };
		op_apply_all(&op, 1);
		FAULT("kick-applied");
	}
	if (!locked)
		registry_unlock();
	FAULT("kick-unlocked");
}

/* All its sessions, and then it cannot stay without one. */
static void
user_kill(const struct envelope *e, struct user *u)
{
	char reason[AWAY_MAX + 1];
	size_t n = e->nline < AWAY_MAX ? e->nline : AWAY_MAX;
	uint32_t i;

	memcpy(reason, envelope_line(e), n);
	reason[n] = '\0';
	atomic_fetch_or(&u->flags, USER_ENDS);
	FAULT("kill-ends");
	for (i = u->session; i != 0; i = sessions[i].next) {
		session_close(i, reason);
		FAULT("kill-closed");
	}
}

/* Something is kept for it: one of its sessions is told, if there is one. */
static void
user_call(struct user *u)
{
	uint32_t i;

	for (i = u->session; i != 0; i = sessions[i].next)
		if (sessions[i].state == SESSION_LIVE) {
			sessions[i].flags |= SESSION_MAIL;
			worker_run_later(i);
			return;
		}
}

static void
deliver_to_user(const struct envelope *e, struct fanout *f)
{
	struct user *u = &users[e->target];

	if (e->target >= state->max_users || !(u->flags & USER_LIVE) ||
	    u->gen != e->target_gen || u->home != my_id)
		return;
	if (e->kind == EVENT_KILL)
		user_kill(e, u);
	else if (e->kind == EVENT_MAIL)
		user_call(u);
	else if (e->target != e->source)
		serve_user(e, f, u->session, 0);
}

/* What is told to a room the source may not be in, or to some of its members:
 * for a message from outside its other sessions have to ask. */
static int
own_room_wants(const struct envelope *e, uint64_t *caps, uint32_t *skip)
{
	uint32_t m = registry_member(e->source, e->target);
	uint32_t flags = m != 0 ? members[m].flags : 0;

	*skip = skip_of(flags);
	if (m != 0 && (e->kind == EVENT_KICK || e->extra == 0 ||
	        (flags & e->extra)))
		return 1;
	if (!(e->flags & ENVELOPE_MESSAGE))
		return m == 0; /* it left */
	*caps = CAP(ECHO_MESSAGE);
	return 1;
}

/* Whether the other sessions of the source are to have E: those with CAPS,
 * but for the devices of SKIP. */
static int
own_wants(const struct envelope *e, uint64_t *caps, uint32_t *skip)
{
	*caps = *skip = 0;
	switch ((enum event_kind)e->kind) {
	case EVENT_TO_ROOM:
	case EVENT_KICK:
	case EVENT_RENAME:
		/* a room that was just made is shown to them */
		return e->target != 0 && own_room_wants(e, caps, skip);
	case EVENT_TO_ROOMS:
		return 1;
	case EVENT_TO_USER:
		/* what it said, or took back, or for itself */
		return (e->flags & ENVELOPE_MESSAGE) != 0 ||
		    e->alt_caps == CAP(MESSAGE_REDACTION) ||
		    e->target == e->source;
	case EVENT_TO_MODE:
		return (users[e->source].modes & e->extra) != 0;
	default:
		return 0;
	}
}

void
deliver_own(const struct envelope *e, struct fanout *f, uint32_t from)
{
	uint32_t first = users[e->source].session, i, skip;
	uint64_t caps;

	if (e->source == 0 || sessions[from].user != e->source ||
	    (first == from && sessions[from].next == 0))
		return;
	for (i = first; i != 0; i = sessions[i].next)
		if (sessions[i].flags & SESSION_JOINING)
			worker_run_later(i);
	if (!own_wants(e, &caps, &skip))
		return;
	f->own = 1;
	FAULT("own-begun");
	for (i = serve_from(f, first); i != 0; i = sessions[i].next)
		if (i != from && (sessions[i].caps & caps) == caps &&
		    !is_skipped(e, i, skip))
			serve_once(e, f, i);
}

void
deliver_local(struct envelope *e, struct fanout *f)
{
	look_begin(e);
	/* 2: begun by a predecessor; the first one met may be in doubt */
	if (f->started == 1)
		f->started = 2;
	if (f->own)
		return;
	switch ((enum event_kind)e->kind) {
	case EVENT_TO_ROOM:
	case EVENT_KICK:
	case EVENT_RENAME:
		if (room_is(e->target, e->target_gen))
			fan_room(e, f, e->target,
			    e->kind == EVENT_TO_ROOM ? e->extra : 0);
		break;
	case EVENT_TO_ROOMS:
		fan_rooms(e, f);
		fan_monitors(e, f);
		break;
	case EVENT_TO_MODE:
		fan_mode(e, f);
		break;
	case EVENT_TO_USER:
	case EVENT_KILL:
	case EVENT_MAIL:
		deliver_to_user(e, f);
		break;
	case EVENT_ASK:
	case EVENT_ANSWER:
	case EVENT_MAX:
		break;
	}
}

void
deliver_abandon(const struct envelope *e)
{
	uint32_t m;

	/* those already told of a kick do not see him any more */
	if (e->kind != EVENT_KICK || e->extra >= state->max_users ||
	    users[e->extra].home != my_id)
		return;
	m = registry_member(e->extra, e->target);
	if (m != 0 && (members[m].flags & MEMBER_GONE))
		atomic_fetch_or(&members[m].flags, MEMBER_TOLD);
	deliver_done(e);
}

/* ---- taking ---- */

enum { NAMES_SETTLE = 1000 /* ms after which mail must be lost, not late */ };

/* Whether E was delivered here before; remembers it otherwise. */
static int
heard_before(const struct envelope *e)
{
	unsigned origin = (unsigned)(e->serial >> 56);
	unsigned epoch = (unsigned)(e->serial >> 40 & 0xffff);
	uint64_t *heard;

	if (origin == 0 || origin > state->nworker)
		return 1;
	heard = &me->heard[origin][epoch % EPOCHS];
	return (e->flags & ENVELOPE_AGAIN) && *heard >> 40 == e->serial >> 40 &&
	    *heard >= e->serial;
}

static void
hear(const struct envelope *e)
{
	uint64_t *heard = &me->heard[e->serial >> 56]
	                            [(e->serial >> 40 & 0xffff) % EPOCHS];

	if (*heard >> 40 != e->serial >> 40 || *heard < e->serial)
		*heard = e->serial;
}

/* Whether worker W has told all of the nicks that its users gave up.  We hold
 * the lock, and it posts such a step under the lock: if there is one of which
 * something is left to post, the worker is dead, and its successor will. */
static int
names_told(unsigned w)
{
	const struct txn *t = &workers[w].txn;

	return workers[w].names_pending == 0 &&
	    (w == my_id || t->state != TXN_COMMITTED || !t->locked ||
		!t->event || !event_names(&t->envelope) ||
		t->posts == 0);
}

int
deliver_names_settled(void)
{
	uint64_t serial, heard;
	unsigned w;

	for (w = 1; w <= state->nworker; w++) {
		if (!names_told(w))
			return 0;
		serial = atomic_load(&workers[w].named[my_id]);
		if (serial == 0 || w == my_id ||
		    now_ms > workers[w].named_at[my_id] + NAMES_SETTLE)
			continue;
		heard = me->heard[w][(serial >> 40 & 0xffff) % EPOCHS];
		if (heard < serial)
			return 0;
	}
	return 1;
}

int
deliver_catch_up(void)
{
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		if (!names_told(w))
			return -1;
	worker_drain_own();
	return 0;
}

/* Mail for a user that came through our own mailbox: its own is missing. */
static void
restore_mailbox(uint32_t u)
{
	uint64_t messages, bytes;

	if (u < MAILBOX_SYSTEM || u >= state->max_users ||
	    users[u].mailbox < 0 || users[u].home != my_id ||
	    mailbox_count(users[u].mailbox, &messages, &bytes) == 0)
		return;
	log_warn("mailbox of user %u was removed: making a new one", u);
	registry_open_mailbox(u);
}

static void
deliver_mail(void)
{
	struct envelope *e = &me->mail;
	uint64_t was = blame_on(DOING_MAIL, 0);

	if (e->kind == EVENT_ANSWER)
		ask_answered(e);
	else if (!heard_before(e)) {
		poison("mail", envelope_line(e), e->nline);
		deliver_local(e, &me->mail_fanout);
		FAULT("mail-delivered");
		deliver_done(e); /* the victim's home is told last */
		FAULT("mail-kicked");
		hear(e);
	}
	FAULT("mail-heard");
	atomic_signal_fence(memory_order_seq_cst);
	e->magic = 0;
	FAULT("mail-done");
	blame_back(was);
	worker_count(COUNT_TAKEN, 1);
}

int
deliver_take(int msqid)
{
	struct envelope *e = &me->mail;
	ssize_t n;

	memset(&me->mail_fanout, 0, sizeof(me->mail_fanout));
	me->mail_crashes = 0;
	atomic_signal_fence(memory_order_seq_cst);
	FAULT("take-cleared");
	if ((n = mailbox_take(msqid, e)) < 0)
		return errno == ENOMSG ? 0 : -1;
	FAULT("take-taken");
	if (!envelope_valid(e, (size_t)n)) {
		log_warn("mailbox: not an envelope, %zd bytes: dropped", n);
		e->magic = 0;
		return 1;
	}
	restore_mailbox((uint32_t)e->type);
	deliver_mail();
	return 1;
}

void
deliver_heal(void)
{
	if (me->mail.magic != ENVELOPE_MAGIC)
		return;
	if (me->mail_crashes >= POISON) {
		log_warn("mail of kind %u from user %u crashed %u workers: "
		         "dropped",
		    me->mail.kind, me->mail.source, me->mail_crashes);
		if (me->mail_crashes == POISON) {
			blame_on(DOING_MAIL, 0);
			deliver_abandon(&me->mail);
			blame_back(0);
		}
		if (me->mail.kind != EVENT_ANSWER)
			hear(&me->mail);
	} else if (envelope_valid(&me->mail, envelope_payload(&me->mail))) {
		FAULT("heal-mail");
		deliver_mail();
		worker_count(COUNT_HEALED, 1);
	}
	me->mail.magic = 0;
}
