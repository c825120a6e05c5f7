/* SPDX-License-Identifier: ISC */
/*
 * News: the way from what happens to whoever looks.
 *
 * There is one view a process, so this is one pointer, and the few words of
 * moot's own that need no more than a format.  Nothing is kept: a view that
 * wants to remember copies what it is told.
 */

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "client/session/catchup.h"
#include "client/session/session.h"
#include "news.h"

enum {
	NEWS_TEXT = 8192, /* of moot's own words, with what they quote */
};

static const struct view *news_viewer;

void
news_view(const struct view *v)
{
	news_viewer = v;
}

static int64_t
news_present(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
news_tell(struct session *s, const struct news *n)
{
	struct news dated = *n;

	if (dated.when == 0)
		dated.when = news_present();
	if (s != NULL && !catchup_is_new(s, &dated))
		return;
	if (news_viewer != NULL)
		news_viewer->tell(s, &dated);
}

void
news_choose(struct session *s)
{
	if (news_viewer != NULL && news_viewer->choose != NULL)
		news_viewer->choose(s);
}

static void __attribute__((format(printf, 3, 0)))
news_say(struct session *s, enum news_kind kind, const char *fmt, va_list ap)
{
	struct news n = { .kind = kind };
	char text[NEWS_TEXT];

	vsnprintf(text, sizeof(text), fmt, ap);
	n.text = text;
	if (s != NULL && *s->target != '\0')
		n.room = s->target;
	news_tell(s, &n);
}

void
news_client(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	news_say(s, NEWS_CLIENT, fmt, ap);
	va_end(ap);
}

void
news_error(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	news_say(s, NEWS_ERROR, fmt, ap);
	va_end(ap);
}

void
news_state(struct session *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	news_say(s, NEWS_STATE, fmt, ap);
	va_end(ap);
}
