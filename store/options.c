/* SPDX-License-Identifier: ISC */
/* The arguments of mootd-store; mootd makes them of mootd.conf(5). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sqlite3.h>

#include "../server/version.h"
#include "database.h"
#include "options.h"

struct options options = { .dir = ".", .log_level = 1,
	.password_least = 6 };

static const char usage_text[] =
    "usage: mootd-store -p PREFIX -d DIR [-l LEVEL] [-s] [-r DAYS] [-m ROWS]\n"
    "           [-a POLICY] [-f MS] [-u DAYS] [-w BYTES]\n"
    "           [-C MODE] [-D CORE]\n"
    "       mootd-store -p PREFIX -d DIR -R FILE\n"
    "       mootd-store -V\n"
    "mootd(8) starts it; moot-store(7) is the manual.\n";

void
options_read(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "p:d:l:sr:m:a:f:u:w:C:D:R:V")) != -1)
		switch (opt) {
		case 'p':
			options.prefix = atoi(optarg);
			break;
		case 'd':
			options.dir = optarg;
			break;
		case 'l':
			options.log_level = atoi(optarg);
			break;
		case 's':
			options.to_syslog = 1;
			break;
		case 'r':
			options.history_age = atoll(optarg);
			break;
		case 'm':
			options.history_size = atoll(optarg);
			break;
		case 'a':
			options.registration = atoi(optarg);
			break;
		case 'f':
			options.login_delay = atoll(optarg);
			break;
		case 'u':
			options.audit_age = atoll(optarg);
			break;
		case 'w':
			options.password_least = atoi(optarg);
			break;
		case 'C':
			options.confine = atoi(optarg);
			break;
		case 'D':
			options.core = atoi(optarg);
			break;
		case 'R':
			options.restore = optarg;
			break;
		case 'V':
			printf("mootd-store %s\nschema: %d\nSQLite %s\n",
			    MOOT_VERSION, database_version(),
			    sqlite3_libversion());
			exit(0);
		default:
			fputs(usage_text, stderr);
			exit(1);
		}
	if (options.prefix < 1 || options.prefix > 127 || optind != argc) {
		fputs(usage_text, stderr);
		exit(1);
	}
}
