/* SPDX-License-Identifier: ISC */

/* The editor: what is typed, what comes of it, and where the cursor is. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/input/edit.h"
#include "../../client/input/grapheme.h"
#include "../../client/input/recall.h"
#include "../../client/input/kill.h"
#include "../../client/input/text.h"
#include "../../irc/utf8.h"
#include "check_client.h"

#define FAMILY "\360\237\221\250\342\200\215\360\237\221\251\342\200\215"     \
	"\360\237\221\247"
#define FLAG "\360\237\207\251\360\237\207\252"
#define THUMB "\360\237\221\215\360\237\217\275"
#define PASTE(text) "\033[200~" text "\033[201~"
#define LEFT "\033[D"
#define RIGHT "\033[C"
#define UP "\033[A"
#define DOWN "\033[B"

/* '|' is the cursor.  Three lines were typed before: "one", "two words",
 * "three". */
static const struct {
	const char *name, *typed, *want;
} edits[] = {
	{ "text", "hello", "hello|" },
	{ "to the beginning", "hello\001X", "X|hello" },
	{ "to the end", "hello\001\005X", "helloX|" },
	{ "back and on", "abc\002\002\006X", "abX|c" },
	{ "arrows", "abc" LEFT LEFT RIGHT "X", "abX|c" },
	{ "words", "one two.three\033b\033bX", "one X|two.three" },
	{ "words on", "one two\001\033f\033fX", "one twoX|" },
	{ "words by arrows", "one two\033[1;5DX\033[1;5C", "one Xtwo|" },
	{ "backspace", "abc\177\010", "a|" },
	{ "backspace at the beginning", "abc\001\177", "|abc" },
	{ "delete", "abc\001\033[3~\004", "|c" },
	{ "delete at the end", "abc\033[3~", "abc|" },
	{ "delete a word back", "one two.three\033\177", "one two.|" },
	{ "delete to a blank", "one two.three\027", "one |" },
	{ "delete a word on", "one two\001\033d", "| two" },
	{ "kill and yank", "one two\027\001\031", "two|one " },
	{ "kill to the end", "one two\033b\013\001\031", "two|one " },
	{ "kill all before", "one two\033b\025", "|two" },
	{ "kills in a row are one", "a b c\027\027\025\031", "a b c|" },
	{ "kills apart are two", "one two\033d\027x\027\031\033y",
	    "one two|" },
	{ "an older kill", "aa\025bb\025\031\033y", "aa|" },
	{ "round the ring", "aa\025bb\025\031\033y\033y", "bb|" },
	{ "Alt-y alone", "aa\033y", "aa|" },
	{ "transpose at the end", "ab\024", "ba|" },
	{ "transpose in the middle", "abc\002\024", "acb|" },
	{ "transpose one", "a\024", "a|" },
	{ "transpose none", "\024", "|" },
	{ "transpose words", "one two\033t", "two one|" },
	{ "transpose words between", "one, two\001\006\006\006\033t",
	    "two, one|" },
	{ "transpose one word", "one\033t", "one|" },
	{ "upper case", "one two\001\033u", "ONE| two" },
	{ "lower case", "ONE TWO\001\033f\033l", "ONE two|" },
	{ "title", "one two\001\033f\033c", "one Two|" },
	{ "title and lower", "\303\244PFEL\001\033c", "\303\204pfel|" },
	{ "undo a word", "one two\037", "one |" },
	{ "undo twice", "one two\037\037", "|" },
	{ "undo nothing", "\037", "|" },
	{ "undo a kill", "one two\025\037", "one two|" },
	{ "undo and go on", "one two\037three", "one three|" },
	{ "undo in the middle", "abc\002X\037", "ab|c" },
	{ "undo all kinds", "ab\024\001\033u\037\037", "ab|" },

	{ "a character", "\303\244\342\202\254" LEFT "X",
	    "\303\244X|\342\202\254" },
	{ "a combining mark", "ae\314\201" LEFT "X", "aX|e\314\201" },
	{ "deleted with its letter", "ae\314\201\177", "a|" },
	{ "a family", "a" FAMILY LEFT "X", "aX|" FAMILY },
	{ "a family deleted", "a" FAMILY "\177", "a|" },
	{ "flags", FLAG FLAG LEFT "X", FLAG "X|" FLAG },
	{ "a skin", "a" THUMB "\177", "a|" },
	{ "transpose families", FAMILY "a\024", "a" FAMILY "|" },
	{ "joined by a deletion", "e\314\201" LEFT "\001x" "y\177\177",
	    "|e\314\201" },
	{ "a mark alone is joined", "ab" LEFT "\314\201", "a\314\201|b" },
	{ "not UTF-8", "a\377\303b\200", "ab|" },
	{ "controls", "a\033[99~b\302\233c\036", "abc|" },
	{ "overrides of the direction", "a\342\200\256b", "ab|" },

	{ "history", UP, "three|" },
	{ "further back", UP UP, "two words|" },
	{ "to its beginning", UP UP UP UP UP, "one|" },
	{ "and back", "draft" UP UP DOWN, "three|" },
	{ "to the draft", "draft" UP UP DOWN DOWN, "draft|" },
	{ "not beyond", "draft" UP DOWN DOWN, "draft|" },
	{ "by letters", "\020\020\016", "three|" },
	{ "undone", "draft" UP "\037", "draft|" },

	{ "search", "\022wo", "t|wo words" },
	{ "search taken", "\022wo\r", "two words|" },
	{ "search given up", "draft\022wo\007", "draft|" },
	{ "search of the older", "\022o\022", "|one" },
	{ "search of the newer", "\022o\022\023", "tw|o words" },
	{ "search in either case", "\022THREE", "|three" },
	{ "search of what is not there", "\022thx", "|three" },
	{ "search narrowed again", "\022thx\177", "|three" },
	{ "search ended by a key", "\022two\001X", "X|two words" },
	{ "search ended by ESC", "\022two\033!", "two words|" },
	{ "search undone", "draft\022two\r\037", "draft|" },
	{ "search of nothing", "draft\022\r", "draft|" },
	{ "search by a paste", "\022" PASTE("wo\r"), "t|wo words" },

	{ "a paste", PASTE("a b"), "a b|" },
	{ "in the middle", "xy" LEFT PASTE("ab"), "xab|y" },
	{ "lines", PASTE("a\rb\r\nc\r\r"), "a\nb\nc|" },
	{ "a tab", PASTE("a\tb"), "a    b|" },
	{ "controls in a paste", PASTE("a\001\033[Db\010"), "ab|" },
	{ "undone at once", "x" PASTE("a b\rc") "\037", "x|" },
	{ "nothing", PASTE(""), "|" },
	{ "up and down in lines", PASTE("abc\rde\rfghi") UP "X",
	    "abc\ndeX|\nfghi" },
	{ "the column is kept", PASTE("abcd\re\rfghi") UP UP "X",
	    "abcdX|\ne\nfghi" },
	{ "down", PASTE("abcd\re\rfghi") UP UP DOWN DOWN "X",
	    "abcd\ne\nfghiX|" },
	{ "above the first line is history", PASTE("a\rb") UP UP, "three|" },
	{ "back to the lines", PASTE("a\rb") UP UP DOWN, "a\nb|" },
	{ "home and end of a line", PASTE("ab\rcd") "\001X\005Y",
	    "ab\nXcdY|" },
	{ "of all", PASTE("ab\rcd") "\033<X\033>Y", "Xab\ncdY|" },
	{ "kill a line end", PASTE("ab\rcd") UP "\013", "ab|cd" },
	{ "kill a line", PASTE("ab\rcd") "\025", "ab\n|" },
	{ "a line end of our own", "a\033\rb", "a\nb|" },
	{ "another", "a\012b", "a\nb|" },
	{ "and another", "a\033[13;2ub", "a\nb|" },

	{ "bold", "\033oba\033oo", "\002a\017|" },
	{ "no such format", "\033oqa", "a|" },
	{ "a literal one", "\026\002a", "\002a|" },
	{ "a literal other", "\026\001a", "a|" },
	{ "formats in a paste", PASTE("\002a"), "a|" },
};

