/* SPDX-License-Identifier: ISC */

/*
 * Requests: the table of them, and what is the same for all.
 *
 * A request is one line; so it can be asked again, by whoever takes the
 * place of a process that died over it.  For a row that only reads this is no
 * matter.  The answer to one that writes is kept in the same transaction,
 * under the name the asker gave it (@ask): asked again, it is answered with
 * that and not done a second time.
 *
 * Three kinds of threads run these: readers, the writer, and those that hash.
 * The flags of a row say which; none of the handlers knows about threads.
 *
 * A handler fills the answer or, in trouble with the database, calls
 * answer_trouble and returns; all it did is then taken back.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../irc/tag.h"
#include "audit.h"
#include "handlers.h"
#include "request.h"

/* Names of two words follow one another. */
const struct request_row request_rows[] = {
	{ "HISTORY", NULL, req_history, NULL, 6, REQUEST_READ,
	    "<selector> <target> <ref> <ref|*> <limit> <events>"
	    " [<cursor>]" },
	{ "TARGETS", NULL, req_targets, NULL, 4, REQUEST_READ,
	    "<ref> <ref> <limit> <cursor|*> [<room,room...>]" },
	{ "PENDING", NULL, req_pending, NULL, 1, REQUEST_READ,
	    "<cursor|*>" },
	{ "DELIVERED", NULL, req_delivered, NULL, 1, REQUEST_WRITE,
	    "<row>" },
	{ "FETCH", NULL, req_fetch, NULL, 2, REQUEST_READ,
	    "<hi> <lo,lo...>" },
	{ "KEEP", NULL, req_keep, NULL, 6, REQUEST_WRITE,
	    "<account> <kind> <time> <msgid> <tags|*> :<line>" },
	{ "SEARCH", NULL, req_search, NULL, 7, REQUEST_READ | REQUEST_INDEX,
	    "<place,place...|*> <from|*> <after|*> <before|*> <limit>"
	    " <cursor|*> :<words>" },
	{ "REDACT", NULL, req_redact, NULL, 2, REQUEST_WRITE,
	    "<target> <msgid> [:<reason>]" },
	{ "MARKREAD", NULL, req_markread, NULL, 2, REQUEST_WRITE,
	    "<target> timestamp=<time>" },
	{ "MARKREAD", NULL, req_marked, NULL, 1, REQUEST_READ,
	    "<target>" },

	{ "METADATA", "SHOW", req_metadata_show, NULL, 1, REQUEST_READ,
	    "<account>" },
	{ "METADATA", "SET", req_metadata_set, NULL, 3, REQUEST_WRITE,
	    "<account> <key> <most> [:<value>]" },

	{ "REGISTER", NULL, req_register, prepare_register, 3,
	    REQUEST_WRITE | REQUEST_HASH,
	    "<account> <email|*> :<password>" },
	{ "VERIFY", NULL, req_verify, NULL, 2, REQUEST_WRITE,
	    "<account> <invitation>" },
	{ "AUTHENTICATE", "PLAIN", req_plain, prepare_plain, 1,
	    REQUEST_READ | REQUEST_HASH,
	    ":<base64>" },
	{ "AUTHENTICATE", "SCRAM-SHA-256", req_scram, NULL, 2, REQUEST_READ,
	    "FIRST :<base64> | FINAL <base64> <base64> :<base64>" },
	{ "AUTHENTICATE", "EXTERNAL", req_external, NULL, 1, REQUEST_READ,
	    "<fingerprint> [:<base64>]" },
	{ "IDENTIFY", NULL, req_identify, prepare_password, 2,
	    REQUEST_READ | REQUEST_HASH,
	    "<account> :<password>" },
	{ "PASSWD", NULL, req_passwd, prepare_add, 2,
	    REQUEST_WRITE | REQUEST_HASH,
	    "<account> :<password>" },
	{ "DROP", NULL, req_drop, prepare_password, 2,
	    REQUEST_WRITE | REQUEST_HASH,
	    "<account> :<password>" },
	{ "SET", NULL, req_set, NULL, 3, REQUEST_WRITE,
	    "<account> <setting> :<value>" },
	{ "SEEN", NULL, req_seen, NULL, 1, REQUEST_WRITE,
	    "<account>" },
	{ "LOCAL", NULL, req_local, NULL, 2, REQUEST_WRITE,
	    "<uid> <login>" },
	{ "OWNER", NULL, req_owner, NULL, 1, REQUEST_READ,
	    "<nick>" },

	{ "ACCOUNT", "ADD", req_account_add, prepare_add, 2,
	    REQUEST_WRITE | REQUEST_HASH | REQUEST_OPER |
	        REQUEST_AUDIT,
	    "<account> :<password>" },
	{ "ACCOUNT", "LIST", req_account_list, NULL, 0,
	    REQUEST_READ | REQUEST_OPER,
	    "[<cursor>]" },
	{ "ACCOUNT", "SHOW", req_account_show, NULL, 1, REQUEST_READ,
	    "<account>" },
	{ "ACCOUNT", "SUSPEND", req_account_suspend, NULL, 1,
	    REQUEST_WRITE | REQUEST_OPER | REQUEST_AUDIT,
	    "<account> [:<reason>]" },
	{ "ACCOUNT", "UNSUSPEND", req_account_unsuspend, NULL, 1,
	    REQUEST_WRITE | REQUEST_OPER | REQUEST_AUDIT,
	    "<account>" },
	{ "ACCOUNT", "REMOVE", req_account_remove, NULL, 1,
	    REQUEST_WRITE | REQUEST_OPER | REQUEST_AUDIT,
	    "<account>" },
	{ "ACCOUNT", "PASSWD", req_passwd, prepare_add, 2,
	    REQUEST_WRITE | REQUEST_HASH | REQUEST_OPER |
	        REQUEST_AUDIT,
	    "<account> :<password>" },
	{ "ACCOUNT", "CERT", req_account_cert, NULL, 2,
	    REQUEST_WRITE | REQUEST_AUDIT,
	    "<account> <fingerprint>" },
	{ "ACCOUNT", "UNCERT", req_account_uncert, NULL, 2,
	    REQUEST_WRITE | REQUEST_AUDIT,
	    "<account> <fingerprint>" },
	{ "ACCOUNT", "CERTS", req_account_certs, NULL, 1, REQUEST_READ,
	    "<account>" },
	{ "ACCOUNT", "INVITE", req_account_invite, NULL, 0,
	    REQUEST_WRITE | REQUEST_OPER | REQUEST_AUDIT,
	    "[<days> [:<note>]]" },
	{ "ACCOUNT", "INVITES", req_account_invites, NULL, 0,
	    REQUEST_READ | REQUEST_OPER,
	    "[<cursor>]" },
	{ "ACCOUNT", "UNINVITE", req_account_uninvite, NULL, 1,
	    REQUEST_WRITE | REQUEST_OPER | REQUEST_AUDIT,
	    "<id>" },

	{ "ROOM", "REGISTER", req_room_register, NULL, 2, REQUEST_WRITE,
	    "<room> <founder>" },
	{ "ROOM", "SAVE", req_room_save, NULL, 8, REQUEST_WRITE,
	    "<room> <saved> <modes|*> <=key|*> <limit|*> <created>"
	    " <topic-time> <topic-by|*> [:<topic>]" },
	{ "ROOM", "FOUNDER", req_room_founder, NULL, 2,
	    REQUEST_WRITE | REQUEST_AUDIT,
	    "<room> <account>" },
	{ "ROOM", "ACCESS", req_room_access, NULL, 3,
	    REQUEST_WRITE | REQUEST_AUDIT,
	    "<room> <account> <admin|operator|halfop|voice|none>" },
	{ "ROOM", "BAN", req_room_ban, NULL, 4, REQUEST_WRITE,
	    "<room> <time> <setter> :<mask>" },
	{ "ROOM", "UNBAN", req_room_unban, NULL, 2, REQUEST_WRITE,
	    "<room> :<mask>" },
	{ "ROOM", "KEEP", req_room_keep, NULL, 3,
	    REQUEST_WRITE | REQUEST_AUDIT,
	    "<room> <seconds|*> <messages|*>" },
	{ "ROOM", "DROP", req_room_drop, NULL, 1,
	    REQUEST_WRITE | REQUEST_AUDIT,
	    "<room>" },
	{ "ROOM", "SHOW", req_room_show, NULL, 1, REQUEST_READ,
	    "<room> [<cursor>]" },
	{ "ROOM", "LOAD", req_room_load, NULL, 1, REQUEST_READ,
	    "<cursor|*>" },
	{ "ROOM", "LIST", req_room_list, NULL, 1, REQUEST_READ,
	    "<cursor|*>" },

	{ "AUDITED", NULL, req_audited, NULL, 2, REQUEST_WRITE | REQUEST_OPER,
	    "<what> <whom|*> [:<text>]" },
	{ "AUDITS", NULL, req_audits, NULL, 2, REQUEST_READ | REQUEST_OPER,
	    "<cursor|*> <rows>" },
	{ "XLINE", "ADD", req_xline_add, NULL, 3,
	    REQUEST_WRITE | REQUEST_OPER | REQUEST_AUDIT,
	    "<address|mask|account:name> <end> :<reason>" },
	{ "XLINE", "DEL", req_xline_del, NULL, 1,
	    REQUEST_WRITE | REQUEST_OPER | REQUEST_AUDIT,
	    "<address|mask|account:name>" },
	{ "XLINE", "LIST", req_xline_list, NULL, 0, REQUEST_READ,
	    "[<cursor>]" },

	{ "RETENTION", NULL, req_retention, NULL, 2,
	    REQUEST_WRITE | REQUEST_OPER,
	    "<seconds|*> <messages|*> [<rows>]" },
	{ "EXPORT", NULL, req_export, NULL, 1,
	    REQUEST_READ | REQUEST_SLOW | REQUEST_OPER,
	    "<room|pair|account> [<cursor>]" },
	{ "ERASE", NULL, req_erase, NULL, 1, REQUEST_WRITE | REQUEST_OPER,
	    "<room|pair|account> [<cursor>]" },
	{ "STATUS", NULL, req_status, NULL, 0, REQUEST_READ,
	    "" },
	{ "BACKUP", "MAKE", req_backup, NULL, 0,
	    REQUEST_READ | REQUEST_SLOW | REQUEST_OPER,
	    "" },
	{ "BACKUP", "COPIED", req_backup_copied, NULL, 1,
	    REQUEST_READ | REQUEST_OPER,
	    ":<file>" },
	{ NULL, NULL, NULL, NULL, 0, 0, NULL },
};

