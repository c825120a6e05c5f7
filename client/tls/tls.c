/* SPDX-License-Identifier: ISC */
/*
 * TLS on a socket, by OpenSSL.
 *
 * connection.c owns one for each of its connections, over all attempts, so
 * that a session can be resumed and a key that changes is noticed even where
 * no file can be kept.  The server is judged inside the handshake, when it
 * shows its certificate: one that is refused gets an alert and nothing else.
 * What was learned is kept when the handshake is over, since only then it has
 * proved that the key is its own.
 *
 * One context a process: reading the authorities of the system takes longer
 * than a handshake.  OpenSSL writes to the socket by write(2), so SIGPIPE is
 * ignored from the first connection on, as the loop does anyway.
 */

#include <sys/stat.h>

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "irc/phrase.h"
#include "tls.h"

enum { TLS_CERTIFICATE = 1024 }; /* of a path */

struct tls {
	SSL *ssl;             /* NULL: no connection */
	SSL_SESSION *session; /* to be resumed */
	char host[URI_HOST], port[URI_PORT];
	char certificate[TLS_CERTIFICATE];
	int pinned;
	unsigned char pin[PIN_BYTES]; /* that the user gave */
	enum judge_trust trust;
	int seen, judged;     /* it has shown a key; INFO has the verdict */
	int unreadable;       /* errno: why JUDGE_UNSURE */
	int locked;           /* our key has a passphrase */
	unsigned int flaws;
	struct tls_info info;
};

static SSL_CTX *context;

int
tls_is_built(void)
{
	return 1;
}

static void
tls_take(char *dst, size_t size, const char *src)
{
	snprintf(dst, size, "%s", src != NULL ? src : "");
}

/* ---- judging, within the handshake ---- */

static const struct {
	int error;
	enum judge_flaw flaw;
	const char *words;
} tls_flaws[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, FLAW_EXPIRED, "expired on" },
	{ X509_V_ERR_CERT_NOT_YET_VALID, FLAW_EXPIRED, "is not valid before" },
	{ X509_V_ERR_HOSTNAME_MISMATCH, FLAW_NAME, "is for another host" },
	{ X509_V_ERR_IP_ADDRESS_MISMATCH, FLAW_NAME, "is for another host" },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, FLAW_ISSUER,
	    "is one of its own making" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, FLAW_ISSUER,
	    "is of an authority that this system does not know" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, FLAW_ISSUER,
	    "is of an authority that this system does not know" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, FLAW_ISSUER,
	    "is of an authority that this system does not know" },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, FLAW_ISSUER,
	    "is of an authority that this system does not know" },
	{ X509_V_ERR_CERT_UNTRUSTED, FLAW_ISSUER,
	    "is of an authority that this system does not trust" },
};

static void
tls_date(char *buf, size_t size, const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1 ||
	    strftime(buf, size, " %Y-%m-%d", &tm) == 0)
		tls_take(buf, size, " an unknown day");
}

/* What is worse is what is said: a name or a date, rather than an issuer. */
static void
tls_note_flaw(struct tls *t, enum judge_flaw flaw, const char *words,
    X509 *certificate, int error)
{
	char date[32] = "";

	if (flaw == FLAW_EXPIRED && certificate != NULL)
		tls_date(date, sizeof(date),
		    error == X509_V_ERR_CERT_HAS_EXPIRED ?
		    X509_get0_notAfter(certificate) :
		    X509_get0_notBefore(certificate));
	if ((unsigned int)flaw > t->flaws)
		snprintf(t->info.flaw, sizeof(t->info.flaw),
		    "its certificate %s%s", words, date);
	t->flaws |= flaw;
}

static struct tls *
tls_of(X509_STORE_CTX *x)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(x,
	    SSL_get_ex_data_X509_STORE_CTX_idx());

	return SSL_get_app_data(ssl);
}

