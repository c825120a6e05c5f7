/* SPDX-License-Identifier: ISC */

/*
 * The file of settings: what is wrong with it, what saving leaves as it was,
 * and that the defaults, exported, are read as the defaults.
 */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_client.h"
#include "client/setting/config.h"
#include "client/setting/path.h"
#include "client/setting/setting.h"

static char dir[] = "/tmp/moot-check.XXXXXX", file[64];
static struct config_errors errors;

static void
setup(void)
{
	setting_reset();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/moot.conf", dir);
}

static void
teardown(void)
{
	unlink(file);
	rmdir(dir);
	setting_reset();
}

static void
put(const char *text)
{
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static const char *
get(void)
{
	static char text[65536];
	FILE *f = fopen(file, "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

/* ---- reading ---- */

static const struct {
	const char *text, *want; /* what is wrong, without the name */
} files[] = {
	{ "", "" },
	{ "# nothing\n\n \t\n", "" },
	{ "\xef\xbb\xbfmouse on\r\n", "" },
	{ "mouse on", "" },
	{ "mose on\n", "1: unknown setting \"mose\"; did you mean \"mouse\"?" },
	{ "\nmouse yes\n", "2: mouse: \"yes\" is neither on nor off" },
	{ "mouse\n", "1: mouse: needs a value" },
	{ "mouse on\nmouse off\n", "2: mouse: already on line 1" },
	{ "password secret\n", "1: a password is not kept here, where it "
	    "would be read by others: see password-command and "
	    "password-file" },
	{ "network a\nnick x\nnetwork b\nnick y\nnetwork a\nnick z\n",
	    "6: nick: already on line 2" },
	{ "network\n", "1: network: needs a name" },
	{ "network a b\n", "1: network: takes one name" },
	{ "network a b c\n", "1: network: takes one name" },
	{ "network a/b\nnick x\nnick y\n", "1: \"a/b\" is not the name of a "
	    "network: letters, digits, '-', '_' and '.', at most 63" },
	{ "network a\nmouse on\n",
	    "2: mouse: is for all networks, not for one" },
	{ "nick \xff\n", "1: not valid UTF-8" },
	{ "realname a\033[2Jb\n", "1: realname: a control character" },
};

START_TEST(reads)
{
	char want[512] = "";
	int result;

	put(files[_i].text);
	if (*files[_i].want != '\0')
		snprintf(want, sizeof(want), "%s:%s\n", file, files[_i].want);
	result = config_read(file, &errors);
	ck_assert_str_eq(errors.text, want);
	ck_assert_int_eq(result, *want != '\0' ? -1 : 0);
}
END_TEST

START_TEST(reads_values)
{
	put("nick ann # me\nnetwork home\n\tjoin #a #b\n"
	    "\tserver \"127.0.0.1:1\"\n");
	ck_assert_int_eq(config_read(file, &errors), 0);
	ck_assert_str_eq(setting_text("nick"), "ann");
	ck_assert_str_eq(setting_network(0), "home");
	ck_assert_str_eq(setting_item_in("home", "join", 1), "#b");
	ck_assert_str_eq(setting_text_in("home", "server"), "127.0.0.1:1");
	ck_assert_str_eq(setting_text("server"), "");
}
END_TEST

START_TEST(counts_errors)
{
	char text[16384] = "";
	int i;

	for (i = 0; i < 400; i++)
		strcat(text, "wrong on\n");
	put(text);
	ck_assert_int_eq(config_read(file, &errors), -1);
	ck_assert_int_eq(errors.count, 400);
	ck_assert_ptr_nonnull(strstr(errors.text, "400 errors in all\n"));
}
END_TEST

START_TEST(none)
{
	ck_assert_int_eq(config_read(file, &errors), -1);
	ck_assert_ptr_nonnull(strstr(errors.text, "No such file"));
	ck_assert_int_eq(config_read(NULL, &errors), 1);
}
END_TEST

/* ---- saving ---- */

static const struct {
	const char *name, *old, *set, *value, *want;
	const char *network;
} saves[] = {
	{ "nothing changed", "# a\nmouse   on # b\n\n# c\nnetwork x\nnick y\n",
	    NULL, NULL, "# a\nmouse   on # b\n\n# c\nnetwork x\nnick y\n",
	    NULL },
	{ "several words", "realname Ann of Moot\n", NULL, NULL,
	    "realname Ann of Moot\n", NULL },
	{ "changed", "# a\n  mouse on # b\nnick x\n", "mouse", "off",
	    "# a\n  mouse off\nnick x\n", NULL },
	{ "unset", "# a\nmouse on\nnick x\n", "mouse", NULL,
	    "# a\nnick x\n", NULL },
	{ "added", "# a\n\nnick x\n\n# of y\nnetwork y\n\tnick z\n", "mouse",
	    "on", "# a\n\nnick x\nmouse on\n\n# of y\nnetwork y\n\tnick z\n",
	    NULL },
	{ "added to comments", "# a\n", "mouse", "on", "# a\nmouse on\n",
	    NULL },
	{ "added to nothing", "", "mouse", "on", "mouse on\n", NULL },
	{ "as it is by default", "nick x\n", "mouse", "off", "nick x\n", NULL },
	{ "no newline", "nick x", "mouse", "on", "nick x\nmouse on\n", NULL },
	{ "of a network", "network y\n\tnick z\n# end\n", "nick", "w",
	    "network y\n\tnick w\n# end\n", "y" },
	{ "added to a network", "network y\n\tnick z\n\nnetwork v\n", "join",
	    "#a #b", "network y\n\tnick z\n\tjoin #a #b\n\nnetwork v\n",
	    "y" },
	{ "a new network", "nick x\n", "join", "#a",
	    "nick x\n\nnetwork new\n\tjoin #a\n", "new" },
	{ "quoted", "", "completion-suffix", "\": \"",
	    "completion-suffix \": \"\n", NULL },
};

START_TEST(saves_one)
{
	char why[SETTING_WHY];
	int result = 0;

	put(saves[_i].old);
	ck_assert_int_eq(config_read(file, &errors), 0);
	if (saves[_i].network != NULL)
		setting_network_know(saves[_i].network, why, sizeof(why));
	if (saves[_i].value != NULL)
		result = setting_set(saves[_i].network, saves[_i].set,
		    saves[_i].value, why, sizeof(why));
	else if (saves[_i].set != NULL)
		result = setting_unset(saves[_i].network, saves[_i].set, why,
		    sizeof(why));
	ck_assert_int_eq(result, 0);
	ck_assert_int_eq(config_save(), 0);
	ck_assert_msg(strcmp(get(), saves[_i].want) == 0, "%s: got:\n%s",
	    saves[_i].name, get());
}
END_TEST

/* It keeps its mode; a link to it stays one. */
START_TEST(saves_in_place)
{
	char why[SETTING_WHY], link_name[96], where[64];
	struct stat st;

	put("nick x\n");
	ck_assert_int_eq(chmod(file, 0640), 0);
	snprintf(link_name, sizeof(link_name), "%s/link", dir);
	ck_assert_int_eq(symlink("moot.conf", link_name), 0);
	ck_assert_int_eq(config_read(link_name, &errors), 0);
	setting_set(NULL, "mouse", "on", why, sizeof(why));
	ck_assert_int_eq(config_save(), 0);
	ck_assert_int_eq(readlink(link_name, where, sizeof(where)), 9);
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	ck_assert_str_eq(get(), "nick x\nmouse on\n");
	unlink(link_name);
}
END_TEST

/* ---- exporting ---- */

START_TEST(exports)
{
	char before[SETTING_VALUE], after[SETTING_VALUE];
	struct setting_info info;
	FILE *f = fopen(file, "w");
	int i;

	config_export(f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(config_read(file, &errors), 0);
	for (i = 0; setting_info(i, &info); i++) {
		ck_assert(setting_line(NULL, info.name, after,
		    sizeof(after)));
		setting_unset(NULL, info.name, before, sizeof(before));
		setting_line(NULL, info.name, before, sizeof(before));
		ck_assert_str_eq(before, after);
	}
}
END_TEST

/* ---- where ---- */

START_TEST(places)
{
	char path[PATH_MOST];

	setenv("HOME", "/h", 1);
	unsetenv("XDG_CONFIG_HOME");
	ck_assert_int_eq(path_config(path, sizeof(path), "x"), 0);
	ck_assert_str_eq(path, "/h/.config/moot/x");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	ck_assert_int_eq(path_config(path, sizeof(path), "x"), 0);
	ck_assert_str_eq(path, "/h/.config/moot/x");
	setenv("XDG_CONFIG_HOME", "/c", 1);
	ck_assert_int_eq(path_config(path, sizeof(path), "x"), 0);
	ck_assert_str_eq(path, "/c/moot/x");
	unsetenv("XDG_STATE_HOME");
	ck_assert_int_eq(path_state(path, sizeof(path), "x"), 0);
	ck_assert_str_eq(path, "/h/.local/state/moot/x");
	unsetenv("HOME");
	ck_assert_int_eq(path_state(path, sizeof(path), "x"), -1);
	ck_assert_int_eq(path_config(path, 8, "x"), -1);
}
END_TEST

Suite *
check_configfile(void)
{
	Suite *s = suite_create("configfile");
	TCase *t = tcase_create("file");

	tcase_add_checked_fixture(t, setup, teardown);
	ADD_ROWS(t, reads, files);
	tcase_add_test(t, reads_values);
	tcase_add_test(t, counts_errors);
	tcase_add_test(t, none);
	ADD_ROWS(t, saves_one, saves);
	tcase_add_test(t, saves_in_place);
	tcase_add_test(t, exports);
	tcase_add_test(t, places);
	suite_add_tcase(s, t);
	return s;
}