/* ---- parsing ---- */

static const struct {
	const char *key;
	size_t at, size;
} context[] = {
#define TAG(name) { #name, offsetof(struct request, name), \
	sizeof(((struct request *)0)->name) }
	TAG(account), TAG(nick), TAG(source), TAG(address), TAG(ask),
	TAG(policy), TAG(token), TAG(seed), TAG(operator), TAG(since),
#undef TAG
};

static void
parse_context(struct request *r)
{
	char oper[8] = "";
	size_t i;

	for (i = 0; i < sizeof(context) / sizeof(context[0]); i++) {
		char *at = (char *)r + context[i].at;

		if (tag_get(r->m.tags, context[i].key, at,
		        context[i].size) < 0)
			at[0] = '\0';
		at[strcspn(at, "\r\n")] = '\0';
	}
	tag_get(r->m.tags, "oper", oper, sizeof(oper));
	r->oper = strcmp(oper, "1") == 0;
}

/* The first that has as many parameters, or the last of that name. */
static const struct request_row *
row_find(const struct message *m)
{
	const struct request_row *row, *found = NULL;

	for (row = request_rows; row->name != NULL; row++) {
		if (strcmp(row->name, m->command) != 0)
			continue;
		if (row->sub != NULL &&
		    (m->nparam == 0 || strcmp(row->sub, m->param[0]) != 0))
			continue;
		found = row;
		if (m->nparam - (row->sub != NULL) >= row->least)
			break;
	}
	return found;
}

