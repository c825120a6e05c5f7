/* SPDX-License-Identifier: ISC */
/*
 * Passwords of operators, checked beside the work.
 *
 * A hash that is any good takes a tenth of a second and more, in which a
 * worker serves thousands of others.  So there is one thread, made when it is
 * first needed, that takes questions from a few places and calls the worker
 * by its bell.  It touches nothing else; what dies with the worker is asked
 * again by its successor, whose command is still in the input.
 *
 * With all places in use, whoever comes waits; a verdict that nobody fetches,
 * because who asked is gone, gives up its place, but not to who only happens
 * to come between it and who has waited for it.
 */
#include <crypt.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../ipc/clock.h"
#include "../irc/message.h"
#include "hash.h"
#include "log.h"
#include "worker.h"

enum {
	PLACES = 4,
	NICE = 10,
	FETCH_US = 2000000,    /* until a verdict is thought to be nobody's */
};

enum place_state { FREE, ASKED, AT_WORK, KNOWN };

static struct place {
	enum place_state state;
	int right;
	struct hash_asker who;
	uint64_t since;        /* us: when it was known */
	char password[MESSAGE_LINE];
	char hash[sizeof(((struct config_operator *)0)->hash)];
} places[PLACES];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t asked = PTHREAD_COND_INITIALIZER;

static int
matches(const char *password, const char *hash)
{
	static struct crypt_data data;
	const char *made = crypt_r(password, hash, &data);
	int same = made != NULL && made[0] != '*' && strcmp(made, hash) == 0;

	explicit_bzero(&data, sizeof(data));
	return same;
}

static struct place *
place_find(enum place_state s)
{
	int i;

	for (i = 0; i < PLACES; i++)
		if (places[i].state == s)
			return &places[i];
	return NULL;
}

static void *
work(void *unused)
{
	struct place *p;
	int right;

	(void)unused;
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	pthread_mutex_lock(&lock);
	for (;;) {
		while ((p = place_find(ASKED)) == NULL)
			pthread_cond_wait(&asked, &lock);
		p->state = AT_WORK;
		pthread_mutex_unlock(&lock);
		right = matches(p->password, p->hash);
		pthread_mutex_lock(&lock);
		explicit_bzero(p->password, sizeof(p->password));
		p->right = right;
		p->since = clock_now_us();
		p->state = KNOWN;
		bell_ring(&me->bell);
	}
	return NULL;
}

/* The thread, deaf to signals: they are the worker's. */
static int
work_start(void)
{
	static int started;
	sigset_t all, old;
	pthread_t thread;
	int e;

	if (started)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	e = pthread_create(&thread, NULL, work, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (e != 0) {
		log_warn("no thread for a password: %s", strerror(e));
		return -1;
	}
	pthread_detach(thread);
	started = 1;
	return 0;
}

static int
is_same(const struct hash_asker *a, const struct hash_asker *b)
{
	return a->session == b->session && a->gen == b->gen &&
	    a->executed == b->executed;
}

/* The place of WHO, or NULL. */
static struct place *
place_of(const struct hash_asker *who)
{
	int i;

	for (i = 0; i < PLACES; i++)
		if (places[i].state != FREE && is_same(&places[i].who, who))
			return &places[i];
	return NULL;
}

/* One with a verdict that is nobody's, or NULL. */
static struct place *
place_forgotten(void)
{
	uint64_t now = clock_now_us();
	int i;

	for (i = 0; i < PLACES; i++)
		if (places[i].state == KNOWN &&
		    now - places[i].since > FETCH_US)
			return &places[i];
	return NULL;
}

static void
ask(const struct hash_asker *who, const char *password, const char *hash)
{
	struct place *p = place_find(FREE);

	if (p == NULL && (p = place_forgotten()) == NULL)
		return;
	p->who = *who;
	snprintf(p->password, sizeof(p->password), "%s", password);
	snprintf(p->hash, sizeof(p->hash), "%s", hash);
	p->state = ASKED;
	pthread_cond_signal(&asked);
}

enum hash_verdict
hash_check(const struct hash_asker *who, const char *password,
    const char *hash)
{
	enum hash_verdict v = HASH_WAIT;
	struct place *p;

	if (work_start() != 0)
		return HASH_WRONG;
	pthread_mutex_lock(&lock);
	p = place_of(who);
	if (p == NULL) {
		ask(who, password, hash);
	} else if (p->state == KNOWN) {
		v = p->right ? HASH_RIGHT : HASH_WRONG;
		p->state = FREE;
	}
	pthread_mutex_unlock(&lock);
	return v;
}
