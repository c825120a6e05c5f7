/* SPDX-License-Identifier: ISC */

/*
 * How fast messages are stored, beside a bare SQLite loop of the same rows.
 *
 *	store [-n ROWS] [-b BATCH] [-d DIRECTORY] [-s] [-p RATE]
 *
 * The floor is what a program would do that only wants the rows kept: the same
 * library, the same settings (WAL, synchronous=FULL), one table with a
 * row id and the same columns, one prepared INSERT, batches of the same size.
 * It has neither an index by room nor one by msgid, so it could not answer
 * anything; that is the difference in the ratio.  The two take turns, in
 * slices, so that a noisy machine hits both.
 *
 * With -s, then: indexing what was stored, searches in it, and pages of
 * history.  With -p, then: so many messages a second for ten seconds, and how
 * long each waits for its commit while the index follows.
 */

#include <sys/stat.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../store/database.h"
#include "../../store/message.h"
#include "../../store/request.h"
#include "../../store/search.h"

enum { ROOMS = 100, SLICES = 10, SEARCHES = 300, VOCABULARY = 20000 };

static volatile int stop;
static size_t rows = 1000000, batch = 64;
static char room[ROOMS][16];
static char (*line)[256];
static char (*source)[24];

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
check(int ok, const char *what, struct database *db)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", what, db->why);
	exit(1);
}

static struct database *
start(const char *dir, const char *name, enum database_mode mode)
{
	enum database_trouble t;
	char path[256], why[256];
	struct database *db;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	db = database_open(path, mode, &t, why, sizeof(why));
	if (db == NULL) {
		fprintf(stderr, "%s: %s\n", path, why);
		exit(1);
	}
	return db;
}

/* Words as people use them: a few often, most seldom. */
static unsigned
word(void)
{
	double x = drand48();

	return (unsigned)(x * x * x * x * VOCABULARY);
}

static void
make_message(struct stored *m, size_t i, size_t slot)
{
	size_t r = (size_t)(lrand48() % ROOMS), n;
	int w;

	snprintf(source[slot], sizeof(source[slot]), "user%ld",
	    lrand48() % 500);
	n = (size_t)snprintf(line[slot], sizeof(line[slot]),
	    ":%s!user@host.example PRIVMSG %s :", source[slot], room[r]);
	for (w = 0; w < 14; w++)
		n += (size_t)snprintf(line[slot] + n, sizeof(line[slot]) - n,
		    "word%u ", word());
	*m = (struct stored){ .id_hi = 0x18f3a2b4c5d,
		.id_lo = (uint64_t)(i % 4 + 1) << 56 | i,
		.time = 1700000000000 + i, .kind = KIND_PRIVMSG,
		.target = room[r], .account = source[slot], .tags = "",
		.line = line[slot] };
}

static const char bare_table[] =
    "CREATE TABLE bare (id INTEGER PRIMARY KEY, target TEXT, kind INTEGER,"
    " time INTEGER, id_hi INTEGER, id_lo INTEGER, account TEXT, tags TEXT,"
    " line TEXT)";
static const char bare_insert[] =
    "INSERT INTO bare (target, kind, time, id_hi, id_lo, account, tags, line)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

static void
bare_store(struct database *db, const struct stored *m, size_t n)
{
	static sqlite3_stmt *q;
	size_t i;

	if (q == NULL)
		sqlite3_prepare_v2(db->sql, bare_insert, -1, &q, NULL);
	check(database_run(db, "BEGIN IMMEDIATE", "") >= 0, "begin", db);
	for (i = 0; i < n; i++) {
		sqlite3_bind_text(q, 1, m[i].target, -1, SQLITE_STATIC);
		sqlite3_bind_int(q, 2, m[i].kind);
		sqlite3_bind_int64(q, 3, (int64_t)m[i].time);
		sqlite3_bind_int64(q, 4, (int64_t)m[i].id_hi);
		sqlite3_bind_int64(q, 5, (int64_t)m[i].id_lo);
		sqlite3_bind_text(q, 6, m[i].account, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 7, m[i].tags, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 8, m[i].line, -1, SQLITE_STATIC);
		check(database_next(db, q) == 0, "insert", db);
	}
	check(database_run(db, "COMMIT", "") >= 0, "commit", db);
}

