/* SPDX-License-Identifier: ISC */

/* Keys: what the bytes of terminals are called. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../client/input/key.h"
#include "check_client.h"

/* What BYTES are, names with blanks between them; '!' expires what waits. */
static const struct {
	const char *name, *bytes, *want;
} keys[] = {
	{ "letters", "aZ", "a Z" },
	{ "a character", "\303\244\360\237\230\204",
	    "\303\244 \360\237\230\204" },
	{ "a blank", " ", "Space" },
	{ "controls", "\001\032\037\034", "C-a C-z C-_ C-\\" },
	{ "the named ones", "\r\t\177\010\012", "Enter Tab Backspace C-h C-j" },
	{ "Alt", "\033b\033B\033\177\033\r", "M-b M-B M-Backspace M-Enter" },
	{ "Alt and a control", "\033\010", "C-M-h" },
	{ "Alt and a character", "\033\303\244", "M-\303\244" },
	{ "ESC alone", "\033!", "Escape" },
	{ "Alt-[ alone", "\033[!", "M-[" },
	{ "Alt-O alone", "\033O!", "M-O" },
	{ "ESC twice", "\033\033!", "M-Escape" },
	{ "arrows", "\033[A\033[B\033[C\033[D", "Up Down Right Left" },
	{ "of application mode", "\033OA\033OD\033OH\033OF",
	    "Up Left Home End" },
	{ "with what is held", "\033[1;5C\033[1;3D\033[1;2A\033[1;8B",
	    "C-Right M-Left S-Up C-M-S-Down" },
	{ "rxvt", "\033Oc\033[c\033[3$\033[3^\033[3@\033[7~\033[8~",
	    "C-Right S-Right S-Delete C-Delete C-S-Delete Home End" },
	{ "rxvt with Alt", "\033\033[A", "M-Up" },
	{ "numbers", "\033[1~\033[2~\033[3~\033[4~\033[5~\033[6~",
	    "Home Insert Delete End PageUp PageDown" },
	{ "numbers with what is held", "\033[5;5~\033[6;2~",
	    "C-PageUp S-PageDown" },
	{ "function keys", "\033OP\033[15~\033[24~\033[[A\033[[E\033[P",
	    "F1 F5 F12 F1 F5 F1" },
	{ "function keys held", "\033[1;2P\033[15;5~", "S-F1 C-F5" },
	{ "back", "\033[Z", "S-Tab" },
	{ "the keypad", "\033Op\033OM", "0 Enter" },
	{ "focus", "\033[I\033[O", "FocusIn FocusOut" },
	{ "CSI u", "\033[97;5u\033[97;3u\033[13;2u\033[9;5u\033[47;5u",
	    "C-a M-a S-Enter C-Tab C-/" },
	{ "CSI u with shift", "\033[97;2u\033[97:65;2u\033[97;6u",
	    "A A C-S-a" },
	{ "CSI u: let go", "\033[97;1:3ux", "x" },
	{ "CSI u: no character", "\033[57441;1u\033[1114112u\033[55296u",
	    "Other Other Other" },
	{ "modifyOtherKeys", "\033[27;5;105~\033[27;2;13~", "C-i S-Enter" },
	{ "a mouse", "\033[<0;1;1M\033[<0;1;1m\033[<2;80;24M",
	    "Press@0,0/1 Release@0,0/1 Press@79,23/3" },
	{ "its wheel", "\033[<64;5;6M\033[<69;5;6M",
	    "WheelUp@4,5/1 S-WheelDown@4,5/2" },
	{ "dragged, and only moved", "\033[<32;5;6M\033[<35;5;6Mx",
	    "Drag@4,5/1 x" },
	{ "an old mouse", "\033[M !!\033[M#\"\"x",
	    "Press@0,0/1 Release@1,1/4 x" },
	{ "a paste", "\033[200~a\tb\rc\033[201~d",
	    "Paste a! Tab! b! Enter! c! PasteEnd d" },
	{ "line ends in a paste", "\033[200~\r\n\n\r\r\033[201~",
	    "Paste Enter! Enter! Enter! Enter! PasteEnd" },
	{ "keys in a paste", "\033[200~a\003\033[A\033b\033[200~c\033[201~",
	    "Paste a! b! c! PasteEnd" },
	{ "a paste without an end", "\033[200~a!b", "Paste a! PasteEnd b" },
	{ "the end of none", "\033[201~x", "x" },
	{ "an answer", "\033[?2004;1$y\033[?62;22cx", "x" },
	{ "an unknown key", "\033[99~\033[Ex", "Other Other x" },
	{ "a key that is cut", "\033[1;\033[Ax", "Up x" },
	{ "a control cuts it", "\033[1;\rx", "Enter x" },
	{ "not UTF-8", "\377a\303b\303\303\244\200", "a b \303\244" },
	{ "a C1 control", "\302\233x", "x" },
	{ "huge numbers", "\033[99999999999999999999;999999999999A", "Up" },
	{ "many numbers", "\033[1;2;3;4;5;6;7;8A", "S-Up" },
	{ "a key that is far too long", "\033[1111111111111111111111111111"
	    "1111111111111111111111111111111111111111111111111111111111111"
	    "11111;5Ax", "x" },
};

