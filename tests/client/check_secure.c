/* SPDX-License-Identifier: ISC */

/* Keys and ciphers: the vectors of the RFCs, and of Noise; what is changed,
 * repeated, lost or out of order. */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../client/secure/keyring.h"
#include "../../client/secure/noise.h"
#include "check_client.h"

enum { BYTES = 4096 };

static size_t
unhex(uint8_t *dst, const char *hex)
{
	unsigned int byte;
	size_t n;

	for (n = 0; hex[2 * n] != '\0'; n++) {
		ck_assert_int_eq(sscanf(hex + 2 * n, "%2x", &byte), 1);
		dst[n] = (uint8_t)byte;
	}
	return n;
}

static void
assert_hex(const uint8_t *got, size_t len, const char *hex)
{
	uint8_t want[BYTES];

	ck_assert_uint_eq(unhex(want, hex), len);
	ck_assert_mem_eq(got, want, len);
}

static struct crypto_bytes
bytes(const void *data, size_t len)
{
	struct crypto_bytes b = { data, len };

	return b;
}

/* ---- the primitives ---- */

/* RFC 7748, 5.2 and 6.1. */
static const struct {
	const char *private, *public, *agreed;
} agreements[] = {
	{ "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
	  "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
	  "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552" },
	{ "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
	  "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
	  "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957" },
	{ "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
	  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
	  "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742" },
};

START_TEST(agrees)
{
	uint8_t private[CRYPTO_KEY], public[CRYPTO_KEY], out[CRYPTO_KEY];

	unhex(private, agreements[_i].private);
	unhex(public, agreements[_i].public);
	ck_assert_int_eq(crypto_agree(out, private, public), 0);
	assert_hex(out, sizeof(out), agreements[_i].agreed);
}
END_TEST

START_TEST(knows_a_public_key)
{
	uint8_t private[CRYPTO_KEY], public[CRYPTO_KEY];

	unhex(private, "5dab087e624a8a4b79e17f8b83800ee6"
	    "6f3bb1292618b6fd1c2f8b27ff88e0eb");
	ck_assert_int_eq(crypto_public(public, private), 0);
	assert_hex(public, sizeof(public), "de9edb7d7b7dc1b4d35b61c2ece43537"
	    "3f8343c85b78674dadfc7e146f882b4f");
}
END_TEST

/* A key of small order makes everybody agree on zeros. */
START_TEST(refuses_a_bad_public_key)
{
	uint8_t private[CRYPTO_KEY], public[CRYPTO_KEY] = { 0 },
	    out[CRYPTO_KEY];

	ck_assert_int_eq(crypto_random(private, sizeof(private)), 0);
	ck_assert_int_eq(crypto_agree(out, private, public), -1);
	public[0] = 1;
	ck_assert_int_eq(crypto_agree(out, private, public), -1);
}
END_TEST

