/* SPDX-License-Identifier: ISC */

/* Keys of passwords, base64, SCRAM by the example of RFC 7677, delays. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../store/credential.h"
#include "../../store/limit.h"
#include "../../store/scram.h"
#include "check_store.h"

static const struct {
	const char *text, *bytes;
	long len;
} codes[] = {
	{ "", "", 0 },
	{ "Zg==", "f", 1 },
	{ "Zm8=", "fo", 2 },
	{ "Zm9v", "foo", 3 },
	{ "AGEAYg==", "\0a\0b", 4 },
	{ "+/+/", "\xfb\xff\xbf", 3 },
	{ "Zg=", NULL, -1 },
	{ "Zg", NULL, -1 },
	{ "Zh==", NULL, -1 }, /* bits that are lost */
	{ "Zm9=", NULL, -1 },
	{ "Z===", NULL, -1 },
	{ "====", NULL, -1 },
	{ "Zg==Zg==", NULL, -1 },
	{ "Z=g=", NULL, -1 },
	{ "Zm 9", NULL, -1 },
	{ "Zm9v\n", NULL, -1 },
	{ "Zm9-", NULL, -1 },
	{ "AAAAAAAAAAAAAAAA", NULL, -1 }, /* 12 bytes: too long for it */
};

START_TEST(test_base64)
{
	char buf[12], text[32];
	long n = base64_decode(buf, sizeof(buf), codes[_i].text);

	ck_assert_msg(n == codes[_i].len, "%s: %ld", codes[_i].text, n);
	if (n < 0)
		return;
	ck_assert_mem_eq(buf, codes[_i].bytes, (size_t)n);
	ck_assert_int_eq(buf[n], '\0');
	base64_encode(text, sizeof(text), buf, (size_t)n);
	ck_assert_str_eq(text, codes[_i].text);
}
END_TEST

#define X50 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct {
	const char *password;
	enum credential_verdict want;
} passwords[] = {
	{ "secret", CREDENTIAL_MADE },
	{ "short", CREDENTIAL_WEAK },
	{ "", CREDENTIAL_WEAK },
	{ "p\xc3\xa4sswort", CREDENTIAL_MADE },
	{ "p\xe4sswort", CREDENTIAL_REFUSED },
	{ "with\001control", CREDENTIAL_REFUSED },
	{ X50 X50 X50 X50 X50 X50, CREDENTIAL_MADE },
	{ X50 X50 X50 X50 X50 X50 "x", CREDENTIAL_REFUSED },
};

START_TEST(test_password)
{
	struct credential c;
	const char *password = passwords[_i].password;
	char other[512];

	ck_assert_int_eq(
	    credential_acceptable(password), passwords[_i].want);
	if (passwords[_i].want != CREDENTIAL_MADE)
		return;
	ck_assert_int_eq(credential_make(&c, password), 0);
	ck_assert_int_ge(c.iterations, CREDENTIAL_LEAST);
	ck_assert_int_eq(credential_check(&c, password), CREDENTIAL_WRONG);
	c.account = 1;
	ck_assert_int_eq(credential_check(&c, password), CREDENTIAL_RIGHT);
	snprintf(other, sizeof(other), "%sy", password);
	ck_assert_int_eq(credential_check(&c, other), CREDENTIAL_WRONG);
	ck_assert_int_eq(credential_check(&c, ""), CREDENTIAL_WRONG);
}
END_TEST

START_TEST(test_fake)
{
	uint8_t secret[CREDENTIAL_SECRET] = { 1 }, other[CREDENTIAL_SECRET];
	struct credential a, b;

	memset(other, 2, sizeof(other));
	credential_fake(&a, secret, "nobody");
	credential_fake(&b, secret, "NoBody");
	ck_assert_mem_eq(&a, &b, sizeof(a));
	credential_fake(&b, secret, "nobody2");
	ck_assert_mem_ne(a.salt, b.salt, sizeof(a.salt));
	credential_fake(&b, other, "nobody");
	ck_assert_mem_ne(a.salt, b.salt, sizeof(a.salt));
	ck_assert_int_eq(credential_check(&a, "anything"), CREDENTIAL_WRONG);
}
END_TEST