int
request_parse(struct request *r, const char *line, size_t len, int64_t now)
{
	memset(r, 0, offsetof(struct request, answer));
	r->answer[0] = '\0';
	r->now = now;
	if (len > REQUEST_MAX || memchr(line, '\n', len) != NULL) {
		answer_fail(r, "*", "BAD_REQUEST", "*", "This is no request");
		return -1;
	}
	memcpy(r->line, line, len);
	message_parse(&r->m, r->line, len); /* its length is no matter here */
	if (r->m.command == NULL) {
		answer_fail(r, "*", "BAD_REQUEST", "*", "This is no request");
		return -1;
	}
	parse_context(r);
	if ((r->row = row_find(&r->m)) == NULL) {
		answer_fail(r, r->m.command, "UNKNOWN_COMMAND", "*",
		    "The store knows no such request");
		return -1;
	}
	r->p = r->m.param + (r->row->sub != NULL);
	r->n = r->m.nparam - (r->row->sub != NULL);
	if ((r->row->flags & REQUEST_OPER) && !r->oper) {
		answer_fail(r, r->row->name, "NOT_PRIVILEGED", "*",
		    "This is for the administrator");
		return -1;
	}
	if (r->n < r->row->least) {
		answer_fail(r, r->row->name, "NEED_MORE_PARAMS", "*",
		    r->row->usage);
		return -1;
	}
	return 0;
}