/* RFC 5869, appendix A.1 and A.3. */
START_TEST(derives)
{
	uint8_t key[22], salt[13], info[10], out[42];

	memset(key, 0x0b, sizeof(key));
	unhex(salt, "000102030405060708090a0b0c");
	unhex(info, "f0f1f2f3f4f5f6f7f8f9");
	ck_assert_int_eq(crypto_derive(out, sizeof(out), bytes(salt, 13),
	    bytes(key, 22), bytes(info, 10)), 0);
	assert_hex(out, sizeof(out), "3cb25f25faacd57a90434f64d0362f2a2d2d0a"
	    "90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
	ck_assert_int_eq(crypto_derive(out, sizeof(out), bytes("", 0),
	    bytes(key, 22), bytes("", 0)), 0);
	assert_hex(out, sizeof(out), "8da4e775a563c18f715f802a063c5a31b8a11f"
	    "5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}
END_TEST

/* RFC 8439, 2.8.2. */
static const char sunscreen[] = "Ladies and Gentlemen of the class of '99: If "
    "I could offer you only one tip for the future, sunscreen would be it.";

START_TEST(seals)
{
	uint8_t key[CRYPTO_KEY], nonce[CRYPTO_NONCE], ad[12], out[BYTES];
	uint8_t back[BYTES];
	size_t len = strlen(sunscreen), i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(0x80 + i);
	unhex(nonce, "070000004041424344454647");
	unhex(ad, "50515253c0c1c2c3c4c5c6c7");
	ck_assert_int_eq(crypto_seal(out, key, nonce, bytes(ad, 12),
	    bytes(sunscreen, len)), 0);
	assert_hex(out, 16, "d31a8d34648e60db7b86afbc53ef7ec2");
	assert_hex(out + len, 16, "1ae10b594f09e26a7e902ecbd0600691");
	ck_assert_int_eq(crypto_open(back, key, nonce, bytes(ad, 12),
	    bytes(out, len + CRYPTO_TAG)), 0);
	ck_assert_mem_eq(back, sunscreen, len);
	for (i = 0; i < len + CRYPTO_TAG; i++) {
		out[i] ^= 1;
		ck_assert_int_eq(crypto_open(back, key, nonce, bytes(ad, 12),
		    bytes(out, len + CRYPTO_TAG)), -1);
		out[i] ^= 1;
	}
	ck_assert_int_eq(crypto_open(back, key, nonce, bytes(ad, 11),
	    bytes(out, len + CRYPTO_TAG)), -1);
	ck_assert_int_eq(crypto_open(back, key, nonce, bytes(ad, 12),
	    bytes(out, 15)), -1);
}
END_TEST

/* ---- the handshake ---- */

/* A vector of Noise_XX_25519_ChaChaPoly_SHA256 that other implementations
 * have, too: without a prologue, payloads test_msg_0 and so on. */
static const char *const noise_messages[] = {
	"358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254"
	"746573745f6d73675f30",
	"64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466"
	"3414af878d3e46a2f58911a816d6e8346d4ea17a6f2a0bb4ef4ed56c133cff45"
	"72e7a2ba5123ac30618b3d205f5c2d17f50cbca216483ac56bcc78e33bf52030"
	"3278db641e5e731b2e3a",
	"87f864c11ba449f46a0a4f4e2eacbb7b0457784f4fca1937f572c93603e9c4d9"
	"f27e318e43ba630594c4d08eeb3b36d97c7377a2f4f9144b2f0c8095ad921405"
	"05b2ab53eff244b14138",
};

static void
noise_pair(struct noise n[2])
{
	uint8_t key[CRYPTO_KEY];

	unhex(key, "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f");
	ck_assert_int_eq(noise_begin(&n[0], 1, key, bytes("", 0)), 0);
	unhex(key, "0102030405060708090a0b0c0d0e0f10"
	    "1112131415161718191a1b1c1d1e1f20");
	ck_assert_int_eq(noise_begin(&n[1], 0, key, bytes("", 0)), 0);
	unhex(n[0].e, "202122232425262728292a2b2c2d2e2f"
	    "303132333435363738393a3b3c3d3e3f");
	unhex(n[1].e, "4142434445464748494a4b4c4d4e4f50"
	    "5152535455565758595a5b5c5d5e5f60");
}

START_TEST(shakes_hands_as_others_do)
{
	uint8_t out[BYTES], back[BYTES], key[4][CRYPTO_KEY],
	    nonce[CRYPTO_NONCE] = { 0 };
	char payload[16];
	struct noise n[2];
	long len, got;
	int i;

	noise_pair(n);
	for (i = 0; i < NOISE_MESSAGES; i++) {
		snprintf(payload, sizeof(payload), "test_msg_%d", i);
		len = noise_write(&n[i % 2], bytes(payload, 10), out);
		ck_assert_int_gt(len, 0);
		assert_hex(out, (size_t)len, noise_messages[i]);
		got = noise_read(&n[!(i % 2)], bytes(out, (size_t)len), back);
		ck_assert_int_eq(got, 10);
		ck_assert_mem_eq(back, payload, 10);
	}
	ck_assert_int_eq(noise_split(&n[0], key[0], key[1]), 0);
	ck_assert_int_eq(noise_split(&n[1], key[2], key[3]), 0);
	ck_assert_mem_eq(key[0], key[2], CRYPTO_KEY);
	ck_assert_mem_eq(key[1], key[3], CRYPTO_KEY);
	ck_assert_mem_eq(n[0].rs, n[1].s_public, CRYPTO_KEY);
	ck_assert_mem_eq(n[1].rs, n[0].s_public, CRYPTO_KEY);
	crypto_seal(out, key[0], nonce, bytes("", 0),
	    bytes("yellowsubmarine", 15));
	assert_hex(out, 31, "a52ef02ba60e12696d1d6b9ef4245c88fca757b6134ad6e7"
	    "6b56e310a6adf6");
	crypto_seal(out, key[1], nonce, bytes("", 0),
	    bytes("submarineyellow", 15));
	assert_hex(out, 31, "2445aa438ebd649281c636cc7269ca82f1d9023d72520943"
	    "aeabf909cdf521");
}
END_TEST

/* Whatever byte of the three is another one, there is no agreement. */
START_TEST(no_agreement_on_a_changed_message)
{
	uint8_t out[BYTES], back[BYTES];
	struct noise n[2];
	int i, step, failed;
	size_t at;
	long len = 1;

	for (step = 0; step < NOISE_MESSAGES; step++)
		for (at = 0; at < 200; at++) {
			noise_pair(n);
			failed = 0;
			for (i = 0; i < NOISE_MESSAGES && !failed; i++) {
				len = noise_write(&n[i % 2], bytes("hi", 2),
				    out);
				if (i == step && at < (size_t)len)
					out[at] ^= 0x40;
				else if (i == step)
					failed = 2;
				failed |= noise_read(&n[!(i % 2)],
				    bytes(out, (size_t)len), back) == -1;
			}
			ck_assert_int_ne(failed, 0);
		}
}
END_TEST

START_TEST(takes_turns)
{
	uint8_t out[BYTES], back[BYTES], key[2][CRYPTO_KEY];
	struct noise n[2];
	long len;

	noise_pair(n);
	ck_assert_int_eq(noise_write(&n[1], bytes("", 0), out), -1);
	ck_assert_int_eq(noise_split(&n[0], key[0], key[1]), -1);
	len = noise_write(&n[0], bytes("", 0), out);
	ck_assert_int_eq(noise_write(&n[0], bytes("", 0), back), -1);
	ck_assert_int_eq(noise_read(&n[1], bytes(out, (size_t)len - 1), back),
	    -1);
}
END_TEST

/* ---- the ratchet ---- */

static struct ratchet *
ratchet_pair(void)
{
	struct ratchet *r = calloc(2, sizeof(*r));

	ck_assert_ptr_nonnull(r);
	memset(r[0].out.key, 1, CRYPTO_KEY);
	memset(r[1].in.key, 1, CRYPTO_KEY);
	return r;
}

/* Message number *COUNTER of R: its length. */
static size_t
say(struct ratchet *r, uint8_t out[BYTES], uint32_t *counter)
{
	uint8_t key[CRYPTO_KEY];
	char text[32];

	ck_assert_int_eq(ratchet_next(r, key, counter), 0);
	snprintf(text, sizeof(text), "message %u", (unsigned int)*counter);
	ck_assert_int_eq(ratchet_seal(out, key, bytes("ad", 2),
	    bytes(text, strlen(text))), 0);
	return strlen(text) + RATCHET_MORE;
}

static long
hear(struct ratchet *r, const uint8_t *sealed, size_t len, uint32_t counter)
{
	uint8_t out[BYTES];
	char text[32];
	long n = ratchet_open(r, counter, bytes("ad", 2), bytes(sealed, len),
	    out);

	snprintf(text, sizeof(text), "message %u", (unsigned int)counter);
	if (n >= 0) {
		ck_assert_int_eq(n, strlen(text));
		ck_assert_mem_eq(out, text, n);
	}
	return n;
}

START_TEST(opens_each_once)
{
	struct ratchet *r = ratchet_pair();
	uint8_t out[4][BYTES];
	size_t len[4], i;
	uint32_t counter;

	for (i = 0; i < 4; i++)
		len[i] = say(&r[0], out[i], &counter);
	ck_assert_int_gt(hear(&r[1], out[2], len[2], 2), 0);
	ck_assert_int_eq(hear(&r[1], out[2], len[2], 2), RATCHET_USED);
	ck_assert_uint_eq(r[1].nkept, 2);
	ck_assert_int_gt(hear(&r[1], out[0], len[0], 0), 0);
	ck_assert_int_gt(hear(&r[1], out[3], len[3], 3), 0);
	ck_assert_int_gt(hear(&r[1], out[1], len[1], 1), 0);
	ck_assert_uint_eq(r[1].nkept, 0);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(hear(&r[1], out[i], len[i], (uint32_t)i),
		    RATCHET_USED);
	free(r);
}
END_TEST

/* Each byte, the number and what is authenticated; and nothing changes. */
START_TEST(opens_nothing_changed)
{
	struct ratchet *r = ratchet_pair(), before;
	uint8_t out[BYTES], back[BYTES];
	uint32_t counter;
	size_t len, i;

	say(&r[0], out, &counter);
	len = say(&r[0], out, &counter);
	before = r[1];
	for (i = 0; i < len; i++) {
		out[i] ^= 0x80;
		ck_assert_int_eq(hear(&r[1], out, len, counter),
		    RATCHET_FORGED);
		out[i] ^= 0x80;
	}
	for (i = 0; i < len; i++)
		ck_assert_int_eq(hear(&r[1], out, i, counter), RATCHET_FORGED);
	ck_assert_int_eq(hear(&r[1], out, len, 0), RATCHET_FORGED);
	ck_assert_int_eq(hear(&r[1], out, len, 2), RATCHET_FORGED);
	ck_assert_int_eq(ratchet_open(&r[1], counter, bytes("aD", 2),
	    bytes(out, len), back), RATCHET_FORGED);
	ck_assert_mem_eq(&before, &r[1], sizeof(before));
	ck_assert_int_gt(hear(&r[1], out, len, counter), 0);
	free(r);
}
END_TEST

START_TEST(keeps_so_many_keys)
{
	struct ratchet *r = ratchet_pair();
	uint8_t first[BYTES], out[BYTES];
	size_t n, len;
	uint32_t counter;

	n = say(&r[0], first, &counter);
	do
		len = say(&r[0], out, &counter);
	while (counter < RATCHET_FAR + 1);
	ck_assert_int_eq(hear(&r[1], out, len, counter), RATCHET_AHEAD);
	ck_assert_int_gt(hear(&r[1], first, n, 0), 0);
	ck_assert_int_gt(hear(&r[1], out, len, counter), 0);
	ck_assert_uint_eq(r[1].nkept, RATCHET_KEPT);
	ck_assert_uint_eq(r[1].kept[0].counter, counter - RATCHET_KEPT);
	ck_assert_int_eq(hear(&r[1], out, len, 1), RATCHET_USED);
	ck_assert_int_eq(hear(&r[1], out, len, counter - 1), RATCHET_FORGED);
	free(r);
}
END_TEST

/* The chain itself, so that two versions do not differ. */
START_TEST(makes_these_keys)
{
	struct ratchet *r = ratchet_pair();
	uint8_t key[CRYPTO_KEY];
	uint32_t counter;

	ck_assert_int_eq(ratchet_next(r, key, &counter), 0);
	assert_hex(key, sizeof(key), "77e6501f0a8ea084451f32450b96836b"
	    "7a74ba39d51e8df96f29cc4b6393abea");
	ck_assert_int_eq(ratchet_next(r, key, &counter), 0);
	assert_hex(key, sizeof(key), "f2958e4d47a1e5ed4393b8a01c0c859a"
	    "d6364098432f3e2720d9090cb5f18852");
	r->out.next = UINT32_MAX;
	ck_assert_int_eq(ratchet_next(r, key, &counter), -1);
	free(r);
}
END_TEST

/* ---- envelopes ---- */

START_TEST(encodes)
{
	uint8_t in[64], out[64];
	char text[100];
	size_t len;

	for (len = 0; len < sizeof(in); len++) {
		memset(in, (int)(251 - len), sizeof(in));
		ck_assert_int_eq(envelope_encode(text, sizeof(text), in, len),
		    (len * 4 + 2) / 3);
		ck_assert_int_eq(envelope_decode(out, len, text,
		    strlen(text)), len);
		ck_assert_mem_eq(in, out, len);
		ck_assert(len == 0 || envelope_decode(out, len - 1, text,
		    strlen(text)) == -1);
	}
	ck_assert_int_eq(envelope_encode(text, 4, in, 3), -1);
}
END_TEST

static const char *const no_base64[] = { "A", "A=", "AA==", "AB", "AAB", "+/AA",
	"AA A", "\xc3\xa4" "AA" };

START_TEST(decodes_one_form)
{
	uint8_t out[64];

	ck_assert_int_eq(envelope_decode(out, sizeof(out), no_base64[_i],
	    strlen(no_base64[_i])), -1);
}
END_TEST

START_TEST(parses_what_it_formats)
{
	struct envelope e = { .kind = ENVELOPE_MESSAGE, .counter = 0x01020304,
		.len = ENVELOPE_DATA }, back;
	char text[ENVELOPE_TEXT + 8];
	size_t len;

	memset(e.id, 7, sizeof(e.id));
	memset(e.data, 9, sizeof(e.data));
	envelope_format(text, &e);
	ck_assert_int_eq(envelope_parse(&back, text), 0);
	ck_assert_mem_eq(&e, &back, sizeof(e));
	strcat(text, "AAAA");
	ck_assert_int_eq(envelope_parse(&back, text), -1);
	e.len = 0;
	envelope_format(text, &e);
	ck_assert_int_eq(envelope_parse(&back, text), 0);
	for (len = strlen(text); len > 0; len--) {
		text[len - 1] = '\0';
		ck_assert_int_eq(envelope_parse(&back, text), -1);
	}
}
END_TEST

/* ---- the keyring ---- */

static char dir[64], path[128], why[KEYRING_WHY];

static void
setup(void)
{
	snprintf(dir, sizeof(dir), "/tmp/moot-secure.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/ring", dir);
}

static void
teardown(void)
{
	char lock[160];

	snprintf(lock, sizeof(lock), "%s.lock", path);
	unlink(path);
	unlink(lock);
	rmdir(dir);
}

static struct agreement *
new_agreement(uint8_t id, uint8_t key)
{
	struct agreement *a = calloc(1, sizeof(*a));

	ck_assert_ptr_nonnull(a);
	memset(a->id, id, sizeof(a->id));
	memset(a->key, key, sizeof(a->key));
	memset(a->ratchet.out.key, id, CRYPTO_KEY);
	memset(a->ratchet.in.key, id, CRYPTO_KEY);
	strcpy(a->ours, "alice");
	strcpy(a->theirs, "bob");
	a->confirmed = 1;
	return a;
}

static struct contact *
new_contact(struct keyring *r)
{
	struct contact *c = keyring_know(r, "bob");
	uint8_t key[CRYPTO_KEY];
	struct agreement *a = new_agreement(1, 5);
	int made = 0;

	ck_assert_ptr_nonnull(keyring_identity(r, "alice", &made));
	ck_assert_int_eq(made, 1);
	ck_assert_ptr_nonnull(c);
	memset(key, 5, sizeof(key));
	ck_assert_int_eq(contact_add_pin(c, key), 0);
	c->state = CONTACT_SECURED;
	contact_is_called(r, c, "bobby");
	contact_is_called(r, c, "rob");
	a->ratchet.in.next = 9;
	a->ratchet.nkept = 2;
	a->ratchet.kept[0].counter = 3;
	a->ratchet.kept[1].counter = 8;
	contact_add(c, a);
	contact_add(c, new_agreement(2, 6));
	return c;
}

START_TEST(finds_all_again)
{
	struct keyring *r = keyring_open(path, why), *again;
	char *one, *two;
	size_t len[2];
	struct contact *c;

	ck_assert_ptr_nonnull(r);
	new_contact(r);
	ck_assert_int_eq(keyring_save(r), 0);
	one = keyring_format(r, &len[0]);
	keyring_close(r);
	ck_assert_int_eq(access(path, F_OK), 0);
	again = keyring_open(path, why);
	ck_assert_ptr_nonnull(again);
	two = keyring_format(again, &len[1]);
	ck_assert_str_eq(one, two);
	c = keyring_find_nick(again, "BOBBY");
	ck_assert_ptr_nonnull(c);
	ck_assert_str_eq(c->nicks[0], "rob");
	ck_assert_ptr_nonnull(contact_current(c));
	ck_assert_uint_eq(contact_current(c)->id[0], 1);
	ck_assert_uint_eq(contact_current(c)->ratchet.kept[1].counter, 8);
	free(one);
	free(two);
	keyring_close(again);
}
END_TEST

START_TEST(one_at_a_time)
{
	struct keyring *r = keyring_open(path, why);
	struct keyring *other = keyring_open(path, why);

	ck_assert_int_ne(r->lock, -1);
	ck_assert_int_eq(other->lock, -1);
	new_contact(r);
	ck_assert_int_eq(keyring_save(r), 0);
	ck_assert_int_eq(keyring_hold(other), -1);
	ck_assert_ptr_nonnull(keyring_find(other, "bob"));
	keyring_close(r);
	ck_assert_int_eq(keyring_hold(other), 0);
	ck_assert_ptr_nonnull(keyring_find(other, "bob"));
	keyring_close(other);
}
END_TEST

/* Torn anywhere, it is no keyring, and it stays as it is. */
START_TEST(a_torn_one_is_none)
{
	struct keyring *r = keyring_open(path, why);
	char *text;
	size_t len, cut;
	FILE *f;

	new_contact(r);
	text = keyring_format(r, &len);
	keyring_close(r);
	for (cut = 1; cut < len; cut += 7) {
		f = fopen(path, "w");
		ck_assert_uint_eq(fwrite(text, 1, cut, f), cut);
		fclose(f);
		ck_assert_ptr_null(keyring_open(path, why));
		ck_assert_ptr_nonnull(strstr(why, "not what moot writes"));
	}
	free(text);
}
END_TEST

static const char *const no_rings[] = {
	"", "end\n", "moot-secure 2\nend\n", "moot-secure 1\nend\nmore\n",
	"moot-secure 1\npin AA 0\nend\n",
	"moot-secure 1\nkept 0 AA\nend\n",
	"moot-secure 1\ncontact bob 7\nend\n",
	"moot-secure 1\ncontact bob 1\ncontact BOB 1\nend\n",
	"moot-secure 1\ncontact bob 1 a b c d e f g h i j k l m n o "
	"p q\nend\n",
	"moot-secure 1\n\nend\n",
};

START_TEST(is_no_keyring)
{
	struct keyring *r = calloc(1, sizeof(*r));
	char *text = strdup(no_rings[_i]);

	ck_assert_int_ne(keyring_parse(r, text), 0);
	keyring_clear(r);
	free(text);
	free(r);
}
END_TEST

/* A nick that another one has, who is secured, is not taken away. */
START_TEST(nobody_takes_a_nick)
{
	struct keyring *r = keyring_open(path, why);
	struct contact *bob = new_contact(r), *eve = keyring_know(r, "eve");

	ck_assert_int_eq(contact_is_called(r, eve, "rob"), -1);
	ck_assert_ptr_eq(keyring_find_nick(r, "rob"), bob);
	bob->state = CONTACT_OFF;
	ck_assert_int_eq(contact_is_called(r, eve, "rob"), 0);
	eve->state = CONTACT_SECURED;
	ck_assert_ptr_eq(keyring_find_nick(r, "rob"), eve);
	keyring_close(r);
}
END_TEST

START_TEST(keeps_so_many_agreements)
{
	struct keyring *r = keyring_open(path, why);
	struct contact *c = new_contact(r), *of;
	uint8_t id[ENVELOPE_ID];
	int i;

	for (i = 3; i < 7; i++)
		contact_add(c, new_agreement((uint8_t)i, 5));
	memset(id, 2, sizeof(id));
	ck_assert_ptr_null(keyring_agreement(r, id, &of));
	memset(id, 3, sizeof(id));
	ck_assert_ptr_nonnull(keyring_agreement(r, id, &of));
	ck_assert_ptr_eq(of, c);
	ck_assert_uint_eq(contact_current(c)->id[0], 6);
	/* a stranger's do not push out those of who is known */
	for (i = 7; i < 17; i++)
		contact_add(c, new_agreement((uint8_t)i, 6));
	ck_assert_ptr_nonnull(contact_current(c));
	ck_assert_uint_eq(contact_current(c)->id[0], 6);
	keyring_close(r);
}
END_TEST

/* Also one that was put back for all to read. */
START_TEST(nobody_else_reads_it)
{
	struct keyring *r = keyring_open(path, why);
	struct stat st;

	ck_assert_int_eq(keyring_save(r), 0);
	keyring_close(r);
	ck_assert_int_eq(chmod(path, 0644), 0);
	r = keyring_open(path, why);
	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 077, 0);
	ck_assert_int_eq(keyring_save(r), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 077, 0);
	keyring_close(r);
}
END_TEST

/* Those that were verified are not pushed out. */
START_TEST(keeps_what_was_verified)
{
	struct keyring *r = keyring_open(path, why);
	struct contact *c = new_contact(r);
	uint8_t key[CRYPTO_KEY];
	int i;

	c->pins[0].verified = 1;
	for (i = 10; i < 30; i++) {
		memset(key, i, sizeof(key));
		ck_assert_int_eq(contact_add_pin(c, key), 0);
	}
	memset(key, 5, sizeof(key));
	ck_assert_ptr_nonnull(contact_pin(c, key));
	for (i = 0; i < KEYRING_PINS; i++)
		c->pins[i].verified = 1;
	memset(key, 99, sizeof(key));
	ck_assert_int_eq(contact_add_pin(c, key), -1);
	keyring_close(r);
}
END_TEST

Suite *
check_secure(void)
{
	Suite *s = suite_create("secure");
	TCase *pure = tcase_create("pure"), *file = tcase_create("file");

	ADD_ROWS(pure, agrees, agreements);
	tcase_add_test(pure, knows_a_public_key);
	tcase_add_test(pure, refuses_a_bad_public_key);
	tcase_add_test(pure, derives);
	tcase_add_test(pure, seals);
	tcase_add_test(pure, shakes_hands_as_others_do);
	tcase_add_test(pure, no_agreement_on_a_changed_message);
	tcase_add_test(pure, takes_turns);
	tcase_add_test(pure, opens_each_once);
	tcase_add_test(pure, opens_nothing_changed);
	tcase_add_test(pure, keeps_so_many_keys);
	tcase_add_test(pure, makes_these_keys);
	tcase_add_test(pure, encodes);
	ADD_ROWS(pure, decodes_one_form, no_base64);
	tcase_add_test(pure, parses_what_it_formats);
	ADD_ROWS(pure, is_no_keyring, no_rings);
	tcase_set_timeout(pure, 60);
	suite_add_tcase(s, pure);
	tcase_add_checked_fixture(file, setup, teardown);
	tcase_add_test(file, finds_all_again);
	tcase_add_test(file, one_at_a_time);
	tcase_add_test(file, a_torn_one_is_none);
	tcase_add_test(file, nobody_takes_a_nick);
	tcase_add_test(file, keeps_so_many_agreements);
	tcase_add_test(file, nobody_else_reads_it);
	tcase_add_test(file, keeps_what_was_verified);
	tcase_set_timeout(file, 60);
	suite_add_tcase(s, file);
	return s;
}
