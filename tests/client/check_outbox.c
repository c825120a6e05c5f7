/* SPDX-License-Identifier: ISC */

/* The outbox: a window of lines under way, and what becomes of them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/session/outbox.h"
#include "check_client.h"

static struct outbox box;

static void
fill(int lines)
{
	struct outbox_item item = { .line = "" };
	char line[16];
	int i;

	memset(&box, 0, sizeof(box));
	for (i = 0; i < lines; i++) {
		snprintf(line, sizeof(line), "%d", i);
		item.line = line;
		ck_assert_ptr_nonnull(outbox_add(&box, &item, NULL));
	}
}

static int
send_all(void)
{
	struct outbox_line *l;
	int n;

	for (n = 0; (l = outbox_next(&box)) != NULL; n++)
		outbox_sent(&box, l);
	return n;
}

static void
confirm(int lines)
{
	while (lines-- > 0)
		outbox_drop(&box, outbox_oldest(&box));
}

START_TEST(window)
{
	fill(OUTBOX_WINDOW + 3);
	ck_assert_int_eq(send_all(), OUTBOX_WINDOW);
	confirm(2);
	ck_assert_int_eq(send_all(), 2);
	confirm(OUTBOX_WINDOW);
	ck_assert_int_eq(send_all(), 1);
	outbox_clear(&box);
}
END_TEST

START_TEST(confirmed_in_any_order)
{
	fill(3);
	send_all();
	outbox_drop(&box, outbox_find(&box, 2));
	outbox_drop(&box, outbox_find(&box, 3));
	ck_assert_uint_eq(outbox_oldest(&box)->serial, 1);
	ck_assert_uint_eq(box.under_way, 1);
	ck_assert_ptr_null(outbox_find(&box, 2));
	confirm(1);
	ck_assert_ptr_null(box.first);
	ck_assert_ptr_null(box.last);
	outbox_clear(&box);
}
END_TEST

/* What is unsure holds back all that is newer, until it is settled. */
START_TEST(lost_with_lines_under_way)
{
	struct outbox_line *l;
	int i;

	fill(4);
	for (i = 0; i < 2; i++)
		outbox_sent(&box, outbox_next(&box));
	outbox_lost(&box);
	ck_assert_uint_eq(box.under_way, 0);
	ck_assert_uint_eq(outbox_waiting(&box), 4);
	ck_assert_ptr_null(outbox_next(&box));
	outbox_drop(&box, box.first);
	ck_assert_ptr_null(outbox_next(&box));
	l = box.first;
	outbox_again(l);
	ck_assert_ptr_eq(outbox_next(&box), l);
	ck_assert_int_eq(send_all(), 3);
	outbox_clear(&box);
}
END_TEST

START_TEST(one_takes_the_place_of_another)
{
	struct outbox_item item = { .line = "x" };
	struct outbox_line *l;

	fill(2);
	l = box.last;
	item.serial = l->serial;
	outbox_add(&box, &item, l);
	item.serial = 0;
	ck_assert_uint_eq(outbox_add(&box, &item, l)->serial, 3);
	outbox_drop(&box, l);
	ck_assert_uint_eq(box.first->next->serial, 2);
	ck_assert_uint_eq(box.last->serial, 3);
	ck_assert_uint_eq(box.count, 3);
	outbox_clear(&box);
}
END_TEST

START_TEST(full)
{
	struct outbox_item item = { .line = "x" };

	fill(OUTBOX_LINES);
	ck_assert_ptr_null(outbox_add(&box, &item, NULL));
	ck_assert(!outbox_has_room(&box));
	ck_assert_ptr_nonnull(outbox_add(&box, &item, box.last));
	outbox_clear(&box);
	ck_assert(outbox_has_room(&box));
}
END_TEST

/* What an earlier moot had sent is unsure from the beginning. */
START_TEST(left_behind)
{
	struct outbox_item item = { .command = "PRIVMSG", .target = "#a",
		.text = "hi", .after = "id", .sent = 5 };

	fill(0);
	ck_assert_int_eq(outbox_add(&box, &item, NULL)->unsure, 1);
	ck_assert_str_eq(box.first->after, "id");
	ck_assert_ptr_null(outbox_next(&box));
	outbox_clear(&box);
}
END_TEST

Suite *
check_outbox(void)
{
	Suite *s = suite_create("outbox");
	TCase *tc = tcase_create("outbox");

	tcase_add_test(tc, window);
	tcase_add_test(tc, confirmed_in_any_order);
	tcase_add_test(tc, lost_with_lines_under_way);
	tcase_add_test(tc, one_takes_the_place_of_another);
	tcase_add_test(tc, full);
	tcase_add_test(tc, left_behind);
	suite_add_tcase(s, tc);
	return s;
}
