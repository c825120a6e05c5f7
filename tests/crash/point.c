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
	[POINT_MASTER] = "system calls of the master",
	[POINT_TAKER] = "system calls of a master taking over",
	[POINT_STILL] = "system calls of workers standing still for it",
	[POINT_FRESH] = "system calls of the workers it forks",
	[POINT_MOVE] = "system calls of workers while users move",
	[POINT_FAULT_MASTER] = "fault points of these",
	[POINT_FAULT_MOVE] = "fault points of healing a move",
	[POINT_STORE] = "system calls of the store",
	[POINT_STORE_HEAL] = "and of its successor",
	[POINT_STORE_TWO] = "the store and a worker",
	[POINT_STORE_FAULT] = "fault points of the store",
	[POINT_STORE_FAULTS] = "and of a worker",
};

int
point_heirs(const struct point *p)
{
	int n = TRACER_HEIRS;

	while (n > 0 && p->heir[n - 1] == 0)
		n--;
	return n;
}

/* Returns how many bytes. */
static size_t
aim_print(const struct aim *a, char *buf, size_t size)
{
	char who[16], steps[16] = "";

	snprintf(who, sizeof(who), "%d", a->worker);
	if (a->steps > 0)
		snprintf(steps, sizeof(steps), "+%u", a->steps);
	return (size_t)snprintf(buf, size, "%s:%u%s%s",
	    a->worker == POINT_STORE_NUMBER ? "s" : who, a->call,
	    a->at_exit ? "x" : "", steps);
}

void
point_print(const struct point *p, char *buf, size_t size)
{
	size_t n = 0;
	int i;

	if (p->agenda != '\0')
		n = (size_t)snprintf(buf, size, "%c", p->agenda);
	if (p->fault[0] != '\0') {
		snprintf(buf + n, size - n, "%s", p->fault);
		return;
	}
	for (i = 0; i < TRACER_VICTIMS; i++) {
		if (p->aim[i].call == 0 && (i > 0 || p->agenda == '\0'))
			break;
		if (i > 0)
			buf[n++] = ',';
		n += aim_print(&p->aim[i], buf + n, size - n);
	}
	for (i = 0; i < point_heirs(p); i++)
		n += (size_t)snprintf(
		    buf + n, size - n, "/%u", p->heir[i]);
}

static const char *
aim_parse(struct aim *a, const char *text)
{
	char *end;

	a->worker = (int)strtol(text, &end, 10);
	if (*text == 's') {
		a->worker = POINT_STORE_NUMBER;
		end++;
	}
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

/* The kind of a fault point, or of a call under an agenda. */
static enum point_kind
kind_of(const struct point *p)
{
	int two = strchr(p->fault, ',') != NULL;

	if (p->fault[0] == '\0' && p->aim[0].worker == POINT_STORE_NUMBER)
		return p->aim[0].steps > 0 ? POINT_STEP
		    : p->aim[1].call > 0  ? POINT_STORE_TWO
		    : p->heir[0] > 0      ? POINT_STORE_HEAL
		                          : POINT_STORE;
	if (strncmp(p->fault, "store-", 6) == 0)
		return two ? POINT_STORE_FAULTS : POINT_STORE_FAULT;
	if (p->fault[0] != '\0' && p->agenda != '\0')
		return two ? POINT_FAULT_MOVE : POINT_FAULT_MASTER;
	if (p->fault[0] != '\0')
		return two ? POINT_FAULT_HEAL : POINT_FAULT;
	if (p->agenda == 'R')
		return POINT_MOVE;
	if (p->agenda == 'T' && p->aim[0].worker > 0)
		return POINT_STILL;
	if (p->agenda == 'T')
		return p->aim[0].call > 0 ? POINT_TAKER : POINT_FRESH;
	return p->agenda == 'M' ? POINT_MASTER : p->kind;
}

static int
calls_parse(struct point *p, const char *text)
{
	char *end;
	int i;

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
		p->heir[i] = (unsigned)strtoul(text + 1, &end, 10);
		text = end;
		p->kind = i > 0 ? POINT_GENERATIONS : POINT_HEAL;
	}
	return *text == '\0' ? 0 : -1;
}

int
point_parse(struct point *p, const char *text)
{
	int wrong = 0;

	memset(p, 0, sizeof(*p));
	if (isupper((unsigned char)text[0]))
		p->agenda = *text++;
	if (!isdigit((unsigned char)text[0]) && strncmp(text, "s:", 2) != 0) {
		strncat(p->fault, text, sizeof(p->fault) - 1);
		wrong = strchr(text, ':') == NULL;
	} else
		wrong = calls_parse(p, text) != 0;
	p->kind = kind_of(p);
	return wrong ? -1 : 0;
}
