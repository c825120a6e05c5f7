/* SPDX-License-Identifier: ISC */
/*
 * The file moot.conf(5).  It is read into the settings when moot starts, and
 * written back by /save and by the first start.
 *
 * A wrong line is noted and the next one read, so that one run names all that
 * is wrong.  What follows "network NAME" belongs to that network.  Saving
 * reads the file again and changes only lines whose setting has another value
 * now, or none; what the file does not speak of yet is put behind the last
 * setting of its section.  So comments, order and spelling stay those of the
 * person who wrote it.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/line/display.h"
#include "config.h"
#include "irc/utf8.h"
#include "path.h"
#include "setting.h"
#include "word.h"

enum {
	CONFIG_MOST = 1 << 20, /* bytes of a file */
	CONFIG_TAIL = 320,     /* kept free for "N more errors" */
	CONFIG_ROWS = 128,     /* settings; checked against the table */
};

static struct {
	char file[PATH_MOST]; /* as given, or where it would be; "" = none */
} config;

/* ---- lines ---- */

/* A line, taken apart in place. */
struct config_line {
	int number;
	const char *raw;   /* as it is, without its end */
	char text[SETTING_VALUE * 2]; /* what NAME and REST point to */
	char *name;        /* the first word, or "" */
	char *rest;        /* what follows it */
};

/* The bytes of the next line, its end left out; -1 after the last. */
static int
config_next(const char **text, const char *end, struct config_line *l)
{
	const char *newline;
	size_t len;

	if (*text == end)
		return -1;
	l->number++;
	l->raw = *text;
	newline = memchr(*text, '\n', (size_t)(end - *text));
	len = (size_t)((newline != NULL ? newline : end) - *text);
	*text += len + (newline != NULL);
	if (len > 0 && l->raw[len - 1] == '\r')
		len--;
	return (int)len;
}

static void
config_split(struct config_line *l, int len)
{
	int most = (int)sizeof(l->text) - 1;

	memcpy(l->text, l->raw, (size_t)(len < most ? len : most));
	l->text[len < most ? len : most] = '\0';
	l->name = l->text + strspn(l->text, " \t");
	if (*l->name == '#')
		*l->name = '\0';
	l->rest = l->name + strcspn(l->name, " \t");
	if (*l->rest != '\0')
		*l->rest++ = '\0';
	l->rest += strspn(l->rest, " \t");
}

/* What is wrong with the bytes of a line, or NULL. */
static const char *
config_wrong(const char *line, int len)
{
	if (len >= SETTING_VALUE)
		return "longer than 1023 bytes";
	if (memchr(line, '\0', (size_t)len) != NULL)
		return "holds a NUL byte";
	return utf8_valid(line, (size_t)len) ? NULL : "not valid UTF-8";
}

/* ---- the file ---- */

/* The whole of FILE, to be freed; NULL with errno. */
static char *
config_slurp(const char *file, size_t *len)
{
	char *text = malloc(CONFIG_MOST + 1);
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int saved = ENOMEM;
	ssize_t n;

	if (text == NULL)
		goto fail;
	saved = errno;
	if (fd == -1)
		goto fail;
	for (*len = 0; *len <= CONFIG_MOST; *len += (size_t)n) {
		n = read(fd, text + *len, CONFIG_MOST + 1 - *len);
		saved = errno;
		if (n == -1)
			goto fail;
		if (n == 0) {
			close(fd);
			return text;
		}
	}
	saved = EFBIG;
fail:
	free(text);
	if (fd != -1)
		close(fd);
	errno = saved;
	return NULL;
}

const char *
config_file(void)
{
	if (*config.file == '\0' && path_config(config.file,
	    sizeof(config.file), "moot.conf") == -1)
		return NULL;
	return config.file;
}

/* ---- reading ---- */

struct config_reader {
	struct config_errors *errors;
	const char *network; /* of the section; NULL: all */
	int lost;            /* the section is of no network */
	int seen[SETTING_NETWORKS + 1][CONFIG_ROWS]; /* the line, or 0 */
};

static void __attribute__((format(printf, 3, 4)))
config_complain(struct config_errors *e, int line, const char *fmt, ...)
{
	size_t used = strlen(e->text);
	char text[SETTING_WHY * 2], number[16] = "", all[2 * sizeof(text)];
	va_list ap;
	int len;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line > 0)
		snprintf(number, sizeof(number), ":%d", line);
	snprintf(all, sizeof(all), "%.*s%s: %s", (int)sizeof(text) / 2,
	    config.file, number, text);
	len = (int)display_clean(text, sizeof(text), all);
	e->count++;
	if (used + (size_t)len + 1 < sizeof(e->text) - CONFIG_TAIL) {
		memcpy(e->text + used, text, (size_t)len);
		strcpy(e->text + used + len, "\n");
	}
}