/* ---- SCRAM ---- */

#define FIRST "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
#define SERVER                                                                \
	"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"                \
	"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
#define NONCE "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define PROOF "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="

/* What RFC 7677 has for "pencil", made with the functions under test. */
static void
pencil(struct credential *c)
{
	uint8_t salt[CREDENTIAL_SALT + 1];
	const char *text = "W22ZaJ0SNY7soEsUEjb6gQ==";
	uint8_t salted[CREDENTIAL_KEY], u[CREDENTIAL_KEY], key[CREDENTIAL_KEY];
	uint8_t first[CREDENTIAL_SALT + 4] = { 0 };
	int i, k;

	ck_assert_int_eq(
	    base64_decode(salt, sizeof(salt), text), CREDENTIAL_SALT);
	memcpy(first, salt, CREDENTIAL_SALT);
	first[CREDENTIAL_SALT + 3] = 1;
	credential_hmac(u, "pencil", 6, first, sizeof(first));
	memcpy(salted, u, sizeof(u));
	for (i = 1; i < 4096; i++) {
		credential_hmac(u, "pencil", 6, u, sizeof(u));
		for (k = 0; k < CREDENTIAL_KEY; k++)
			salted[k] ^= u[k];
	}
	memset(c, 0, sizeof(*c));
	c->account = 1;
	c->iterations = 4096;
	memcpy(c->salt, salt, CREDENTIAL_SALT);
	credential_hmac(key, salted, sizeof(salted), "Client Key", 10);
	credential_sha256(c->stored_key, key, sizeof(key));
	credential_hmac(
	    c->server_key, salted, sizeof(salted), "Server Key", 10);
	ck_assert_int_eq(credential_check(c, "pencil"), CREDENTIAL_RIGHT);
}

