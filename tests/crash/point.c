/* SPDX-License-Identifier: ISC */
/*
 * Points as text and back.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "point.h"

const char *const point_kinds[POINT_KINDS] = {
	[POINT_CALL] = "system calls, entry and exit",
	[POINT_HEAL] = "system calls of the healing",
	[POINT_GENERATIONS] = "several generations",
	[POINT_TWO] = "two workers",
	[POINT_STEP] = "instructions between system calls",
	[POINT_FAULT] = "fault points",
	[POINT_FAULT_HEAL] = "fault points of the healing",
};

void
point_print(const struct point *p, char *buf, size_t size)
{
	size_t n = 0;
	int i;

	if (p->fault[0] != '\0') {
		snprintf(buf, size, "%s", p->fault);
		return;
	}
	for (i = 0; i < TRACER_VICTIMS && p->aim[i].call > 0; i++) {
		n += (size_t)snprintf(buf + n, size - n, "%s%d:%u%s",
		    i > 0 ? "," : "", p->aim[i].worker, p->aim[i].call,
		    p->aim[i].at_exit ? "x" : "");
		if (p->aim[i].steps > 0)
			n += (size_t)snprintf(
			    buf + n, size - n, "+%u", p->aim[i].steps);
	}
	for (i = 0; i < TRACER_HEIRS && p->heir[i] > 0; i++)
		n += (size_t)snprintf(
		    buf + n, size - n, "/%u", p->heir[i]);
}

static const char *
aim_parse(struct aim *a, const char *text)
{
	char *end;

	a->worker = (int)strtol(text, &end, 10);
	if (*end++ != ':')
		return NULL;
	a->call = (unsigned)strtoul(end, &end, 10);
	if (*end == 'x') {
		a->at_exit = 1;
		end++;
	} else if (*end == '+')
		a->steps = (unsigned)strtoul(end + 1, &end, 10);
	return end;
}

int
point_parse(struct point *p, const char *text)
{
	int i;

	memset(p, 0, sizeof(*p));
	if (!isdigit((unsigned char)text[0])) {
		p->kind = strchr(text, ',') ? POINT_FAULT_HEAL : POINT_FAULT;
		strncat(p->fault, text, sizeof(p->fault) - 1);
		return strchr(text, ':') != NULL ? 0 : -1;
	}
	for (i = 0; i < TRACER_VICTIMS; i++) {
		if ((text = aim_parse(&p->aim[i], text)) == NULL)
			return -1;
		if (*text != ',')
			break;
		text++;
		p->kind = POINT_TWO;
	}
	if (p->aim[0].steps > 0)
		p->kind = POINT_STEP;
	for (i = 0; i < TRACER_HEIRS && *text == '/'; i++) {
		char *end;

		p->heir[i] = (unsigned)strtoul(text + 1, &end, 10);
		text = end;
		p->kind = i > 0 ? POINT_GENERATIONS : POINT_HEAL;
	}
	return *text == '\0' ? 0 : -1;
}
