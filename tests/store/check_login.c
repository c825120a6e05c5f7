/* SPDX-License-Identifier: ISC */

/* SASL as a client does it, and as one that does not mean well. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "../../store/limit.h"
#include "check_store.h"

static void
fill(void)
{
	store_setup();
	limit_reset();
	ask("@oper=1 ACCOUNT ADD Ann :secret");
	ask("@oper=1 SET Ann always-on :on");
}

/* PLAIN of what is given with '|' for NUL. */
static const char *
plain(const char *message)
{
	char bytes[2048], text[4096];
	size_t i, len = strlen(message);

	for (i = 0; i < len; i++)
		bytes[i] = message[i] == '|' ? '\0' : message[i];
	base64_encode(text, sizeof(text), bytes, len);
	return ask("AUTHENTICATE PLAIN :%s", text);
}

#define DENIED "FAIL AUTHENTICATE BAD_CREDENTIALS * :"
#define MALFORMED "FAIL AUTHENTICATE MALFORMED * :"

static const struct {
	const char *message, *want;
} plains[] = {
	{ "|ann|secret", "OK Ann always-on\n" },
	{ "ann|ann|secret", "OK Ann always-on\n" },
	{ "Ann|ANN|secret", "OK Ann always-on\n" },
	{ "|ann|wrong", DENIED },
	{ "|ann|", DENIED },
	{ "|bob|secret", DENIED },
	{ "root|ann|secret", MALFORMED },
	{ "||secret", MALFORMED },
	{ "|ann|sec|ret", MALFORMED },
	{ "|ann", MALFORMED },
	{ "ann", MALFORMED },
	{ "", MALFORMED },
	{ "|", MALFORMED },
	{ "||", MALFORMED },
	{ "|||", MALFORMED },
	{ "|' OR 1=1 --|x", DENIED },
};

START_TEST(test_plain)
{
	const char *got = plain(plains[_i].message);

	ck_assert_msg(strncmp(got, plains[_i].want,
	        strlen(plains[_i].want)) == 0, "%s: %s", plains[_i].message,
	    got);
}
END_TEST

START_TEST(test_plain_garbage)
{
	expect("AUTHENTICATE PLAIN :not base64", MALFORMED "%");
	expect("AUTHENTICATE PLAIN :*", MALFORMED "%");
	expect("AUTHENTICATE PLAIN", "FAIL AUTHENTICATE NEED_MORE_PARAMS%");
	expect("AUTHENTICATE OTHER :x", "FAIL AUTHENTICATE UNKNOWN_COMMAND%");
	expect("AUTHENTICATE SCRAM-SHA-256 LAST :x", MALFORMED "%");
	expect("AUTHENTICATE SCRAM-SHA-256 FINAL :x", MALFORMED "%");
}
END_TEST

START_TEST(test_suspended)
{
	ask("@oper=1 ACCOUNT SUSPEND ann :why not");
	ck_assert_str_eq(plain("|ann|secret"),
	    "FAIL AUTHENTICATE ACCOUNT_SUSPENDED * :why not\n");
	ck_assert_int_eq(
	    strncmp(plain("|ann|wrong"), DENIED, sizeof(DENIED) - 1), 0);
}
END_TEST

START_TEST(test_delay)
{
	int i;

	for (i = 0; i < 3; i++)
		ck_assert_int_eq(strncmp(plain("|ann|wrong"), "FAIL", 4), 0);
	ck_assert_int_eq(
	    strncmp(plain("|ann|wrong"), "DELAY 1000\nFAIL", 15), 0);
	ck_assert_int_eq(strncmp(plain("|ann|secret"), "DELAY 2000\nOK", 13),
	    0);
	ck_assert_int_eq(strncmp(plain("|ann|secret"), "OK", 2), 0);
	limit_reset();
}
END_TEST

/* Right or wrong, it is not looked at. */
START_TEST(test_rate)
{
	static const char limited[] =
	    "DELAY 1000\nFAIL AUTHENTICATE RATE_LIMITED ";
	int i;

	for (i = 0; i < 12; i++)
		plain("|ann|wrong");
	ck_assert_int_eq(strncmp(plain("|ann|wrong"), limited,
	    sizeof(limited) - 1), 0);
	ck_assert_int_eq(strncmp(plain("|ann|secret"), limited,
	    sizeof(limited) - 1), 0);
	limit_reset();
}
END_TEST

/* ---- SCRAM, the client's side ---- */

static char first64[512], server64[1024], server[1024];

static const char *
encode(const char *text)
{
	static char buf[4][2048];
	static int i;

	i = (i + 1) % 4;
	base64_encode(buf[i], sizeof(buf[i]), text, strlen(text));
	return buf[i];
}

/* Sends a client-first; whether there is a challenge. */
static int
challenge(const char *first)
{
	long n;

	snprintf(first64, sizeof(first64), "%s", encode(first));
	if (sscanf(ask("@seed=5eed AUTHENTICATE SCRAM-SHA-256 FIRST :%s",
	               first64), "CHALLENGE :%1023s", server64) != 1)
		return 0;
	n = base64_decode(server, sizeof(server), server64);
	ck_assert_int_gt(n, 0);
	return 1;
}

