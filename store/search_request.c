/* SPDX-License-Identifier: ISC */

/*
 * SEARCH: from a request to the index, and its findings told as history is.
 *
 * The worker names the rooms that the asker may read; "=" among them stands
 * for the asker's own direct messages.  A reader's index may be behind by what
 * the writer has not come to; REQUEST_INDEX has whoever runs this see to that
 * first.
 */

#include <string.h>

#include "account.h"
#include "handlers.h"
#include "history.h"
#include "message.h"
#include "search.h"

/* An end of the search in time, as an id; "*" is OTHERWISE. */
static int
bound(struct database *db, struct request *r, const char *text, int past,
    int64_t otherwise, int64_t *id)
{
	int64_t time;

	*id = otherwise;
	if (strcmp(text, "*") == 0)
		return 0;
	if (strncmp(text, "timestamp=", 10) != 0 ||
	    (time = request_time(text + 10)) < 0) {
		answer_fail(r, "SEARCH", "INVALID_PARAMS", answer_word(text),
		    "This is no time");
		return -1;
	}
	if (message_since(db, time + past, id) == 0)
		return 0;
	answer_trouble(db, r);
	return -1;
}

/* Takes what the request says into S: 0, or -1 with the answer. */
static int
parse(struct database *db, struct request *r, struct search *s)
{
	struct cursor c;
	int64_t limit;
	int more = cursor_parse(&c, r->p[5]);

	if (more < 0 || !request_number(r->p[4], 1, INT32_MAX, &limit)) {
		answer_fail(r, "SEARCH", "INVALID_PARAMS",
		    answer_word(r->p[more < 0 ? 5 : 4]),
		    "This is no number of messages");
		return -1;
	}
	if (bound(db, r, r->p[2], 1, 0, &s->after) != 0 ||
	    bound(db, r, r->p[3], 0, INT64_MAX, &s->before) != 0)
		return -1;
	if (s->after > 0)
		s->after--;
	s->places = strcmp(r->p[0], "*") == 0 ? "=" : r->p[0];
	s->account = r->account[0] != '\0' ? r->account : NULL;
	s->from = strcmp(r->p[1], "*") == 0 ? NULL : r->p[1];
	if (account_floor(db, r->account, &s->floor) != 0) {
		answer_trouble(db, r);
		return -1;
	}
	s->words = r->p[6];
	s->newest = more == 0;
	s->limit = limit > HISTORY_MOST ? HISTORY_MOST : (int)limit;
	if (more == 1) {
		s->after = c.last;
		s->before = c.end + 1;
		s->limit = (int)c.left;
	}
	return 0;
}

/* A pair of others is none of the asker's: such a place is taken out. */
static void
drop_strangers(struct request *r)
{
	char kept[sizeof(r->line)], *next = r->p[0], *name;
	size_t n = 0, len;

	if (next == NULL)
		return;
	kept[0] = '\0';
	while ((name = strsep(&next, ",")) != NULL) {
		if (name[0] == '=' && name[1] != '\0' &&
		    (r->account[0] == '\0' ||
		        !message_is_party(name, r->account)))
			continue;
		len = strlen(name);
		memcpy(kept + n, name, len);
		n += len;
		kept[n++] = ',';
	}
	if (n > 0)
		n--;
	memcpy(r->p[0], kept, n);
	r->p[0][n] = '\0';
}

void
req_search(struct database *db, struct request *r)
{
	struct search s = { 0 };
	int64_t ids[HISTORY_MOST];
	int n;

	drop_strangers(r);
	if (parse(db, r, &s) != 0)
		return;
	if (db->mode == DATABASE_WRITER && search_missing(db) > 0 &&
	    search_index_some(db, SEARCH_CATCH_UP) < 0) {
		answer_trouble(db, r);
		return;
	}
	if ((n = search_ids(db, &s, ids)) < 0)
		answer_trouble(db, r);
	else
		history_answer(db, r, ids, n);
}
