/* SPDX-License-Identifier: ISC */
/*
 * Lays the records out in the segment and maps them.  Every array is sized
 * for its maximum: pages that are never touched cost nothing, so there is no
 * growing and no moving.  The order is that of the table in state_layout();
 * a change of any record wants a new STATE_LAYOUT
 * where its size does not tell.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/shm.h>

#include "../ipc/mailbox.h"
#include "../tls/page.h"
#include "state.h"

/* What was made, as it was made: the copy in the segment may be damaged. */
static struct dimensions made;
static struct segment made_header;

struct state *state;
struct worker *workers;
struct session *sessions;
struct user *users;
struct away *aways;
struct trace *traces;
struct oper *opers;
struct accepted *accepted;
struct reason *reasons;
struct secure *secures;
struct member *members;
struct room *rooms;
struct room_list *room_lists;
struct ban *bans;
struct metadatum *metadata;
struct subscription *subscriptions;
struct address *addresses;
struct monitor *monitors;
struct monitor_list *monitor_lists;
uint32_t *monitor_index;
struct whowas *whowases;
struct login *logins;
struct xline *xlines;
struct bucket_place *rates;
uint32_t *nick_index, *account_index, *room_index, *address_index;
uint32_t index_size;
_Atomic uint32_t *fd_session;
struct chunk *chunks;
char *chunk_data;
struct mailmap *mailmaps;
char *intake;
_Atomic uint64_t *owned;

static struct mailmap mailmap_views[CONFIG_WORKERS + 1];

enum { ALIGN = 64 };

static size_t
power_of_two(size_t n)
{
	size_t p = 1024;

	while (p < n)
		p *= 2;
	return p;
}

static void
dimensions_set(struct dimensions *d, const struct config *config, int nworker,
    uint32_t max_fd)
{
	d->workers = (size_t)nworker + 1;
	/* a few more than the limit, so that the one too many can be told */
	d->sessions = config->max_clients + 128;
	d->users = MAILBOX_SYSTEM + d->sessions;
	d->rooms = config->max_rooms + 1;
	d->members = d->sessions * 16 + 65536;
	d->bans = 65536;
	d->monitors = d->sessions * 16 + 65536;
	/* not as many as all could have: then the last ones get none */
	d->metadata = (d->users + d->rooms) * 4 + 65536;
	d->fds = max_fd;
	d->buckets = power_of_two(d->sessions + d->rooms);
	d->chunks = config->buffers / CHUNK_STRIDE / (size_t)nworker *
	        (size_t)nworker + 1;
	d->words = (d->users + 4095) / 4096 * 64;
}

/* Gives every array its place from BASE on (NULL to measure only); returns
 * the size of it all. */
static size_t
state_layout(char *base, const struct dimensions *d)
{
	size_t at = 0, i;
	char *words = NULL, *summaries = NULL;
	const struct {
		void *where;
		size_t count, size;
	} parts[] = {
		{ &state, 1, sizeof(struct state) },
		{ &workers, d->workers, sizeof(struct worker) },
		{ &sessions, d->sessions, sizeof(struct session) },
		{ &users, d->users, sizeof(struct user) },
		{ &members, d->members, sizeof(struct member) },
		{ &rooms, d->rooms, sizeof(struct room) },
		{ &room_lists, d->rooms * d->workers,
		    sizeof(struct room_list) },
		{ &bans, d->bans, sizeof(struct ban) },
		{ &metadata, d->metadata, sizeof(struct metadatum) },
		{ &subscriptions, d->sessions, sizeof(struct subscription) },
		{ &addresses, d->sessions + 1, sizeof(struct address) },
		{ &monitors, d->monitors, sizeof(struct monitor) },
		{ &monitor_lists, d->sessions, sizeof(struct monitor_list) },
		{ &monitor_index, MONITOR_BUCKETS * d->workers,
		    sizeof(uint32_t) },
		{ &whowases, WHOWAS_MAX, sizeof(struct whowas) },
		{ &logins, 2 * LOGINS_MAX, sizeof(struct login) },
		{ &xlines, XLINES_MAX, sizeof(struct xline) },
		{ &rates, RATES_MAX, sizeof(struct bucket_place) },
		{ &nick_index, d->buckets, sizeof(uint32_t) },
		{ &account_index, d->buckets, sizeof(uint32_t) },
		{ &room_index, d->buckets, sizeof(uint32_t) },
		{ &address_index, d->buckets, sizeof(uint32_t) },
		{ &fd_session, d->fds, sizeof(uint32_t) },
		{ &words, d->words * d->workers, sizeof(uint64_t) },
		{ &summaries, (d->words + 63) / 64 * d->workers,
		    sizeof(uint64_t) },
		{ &aways, d->users, sizeof(struct away) },
		{ &opers, d->users, sizeof(struct oper) },
		{ &accepted, d->users, sizeof(struct accepted) },
		{ &reasons, d->sessions, sizeof(struct reason) },
		{ &secures, d->sessions, sizeof(struct secure) },
		{ &chunks, d->chunks, sizeof(struct chunk) },
		{ &chunk_data, d->chunks, CHUNK_STRIDE },
		{ &traces, d->workers, sizeof(struct trace) },
		{ &intake, 1, INTAKE_SIZE },
		{ &owned, OWNED_BITS / 64, sizeof(uint64_t) },
	};

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (base != NULL) {
			char *p = base + at;
			memcpy(parts[i].where, &p, sizeof(p));
		}
		at += (parts[i].count * parts[i].size + ALIGN - 1) / ALIGN *
		    ALIGN;
	}
	for (i = 0; base != NULL && i < d->workers; i++) {
		mailmap_views[i].word = (_Atomic uint64_t *)(void *)words +
		    i * d->words;
		mailmap_views[i].summary =
		    (_Atomic uint64_t *)(void *)summaries +
		    i * ((d->words + 63) / 64);
		mailmap_views[i].users = (uint32_t)d->users;
	}
	return (at + 4095) / 4096 * 4096;
}