/* Notes each flaw of the chain, and has the next one looked for. */
static int
tls_each_flaw(int ok, X509_STORE_CTX *x)
{
	int error = X509_STORE_CTX_get_error(x);
	size_t i;

	if (ok)
		return 1;
	for (i = 0; i < sizeof(tls_flaws) / sizeof(tls_flaws[0]); i++)
		if (tls_flaws[i].error == error)
			break;
	if (i < sizeof(tls_flaws) / sizeof(tls_flaws[0]))
		tls_note_flaw(tls_of(x), tls_flaws[i].flaw, tls_flaws[i].words,
		    X509_STORE_CTX_get_current_cert(x), error);
	else
		tls_note_flaw(tls_of(x), FLAW_OTHER, "is not in order",
		    NULL, error);
	return 1;
}

/* SHA-256 of the SubjectPublicKeyInfo; X509_pubkey_digest() would be that of
 * the bits of the key alone. */
static int
tls_pin(unsigned char pin[PIN_BYTES], const X509 *certificate)
{
	unsigned char *der = NULL;
	int len;

	if (certificate == NULL)
		return -1;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	if (len <= 0)
		return -1;
	SHA256(der, (size_t)len, pin);
	OPENSSL_free(der);
	return 0;
}

/* What this process has seen itself counts where no file says anything. */
static void
tls_recall(struct tls *t)
{
	struct known k;

	t->unreadable = 0;
	if (known_find(&k, t->host, t->port) == -1)
		t->unreadable = errno;
	else if (k.kind != KNOWN_NOTHING || t->info.kept_errno == 0)
		t->info.known = k;
}

static int
tls_judge(X509_STORE_CTX *x, void *unused)
{
	struct tls *t = tls_of(x);
	struct judge_case c = { .shown = t->info.pin,
		.wanted = t->pinned ? t->pin : NULL,
		.known = &t->info.known, .trust = t->trust };

	(void)unused;
	t->flaws = 0;
	t->judged = 0;
	*t->info.flaw = '\0';
	X509_STORE_CTX_set_verify_cb(x, tls_each_flaw);
	if (X509_verify_cert(x) <= 0)
		tls_note_flaw(t, FLAW_OTHER, "is not in order", NULL, 0);
	if (tls_pin(t->info.pin, X509_STORE_CTX_get0_cert(x)) == -1)
		return 0;
	t->seen = t->judged = 1;
	tls_recall(t);
	c.flaws = t->flaws;
	t->info.verdict = t->unreadable != 0 ? JUDGE_UNSURE : judge(&c);
	if (!judge_accepts(t->info.verdict)) {
		X509_STORE_CTX_set_error(x, X509_V_ERR_CERT_REJECTED);
		return 0;
	}
	return 1;
}

/* ---- the context ---- */

/* Tickets of TLS 1.3 come after the handshake: the last one is the best. */
static int
tls_new_session(SSL *ssl, SSL_SESSION *session)
{
	struct tls *t = SSL_get_app_data(ssl);

	SSL_SESSION_free(t->session);
	t->session = session;
	return 1; /* ours now */
}

/* OpenSSL would ask the terminal, which is a screen, or take a line that was
 * meant for somebody. */
static int
tls_no_passphrase(char *buf, int size, int writing, void *t)
{
	(void)buf;
	(void)size;
	(void)writing;
	if (t != NULL)
		((struct tls *)t)->locked = 1;
	return -1;
}

static SSL_CTX *
tls_context(void)
{
	static const unsigned char alpn[] = { 3, 'i', 'r', 'c' };
	SSL_CTX *c;

	if (context != NULL)
		return context;
	signal(SIGPIPE, SIG_IGN);
	c = SSL_CTX_new(TLS_client_method());
	if (c == NULL)
		return NULL;
	SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
	SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION |
	    SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	/* Where there are none, servers are known by their keys. */
	SSL_CTX_set_default_verify_paths(c);
	SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(c, tls_judge, NULL);
	SSL_CTX_set_alpn_protos(c, alpn, sizeof(alpn));
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT |
	    SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(c, tls_new_session);
	SSL_CTX_set_default_passwd_cb(c, tls_no_passphrase);
	ERR_clear_error();
	context = c;
	return c;
}

