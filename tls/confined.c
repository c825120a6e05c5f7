/* SPDX-License-Identifier: ISC */
/*
 * mootd-tls confines itself: it goes on to accept, to connect to workers, and
 * to look at its certificate, which may be renewed.  A renewed file is another
 * one, so what stays within reach, for reading, are the directories of
 * certificate and key, by the names in the configuration and by those that
 * links lead to.  The files we made ourselves are not renewed, and lie beside
 * the database: of these there are the two, and not their directory.
 *
 * There is no core file but with `core-dumps full': the key would be in it.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "../ipc/confine.h"
#include "../server/log.h"
#include "../server/violation.h"
#include "confined.h"
#include "options.h"

enum { PATHS = 4 };

static char names[PATHS][PATH_MAX];
static struct confine_path paths[PATHS];
static size_t npath;

static void
add_directory_of(const char *file)
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", file);
	snprintf(names[npath], sizeof(names[npath]), "%s", dirname(copy));
	paths[npath].path = names[npath];
	npath++;
}

static void
add_file(const char *file)
{
	char full[PATH_MAX];

	add_directory_of(file);
	if (realpath(file, full) != NULL)
		add_directory_of(full);
}

/* A file beside the database, which is not for us. */
static void
add_own(const char *name)
{
	snprintf(names[npath], sizeof(names[npath]), "%.4000s/%s",
	    options.dir, name);
	paths[npath].path = names[npath];
	npath++;
}

static void
find_paths(void)
{
	if (options.cert == NULL) {
		add_own("tls-cert.pem");
		add_own("tls-key.pem");
		return;
	}
	add_file(options.cert);
	if (options.key != NULL)
		add_file(options.key);
}

void
confined_begin(void)
{
	int files = -1;

	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	violation_report();
	confine_core(options.core == CORE_FULL ? CORE_FULL : CORE_OFF, NULL, 0);
	find_paths();
	if (confine_offer() & CONFINED_FILES &&
	    (files = confine_files(FILTER_TLS, paths, npath)) < 0)
		log_warn("files are not confined: %s", strerror(errno));
	if (confine_enter(FILTER_TLS, (enum confine_mode)options.confine,
	        files) < 0)
		log_warn("not confined: %s", strerror(errno));
	if (files >= 0)
		close(files);
}