int
request_number(const char *s, int64_t least, int64_t most, int64_t *n)
{
	size_t len = strspn(s, "0123456789");

	if (len == 0 || len > 18 || s[len] != '\0')
		return 0;
	*n = strtoll(s, NULL, 10);
	return *n >= least && *n <= most;
}

/* Two, three or four digits of a time. */
static int
digits(const char *s, int n)
{
	int value = 0;

	for (; n > 0; n--, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		value = value * 10 + *s - '0';
	}
	return value;
}

int64_t
request_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ";
	struct tm tm = { 0 };
	size_t i;
	time_t t;

	if (strlen(s) != sizeof(form) - 1)
		return -1;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return -1;
	tm.tm_year = digits(s, 4) - 1900;
	tm.tm_mon = digits(s + 5, 2) - 1;
	tm.tm_mday = digits(s + 8, 2);
	tm.tm_hour = digits(s + 11, 2);
	tm.tm_min = digits(s + 14, 2);
	tm.tm_sec = digits(s + 17, 2);
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
	    tm.tm_sec > 60 || tm.tm_year < 70)
		return -1;
	t = timegm(&tm);
	return (int64_t)t * 1000 + digits(s + 20, 3);
}

void
request_time_text(char *buf, size_t size, int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, size, "%s.%03dZ", text, (int)(ms % 1000));
}

/* ---- answering ---- */

static int
answer_put(struct request *r, size_t most, const char *fmt, va_list ap)
{
	size_t size = most - r->nanswer;
	int n;

	n = vsnprintf(r->answer + r->nanswer, size, fmt, ap);
	if (n < 0 || (size_t)n + 1 >= size) {
		r->answer[r->nanswer] = '\0';
		return -1;
	}
	r->nanswer += (size_t)n;
	r->answer[r->nanswer++] = '\n';
	r->answer[r->nanswer] = '\0';
	return 0;
}

int
answer(struct request *r, const char *fmt, ...)
{
	va_list ap;
	int e;

	va_start(ap, fmt);
	e = answer_put(r, sizeof(r->answer) - ANSWER_MORE, fmt, ap);
	va_end(ap);
	return e;
}

void
answer_end(struct request *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	answer_put(r, sizeof(r->answer), fmt, ap);
	va_end(ap);
}

size_t
request_session(const struct request *r)
{
	size_t n = 0;
	int i;

	for (i = 0; i < 3; i++) {
		n += strcspn(r->ask + n, ".");
		n += i < 2 && r->ask[n] == '.';
	}
	return n;
}