/* ---- words ---- */

static const struct {
	int reason;
	const char *words;
} tls_reasons[] = {
	{ SSL_R_WRONG_VERSION_NUMBER,
	    "it does not speak TLS there (irc:// is without)" },
	{ SSL_R_HTTP_REQUEST, "it does not speak TLS there" },
	{ SSL_R_UNSUPPORTED_PROTOCOL, "it speaks only TLS older than 1.2" },
	{ SSL_R_TLSV1_ALERT_PROTOCOL_VERSION,
	    "it speaks only TLS older than 1.2" },
	{ SSL_R_UNEXPECTED_EOF_WHILE_READING,
	    "the server closed the connection" },
	{ SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
	    "it wants a certificate of yours: see moot cert" },
	{ SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
	    "it refuses the handshake" },
};

/* The first error of the queue, which is emptied. */
static enum tls_result
tls_fail(char why[TLS_WHY])
{
	unsigned long error = ERR_get_error();
	const char *reason = error != 0 ? ERR_reason_error_string(error) :
	    NULL;
	size_t i;

	for (i = 0; i < sizeof(tls_reasons) / sizeof(tls_reasons[0]); i++)
		if (ERR_GET_REASON(error) == tls_reasons[i].reason)
			reason = tls_reasons[i].words;
	snprintf(why, TLS_WHY, "%s", reason != NULL ? reason :
	    "TLS does not work");
	ERR_clear_error();
	return TLS_FAILED;
}

static void
tls_add_key(char why[TLS_WHY], const char *lead,
    const unsigned char key[PIN_BYTES])
{
	char phrase[PHRASE_SIZE], pin[PIN_TEXT];
	size_t used = strlen(why);

	phrase_write(phrase, key);
	pin_write(pin, key);
	snprintf(why + used, TLS_WHY - used, "; %s \"%s\", %s", lead, phrase,
	    pin);
}

/* Why a handshake ended that we ended ourselves. */
static enum tls_result
tls_refuse(const struct tls *t, char why[TLS_WHY])
{
	ERR_clear_error();
	snprintf(why, TLS_WHY, "%s%s%s", judge_words(t->info.verdict),
	    *t->info.flaw ? "; " : "", t->info.flaw);
	if (t->info.verdict == JUDGE_UNSURE)
		snprintf(why, TLS_WHY, "%s: %.300s: %s",
		    judge_words(JUDGE_UNSURE), known_file(),
		    t->unreadable == EBADMSG ? "a malformed line about it" :
		    strerror(t->unreadable));
	if (t->info.verdict == JUDGE_CHANGED)
		tls_add_key(why, "it was", t->info.known.pin);
	if (t->info.verdict == JUDGE_NOT_PIN)
		tls_add_key(why, "it should be", t->pin);
	tls_add_key(why, "it shows", t->info.pin);
	return TLS_REFUSED;
}

