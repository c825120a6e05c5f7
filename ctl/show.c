/* SPDX-License-Identifier: ISC */
/*
 * Answers on standard output: tables, records, JSON.
 *
 * What users have chosen (nicks, topics, real names) is bytes of any kind.
 * In tables, controls, invalid bytes and characters that turn the direction
 * of the text are shown as \x1b and \u{202e}; in JSON they are escaped, and
 * invalid bytes become U+FFFD, so that each line is JSON whatever was in it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../irc/utf8.h"
#include "show.h"

enum {
	CELL_MAX = 8192,   /* bytes of a cell as it is shown */
	COLUMNS_MAX = 32,
};

/* A cell, or a line of a record. */
struct cell {
	char text[CELL_MAX];
	size_t used;
	unsigned width;    /* columns of a terminal */
};

/* ---- text from outside ---- */

/* Controls, and what is invisible and changes how the rest looks. */
static int
is_harmful(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c ||
	    (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	    (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff;
}

/* The next character of TEXT: its bytes are returned, and how it is to be
 * shown is put in OUT, of OUTLEN bytes and WIDTH columns. */
static size_t
take_character(const char *text, size_t len, char out[16], size_t *outlen,
    unsigned *width)
{
	uint32_t cp;
	int n = utf8_decode(&cp, text, len);

	if (n < 1 || (n == 1 && is_harmful(cp)))
		*outlen = (size_t)snprintf(
		    out, 16, "\\x%02x", (unsigned char)*text);
	else if (is_harmful(cp))
		*outlen = (size_t)snprintf(out, 16, "\\u{%" PRIx32 "}", cp);
	else {
		memcpy(out, text, (size_t)n);
		*outlen = (size_t)n;
		*width = (unsigned)utf8_width(cp);
		return (size_t)n;
	}
	*width = (unsigned)*outlen;
	return n < 1 ? 1 : (size_t)n;
}

void
show_text(FILE *out, const char *text)
{
	size_t len = strlen(text), n, outlen;
	char buf[16];
	unsigned width;

	for (; len > 0; text += n, len -= n) {
		n = take_character(text, len, buf, &outlen, &width);
		fwrite(buf, 1, outlen, out);
	}
}

/* ---- cells ---- */

static void
cell_add(struct cell *c, const char *text, size_t len)
{
	size_t n, outlen;
	char out[16];
	unsigned width;

	for (; len > 0; text += n, len -= n) {
		n = take_character(text, len, out, &outlen, &width);
		if (c->used + outlen > sizeof(c->text))
			return;
		memcpy(c->text + c->used, out, outlen);
		c->used += outlen;
		c->width += width;
	}
}

static void
format_bytes(long long n, char *buf, size_t size)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB",
		"EiB" };
	double d = (double)n / 1024;
	unsigned u;

	if (n < 1024) {
		snprintf(buf, size, "%lld B", n);
		return;
	}
	for (u = 0; d >= 1023.95 && u < 5; u++)
		d /= 1024;
	snprintf(buf, size, "%.1f %s", d, units[u]);
}

static void
format_date(long long n, char *buf, size_t size)
{
	time_t t = (time_t)n;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(buf, size, "%lld", n);
}

/* The two largest units: 45s, 3m20s, 5h01m, 12d07h. */
static void
format_span(long long n, char *buf, size_t size)
{
	if (n < 60)
		snprintf(buf, size, "%llds", n);
	else if (n < 3600)
		snprintf(buf, size, "%lldm%02llds", n / 60, n % 60);
	else if (n < 86400)
		snprintf(buf, size, "%lldh%02lldm", n / 3600, n / 60 % 60);
	else
		snprintf(buf, size, "%lldd%02lldh", n / 86400, n / 3600 % 24);
}

static void
format_yes(long long n, char *buf, size_t size)
{
	snprintf(buf, size, "%s", n != 0 ? "yes" : "no");
}

static const struct {
	char letter;
	void (*format)(long long n, char *buf, size_t size);
} formats[] = {
	{ 'b', format_bytes },
	{ 'd', format_date },
	{ 's', format_span },
	{ 'y', format_yes },
};

/* Adds field F as LETTER says. */
static void
cell_add_field(struct cell *c, const struct field *f, char letter)
{
	char buf[64];
	size_t i;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].letter == letter && f->kind == 'N') {
			formats[i].format(
			    strtoll(f->value, NULL, 10), buf, sizeof(buf));
			cell_add(c, buf, strlen(buf));
			return;
		}
	cell_add(c, f->value, strlen(f->value));
}

/* Fills C from TEMPLATE.  Returns how many of its fields ROW has. */
static int
cell_fill(struct cell *c, const char *template, const struct row *row)
{
	const struct field *f;
	size_t n;
	int found = 0;

	c->used = 0;
	c->width = 0;
	while (*template != '\0') {
		n = strcspn(template, "{");
		cell_add(c, template, n);
		template += n;
		if (*template == '\0')
			break;
		n = strcspn(++template, ":}");
		if ((f = row_field(row, template, n)) != NULL) {
			found++;
			cell_add_field(
			    c, f, template[n] == ':' ? template[n + 1] : 0);
		}
		template += strcspn(template, "}") + 1;
	}
	if (c->used == 0)
		cell_add(c, "-", 1);
	return found;
}

