/* SPDX-License-Identifier: ISC */

/*
 * Lines of a server, LF between.  Whatever it says, the members of each room
 * are in order, each is found by nick, and there is no end of the world.
 */

#include "../../client/session/event.h"
#include "../../client/news.h"
#include "../../client/session/room.h"
#include "../../client/session/session.h"
#include "../../irc/capability.h"
#include "fuzz.h"

/* A view must find all strings readable, and a time. */
static void
tell(struct session *s, const struct news *n)
{
	const char *const texts[] = { n->msgid, n->nick, n->address,
		n->account, n->room, n->target, n->about, n->reply, n->text };
	size_t i, sum = 0;

	(void)s;
	MUST(n->kind < NEWS_KINDS && n->when != 0);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		sum += texts[i] == NULL ? 0 : strlen(texts[i]);
	MUST(sum < 1000000);
}

static void
check_rooms(const struct session *s)
{
	const struct room *r;
	size_t i;

	for (r = s->rooms; r != NULL; r = r->next)
		for (i = 0; i < r->nmembers; i++) {
			MUST(room_member(r, r->members[i]->nick) ==
			    r->members[i]);
			MUST(!r->sorted || i == 0 ||
			    isupport_rank(r->isupport,
			    *r->members[i - 1]->prefixes) <=
			    isupport_rank(r->isupport,
			    *r->members[i]->prefixes));
		}
}

static void
say(struct session *s, const char *line, size_t len)
{
	char *copy = fuzz_string((const uint8_t *)line, len);

	event_handle(s, copy, len);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct view view = { .tell = tell };
	static struct session s;
	char *all = fuzz_string(data, size), *p, *end;

	news_view(&view);
	MUST(session_init(&s, "127.0.0.1:1", "me") == 0);
	s.state = SESSION_ONLINE;
	s.connection.state = CONNECTION_OPEN;
	s.caps = ~UINT64_C(0);
	for (p = all; p < all + size; p = end + 1) {
		end = memchr(p, '\n', all + size - p);
		if (end == NULL)
			end = all + size;
		if (s.state != SESSION_OVER)
			say(&s, p, end - p);
		s.connection.outlen = 0;
	}
	check_rooms(&s);
	event_lost(&s);
	session_clear(&s);
	free(all);
	return 0;
}