static struct edit *edit;
static struct key_reader reader;

static void
begin(void)
{
	recall_close();
	kill_clear();
	recall_add(NULL, "one", 0);
	recall_add(NULL, "two words", 0);
	recall_add(NULL, "three", 0);
	edit = edit_new(1);
	ck_assert_ptr_nonnull(edit);
	memset(&reader, 0, sizeof(reader));
}

static enum edit_result
press(char byte)
{
	struct key k;

	if (byte == '!' ? !key_expire(&reader, &k) :
	    !key_take(&reader, byte, &k))
		return EDIT_MORE;
	return edit_key(edit, &k);
}

static enum edit_result
type(const char *bytes)
{
	enum edit_result result = EDIT_MORE;

	for (; *bytes != '\0'; bytes++)
		result = press(*bytes);
	return result;
}

static void
finish(void)
{
	edit_free(edit);
	recall_close();
	kill_clear();
}

START_TEST(typed)
{
	char got[256];
	const char *text;

	begin();
	type(edits[_i].typed);
	text = edit_text(edit);
	ck_assert_uint_eq(strlen(text), edit_length(edit));
	snprintf(got, sizeof(got), "%.*s|%s", (int)edit_cursor(edit), text,
	    text + edit_cursor(edit));
	ck_assert_msg(strcmp(got, edits[_i].want) == 0, "%s: got \"%s\"",
	    edits[_i].name, got);
	finish();
}
END_TEST

