/* SPDX-License-Identifier: ISC */

/*
 * Tests of client/screen/buffer.c: the order of the list, who is found under
 * which name, and where one goes next.
 */

#include <stdio.h>
#include <string.h>

#include "check_client.h"
#include "client/screen/buffer.h"
#include "client/screen/scrollback.h"
#include "client/session/session.h"

static struct session one, two;

/* "one #a #b bob two #a", in the order in which they are shown. */
static void
buffer_names(char *buf, size_t size)
{
	const struct buffer *b;
	size_t len = 0;

	*buf = '\0';
	for (b = buffer_first(); b != NULL; b = b->next)
		len += snprintf(buf + len, size - len, "%s%s",
		    len > 0 ? " " : "", b->name);
}

static void
buffer_start(void)
{
	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	isupport_init(&one.isupport);
	isupport_init(&two.isupport);
	buffer_know(&one, BUFFER_SERVER, "one");
	buffer_know(&two, BUFFER_SERVER, "two");
	buffer_know(&one, BUFFER_PERSON, "bob");
	buffer_know(&two, BUFFER_ROOM, "#a");
	buffer_know(&one, BUFFER_ROOM, "#a");
	buffer_know(&one, BUFFER_ROOM, "#b");
}

static void
buffer_stop(void)
{
	buffer_forget_session(&one);
	buffer_forget_session(&two);
	ck_assert_ptr_null(buffer_first());
}

START_TEST(buffer_order)
{
	char names[256];

	buffer_names(names, sizeof(names));
	ck_assert_str_eq(names, "one #a #b bob two #a");
	ck_assert_int_eq(buffer_count(), 6);
	ck_assert_str_eq(buffer_at(3)->name, "bob");
	ck_assert_ptr_null(buffer_at(6));
	ck_assert_int_eq(buffer_number(buffer_find(&two, "#a")), 5);
	buffer_forget(buffer_find(&one, "#a"));
	buffer_names(names, sizeof(names));
	ck_assert_str_eq(names, "one #b bob two #a");
}
END_TEST

START_TEST(buffer_names_fold)
{
	ck_assert_ptr_eq(buffer_find(&one, "BOB"), buffer_at(3));
	ck_assert_ptr_eq(buffer_find(&one, ""), buffer_at(0));
	ck_assert_ptr_eq(buffer_know(&one, BUFFER_PERSON, "Bob"),
	    buffer_at(3));
	/* a person may be called as the server is */
	ck_assert_ptr_null(buffer_find(&one, "one"));
	buffer_rename(buffer_at(3), "robert");
	ck_assert_ptr_null(buffer_find(&one, "bob"));
	ck_assert_ptr_nonnull(buffer_find(&one, "robert"));
}
END_TEST

static void
buffer_tell(struct buffer *b, const char *text, int mention)
{
	struct news n = { .kind = NEWS_MESSAGE, .nick = "x", .text = text,
		.flags = mention ? NEWS_MENTION : 0 };

	n.when = INT64_C(2000000000000);
	ck_assert_uint_ne(scrollback_add(b->lines, &n), 0);
}

START_TEST(buffer_active)
{
	struct buffer *first = buffer_at(0);

	ck_assert_ptr_null(buffer_next_active(first));
	buffer_tell(buffer_at(1), "hello", 0);
	buffer_tell(buffer_at(5), "hello", 1);
	ck_assert_uint_eq(buffer_unread(buffer_at(1)), 1);
	ck_assert_uint_eq(buffer_mentions(buffer_at(5)), 1);
	/* what is for us comes first, then round and round */
	ck_assert_ptr_eq(buffer_next_active(first), buffer_at(5));
	ck_assert_ptr_eq(buffer_next_active(buffer_at(5)), buffer_at(1));
}
END_TEST

START_TEST(buffer_types)
{
	struct buffer *b = buffer_at(1);
	char nick[16];
	int i, n;

	for (i = 0; i < BUFFER_TYPERS + 3; i++) {
		snprintf(nick, sizeof(nick), "n%d", i);
		buffer_typing(b, nick, 1, 1000 + i);
	}
	/* the last ones are known, each once */
	buffer_typing(b, nick, 1, 2000);
	for (i = n = 0; i < BUFFER_TYPERS; i++)
		n += strcmp(b->typer[i].nick, nick) == 0;
	ck_assert_int_eq(n, 1);
	buffer_typing(b, nick, 0, 2000);
	for (i = 0; i < BUFFER_TYPERS; i++)
		if (strcmp(b->typer[i].nick, nick) == 0)
			ck_assert_int_eq(b->typer[i].until, 0);
}
END_TEST

Suite *
check_screen_buffer(void)
{
	Suite *s = suite_create("screen/buffer");
	TCase *t = tcase_create("buffer");

	tcase_add_checked_fixture(t, buffer_start, buffer_stop);
	tcase_add_test(t, buffer_order);
	tcase_add_test(t, buffer_names_fold);
	tcase_add_test(t, buffer_active);
	tcase_add_test(t, buffer_types);
	suite_add_tcase(s, t);
	return s;
}
