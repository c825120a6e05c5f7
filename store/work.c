/* SPDX-License-Identifier: ISC */
/*
 * The work, in threads.
 *
 *	writer     takes all that has come since its last commit, and puts it
 *	           into one transaction: rows to be kept, and questions that
 *	           change something.  So commits are few when much is said, and
 *	           soon when little is.
 *	readers    answer questions that change nothing
 *	searcher   those that may take long: who joins or logs in does not wait
 *	           behind a crowd that searches
 *	hashers    what takes long: passwords first, before such a question
 *	           goes on to a reader or the writer
 *	copier     brings what is in the log of the database into its file
 *
 * Whoever waits in a worker for a commit is called when it is done.  If the
 * database fails, the state in the segment says so, nobody waits, and the
 * writer tries again what it has.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../irc/message.h"
#include "../server/deliver.h"
#include "../server/fault.h"
#include "../server/log.h"
#include "../server/owned.h"
#include "../server/peer.h"
#include "../server/state.h"
#include "account.h"
#include "audit.h"
#include "intake.h"
#include "keep.h"
#include "limit.h"
#include "options.h"
#include "rename.h"
#include "request.h"
#include "retention.h"
#include "search.h"
#include "snapshot.h"
#include "tell.h"
#include "work.h"
#include "xline.h"

enum {
	READERS = 2,
	SEARCHERS = 1,
	HASHERS = 2,
	NICE = 10,             /* of the hashers */
	BATCH = 2000,          /* rows of a transaction, about, and */
	QUESTIONS = 256,       /* questions */
	JOBS = 4096,           /* questions that wait, of a kind */
	RETRY = 1,             /* s until the database is tried again, */
	HELD = 20,             /* ms if it is locked, at first */
	QUIET = 20,            /* ms without work until there are chores */
	INDEX = 200,           /* messages indexed in one go, */
	BEHIND = 20000,        /* and so many at most that are not, */
	LOOK = 16,             /* looked at after so many commits */
	COPY = 200,            /* ms between two copies */
	FORGET = 1000,         /* rows removed in one go */
	CHORES = 60000,        /* ms between two rounds of removing */
	FIGURES = 1000,        /* ms between two looks at its size */
	DAY_MS = 86400 * 1000,
};

/* A question. */
struct job {
	struct job *next;
	struct request *request; /* once something was found out for it */
	uint64_t after;        /* what is to be committed before it is read */
	struct envelope envelope;
};

enum queue { TO_READERS, TO_SEARCHERS, TO_HASHERS, TO_WRITER, TO_COPIER,
	QUEUES };