static const struct {
	const char *name, *typed;
	enum edit_result want;
} results[] = {
	{ "a letter", "a", EDIT_MORE },
	{ "enter", "a\r", EDIT_ENTER },
	{ "the end", "\004", EDIT_END },
	{ "not the end", "a\004", EDIT_MORE },
	{ "clear", "\014", EDIT_CLEAR },
	{ "complete", "a\t", EDIT_COMPLETE },
	{ "complete back", "a\033[Z", EDIT_COMPLETE_BACK },
	{ "a function key", "\033OP", EDIT_UNKNOWN },
	{ "Alt and a digit", "\0331", EDIT_UNKNOWN },
	{ "page up", "\033[5~", EDIT_UNKNOWN },
	{ "nothing to cancel", "\007", EDIT_UNKNOWN },
	{ "enter in a search", "\022one\r", EDIT_MORE },
	{ "cancel in a search", "\022one\007", EDIT_MORE },
	{ "a function key in a search", "\022one\033OP", EDIT_UNKNOWN },
	{ "enter in a paste", "\033[200~a\r", EDIT_MORE },
	{ "behind a paste", PASTE("a\r") "\r", EDIT_ENTER },
};

START_TEST(result)
{
	begin();
	ck_assert_int_eq(type(results[_i].typed), results[_i].want);
	finish();
}
END_TEST

START_TEST(taken)
{
	char *text;

	begin();
	type("a secret\025\031");
	text = edit_take(edit);
	ck_assert_str_eq(text, "a secret");
	ck_assert_str_eq(edit_text(edit), "");
	free(text);
	type("\037\037\037");
	ck_assert_str_eq(edit_text(edit), "");
	finish();
}
END_TEST

START_TEST(cancelled)
{
	begin();
	ck_assert_int_eq(edit_cancel(edit), 0);
	type("draft\022one");
	ck_assert_str_eq(edit_prompt(edit), "(search) one: ");
	ck_assert_int_eq(edit_cancel(edit), 1);
	ck_assert_ptr_null(edit_prompt(edit));
	ck_assert_str_eq(edit_text(edit), "draft");
	ck_assert_int_eq(edit_cancel(edit), 1);
	ck_assert_str_eq(edit_text(edit), "");
	ck_assert_int_eq(edit_cancel(edit), 0);
	finish();
}
END_TEST

