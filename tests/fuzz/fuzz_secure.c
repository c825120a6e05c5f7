/* SPDX-License-Identifier: ISC */

/*
 * What comes to /secure: the first byte says what the rest is.  An envelope or
 * a keyring that is taken has one form; no message of a stranger's making is
 * opened, or shown as encrypted; and nothing that was refused has changed a
 * key.
 */

#ifndef TLS
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}
#else

#include <unistd.h>

#include "../../client/news.h"
#include "../../client/secure/noise.h"
#include "../../client/secure/secure.h"
#include "../../client/session/sealed.h"
#include "../../client/session/session.h"
#include "../../irc/capability.h"
#include "fuzz.h"

static void
fuzz_text_of_envelope(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), again[ENVELOPE_TEXT];
	struct envelope e;

	if (envelope_parse(&e, text) == 0) {
		envelope_format(again, &e);
		MUST(strcmp(again, text) == 0);
	}
	free(text);
}

/* What it reads it writes, and reads again. */
static void
fuzz_keyring(const uint8_t *data, size_t size)
{
	struct keyring *r = calloc(1, sizeof(*r)), *s = calloc(1, sizeof(*s));
	char *text = fuzz_string(data, size), *one, *two, *copy;
	size_t len[2];

	MUST(r != NULL && s != NULL);
	if (keyring_parse(r, text) == 0) {
		one = keyring_format(r, &len[0]);
		copy = strdup(one);
		MUST(keyring_parse(s, copy) == 0);
		two = keyring_format(s, &len[1]);
		MUST(strcmp(one, two) == 0);
		free(one);
		free(two);
		free(copy);
	}
	keyring_clear(r);
	keyring_clear(s);
	free(r);
	free(s);
	free(text);
}

static void
fuzz_ratchet(const uint8_t *data, size_t size)
{
	static struct ratchet r, before;
	struct crypto_bytes none = { "", 0 }, sealed = { data + 1, 0 };
	uint8_t *out = malloc(size + 1);

	if (size > 0) {
		memset(&r, 7, sizeof(r));
		r.in.next = 100;
		r.nkept = 3;
		r.kept[0].counter = 1;
		before = r;
		sealed.len = size - 1;
		MUST(ratchet_open(&r, data[0], none, sealed, out) < 0);
		MUST(memcmp(&r, &before, sizeof(r)) == 0);
	}
	free(out);
}

/* Only the first message has nothing that proves it. */
static void
fuzz_noise(const uint8_t *data, size_t size)
{
	struct crypto_bytes none = { "", 0 }, message = { data, size };
	uint8_t key[CRYPTO_KEY] = { 1 }, *out = malloc(size + NOISE_MORE);
	struct noise n;
	long len;

	MUST(noise_begin(&n, 0, key, none) == 0);
	len = noise_read(&n, message, out);
	MUST(len == -1 || len + CRYPTO_KEY == (long)size);
	MUST(noise_begin(&n, 1, key, none) == 0);
	MUST(noise_write(&n, none, out) > 0);
	MUST(noise_read(&n, message, out) == -1);
	noise_wipe(&n);
	free(out);
}

static void
tell(struct session *s, const struct news *n)
{
	(void)s;
	MUST((n->flags & NEWS_SECURE) == 0 || n->serial != 0);
}

/* A session that has an agreement with bob, and hears lines. */
static void
fuzz_session(const uint8_t *data, size_t size)
{
	static const struct view view = { .tell = tell };
	static struct session s;
	static char dir[] = "/tmp/moot-fuzz.XXXXXX", path[64], lock[80];
	char *all = fuzz_string(data, size), *p, *end, *copy;
	struct agreement *a = calloc(1, sizeof(*a));
	struct contact *c;

	if (*path == '\0') {
		MUST(mkdtemp(dir) != NULL);
		snprintf(path, sizeof(path), "%s/ring", dir);
		snprintf(lock, sizeof(lock), "%s.lock", path);
	}
	news_view(&view);
	MUST(session_init(&s, "127.0.0.1:1", "me") == 0);
	s.state = SESSION_ONLINE;
	s.connection.state = CONNECTION_OPEN;
	s.caps = CAP(MESSAGE_TAGS) | CAP(ACCOUNT_TAG) | CAP(BATCH);
	s.secure = secure_open(path);
	MUST(s.secure != NULL && s.secure->ring != NULL && a != NULL);
	c = keyring_know(s.secure->ring, "bob");
	memset(a->id, 0, sizeof(a->id));
	strcpy(a->ours, "~me");
	strcpy(a->theirs, "bob");
	a->confirmed = 1;
	contact_add_pin(c, a->key);
	c->state = CONTACT_SECURED;
	contact_add(c, a);
	for (p = all; p < all + size; p = end + 1) {
		end = memchr(p, '\n', all + size - p);
		if (end == NULL)
			end = all + size;
		copy = fuzz_string((uint8_t *)p, end - p);
		if (s.state != SESSION_OVER)
			event_handle(&s, copy, end - p);
		free(copy);
		s.connection.outlen = 0;
	}
	event_lost(&s);
	session_clear(&s);
	unlink(path);
	unlink(lock);
	rmdir(dir);
	*path = '\0';
	memcpy(dir, "/tmp/moot-fuzz.XXXXXX", sizeof(dir));
	free(all);
}

static void (*const modes[])(const uint8_t *data, size_t size) = {
	fuzz_text_of_envelope,
	fuzz_keyring,
	fuzz_ratchet,
	fuzz_noise,
	fuzz_session,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		modes[data[0] % (sizeof(modes) / sizeof(modes[0]))](data + 1,
		    size - 1);
	return 0;
}
#endif
