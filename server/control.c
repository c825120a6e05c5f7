/* SPDX-License-Identifier: ISC */
/*
 * The administrator's commands, asked for by mootctl(8) over the control
 * socket; the form of the answers is in control.h.
 *
 * They are handlers like any other: they run in steps, so that a long list
 * holds up neither the worker nor the lock, and change nothing themselves: a
 * kick is an event to the user's home, a reload and a stop are signals to the
 * master.  A list is taken while life goes on, so it may miss who comes and
 * show who leaves.  Records of other workers are read as they are: numbers
 * may be a moment old, and texts are read up to their size, whether or not
 * they end there.
 *
 * A control session does not outlive its worker, because its stream cannot be
 * told how far it got; mootctl asks another worker then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../ipc/mailbox.h"
#include "../irc/mode.h"
#include "audit.h"
#include "control.h"
#include "control_row.h"
#include "deliver.h"
#include "helper_tls.h"
#include "limit.h"
#include "log.h"
#include "registry.h"
#include "secure.h"
#include "session.h"
#include "version.h"
#include "worker.h"

enum {
	SCAN = 256,          /* records a step shows */
	SCAN_SESSIONS = 1024,/* sessions a step only counts */
	SCAN_CHUNKS = 8192,
};

/* How far A is past B, 0 when a racing reader sees it before. */
static uint64_t
past(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static enum command_result
more(struct command *c, uint32_t step, uint32_t cursor)
{
	c->step = step;
	c->cursor = cursor;
	return CMD_MORE;
}

/* Shows the records from FIRST to END, or as many as a step may. */
static enum command_result
show_list(struct command *c, uint32_t first, uint32_t end,
    void (*show)(struct command *, uint32_t))
{
	uint32_t i = c->step == 0 ? first : c->cursor, stop = i + SCAN;

	for (; i < end; i++) {
		if (i == stop || reply_size() > REPLY_STEP - ROW_MAX)
			return more(c, 1, i);
		show(c, i);
	}
	return rows_ok(c);
}

/* ---- status ---- */

static uint64_t
sum_counter(enum counter what)
{
	uint64_t sum = 0;
	unsigned w;

	for (w = 1; w <= state->nworker; w++)
		sum += workers[w].counter[what];
	return sum;
}

static void
status_store(void)
{
	static const char *const states[] = {
		[STORE_OFF] = "off",
		[STORE_OPENING] = "starting",
		[STORE_SERVING] = "serving",
		[STORE_FAILING] = "failing",
	};
	const struct store *store = &state->store;

	row_format("store", "%s%s%s", states[store->state & 3],
	    store->reason[0] != '\0' ? ": " : "", store->reason);
	row_number("store_pid", workers[0].pid);
	row_number("store_restarts", workers[0].restarts);
	row_number("stored", store->messages);
	row_number("commits", store->commits);
	row_number("questions", store->questions);
	if (store->state == STORE_OFF)
		return;
	row_number("store_size", store->bytes);
	row_number("store_messages", store->rows);
	if (store->rows != 0)
		row_number("store_oldest", store->oldest / 1000);
	if (store->backup != 0)
		row_number("store_backup", store->backup / 1000);
}

/* Those of mootd-tls, in one text. */
static void
row_pids(void)
{
	char text[256] = "";
	size_t used = 0;
	int i, pid;

	for (i = 0; i < TLS_PLACES && used + 12 < sizeof(text); i++)
		if ((pid = helper_tls_page->place[i].pid) != 0)
			used += (size_t)snprintf(text + used,
			    sizeof(text) - used, "%s%d", used > 0 ? " " : "",
			    pid);
	row_text("tls_pids", text);
}

/* A row of its own; without TLS there is but one word of it. */
static void
show_tls(struct command *c)
{
	static const char *const states[] = {
		[HELPER_TLS_OFF] = "off",
		[HELPER_TLS_STARTING] = "starting",
		[HELPER_TLS_SERVING] = "serving",
		[HELPER_TLS_FAILING] = "failing",
	};
	static const struct {
		const char *name;
		enum tls_counter what;
	} totals[] = {
		{ "tls_accepted", TLS_ACCEPTED },
		{ "tls_handshakes", TLS_HANDSHAKES },
		{ "tls_resumed", TLS_RESUMED },
		{ "tls_failed", TLS_FAILED },
		{ "tls_timed_out", TLS_TIMED_OUT },
		{ "tls_crowded_out", TLS_CROWDED_OUT },
		{ "tls_refused_rate", TLS_REFUSED_RATE },
		{ "tls_refused", TLS_REFUSED },
		{ "tls_bytes_in", TLS_BYTES_IN },
		{ "tls_bytes_out", TLS_BYTES_OUT },
	};
	struct helper_tls_status s;
	const char *why;
	size_t i;

	helper_tls_status(&s);
	why = s.certificate.trouble;
	row_begin();
	row_format("tls", "%s%s%s", states[s.state], why[0] != '\0' ? ": "
	    : "", why);
	if (s.state == HELPER_TLS_OFF) {
		row_end(c);
		return;
	}
	row_number("tls_helpers", s.helpers);
	row_number("tls_leaving", s.leaving);
	row_pids();
	row_number("tls_restarts", helper_tls_page->restarts);
	row_number("tls_clients", s.clients);
	row_number("tls_shaking", s.shaking);
	for (i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		row_number(totals[i].name, (long long)tls_page_sum(
		    helper_tls_page, totals[i].what));
	if (s.state == HELPER_TLS_SERVING) {
		row_text("tls_certificate", s.certificate.subject);
		row_number("tls_expires", s.certificate.expires);
		row_text("tls_expiry",
		    helper_tls_expires_in(&s) >= 0 ? ", soon" : "");
		row_text("tls_pin", s.certificate.pin);
		row_text("tls_words", s.certificate.phrase);
	}
	row_end(c);
}

/* A row of totals, whole numbers and what is only read. */
static void
show_totals(struct command *c)
{
	static const struct {
		const char *name;
		enum counter what;
	} totals[] = {
		{ "accepted", COUNT_ACCEPTED },
		{ "refused", COUNT_REFUSED },
		{ "refused_rate", COUNT_REFUSED_RATE },
		{ "refused_address", COUNT_REFUSED_ADDRESS },
		{ "refused_unregistered", COUNT_REFUSED_UNREGISTERED },
		{ "refused_memory", COUNT_REFUSED_MEMORY },
		{ "refused_full", COUNT_REFUSED_FULL },
		{ "timed_out", COUNT_TIMED_OUT },
		{ "crowded_out", COUNT_CROWDED_OUT },
		{ "delayed", COUNT_DELAYED },
		{ "logins_failed", COUNT_LOGINS_FAILED },
		{ "cut_sendq", COUNT_CUT_SENDQ },
		{ "cut_memory", COUNT_CUT_MEMORY },
		{ "lines", COUNT_LINES_IN },
		{ "messages", COUNT_MESSAGES },
		{ "deliveries", COUNT_DELIVERIES },
		{ "posted", COUNT_POSTED },
		{ "taken", COUNT_TAKEN },
		{ "waits", COUNT_WAITS },
		{ "healed", COUNT_HEALED },
		{ "bytes_in", COUNT_BYTES_IN },
		{ "bytes_out", COUNT_BYTES_OUT },
	};
	const struct segment *seg = &state->segment;
	size_t i;

	row_begin();
	row_text("name", config->name);
	row_text("network", config->network);
	row_text("version", MOOT_VERSION);
	row_number("pid", seg->owner);
	row_number("started", state->started / 1000);
	row_number("uptime", past(wall_ms, state->started) / 1000);
	row_number("workers", state->nworker);
	row_number("restarts", state->restarts);
	row_number("reloads", state->reloads);
	row_number("takeovers", state->takeovers);
	row_number("upgrades", state->upgrades);
	row_number("refusals", state->refusals);
	row_number("rebalances", state->rebalances);
	row_number("rebalances_failed", state->rebalances_failed);
	row_number("moved", state->moved);
	row_field("refusal", state->refusal);
	row_number("max_clients", config->max_clients);
	row_number("registered", state->registered);
	row_number("most_registered", state->most_registered);
	row_number("unregistered", limit_unregistered());
	row_number("max_unregistered", limit_unregistered_most());
	row_number("counted_addresses", limit_addresses());
	row_number("operators", state->opers);
	row_number("rooms", state->rooms.used);
	row_number("memberships", state->members.used);
	row_number("metadata", state->metadata.used);
	row_number("max_metadata", state->max_metadata - 1);
	for (i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		row_number(
		    totals[i].name, (long long)sum_counter(totals[i].what));
	status_store();
	row_number("ipc_prefix", seg->prefix);
	row_format("shm_key", "0x%08x",
	    (unsigned)mailbox_key((int)seg->prefix, 0));
	row_number("shm_id", seg->shmid);
	row_number("shm_size", seg->size);
	row_end(c);
	show_tls(c);
}

/* Counts clients from session c->step on; what was counted is c->cursor. */
static enum command_result
count_clients(struct command *c, uint32_t next_step)
{
	uint32_t i = c->step, stop = i + SCAN_SESSIONS, n = c->cursor;

	for (; i < state->sessions.high; i++) {
		if (i == stop)
			return more(c, i, n);
		n += (uint32_t)session_is_client(&sessions[i]);
	}
	row_begin();
	row_number("clients", n);
	row_end(c);
	return more(c, next_step, 0);
}

/* Counts chunks in use from FROM on; what was counted is c->cursor. */
static enum command_result
count_buffers(struct command *c, uint32_t step_base)
{
	uint32_t k, w, from = c->step - step_base, n = c->cursor, seen = 0;
	uint64_t total = 0;

	for (w = 1; w <= state->nworker; w++) {
		total += workers[w].chunk_end - workers[w].chunk_first;
		k = workers[w].chunk_first;
		for (k = k < from ? from : k; k < workers[w].chunk_high; k++) {
			if (seen++ == SCAN_CHUNKS)
				return more(c, step_base + k, n);
			n += chunks[k].session != 0;
		}
	}
	row_begin();
	row_number("buffers_used", (long long)n * CHUNK_SIZE);
	row_number("buffers_total", (long long)total * CHUNK_SIZE);
	row_end(c);
	return rows_ok(c);
}

/* Several rows that make one: a number that wants counting has its own. */
static enum command_result
control_status(struct command *c)
{
	const uint32_t count_buffers_from = UINT32_C(1) << 31;

	if (c->step == 0) {
		show_totals(c);
		return more(c, 1, 0);
	}
	if (c->step < count_buffers_from)
		return count_clients(c, count_buffers_from);
	return count_buffers(c, count_buffers_from);
}

/* ---- workers ---- */

static uint64_t
worker_age(unsigned w)
{
	return past(now_ms, workers[w].beat);
}

static const char *
worker_state(unsigned w)
{
	if (workers[w].pid == 0)
		return "down";
	if (workers[w].retire)
		return "retiring";
	if (worker_age(w) > (uint64_t)config->worker_timeout * 1000)
		return "stuck";
	return "running";
}

static void
show_worker(struct command *c, uint32_t w)
{
	static const struct {
		const char *name;
		enum counter what;
	} counts[] = {
		{ "messages", COUNT_MESSAGES },
		{ "deliveries", COUNT_DELIVERIES },
		{ "posted", COUNT_POSTED },
		{ "taken", COUNT_TAKEN },
		{ "waits", COUNT_WAITS },
		{ "healed", COUNT_HEALED },
		{ "bytes_in", COUNT_BYTES_IN },
		{ "bytes_out", COUNT_BYTES_OUT },
	};
	uint64_t messages = 0, bytes = 0;
	size_t i;

	mailbox_count(workers[w].mailbox, &messages, &bytes);
	row_begin();
	row_number("worker", w);
	row_number("pid", workers[w].pid);
	row_text("state", worker_state(w));
	/* but for mootctl, whose home we are */
	row_number("clients", past(workers[w].clients, w == my_id));
	row_number("restarts", workers[w].restarts);
	row_number("epoch", workers[w].epoch);
	row_number("heartbeat", worker_age(w));
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		row_number(counts[i].name,
		    (long long)workers[w].counter[counts[i].what]);
	row_format("mailbox_key", "0x%08x",
	    (unsigned)mailbox_key(config->ipc_prefix, w));
	row_number("mailbox_bytes", bytes);
	row_number("mailbox_messages", messages);
	row_end(c);
}

static enum command_result
control_workers(struct command *c)
{
	return show_list(c, 1, state->nworker + 1, show_worker);
}

/* ---- users ---- */

static void
row_address(const struct in6_addr *addr)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (IN6_IS_ADDR_V4MAPPED(addr))
		inet_ntop(AF_INET, &addr->s6_addr[12], text, sizeof(text));
	else
		inet_ntop(AF_INET6, addr, text, sizeof(text));
	row_text("address", text);
}

/* Its TLS: "" for none, or what is not known of it. */
static void
row_secure(uint32_t i)
{
	const struct secure *t = secure_of(i);
	const uint8_t *fingerprint = secure_certificate(i);
	char text[2 * PROXY_FINGERPRINT + 1] = "";

	if (fingerprint != NULL)
		proxy_fingerprint_text(text, fingerprint);
	row_number("secure", secure_is(&sessions[i]));
	row_text("tls", t != NULL ? t->version : "");
	row_text("cipher", t != NULL ? t->cipher : "");
	row_text("certificate", text);
}

static void
show_user(struct command *c, uint32_t i)
{
	const struct session *s = &sessions[i];
	const struct user *u = &users[s->user];
	uint32_t flags = u->flags;

	if (!session_is_client(s) && s->state != SESSION_ABSENT)
		return;
	row_begin();
	row_number("id", s->user);
	row_number("session", i);
	row_field("nick", u->nick);
	row_field("user", u->user);
	row_field("host", u->host);
	row_field("real", u->real);
	row_number("worker", s->worker);
	row_text("state", s->state == SESSION_ABSENT ? "absent"
	    : flags & USER_REGISTERED ? "online" : "registering");
	row_field("account", u->account);
	row_address(&s->addr);
	row_secure(i);
	row_number("signon", u->signon / 1000);
	row_number("idle", past(wall_ms, u->spoke) / 1000);
	row_number("rooms", u->nmembers);
	row_string("away", flags & USER_AWAY ? aways[s->user].text : "",
	    AWAY_MAX);
	row_number("oper", (u->modes & USER_OPERATOR) != 0);
	row_number("sendq", past(s->queued, s->sent));
	row_number("recvq", past(s->received, s->executed));
	row_number("mailbox", u->mailbox);
	row_end(c);
}

static enum command_result
control_users(struct command *c)
{
	return show_list(c, 1, state->sessions.high, show_user);
}

/* ---- rooms and who is in them ---- */

static void
row_modes(uint32_t modes)
{
	const struct mode *m;
	char text[32] = "+";
	size_t n = 1;

	for (m = mode_channel; m->letter != 0; m++)
		if (m->kind != MODE_LIST && m->kind != MODE_MEMBER &&
		    (modes & m->bit) && n < sizeof(text) - 1)
			text[n++] = m->letter;
	row_string("modes", text, n);
}

static void
show_room(struct command *c, uint32_t i)
{
	const struct room *r = &rooms[i];

	if (!r->live)
		return;
	row_begin();
	row_number("id", i);
	row_field("name", r->name);
	row_number("members", r->count);
	row_modes(r->modes);
	row_field("founder", r->founder);
	row_number("created", r->created);
	row_field("topic", r->topic);
	row_end(c);
}

static enum command_result
control_rooms(struct command *c)
{
	return show_list(c, 1, state->rooms.high, show_room);
}

static void
show_member(struct command *c, const struct member *m)
{
	char prefixes[8];

	row_begin();
	row_field("nick", users[m->user].nick);
	row_text("prefixes", mode_prefixes(m->flags, 1, prefixes));
	row_number("worker", users[m->user].home);
	row_end(c);
}

/*
 * Room R's members at worker W, from place FROM on.  Returns the place to go
 * on from, 0 when there are no more.  A place, not a record: the record may
 * be in another room by the next step.
 */
static uint32_t
show_members(struct command *c, uint32_t r, unsigned w, uint32_t from)
{
	uint32_t at = 0, m, next;

	for (m = room_list(r, w)->first; m != 0; m = next, at++) {
		next = members[m].room_next;
		if (at < from)
			continue;
		if (at == from + SCAN ||
		    reply_size() > REPLY_STEP - ROW_MAX)
			return at;
		if (!(members[m].flags & MEMBER_GONE))
			show_member(c, &members[m]);
	}
	return 0;
}

static enum command_result
control_members(struct command *c)
{
	uint32_t r = registry_find_room(c->m.param[0]);
	uint32_t w = c->step == 0 ? 1 : c->step, from = c->cursor;

	if (r == 0 && c->step == 0)
		return rows_refuse(c, "no such room", c->m.param[0]);
	if (r == 0) /* the last one has just left */
		return rows_ok(c);
	if (c->step == 0)
		from = 0;
	if ((from = show_members(c, r, w, from)) != 0)
		return more(c, w, from);
	return w < state->nworker ? more(c, w + 1, 0) : rows_ok(c);
}

/* ---- mailboxes ---- */

static void
show_queue(struct command *c, int msqid, uint32_t id, const char *name)
{
	uint64_t messages, bytes;

	if (msqid < 0 || mailbox_count(msqid, &messages, &bytes) != 0)
		return;
	row_begin();
	row_format("key", "0x%08x",
	    (unsigned)mailbox_key(config->ipc_prefix, id));
	row_number("msqid", msqid);
	row_number("id", id);
	row_string("name", name, NAME_NICK + 2);
	row_number("bytes", bytes);
	row_number("messages", messages);
	row_end(c);
}

/* Mailboxes by ID: those of workers come first, as they have the first IDs.
 * Not under the lock, since each costs a system call. */
static void
show_mailbox(struct command *c, uint32_t id)
{
	char name[24];

	if (id == STORE_MAILBOX && workers[0].mailbox >= 0)
		show_queue(c, workers[0].mailbox, id, "store");
	else if (id <= state->nworker) {
		snprintf(name, sizeof(name), "worker %u", id);
		show_queue(c, workers[id].mailbox, id, name);
	} else if (id >= MAILBOX_SYSTEM && (users[id].flags & USER_LIVE))
		show_queue(c, users[id].mailbox, id, users[id].nick);
}

static enum command_result
control_queues(struct command *c)
{
	return show_list(c, 1, state->users.high, show_mailbox);
}

/* ---- orders ---- */

static const char *
kick_reason(const struct command *c)
{
	return c->m.nparam > 1 && c->m.param[1][0] != '\0'
	    ? c->m.param[1]
	    : "Disconnected by the administrator";
}

static enum command_result
kick(struct command *c)
{
	uint32_t u = registry_find_nick(c->m.param[0]);
	const char *reason = kick_reason(c);
	struct envelope *e;

	if (u == 0 || (sessions[users[u].session].flags & SESSION_CONTROL))
		return rows_refuse(c, "no such nick", c->m.param[0]);
	e = command_event(c, EVENT_KILL);
	e->source = e->source_gen = 0; /* our user is nobody */
	event_target_user(e, u);
	event_line(e, "%s", reason);
	row_begin();
	row_number("id", u);
	row_field("nick", users[u].nick);
	row_number("worker", users[u].home);
	row_end(c);
	return rows_ok(c);
}

static enum command_result
control_kick(struct command *c)
{
	if (c->step == 0 && registry_find_nick(c->m.param[0]) == 0)
		return rows_refuse(c, "no such nick", c->m.param[0]);
	return audit(c, 0, "KICK", c->m.param[0], kick_reason(c), kick);
}

/* Sends the master SIG, after a row about it: the client watches what becomes
 * of it. */
static enum command_result
signal_master(struct command *c, int sig)
{
	row_begin();
	row_number("pid", state->segment.owner);
	row_number("reloads", state->reloads);
	row_number("upgrades", state->upgrades);
	row_number("refusals", state->refusals);
	row_number("rebalances", state->rebalances);
	row_number("rebalances_failed", state->rebalances_failed);
	row_number("moved", state->moved);
	row_end(c);
	if (worker_signal_master(sig) != 0)
		return rows_refuse(c, "cannot signal the master",
		    strerror(errno));
	return rows_ok(c);
}

/* The orders that are a signal, and which. */
static enum command_result
signal_of(struct command *c)
{
	static const struct {
		const char *name;
		int sig;
	} signals[] = { { "RELOAD", SIGHUP }, { "REBALANCE", SIGUSR1 },
		{ "UPGRADE", SIGUSR2 }, { "STOP", SIGTERM } };
	size_t i = 0;

	while (strcmp(signals[i].name, c->row->name) != 0)
		i++;
	return signal_master(c, signals[i].sig);
}

static enum command_result
control_signal(struct command *c)
{
	return audit(c, 0, c->row->name, "*", "", signal_of);
}

static enum command_result
control_version(struct command *c)
{
	row_begin();
	row_text("program", "mootd");
	row_text("version", MOOT_VERSION);
	row_text("name", config->name);
	row_number("pid", state->segment.owner);
	row_end(c);
	return rows_ok(c);
}

static command_fn control_help;

static const struct command_row control_table[] = {
	{ "STATUS", control_status, 0, CMD_FREE, 0, ": the whole server" },
	{ "WORKERS", control_workers, 0, CMD_FREE, 0, ": each worker" },
	{ "USERS", control_users, 0, CMD_FREE | CMD_LOCK, 0,
	    ": who is connected" },
	{ "ROOMS", control_rooms, 0, CMD_FREE | CMD_LOCK, 0, ": each room" },
	{ "MEMBERS", control_members, 1, CMD_FREE | CMD_LOCK, 0,
	    "ROOM: who is in a room" },
	{ "QUEUES", control_queues, 0, CMD_FREE, 0, ": each mailbox" },
	{ "KICK", control_kick, 1, CMD_FREE | CMD_LOCK, 0,
	    "NICK [:REASON]: disconnects a user" },
	{ "BAN", control_ban, 1, CMD_FREE | CMD_LOCK, 0,
	    ":[FORCE] [DURATION] WHOM [REASON]: keeps out of the server" },
	{ "UNBAN", control_unban, 1, CMD_FREE | CMD_LOCK, 0,
	    ":WHOM: lets in again" },
	{ "BANS", control_bans, 0, CMD_FREE | CMD_LOCK, 0,
	    ": each ban from the server" },
	{ "ANNOUNCE", control_announce, 1, CMD_FREE, 0,
	    ":TEXT: tells everybody" },
	{ "AUDIT", control_audit, 0, CMD_FREE, 0,
	    "[ROWS]: what operators and the administrator did" },
	{ "ACCOUNT", control_account, 1, CMD_FREE | CMD_LOCK, 0,
	    "WHAT [NAME [TEXT]]: add, list, suspend, ... accounts" },
	{ "HISTORY", control_history, 2, CMD_FREE, 0,
	    "EXPORT|ERASE :NAME [CURSOR]: of a room or an account" },
	{ "REGISTERED", control_registered, 0, CMD_FREE, 0,
	    ": each room that lasts" },
	{ "BACKUP", control_backup, 1, CMD_FREE, 0,
	    "FILE | COPIED FILE: makes a copy of the database for FILE" },
	{ "RELOAD", control_signal, 0, CMD_FREE, 0,
	    ": reads the configuration again" },
	{ "REBALANCE", control_signal, 0, CMD_FREE, 0,
	    ": gives each worker its share of the users" },
	{ "UPGRADE", control_signal, 0, CMD_FREE, 0,
	    ": executes another binary" },
	{ "STOP", control_signal, 0, CMD_FREE, 0, ": ends the server" },
	{ "VERSION", control_version, 0, CMD_FREE, 0, ": which server it is" },
	{ "HELP", control_help, 0, CMD_FREE, 0, ": this" },
	{ NULL, NULL, 0, 0, 0, NULL },
};

static enum command_result
control_help(struct command *c)
{
	const struct command_row *r;
	const char *colon;

	for (r = control_table; r->name != NULL; r++) {
		colon = strstr(r->help, ": ");
		row_begin();
		row_text("command", r->name);
		row_string("parameters", r->help, (size_t)(colon - r->help));
		row_text("what", colon + 2);
		row_end(c);
	}
	return rows_ok(c);
}

/* ---- which row ---- */

static enum command_result
refuse_unknown(struct command *c)
{
	return rows_refuse(c, "unknown command", c->m.command);
}

static enum command_result
refuse_missing(struct command *c)
{
	return rows_refuse(c, "missing parameter", c->m.command);
}

const struct command_row *
control_row(struct command *c)
{
	static const struct command_row unknown = { "", refuse_unknown, 0,
		CMD_FREE, 0, NULL };
	static const struct command_row missing = { "", refuse_missing, 0,
		CMD_FREE, 0, NULL };
	const struct command_row *r;

	c->label = NULL;
	for (r = control_table; r->name != NULL; r++)
		if (strcasecmp(r->name, c->m.command) == 0)
			return c->m.nparam < r->params ? &missing : r;
	return &unknown;
}

int
control_peer_allowed(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    len == sizeof(peer) && (peer.uid == 0 || peer.uid == geteuid());
}