const char *
answer_word(const char *s)
{
	return s == NULL || s[0] == '\0' || s[0] == ':' ||
	            strpbrk(s, " \r\n") != NULL
	    ? "*"
	    : s;
}

void
answer_fail(struct request *r, const char *command, const char *code,
    const char *where, const char *text)
{
	r->nanswer = 0;
	answer(r, "FAIL %.64s %s %.400s :%s", answer_word(command), code, where,
	    text);
}

void
answer_trouble(struct database *db, struct request *r)
{
	r->trouble = 1;
	answer_fail(r, r->row->name, "TEMPORARILY_UNAVAILABLE", "*", db->why);
}

void
answer_query(struct database *db, struct request *r, sqlite3_stmt *q,
    int64_t last, answer_row *row)
{
	int n;

	while ((n = q == NULL ? -1 : database_next(db, q)) == 1) {
		if (row(db, r, q) != 0)
			break;
		last = sqlite3_column_int64(q, 0);
	}
	if (n < 0) {
		answer_trouble(db, r);
		return;
	}
	if (n == 1) {
		database_end(q);
		answer_end(r, "MORE %lld", (long long)last);
	} else
		answer_end(r, "END");
}

void
answer_rows(struct database *db, struct request *r, const char *sql,
    answer_row *row)
{
	int64_t last = 0;

	if (r->n > 0)
		request_number(r->p[0], 0, INT64_MAX, &last);
	answer_query(db, r, database_query(db, sql, "i", last), last, row);
}

/* ---- running ---- */

/* The answer it had before, if it was asked before: 1, 0, -1. */
static int
done_before(struct database *db, struct request *r)
{
	sqlite3_stmt *q;
	int n;

	if (r->ask[0] == '\0')
		return 0;
	q = database_query(
	    db, "SELECT answer FROM done WHERE ask=?", "t", r->ask);
	if (q == NULL || (n = database_next(db, q)) < 0)
		return -1;
	if (n == 0)
		return 0;
	r->nanswer = (size_t)snprintf(
	    r->answer, sizeof(r->answer), "%s", database_text(q, 0));
	database_end(q);
	return 1;
}

static int
done_note(struct database *db, struct request *r)
{
	int n;

	if (r->ask[0] == '\0')
		return 0;
	n = database_run(db, "INSERT INTO done VALUES (?, ?, ?)", "tit", r->ask,
	    r->now, r->answer);
	return n < 0 ? -1 : 0;
}

static int
run_writing(struct database *db, struct request *r)
{
	int n;

	if (database_begin(db) != 0)
		return -1;
	if ((n = done_before(db, r)) < 0)
		goto fail;
	if (n == 0) {
		r->row->run(db, r);
		if (r->trouble || audit_request(db, r) != 0 ||
		    done_note(db, r) != 0)
			goto fail;
	}
	return database_commit(db);
fail:
	database_rollback(db);
	return -1;
}

void
request_prepare(struct database *db, struct request *r)
{
	r->trouble = 0;
	if (r->row->prepare != NULL)
		r->row->prepare(db, r);
	r->unprepared = r->trouble;
}

int
request_run(struct database *db, struct request *r)
{
	r->nanswer = 0;
	r->answer[0] = '\0';
	if (r->unprepared)
		return answer_trouble(db, r), -1;
	r->trouble = 0;
	if (!(r->row->flags & REQUEST_WRITE))
		r->row->run(db, r);
	else if (run_writing(db, r) != 0)
		answer_trouble(db, r);
	return r->trouble ? -1 : 0;
}

int
request_forget(struct database *db, int64_t now, int n)
{
	n = database_run(db,
	    "DELETE FROM done WHERE ask IN"
	    " (SELECT ask FROM done WHERE time<? ORDER BY time LIMIT ?)",
	    "ii", now - REQUEST_DONE_MS, (int64_t)n);
	return n < 0 ? -1 : 0;
}
