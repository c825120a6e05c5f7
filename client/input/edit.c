/* SPDX-License-Identifier: ISC */
/*
 * The editor: keys become changes of a text.
 *
 * One function a key and one table of keys, most of them those of emacs and
 * of readline.  A key that is in no table is the caller's, who may have asked
 * his own table first.  What all this looks like is not known here, so it can
 * be tested without a terminal.
 *
 * A few keys change what the next one means: ^V and Alt-o wait for one more,
 * ^R begins a search that takes all keys until one ends it, and a paste is
 * collected and put in at once, as one change.
 */

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "client/line/display.h"
#include "edit.h"
#include "grapheme.h"
#include "irc/utf8.h"
#include "kill.h"
#include "recall.h"
#include "search.h"
#include "text.h"

/* What the last key did, as far as the next one wants to know. */
enum edit_last {
	LAST_OTHER,
	LAST_KILL,     /* another kill joins it */
	LAST_YANK,     /* Alt-y takes an older text instead */
	LAST_VERTICAL, /* the column stays that of the first such key */
};

struct edit {
	struct text text;
	int lines;
	enum edit_last last, now; /* of the key before, and of this one */
	int column;               /* of LAST_VERTICAL */
	size_t yanked;            /* where LAST_YANK begins */
	unsigned int yank;        /* which one it is */

	enum edit_result (*prefix)(struct edit *e, const struct key *k);

	int browsing;    /* an old text is shown, */
	unsigned int at; /* the one of this serial number, */
	char *draft;     /* instead of this */

	struct search search;

	int pasting;
	char *paste;
	size_t paste_len;
	int paste_cut; /* not all of it fits */
};

struct edit *
edit_new(int lines)
{
	struct edit *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	if (text_init(&e->text) == -1) {
		free(e);
		return NULL;
	}
	e->lines = lines;
	return e;
}

void
edit_free(struct edit *e)
{
	if (e == NULL)
		return;
	text_clear(&e->text);
	free(e->draft);
	search_end(&e->search);
	free(e->paste);
	free(e);
}

const char *
edit_text(const struct edit *e)
{
	return e->search.match != NULL ? e->search.match : e->text.s;
}

size_t
edit_length(const struct edit *e)
{
	return e->search.match != NULL ? strlen(e->search.match) :
	    e->text.len;
}

size_t
edit_cursor(const struct edit *e)
{
	return e->search.match != NULL ? e->search.cursor : e->text.cursor;
}

unsigned int
edit_version(const struct edit *e)
{
	return e->text.version;
}

const char *
edit_prompt(const struct edit *e)
{
	return e->search.on ? e->search.prompt : NULL;
}

int
edit_is_pasting(const struct edit *e)
{
	return e->pasting;
}

/* ---- moving ---- */

static enum edit_result
edit_move(struct edit *e, size_t at)
{
	text_move(&e->text, at);
	return EDIT_MORE;
}

static enum edit_result
edit_left(struct edit *e)
{
	return edit_move(e, text_before(&e->text, e->text.cursor));
}

static enum edit_result
edit_right(struct edit *e)
{
	return edit_move(e, text_after(&e->text, e->text.cursor));
}

static enum edit_result
edit_word_left(struct edit *e)
{
	return edit_move(e, text_word_before(&e->text, e->text.cursor));
}

static enum edit_result
edit_word_right(struct edit *e)
{
	return edit_move(e, text_word_after(&e->text, e->text.cursor));
}

static enum edit_result
edit_home(struct edit *e)
{
	return edit_move(e, text_line_begin(&e->text, e->text.cursor));
}

static enum edit_result
edit_line_end(struct edit *e)
{
	return edit_move(e, text_line_end(&e->text, e->text.cursor));
}

static enum edit_result
edit_begin(struct edit *e)
{
	return edit_move(e, 0);
}

static enum edit_result
edit_end(struct edit *e)
{
	return edit_move(e, e->text.len);
}

/* ---- history ---- */

static void
edit_forget_draft(struct edit *e)
{
	e->browsing = 0;
	free(e->draft);
	e->draft = NULL;
}

