/* SPDX-License-Identifier: ISC */
/*
 * The keyring: keys and agreements, and how they outlive moot.
 *
 * The file is lines of words, replaced as a whole and in one step, so a crash
 * leaves the old or the new one; secure.c saves it before a key is used.  Its
 * last line is "end": what lacks it is no keyring, and a keyring that cannot
 * be read is neither used nor overwritten, since whom it names must not be
 * talked to in plain text by accident.
 *
 * One process at a time may use it: two that send by one chain would use keys
 * twice.  The lock is a file beside it, as the file itself is replaced.
 */

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "irc/name.h"
#include "keyring.h"

#define KEYRING_HEAD "moot-secure 1"

enum {
	KEYRING_WORDS = 3 + KEYRING_NICKS, /* of a line, at most */
	KEYRING_BASE64 = 44, /* bytes for the text of a key */
};

/* ---- contacts ---- */

/* An account of a tag, or a nick, may be anything that a server says. */
int
keyring_is_name(const char *name)
{
	const char *p = name;

	while ((unsigned char)*p > ' ' && *p != 0x7f)
		p++;
	return p != name && *p == '\0';
}

struct contact *
keyring_find(const struct keyring *r, const char *name)
{
	struct contact *c;

	for (c = r->contacts; c != NULL; c = c->next)
		if (name_cmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int
contact_has_nick(const struct contact *c, const char *nick)
{
	int i;

	for (i = 0; i < KEYRING_NICKS; i++)
		if (*c->nicks[i] != '\0' && name_cmp(c->nicks[i], nick) == 0)
			return 1;
	return 0;
}

/* One in plain text only if there is no other. */
struct contact *
keyring_find_nick(const struct keyring *r, const char *nick)
{
	struct contact *c, *plain = NULL;

	for (c = r->contacts; c != NULL; c = c->next) {
		if (!contact_has_nick(c, nick))
			continue;
		if (c->state != CONTACT_OFF)
			return c;
		plain = c;
	}
	return plain;
}

struct contact *
keyring_know(struct keyring *r, const char *name)
{
	struct contact *c = keyring_find(r, name), **end = &r->contacts;

	if (c != NULL)
		return c;
	if (r->ncontacts >= KEYRING_CONTACTS || !keyring_is_name(name) ||
	    (c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	snprintf(c->name, sizeof(c->name), "%s", name);
	while (*end != NULL)
		end = &(*end)->next;
	*end = c;
	r->ncontacts++;
	return c;
}

static void
agreement_free(struct agreement *a)
{
	crypto_wipe(a, sizeof(*a));
	free(a);
}

void
keyring_forget(struct keyring *r, struct contact *c)
{
	struct contact **at = &r->contacts;
	struct agreement *a;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	r->ncontacts--;
	while ((a = c->agreements) != NULL) {
		c->agreements = a->next;
		agreement_free(a);
	}
	free(c);
}

struct agreement *
keyring_agreement(const struct keyring *r, const uint8_t id[ENVELOPE_ID],
    struct contact **of)
{
	struct contact *c;
	struct agreement *a;

	for (c = r->contacts; c != NULL; c = c->next)
		for (a = c->agreements; a != NULL; a = a->next)
			if (memcmp(a->id, id, ENVELOPE_ID) == 0) {
				*of = c;
				return a;
			}
	return NULL;
}

struct pin *
contact_pin(struct contact *c, const uint8_t key[CRYPTO_KEY])
{
	size_t i;

	for (i = 0; i < c->npins; i++)
		if (memcmp(c->pins[i].key, key, CRYPTO_KEY) == 0)
			return &c->pins[i];
	return NULL;
}

int
contact_add_pin(struct contact *c, const uint8_t key[CRYPTO_KEY])
{
	size_t i = c->npins;

	if (contact_pin(c, key) != NULL)
		return 0;
	if (i == KEYRING_PINS) {
		for (i = 0; i < KEYRING_PINS && c->pins[i].verified; i++)
			;
		if (i == KEYRING_PINS)
			return -1;
	} else
		c->npins++;
	memcpy(c->pins[i].key, key, CRYPTO_KEY);
	c->pins[i].verified = 0;
	return 0;
}

/* Else who takes the nick of somebody could have us forget their keys. */
void
contact_add(struct contact *c, struct agreement *a)
{
	struct agreement **at, **stranger = NULL, **last = NULL;
	int n = 1;

	a->next = c->agreements;
	c->agreements = a;
	for (at = &a->next; *at != NULL; at = &(*at)->next, n++) {
		last = at;
		if (contact_pin(c, (*at)->key) == NULL)
			stranger = at;
	}
	if (n <= KEYRING_AGREEMENTS)
		return;
	at = stranger != NULL ? stranger : last;
	a = *at;
	*at = a->next;
	agreement_free(a);
}

struct agreement *
contact_current(struct contact *c)
{
	struct agreement *a;

	for (a = c->agreements; a != NULL; a = a->next)
		if (a->confirmed && contact_pin(c, a->key) != NULL)
			return a;
	return NULL;
}

int
contact_is_called(struct keyring *r, struct contact *c, const char *nick)
{
	const struct contact *other = keyring_find_nick(r, nick);
	char name[KEYRING_NAME];
	int i, most = KEYRING_NICKS - 1;

	if (other != NULL && other != c && other->state != CONTACT_OFF)
		return -1;
	if (!keyring_is_name(nick))
		return 0;
	snprintf(name, sizeof(name), "%s", nick);
	if (*c->nicks[most] != '\0')
		most--;
	for (i = 0; i < most; i++)
		if (name_cmp(c->nicks[i], name) == 0)
			break;
	memmove(c->nicks[1], c->nicks[0], (size_t)i * sizeof(c->nicks[0]));
	memcpy(c->nicks[0], name, sizeof(c->nicks[0]));
	return 0;
}

/* ---- identities ---- */

const struct identity *
keyring_identity(struct keyring *r, const char *name, int *made)
{
	struct identity *i;
	size_t n;

	for (n = 0; n < r->nidentities; n++)
		if (name_cmp(r->identities[n].name, name) == 0)
			return &r->identities[n];
	if (n == KEYRING_IDENTITIES || !keyring_is_name(name))
		return NULL;
	i = &r->identities[n];
	if (crypto_random(i->private, sizeof(i->private)) == -1 ||
	    crypto_public(i->public, i->private) == -1)
		return NULL;
	snprintf(i->name, sizeof(i->name), "%s", name);
	r->nidentities++;
	*made = 1;
	return i;
}

/* ---- into text ---- */

struct keyring_text {
	char *text;
	size_t len, size;
	int failed;
};

static void __attribute__((format(printf, 2, 3)))
keyring_put(struct keyring_text *t, const char *fmt, ...)
{
	char line[512], *more;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (t->len + (size_t)len >= t->size) {
		/* not realloc(3): keys must not be left behind */
		more = malloc(t->size * 2 + sizeof(line));
		if (more == NULL) {
			t->failed = 1;
			return;
		}
		memcpy(more, t->text, t->len);
		crypto_wipe(t->text, t->len);
		free(t->text);
		t->text = more;
		t->size = t->size * 2 + sizeof(line);
	}
	memcpy(t->text + t->len, line, (size_t)len + 1);
	t->len += (size_t)len;
	crypto_wipe(line, sizeof(line));
}

static const char *
keyring_base64(char buf[KEYRING_BASE64], const uint8_t *key, size_t len)
{
	envelope_encode(buf, KEYRING_BASE64, key, len);
	return buf;
}

static void
keyring_put_agreement(struct keyring_text *t, const struct agreement *a)
{
	char id[KEYRING_BASE64], key[KEYRING_BASE64], out[KEYRING_BASE64],
	    in[KEYRING_BASE64];
	size_t i;

	keyring_put(t, "agreement %s %s %s %s %d %s %lu %s %lu\n",
	    keyring_base64(id, a->id, sizeof(a->id)), a->ours, a->theirs,
	    keyring_base64(key, a->key, CRYPTO_KEY), a->confirmed,
	    keyring_base64(out, a->ratchet.out.key, CRYPTO_KEY),
	    (unsigned long)a->ratchet.out.next,
	    keyring_base64(in, a->ratchet.in.key, CRYPTO_KEY),
	    (unsigned long)a->ratchet.in.next);
	for (i = 0; i < a->ratchet.nkept; i++)
		keyring_put(t, "kept %lu %s\n",
		    (unsigned long)a->ratchet.kept[i].counter,
		    keyring_base64(key, a->ratchet.kept[i].key, CRYPTO_KEY));
	crypto_wipe(key, sizeof(key));
	crypto_wipe(out, sizeof(out));
	crypto_wipe(in, sizeof(in));
}

/* The oldest agreement first: what is read is put before what was. */
static void
keyring_put_agreements(struct keyring_text *t, const struct agreement *a)
{
	if (a == NULL)
		return;
	keyring_put_agreements(t, a->next);
	keyring_put_agreement(t, a);
}

static void
keyring_put_contact(struct keyring_text *t, const struct contact *c)
{
	char key[KEYRING_BASE64];
	size_t i;

	keyring_put(t, "contact %s %d", c->name, (int)c->state);
	for (i = 0; i < KEYRING_NICKS && *c->nicks[i] != '\0'; i++)
		keyring_put(t, " %s", c->nicks[i]);
	keyring_put(t, "\n");
	for (i = 0; i < c->npins; i++)
		keyring_put(t, "pin %s %d\n", keyring_base64(key,
		    c->pins[i].key, CRYPTO_KEY), c->pins[i].verified);
	if (c->state == CONTACT_CHANGED)
		keyring_put(t, "candidate %s\n", keyring_base64(key,
		    c->candidate, CRYPTO_KEY));
	keyring_put_agreements(t, c->agreements);
}

char *
keyring_format(const struct keyring *r, size_t *len)
{
	struct keyring_text t = { .size = 4096 };
	const struct contact *c;
	char key[KEYRING_BASE64];
	size_t i;

	t.text = malloc(t.size);
	if (t.text == NULL)
		return NULL;
	keyring_put(&t, KEYRING_HEAD "\n");
	for (i = 0; i < r->nidentities; i++)
		keyring_put(&t, "identity %s %s\n", r->identities[i].name,
		    keyring_base64(key, r->identities[i].private, CRYPTO_KEY));
	for (c = r->contacts; c != NULL; c = c->next)
		keyring_put_contact(&t, c);
	keyring_put(&t, "end\n");
	crypto_wipe(key, sizeof(key));
	*len = t.len;
	if (!t.failed)
		return t.text;
	crypto_wipe(t.text, t.len);
	free(t.text);
	return NULL;
}

/* ---- out of text ---- */

/* What a line may have: W holds its words.  -1: it is wrong. */
static int
keyring_key(uint8_t *key, size_t len, const char *word)
{
	return envelope_decode(key, len, word, strlen(word)) == (long)len ?
	    0 : -1;
}

static int
keyring_number(const char *word, unsigned long most, unsigned long *n)
{
	char *end;

	errno = 0;
	*n = strtoul(word, &end, 10);
	return *word < '0' || *word > '9' || *end != '\0' || errno != 0 ||
	    *n > most ? -1 : 0;
}

static int
keyring_name(char name[KEYRING_NAME], const char *word)
{
	if (strlen(word) >= KEYRING_NAME)
		return -1;
	strcpy(name, word);
	return 0;
}

/* The contact that the line belongs to: the last one. */
static struct contact *
keyring_last(const struct keyring *r)
{
	struct contact *c = r->contacts;

	while (c != NULL && c->next != NULL)
		c = c->next;
	return c;
}

static int
take_identity(struct keyring *r, char *const *w, int n)
{
	struct identity *i = &r->identities[r->nidentities];

	(void)n;
	if (r->nidentities == KEYRING_IDENTITIES ||
	    keyring_name(i->name, w[1]) == -1 ||
	    keyring_key(i->private, CRYPTO_KEY, w[2]) == -1 ||
	    crypto_public(i->public, i->private) == -1)
		return -1;
	r->nidentities++;
	return 0;
}

static int
take_contact(struct keyring *r, char *const *w, int n)
{
	struct contact *c;
	unsigned long state;
	int i;

	if (strlen(w[1]) >= KEYRING_NAME || keyring_find(r, w[1]) != NULL ||
	    keyring_number(w[2], CONTACT_STATES - 1, &state) == -1 ||
	    (c = keyring_know(r, w[1])) == NULL)
		return -1;
	c->state = (enum contact_state)state;
	for (i = 3; i < n; i++)
		if (keyring_name(c->nicks[i - 3], w[i]) == -1)
			return -1;
	return 0;
}

static int
take_pin(struct keyring *r, char *const *w, int n)
{
	struct contact *c = keyring_last(r);
	uint8_t key[CRYPTO_KEY];
	unsigned long verified;

	(void)n;
	if (c == NULL || c->npins == KEYRING_PINS ||
	    keyring_key(key, CRYPTO_KEY, w[1]) == -1 ||
	    contact_pin(c, key) != NULL ||
	    keyring_number(w[2], 1, &verified) == -1)
		return -1;
	contact_add_pin(c, key);
	c->pins[c->npins - 1].verified = (int)verified;
	return 0;
}

static int
take_candidate(struct keyring *r, char *const *w, int n)
{
	struct contact *c = keyring_last(r);

	(void)n;
	return c == NULL ? -1 : keyring_key(c->candidate, CRYPTO_KEY, w[1]);
}

static int
take_agreement(struct keyring *r, char *const *w, int n)
{
	struct contact *c = keyring_last(r);
	struct agreement *a = c == NULL ? NULL : calloc(1, sizeof(*a));
	unsigned long confirmed, out, in;

	(void)n;
	if (a == NULL)
		return -1;
	if (keyring_key(a->id, sizeof(a->id), w[1]) == -1 ||
	    keyring_name(a->ours, w[2]) == -1 ||
	    keyring_name(a->theirs, w[3]) == -1 ||
	    keyring_key(a->key, CRYPTO_KEY, w[4]) == -1 ||
	    keyring_number(w[5], 1, &confirmed) == -1 ||
	    keyring_key(a->ratchet.out.key, CRYPTO_KEY, w[6]) == -1 ||
	    keyring_number(w[7], UINT32_MAX, &out) == -1 ||
	    keyring_key(a->ratchet.in.key, CRYPTO_KEY, w[8]) == -1 ||
	    keyring_number(w[9], UINT32_MAX, &in) == -1) {
		agreement_free(a);
		return -1;
	}
	a->confirmed = (int)confirmed;
	a->ratchet.out.next = (uint32_t)out;
	a->ratchet.in.next = (uint32_t)in;
	contact_add(c, a);
	return 0;
}

/* In order, each before what comes next: else one could be opened twice. */
static int
take_kept(struct keyring *r, char *const *w, int n)
{
	struct contact *c = keyring_last(r);
	struct ratchet *t = c == NULL || c->agreements == NULL ? NULL :
	    &c->agreements->ratchet;
	struct ratchet_kept *k;
	unsigned long counter;

	(void)n;
	if (t == NULL || t->nkept == RATCHET_KEPT || t->in.next == 0 ||
	    keyring_number(w[1], t->in.next - 1, &counter) == -1 ||
	    (t->nkept > 0 && counter <= t->kept[t->nkept - 1].counter))
		return -1;
	k = &t->kept[t->nkept];
	k->counter = (uint32_t)counter;
	if (keyring_key(k->key, CRYPTO_KEY, w[2]) == -1)
		return -1;
	t->nkept++;
	return 0;
}

static const struct {
	const char *word;
	int least, most; /* words */
	int (*take)(struct keyring *r, char *const *w, int n);
} keyring_lines[] = {
	{ "identity", 3, 3, take_identity },
	{ "contact", 3, 3 + KEYRING_NICKS, take_contact },
	{ "pin", 3, 3, take_pin },
	{ "candidate", 2, 2, take_candidate },
	{ "agreement", 10, 10, take_agreement },
	{ "kept", 3, 3, take_kept },
};

static int
keyring_take(struct keyring *r, char *line)
{
	char *w[KEYRING_WORDS], *save, *p;
	int n = 0;
	size_t i;

	for (p = strtok_r(line, " ", &save); p != NULL && n < KEYRING_WORDS;
	    p = strtok_r(NULL, " ", &save))
		w[n++] = p;
	if (p != NULL || n == 0)
		return -1;
	for (i = 0; i < sizeof(keyring_lines) / sizeof(keyring_lines[0]); i++)
		if (strcmp(keyring_lines[i].word, w[0]) == 0 &&
		    n >= keyring_lines[i].least && n <= keyring_lines[i].most)
			return keyring_lines[i].take(r, w, n);
	return -1;
}

int
keyring_parse(struct keyring *r, char *text)
{
	char *line, *end;
	int number = 1;

	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		if (number == 1 ? strcmp(line, KEYRING_HEAD) != 0 :
		    strcmp(line, "end") != 0 && keyring_take(r, line) == -1)
			return number;
		if (strcmp(line, "end") == 0)
			return end[1] == '\0' ? 0 : number + 1;
		number++;
	}
	return number;
}

void
keyring_clear(struct keyring *r)
{
	while (r->contacts != NULL)
		keyring_forget(r, r->contacts);
	crypto_wipe(r->identities, sizeof(r->identities));
	r->nidentities = 0;
}

/* ---- the file ---- */

/* All of FD, which nobody else may read; NULL with errno. */
static char *
keyring_slurp(int fd, size_t *len)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) == -1 ||
	    ((st.st_mode & 077) != 0 && fchmod(fd, 0600) == -1))
		return NULL;
	if (st.st_size > KEYRING_MOST) {
		errno = EFBIG;
		return NULL;
	}
	text = calloc(1, (size_t)st.st_size + 1);
	for (*len = 0; text != NULL && *len < (size_t)st.st_size;
	    *len += (size_t)n) {
		n = read(fd, text + *len, (size_t)st.st_size - *len);
		if (n == 0)
			break;
		if (n == -1 && errno == EINTR)
			n = 0;
		else if (n == -1) {
			crypto_wipe(text, *len);
			free(text);
			return NULL;
		}
	}
	return text;
}

