/* SPDX-License-Identifier: ISC */

/*
 * Takes the input for what a dead worker did to the records: a list of
 * changes, made to a segment that was right.  Its successors must come to an
 * end of healing it, whatever it says, and then find nothing more to heal; or
 * say that it is damaged.
 *
 * The segment is an image in a file of memory, of which each run has a private
 * copy; two workers have users, rooms and what belongs to them in it.  Those
 * who heal may close descriptors, remove queues and exit: the linker sends
 * that here (--wrap).
 */

#include <setjmp.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <unistd.h>

#include "../../ipc/mailbox.h"
#include "../../ipc/segment.h"
#include "../../irc/mode.h"
#include "../../server/config.h"
#include "../../server/log.h"
#include "../../server/monitor.h"
#include "../../server/op.h"
#include "../../server/registry.h"
#include "../../server/registry_heal.h"
#include "../../server/session.h"
#include "../../server/validate.h"
#include "../../server/worker.h"
#include "fuzz.h"

enum {
	WORKERS = 2,
	CLIENTS = 6,
	DESCRIPTORS = 128,
	CHANGE = 8,        /* bytes of the input a change */
	CHANGES = 64,
};

int __real_close(int fd);
int __real_shutdown(int fd, int how);
void __real_exit(int status) __attribute__((noreturn));
int __wrap_close(int fd);
int __wrap_shutdown(int fd, int how);
int __wrap_msgget(key_t key, int flags);
int __wrap_msgctl(int id, int cmd, struct msqid_ds *ds);
void __wrap_exit(int status) __attribute__((noreturn));

/* ---- what the server asks of the world ---- */

static int healing;
static jmp_buf damaged;

int
__wrap_close(int fd)
{
	return healing ? 0 : __real_close(fd);
}

int
__wrap_shutdown(int fd, int how)
{
	return healing ? 0 : __real_shutdown(fd, how);
}

/* No mailbox is one of the kernel's: those of a key may be a server's here. */
int
__wrap_msgget(key_t key, int flags)
{
	static int last;

	(void)key;
	(void)flags;
	return ++last;
}

int
__wrap_msgctl(int id, int cmd, struct msqid_ds *ds)
{
	(void)id;
	(void)cmd;
	(void)ds;
	return -1;
}

void
__wrap_exit(int status)
{
	if (healing)
		longjmp(damaged, 1);
	__real_exit(status);
}

/* In the place of server/log.c: who panics ends too, and is blamed. */
int log_to_syslog;

void
log_open(const char *name, enum log_level level, int to_syslog)
{
	(void)name;
	(void)level;
	(void)to_syslog;
}

void
log_step_aside(int first)
{
	(void)first;
}

void
log_warn(const char *fmt, ...)
{
	if (getenv("FUZZ_LOG") != NULL) {
		va_list ap;

		va_start(ap, fmt);
		vfprintf(stderr, fmt, ap);
		va_end(ap);
		fputc('\n', stderr);
	}
}

void
log_info(const char *fmt, ...)
{
	(void)fmt;
}

void
log_debug(const char *fmt, ...)
{
	(void)fmt;
}

void
fatal(const char *fmt, ...)
{
	fprintf(stderr, "fatal: %s\n", fmt);
	abort();
}

void
fatal_final(const char *fmt, ...)
{
	fprintf(stderr, "fatal: %s\n", fmt);
	abort();
}

void
panic(const char *fmt, ...)
{
	if (healing)
		longjmp(damaged, 1);
	fprintf(stderr, "panic: %s\n", fmt);
	abort();
}

const char *
log_safe(const char *text)
{
	return text;
}

/* ---- the segment ---- */

static struct config settings;
static struct segment *image;
static int image_fd = -1;
static size_t image_size;

struct segment *
segment_create(int prefix, uint32_t layout, size_t size)
{
	image_fd = memfd_create("segment", MFD_CLOEXEC);
	MUST(image_fd >= 0 && ftruncate(image_fd, (off_t)size) == 0);
	image = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, image_fd,
	    0);
	MUST(image != MAP_FAILED);
	image_size = size;
	image->magic = SEGMENT_MAGIC;
	image->layout = layout;
	image->prefix = (uint32_t)prefix;
	image->size = size;
	return image;
}

struct segment *
segment_attach(int shmid)
{
	(void)shmid;
	return NULL;
}

void
segment_detach(struct segment *seg)
{
	(void)seg;
}

void
segment_remove(int shmid)
{
	(void)shmid;
}