/* Puts TEXT, which need not be clean, in the place of all. */
static int
edit_put(struct edit *e, size_t from, size_t to, const char *text)
{
	char *clean = text_clean(text, strlen(text), 1);
	int done;

	if (clean == NULL)
		return -1;
	done = text_replace(&e->text, from, to, clean, strlen(clean));
	free(clean);
	return done;
}

static enum edit_result
edit_older(struct edit *e)
{
	unsigned int at = (e->browsing ? e->at : recall_end()) - 1;
	const char *line = recall_line(at);

	if (line == NULL)
		return EDIT_MORE;
	if (!e->browsing) {
		free(e->draft);
		e->draft = strdup(e->text.s);
	}
	e->browsing = 1;
	e->at = at;
	edit_put(e, 0, e->text.len, line);
	return EDIT_MORE;
}

static enum edit_result
edit_newer(struct edit *e)
{
	const char *line;

	if (!e->browsing)
		return EDIT_MORE;
	line = recall_line(++e->at);
	if (line != NULL) {
		edit_put(e, 0, e->text.len, line);
	} else {
		edit_put(e, 0, e->text.len, e->draft != NULL ? e->draft : "");
		edit_forget_draft(e);
	}
	return EDIT_MORE;
}

/* Up and down: within a text of several lines, beyond it in the history. */
static enum edit_result
edit_vertical(struct edit *e, int step)
{
	struct text *t = &e->text;
	size_t begin = text_line_begin(t, t->cursor), to;

	if (e->last != LAST_VERTICAL)
		e->column = grapheme_columns(t->s + begin, t->cursor - begin);
	to = text_vertical(t, t->cursor, step, e->column);
	if (to > t->len)
		return step < 0 ? edit_older(e) : edit_newer(e);
	e->now = LAST_VERTICAL;
	return edit_move(e, to);
}

static enum edit_result
edit_up(struct edit *e)
{
	return edit_vertical(e, -1);
}

static enum edit_result
edit_down(struct edit *e)
{
	return edit_vertical(e, 1);
}

/* ---- typing and deleting ---- */

static enum edit_result
edit_type(struct edit *e, const char *s, size_t len)
{
	return text_type(&e->text, s, len) == -1 ? EDIT_FULL : EDIT_MORE;
}

static enum edit_result
edit_newline(struct edit *e)
{
	return edit_type(e, "\n", 1);
}

static enum edit_result
edit_enter(struct edit *e)
{
	(void)e;
	return EDIT_ENTER;
}

static enum edit_result
edit_enter_line(struct edit *e)
{
	return e->lines ? edit_newline(e) : EDIT_ENTER;
}

static enum edit_result
edit_delete(struct edit *e, size_t from, size_t to)
{
	if (from < to)
		text_replace(&e->text, from, to, "", 0);
	return EDIT_MORE;
}

static enum edit_result
edit_backspace(struct edit *e)
{
	size_t at = e->text.cursor;

	return edit_delete(e, text_before(&e->text, at), at);
}

static enum edit_result
edit_delete_after(struct edit *e)
{
	size_t at = e->text.cursor;

	return edit_delete(e, at, text_after(&e->text, at));
}

static enum edit_result
edit_control_d(struct edit *e)
{
	return e->text.len == 0 ? EDIT_END : edit_delete_after(e);
}

/* ---- killing and yanking ---- */

static enum edit_result
edit_kill(struct edit *e, size_t from, size_t to, int before)
{
	e->now = LAST_KILL;
	if (from == to)
		return EDIT_MORE;
	if (e->last == LAST_KILL)
		kill_join(e->text.s + from, to - from, before);
	else
		kill_push(e->text.s + from, to - from);
	return edit_delete(e, from, to);
}

/* To the end of the line, or the line end itself. */
static enum edit_result
edit_kill_line(struct edit *e)
{
	size_t at = e->text.cursor, to = text_line_end(&e->text, at);

	return edit_kill(e, at, to > at ? to : text_after(&e->text, at), 0);
}

static enum edit_result
edit_kill_before(struct edit *e)
{
	size_t at = e->text.cursor;

	return edit_kill(e, text_line_begin(&e->text, at), at, 1);
}

static enum edit_result
edit_kill_word(struct edit *e)
{
	size_t at = e->text.cursor;

	return edit_kill(e, at, text_word_after(&e->text, at), 0);
}

