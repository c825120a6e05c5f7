/* SPDX-License-Identifier: ISC */

/* SCRAM-SHA-256: the conversation of RFC 7677, and servers that cheat. */

#include <stdio.h>
#include <string.h>

#include "../../client/tls/scram.h"
#include "check_client.h"

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define BOTH NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define CHALLENGE "r=" BOTH ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

START_TEST(conversation)
{
	char message[SCRAM_MESSAGE];
	struct scram s;

	ck_assert_int_eq(scram_begin(&s, "user", NONCE, message), 0);
	ck_assert_str_eq(message, "n,,n=user,r=" NONCE);
	ck_assert_int_eq(scram_verify(&s, "v=6rriTRBi23WpRR/wtup+mMhUZUn/"
	    "dB5nLTJRsjl95G4="), 0); /* nothing is proved yet */
	ck_assert_int_eq(scram_answer(&s, CHALLENGE, "pencil", message), 0);
	ck_assert_str_eq(message, "c=biws,r=" BOTH
	    ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
	ck_assert_int_eq(scram_verify(&s, "v=6rriTRBi23WpRR/wtup+mMhUZUn/"
	    "dB5nLTJRsjl95G4="), 1);
	ck_assert_int_eq(scram_verify(&s, "v=7rriTRBi23WpRR/wtup+mMhUZUn/"
	    "dB5nLTJRsjl95G4="), 0);
	ck_assert_int_eq(scram_verify(&s, "v="), 0);
	ck_assert_int_eq(scram_verify(&s, "e=other-error"), 0);
	ck_assert_int_eq(scram_verify(&s, ""), 0);
}
END_TEST

static const struct {
	const char *name, *challenge;
} cheats[] = {
	{ "nothing", "" },
	{ "another nonce", "r=XOprNGfwEbeRWgbNEkqOabc,s=W22Z,i=4096" },
	{ "no nonce of its own", "r=" NONCE ",s=W22Z,i=4096" },
	{ "no salt", "r=" BOTH ",i=4096" },
	{ "an empty salt", "r=" BOTH ",s=,i=4096" },
	{ "a salt that is none", "r=" BOTH ",s=???,i=4096" },
	{ "no iterations", "r=" BOTH ",s=W22Z" },
	{ "too few, to try many passwords", "r=" BOTH ",s=W22Z,i=1" },
	{ "too many, to hold us up", "r=" BOTH ",s=W22Z,i=999999999" },
	{ "a number that is none", "r=" BOTH ",s=W22Z,i=4096x" },
	{ "below zero", "r=" BOTH ",s=W22Z,i=-4096" },
	{ "what must be known", "m=x,r=" BOTH ",s=W22Z,i=4096" },
};

START_TEST(cheat)
{
	char message[SCRAM_MESSAGE];
	struct scram s;

	ck_assert_int_eq(scram_begin(&s, "user", NONCE, message), 0);
	ck_assert_int_eq(scram_answer(&s, cheats[_i].challenge, "pencil",
	    message), -1);
}
END_TEST

START_TEST(name)
{
	char message[SCRAM_MESSAGE], again[SCRAM_MESSAGE];
	char endless[2 * SCRAM_MESSAGE];
	struct scram s;

	ck_assert_int_eq(scram_begin(&s, "a=b,c", NONCE, message), 0);
	ck_assert_str_eq(message, "n,,n=a=3Db=2Cc,r=" NONCE);
	memset(endless, 'a', sizeof(endless));
	endless[sizeof(endless) - 1] = '\0';
	ck_assert_int_eq(scram_begin(&s, endless, NONCE, message), -1);
	ck_assert_int_eq(scram_begin(&s, "user", NULL, message), 0);
	ck_assert_int_eq(scram_begin(&s, "user", NULL, again), 0);
	ck_assert_str_ne(message, again);
}
END_TEST

START_TEST(endless_challenge)
{
	char text[4 * SCRAM_MESSAGE] = "r=" NONCE, message[SCRAM_MESSAGE];
	struct scram s;

	memset(text + strlen(text), 'x', 2 * SCRAM_MESSAGE);
	strcat(text, ",s=W22Z,i=4096");
	ck_assert_int_eq(scram_begin(&s, "user", NONCE, message), 0);
	ck_assert_int_eq(scram_answer(&s, text, "pencil", message), -1);
}
END_TEST

Suite *
check_tls_scram(void)
{
	Suite *suite = suite_create("scram");
	TCase *tc = tcase_create("scram");

	tcase_add_test(tc, conversation);
	ADD_ROWS(tc, cheat, cheats);
	tcase_add_test(tc, name);
	tcase_add_test(tc, endless_challenge);
	suite_add_tcase(suite, tc);
	return suite;
}
