/* SPDX-License-Identifier: ISC */
#ifndef SERVER_OP_H
#define SERVER_OP_H

#include <string.h>

#include "state.h"

/*
 * The kinds of change a handler may decide.  One table gives each its
 * function; each sets an absolute state, so that it may be applied again by a
 * successor.  a, b, c, x, text as named here.
 */
enum op_kind {
	OP_NONE,
	OP_NICK,       /* user a; text nick; time x */
	OP_USER,       /* user a; text user name, text2 nothing */
	OP_REAL,       /* user a; text real name */
	OP_REGISTER,   /* user a */
	OP_USER_MODES, /* user a; b all its modes */
	OP_OPER,       /* user a; text the operator's name */
	OP_AWAY,       /* user a; b 1 away, 0 back, c only for want of a
	                * session; text */
	OP_JOIN,       /* user a; room b, or 0 and its name in text; c flags;
	                * text2 not "": the store may know the room; x ms */
	OP_PART,       /* user a; room b */
	OP_MEMBER,     /* member a; b flags to set, c to clear; user x */
	OP_ROOM_MODES, /* room a; b to set, c to clear */
	OP_ROOM_KEY,   /* room a; text */
	OP_ROOM_LIMIT, /* room a; b */
	OP_ROOM_THROTTLE, /* room a; b joins in c s */
	OP_ROOM_FORWARD, /* room a; text a name */
	OP_ROOM_JOINED, /* room a; b joins since second c */
	OP_ROOM_RENAME, /* room a; text its name, text2 what it was; second
	                 * b */
	OP_BAN_ADD,    /* room a; list b; text "mask" or "mask reason", text2
	                * setter, time x; for c s, 0 for good */
	OP_BAN_DEL,    /* room a; list b; text mask */
	OP_TOPIC,      /* room a; text, text2 setter, time x */
	OP_INVITE,     /* user a; room b; c 1: by one who may let in */
	OP_KNOCK,      /* user a at room b; second c */
	OP_QUIT,       /* user a; time x */
	OP_LEAVE,      /* session a leaves its user, who has others */
	OP_LINGER,     /* session a leaves its user, who stays without any;
	                * text why; ms x */
	OP_SEEN,       /* member a of room b; device c was shown the room */
	OP_ACCOUNT,    /* user a; b USER_ALWAYS_ON or 0; c 1: it had another
	                * one; text account, or "" */
	OP_ROOM_LOAD,  /* text name; chunk a what the store knows of it, for
	                * session b; c LOAD_*; x time */
	OP_ROOM_REGISTER, /* room a; text account of its founder */
	OP_ROOM_UNREGISTER, /* room a */
	OP_ROOM_ACCESS, /* room a; text account, b rank, 0 none; x time */
	OP_ROOM_FOUNDER, /* room a; text account; x time */
	OP_ROOM_SURE,  /* room a; b 1: it is not */
	OP_ROOM_EVICT, /* room a, if nobody is in it */
	OP_ACCOUNT_GONE, /* text account */
	OP_RANKED,     /* user a: has all its ranks */
	OP_ACCEPT,     /* user a; user b of generation c; x 1: not any more */
	OP_ADDRESS,    /* session a is that of text, whose host is text2 */
	OP_SECURE,     /* session a; b enum secure_flag; text "VERSION CIPHER",
	                * each perhaps empty; text2 fingerprint or "" */
	OP_ALONE,      /* session a; b SESSION_ALONE, SESSION_PRE_AWAY or 0;
	                * text */
	OP_WISH,       /* user a; text a nick, "" for none */
	OP_MONITOR_ADD, /* session a; text nicks, commas between */
	OP_MONITOR_DEL, /* the same */
	OP_MONITOR_CLEAR, /* session a */
	OP_SASL,       /* session a; mechanism b, 0 for none; text seed */
	OP_SASL_TEXT,  /* session a; text at b */
	OP_SASL_STEP,  /* session a; step b, whose message begins at c */
	OP_HOST,       /* user a; text the host that follows from its login */
	OP_XLINE_ADD,  /* text mask and reason, a space between; text2 setter;
	                * b 1: the store has it; s c created, x expires */
	OP_XLINE_DEL,  /* text mask */
	OP_XLINE_LOAD, /* chunk a: bans of the store; b 1: the last ones */
	OP_USER_METADATA, /* user a; text2 key, text its value, "" removes;
	                * b METADATUM_*; session c, if not 0, may change more
	                * at ms x */
	OP_ROOM_METADATA, /* room a; likewise */
	OP_METADATA_LOAD, /* user a; chunk b what the store has of it */
	OP_METADATA_FLAGS, /* user a; text2 key; b METADATUM_* to set */
	OP_METADATA_DONE, /* user a: it is what its account has */
	OP_METADATA_ERASE, /* text an account or a room: it says nothing */
	OP_SUBSCRIBE,  /* session a; text its keys from b on */
	OP_BATCH,      /* session a; an empty batch: text reference, text2
	                * target */
	OP_BATCH_TEXT, /* session a; part b, enum batch_part; text at c */
	OP_BATCH_LINE, /* session a; b lines, c bytes of text, x of plan */
	OP_BATCH_STATE, /* session a; b enum batch_state */
	OP_MAX
};

enum {
	LOAD_FIRST = 1,        /* the answer's first part, */
	LOAD_LAST = 2,         /* and its last */
};

void op_apply_all(struct op *ops, uint32_t n);

/* Copies text into a field of SIZE bytes, as much as there is room for. */
static inline void
record_copy(char *dst, size_t size, const char *src)
{
	size_t n = strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
}

#endif
