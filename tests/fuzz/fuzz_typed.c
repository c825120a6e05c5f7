/* SPDX-License-Identifier: ISC */

/*
 * Bytes from a terminal: whatever they are, what is being edited is valid,
 * holds no control but line ends and formatting, and the cursor is between
 * two graphemes.  Bytes that are of no character mean more: silence, Tab,
 * Shift-Tab, and that the text is taken.
 */

#include "../../client/input/complete.h"
#include "../../client/input/edit.h"
#include "../../client/input/grapheme.h"
#include "../../client/input/kill.h"
#include "../../client/input/recall.h"
#include "../../client/input/text.h"
#include "../../irc/utf8.h"
#include "fuzz.h"

enum { SILENCE = 0xff, TAB = 0xfe, BACK = 0xfd, TAKE = 0xfc };

static void
offer(struct complete *c, struct session *s, enum complete_kind kind,
    const char *about, const char *word)
{
	(void)s;
	(void)about;
	(void)word;
	complete_offer(c, "alice", kind);
	complete_offer(c, "a\314\201b", 7);
	complete_offer(c, "\346\274\242\345\255\227", -1);
	complete_offer(c, "#a", 0);
}

static const char *
usage(const char *command)
{
	return *command == 'a' ? "[ROOM[,ROOM]] [[-]NICK] TEXT" : NULL;
}

static const struct complete_source source = {
	.offer = offer, .usage = usage, .after_nick = ": ",
};

static void
check_edit(const struct edit *e)
{
	const char *s = edit_text(e);
	size_t len = edit_length(e), at = edit_cursor(e), i;
	char shown[64];

	MUST(strlen(s) == len && len <= TEXT_MOST && at <= len);
	MUST(utf8_valid(s, len));
	for (i = 0; i < len; i++)
		MUST((unsigned char)s[i] >= 0x20 || s[i] == '\n' ||
		    text_is_format(s[i]));
	MUST(edit_show(shown, sizeof(shown), s, len) < sizeof(shown));
	MUST(utf8_valid(shown, strlen(shown)));
	if (edit_prompt(e) != NULL || at == 0)
		return;
	i = grapheme_before(s, len, at);
	MUST(i < at && grapheme_after(s, len, i) == at);
}

static void
take(struct edit *e)
{
	char *text = edit_take(e);

	MUST(text != NULL);
	recall_add(NULL, text, 0);
	free(text);
}

static void
press(struct edit *e, struct complete *c, struct key_reader *r, uint8_t byte)
{
	char name[KEY_NAME];
	struct key k;

	if (byte == TAKE)
		take(e);
	else if (byte == TAB || byte == BACK)
		complete_step(c, e, &source, NULL, byte == TAB ? 1 : -1);
	else if (byte == SILENCE ? key_expire(r, &k) :
	    key_take(r, (char)byte, &k)) {
		key_spell(&k, name);
		MUST(*name != '\0');
		edit_key(e, &k);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct complete *c = complete_new();
	struct edit *e = edit_new(1);
	struct key_reader r = { .len = 0 };
	size_t i;

	MUST(c != NULL && e != NULL);
	recall_add(NULL, "one", 0);
	recall_add(NULL, "two e\314\201\nthree", 0);
	for (i = 0; i < size && i < 4096; i++) {
		press(e, c, &r, data[i]);
		check_edit(e);
	}
	complete_free(c);
	edit_free(e);
	recall_close();
	kill_clear();
	return 0;
}