uint32_t
state_layout_id(void)
{
	static const size_t sizes[] = { STATE_LAYOUT, sizeof(struct state),
		sizeof(struct worker), sizeof(struct session),
		sizeof(struct user), sizeof(struct away), sizeof(struct oper),
		sizeof(struct accepted), sizeof(struct trace),
		sizeof(struct member), sizeof(struct room),
		sizeof(struct room_list), sizeof(struct ban),
		sizeof(struct metadatum), sizeof(struct subscription),
		sizeof(struct address), sizeof(struct whowas),
		sizeof(struct monitor), MONITOR_BUCKETS,
		sizeof(struct xline), XLINES_MAX,
		sizeof(struct secure), sizeof(struct tls_page),
		sizeof(struct chunk), sizeof(struct txn),
		sizeof(struct envelope), CHUNK_STRIDE, WHOWAS_MAX,
		INTAKE_SIZE, OWNED_BITS, RATES_MAX, sizeof(struct login),
		LOGINS_MAX };
	uint32_t h = 2166136261u;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		h = (h ^ (uint32_t)sizes[i]) * 16777619u;
	return h;
}

/* What nobody outside knows; in a poor environment, what is hard to know. */
static uint64_t
random_seed(void)
{
	uint64_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)(uintptr_t)state ^ state->segment.born;
	return seed;
}

int
state_create(const struct config *config, int nworker, uint32_t max_fd)
{
	struct dimensions d;
	struct segment *seg;
	uint32_t each, i;

	dimensions_set(&d, config, nworker, max_fd);
	seg = segment_create(
	    config->ipc_prefix, state_layout_id(), state_layout(NULL, &d));
	if (seg == NULL)
		return -1;
	state_layout((char *)(void *)seg, &d);
	mailmaps = mailmap_views;
	index_size = (uint32_t)d.buckets;
	state->dimensions = d;
	state->handover = -1;
	state->tls_page = state->tls_life = state->tls_end = -1;
	state->nworker = (uint32_t)nworker;
	state->max_sessions = (uint32_t)d.sessions;
	state->max_users = (uint32_t)d.users;
	state->max_rooms = (uint32_t)d.rooms;
	state->max_members = (uint32_t)d.members;
	state->max_bans = (uint32_t)d.bans;
	state->max_monitors = (uint32_t)d.monitors;
	state->max_metadata = (uint32_t)d.metadata;
	state->max_fd = (uint32_t)d.fds;
	state->started = seg->born;
	state->rate_seed = random_seed();
	state->sessions.high = state->rooms.high = state->members.high = 1;
	state->bans.high = state->addresses.high = 1;
	state->xlines_high = 1;
	state->metadata.high = state->monitors.high = 1;
	state->users.high = MAILBOX_SYSTEM;
	workers[0].mailbox = workers[0].bell.fd = -1;
	each = (uint32_t)((d.chunks - 1) / (size_t)nworker);
	for (i = 1; i <= (uint32_t)nworker; i++) {
		workers[i].chunk_first = 1 + (i - 1) * each;
		workers[i].chunk_end = workers[i].chunk_first + each;
		workers[i].chunk_high = workers[i].chunk_first;
		workers[i].mailbox = -1;
		workers[i].epoll = -1;
	}
	made = d;
	made_header = *seg;
	return 0;
}

static int
list_wrong(const struct list *list, uint32_t first, size_t max)
{
	return list->high < first || list->high > max ||
	    list->first >= max || list->last >= max;
}

static int
lists_wrong(void)
{
	return list_wrong(&state->sessions, 1, made.sessions) ||
	    list_wrong(&state->users, MAILBOX_SYSTEM, made.users) ||
	    list_wrong(&state->rooms, 1, made.rooms) ||
	    list_wrong(&state->members, 1, made.members) ||
	    list_wrong(&state->bans, 1, made.bans) ||
	    list_wrong(&state->monitors, 1, made.monitors) ||
	    list_wrong(&state->metadata, 1, made.metadata) ||
	    list_wrong(&state->addresses, 1, made.sessions + 1);
}

