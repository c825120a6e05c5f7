/* SPDX-License-Identifier: ISC */

/*
 * A width, then a text from anybody: what the screen shows of it is harmless
 * and valid, its spans are in order, its rows are the text and no wider than
 * there is room, and its links are within it and printable.  Cleaning it once
 * more changes nothing.
 */

#include "../../client/clean.h"
#include "../../client/input/grapheme.h"
#include "../../client/screen/format.h"
#include "../../client/screen/link.h"
#include "../../client/screen/wrap.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

static void
check_text(const struct format *f)
{
	struct format again = { 0 };
	uint32_t cp;
	size_t i;
	int n;

	MUST(strlen(f->text) == f->len);
	for (i = 0; i < f->len; i += (size_t)n) {
		n = utf8_decode(&cp, f->text + i, f->len - i);
		MUST(n != -1);
		MUST(cp == '\n' || clean_classify(cp) == CLEAN_SHOWN);
	}
	MUST(f->spans > 0 && f->span[0].from == 0);
	for (i = 1; i < f->spans; i++)
		MUST(f->span[i].from > f->span[i - 1].from &&
		    f->span[i].from < f->len);
	MUST(format_plain(&again, f->text) == 0);
	MUST(strcmp(again.text, f->text) == 0);
	format_clear(&again);
}

static void
check_rows(const struct format *f, int width)
{
	size_t at = 0, rows = 0, i;
	struct wrap_row r;

	do {
		wrap_row(f->text, f->len, at, width, &r);
		MUST(r.from == at && r.from <= r.to && r.to <= r.next);
		MUST(r.next <= f->len && (r.last || r.next > at));
		for (i = r.to; i < r.next; i++)
			MUST(f->text[i] == ' ' || f->text[i] == '\n');
		MUST(grapheme_columns(f->text + r.from, r.to - r.from) ==
		    r.columns);
		MUST(r.columns <= width || r.to <=
		    grapheme_after(f->text, f->len, r.from));
		at = r.next;
		rows++;
	} while (!r.last);
	MUST(at == f->len);
	MUST(wrap_height(f->text, f->len, width, width) == rows);
	MUST(wrap_fit(f->text, f->len, width) <= f->len);
}

static void
check_links(const struct format *f)
{
	char uri[LINK_URI * 3 + 1];
	struct link l = { 0, 0 };
	size_t last = 0, i, n;

	while (link_next(f->text, f->len, last, &l)) {
		MUST(l.from >= last && l.to > l.from && l.to <= f->len);
		MUST(utf8_cut(f->text, f->len, l.to) == l.to);
		n = link_uri(uri, sizeof(uri), f->text, &l);
		MUST(n > 0 && strlen(uri) == n);
		for (i = 0; i < n; i++)
			MUST(uri[i] > ' ' && uri[i] < 0x7f);
		last = l.to;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct format f = { 0 };
	char *raw;

	if (size == 0)
		return 0;
	raw = fuzz_string(data + 1, size - 1);
	MUST(format_parse(&f, raw) == 0);
	check_text(&f);
	check_rows(&f, 1 + data[0] % 80);
	check_links(&f);
	format_clear(&f);
	free(raw);
	return 0;
}