/* The place of NAME in the table, or -1. */
static int
config_row(const char *name)
{
	struct setting_info info;
	int i;

	for (i = 0; i < CONFIG_ROWS && setting_info(i, &info); i++)
		if (strcmp(info.name, name) == 0)
			return i;
	return -1;
}

/* That of NETWORK; behind them all: that of no network. */
static int
config_place(const char *network)
{
	int i;

	for (i = 0; network != NULL && setting_network(i) != NULL; i++)
		if (strcmp(setting_network(i), network) == 0)
			return i;
	return SETTING_NETWORKS;
}

static void
config_read_network(struct config_reader *r, struct config_line *l)
{
	char why[SETTING_WHY], *word[2];
	const char *wrong = "takes one name";
	int n = word_split(l->rest, word, 2, &wrong);

	r->lost = 1;
	r->network = NULL;
	if (n != 1) {
		config_complain(r->errors, l->number, "network: %s", n == 0 ?
		    "needs a name" : "takes one name");
		return;
	}
	r->network = setting_network_know(word[0], why, sizeof(why));
	if (r->network == NULL)
		config_complain(r->errors, l->number, "%s", why);
	else
		r->lost = 0;
}

static void
config_read_line(struct config_reader *r, struct config_line *l)
{
	int row = config_row(l->name), *seen;
	char why[SETTING_WHY];

	if (strcmp(l->name, "network") == 0) {
		config_read_network(r, l);
		return;
	}
	if (*l->name == '\0' || r->lost)
		return;
	if (row != -1) {
		seen = &r->seen[config_place(r->network)][row];
		if (*seen != 0) {
			config_complain(r->errors, l->number,
			    "%s: already on line %d", l->name, *seen);
			return;
		}
		*seen = l->number;
	}
	if (setting_set(r->network, l->name, l->rest, why, sizeof(why)) == -1)
		config_complain(r->errors, l->number, "%s", why);
}

/* Some editors begin a UTF-8 file with a mark. */
static const char *
config_begin(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 :
	    text;
}

static void
config_read_text(struct config_errors *errors, const char *text, size_t len)
{
	static struct config_reader r;
	struct config_line l = { 0 };
	const char *end = text + len, *wrong;
	int n;

	memset(&r, 0, sizeof(r));
	r.errors = errors;
	text = config_begin(text, len);
	while ((n = config_next(&text, end, &l)) != -1) {
		wrong = config_wrong(l.raw, n);
		if (wrong != NULL) {
			config_complain(errors, l.number, "%s", wrong);
			continue;
		}
		config_split(&l, n);
		config_read_line(&r, &l);
	}
}

int
config_read(const char *file, struct config_errors *errors)
{
	size_t len, used;
	char *text;

	memset(errors, 0, sizeof(*errors));
	if (file != NULL)
		snprintf(config.file, sizeof(config.file), "%s", file);
	else if (config_file() == NULL)
		return 1;
	text = config_slurp(config.file, &len);
	if (text == NULL && errno == ENOENT && file == NULL)
		return 1;
	if (text == NULL)
		config_complain(errors, 0, "%s", strerror(errno));
	else
		config_read_text(errors, text, len);
	free(text);
	if (errors->count == 0)
		return 0;
	used = strlen(errors->text);
	if (used > sizeof(errors->text) - 2 * CONFIG_TAIL)
		snprintf(errors->text + used, sizeof(errors->text) - used,
		    "%d errors in all\n", errors->count);
	return -1;
}

/* ---- saving ---- */

struct config_writer {
	FILE *out;
	const char *network; /* of the section; NULL: all */
	int lost;            /* of none: it stays as it is */
	int any;             /* there was a setting in the section */
	const char *held;    /* blanks and comments that may belong to what */
	const char *held_end;/* follows */
	int done[SETTING_NETWORKS + 1][CONFIG_ROWS];
	int section[SETTING_NETWORKS + 1]; /* there was one */
};

static void
config_release(struct config_writer *w)
{
	fwrite(w->held, 1, (size_t)(w->held_end - w->held), w->out);
	w->held = w->held_end;
}

/* The settings that the section just ended does not speak of: those of all
 * networks only if they are not as they would be anyway. */
