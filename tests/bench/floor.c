/* SPDX-License-Identifier: ISC */
/*
 * The floor: a chat relay with the least protocol the load generator accepts.
 *
 * It is the yardstick of the benchmarks: what the kernel and one epoll loop
 * cost when nothing is shared, locked, checked or logged.  It does on purpose
 * the one thing that makes fan-out cheap: during a turn of the loop lines are
 * appended to each recipient's output, and each recipient with output is sent
 * to once, at the end of the turn.
 *
 * It knows NICK, USER, JOIN of one room, PRIVMSG to one target, PING and
 * QUIT.  No capabilities, modes, JOIN seen by others, or nick changes.  A
 * client whose output passes OUT_MAX is cut.  Trouble of its own ends it.
 *
 * Usage: floor [CERT KEY], to speak TLS with these files.  It says "listening
 * on ADDRESS:PORT" when it is ready.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "secure.h"

#define NAME "floor.example"
#define LINE_LEN 512
#define READ_LEN 65536
#define OUT_MAX ((size_t)16 << 20)
#define EVENTS 1024
#define BUCKETS 32768

struct room;

struct client {
	/* What a delivery touches comes first, in one cache line. */
	char *out;
	uint32_t out_len, out_size;
	uint8_t dirty, waiting, closing, registered;
	int fd;
	uint16_t carry_len, prefix_len;
	char *carry; /* the beginning of a line, LINE_LEN bytes, or NULL */
	struct client *hash_next;
	struct room **rooms;
	uint32_t room_count;
	char nick[24], user[12];
	char prefix[64]; /* ":nick!user@host " */
	struct ssl_st *ssl; /* NULL in the clear */
};

struct room {
	struct room *next;
	char name[32];
	struct client **members;
	size_t count, size;
};

struct command {
	const char *name;
	void (*run)(struct client *, char *);
};

static struct client *clients[BUCKETS]; /* by nick */
static struct room *rooms[BUCKETS];     /* by name */
static struct client **dirty;           /* who has output this turn */
static size_t dirty_count, dirty_size;
static int poller, secure;

/* A burst of the usual length: about as many bytes as servers really send. */
static const char *const welcome[] = {
	"001 %s :Welcome to the Bench network, %s",
	"002 %s :Your host is " NAME ", running version floor-1",
	"003 %s :This server was created for the sake of comparison",
	"004 %s " NAME " floor-1 iow biklmnostv bklov",
	"005 %s AWAYLEN=300 CASEMAPPING=ascii CHANLIMIT=#:100 "
	"CHANMODES=b,k,l,imnst CHANNELLEN=64 CHANTYPES=# HOSTLEN=64 "
	"KICKLEN=300 MAXLIST=b:100 MODES=4 :are supported by this server",
	"005 %s NETWORK=Bench NICKLEN=24 PREFIX=(ov)@+ STATUSMSG=@+ "
	"TARGMAX=JOIN:,NAMES:1,PRIVMSG:4,NOTICE:4 TOPICLEN=300 USERLEN=12 "
	"UTF8ONLY :are supported by this server",
	"251 %s :There are 1 users and 0 invisible on 1 servers",
	"252 %s 0 :operators online",
	"253 %s 0 :unknown connections",
	"254 %s 0 :channels formed",
	"255 %s :I have 1 clients and 0 servers",
	"265 %s 1 1 :Current local users 1, max 1",
	"266 %s 1 1 :Current global users 1, max 1",
	"422 %s :MOTD File is missing",
};

static void *
grow(void *p, size_t len)
{
	p = realloc(p, len);
	if (p == NULL)
		err(1, "realloc");
	return p;
}

static uint32_t
name_hash(const char *s)
{
	uint32_t h = 2166136261u;

	while (*s != '\0')
		h = (h ^ (uint8_t)*s++) * 16777619u;
	return (h ^ h >> 15) % BUCKETS;
}

static struct client *
client_find(const char *nick)
{
	struct client *c = clients[name_hash(nick)];

	while (c != NULL && strcmp(c->nick, nick) != 0)
		c = c->hash_next;
	return c;
}

