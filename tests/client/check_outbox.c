/* SPDX-License-Identifier: ISC */

/* The outbox: a window of lines under way, and what becomes of them. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/outbox.h"
#include "check_client.h"

static struct outbox box;

static void
fill(int lines)
{
	char line[16];
	int i;

	memset(&box, 0, sizeof(box));
	for (i = 0; i < lines; i++) {
		snprintf(line, sizeof(line), "%d", i);
		ck_assert_int_eq(outbox_add(&box, line), 0);
	}
}

static int
send_all(void)
{
	uint64_t serial;
	int n;

	for (n = 0; outbox_next(&box, &serial) != NULL; n++)
		ck_assert_uint_eq(serial + 1, box.next);
	return n;
}

START_TEST(window)
{
	fill(OUTBOX_WINDOW + 3);
	ck_assert_int_eq(send_all(), OUTBOX_WINDOW);
	outbox_confirm(&box, 2);
	ck_assert_int_eq(send_all(), 2);
	outbox_confirm(&box, box.end);
	ck_assert_int_eq(send_all(), 1);
	outbox_clear(&box);
}
END_TEST

START_TEST(confirmed_beyond_what_was_sent)
{
	fill(3);
	outbox_confirm(&box, 3);
	ck_assert_uint_eq(box.first, 0);
	ck_assert_int_eq(send_all(), 3);
	outbox_clear(&box);
}
END_TEST

START_TEST(unsure_are_the_sent_ones_in_order)
{
	char *line;
	int i;

	fill(OUTBOX_WINDOW + 1);
	send_all();
	outbox_confirm(&box, 1);
	for (i = 1; (line = outbox_take_unsure(&box)) != NULL; i++) {
		ck_assert_int_eq(atoi(line), i);
		free(line);
	}
	ck_assert_int_eq(i, OUTBOX_WINDOW);
	ck_assert_uint_eq(box.end - box.next, 1);
	outbox_clear(&box);
}
END_TEST

START_TEST(full)
{
	fill(OUTBOX_LINES);
	ck_assert_int_eq(outbox_add(&box, "x"), -1);
	ck_assert(!outbox_has_room(&box));
	outbox_clear(&box);
	ck_assert(outbox_has_room(&box));
}
END_TEST

Suite *
check_outbox(void)
{
	Suite *s = suite_create("outbox");
	TCase *tc = tcase_create("outbox");

	tcase_add_test(tc, window);
	tcase_add_test(tc, confirmed_beyond_what_was_sent);
	tcase_add_test(tc, unsure_are_the_sent_ones_in_order);
	tcase_add_test(tc, full);
	suite_add_tcase(s, tc);
	return s;
}
