/* SPDX-License-Identifier: ISC */
#ifndef IRC_ELIST_H
#define IRC_ELIST_H

#include <stdint.h>

/* The conditions of LIST: ISUPPORT ELIST=CMNTU. */

enum { ELIST_MAX = 32 /* conditions at a time */ };

/* What is to be known of a room; times in minutes from now. */
struct elist_room {
	const char *name;
	uint64_t members, age;
	int has_topic;
	uint64_t topic_age;
};

struct elist_kind;
struct elist {
	unsigned n;
	unsigned masks; /* of the n name rooms, by a mask or as they are */
	int names;      /* all of the n are names without wildcards */
	struct elist_item {
		const struct elist_kind *kind;
		const char *text; /* what follows the prefix */
		uint64_t value;   /* the same as a number */
	} item[ELIST_MAX];
};

/*
 * Takes "COND,COND" apart, which is changed, and which the items point into.
 * Returns NULL, or the condition that is wrong: one too many, or one without a
 * number where there has to be one.
 */
const char *elist_parse(struct elist *e, char *list);

/* Whether a room is wanted: one of the masks, if there are any, and all the
 * rest. */
int elist_matches(const struct elist *e, const struct elist_room *r);

#endif