static struct room *
room_find(const char *name)
{
	struct room *r = rooms[name_hash(name)];

	while (r != NULL && strcmp(r->name, name) != 0)
		r = r->next;
	return r;
}

static void
client_mark(struct client *c)
{
	if (c->dirty)
		return;
	c->dirty = 1;
	if (dirty_count == dirty_size) {
		dirty_size = dirty_size == 0 ? 1024 : dirty_size * 2;
		dirty = grow(dirty, dirty_size * sizeof(*dirty));
	}
	dirty[dirty_count++] = c;
}

static void
client_close_later(struct client *c)
{
	c->closing = 1;
	client_mark(c);
}

/* Makes room for LEN more bytes of output; rare, so not inlined. */
static int
client_reserve(struct client *c, size_t len)
{
	size_t size = c->out_size == 0 ? 1024 : c->out_size;

	while (size < c->out_len + len)
		size *= 2;
	if (size > OUT_MAX) {
		client_close_later(c);
		return -1;
	}
	c->out = grow(c->out, size);
	c->out_size = (uint32_t)size;
	return 0;
}

static inline void
client_append(struct client *c, const char *line, size_t len)
{
	if (c->closing)
		return;
	if (c->out_len + len > c->out_size && client_reserve(c, len) == -1)
		return;
	memcpy(c->out + c->out_len, line, len);
	c->out_len += (uint32_t)len;
	client_mark(c);
}

/* Sends a numeric: PREFIX FORMAT-with-two-strings CR LF. */
__attribute__((format(printf, 2, 3))) static void
client_printf(struct client *c, const char *format, ...)
{
	char line[LINE_LEN];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line) - 2, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	if (n > (int)sizeof(line) - 3)
		n = (int)sizeof(line) - 3;
	memcpy(line + n, "\r\n", 2);
	client_append(c, line, (size_t)n + 2);
}

/* Fills in %s, at most twice, as the table of the burst has it. */
static void
client_welcome_line(struct client *c, const char *text)
{
	char line[LINE_LEN];
	size_t n = 0, nick_len = strlen(c->nick);

	memcpy(line, ":" NAME " ", sizeof(NAME) + 1);
	n = sizeof(NAME) + 1;
	for (; *text != '\0' && n < sizeof(line) - 64; text++) {
		if (text[0] == '%' && text[1] == 's') {
			memcpy(line + n, c->nick, nick_len);
			n += nick_len;
			text++;
		} else
			line[n++] = *text;
	}
	memcpy(line + n, "\r\n", 2);
	client_append(c, line, n + 2);
}

static void
client_register(struct client *c)
{
	size_t i;

	if (c->registered || c->nick[0] == '\0' || c->user[0] == '\0')
		return;
	c->registered = 1;
	c->prefix_len = (uint16_t)snprintf(c->prefix, sizeof(c->prefix),
	    ":%s!%s@127.0.0.1 ", c->nick, c->user);
	for (i = 0; i < sizeof(welcome) / sizeof(welcome[0]); i++)
		client_welcome_line(c, welcome[i]);
}

static void
cmd_nick(struct client *c, char *arg)
{
	struct client **bucket;

	arg += *arg == ':';
	if (c->nick[0] != '\0' || *arg == '\0')
		return;
	if (strlen(arg) >= sizeof(c->nick) || client_find(arg) != NULL) {
		client_printf(c, ":" NAME " 433 * %.64s :Not this one", arg);
		return;
	}
	strcpy(c->nick, arg);
	bucket = &clients[name_hash(c->nick)];
	c->hash_next = *bucket;
	*bucket = c;
	client_register(c);
}

static void
cmd_user(struct client *c, char *arg)
{
	size_t n = strcspn(arg, " ");

	if (n == 0 || c->user[0] != '\0')
		return;
	if (n >= sizeof(c->user))
		n = sizeof(c->user) - 1;
	memcpy(c->user, arg, n);
	client_register(c);
}

static struct room *
room_open(const char *name)
{
	struct room *r = room_find(name), **bucket;

	if (r != NULL || strlen(name) >= sizeof(r->name))
		return r;
	r = grow(NULL, sizeof(*r));
	memset(r, 0, sizeof(*r));
	strcpy(r->name, name);
	bucket = &rooms[name_hash(name)];
	r->next = *bucket;
	*bucket = r;
	return r;
}