static int
keyring_read(struct keyring *r, char why[KEYRING_WHY])
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC), line;
	size_t len = 0;
	char *text;

	keyring_clear(r);
	if (fd == -1 && errno == ENOENT)
		return 0;
	text = fd == -1 ? NULL : keyring_slurp(fd, &len);
	if (text == NULL) {
		snprintf(why, KEYRING_WHY, "%.200s: %s", r->path,
		    strerror(errno));
		if (fd != -1)
			close(fd);
		return -1;
	}
	close(fd);
	line = strlen(text) != len ? 1 : keyring_parse(r, text);
	crypto_wipe(text, len);
	free(text);
	if (line != 0)
		snprintf(why, KEYRING_WHY, "%.200s, line %d: not what moot "
		    "writes", r->path, line);
	return line == 0 ? 0 : -1;
}

/* Closed by the kernel at the latest: whoever dies leaves no lock. */
static int
keyring_lock(const char *path)
{
	char name[PATH_MOST + 8];
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1) {
		close(fd);
		fd = -1;
	}
	return fd;
}

struct keyring *
keyring_open(const char *path, char why[KEYRING_WHY])
{
	struct keyring *r = calloc(1, sizeof(*r));

	snprintf(why, KEYRING_WHY, "no memory");
	if (r == NULL)
		return NULL;
	snprintf(r->path, sizeof(r->path), "%s", path);
	path_prepare(path);
	r->lock = keyring_lock(path);
	if (keyring_read(r, why) == 0)
		return r;
	keyring_close(r);
	return NULL;
}

void
keyring_close(struct keyring *r)
{
	if (r == NULL)
		return;
	keyring_clear(r);
	if (r->lock != -1)
		close(r->lock);
	free(r);
}

int
keyring_hold(struct keyring *r)
{
	char why[KEYRING_WHY];

	if (r->lock != -1)
		return r->broken ? -1 : 0;
	r->lock = keyring_lock(r->path);
	r->broken = keyring_read(r, why) == -1;
	return r->lock == -1 || r->broken ? -1 : 0;
}

int
keyring_save(const struct keyring *r)
{
	size_t len;
	char *text = keyring_format(r, &len);
	int result, saved;

	if (text == NULL) {
		errno = ENOMEM;
		return -1;
	}
	result = path_replace(r->path, text, len, 0600);
	saved = errno;
	crypto_wipe(text, len);
	free(text);
	errno = saved;
	return result;
}
