/* SPDX-License-Identifier: ISC */

/* Notes: copies of news that outlive their strings, in order. */

#include <stdio.h>
#include <string.h>

#include "../../client/script/note.h"
#include "check_client.h"

static struct notes list, more;

/* Its strings are gone when this returns. */
static void
add(struct notes *l, const char *msgid, const char *words)
{
	char id[32], text[64];
	struct news n = { .kind = NEWS_MESSAGE, .when = 7, .text = text };

	snprintf(text, sizeof(text), "%s", words);
	if (msgid != NULL) {
		snprintf(id, sizeof(id), "%s", msgid);
		n.msgid = id;
	}
	ck_assert_int_eq(notes_add(l, &n), 0);
	memset(text, 'x', sizeof(text));
	memset(id, 'x', sizeof(id));
}

static void
texts_are(const struct notes *l, const char *want)
{
	const struct note *note;
	char got[256] = "";
	size_t n = 0;

	for (note = l->first; note != NULL; note = note->next, n++)
		strcat(strcat(got, note->n.text), " ");
	ck_assert_str_eq(got, want);
	ck_assert_uint_eq(l->count, n);
}

START_TEST(copies)
{
	add(&list, "1", "one");
	add(&list, NULL, "two");
	texts_are(&list, "one two ");
	ck_assert_str_eq(list.first->n.msgid, "1");
	ck_assert_ptr_null(list.last->n.msgid);
	ck_assert_ptr_null(list.last->n.nick);
	ck_assert_int_eq(list.first->n.when, 7);
	ck_assert(notes_have(&list, "1"));
	ck_assert(!notes_have(&list, "2"));
	ck_assert(!notes_have(&list, NULL));
	notes_clear(&list);
	texts_are(&list, "");
}
END_TEST

START_TEST(prepended)
{
	notes_prepend(&list, &more);
	texts_are(&list, "");
	add(&more, NULL, "b");
	notes_prepend(&list, &more);
	texts_are(&list, "b ");
	texts_are(&more, "");
	add(&more, NULL, "a");
	notes_prepend(&list, &more);
	add(&list, NULL, "c");
	texts_are(&list, "a b c ");
	notes_clear(&list);
}
END_TEST

START_TEST(dropped)
{
	notes_drop(&list);
	add(&list, NULL, "a");
	notes_drop(&list);
	add(&list, NULL, "b");
	add(&list, NULL, "c");
	notes_drop(&list);
	texts_are(&list, "c ");
	notes_clear(&list);
}
END_TEST

Suite *
check_note(void)
{
	Suite *s = suite_create("note");
	TCase *t = tcase_create("note");

	tcase_add_test(t, copies);
	tcase_add_test(t, prepended);
	tcase_add_test(t, dropped);
	suite_add_tcase(s, t);
	return s;
}