static void
cmd_join(struct client *c, char *arg)
{
	struct room *r;
	size_t i;

	if (!c->registered || (r = room_open(arg)) == NULL)
		return;
	for (i = 0; i < c->room_count; i++)
		if (c->rooms[i] == r)
			return;
	if (r->count == r->size) {
		r->size = r->size == 0 ? 16 : r->size * 2;
		r->members = grow(r->members, r->size * sizeof(*r->members));
	}
	r->members[r->count++] = c;
	c->rooms = grow(c->rooms, (c->room_count + 1) * sizeof(*c->rooms));
	c->rooms[c->room_count++] = r;
	client_printf(c, "%sJOIN %s", c->prefix, r->name);
	client_printf(
	    c, ":" NAME " 353 %s = %s :%s", c->nick, r->name, c->nick);
	client_printf(c, ":" NAME " 366 %s %s :End of names", c->nick, r->name);
}

/* The whole point: one line made once, then appended to every member. */
static void
cmd_privmsg(struct client *c, char *arg)
{
	char line[LINE_LEN + 96], *text;
	struct client *to = NULL;
	struct room *r = NULL;
	size_t i, len = strlen(arg), n = c->prefix_len;

	text = strchr(arg, ' ');
	if (!c->registered || text == NULL)
		return;
	memcpy(line, c->prefix, n);
	memcpy(line + n, "PRIVMSG ", 8);
	memcpy(line + n + 8, arg, len);
	memcpy(line + n + 8 + len, "\r\n", 2);
	len += n + 10;
	*text = '\0';
	if (*arg == '#')
		r = room_find(arg);
	else
		to = client_find(arg);
	if (to != NULL)
		client_append(to, line, len);
	else if (r == NULL)
		client_printf(
		    c, ":" NAME " 401 %s %.64s :No such nick", c->nick, arg);
	for (i = 0; r != NULL && i < r->count; i++)
		if (r->members[i] != c)
			client_append(r->members[i], line, len);
}

static void
cmd_ping(struct client *c, char *arg)
{
	client_printf(c, ":" NAME " PONG " NAME " %.400s", arg);
}

static void
cmd_quit(struct client *c, char *arg)
{
	client_printf(c, "ERROR :Closing link (%.100s)", arg);
	client_close_later(c);
}

static const struct command commands[] = {
	{ "PRIVMSG", cmd_privmsg },
	{ "PING", cmd_ping },
	{ "JOIN", cmd_join },
	{ "NICK", cmd_nick },
	{ "USER", cmd_user },
	{ "QUIT", cmd_quit },
};

static void
client_line(struct client *c, char *line, size_t len)
{
	size_t i, n;

	if (len > 0 && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	n = strcspn(line, " ");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strncmp(commands[i].name, line, n) == 0 &&
		    commands[i].name[n] == '\0')
			break;
	if (i < sizeof(commands) / sizeof(commands[0]))
		commands[i].run(c, line + n + (line[n] == ' '));
}

/* Keeps the incomplete line at P for the next read; too long: cuts the
 * client. */
static void
client_carry(struct client *c, const char *p, size_t len)
{
	if (len >= LINE_LEN) {
		client_close_later(c);
		return;
	}
	if (c->carry == NULL)
		c->carry = grow(NULL, LINE_LEN);
	memcpy(c->carry, p, len);
	c->carry_len = (uint16_t)len;
}

/* Whether there was something, and perhaps is more. */
static int
client_read(struct client *c)
{
	static char buf[LINE_LEN + READ_LEN];
	char *p = buf, *end, *nl;
	size_t had = c->carry_len;
	ssize_t n;

	n = c->ssl != NULL ? secure_recv(c->ssl, buf + had, READ_LEN)
			   : recv(c->fd, buf + had, READ_LEN, 0);
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			client_close_later(c);
		return 0;
	}
	if (had > 0)
		memcpy(buf, c->carry, had);
	c->carry_len = 0;
	end = buf + had + n;
	while (
	    !c->closing && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if (nl - p < LINE_LEN)
			client_line(c, p, (size_t)(nl - p));
		p = nl + 1;
	}
	if (!c->closing && p < end)
		client_carry(c, p, (size_t)(end - p));
	return !c->closing && c->ssl != NULL && secure_pending(c->ssl);
}