enum segment_state
segment_probe(int prefix, struct segment *header)
{
	(void)prefix;
	memset(header, 0, sizeof(*header));
	return SEGMENT_NONE;
}

int
segment_attached(int shmid)
{
	(void)shmid;
	return 1;
}

static void
be(unsigned w)
{
	my_id = w;
	me = &workers[w];
	config = &settings;
}

static void
op_do(enum op_kind kind, uint32_t a, uint32_t b, uint32_t c, const char *text,
    const char *text2)
{
	static struct op op;

	memset(&op, 0, sizeof(op));
	op.kind = (uint16_t)kind;
	op.a = a;
	op.b = b;
	op.c = c;
	op.x = 1000;
	snprintf(op.text, sizeof(op.text), "%s", text);
	snprintf(op.text2, sizeof(op.text2), "%s", text2);
	registry_lock();
	op_apply_all(&op, 1);
	registry_unlock();
}

/* Client N, of the worker that we are, in two rooms, with something to read. */
static void
make_client(unsigned n)
{
	struct in6_addr addr = { .s6_addr = { [15] = (uint8_t)n } };
	const char *why = NULL;
	char nick[16];
	uint32_t i = session_open(eventfd(0, EFD_NONBLOCK), &addr, "host", 0,
	    &why), u;

	MUST(i != 0);
	u = sessions[i].user;
	snprintf(nick, sizeof(nick), "nick%u", n);
	op_do(OP_NICK, u, 0, 0, nick, "");
	op_do(OP_USER, u, 0, 0, "user", "");
	op_do(OP_REAL, u, 0, 0, "Real Name", "");
	op_do(OP_REGISTER, u, 0, 0, "", "");
	op_do(OP_JOIN, u, 0, 0, "#all", "");
	op_do(OP_JOIN, u, 0, 0, n % 2 ? "#odd" : "#even", "");
	op_do(OP_MONITOR_ADD, i, 0, 0, "nick1,nick2,nobody", "");
	op_do(OP_USER_METADATA, u, 0, 0, "blue", "color");
	if (n % 3 == 0) {
		op_do(OP_AWAY, u, 1, 0, "away", "");
		op_do(OP_ACCOUNT, u, 0, 0, nick, "");
	}
	if (n % 2)
		op_do(OP_INVITE, u, registry_find_room("#all"), 0, "", "");
	session_append(i, ":server NOTICE nick :something\r\n", 32);
}

static void
make_rooms(void)
{
	uint32_t r = registry_find_room("#all");

	op_do(OP_TOPIC, r, 0, 0, "a topic", "nick1!user@host");
	op_do(OP_BAN_ADD, r, ROOM_BAN, 0, "a!*@* for a reason", "nick1");
	op_do(OP_BAN_ADD, r, ROOM_EXCEPT, 0, "b!*@*", "nick1");
	op_do(OP_ROOM_REGISTER, r, 0, 0, "nick3", "");
	op_do(OP_ROOM_ACCESS, r, 4, 0, "nick3", "");
	op_do(OP_ROOM_METADATA, r, 0, 0, "http://x.test/", "url");
}

static void
make_image(void)
{
	unsigned w, n;

	config_default(&settings);
	settings.max_clients = 64;
	settings.max_rooms = 64;
	settings.buffers = 1 << 20;
	MUST(state_create(&settings, WORKERS, DESCRIPTORS) == 0);
	state->listeners[0].fd = -1;
	state->control = -1;
	for (w = 1; w <= WORKERS; w++) {
		be(w);
		me->epoll = epoll_create1(EPOLL_CLOEXEC);
		me->bell.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		session_pool_open();
		for (n = 0; n < CLIENTS; n++)
			make_client(n * WORKERS + w);
	}
	make_rooms();
	registry_lock();
	MUST(registry_wrong() == NULL);
	registry_unlock();
}

/* ---- what a dead worker did ---- */

struct part {
	char *at;
	size_t size, n;
};

enum { PARTS = 20 };