/* Stores one batch both ways and adds what each took. */
static void
both(struct database *db, struct database *bare, struct stored *m, size_t from,
    double *ours, double *theirs)
{
	size_t i, skipped;
	double t;

	for (i = 0; i < batch; i++)
		make_message(&m[i], from + i, i);
	t = seconds();
	check(message_store(db, m, batch, &skipped) == 0, "store", db);
	*ours += seconds() - t;
	check(skipped == 0, "skipped", db);
	t = seconds();
	bare_store(bare, m, batch);
	*theirs += seconds() - t;
}

static void
bench_store(struct database *db, struct database *bare)
{
	struct stored *m = calloc(batch, sizeof(*m));
	double ours = 0, theirs = 0, one, other;
	size_t done = 0, slice = rows / SLICES;
	int i;

	for (i = 0; i < SLICES; i++) {
		one = other = 0;
		for (; done < slice * (size_t)(i + 1); done += batch)
			both(db, bare, m, done, &one, &other);
		ours += one;
		theirs += other;
	}
	printf("store %zu rows, batches of %zu: %.0f/s; bare loop %.0f/s;"
	       " %.0f %%\n", done, batch, (double)done / ours,
	    (double)done / theirs, 100 * theirs / ours);
	free(m);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static const struct {
	const char *name, *places, *words;
} searches[] = {
	{ "one room, a common word", "#room1", "word0" },
	{ "one room, three words", "#room7", "word1 word30 word2" },
	{ "ten rooms, a rare word",
	    "#room1,#room2,#room3,#room4,#room5,#room6,#room7,#room8,#room9",
	    "word15000" },
	{ "one room, two rare words", "#room9", "word9000 word12000" },
	{ "a phrase", "#room3", "\"word0 word1\"" },
	{ "nobody's words", "#room3", "nothing ofthis" },
};

static void
bench_search(struct database *db)
{
	static double took[SEARCHES];
	int64_t ids[50];
	struct search s = { .newest = 1, .limit = 50 };
	size_t k;
	int i, n = 0;
	double t;

	for (k = 0; k < sizeof(searches) / sizeof(searches[0]); k++) {
		s.places = searches[k].places;
		s.words = searches[k].words;
		for (i = 0; i < SEARCHES; i++) {
			t = seconds();
			n = search_ids(db, &s, ids);
			took[i] = (seconds() - t) * 1000;
			check(n >= 0, "search", db);
		}
		qsort(took, SEARCHES, sizeof(took[0]), compare);
		printf("search, %s: %d found, median %.2f ms, p95 %.2f ms,"
		       " worst %.2f ms\n", searches[k].name, n,
		    took[SEARCHES / 2], took[SEARCHES * 95 / 100],
		    took[SEARCHES - 1]);
	}
}

static void
bench_index(struct database *db)
{
	double t, worst = 0, total = 0;
	int n, all = 0;

	do {
		t = seconds();
		n = search_index_some(db, 500);
		t = seconds() - t;
		check(n >= 0, "index", db);
		all += n;
		total += t;
		worst = t > worst ? t : worst;
	} while (n > 0);
	printf("index %d rows, 500 at a time: %.0f/s, longest %.1f ms\n", all,
	    all / total, worst * 1000);
}

static void
bench_history(struct database *db)
{
	static struct request r;
	static double took[SEARCHES];
	char text[128];
	double t;
	int i;

	for (i = 0; i < SEARCHES; i++) {
		snprintf(text, sizeof(text),
		    "HISTORY BEFORE #room%ld"
		    " timestamp=2023-11-14T22:%02ld:00.000Z * 50 0",
		    lrand48() % ROOMS, 14 + lrand48() % 16);
		t = seconds();
		check(request_parse(&r, text, strlen(text), 0) == 0 &&
		        request_run(db, &r) == 0 && r.nanswer > 1000,
		    "history", db);
		took[i] = (seconds() - t) * 1000;
	}
	qsort(took, SEARCHES, sizeof(took[0]), compare);
	printf("a page of history: median %.2f ms, p95 %.2f ms,"
	       " worst %.2f ms\n", took[SEARCHES / 2],
	    took[SEARCHES * 95 / 100], took[SEARCHES - 1]);
}

/* Copies the log into the file, apart from who writes. */
static void *
keep(void *arg)
{
	struct database *reader = arg;

	while (!stop) {
		database_checkpoint(reader);
		usleep(200000);
	}
	return NULL;
}

/* What came since the last commit goes into the next, as the writer does. */
static void
bench_paced(struct database *db, struct database *reader, size_t rate)
{
	size_t all = rate * 10, done = 0, due, i, skipped;
	struct stored *m = calloc(batch, sizeof(*m));
	double *took = calloc(all, sizeof(*took)), start, t;
	pthread_t keeper;

	pthread_create(&keeper, NULL, keep, reader);
	start = seconds();
	while (done < all) {
		due = (size_t)((seconds() - start) * (double)rate) + 1 - done;
		due = due > batch ? batch : due > all - done ? all - done : due;
		for (i = 0; i < due; i++)
			make_message(&m[i], rows + done + i, i);
		if (due > 0) {
			check(message_store(db, m, due, &skipped) == 0,
			    "store", db);
			t = seconds();
			for (i = 0; i < due; i++, done++)
				took[done] = t - start -
				    (double)done / (double)rate;
		} else if (search_missing(db) < 200 ||
		    search_index_some(db, 200) == 0)
			usleep(100);
	}
	stop = 1;
	pthread_join(keeper, NULL);
	qsort(took, all, sizeof(took[0]), compare);
	printf("%zu a second: commit after %.1f ms, p99 %.1f ms, worst %.1f"
	       " ms; %lld not indexed yet\n", rate, took[all / 2] * 1000,
	    took[all * 99 / 100] * 1000, took[all - 1] * 1000,
	    (long long)search_missing(db));
	free(took);
	free(m);
}

static void
print_size(const char *dir, const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (stat(path, &st) == 0)
		printf("%s: %.0f bytes a row\n", name,
		    (double)st.st_size / (double)rows);
}

int
main(int argc, char **argv)
{
	const char *base = "/tmp";
	char dir[128], command[192];
	struct database *db, *bare, *reader;
	int c, i, search = 0;
	size_t rate = 0;

	while ((c = getopt(argc, argv, "b:d:n:p:s")) != -1)
		switch (c) {
		case 'b':
			batch = strtoul(optarg, NULL, 10);
			break;
		case 'd':
			base = optarg;
			break;
		case 'n':
			rows = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			rate = strtoul(optarg, NULL, 10);
			break;
		case 's':
			search = 1;
			break;
		default:
			return 2;
		}
	snprintf(dir, sizeof(dir), "%.80s/moot-bench.XXXXXX", base);
	line = calloc(batch, sizeof(*line));
	source = calloc(batch, sizeof(*source));
	if (mkdtemp(dir) == NULL || line == NULL || source == NULL)
		return 1;
	for (i = 0; i < ROOMS; i++)
		snprintf(room[i], sizeof(room[i]), "#room%d", i);
	db = start(dir, "store.db", DATABASE_WRITER);
	bare = start(dir, "bare.db", DATABASE_WRITER);
	check(database_run(bare, bare_table, "") >= 0, "table", bare);
	bench_store(db, bare);
	print_size(dir, "store.db");
	print_size(dir, "bare.db");
	if (search) {
		bench_index(db);
		print_size(dir, "store.db");
		bench_search(db);
		bench_history(db);
	}
	if (rate > 0) {
		reader = start(dir, "store.db", DATABASE_READER);
		bench_paced(db, reader, rate);
		database_close(reader);
	}
	database_close(db);
	database_close(bare);
	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command) == 0 ? 0 : 1;
}