/* ---- tables ---- */

static void
put_spaces(unsigned n)
{
	while (n-- > 0)
		putchar(' ');
}

/* The last column of the left is not filled up: no spaces at line ends. */
static void
put_cell(const char *text, size_t len, unsigned width, unsigned wanted,
    int right, int last)
{
	unsigned fill = wanted > width ? wanted - width : 0;

	if (right)
		put_spaces(fill);
	fwrite(text, 1, len, stdout);
	if (!right && !last)
		put_spaces(fill);
	fputs(last ? "\n" : "  ", stdout);
}

static void
measure(const struct answer *a, const struct column *columns,
    unsigned width[COLUMNS_MAX])
{
	static struct cell cell;
	struct row row = { .nfield = 0 };
	size_t at = 0;
	int i;

	for (i = 0; columns[i].heading != NULL; i++)
		width[i] = (unsigned)strlen(columns[i].heading);
	while (answer_row(a, &at, &row))
		for (i = 0; columns[i].heading != NULL; i++) {
			cell_fill(&cell, columns[i].template, &row);
			if (cell.width > width[i])
				width[i] = cell.width;
		}
	row_free(&row);
}

void
show_table(const struct answer *a, const struct column *columns)
{
	static struct cell cell;
	struct row row = { .nfield = 0 };
	unsigned width[COLUMNS_MAX];
	const struct column *k;
	size_t at = 0;
	int i;

	measure(a, columns, width);
	for (i = 0; (k = &columns[i])->heading != NULL; i++)
		put_cell(k->heading, strlen(k->heading),
		    (unsigned)strlen(k->heading), width[i], k->right,
		    k[1].heading == NULL);
	while (answer_row(a, &at, &row))
		for (i = 0; (k = &columns[i])->heading != NULL; i++) {
			cell_fill(&cell, k->template, &row);
			put_cell(cell.text, cell.used, cell.width, width[i],
			    k->right, k[1].heading == NULL);
		}
	row_free(&row);
}

/* ---- records ---- */

/* All rows of A as one line in BUF; NULL when there is none. */
static char *
join_rows(const struct answer *a)
{
	char *all = malloc(a->rows + 1), *p;

	if (all == NULL) {
		perror("mootctl");
		exit(1);
	}
	if (a->rows > 0)
		memcpy(all, a->bytes, a->rows);
	all[a->rows] = '\0';
	/* TAB stands between fields, so it may stand between rows, too */
	for (p = all; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r')
			*p = '\t';
	return all;
}

void
show_record(const struct answer *a, const struct column *lines)
{
	static struct cell cell;
	struct row row = { .nfield = 0 };
	char *all = join_rows(a);
	unsigned width = 0;
	const struct column *l;

	row_parse(&row, all, strlen(all));
	for (l = lines; l->heading != NULL; l++)
		if (strlen(l->heading) > width)
			width = (unsigned)strlen(l->heading);
	for (l = lines; l->heading != NULL; l++) {
		if (cell_fill(&cell, l->template, &row) == 0)
			continue; /* an older server */
		printf("%s:", l->heading);
		put_spaces(width - (unsigned)strlen(l->heading) + 1);
		printf("%.*s\n", (int)cell.used, cell.text);
	}
	row_free(&row);
	free(all);
}

/* ---- JSON ---- */

void
show_json_string(const char *text)
{
	size_t len = strlen(text);
	uint32_t cp;
	int n;

	putchar('"');
	for (; len > 0; text += n, len -= (size_t)n) {
		n = utf8_decode(&cp, text, len);
		if (n < 1) {
			n = 1;
			fputs("\xef\xbf\xbd", stdout);
		} else if (cp == '"' || cp == '\\')
			printf("\\%c", (int)cp);
		else if (is_harmful(cp))
			printf("\\u%04" PRIx32, cp);
		else
			fwrite(text, 1, (size_t)n, stdout);
	}
	putchar('"');
}

/* Digits as JSON wants them: no zeros in front. */
static void
json_number(const char *text)
{
	if (*text == '-')
		putchar(*text++);
	text += strspn(text, "0");
	fputs(*text != '\0' ? text : "0", stdout);
}

static void
json_object(const struct row *row)
{
	int i;

	putchar('{');
	for (i = 0; i < row->nfield; i++) {
		if (i > 0)
			putchar(',');
		show_json_string(row->field[i].name);
		putchar(':');
		if (row->field[i].kind == 'N')
			json_number(row->field[i].value);
		else
			show_json_string(row->field[i].value);
	}
	fputs("}\n", stdout);
}

void
show_json(const struct answer *a, int merge)
{
	struct row row = { .nfield = 0 };
	size_t at = 0;
	char *all;

	if (merge) {
		all = join_rows(a);
		row_parse(&row, all, strlen(all));
		json_object(&row);
		free(all);
	} else
		while (answer_row(a, &at, &row))
			json_object(&row);
	row_free(&row);
}
