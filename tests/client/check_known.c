/* SPDX-License-Identifier: ISC */

/* What is known of servers: lines, the file, and that nothing is lost. */

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../client/trust/known.h"
#include "check_client.h"

#define ZEROS "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* WANT: as known_write() has it; HOST: of a malformed one. */
static const struct {
	const char *name, *line;
	int result;
	const char *want, *host;
} lines[] = {
	{ "a pin", "host 6697 pin " ZEROS, 1, "host 6697 pin " ZEROS, NULL },
	{ "vouched for", "host 6697 ca", 1, "host 6697 ca", NULL },
	{ "sts", "host 6697 sts 1790000000", 1, "host 6697 sts 1790000000",
	    NULL },
	{ "capitals", "Host.Example 1 ca", 1, "host.example 1 ca", NULL },
	{ "tabs", "\thost\t1  ca ", 1, "host 1 ca", NULL },
	{ "v6", "2001:db8::1 6697 ca", 1, "2001:db8::1 6697 ca", NULL },
	{ "empty", "", 0, NULL, NULL },
	{ "blanks", "  \t", 0, NULL, NULL },
	{ "a comment", "# host 1 ca", 0, NULL, NULL },
	{ "a host alone", "host", -1, NULL, "host" },
	{ "no kind", "host 6697", -1, NULL, "host" },
	{ "a kind that is not known", "host 6697 dane x", -1, NULL, "host" },
	{ "no port", "host ca", -1, NULL, "host" },
	{ "port 0", "host 0 ca", -1, NULL, "host" },
	{ "no pin", "host 1 pin", -1, NULL, "host" },
	{ "half a pin", "host 1 pin sha256/AAAA", -1, NULL, "host" },
	{ "more than a pin", "host 1 pin " ZEROS " x", -1, NULL, "host" },
	{ "more than ca", "host 1 ca x", -1, NULL, "host" },
	{ "no time", "host 1 sts", -1, NULL, "host" },
	{ "a time that is none", "host 1 sts soon", -1, NULL, "host" },
	{ "a time before all time", "host 1 sts -1", -1, NULL, "host" },
	{ "a time past all time", "host 1 sts 99999999999999999999", -1, NULL,
	    "host" },
};

START_TEST(line)
{
	char text[KNOWN_LINE];
	struct known k;

	ck_assert_int_eq(known_read(&k, lines[_i].line), lines[_i].result);
	if (lines[_i].want != NULL) {
		known_write(text, &k);
		ck_assert_str_eq(text, lines[_i].want);
	}
	if (lines[_i].host != NULL)
		ck_assert_str_eq(k.host, lines[_i].host);
}
END_TEST

START_TEST(line_long)
{
	char text[2 * KNOWN_LINE] = "";
	struct known k;

	memset(text, 'a', URI_HOST);
	strcpy(text + URI_HOST, " 1 ca");
	ck_assert_int_eq(known_read(&k, text), -1);
	strcpy(text, "host 1 ca");
	memset(text + strlen(text), ' ', KNOWN_LINE);
	ck_assert_int_eq(known_read(&k, text), -1);
	ck_assert_str_eq(k.host, "host");
}
END_TEST

/* ---- the file ---- */

static char directory[64];