static struct {
	struct job *first, **last;
	unsigned n;
} queues[QUEUES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake[QUEUES] = { PTHREAD_COND_INITIALIZER,
	PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER,
	PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER };
static pthread_cond_t committed = PTHREAD_COND_INITIALIZER;
static int stored, ending;
static int64_t next_round;     /* ms: of removing what is too much */
static const char *database_path;
static pthread_t threads[READERS + SEARCHERS + HASHERS + 2];
static int nthread;

/* ---- queues ---- */

static void
job_free(struct job *job)
{
	if (job != NULL)
		free(job->request);
	free(job);
}

/* A question that nobody has the time for.  It is answered all the same:
 * whoever asked it does nothing else until then. */
static void
refuse(const struct envelope *e)
{
	static const char text[] = "FAIL * TEMPORARILY_UNAVAILABLE * :The "
	    "server's memory has too much to do, try again later\n";

	tell(e, text, sizeof(text) - 1);
}

static void
job_put(enum queue q, struct job *job)
{
	pthread_mutex_lock(&lock);
	if (queues[q].n >= JOBS) {
		pthread_mutex_unlock(&lock);
		refuse(&job->envelope);
		job_free(job);
		return;
	}
	job->next = NULL;
	if (queues[q].first == NULL)
		queues[q].last = &queues[q].first;
	*queues[q].last = job;
	queues[q].last = &job->next;
	queues[q].n++;
	pthread_cond_signal(&wake[q]);
	pthread_mutex_unlock(&lock);
}

static struct job *
job_pop(enum queue q)
{
	struct job *job = queues[q].first;

	if (job != NULL) {
		queues[q].first = job->next;
		queues[q].n--;
	}
	return job;
}

/* Waits for the next one; NULL at the end. */
static struct job *
job_get(enum queue q)
{
	struct job *job;

	pthread_mutex_lock(&lock);
	while ((job = job_pop(q)) == NULL && !ending)
		pthread_cond_wait(&wake[q], &lock);
	pthread_mutex_unlock(&lock);
	return job;
}

/* Which thread begins with it. */
static enum queue
queue_for(const struct request_row *row)
{
	if (row->flags & (REQUEST_HASH | REQUEST_SLOW))
		return TO_HASHERS;
	return row->flags & (REQUEST_WRITE | REQUEST_INDEX) ? TO_WRITER
	                                                    : TO_READERS;
}

static int
parse(struct request *r, const struct envelope *e)
{
	return request_parse(r, envelope_line(e),
	    (size_t)e->nline + e->nalt, clock_wall());
}

/* Who asks sees what it knows to be said: that is in the intake already. */
static void
await_commit(uint64_t pos)
{
	pthread_mutex_lock(&lock);
	while (intake_first() < pos && !ending &&
	    state->store.state == STORE_SERVING)
		pthread_cond_wait(&committed, &lock);
	pthread_mutex_unlock(&lock);
}

void
work_ask(const struct envelope *e)
{
	static struct request r;
	struct job *job;

	atomic_fetch_add(&state->store.questions, 1);
	if (parse(&r, e) != 0) {
		tell(e, r.answer, r.nanswer);
		return;
	}
	if ((job = malloc(sizeof(*job))) == NULL) {
		refuse(e);
		return;
	}
	memcpy(&job->envelope, e, e->size);
	job->request = NULL;
	job->after = __atomic_load_n(&state->store.taken, __ATOMIC_RELAXED);
	job_put(queue_for(r.row), job);
}

void
work_stored(void)
{
	pthread_mutex_lock(&lock);
	stored = 1;
	pthread_cond_signal(&wake[TO_WRITER]);
	pthread_mutex_unlock(&lock);
}

/* ---- readers and hashers ---- */

static struct database *
open_reader(void)
{
	enum database_trouble trouble;
	struct database *db;
	char why[256];

	/* the writer makes it, and says what is wrong with it */
	while ((db = database_open(database_path, DATABASE_READER, &trouble,
	            why, sizeof(why))) == NULL && !ending)
		usleep(50 * 1000);
	return db;
}

static void *
answer_all(enum queue from)
{
	struct database *db = open_reader();
	struct request *r = malloc(sizeof(*r));
	struct job *job;

	while (r != NULL && db != NULL && (job = job_get(from)) != NULL) {
		await_commit(job->after);
		if (parse(r, &job->envelope) == 0)
			request_run(db, r);
		FAULT("store-read");
		tell(&job->envelope, r->answer, r->nanswer);
		job_free(job);
	}
	free(r);
	if (db != NULL)
		database_close(db);
	return NULL;
}

static void *
read_all(void *unused)
{
	(void)unused;
	return answer_all(TO_READERS);
}

static void *
search_all(void *unused)
{
	(void)unused;
	return answer_all(TO_SEARCHERS);
}

/* What takes long of JOB; 1 when the writer has to go on with it. */
static int
hash(struct database *db, struct job *job)
{
	struct request *r = job->request;

	if (r == NULL) {
		if ((r = job->request = malloc(sizeof(*r))) == NULL ||
		    parse(r, &job->envelope) != 0)
			return 0;
	}
	r->unprepared = 0;
	if (r->row->flags & REQUEST_HASH)
		request_prepare(db, r);
	FAULT("store-hashed");
	if (r->row->flags & REQUEST_WRITE)
		return 1;
	if (r->row->flags & REQUEST_SLOW)
		await_commit(job->after);
	request_run(db, r);
	if (strncmp(r->answer, "BACKUP ", 7) == 0)
		atomic_store(&state->store.backup, (uint64_t)clock_wall());
	tell(&job->envelope, r->answer, r->nanswer);
	return 0;
}

static void *
hash_all(void *unused)
{
	struct database *db = open_reader();
	struct job *job;

	(void)unused;
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	while (db != NULL && (job = job_get(TO_HASHERS)) != NULL) {
		if (hash(db, job))
			job_put(TO_WRITER, job);
		else
			job_free(job);
	}
	if (db != NULL)
		database_close(db);
	return NULL;
}

/* ---- the writer ---- */

/* What is in one transaction. */
static struct {
	struct stored row[BATCH + KEEP_ROWS];
	size_t nrow;
	struct keep keep;
	uint64_t end;          /* position in the intake */
	uint64_t serial[CONFIG_WORKERS + 1];
	struct job *job[QUESTIONS];
	size_t njob;
	struct {
		char from[NAME_CHANNEL + 1], to[NAME_CHANNEL + 1];
		int64_t time;  /* 0: there is none */
		uint64_t id;
	} renaming;
} batch;

static void
state_set(enum store_state s, const char *why)
{
	if (state->store.state == s)
		return;
	if (s == STORE_FAILING)
		log_warn("nothing can be kept: %s", why);
	else
		log_info("keeping %s", log_safe(database_path));
	peer_store_enter(s, why);
}

void
work_stuck(void)
{
	state_set(STORE_FAILING, "the disk does not answer");
}

/* ":source RENAME FROM TO :reason" */
static void
renaming_take(const struct envelope *e)
{
	char line[MESSAGE_LINE];

	snprintf(line, sizeof(line), "%.*s", (int)e->nline, envelope_line(e));
	if (sscanf(line, "%*s RENAME %64s %64s", batch.renaming.from,
	        batch.renaming.to) == 2) {
		batch.renaming.time = (int64_t)e->time;
		batch.renaming.id = e->id;
	}
}

/*
 * Collects what has come.  Returns 0 when there is nothing.  What tells of
 * another name of a room is collected alone: what comes before it is of the old
 * name, what comes after of the new one.
 */
static int
batch_collect(void)
{
	const struct envelope *e;
	uint64_t before = intake_first();
	unsigned w;

	batch.nrow = batch.keep.used = 0;
	batch.renaming.time = 0;
	batch.end = intake_first();
	memset(batch.serial, 0, sizeof(batch.serial));
	while (batch.nrow < BATCH &&
	    batch.keep.size - batch.keep.used >= KEEP_TEXT &&
	    (e = intake_next(&batch.end)) != NULL) {
		if (e->kind == EVENT_RENAME && before != intake_first()) {
			batch.end = before;
			break;
		}
		before = batch.end;
		if (e->kind == EVENT_RENAME)
			renaming_take(e);
		if (e->kind == EVENT_TO_ROOM || e->kind == EVENT_RENAME)
			snapshot_want(e->target);
		if (e->kind != EVENT_ASK)
			batch.nrow += keep_rows(
			    &batch.keep, e, &batch.row[batch.nrow]);
		w = (unsigned)(e->serial >> 56);
		if (w <= CONFIG_WORKERS)
			batch.serial[w] = e->serial;
		if (e->kind == EVENT_RENAME)
			break;
	}
	return batch.nrow > 0 || batch.end != intake_first() ||
	    batch.njob > 0;
}

/* Lets go what waits for this commit. */
static void
batch_done(void)
{
	unsigned w;

	for (w = 1; w <= CONFIG_WORKERS; w++)
		if (batch.serial[w] != 0)
			atomic_store(
			    &state->store.durable[w], batch.serial[w]);
	FAULT("store-durable");
	intake_consumed(batch.end);
	FAULT("store-consumed");
	peer_call_waiters(&state->store.sleepers);
	FAULT("store-called");
	snapshot_done();
	FAULT("store-snapshot-done");
	atomic_fetch_add(&state->store.messages, batch.nrow);
	atomic_fetch_add(&state->store.commits, 1);
}

/* The questions have been answered as far as the database goes: tells them, or
 * lets those have them who are to go on. */
static void
jobs_done(void)
{
	struct job *job;
	size_t i;

	for (i = 0; i < batch.njob; i++) {
		job = batch.job[i];
		FAULT("store-job-next");
		if (strncmp(job->request->answer, "KEEP ", 5) == 0)
			next_round = 0;
		if (job->request->unprepared)
			job_put(TO_HASHERS, job);
		else if (job->request->row->flags & REQUEST_INDEX)
			job_put(job->request->row->flags & REQUEST_SLOW
			        ? TO_HASHERS
			        : TO_SEARCHERS, job);
		else {
			tell(&job->envelope, job->request->answer,
			    job->request->nanswer);
			job_free(job);
		}
	}
	batch.njob = 0;
}

/* Runs the questions of the batch, inside its transaction. */
static int
jobs_run(struct database *db)
{
	struct request *r;
	size_t i;

	for (i = 0; i < batch.njob; i++) {
		r = batch.job[i]->request;
		if (r->row->flags & REQUEST_INDEX) {
			if (search_index_some(db, SEARCH_CATCH_UP) < 0)
				return -1;
		} else if (request_run(db, r) != 0)
			return -1;
	}
	return 0;
}

/* Once: an event may come twice, and the old name be another room's by then. */
static int
batch_rename(struct database *db)
{
	int n;

	if (batch.renaming.time == 0)
		return 0;
	n = rename_is_new(db, state->started, batch.renaming.id, clock_wall());
	return n <= 0 ? n : rename_room(db, batch.renaming.from,
	    batch.renaming.to, batch.renaming.time);
}

static int
batch_write(struct database *db)
{
	size_t skipped = 0;

	if (database_begin(db) != 0)
		return -1;
	FAULT("store-begun");
	if (message_store(db, batch.row, batch.nrow, &skipped) != 0 ||
	    batch_rename(db) != 0 ||
	    jobs_run(db) != 0 || snapshot_save(db, clock_wall()) != 0) {
		database_rollback(db);
		return -1;
	}
	FAULT("store-written");
	return database_commit(db);
}

/* Takes the questions that are for the writer. */
static void
batch_questions(void)
{
	struct job *job;

	while (batch.njob < QUESTIONS && (job = job_pop(TO_WRITER)) != NULL) {
		if (job->request == NULL &&
		    (job->request = malloc(sizeof(struct request))) != NULL)
			parse(job->request, &job->envelope);
		if (job->request == NULL)
			job_free(job);
		else
			batch.job[batch.njob++] = job;
	}
}

/* The time in MS, for pthread_cond_timedwait(3). */
static struct timespec
in_ms(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* Waits until there is something to do, if there are CHORES only for a moment;
 * 0 at the end. */
static int
batch_await(int chores)
{
	struct timespec until = in_ms(chores ? QUIET : CHORES);
	int more, e = 0;

	pthread_mutex_lock(&lock);
	while (!stored && queues[TO_WRITER].n == 0 && !ending && e == 0)
		e = pthread_cond_timedwait(&wake[TO_WRITER], &lock, &until);
	stored = 0;
	batch_questions();
	more = batch_collect() || !ending;
	pthread_mutex_unlock(&lock);
	return more;
}

static void
tell_committed(void)
{
	pthread_mutex_lock(&lock);
	pthread_cond_broadcast(&committed);
	pthread_mutex_unlock(&lock);
}

/* Whether somebody has the database for a moment, as whoever puts in order what
 * a killed one left does, be it a reader of ours: nobody is told of that.
 * UNTIL is the end of our patience, ms. */
static int
is_held(enum database_trouble trouble, uint64_t until)
{
	if (trouble != DATABASE_LOCKED || clock_now() >= until)
		return 0;
	poll(NULL, 0, HELD);
	return 1;
}

/* The database, as soon as it can be used; NULL at the end. */
static struct database *
open_writer(void)
{
	uint64_t until = clock_now() + DATABASE_BUSY_MS;
	enum database_trouble trouble;
	struct database *db;
	char why[256];

	while ((db = database_open(database_path, DATABASE_WRITER, &trouble,
	            why, sizeof(why))) == NULL && !ending) {
		if (is_held(trouble, until))
			continue;
		state_set(STORE_FAILING, why);
		tell_committed();
		sleep(RETRY);
	}
	return db;
}

/* Commits the batch, however long it takes; -1 when the end comes first. */
static int
batch_commit(struct database *db)
{
	uint64_t until = clock_now() + DATABASE_BUSY_MS;
	int failed = 0;

	while (batch_write(db) != 0) {
		if (is_held(db->trouble, until) && !ending)
			continue;
		failed = 1;
		state_set(STORE_FAILING, db->why);
		tell_committed();
		if (ending)
			return -1;
		sleep(RETRY);
	}
	FAULT("store-committed");
	state_set(STORE_SERVING, "");
	batch_done();
	if (failed) /* nobody could tell of what changed meanwhile */
		snapshot_want_all();
	return 0;
}

/* One step of a round of removing, when one is due.  Returns whether there is
 * more. */
static int
remove_some(struct database *db, int64_t now)
{
	const struct retention r = { .age = options.history_age * 86400,
		.count = options.history_size };
	int done = 0;

	if (now < next_round)
		return 0;
	if (retention_some(db, &r, now, FORGET, &done) >= 0 && !done)
		return 1;
	request_forget(db, now, FORGET);
	xline_forget(db, now);
	if (options.audit_age > 0)
		audit_forget(db, now - options.audit_age * DAY_MS, FORGET);
	account_tidy(db, now);
	search_tidy(db);
	snapshot_repair();
	next_round = now + CHORES;
	return 0;
}

/* What can wait until nobody else does.  Returns whether there is more. */
static int
chores(struct database *db)
{
	return search_index_some(db, INDEX) > 0 ||
	    remove_some(db, clock_wall());
}

/* Under load there is no time for chores; but a search must not have to wait
 * for all that was said in an hour, nor is that to be kept for ever. */
static void
keep_up(struct database *db)
{
	static unsigned n;
	int64_t now;

	if (++n % LOOK != 0)
		return;
	if (search_missing(db) > BEHIND)
		search_index_some(db, LOOK * INDEX);
	if ((now = clock_wall()) >= next_round + CHORES)
		remove_some(db, now);
}

/* Tells the segment how it is with the database, not too often. */
static void
figures(struct database *db, int64_t every)
{
	static int64_t next;
	struct store *s = &state->store;
	int64_t now = clock_wall(), n, backup;

	if (every != 0 && now < next)
		return;
	next = now + every;
	backup = database_state(db, "backup", 0);
	n = 0;
	database_number(db, &n, "SELECT page_count * page_size FROM"
	    " pragma_page_count, pragma_page_size", "");
	atomic_store(&s->bytes, (uint64_t)n);
	n = 0;
	database_number(db, &n, "SELECT (SELECT max(id) FROM message)"
	    " - (SELECT min(id) FROM message) + 1", "");
	atomic_store(&s->rows, (uint64_t)n);
	n = 0;
	database_number(db, &n, "SELECT time FROM message WHERE id="
	    "(SELECT min(id) FROM message)", "");
	atomic_store(&s->oldest, (uint64_t)n);
	/* the last backup is known to the next server, too */
	if (atomic_load(&s->backup) > (uint64_t)backup)
		database_state_set(db, "backup", (int64_t)s->backup);
	else
		atomic_store(&s->backup, (uint64_t)backup);
}

static void *
write_all(void *unused)
{
	struct database *db = open_writer();
	int more = 1;

	(void)unused;
	FAULT("store-opened");
	account_made = owned_note;
	if (db != NULL && account_all(db) == 0)
		owned_noted();
	FAULT("store-noted");
	if (db != NULL)
		state_set(STORE_SERVING, "");
	FAULT("store-serving");
	snapshot_want_all();
	while (db != NULL && batch_await(more)) {
		if (batch.nrow == 0 && batch.njob == 0 &&
		    batch.end == intake_first() && !snapshot_left()) {
			more = chores(db);
			figures(db, more ? FIGURES : 0);
			continue;
		}
		if (batch_commit(db) != 0)
			break;
		tell_committed();
		jobs_done();
		keep_up(db);
		figures(db, FIGURES);
		more = 1;
	}
	if (db != NULL)
		database_close(db);
	return NULL;
}

/* ---- the copier ---- */

static void *
copy_all(void *unused)
{
	struct database *db = open_reader();
	struct timespec until;
	uint64_t seen = 0, now;

	(void)unused;
	pthread_mutex_lock(&lock);
	while (db != NULL && !ending) {
		until = in_ms(COPY);
		pthread_cond_timedwait(&wake[TO_COPIER], &lock, &until);
		now = state->store.commits;
		if (now == seen)
			continue;
		seen = now;
		pthread_mutex_unlock(&lock);
		database_checkpoint(db);
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
	if (db != NULL)
		database_close(db);
	return NULL;
}

/* ---- beginning and end ---- */

static void
start(void *(*run)(void *))
{
	if (pthread_create(&threads[nthread], NULL, run, NULL) != 0)
		fatal("no thread: %s", strerror(errno));
	nthread++;
}

void
work_start(const char *path)
{
	int i;

	database_path = path;
	limit_configure((int)options.login_delay);
	batch.keep.size = BATCH * 256 + 2 * KEEP_TEXT;
	if ((batch.keep.text = malloc(batch.keep.size)) == NULL)
		fatal("no memory");
	start(write_all);
	for (i = 0; i < READERS; i++)
		start(read_all);
	for (i = 0; i < SEARCHERS; i++)
		start(search_all);
	for (i = 0; i < HASHERS; i++)
		start(hash_all);
	start(copy_all);
}

void
work_end(void)
{
	int i;

	pthread_mutex_lock(&lock);
	ending = 1;
	for (i = 0; i < QUEUES; i++)
		pthread_cond_broadcast(&wake[i]);
	pthread_cond_broadcast(&committed);
	pthread_mutex_unlock(&lock);
	for (i = 0; i < nthread; i++)
		pthread_join(threads[i], NULL);
}
