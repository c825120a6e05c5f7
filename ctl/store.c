/* SPDX-License-Identifier: ISC */
/*
 * Orders about the server's memory: taking messages along, erasing them,
 * backups and what is made of them.
 *
 * There may be millions of messages, so they are asked for in parts, each shown
 * when it is whole; a part that was cut off is asked for again.  A backup is
 * made by the server beside its database, for it may write nowhere else, and
 * copied from there; to restore one, there must be no server, and mootd itself
 * is executed, for it knows where its database is.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "copy.h"
#include "order.h"
#include "show.h"

enum { LONG_WAIT = 3600 * 1000 /* ms a backup may take */ };

static int
usage(const char *what, const char *text)
{
	fprintf(stderr, "mootctl: %s: ", what);
	show_text(stderr, text);
	fputc('\n', stderr);
	return EXIT_USAGE;
}

/* ---- history ---- */

/* Puts the cursor of the next part into NEXT; returns 0 when there is none. */
static int
cursor_in(const struct answer *a, char *next, size_t size)
{
	long long n = order_number(a, "more");

	snprintf(next, size, "%lld", n);
	return n >= 0;
}

/* All rows but that which says where to go on. */
static void
rows_drop_cursor(struct answer *a)
{
	size_t at = a->rows;

	while (at > 0 && (at == a->rows || a->bytes[at - 1] != '\n'))
		at--;
	a->rows = at;
}

static int
export(const struct options *o, const char *name)
{
	char question[ANSWER_LINE + 1], next[32] = "0";
	enum answer_result result;
	struct answer a;
	int more = 1;

	while (more) {
		snprintf(question, sizeof(question), "HISTORY EXPORT %s :%s",
		    name, next);
		result = order_ask(&a, o, question, 1);
		if (result == ANSWER_OK) {
			if ((more = cursor_in(&a, next, sizeof(next))) != 0)
				rows_drop_cursor(&a);
			show_json(&a, 0);
		}
		answer_free(&a);
		if (result != ANSWER_OK)
			return order_complain(result, &a);
		if (ferror(stdout))
			return EXIT_USAGE;
	}
	return EXIT_OK;
}

static int
erase(const struct options *o, const char *name)
{
	char question[ANSWER_LINE + 1];
	struct row row = { .nfield = 0 };
	enum answer_result result;
	struct answer a;
	long long sum = 0;
	size_t at = 0;

	snprintf(question, sizeof(question), "HISTORY ERASE %s", name);
	result = order_ask(&a, o, question, 1);
	while (result == ANSWER_OK && answer_row(&a, &at, &row))
		sum += row_number(&row, "erased");
	row_free(&row);
	answer_free(&a);
	if (result != ANSWER_OK)
		return order_complain(result, &a);
	if (o->json)
		printf("{\"erased\":%lld}\n", sum);
	else
		printf("erased %lld messages\n", sum);
	return EXIT_OK;
}

int
store_history(const struct options *o)
{
	const char *what = o->argument[0], *name = o->argument[1];

	if (name[0] == '\0' || name[0] == ':' ||
	    strpbrk(name, " \r\n") != NULL || strlen(name) > 200)
		return usage("not a room or an account", name);
	if (strcmp(what, "export") == 0)
		return export(o, name);
	if (strcmp(what, "erase") == 0)
		return erase(o, name);
	return usage("history: no such order", what);
}

/* ---- backup ---- */

/* The file with its whole path, for the record; NULL: it was said why not. */
static const char *
path_whole(const char *file)
{
	static char path[2 * PATH_MAX];
	char dir[PATH_MAX];

	if (file[0] == '/')
		snprintf(path, sizeof(path), "%s", file);
	else if (getcwd(dir, sizeof(dir)) != NULL)
		snprintf(path, sizeof(path), "%s/%s", dir, file);
	else {
		usage("where are we", strerror(errno));
		return NULL;
	}
	if (file[0] != '\0' && strpbrk(path, "\r\n") == NULL &&
	    strlen(path) < ANSWER_LINE - sizeof("BACKUP :"))
		return path;
	usage("not a name for a file", file);
	return NULL;
}

/* Asks for one that is for PATH, and writes where it is into MADE. */
static enum answer_result
backup_make(const struct options *o, struct answer *a, const char *path,
    char *made, size_t size)
{
	char question[ANSWER_LINE + 1];
	struct row row = { .nfield = 0 };
	const struct field *file;
	enum answer_result result;
	size_t at = 0;

	made[0] = '\0';
	snprintf(question, sizeof(question), "BACKUP :%s", path);
	result = order_ask(a, o, question, 1);
	while (result == ANSWER_OK && answer_row(a, &at, &row))
		if ((file = row_field(&row, "file", 4)) != NULL)
			snprintf(made, size, "%s", file->value);
	row_free(&row);
	return result;
}

/* It is copied, or cannot be: the server need not keep it. */
static void
backup_drop(const struct options *o, const char *made)
{
	char question[2 * PATH_MAX + 32];
	struct answer a;

	snprintf(question, sizeof(question), "BACKUP COPIED :%s", made);
	order_ask(&a, o, question, 1);
	answer_free(&a);
}

int
store_backup(const struct options *o)
{
	const char *path = path_whole(o->argument[0]);
	char made[2 * PATH_MAX];
	enum answer_result result;
	struct answer a;
	int e;

	if (path == NULL)
		return EXIT_USAGE;
	answer_wait = LONG_WAIT;
	result = backup_make(o, &a, path, made, sizeof(made));
	if (result != ANSWER_OK) {
		answer_free(&a);
		return order_complain(result, &a);
	}
	answer_free(&a);
	e = copy_file(made, path);
	backup_drop(o, made);
	if (e != 0)
		return EXIT_NO;
	if (o->json) {
		printf("{\"file\":");
		show_json_string(path);
		printf("}\n");
	} else
		printf("saved\n");
	return EXIT_OK;
}

/* ---- restore ---- */

/* Becomes mootd: the one that was installed, or built, with us. */
static void
mootd_exec(char **argv)
{
	static const char *const places[] = { "mootd", "../sbin/mootd" };
	char path[PATH_MAX + 32];
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;
	size_t i;

	path[n > 0 ? n : 0] = '\0';
	if ((slash = strrchr(path, '/')) != NULL)
		for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			strcpy(slash + 1, places[i]);
			execv(path, argv);
		}
	execvp("mootd", argv);
	fprintf(stderr, "mootctl: mootd: %s\n", strerror(errno));
	_exit(127);
}

int
store_restore(const struct options *o)
{
	char *argv[] = { "mootd", "-R", o->argument[0],
		o->argument[1] != NULL ? "-c" : NULL, o->argument[1], NULL };
	int status;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0)
		mootd_exec(argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		fprintf(stderr, "mootctl: mootd: %s\n", strerror(errno));
		return EXIT_NO;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return EXIT_NO;
	if (o->json)
		printf("{\"restored\":1}\n");
	else
		printf("restored\n");
	return EXIT_OK;
}