static enum edit_result
edit_kill_word_before(struct edit *e)
{
	size_t at = e->text.cursor;

	return edit_kill(e, text_word_before(&e->text, at), at, 1);
}

static int
edit_is_blank(char c)
{
	return c == ' ' || c == '\n';
}

/* ^W: back to a blank, whatever the word is made of. */
static enum edit_result
edit_kill_blank_before(struct edit *e)
{
	size_t from = e->text.cursor;

	while (from > 0 && edit_is_blank(e->text.s[from - 1]))
		from--;
	while (from > 0 && !edit_is_blank(e->text.s[from - 1]))
		from--;
	return edit_kill(e, from, e->text.cursor, 1);
}

static enum edit_result
edit_yank_one(struct edit *e, size_t from)
{
	const char *text = kill_at(e->yank);

	if (text == NULL)
		return EDIT_MORE;
	e->now = LAST_YANK;
	e->yanked = from;
	return text_replace(&e->text, from, e->text.cursor, text,
	    strlen(text)) == -1 ? EDIT_FULL : EDIT_MORE;
}

static enum edit_result
edit_yank(struct edit *e)
{
	e->yank = 0;
	return edit_yank_one(e, e->text.cursor);
}

static enum edit_result
edit_yank_older(struct edit *e)
{
	if (e->last != LAST_YANK)
		return EDIT_MORE;
	e->yank++;
	return edit_yank_one(e, e->yanked);
}

/* ---- turning things round ---- */

/* Puts [A, B) behind [C, D), what is between them staying between. */
static enum edit_result
edit_swap(struct edit *e, size_t a, size_t b, size_t c, size_t d)
{
	char *swapped = malloc(d - a + 1), *p = swapped;
	const char *s = e->text.s;

	if (swapped == NULL)
		return EDIT_MORE;
	p = mempcpy(p, s + c, d - c);
	p = mempcpy(p, s + b, c - b);
	memcpy(p, s + a, b - a);
	text_replace(&e->text, a, d, swapped, d - a);
	free(swapped);
	return EDIT_MORE;
}

/* At the end the last two, elsewhere those around the cursor. */
static enum edit_result
edit_transpose(struct edit *e)
{
	struct text *t = &e->text;
	size_t b = t->cursor, a;

	if (b == t->len || t->s[b] == '\n')
		b = text_before(t, b);
	a = text_before(t, b);
	if (a == b || t->s[a] == '\n' || b == t->len)
		return EDIT_MORE;
	return edit_swap(e, a, b, b, text_after(t, b));
}

static enum edit_result
edit_transpose_words(struct edit *e)
{
	struct text *t = &e->text;
	size_t d = text_word_after(t, t->cursor), c = text_word_before(t, d);
	size_t a = text_word_before(t, c), b = text_word_after(t, a);

	if (a == c || b > c)
		return EDIT_MORE;
	return edit_swap(e, a, b, c, d);
}

enum edit_case { CASE_UPPER, CASE_LOWER, CASE_TITLE };

/* One character in the other case; its bytes. */
static int
edit_turn(char *dst, uint32_t cp, enum edit_case way, int first)
{
	static locale_t locale;
	wint_t turned = (wint_t)cp;

	if (locale == (locale_t)0)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (locale != (locale_t)0)
		turned = way == CASE_UPPER || (way == CASE_TITLE && first) ?
		    towupper_l(turned, locale) : towlower_l(turned, locale);
	return utf8_encode(dst, (uint32_t)turned);
}

static enum edit_result
edit_case(struct edit *e, enum edit_case way)
{
	struct text *t = &e->text;
	size_t from = t->cursor, to = text_word_after(t, from), i;
	char *turned, *p;
	uint32_t cp;
	int n, first = 1;

	if (from == to || (turned = malloc(4 * (to - from))) == NULL)
		return EDIT_MORE;
	for (i = from, p = turned; i < to; i += (size_t)n) {
		n = utf8_decode(&cp, t->s + i, to - i);
		p += edit_turn(p, cp, way, first);
		first = first && !text_is_word(t, i);
	}
	text_replace(t, from, to, turned, (size_t)(p - turned));
	free(turned);
	return EDIT_MORE;
}