/* As they are before anything is changed. */
static void
list_parts(struct part list[PARTS])
{
	const struct part parts[PARTS] = {
		{ (char *)sessions, sizeof(*sessions), state->sessions.high },
		{ (char *)&users[MAILBOX_SYSTEM], sizeof(*users),
		    state->users.high - MAILBOX_SYSTEM },
		{ (char *)members, sizeof(*members), state->members.high },
		{ (char *)rooms, sizeof(*rooms), state->rooms.high },
		{ (char *)room_lists, sizeof(*room_lists),
		    state->rooms.high * (WORKERS + 1) },
		{ (char *)bans, sizeof(*bans), state->bans.high },
		{ (char *)metadata, sizeof(*metadata), state->metadata.high },
		{ (char *)monitors, sizeof(*monitors), state->monitors.high },
		{ (char *)monitor_lists, sizeof(*monitor_lists),
		    state->sessions.high },
		{ (char *)addresses, sizeof(*addresses),
		    state->addresses.high },
		{ (char *)&chunks[workers[1].chunk_first], sizeof(*chunks),
		    8 },
		{ (char *)&chunks[workers[2].chunk_first], sizeof(*chunks),
		    8 },
		{ (char *)fd_session, sizeof(*fd_session), DESCRIPTORS },
		{ (char *)secures, sizeof(*secures), state->sessions.high },
		{ (char *)&state->sessions, sizeof(struct list), 8 },
		{ (char *)&state->linking, sizeof(uint32_t), 1 },
		{ (char *)&state->moving, sizeof(uint32_t), 1 },
		{ (char *)nick_index, sizeof(uint32_t), index_size },
		{ (char *)room_index, sizeof(uint32_t), index_size },
		{ (char *)monitor_index, sizeof(uint32_t),
		    MONITOR_BUCKETS * (WORKERS + 1) },
	};

	memcpy(list, parts, sizeof(parts));
}

/* A byte, a number, a whole record, or another record in its place. */
static void
change(const struct part list[PARTS], const uint8_t d[CHANGE])
{
	struct part p = list[(d[0] & 63) % PARTS];
	size_t i = d[1] % p.n;
	size_t at = (size_t)(d[2] | d[3] << 8) % p.size;
	char *record = p.at + i * p.size;
	uint32_t value;

	memcpy(&value, d + 4, sizeof(value));
	if (at + sizeof(value) > p.size)
		at = p.size - sizeof(value);
	switch (d[0] >> 6) {
	case 0:
		record[at] = (char)d[4];
		break;
	case 1: /* small, as indexes are */
		value %= 64;
		/* FALLTHROUGH */
	case 2:
		memcpy(record + at / 4 * 4, &value, sizeof(value));
		break;
	default:
		memmove(record, p.at + d[4] % p.n * p.size, p.size);
	}
}

/* ---- healing ---- */

static uint32_t
sessions_left(void)
{
	uint32_t i, n = 0;

	for (i = 1; i < state->sessions.high; i++)
		n += sessions[i].state != SESSION_FREE;
	return n;
}

static void
each_of_mine(void (*heal)(uint32_t i))
{
	uint32_t i;

	for (i = 1; i < state->sessions.high; i++)
		if (sessions[i].state != SESSION_FREE &&
		    sessions[i].worker == my_id)
			heal(i);
}

/* What worker W does before it serves anybody; 0 if it says damaged. */
static int
adopt(unsigned w)
{
	be(w);
	state->restarts++; /* each died, so each looks */
	me->txn.state = TXN_IDLE;
	if (state_wrong(w) != NULL)
		return 0;
	registry_lock();
	session_pool_open();
	validate_records();
	registry_unlock();
	each_of_mine(session_heal_stream);
	each_of_mine(session_heal_output);
	validate_farewell();
	return 1;
}

/* Those that are found are those that there are. */
static void
check_healed(void)
{
	uint32_t i;

	registry_lock();
	MUST(registry_wrong() == NULL);
	for (i = MAILBOX_SYSTEM; i < state->users.high; i++)
		if (users[i].flags & USER_LIVE)
			registry_find_nick(users[i].nick);
	registry_unlock();
}

static void
heal(int in_lock)
{
	uint32_t left;
	unsigned w;

	healing = 1;
	if (setjmp(damaged) != 0) {
		healing = 0;
		return;
	}
	be(1);
	if (state_wrong(1) == NULL && in_lock) {
		registry_lock();
		registry_heal();
		registry_unlock();
	}
	for (w = 1; w <= WORKERS; w++)
		if (!adopt(w))
			break;
	if (w > WORKERS) {
		check_healed();
		left = sessions_left();
		for (w = 1; w <= WORKERS; w++)
			MUST(adopt(w));
		MUST(sessions_left() == left);
		check_healed();
	}
	healing = 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t i, n = size > 0 ? (size - 1) / CHANGE : 0;
	struct part list[PARTS];

	if (image == NULL)
		make_image();
	MUST(mmap(image, image_size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_FIXED, image_fd, 0) == (void *)image);
	list_parts(list);
	for (i = 0; i < n && i < CHANGES; i++)
		change(list, data + 1 + i * CHANGE);
	heal(size > 0 && (data[0] & 1));
	return 0;
}