START_TEST(one_line)
{
	begin();
	edit_free(edit);
	edit = edit_new(0);
	ck_assert_int_eq(type("a\012"), EDIT_ENTER);
	ck_assert_int_eq(type("a\033\r"), EDIT_ENTER);
	ck_assert_str_eq(edit_text(edit), "aa");
	type(PASTE("x\ry"));
	ck_assert_str_eq(edit_text(edit), "aax\ny");
	finish();
}
END_TEST

START_TEST(full)
{
	int i;

	begin();
	type("\033[200~");
	for (i = 0; i < TEXT_MOST - 1; i++)
		press('x');
	ck_assert_int_eq(type("\033[201~"), EDIT_MORE);
	ck_assert_int_eq(type("\303\244"), EDIT_FULL);
	ck_assert_uint_eq(edit_length(edit), TEXT_MOST - 1);
	ck_assert_int_eq(type("y"), EDIT_MORE);
	ck_assert_int_eq(type("y"), EDIT_FULL);
	ck_assert_int_eq(type(PASTE("y")), EDIT_FULL);
	ck_assert_int_eq(edit_replace(edit, 0, 1, "zz"), -1);
	type("\037\037\037");
	ck_assert_str_eq(edit_text(edit), "");
	finish();
}
END_TEST

START_TEST(shown)
{
	char got[64];

	edit_show(got, sizeof(got), "a\nb\002\377", 5);
	ck_assert_str_eq(got, "a\342\206\265b\342\220\202\357\277\275");
	ck_assert_int_eq(edit_columns("a\nb\002\377\346\274\242", 8), 7);
	edit_show(got, 4, "ab\303\244", 4);
	ck_assert_str_eq(got, "ab");
}
END_TEST

/* Whether the text is as it must be after any key. */
static int
is_sound(void)
{
	const char *s = edit_text(edit);
	size_t len = edit_length(edit), at = edit_cursor(edit), i;

	if (strlen(s) != len || len > TEXT_MOST || at > len ||
	    !utf8_valid(s, len))
		return 0;
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 && s[i] != '\n' &&
		    !text_is_format(s[i]))
			return 0;
	if (edit_prompt(edit) != NULL || at == 0)
		return 1;
	i = grapheme_before(s, len, at);
	return i < at && grapheme_after(s, len, i) == at;
}

/* Any bytes, mostly those that are keys and characters that join. */
START_TEST(anything)
{
	static const char *const likely[] = {
		"\033", "\033b", "\033d", "\033t", "\033u", "\033\r", "\033y",
		"\033[A", "\033[B", "\033[C", "\033[D", "\033[200~",
		"\033[201~", "\022", "\007", "\037", "\031", "\027", "\024",
		"\001", "\013", "a", " ", "e\314\201", "\314\201", FAMILY,
		"\342\200\215", FLAG, "\360\237\207\251", THUMB, "\r", "\004",
		"\340\244\225\340\244\277", "\177", "word ",
	};
	unsigned int seed = (unsigned int)_i + 1;
	char one[2] = "", *text;
	int i;

	begin();
	for (i = 0; i < 20000; i++) {
		one[0] = (char)(rand_r(&seed) % 255 + 1);
		if (type(rand_r(&seed) % 8 == 0 ? one : likely[rand_r(&seed) %
		    ROWS(likely)]) == EDIT_ENTER && rand_r(&seed) % 4 == 0) {
			text = edit_take(edit);
			recall_add(NULL, text, 0);
			free(text);
		}
		if (!is_sound())
			ck_abort_msg("after %d keys: \"%s\", %zu", i,
			    edit_text(edit), edit_cursor(edit));
	}
	finish();
}
END_TEST

Suite *
check_edit(void)
{
	Suite *s = suite_create("edit");
	TCase *tc = tcase_create("edit");

	ADD_ROWS(tc, typed, edits);
	ADD_ROWS(tc, result, results);
	tcase_add_test(tc, taken);
	tcase_add_test(tc, cancelled);
	tcase_add_test(tc, one_line);
	tcase_add_test(tc, full);
	tcase_add_test(tc, shown);
	tcase_add_loop_test(tc, anything, 0, 8);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return s;
}