static enum edit_result
edit_upper(struct edit *e)
{
	return edit_case(e, CASE_UPPER);
}

static enum edit_result
edit_lower(struct edit *e)
{
	return edit_case(e, CASE_LOWER);
}

static enum edit_result
edit_title(struct edit *e)
{
	return edit_case(e, CASE_TITLE);
}

static enum edit_result
edit_undo(struct edit *e)
{
	text_undo(&e->text);
	return EDIT_MORE;
}

/* ---- formatting ---- */

static enum edit_result
edit_format(struct edit *e, char code)
{
	return code != '\0' ? edit_type(e, &code, 1) : EDIT_MORE;
}

/* ^V: the next key's own code, where that is one of formatting. */
static enum edit_result
edit_literal_key(struct edit *e, const struct key *k)
{
	char code = k->code < 0x80 ? (char)(k->code & 0x1f) : '\0';

	return edit_format(e, k->mods == KEYMOD_CTRL && text_is_format(code) ?
	    code : '\0');
}

/* Alt-o: what the next letter stands for. */
static enum edit_result
edit_format_key(struct edit *e, const struct key *k)
{
	static const char letters[] = "bcimorsu";
	static const char codes[] = "\002\003\035\021\017\026\036\037";
	const char *letter = NULL;

	if (k->mods == 0 && k->code > 0 && k->code < 0x80)
		letter = strchr(letters, (int)k->code);
	return edit_format(e, letter != NULL ? codes[letter - letters] : '\0');
}

static enum edit_result
edit_literal(struct edit *e)
{
	e->prefix = edit_literal_key;
	return EDIT_MORE;
}

static enum edit_result
edit_format_prefix(struct edit *e)
{
	e->prefix = edit_format_key;
	return EDIT_MORE;
}

/* ---- keys for the caller ---- */

static enum edit_result
edit_clear(struct edit *e)
{
	(void)e;
	return EDIT_CLEAR;
}

static enum edit_result
edit_complete(struct edit *e)
{
	(void)e;
	return EDIT_COMPLETE;
}

static enum edit_result
edit_complete_back(struct edit *e)
{
	(void)e;
	return EDIT_COMPLETE_BACK;
}

/* ---- searching the history ---- */

static enum edit_result
edit_search(struct edit *e)
{
	search_begin(&e->search);
	e->text.version++;
	return EDIT_MORE;
}

/* ---- the table ---- */