static void
file_setup(void)
{
	strcpy(directory, "/tmp/moot-known.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	setenv("XDG_STATE_HOME", directory, 1);
}

static void
file_teardown(void)
{
	char path[128];

	unlink(known_file());
	snprintf(path, sizeof(path), "%s.lock", known_file());
	unlink(path);
	snprintf(path, sizeof(path), "%s/moot", directory);
	rmdir(path);
	rmdir(directory);
}

static void
file_write(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/moot", directory);
	mkdir(path, 0700);
	f = fopen(known_file(), "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static const char *
file_text(void)
{
	static char text[4096];
	FILE *f = fopen(known_file(), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

START_TEST(file)
{
	struct known k = { .kind = KNOWN_PIN, .host = "Host", .port = "6697" };
	struct stat st;

	ck_assert_int_eq(known_find(&k, "host", "6697"), 0);
	ck_assert_int_eq(k.kind, KNOWN_NOTHING);
	k = (struct known){ KNOWN_PIN, "Host", "6697", { 1 }, 0 };
	ck_assert_int_eq(known_keep(&k), 0);
	ck_assert_int_eq(stat(known_file(), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(known_find(&k, "HOST", "6697"), 0);
	ck_assert_int_eq(k.kind, KNOWN_PIN);
	ck_assert_int_eq(k.pin[0], 1);
	ck_assert_int_eq(known_find(&k, "host", "7000"), 0);
	ck_assert_int_eq(k.kind, KNOWN_NOTHING);
	k = (struct known){ KNOWN_CA, "host", "6697", { 0 }, 0 };
	ck_assert_int_eq(known_keep(&k), 0);
	ck_assert_str_eq(file_text(), "host 6697 ca\n");
	ck_assert_int_eq(known_forget("host", "6697"), 0);
	ck_assert_str_eq(file_text(), "");
}
END_TEST

START_TEST(file_sts)
{
	struct known k = { KNOWN_STS, "host", "6697", { 0 }, 1000 };

	file_write("host 6697 ca\n");
	ck_assert_int_eq(known_keep(&k), 0);
	ck_assert_int_eq(known_find_sts(&k, "host", 999), 0);
	ck_assert_int_eq(k.kind, KNOWN_STS);
	ck_assert_str_eq(k.port, "6697");
	ck_assert_int_eq(known_find_sts(&k, "host", 1000), 0);
	ck_assert_int_eq(k.kind, KNOWN_NOTHING);
	ck_assert_int_eq(known_find_sts(&k, "other", 1), 0);
	ck_assert_int_eq(k.kind, KNOWN_NOTHING);
	k = (struct known){ KNOWN_STS, "host", "7000", { 0 }, 2000 };
	ck_assert_int_eq(known_keep(&k), 0);
	ck_assert_str_eq(file_text(), "host 6697 ca\nhost 7000 sts 2000\n");
	ck_assert_int_eq(known_forget("host", "6697"), 0);
	ck_assert_str_eq(file_text(), "");
}
END_TEST

/* What is not understood is kept, and means no about its host. */
START_TEST(file_malformed)
{
	struct known k;

	file_write("# mine\nother 1 pin\nhost 1 ca\nhost x\nlast 1 ca");
	ck_assert_int_eq(known_find(&k, "host", "1"), 0);
	ck_assert_int_eq(k.kind, KNOWN_CA);
	ck_assert_int_eq(known_find(&k, "host", "2"), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_int_eq(known_find(&k, "other", "1"), -1);
	ck_assert_int_eq(known_find_sts(&k, "other", 1), -1);
	ck_assert_int_eq(known_find(&k, "third", "1"), 0);
	k = (struct known){ KNOWN_CA, "third", "1", { 0 }, 0 };
	ck_assert_int_eq(known_keep(&k), 0);
	ck_assert_str_eq(file_text(), "# mine\nother 1 pin\nhost 1 ca\n"
	    "host x\nlast 1 ca\nthird 1 ca\n");
	ck_assert_int_eq(known_forget("other", "1"), 0);
	ck_assert_int_eq(known_find(&k, "other", "1"), 0);
}
END_TEST

/* What a disk has lost is zeros: nobody is met for the first time by that. */
START_TEST(file_of_zeros)
{
	struct known k = { KNOWN_CA, "host", "1", { 0 }, 0 };

	file_write("other 1 ca\nhost 1 ca\n");
	ck_assert_int_eq(truncate(known_file(), 4), 0);
	ck_assert_int_eq(truncate(known_file(), 20), 0);
	ck_assert_int_eq(known_find(&k, "host", "1"), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_int_eq(known_keep(&k), -1);
}
END_TEST

/* Of two that meet a server at once the first is believed. */
START_TEST(file_learned)
{
	struct known k = { KNOWN_PIN, "host", "1", { 1 }, 0 };

	ck_assert_int_eq(known_learn(&k), 0);
	ck_assert_str_eq(file_text(), "host 1 pin sha256/AQAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAAAAAAAAAAAAA=\n");
	ck_assert_int_eq(known_learn(&k), 0);
	k.pin[0] = 2;
	ck_assert_int_eq(known_learn(&k), 1);
	ck_assert_int_eq(k.kind, KNOWN_PIN);
	ck_assert_uint_eq(k.pin[0], 1);
	k = (struct known){ KNOWN_CA, "host", "1", { 0 }, 0 };
	ck_assert_int_eq(known_learn(&k), 1);
	ck_assert_uint_eq(k.pin[0], 1);
	k = (struct known){ KNOWN_CA, "host", "2", { 0 }, 0 };
	ck_assert_int_eq(known_learn(&k), 0);
	ck_assert_int_eq(known_find(&k, "host", "2"), 0);
	ck_assert_int_eq(k.kind, KNOWN_CA);
}
END_TEST

START_TEST(file_unreadable)
{
	struct known k = { KNOWN_CA, "host", "1", { 0 }, 0 };

	file_write("");
	unlink(known_file());
	mkdir(known_file(), 0700); /* as unreadable to root as to anybody */
	ck_assert_int_eq(known_find(&k, "host", "1"), -1);
	ck_assert_int_eq(known_find_sts(&k, "host", 1), -1);
	ck_assert_int_eq(known_keep(&k), -1);
	rmdir(known_file());
}
END_TEST

START_TEST(file_nowhere)
{
	struct known k = { KNOWN_CA, "host", "1", { 0 }, 0 };
	char *home = getenv("HOME");

	home = home != NULL ? strdup(home) : NULL;
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	ck_assert_int_eq(known_find(&k, "host", "1"), 0);
	ck_assert_int_eq(k.kind, KNOWN_NOTHING);
	ck_assert_int_eq(known_keep(&k), -1);
	if (home != NULL)
		setenv("HOME", home, 1);
	free(home);
	setenv("XDG_STATE_HOME", directory, 1);
}
END_TEST

Suite *
check_known(void)
{
	Suite *suite = suite_create("known");
	TCase *tc = tcase_create("lines");

	ADD_ROWS(tc, line, lines);
	tcase_add_test(tc, line_long);
	suite_add_tcase(suite, tc);
	tc = tcase_create("file");
	tcase_add_checked_fixture(tc, file_setup, file_teardown);
	tcase_add_test(tc, file);
	tcase_add_test(tc, file_sts);
	tcase_add_test(tc, file_malformed);
	tcase_add_test(tc, file_of_zeros);
	tcase_add_test(tc, file_learned);
	tcase_add_test(tc, file_unreadable);
	tcase_add_test(tc, file_nowhere);
	suite_add_tcase(suite, tc);
	return suite;
}