/* A client-final with the proof of PASSWORD. */
static const char *
prove(const char *bare, const char *password)
{
	static char final[2048];
	uint8_t salt[64], salted[32], key[32], stored[32], sig[32];
	char salt64[64], nonce[512], auth[4096], proof[64];
	int iterations, i;
	long n;

	ck_assert_int_eq(sscanf(server, "r=%511[^,],s=%63[^,],i=%d", nonce,
	    salt64, &iterations), 3);
	n = base64_decode(salt, sizeof(salt), salt64);
	ck_assert_int_eq(PKCS5_PBKDF2_HMAC(password, -1, salt, (int)n,
	    iterations, EVP_sha256(), 32, salted), 1);
	credential_hmac(key, salted, 32, "Client Key", 10);
	credential_sha256(stored, key, 32);
	snprintf(auth, sizeof(auth), "%s,%s,c=biws,r=%s", bare, server, nonce);
	credential_hmac(sig, stored, 32, auth, strlen(auth));
	for (i = 0; i < 32; i++)
		key[i] ^= sig[i];
	base64_encode(proof, sizeof(proof), key, 32);
	snprintf(final, sizeof(final), "c=biws,r=%s,p=%s", nonce, proof);
	return final;
}

static const char *
finish(const char *final)
{
	return ask("@seed=5eed AUTHENTICATE SCRAM-SHA-256 FINAL %s %s :%s",
	    first64, server64, encode(final));
}

START_TEST(test_scram)
{
	const char *got;

	ck_assert_int_eq(challenge("n,,n=ann,r=abcdef"), 1);
	store_reopen(); /* as if it had been killed in between */
	got = finish(prove("n=ann,r=abcdef", "secret"));
	ck_assert_msg(strncmp(got, "OK Ann always-on :", 18) == 0, "%s", got);
	got = finish(prove("n=ann,r=abcdef", "wrong"));
	ck_assert_msg(strncmp(got, DENIED, sizeof(DENIED) - 1) == 0, "%s", got);
}
END_TEST

/* An unknown account cannot be told from a known one by the challenge. */
START_TEST(test_unknown)
{
	char before[1024];
	const char *got;

	ck_assert_int_eq(challenge("n,,n=nobody,r=abcdef"), 1);
	snprintf(before, sizeof(before), "%s", server);
	got = finish(prove("n=nobody,r=abcdef", "secret"));
	ck_assert_msg(strncmp(got, DENIED, sizeof(DENIED) - 1) == 0, "%s", got);
	store_reopen();
	ck_assert_int_eq(challenge("n,,n=nobody,r=abcdef"), 1);
	ck_assert_str_eq(before, server);
	ck_assert_int_eq(challenge("n,,n=ann,r=abcdef"), 1);
	ck_assert_uint_eq(strlen(before), strlen(server));
}
END_TEST

START_TEST(test_changed)
{
	const char *got;

	ck_assert_int_eq(challenge("n,,n=ann,r=abcdef"), 1);
	ask("@oper=1 ACCOUNT PASSWD ann :another");
	got = finish(prove("n=ann,r=abcdef", "secret"));
	ck_assert_msg(strncmp(got, DENIED, sizeof(DENIED) - 1) == 0, "%s", got);
}
END_TEST

/* A challenge of the client's own making, with a salt it likes. */
START_TEST(test_forged)
{
	const char *got;

	ck_assert_int_eq(challenge("n,,n=ann,r=abcdef"), 1);
	snprintf(server, sizeof(server),
	    "r=abcdefXXXX,s=AAAAAAAAAAAAAAAAAAAAAA==,i=4096");
	snprintf(server64, sizeof(server64), "%s", encode(server));
	got = finish(prove("n=ann,r=abcdef", "secret"));
	ck_assert_msg(strncmp(got, DENIED, sizeof(DENIED) - 1) == 0, "%s", got);
	snprintf(server64, sizeof(server64), "%s", "!!!");
	got = finish(prove("n=ann,r=abcdef", "secret"));
	ck_assert_msg(
	    strncmp(got, MALFORMED, sizeof(MALFORMED) - 1) == 0, "%s", got);
}
END_TEST

/* Garbage at both steps: an answer, and never a login. */
START_TEST(test_garbage)
{
	char text[1400], bytes[1024];
	unsigned seed = 1;
	int i, k, len;
	const char *got;

	ck_assert_int_eq(challenge("p=tls-unique,,n=ann,r=x"), 0);
	ck_assert_int_eq(challenge(""), 0);
	expect("AUTHENTICATE SCRAM-SHA-256 FIRST :biwsbj1hbm4scj14",
	    MALFORMED "%"); /* no seed */
	ck_assert_int_eq(challenge("n,,n=ann,r=abcdef"), 1);
	for (i = 0; i < 500; i++) {
		len = rand_r(&seed) % 1000;
		for (k = 0; k < len; k++)
			bytes[k] = "n,=c=r=p=\0a/+\xff"[rand_r(&seed) % 14];
		base64_encode(text, sizeof(text), bytes, (size_t)len);
		got = ask("@seed=5eed AUTHENTICATE SCRAM-SHA-256 FIRST :%s",
		    text);
		ck_assert_int_ne(strncmp(got, "OK", 2), 0);
		got = ask("@seed=5eed AUTHENTICATE SCRAM-SHA-256 FINAL %s %s"
		          " :%s", first64, server64, text);
		ck_assert_int_eq(strncmp(got, "FAIL", 4), 0);
	}
}
END_TEST

Suite *
check_login(void)
{
	Suite *s = suite_create("login");
	TCase *t = tcase_create("login");

	tcase_add_checked_fixture(t, fill, store_teardown);
	ADD_ROWS(t, test_plain, plains);
	tcase_add_test(t, test_plain_garbage);
	tcase_add_test(t, test_suspended);
	tcase_add_test(t, test_delay);
	tcase_add_test(t, test_rate);
	tcase_add_test(t, test_scram);
	tcase_add_test(t, test_unknown);
	tcase_add_test(t, test_changed);
	tcase_add_test(t, test_forged);
	tcase_add_test(t, test_garbage);
	suite_add_tcase(s, t);
	return s;
}