static const struct {
	uint32_t code;
	unsigned int mods;
	enum edit_result (*press)(struct edit *e);
} edit_keys[] = {
	{ 'a', KEYMOD_CTRL, edit_home },
	{ 'b', KEYMOD_CTRL, edit_left },
	{ 'd', KEYMOD_CTRL, edit_control_d },
	{ 'e', KEYMOD_CTRL, edit_line_end },
	{ 'f', KEYMOD_CTRL, edit_right },
	{ 'h', KEYMOD_CTRL, edit_backspace },
	{ 'j', KEYMOD_CTRL, edit_enter_line },
	{ 'k', KEYMOD_CTRL, edit_kill_line },
	{ 'l', KEYMOD_CTRL, edit_clear },
	{ 'n', KEYMOD_CTRL, edit_down },
	{ 'p', KEYMOD_CTRL, edit_up },
	{ 'r', KEYMOD_CTRL, edit_search },
	{ 't', KEYMOD_CTRL, edit_transpose },
	{ 'u', KEYMOD_CTRL, edit_kill_before },
	{ 'v', KEYMOD_CTRL, edit_literal },
	{ 'w', KEYMOD_CTRL, edit_kill_blank_before },
	{ 'y', KEYMOD_CTRL, edit_yank },
	{ '_', KEYMOD_CTRL, edit_undo },
	{ '/', KEYMOD_CTRL, edit_undo }, /* where CSI u tells it from ^_ */
	{ '<', KEYMOD_ALT, edit_begin },
	{ '>', KEYMOD_ALT, edit_end },
	{ 'b', KEYMOD_ALT, edit_word_left },
	{ 'c', KEYMOD_ALT, edit_title },
	{ 'd', KEYMOD_ALT, edit_kill_word },
	{ 'f', KEYMOD_ALT, edit_word_right },
	{ 'h', KEYMOD_ALT | KEYMOD_CTRL, edit_kill_word_before },
	{ 'l', KEYMOD_ALT, edit_lower },
	{ 'o', KEYMOD_ALT, edit_format_prefix },
	{ 't', KEYMOD_ALT, edit_transpose_words },
	{ 'u', KEYMOD_ALT, edit_upper },
	{ 'y', KEYMOD_ALT, edit_yank_older },
	{ KEYCODE_ENTER, 0, edit_enter },
	{ KEYCODE_ENTER, KEYMOD_ALT, edit_enter_line },
	{ KEYCODE_ENTER, KEYMOD_CTRL, edit_enter_line },
	{ KEYCODE_ENTER, KEYMOD_SHIFT, edit_enter_line },
	{ KEYCODE_TAB, 0, edit_complete },
	{ KEYCODE_TAB, KEYMOD_SHIFT, edit_complete_back },
	{ KEYCODE_BACKSPACE, 0, edit_backspace },
	{ KEYCODE_BACKSPACE, KEYMOD_SHIFT, edit_backspace },
	{ KEYCODE_BACKSPACE, KEYMOD_ALT, edit_kill_word_before },
	{ KEYCODE_BACKSPACE, KEYMOD_CTRL, edit_kill_word_before },
	{ KEYCODE_DELETE, 0, edit_delete_after },
	{ KEYCODE_DELETE, KEYMOD_ALT, edit_kill_word },
	{ KEYCODE_DELETE, KEYMOD_CTRL, edit_kill_word },
	{ KEYCODE_UP, 0, edit_up },
	{ KEYCODE_DOWN, 0, edit_down },
	{ KEYCODE_LEFT, 0, edit_left },
	{ KEYCODE_LEFT, KEYMOD_ALT, edit_word_left },
	{ KEYCODE_LEFT, KEYMOD_CTRL, edit_word_left },
	{ KEYCODE_RIGHT, 0, edit_right },
	{ KEYCODE_RIGHT, KEYMOD_ALT, edit_word_right },
	{ KEYCODE_RIGHT, KEYMOD_CTRL, edit_word_right },
	{ KEYCODE_HOME, 0, edit_home },
	{ KEYCODE_HOME, KEYMOD_CTRL, edit_begin },
	{ KEYCODE_END, 0, edit_line_end },
	{ KEYCODE_END, KEYMOD_CTRL, edit_end },
};

/* ---- a paste ---- */

static enum edit_result
paste_begin(struct edit *e)
{
	e->pasting = 1;
	e->paste_cut = 0;
	e->paste_len = 0;
	if (e->paste == NULL)
		e->paste = malloc(TEXT_MOST + 4);
	return EDIT_MORE;
}

static void
paste_add(struct edit *e, const struct key *k)
{
	char bytes[EDIT_TAB + 1] = "    ";
	size_t n = EDIT_TAB;

	if (k->code == KEYCODE_ENTER) {
		*bytes = '\n';
		n = 1;
	} else if (k->code != KEYCODE_TAB)
		n = (size_t)utf8_encode(bytes, k->code);
	if (e->paste == NULL || e->paste_len + n > TEXT_MOST) {
		e->paste_cut = 1;
		return;
	}
	memcpy(e->paste + e->paste_len, bytes, n);
	e->paste_len += n;
}

/* What fits of it is put in.  Line ends behind it would only be in the way. */
static enum edit_result
paste_end(struct edit *e)
{
	size_t room = TEXT_MOST - e->text.len, len;
	char *clean = NULL;

	e->pasting = 0;
	while (e->paste_len > 0 && e->paste[e->paste_len - 1] == '\n')
		e->paste_len--;
	if (e->paste_len > 0)
		clean = text_clean(e->paste, e->paste_len, 0);
	if (clean != NULL) {
		len = strlen(clean);
		if (len > room)
			e->paste_cut = 1;
		len = utf8_cut(clean, len, room);
		text_replace(&e->text, e->text.cursor, e->text.cursor, clean,
		    len);
	}
	free(clean);
	free(e->paste);
	e->paste = NULL;
	return e->paste_cut ? EDIT_FULL : EDIT_MORE;
}

