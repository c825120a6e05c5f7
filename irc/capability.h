/* SPDX-License-Identifier: ISC */
#ifndef IRC_CAPABILITY_H
#define IRC_CAPABILITY_H

#include <stddef.h>
#include <stdint.h>

/* IRCv3 capabilities, one bit each: capability-negotiation 3.2. */

#define CAPABILITIES(X)                                                       \
	X(MESSAGE_TAGS, "message-tags")                                       \
	X(SERVER_TIME, "server-time")                                         \
	X(ECHO_MESSAGE, "echo-message")                                       \
	X(LABELED_RESPONSE, "labeled-response")                               \
	X(BATCH, "batch")                                                     \
	X(MULTI_PREFIX, "multi-prefix")                                       \
	X(USERHOST_IN_NAMES, "userhost-in-names")                             \
	X(AWAY_NOTIFY, "away-notify")                                         \
	X(EXTENDED_JOIN, "extended-join")                                     \
	X(CAP_NOTIFY, "cap-notify")                                           \
	X(SETNAME, "setname")                                                 \
	X(CHGHOST, "chghost")                                                 \
	X(INVITE_NOTIFY, "invite-notify")                                     \
	X(ACCOUNT_TAG, "account-tag")                                         \
	X(ACCOUNT_NOTIFY, "account-notify")                                   \
	X(SASL, "sasl")                                                       \
	X(ACCOUNT_REGISTRATION, "draft/account-registration")                 \
	X(CHATHISTORY, "draft/chathistory")                                   \
	X(EVENT_PLAYBACK, "draft/event-playback")                             \
	X(MESSAGE_REDACTION, "draft/message-redaction")                       \
	X(READ_MARKER, "draft/read-marker")                                   \
	X(EXTENDED_ISUPPORT, "draft/extended-isupport")                       \
	X(NO_IMPLICIT_NAMES, "draft/no-implicit-names")                       \
	X(NO_NAMES, "no-implicit-names")                                      \
	X(PRE_AWAY, "draft/pre-away")                                         \
	X(SEARCH, "soju.im/search")                                           \
	X(STANDARD_REPLIES, "standard-replies")                               \
	X(MULTILINE, "draft/multiline")                                       \
	X(METADATA, "draft/metadata-3")                                       \
	X(OPER_TAG, "draft/oper")                                             \
	X(EXTENDED_MONITOR, "extended-monitor")                               \
	X(DRAFT_EXTENDED_MONITOR, "draft/extended-monitor")                    \
	X(CHANNEL_RENAME, "draft/channel-rename")                             \
	X(STS, "sts")

enum capability_index {
#define X(id, name) CAPABILITY_##id,
	CAPABILITIES(X)
#undef X
	CAPABILITY_COUNT
};

#define CAP(id) (UINT64_C(1) << CAPABILITY_##id)

/* The name of a capability by index; NULL past the last. */
const char *capability_name(int index);
/* The bit of a name of LEN bytes; 0 when unknown. */
uint64_t capability_bit(const char *name, size_t len);

/*
 * Applies a CAP REQ list ("a -b c") to *CAPS.  All or nothing: returns 0 and
 * the new set in *CAPS, or -1 when a name is not in AVAILABLE.
 */
int capability_request(uint64_t *caps, uint64_t available, const char *list);

#endif
