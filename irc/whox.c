/* SPDX-License-Identifier: ISC */

/*
 * What a WHO asks for beside its mask: "o", "%tcuihsnfdlaor,123", "n%nuh".
 *
 * The letters before the '%' are flags, those behind it fields, and a comma
 * ends these.  What is not known is passed over, as the specification wants
 * it, and so is a token that is none.  How a field reads is for the server to
 * say; the order is that of the table.
 */

#include <string.h>

#include "whox.h"

static const struct {
	char letter;
	unsigned field;
	int matched; /* as a flag: a mask is held against it */
} letters[] = {
	{ 't', WHOX_TOKEN, 0 },
	{ 'c', WHOX_CHANNEL, 0 },
	{ 'u', WHOX_USER, 1 },
	{ 'i', WHOX_IP, 0 },
	{ 'h', WHOX_HOST, 1 },
	{ 's', WHOX_SERVER, 0 },
	{ 'n', WHOX_NICK, 1 },
	{ 'f', WHOX_FLAGS, 0 },
	{ 'd', WHOX_HOPS, 0 },
	{ 'l', WHOX_IDLE, 0 },
	{ 'a', WHOX_ACCOUNT, 1 },
	{ 'o', WHOX_OPLEVEL, 0 },
	{ 'r', WHOX_REALNAME, 1 },
	{ '\0', 0, 0 },
};

static int
find(char letter)
{
	int i = 0;

	while (letters[i].letter != '\0' && letters[i].letter != letter)
		i++;
	return i;
}

static void
token_parse(struct whox *x, const char *text)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || n >= sizeof(x->token) || text[n] != '\0')
		return;
	memcpy(x->token, text, n + 1);
}

void
whox_parse(struct whox *x, const char *text)
{
	memset(x, 0, sizeof(*x));
	strcpy(x->token, "0");
	for (; *text != '\0' && *text != '%'; text++) {
		if (*text == 'o')
			x->operators = 1;
		if (letters[find(*text)].matched)
			x->matched |= letters[find(*text)].field;
	}
	if (*text == '\0')
		return;
	x->wanted = 1;
	for (text++; *text != '\0' && *text != ','; text++)
		x->fields |= letters[find(*text)].field;
	if (*text == ',')
		token_parse(x, text + 1);
}