/* What a call that returned R came to. */
static enum tls_result
tls_result(struct tls *t, int r, char why[TLS_WHY])
{
	int saved = errno;

	switch (SSL_get_error(t->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		return TLS_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_CLOSED;
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		if (saved == 0)
			return TLS_CLOSED;
		snprintf(why, TLS_WHY, "%s", strerror(saved));
		return TLS_FAILED;
	default:
		return tls_fail(why);
	}
}

/* ---- beginning ---- */

static int
tls_is_address(const char *host)
{
	unsigned char buf[16];

	return inet_pton(AF_INET, host, buf) == 1 ||
	    inet_pton(AF_INET6, host, buf) == 1;
}

/* Whom the certificate is to be for, and who is asked for. */
static int
tls_name(struct tls *t)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	char host[URI_HOST];

	snprintf(host, sizeof(host), "%s", t->host);
	host[strcspn(host, "%")] = '\0'; /* of a link-local address */
	X509_VERIFY_PARAM_set_hostflags(param,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (tls_is_address(host))
		return X509_VERIFY_PARAM_set1_ip_asc(param, host);
	return SSL_set1_host(t->ssl, host) &&
	    SSL_set_tlsext_host_name(t->ssl, host);
}

/* Our certificate; others must not be able to read its key. */
static enum tls_result
tls_identify(struct tls *t, const char *key, char why[TLS_WHY])
{
	struct stat st;

	if (*t->certificate == '\0')
		return TLS_DONE;
	if (key == NULL || *key == '\0')
		key = t->certificate;
	if (stat(key, &st) == -1)
		snprintf(why, TLS_WHY, "%.400s: %s", key,
		    strerror(errno));
	else if ((st.st_mode & 077) != 0)
		snprintf(why, TLS_WHY, "%.400s: others can read the key: "
		    "chmod 600 it", key);
	else if (SSL_use_certificate_chain_file(t->ssl, t->certificate) != 1)
		snprintf(why, TLS_WHY, "%.400s: no certificate in it",
		    t->certificate);
	else if (SSL_use_PrivateKey_file(t->ssl, key, SSL_FILETYPE_PEM) != 1)
		snprintf(why, TLS_WHY, t->locked ? "%.400s: the key has a "
		    "passphrase, which moot cannot ask for" : "%.400s: no key "
		    "in it that is the certificate's", key);
	else
		return TLS_DONE;
	ERR_clear_error();
	return TLS_REFUSED;
}

/* Whether it is the same as before in all that a session depends on. */
static int
tls_is_same(const struct tls *t, const struct tls_wish *w, int pinned,
    const unsigned char *pin)
{
	return strcmp(t->host, w->host) == 0 &&
	    strcmp(t->port, w->port) == 0 && t->pinned == pinned &&
	    (!pinned || memcmp(t->pin, pin, PIN_BYTES) == 0) &&
	    t->trust == w->trust && strcmp(t->certificate,
	    w->certificate != NULL ? w->certificate : "") == 0;
}

static enum tls_result
tls_wish(struct tls *t, const struct tls_wish *w, char why[TLS_WHY])
{
	unsigned char pin[PIN_BYTES] = { 0 };
	int pinned = w->pin != NULL && *w->pin != '\0';

	if (pinned && pin_read(pin, w->pin) == -1) {
		snprintf(why, TLS_WHY, "not a pin: %s", w->pin);
		return TLS_REFUSED;
	}
	if (!tls_is_same(t, w, pinned, pin)) {
		SSL_SESSION_free(t->session);
		t->session = NULL;
	}
	if (strcmp(t->host, w->host) != 0 || strcmp(t->port, w->port) != 0)
		memset(&t->info, 0, sizeof(t->info));
	tls_take(t->host, sizeof(t->host), w->host);
	tls_take(t->port, sizeof(t->port), w->port);
	tls_take(t->certificate, sizeof(t->certificate), w->certificate);
	memcpy(t->pin, pin, PIN_BYTES);
	t->pinned = pinned;
	t->trust = w->trust;
	return TLS_DONE;
}

enum tls_result
tls_begin(struct tls **to, const struct tls_wish *w, int fd,
    char why[TLS_WHY])
{
	enum tls_result result;
	struct tls *t = *to;

	snprintf(why, TLS_WHY, "out of memory");
	if (t == NULL && (*to = t = calloc(1, sizeof(*t))) == NULL)
		return TLS_FAILED;
	tls_end(t);
	result = tls_wish(t, w, why);
	if (result != TLS_DONE)
		return result;
	if (tls_context() == NULL || (t->ssl = SSL_new(context)) == NULL)
		return tls_fail(why);
	t->judged = t->unreadable = t->locked = 0;
	SSL_set_app_data(t->ssl, t);
	SSL_set_default_passwd_cb_userdata(t->ssl, t);
	if (SSL_set_fd(t->ssl, fd) != 1 || !tls_name(t))
		return tls_fail(why);
	if (t->session != NULL)
		SSL_set_session(t->ssl, t->session);
	SSL_set_connect_state(t->ssl);
	return tls_identify(t, w->key, why);
}

/* ---- going on ---- */

/* The server has proved that the key is its own: that is kept.  If another
 * moot has met it meanwhile, and with another key, it is refused. */
static void
tls_learn(struct tls *t)
{
	struct known k = { .kind = t->info.verdict == JUDGE_VOUCHED ?
		KNOWN_CA : KNOWN_PIN };
	struct judge_case c = { .shown = t->info.pin, .known = &k,
		.trust = t->trust };

	t->info.resumed = SSL_session_reused(t->ssl);
	tls_take(t->info.version, sizeof(t->info.version),
	    SSL_get_version(t->ssl));
	tls_take(t->info.cipher, sizeof(t->info.cipher),
	    SSL_get_cipher(t->ssl));
	if (t->info.resumed || (t->info.verdict != JUDGE_FIRST &&
	    (t->info.verdict != JUDGE_VOUCHED ||
	    t->info.known.kind == KNOWN_CA)))
		return;
	tls_take(k.host, sizeof(k.host), t->host);
	tls_take(k.port, sizeof(k.port), t->port);
	memcpy(k.pin, t->info.pin, PIN_BYTES);
	t->info.kept_errno = 0;
	switch (known_learn(&k)) {
	case -1:
		t->info.kept_errno = errno;
		break;
	case 1:
		c.flaws = t->flaws;
		if (!judge_accepts(judge(&c)))
			t->info.verdict = judge(&c);
	}
	t->info.known = k;
}

enum tls_result
tls_shake(struct tls *t, char why[TLS_WHY])
{
	enum tls_result result;
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_do_handshake(t->ssl);
	if (r == 1)
		tls_learn(t);
	if (t->judged && !judge_accepts(t->info.verdict)) {
		/* nor is it gone on with, unseen, another time */
		SSL_SESSION_free(t->session);
		t->session = NULL;
		return tls_refuse(t, why);
	}
	if (r == 1)
		return TLS_DONE;
	result = tls_result(t, r, why);
	if (result == TLS_CLOSED) {
		snprintf(why, TLS_WHY, "the server closed the connection "
		    "instead of a handshake");
		result = TLS_FAILED;
	}
	return result;
}

enum tls_result
tls_read(struct tls *t, void *buf, size_t size, size_t *n, char why[TLS_WHY])
{
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_read_ex(t->ssl, buf, size, n);
	return r == 1 ? TLS_DONE : tls_result(t, r, why);
}

enum tls_result
tls_write(struct tls *t, const void *buf, size_t len, size_t *n,
    char why[TLS_WHY])
{
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_write_ex(t->ssl, buf, len, n);
	return r == 1 ? TLS_DONE : tls_result(t, r, why);
}

int
tls_is_pending(const struct tls *t)
{
	return t->ssl != NULL && SSL_pending(t->ssl) > 0;
}

/* ---- ending ---- */

/* SSL_shutdown() in the middle of a handshake is an error: nothing was said
 * that could be cut off. */
void
tls_end(struct tls *t)
{
	if (t == NULL || t->ssl == NULL)
		return;
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	SSL_free(t->ssl);
	t->ssl = NULL;
	ERR_clear_error();
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	tls_end(t);
	SSL_SESSION_free(t->session);
	free(t);
}

int
tls_tell(const struct tls *t, struct tls_info *info)
{
	memset(info, 0, sizeof(*info));
	if (t == NULL || !t->seen)
		return 0;
	*info = t->info;
	return 1;
}
