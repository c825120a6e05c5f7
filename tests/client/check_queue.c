/* SPDX-License-Identifier: ISC */

/* Answers wait for their turn: in order, none lost, no faster than a rate. */

#include <stdio.h>
#include <string.h>

#include "../../client/bot/queue.h"
#include "check_client.h"

static char said[1024];
static int whole, ready;

static void
say(const struct queue_item *i, const char *text)
{
	size_t len = strlen(said);

	snprintf(said + len, sizeof(said) - len, "%s:%s|", i->where, text);
}

static int
is_whole(const struct queue_item *i)
{
	(void)i;
	return whole;
}

static int
is_ready(const struct queue_item *i)
{
	(void)i;
	return ready;
}

static struct queue q = { .say = say, .whole = is_whole, .ready = is_ready };

static void
begin(const char *rate, int with_lines)
{
	ck_assert_int_eq(rate_parse(&q.rate, rate), 0);
	queue_init(&q);
	*said = '\0';
	whole = with_lines;
	ready = 1;
}

static void
add(const char *where, const char *text)
{
	char to[32], copy[64];
	struct queue_item i = { .where = to, .text = copy };

	snprintf(to, sizeof(to), "%s", where);
	snprintf(copy, sizeof(copy), "%s", text);
	ck_assert_int_eq(queue_add(&q, &i), 0);
}

START_TEST(in_order)
{
	begin("10/1", 1);
	add("#a", "one");
	add("#b", "two\nthree");
	ck_assert_int_eq(queue_run(&q, 1000), -1);
	ck_assert_str_eq(said, "#a:one|#b:two\nthree|");
	ck_assert_uint_eq(q.n, 0);
	queue_clear(&q);
}
END_TEST

START_TEST(each_line_costs_where_there_is_no_multiline)
{
	begin("2/4", 0);
	add("#a", "one\ntwo\nthree");
	add("#a", "four");
	ck_assert_int_eq(queue_run(&q, 1000), 2000);
	ck_assert_str_eq(said, "#a:one|#a:two|");
	ck_assert_int_eq(queue_run(&q, 2000), 1000);
	ck_assert_int_eq(queue_run(&q, 3000), 2000);
	ck_assert_str_eq(said, "#a:one|#a:two|#a:three|");
	ck_assert_int_eq(queue_run(&q, 5000), -1);
	ck_assert_str_eq(said, "#a:one|#a:two|#a:three|#a:four|");
	queue_clear(&q);
}
END_TEST

START_TEST(waits_for_the_server)
{
	begin("10/1", 1);
	ready = 0;
	add("#a", "one");
	ck_assert_int_eq(queue_run(&q, 1000), -1);
	ck_assert_str_eq(said, "");
	ready = 1;
	ck_assert_int_eq(queue_run(&q, 1001), -1);
	ck_assert_str_eq(said, "#a:one|");
	queue_clear(&q);
}
END_TEST

START_TEST(full)
{
	int i;

	begin("1/1", 1);
	for (i = 0; i < QUEUE_MOST; i++) {
		ck_assert(!queue_is_full(&q));
		add("#a", "x");
	}
	ck_assert(queue_is_full(&q));
	add("#a", "of one that ended just then");
	queue_run(&q, 1000);
	queue_run(&q, 2000);
	ck_assert(!queue_is_full(&q));
	queue_clear(&q);
	ck_assert_uint_eq(q.n, 0);
}
END_TEST

Suite *
check_queue(void)
{
	Suite *s = suite_create("queue");
	TCase *tc = tcase_create("queue");

	tcase_add_test(tc, in_order);
	tcase_add_test(tc, each_line_costs_where_there_is_no_multiline);
	tcase_add_test(tc, waits_for_the_server);
	tcase_add_test(tc, full);
	suite_add_tcase(s, tc);
	return s;
}