static void
client_leave(struct client *c)
{
	struct client **link = &clients[name_hash(c->nick)];
	struct room *r;
	size_t i, k;

	for (k = 0; k < c->room_count; k++) {
		r = c->rooms[k];
		for (i = 0; i < r->count && r->members[i] != c; i++)
			;
		if (i < r->count)
			r->members[i] = r->members[--r->count];
	}
	while (*link != NULL && *link != c)
		link = &(*link)->hash_next;
	if (*link == c)
		*link = c->hash_next;
}

static void
client_free(struct client *c)
{
	client_leave(c);
	secure_end(c->ssl);
	close(c->fd);
	free(c->out);
	free(c->carry);
	free(c->rooms);
	free(c);
}

static void
client_poll(struct client *c, int waiting)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	if (c->waiting == waiting)
		return;
	c->waiting = (uint8_t)waiting;
	if (waiting)
		ev.events |= EPOLLOUT;
	if (epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &ev) == -1)
		err(1, "epoll_ctl");
}

static void
client_send(struct client *c)
{
	ssize_t n = 0;

	if (c->out_len > 0)
		n = c->ssl != NULL
			? secure_send(c->ssl, c->out, c->out_len)
			: send(c->fd, c->out, c->out_len, MSG_NOSIGNAL);
	if (n == (ssize_t)c->out_len) {
		c->out_len = 0;
		client_poll(c, 0);
	} else if (n >= 0 || errno == EAGAIN || errno == EINTR) {
		n = n > 0 ? n : 0;
		c->out_len -= (uint32_t)n;
		memmove(c->out, c->out + n, c->out_len);
		client_poll(c, 1);
	} else
		c->closing = 1;
}

/* The end of a turn: one send for each client that was given something. */
static void
turn_end(void)
{
	struct client *c;
	size_t i;

	for (i = 0; i < dirty_count; i++) {
		c = dirty[i];
		c->dirty = 0;
		client_send(c);
		if (c->closing)
			client_free(c);
	}
	dirty_count = 0;
}

static void
clients_accept(int listener)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct client *c;
	int fd, on = 1;

	while ((fd = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		c = grow(NULL, sizeof(*c));
		memset(c, 0, sizeof(*c));
		c->fd = fd;
		if (secure)
			c->ssl = secure_start(fd);
		ev.data.ptr = c;
		if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev) == -1)
			err(1, "epoll_ctl");
	}
	if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
		err(1, "accept");
}

static int
listener_open(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	struct epoll_event ev = { .events = EPOLLIN };
	int fd, on = 1;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(fd, 4096) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) == -1)
		err(1, "a port");
	if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &ev) == -1)
		err(1, "epoll_ctl");
	fprintf(stderr, "listening on 127.0.0.1:%u\n", ntohs(sin.sin_port));
	return fd;
}

static void
client_event(struct client *c, uint32_t events)
{
	if (events & EPOLLOUT)
		client_mark(c);
	if (events & ~(uint32_t)EPOLLOUT && !c->closing)
		while (client_read(c))
			;
}

int
main(int argc, char **argv)
{
	struct epoll_event ev[EVENTS];
	int i, n, listener;

	signal(SIGPIPE, SIG_IGN);
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (poller == -1)
		err(1, "epoll_create1");
	if (argc == 3) {
		secure_server(argv[1], argv[2]);
		secure = 1;
	}
	listener = listener_open();
	for (;;) {
		n = epoll_wait(poller, ev, EVENTS, -1);
		if (n == -1 && errno != EINTR)
			err(1, "epoll_wait");
		for (i = 0; i < n; i++) {
			if (ev[i].data.ptr == NULL)
				clients_accept(listener);
			else
				client_event(ev[i].data.ptr, ev[i].events);
		}
		turn_end();
	}
}