/* ---- what the caller does ---- */

static enum edit_result
edit_press(struct edit *e, const struct key *k)
{
	char bytes[4];
	size_t i, n;

	if (k->code < KEYCODE_ENTER && k->mods == 0) {
		n = (size_t)utf8_encode(bytes, k->code);
		return display_is_harmless(k->code) ? edit_type(e, bytes, n) :
		    EDIT_MORE;
	}
	for (i = 0; i < sizeof(edit_keys) / sizeof(edit_keys[0]); i++)
		if (edit_keys[i].code == k->code &&
		    edit_keys[i].mods == k->mods)
			return edit_keys[i].press(e);
	return EDIT_UNKNOWN;
}

/* Whether the key was the search's alone. */
static int
edit_key_searches(struct edit *e, const struct key *k)
{
	enum search_result result = search_key(&e->search, k);

	e->text.version++;
	if (result == SEARCH_MORE)
		return 1;
	if (result != SEARCH_OVER && e->search.match != NULL)
		edit_put(e, 0, e->text.len, e->search.match);
	search_end(&e->search);
	return result != SEARCH_LEFT;
}

enum edit_result
edit_key(struct edit *e, const struct key *k)
{
	enum edit_result (*prefix)(struct edit *, const struct key *);
	enum edit_result result;

	if (e->search.on && edit_key_searches(e, k))
		return EDIT_MORE;
	if (k->code == KEYCODE_PASTE)
		return paste_begin(e);
	if (e->pasting) {
		if (k->code == KEYCODE_PASTE_END)
			return paste_end(e);
		paste_add(e, k);
		return EDIT_MORE;
	}
	e->now = LAST_OTHER;
	prefix = e->prefix;
	e->prefix = NULL;
	result = prefix != NULL ? prefix(e, k) : edit_press(e, k);
	e->last = e->now;
	return result;
}

void
edit_set(struct edit *e, const char *text)
{
	search_end(&e->search);
	edit_put(e, 0, e->text.len, text);
}

int
edit_replace(struct edit *e, size_t from, size_t to, const char *text)
{
	return edit_put(e, from, to, text);
}

/* All but the text itself: a line is over. */
static void
edit_rest(struct edit *e)
{
	search_end(&e->search);
	edit_forget_draft(e);
	e->prefix = NULL;
	e->last = LAST_OTHER;
	e->text.joins = 0;
}

char *
edit_take(struct edit *e)
{
	char *text = strdup(e->text.s);

	if (text == NULL)
		return NULL;
	edit_rest(e);
	text_replace(&e->text, 0, e->text.len, "", 0);
	/* It may have been a password. */
	text_forget(&e->text);
	return text;
}

int
edit_cancel(struct edit *e)
{
	int searching = e->search.on, len = e->text.len > 0;

	edit_rest(e);
	e->pasting = 0;
	e->text.version++;
	if (!searching)
		edit_delete(e, 0, e->text.len);
	return searching || len;
}

/* The character at S and what is shown in its place, often itself. */
static size_t
edit_picture(const char *s, size_t len, uint32_t *cp)
{
	int n;

	if ((unsigned char)*s < 0x20) {
		*cp = *s == '\n' ? 0x21b5 : 0x2400 + (uint32_t)*s;
		return 1;
	}
	n = utf8_decode(cp, s, len);
	if (n != -1)
		return (size_t)n;
	*cp = 0xfffd;
	return 1;
}

size_t
edit_show(char *dst, size_t size, const char *s, size_t len)
{
	size_t i, n, put, done = 0;
	char bytes[4];
	uint32_t cp;

	for (i = 0; i < len; i += n) {
		n = edit_picture(s + i, len - i, &cp);
		put = (size_t)utf8_encode(bytes, cp);
		if (done + put >= size)
			break;
		memcpy(dst + done, bytes, put);
		done += put;
	}
	dst[done] = '\0';
	return done;
}

int
edit_columns(const char *s, size_t len)
{
	size_t i, n;
	uint32_t cp;
	int columns = 0;

	for (i = 0; i < len; i += n) {
		n = edit_picture(s + i, len - i, &cp);
		columns += utf8_width(cp);
	}
	return columns;
}