static void
say(char *got, size_t size, const struct key *k)
{
	char name[KEY_NAME], where[48];
	size_t len;

	key_spell(k, name);
	*where = '\0';
	if (k->code >= KEYCODE_PRESS && k->code <= KEYCODE_WHEEL_DOWN)
		snprintf(where, sizeof(where), "@%d,%d/%d", k->column, k->row,
		    k->button);
	len = strlen(got);
	snprintf(got + len, size - len, "%s%s%s%s", len > 0 ? " " : "", name,
	    where, k->mods & KEYMOD_PASTED ? "!" : "");
}

START_TEST(read_keys)
{
	struct key_reader r;
	struct key k;
	char got[512] = "";
	const char *p;

	memset(&r, 0, sizeof(r));
	for (p = keys[_i].bytes; *p != '\0'; p++)
		if (*p == '!' && (r.len > 0 || r.pasting) && p[-1] != 'M' &&
		    p[-1] != ' ' && p[-1] != '!') {
			ck_assert_int_ne(key_timeout(&r), -1);
			if (key_expire(&r, &k))
				say(got, sizeof(got), &k);
		} else if (key_take(&r, *p, &k))
			say(got, sizeof(got), &k);
	ck_assert_msg(strcmp(got, keys[_i].want) == 0, "%s: got \"%s\"",
	    keys[_i].name, got);
	if (strcmp(keys[_i].name, "an unknown key") != 0)
		ck_assert_int_eq(key_timeout(&r), -1);
}
END_TEST

/* Names, and what they are read as. */
static const struct {
	const char *name, *want; /* NULL: none */
} names[] = {
	{ "C-a", "C-a" }, { "M-C-h", "C-M-h" }, { "C-A", "C-a" },
	{ "M-A", "M-A" }, { "M-Left", "M-Left" }, { "F12", "F12" },
	{ "PageUp", "PageUp" }, { "Space", "Space" }, { "C--", "C--" },
	{ "-", "-" }, { "M-\303\244", "M-\303\244" }, { "S-Tab", "S-Tab" },
	{ "F25", NULL }, { "F0", NULL }, { "Foo", NULL }, { "", NULL },
	{ "\001", NULL }, { "\377", NULL }, { "F99999999999999999999", NULL },
};

START_TEST(parse_names)
{
	char got[KEY_NAME];
	struct key k;
	int error = key_parse(names[_i].name, &k);

	ck_assert_int_eq(error, names[_i].want == NULL ? -1 : 0);
	if (error == -1)
		return;
	key_spell(&k, got);
	ck_assert_str_eq(got, names[_i].want);
}
END_TEST

/* Whatever comes, it is a key with a name or none, and the reader goes on. */
START_TEST(any_bytes)
{
	static const char likely[] = "\033[O;:<?MmuA~$\r\n2001\303\244";
	struct key_reader r;
	struct key k, again;
	char name[KEY_NAME];
	unsigned int seed = 7;
	int i, byte;

	memset(&r, 0, sizeof(r));
	for (i = 0; i < 500000; i++) {
		byte = rand_r(&seed) % 4 != 0 ?
		    likely[rand_r(&seed) % (sizeof(likely) - 1)] :
		    rand_r(&seed) % 256;
		if (rand_r(&seed) % 50 == 0 ? !key_expire(&r, &k) :
		    !key_take(&r, (char)byte, &k))
			continue;
		key_spell(&k, name);
		if (*name == '\0')
			ck_abort_msg("key %x has no name", k.code);
		k.mods &= ~(unsigned int)KEYMOD_PASTED;
		if (k.code > ' ' && k.code != KEYCODE_OTHER &&
		    key_parse(name, &again) == 0 && again.code != k.code)
			ck_abort_msg("%s is another key", name);
	}
}
END_TEST

Suite *
check_key(void)
{
	Suite *s = suite_create("key");
	TCase *tc = tcase_create("key");

	ADD_ROWS(tc, read_keys, keys);
	ADD_ROWS(tc, parse_names, names);
	tcase_add_test(tc, any_bytes);
	suite_add_tcase(s, tc);
	return s;
}