static int
listeners_wrong(void)
{
	int i;

	for (i = 0; i <= LISTENERS_MAX && state->listeners[i].fd >= 0; i++)
		if ((size_t)state->listeners[i].fd >= made.fds ||
		    state->listeners[i].kind >= LISTEN_CONTROL)
			return 1;
	return i > LISTENERS_MAX || state->control >= (int)made.fds ||
	    state->tls_page >= (int)made.fds ||
	    state->tls_life >= (int)made.fds ||
	    state->tls_end >= (int)made.fds;
}

static int
worker_wrong(const struct worker *x, unsigned w)
{
	uint32_t each = (uint32_t)((made.chunks - 1) / (made.workers - 1));

	return x->chunk_first != 1 + (w - 1) * each ||
	    x->chunk_end != x->chunk_first + each ||
	    x->chunk_high < x->chunk_first || x->chunk_high > x->chunk_end ||
	    fcntl(x->epoll, F_GETFD) < 0 || fcntl(x->bell.fd, F_GETFD) < 0;
}

const char *
state_wrong(unsigned w)
{
	const struct segment *seg = &state->segment;

	if (seg->magic != SEGMENT_MAGIC || seg->layout != state_layout_id() ||
	    seg->size != made_header.size || seg->born != made_header.born ||
	    seg->prefix != made_header.prefix ||
	    seg->shmid != made_header.shmid)
		return "its header";
	if (state->nworker != made.workers - 1 ||
	    state->max_sessions != made.sessions ||
	    state->max_users != made.users || state->max_rooms != made.rooms ||
	    state->max_members != made.members ||
	    state->max_bans != made.bans ||
	    state->max_metadata != made.metadata || state->max_fd != made.fds ||
	    state->max_monitors != made.monitors)
		return "its dimensions";
	if (lists_wrong())
		return "its lists of slots";
	if (listeners_wrong())
		return "its listeners";
	return w != 0 && worker_wrong(&workers[w], w) ? "the worker" : NULL;
}

void
state_destroy(void)
{
	size_t w;

	for (w = 0; w < made.workers; w++)
		if (mailbox_is_keyless(workers[w].mailbox, made_header.born))
			mailbox_remove(workers[w].mailbox);
	mailbox_remove_all((int)made_header.prefix, made_header.born);
	segment_remove(made_header.shmid);
	segment_detach(&state->segment);
	state = NULL;
}

int
state_attach(const struct segment *header)
{
	struct segment *seg = segment_attach(header->shmid);
	struct dimensions d;

	if (seg == NULL)
		return -1;
	d = ((struct state *)(void *)seg)->dimensions;
	if (d.workers < 2 || d.workers > CONFIG_WORKERS + 1 ||
	    state_layout(NULL, &d) != header->size) {
		segment_detach(seg);
		errno = EINVAL;
		return -1;
	}
	state_layout((char *)(void *)seg, &d);
	mailmaps = mailmap_views;
	index_size = (uint32_t)d.buckets;
	made = d;
	made_header = *header;
	return 0;
}

void
state_detach(void)
{
	segment_detach(&state->segment);
	state = NULL;
}

/* What the kernel does not know, or has no memory for, is mapped when it is
 * touched. */
static void
map_records(const void *array, size_t first, size_t end, size_t size)
{
	uintptr_t from = ((uintptr_t)array + first * size) & ~(uintptr_t)4095;
	uintptr_t to = (uintptr_t)array + end * size;

	if (from < to)
		madvise((void *)from, to - from, MADV_POPULATE_WRITE);
}

static size_t
at_most(size_t n, size_t most)
{
	return n < most ? n : most;
}

void
state_map(unsigned w)
{
	map_records(sessions, 0, at_most(state->sessions.high, made.sessions),
	    sizeof(*sessions));
	map_records(users, MAILBOX_SYSTEM,
	    at_most(state->users.high, made.users), sizeof(*users));
	map_records(members, 0, at_most(state->members.high, made.members),
	    sizeof(*members));
	map_records(chunks, at_most(workers[w].chunk_first, made.chunks),
	    at_most(workers[w].chunk_high, made.chunks), sizeof(*chunks));
}

int
state_remove_mailboxes(const struct segment *header)
{
	struct segment *seg;
	const struct worker *old;
	uint32_t i, n;
	int removed = 0;

	if (header->layout != state_layout_id() ||
	    (seg = segment_attach(header->shmid)) == NULL)
		return 0;
	n = ((struct state *)(void *)seg)->nworker;
	old = (struct worker *)(void *)((char *)(void *)seg +
	    (sizeof(struct state) + ALIGN - 1) / ALIGN * ALIGN);
	for (i = 0; i <= n && i <= CONFIG_WORKERS; i++)
		if (mailbox_is_keyless(old[i].mailbox, header->born)) {
			mailbox_remove(old[i].mailbox);
			removed++;
		}
	segment_detach(seg);
	return removed;
}
