/* SPDX-License-Identifier: ISC */

/*
 * Extended bans.
 *
 * One table says which there are, what each is compared with, and what its
 * mask has to look like.  A word may stand for the letter ("account:bob"), but
 * only the letter is kept, so that a list has each entry in one form and it
 * can be taken out again in any.
 *
 * There is no prefix, as clients expect it where EXTBAN begins with a comma:
 * a letter of the table and ':' is an extended ban, anything else a mask.  A
 * host that begins so would be an IPv6 address of which none are in use.
 */

#include <string.h>
#include <strings.h>

#include "extban.h"
#include "mask.h"
#include "mode.h"
#include "name.h"

enum { MUTE = 'm' };

typedef int match_fn(const char *mask, const struct extban_whom *whom);
typedef int complete_fn(char *dst, size_t size, const char *src);

/* ---- what each is compared with ---- */

/* Its source, or what that hides. */
static int
is_source(const char *mask, const struct extban_whom *whom)
{
	return mask_match(mask, whom->source) ||
	    (whom->hidden != NULL && mask_match(mask, whom->hidden));
}

static int
is_account(const char *mask, const struct extban_whom *whom)
{
	return whom->account[0] != '\0' && mask_match(mask, whom->account);
}

static int
is_unknown(const char *mask, const struct extban_whom *whom)
{
	return whom->account[0] == '\0' && is_source(mask, whom);
}

static int
is_real(const char *mask, const struct extban_whom *whom)
{
	return mask_match(mask, whom->real);
}

static int
is_in_room(const char *mask, const struct extban_whom *whom)
{
	return name_looks_channel(mask)
	    ? whom->in_room(whom, mask, 0)
	    : whom->in_room(whom, mask + 1, mask[0]);
}

/* ---- what each looks like ---- */

static int
copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src), i;

	for (i = 0; i < n; i++)
		if ((unsigned char)src[i] <= ' ' || src[i] == 0x7f)
			return -1;
	if (n == 0 || n >= size)
		return -1;
	memcpy(dst, src, n + 1);
	return 0;
}

/* "U:" alone is everybody without an account. */
static int
complete_mask(char *dst, size_t size, const char *src)
{
	return mask_complete(dst, size, src[0] != '\0' ? src : "*!*@*");
}

static int
complete_room(char *dst, size_t size, const char *src)
{
	const char *name = src;

	if (mode_of_prefix(name[0]) != RANK_NONE)
		name++;
	return name_is_channel(name) ? copy(dst, size, src) : -1;
}

static const struct type {
	char letter;
	const char *word;
	match_fn *match;
	complete_fn *complete;
} types[] = {
	{ 'U', "unregistered", is_unknown, complete_mask },
	{ 'a', "account", is_account, copy },
	{ 'c', "channel", is_in_room, complete_room },
	{ MUTE, "mute", NULL, NULL },
	{ 'r', "realname", is_real, copy },
};

enum { TYPES = sizeof(types) / sizeof(types[0]) };

/* The type that TEXT begins with, and what follows its ':' in *MASK. */
static const struct type *
type_of(const char *text, const char **mask)
{
	size_t n = strcspn(text, ":");
	int i;

	if (text[n] == '\0')
		return NULL;
	for (i = 0; i < TYPES; i++)
		if ((n == 1 && text[0] == types[i].letter) ||
		    (n == strlen(types[i].word) &&
		    strncasecmp(text, types[i].word, n) == 0)) {
			*mask = text + n + 1;
			return &types[i];
		}
	return NULL;
}

void
extban_parse(struct extban *x, const char *text)
{
	const struct type *t;

	x->mask = text;
	x->mute = 0;
	x->type = 0;
	t = type_of(text, &x->mask);
	if (t != NULL && t->letter == MUTE) {
		x->mute = 1;
		t = type_of(x->mask, &x->mask);
	}
	if (t != NULL && t->letter != MUTE)
		x->type = t->letter;
}

int
extban_complete(char *dst, size_t size, const char *src)
{
	const struct type *t = type_of(src, &src);
	size_t n = 0;

	if (size < 8)
		return -1;
	if (t != NULL && t->letter == MUTE) {
		dst[n++] = MUTE;
		dst[n++] = ':';
		if ((t = type_of(src, &src)) != NULL && t->letter == MUTE)
			return -1;
		if (t == NULL && src[0] == '\0')
			return -1;
	}
	if (t == NULL)
		return mask_complete(dst + n, size - n, src);
	dst[n++] = t->letter;
	dst[n++] = ':';
	return t->complete(dst + n, size - n, src);
}

int
extban_match(const struct extban *x, const struct extban_whom *whom)
{
	int i;

	if (x->type == 0)
		return is_source(x->mask, whom);
	for (i = 0; i < TYPES; i++)
		if (types[i].letter == x->type)
			return types[i].match(x->mask, whom);
	return 0;
}

const char *
extban_letters(char *buf, int size)
{
	int i, n = 0;

	for (i = 0; i < TYPES && n + 1 < size; i++)
		buf[n++] = types[i].letter;
	if (size > 0)
		buf[n] = '\0';
	return size > 0 ? buf : "";
}