static const struct {
	const char *name, *final;
	enum credential_verdict want;
} finals[] = {
	{ "the example", "c=biws," NONCE "," PROOF, CREDENTIAL_RIGHT },
	{ "an extension", "c=biws," NONCE ",x=y," PROOF, CREDENTIAL_WRONG },
	{ "another proof", "c=biws," NONCE
	    ",p=AHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	    CREDENTIAL_WRONG },
	{ "a short proof", "c=biws," NONCE ",p=dHzb", CREDENTIAL_MALFORMED },
	{ "no proof", "c=biws," NONCE, CREDENTIAL_MALFORMED },
	{ "an empty proof", "c=biws," NONCE ",p=", CREDENTIAL_MALFORMED },
	{ "no base64", "c=biws," NONCE
	    ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndV@=",
	    CREDENTIAL_MALFORMED },
	{ "something after it", "c=biws," NONCE "," PROOF ",x=y",
	    CREDENTIAL_MALFORMED },
	{ "another binding", "c=eSws," NONCE "," PROOF, CREDENTIAL_MALFORMED },
	{ "a binding", "c=cD10bHMtdW5pcXVlLCw=," NONCE "," PROOF,
	    CREDENTIAL_MALFORMED },
	{ "another nonce", "c=biws,r=rOprNGfwEbeRWgbNEkqO," PROOF,
	    CREDENTIAL_MALFORMED },
	{ "no nonce", "c=biws," PROOF, CREDENTIAL_MALFORMED },
	{ "nothing", "", CREDENTIAL_MALFORMED },
	{ "commas", ",,,,,,,,,,", CREDENTIAL_MALFORMED },
	{ "equals", "c=,r=,p=", CREDENTIAL_MALFORMED },
	{ "long", "c=" X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 X50
	    X50 X50 X50 X50 X50 X50 X50 X50 X50 X50, CREDENTIAL_MALFORMED },
};

START_TEST(test_final)
{
	struct credential c;
	struct scram s;
	char last[128] = "";
	enum credential_verdict v;

	pencil(&c);
	ck_assert_int_eq(scram_parse(&s, FIRST), 0);
	ck_assert_str_eq(s.name, "user");
	v = scram_final(&s, &c, SERVER, finals[_i].final, last, sizeof(last));
	ck_assert_msg(v == finals[_i].want, "%s: %d", finals[_i].name, (int)v);
	ck_assert_str_eq(last, v == CREDENTIAL_RIGHT
	        ? "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" : "");
	c.account = 0; /* nobody's, though the keys fit */
	ck_assert_int_ne(
	    scram_final(&s, &c, SERVER, finals[_i].final, last, sizeof(last)),
	    CREDENTIAL_RIGHT);
}
END_TEST

static const struct {
	const char *first, *name; /* NULL: it is refused */
} firsts[] = {
	{ FIRST, "user" },
	{ "y,,n=user,r=abc", "user" },
	{ "n,a=user,n=user,r=abc", "user" },
	{ "n,a=root,n=user,r=abc", NULL },
	{ "p=tls-unique,,n=user,r=abc", NULL },
	{ "n,,n=a=2Cb=3Dc,r=abc", "a,b=c" },
	{ "n,,n=a=2cb,r=abc", NULL },
	{ "n,,n=a=,r=abc", NULL },
	{ "n,,n=a=2,r=abc", NULL },
	{ "n,,m=ext,n=user,r=abc", NULL },
	{ "n,,n=,r=abc", NULL },
	{ "n,,n=user,r=", NULL },
	{ "n,,n=user", NULL },
	{ "n,,n=user,r=a b", NULL },
	{ "n,,n=user,r=abc,x=ext", "user" },
	{ "n,n=user,r=abc", NULL },
	{ "x,,n=user,r=abc", NULL },
	{ "n", NULL },
	{ "n,", NULL },
	{ "n,,", NULL },
	{ "", NULL },
	{ "n,,n=" X50 X50 X50 X50 X50 X50 ",r=abc", NULL },
	{ "n,,n=user,r=" X50 X50 X50 X50 X50 X50 X50 X50 X50 X50 X50, NULL },
};

START_TEST(test_first)
{
	struct scram s;
	int n = scram_parse(&s, firsts[_i].first);

	ck_assert_msg(n == (firsts[_i].name == NULL ? -1 : 0), "%s",
	    firsts[_i].first);
	if (n == 0)
		ck_assert_str_eq(s.name, firsts[_i].name);
}
END_TEST

START_TEST(test_challenge)
{
	uint8_t secret[CREDENTIAL_SECRET] = { 7 };
	struct credential c;
	struct scram s;
	char a[256], b[256];

	credential_fake(&c, secret, "user");
	ck_assert_int_eq(scram_parse(&s, FIRST), 0);
	ck_assert_int_eq(
	    scram_challenge(&s, &c, secret, "seed", a, sizeof(a)), 0);
	ck_assert_int_eq(
	    scram_challenge(&s, &c, secret, "seed", b, sizeof(b)), 0);
	ck_assert_str_eq(a, b);
	ck_assert_int_eq(strncmp(a, "r=rOprNGfwEbeRWgbNEkqO", 22), 0);
	ck_assert_int_eq(
	    scram_challenge(&s, &c, secret, "other", b, sizeof(b)), 0);
	ck_assert_str_ne(a, b);
	ck_assert_int_eq(
	    scram_challenge(&s, &c, secret, "seed", a, 40), -1);
}
END_TEST

/* ---- delays ---- */

START_TEST(test_limit)
{
	int i, d = 0;

	limit_reset();
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(limit_attempt("ann", "10.1", 1, 0), 0);
	ck_assert_int_eq(limit_attempt("ann", "10.1", 1, 0), 1000);
	ck_assert_int_eq(limit_attempt("ann", "10.1", 1, 1000), 2000);
	ck_assert_int_eq(limit_attempt("ANN", "10.1", 1, 3000), 4000);
	/* at the same time: they queue */
	ck_assert_int_eq(limit_attempt("ann", "10.1", 1, 3000), 12000);
	/* the right one waits as well, from there */
	ck_assert_int_gt(limit_attempt("ann", "10.1", 0, 3000), 12000);
	/* its owner elsewhere does not */
	ck_assert_int_eq(limit_attempt("ann", "10.2", 0, 3000), 0);
	/* and then it is forgotten */
	ck_assert_int_eq(limit_attempt("ann", "10.1", 0, 3000), 0);
	for (i = 0; i < 200; i++)
		d = limit_attempt("bob", "10.3", 1, i * 32000);
	ck_assert_int_eq(d, 32000);
	/* who guesses alone is in nobody's way but a moment */
	ck_assert_int_eq(limit_attempt("bob", "10.2", 0, i * 32000), 1000);
	/* nor in the neighbours' */
	ck_assert_int_le(limit_attempt("cat", "10.3", 0, i * 32000), 5000);
	/* after some hours, all is as before */
	ck_assert_int_eq(limit_attempt("bob", "10.3", 0, 24 * 3600000), 0);
	limit_configure(0);
	for (i = 0; i < 100; i++)
		ck_assert_int_eq(limit_attempt("dan", "10.4", 1, 0), 0);
	limit_reset();
}
END_TEST

/* Of IPv6 it is the network that guesses; of IPv4 it is not. */
START_TEST(test_limit_network)
{
	char address[64];
	int i, d = 0;

	limit_reset();
	for (i = 1; i <= 10; i++) {
		snprintf(address, sizeof(address), "2001:db8:0:1:%x::1", i);
		d = limit_attempt("ann", address, 1, i * 32000);
	}
	ck_assert_int_eq(d, 32000);
	ck_assert_int_le(limit_attempt("ann", "2001:db8:0:2::1", 1,
	    i * 32000), 2000);
	limit_reset();
	for (i = 1; i <= 10; i++) {
		snprintf(address, sizeof(address), "::ffff:10.0.0.%d", i);
		ck_assert_int_eq(limit_attempt("ann", address, 1, 0), 0);
	}
	limit_reset();
}
END_TEST

/* Of a hundred connections at once most are refused, right or wrong. */
START_TEST(test_limit_at_once)
{
	int i, in = 0;

	limit_reset();
	for (i = 0; i < 100; i++)
		in += limit_attempt("ann", "10.1", 1, 0) >= 0;
	ck_assert_int_eq(in, 8);
	ck_assert_int_eq(limit_attempt("ann", "10.1", 0, 0), -1000);
	ck_assert_int_eq(limit_attempt("ann", "10.2", 0, 0), 0);
	limit_reset();
}
END_TEST

/* From more addresses than the table has places an account is guessed at once
 * in a second, while its owner comes and goes where it has been before. */
START_TEST(test_limit_everywhere)
{
	char address[32];
	int i, in = 0;

	limit_reset();
	ck_assert_int_eq(limit_attempt("ann", "10.1", 0, 0), 0);
	for (i = 0; i < 100000; i++) {
		snprintf(address, sizeof(address), "10.2.%d", i);
		in += limit_attempt("ann", address, 1, i) >= 0;
		if (i % 1000 == 0)
			ck_assert_int_eq(limit_attempt("ann", "10.1", 0, i), 0);
	}
	ck_assert_int_ge(in, 100);
	ck_assert_int_le(in, 10 + 32 + 100);
	ck_assert_int_eq(limit_attempt("ann", "10.3", 0, i), -1000);
	/* others are nobody's business */
	ck_assert_int_eq(limit_attempt("bob", "10.4", 0, i), 0);
	/* and when it is over, a stranger is let in again */
	ck_assert_int_eq(limit_attempt("ann", "10.3", 0, i + 32000), 1000);
	limit_reset();
}
END_TEST

Suite *
check_credential(void)
{
	Suite *s = suite_create("credential");
	TCase *t = tcase_create("credential");

	ADD_ROWS(t, test_base64, codes);
	ADD_ROWS(t, test_password, passwords);
	tcase_add_test(t, test_fake);
	ADD_ROWS(t, test_final, finals);
	ADD_ROWS(t, test_first, firsts);
	tcase_add_test(t, test_challenge);
	tcase_add_test(t, test_limit);
	tcase_add_test(t, test_limit_network);
	tcase_add_test(t, test_limit_at_once);
	tcase_add_test(t, test_limit_everywhere);
	suite_add_tcase(s, t);
	return s;
}
