/* SPDX-License-Identifier: ISC */
/*
 * moot cert: a certificate, by which a server knows its owner without a
 * password.  It makes one where there is none, and in any case says what it is
 * called and how a server comes to know it.  It changes no settings: which
 * network it is for is its owner's to say.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cert.h"
#include "client/session/session.h"
#include "client/setting/path.h"
#include "client/setting/setting.h"
#include "client/tls/certificate.h"
#include "irc/name.h"

#define CERT_FILE "client.pem" /* in the directory of the configuration */

static const char usage[] = "usage: moot cert [-h] [FILE]\n";

static const char help[] =
    "make a certificate that says who you are\n\n"
    "  -h, --help  this help\n"
    "FILE        otherwise client.pem beside moot.conf\n";

static int
cert_fail(const char *why)
{
	fprintf(stderr, "moot: %s\n", why);
	return STATUS_USAGE;
}

/* Others see it: what is in it is no secret. */
static const char *
cert_name(void)
{
	const char *name = setting_text("nick");

	if (*name == '\0')
		name = getenv("LOGNAME");
	return name != NULL && name_is_nick(name) ? name : "moot";
}

static int
cert_show(const char *path, const char *named)
{
	char hex[CERTIFICATE_FINGERPRINT], why[TLS_WHY];

	if (certificate_fingerprint(path, hex, why) == -1)
		return cert_fail(why);
	printf("file         %s\nfingerprint  %s\n\n"
	    "In moot.conf, for a network that you reach with TLS:\n"
	    "    certificate %s\n"
	    "Then log in there by your password once more, and say:\n"
	    "    /msg NickServ CERT ADD %s\n"
	    "From then on the certificate is enough.  Who has the file is you: "
	    "keep it.\n", path, hex, named, hex);
	return fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT;
}

static int
cert_make(const char *path)
{
	char why[TLS_WHY] = "there is no directory for it";

	if (access(path, F_OK) == 0)
		return 0;
	if (path_prepare(path) == 0 &&
	    certificate_make(path, cert_name(), why) == 0)
		return 0;
	return cert_fail(why);
}

int
cert_main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	char path[PATH_MOST];
	const char *named = CERT_FILE;
	int status;

	switch (getopt_long(argc, argv, "h", names, NULL)) {
	case -1:
		break;
	case 'h':
		printf("%s%s", usage, help);
		return fflush(stdout) == 0 ? STATUS_OK : STATUS_OUTPUT;
	default:
		fputs(usage, stderr);
		return STATUS_USAGE;
	}
	if (argc - optind > 1) {
		fputs(usage, stderr);
		return STATUS_USAGE;
	}
	if (argc > optind) {
		named = argv[optind];
		snprintf(path, sizeof(path), "%s", named);
	} else if (path_config(path, sizeof(path), named) == -1)
		return cert_fail("there is no HOME to keep it in");
	status = cert_make(path);
	return status != 0 ? status : cert_show(path, named);
}
