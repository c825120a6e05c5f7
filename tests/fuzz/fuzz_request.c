/* SPDX-License-Identifier: ISC */

/*
 * Takes the input for a question to mootd-store, which a worker that was
 * taken over could ask.  It is taken apart or answered with why not; what was
 * taken apart has as many parameters as its row wants, all of them texts, and
 * names that end.  So do its numbers, times and the words of its answer.
 */

#include "../../store/request.h"
#include "fuzz.h"

#define ENDS(array) (memchr(array, '\0', sizeof(array)) != NULL)

static void
check_words(const char *s)
{
	char text[32];
	int64_t n, ms = request_time(s);

	if (request_number(s, -5, 500, &n))
		MUST(n >= -5 && n <= 500);
	if (ms >= 0) {
		request_time_text(text, sizeof(text), ms);
		MUST(ENDS(text));
	}
	MUST(answer_word(s) == s || strcmp(answer_word(s), "*") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct request r;
	char *line = fuzz_string(data, size);
	int i;

	if (request_parse(&r, line, size, 1000000) != 0)
		MUST(r.nanswer > 0 && r.nanswer <= ANSWER_MAX);
	else {
		MUST(r.row != NULL && r.n >= r.row->least);
		for (i = 0; i < r.n; i++)
			check_words(r.p[i]);
		MUST(request_session(&r) <= strlen(r.ask));
	}
	MUST(ENDS(r.account) && ENDS(r.nick) && ENDS(r.source) &&
	    ENDS(r.address) && ENDS(r.ask) && ENDS(r.token) && ENDS(r.seed));
	free(line);
	return 0;
}