static void
config_write_missing(struct config_writer *w)
{
	int *done = w->done[config_place(w->network)];
	char line[SETTING_VALUE];
	struct setting_info info;
	int i;

	for (i = 0; i < CONFIG_ROWS && setting_info(i, &info); i++) {
		if (done[i] || !setting_line(w->network, info.name, line,
		    sizeof(line)))
			continue;
		if (w->network == NULL && strcmp(line, info.usual) == 0)
			continue;
		fprintf(w->out, "%s%s %s\n", w->network != NULL ? "\t" : "",
		    info.name, line);
		done[i] = 1;
	}
}

static void
config_end_section(struct config_writer *w)
{
	if (!w->any)
		config_release(w);
	if (!w->lost)
		config_write_missing(w);
	config_release(w);
}

static void
config_write_network(struct config_writer *w, struct config_line *l)
{
	char why[SETTING_WHY], *word[1];
	const char *wrong;

	config_end_section(w);
	w->any = 0;
	w->lost = word_split(l->rest, word, 1, &wrong) != 1 ||
	    (w->network = setting_network_know(word[0], why,
	    sizeof(why))) == NULL;
	if (!w->lost)
		w->section[config_place(w->network)] = 1;
}

/* A line of the old file that is a setting: kept, changed, or left out. */
static void
config_write_setting(struct config_writer *w, struct config_line *l, int row,
    const char *end)
{
	char line[SETTING_VALUE];
	size_t indent = strspn(l->raw, " \t");

	w->any = 1;
	config_release(w);
	w->held = w->held_end = end;
	w->done[config_place(w->network)][row] = 1;
	if (!setting_line(w->network, l->name, line, sizeof(line)))
		return;
	if (setting_is_line(w->network, l->name, l->rest))
		fwrite(l->raw, 1, (size_t)(end - l->raw), w->out);
	else
		fprintf(w->out, "%.*s%s %s\n", (int)indent, l->raw, l->name,
		    line);
}

static void
config_write_old(struct config_writer *w, const char *text, size_t len)
{
	struct config_line l = { 0 };
	const char *end = text + len;
	int n, row;

	w->held = w->held_end = text;
	text = config_begin(text, len);
	while ((n = config_next(&text, end, &l)) != -1) {
		config_split(&l, n);
		row = config_row(l.name);
		if (strcmp(l.name, "network") == 0) {
			config_write_network(w, &l);
			w->held_end = text;
			config_release(w);
		} else if (row != -1 && !w->lost)
			config_write_setting(w, &l, row, text);
		else
			w->held_end = text;
	}
	config_end_section(w);
}

static void
config_write_new(struct config_writer *w)
{
	int i;

	w->lost = 0;
	for (i = 0; setting_network(i) != NULL; i++) {
		if (w->section[i])
			continue;
		w->network = setting_network(i);
		fprintf(w->out, "%snetwork %s\n", ftell(w->out) > 0 ? "\n" :
		    "", w->network);
		config_write_missing(w);
	}
}

int
config_save(void)
{
	static struct config_writer w;
	static char nothing[] = "";
	char *old, *new = NULL;
	const char *file = config_file();
	size_t len = 0, new_len;
	int result = -1;

	if (file == NULL) {
		errno = ENOENT;
		return -1;
	}
	old = config_slurp(file, &len);
	if (old == NULL && (errno != ENOENT || path_prepare(file) == -1))
		return -1;
	if (old != NULL && len > 0 && old[len - 1] != '\n')
		old[len++] = '\n';
	memset(&w, 0, sizeof(w));
	w.out = open_memstream(&new, &new_len);
	if (w.out == NULL)
		goto fail;
	config_write_old(&w, old != NULL ? old : nothing, len);
	config_write_new(&w);
	if (fclose(w.out) == 0)
		result = path_replace(file, new, new_len, 0600);
fail:
	free(old);
	free(new);
	return result;
}

/* ---- exporting ---- */

void
config_export(FILE *f)
{
	struct setting_info info;
	int i;

	fputs("# moot.conf: all settings, as they are when nobody says "
	    "anything.\n# See moot.conf(5).  Those marked with * can stand "
	    "behind a line\n#\n#\tnetwork NAME\n#\n# again, and are then for "
	    "that network.\n", f);
	for (i = 0; setting_info(i, &info); i++)
		fprintf(f, "\n# %s%s\n#\t%s\n%s %s\n", info.help,
		    info.local ? " *" : "", info.values, info.name,
		    info.usual);
}
