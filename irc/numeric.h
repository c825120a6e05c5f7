/* SPDX-License-Identifier: ISC */
#ifndef IRC_NUMERIC_H
#define IRC_NUMERIC_H

/*
 * Numerics: modern-irc "Numerics", by number.
 *
 * Each macro is TWO arguments, a number and a printf format, so that a
 * function declared with __attribute__((format(printf, n, n + 1))) has the
 * compiler compare every use with the format:
 *
 *	reply(c, RPL_WELCOME, network, nick);
 *
 * The format is what follows "<server> NNN <client> " on the line.  In it
 * %s is text, %c one character, %u a count, %d a small number, %lld a time or
 * a number of seconds (as long long).  A %s that stands before the last
 * parameter must be neither empty nor begin with ':' nor hold a space, which
 * is for the caller to see to; one that stands for several words (005's
 * tokens, 324's modes) says so.
 */

/* Registration */
#define RPL_WELCOME 1, ":Welcome to the %s Network, %s" /* network, nick */
#define RPL_YOURHOST 2, ":Your host is %s, running version %s"
#define RPL_CREATED 3, ":This server was created %s"
/* server, version, user modes, channel modes, those with a parameter */
#define RPL_MYINFO 4, "%s %s %s %s %s"
#define RPL_ISUPPORT 5, "%s :are supported by this server" /* 1-13 tokens */

/* STATS */
#define RPL_STATSLINKINFO 211, "%s" /* as it comes: the form varies */
#define RPL_STATSCOMMANDS 212, "%s %llu %llu 0" /* command, times, bytes */
#define RPL_STATSKLINE 216, "K %s %s %s :%s" /* mask, left, who, why */
#define RPL_ENDOFSTATS 219, "%c :End of /STATS report" /* the letter */
#define RPL_UMODEIS 221, "%s"
#define RPL_STATSUPTIME 242, ":Server Up %lld days %d:%02d:%02d"
#define RPL_STATSDLINE 225, "D %s %s %s :%s" /* address, left, who, why */
#define RPL_STATSOLINE 243, "O %s * %s %s" /* host mask, name, class */
#define RPL_STATSDEBUG 249, ":%s"

/* LUSERS */
#define RPL_LUSERCLIENT 251, \
	":There are %u users and %u invisible on %u servers"
#define RPL_LUSEROP 252, "%u :operator(s) online"
#define RPL_LUSERUNKNOWN 253, "%u :unknown connection(s)"
#define RPL_LUSERCHANNELS 254, "%u :channels formed"
#define RPL_LUSERME 255, ":I have %u clients and %u servers"

/* ADMIN */
#define RPL_ADMINME 256, "%s :Administrative info" /* server */
#define RPL_ADMINLOC1 257, ":%s"
#define RPL_ADMINLOC2 258, ":%s"
#define RPL_ADMINEMAIL 259, ":%s"

#define RPL_TRYAGAIN 263, "%s :Please wait a while and try again."
/* LUSERS again: twice each, as parameters and in words */
#define RPL_LOCALUSERS 265, "%u %u :Current local users %u, max %u"
#define RPL_GLOBALUSERS 266, "%u %u :Current global users %u, max %u"

#define RPL_WHOISCERTFP 276, "%s :has client certificate fingerprint %s"

#define RPL_PRIVS 270, "%s :%s" /* nick, privileges */
/* AWAY, USERHOST, ISON */
#define RPL_AWAY 301, "%s :%s" /* nick, text */
#define RPL_USERHOST 302, ":%s" /* nick[*]=(+|-)user@host, spaces between */
#define RPL_ISON 303, ":%s"
#define RPL_UNAWAY 305, ":You are no longer marked as being away"
#define RPL_NOWAWAY 306, ":You have been marked as being away"

/* WHOIS, WHOWAS, WHO */
#define RPL_WHOISREGNICK 307, "%s :has identified for this nick"
#define RPL_WHOISUSER 311, "%s %s %s * :%s" /* nick user host realname */
#define RPL_WHOISSERVER 312, "%s %s :%s" /* nick server info */
#define RPL_WHOISOPERATOR 313, "%s :is an IRC operator"
#define RPL_WHOWASUSER 314, "%s %s %s * :%s" /* nick user host realname */
#define RPL_ENDOFWHO 315, "%s :End of WHO list" /* mask */
#define RPL_WHOISIDLE 317, "%s %lld %lld :seconds idle, signon time"
#define RPL_ENDOFWHOIS 318, "%s :End of /WHOIS list"
#define RPL_WHOISCHANNELS 319, "%s :%s" /* nick, [prefix]channel ... */
#define RPL_WHOISSPECIAL 320, "%s :%s" /* nick, anything */

/* LIST */
#define RPL_LISTSTART 321, "Channel :Users  Name"
#define RPL_LIST 322, "%s %u :%s" /* channel, members, topic */
#define RPL_LISTEND 323, ":End of /LIST"

/* MODE, TOPIC, INVITE of channels */
#define RPL_CHANNELMODEIS 324, "%s %s" /* channel, modes and parameters */
#define RPL_CREATIONTIME 329, "%s %lld"
#define RPL_WHOISACCOUNT 330, "%s %s :is logged in as" /* nick, account */
#define RPL_NOTOPIC 331, "%s :No topic is set"
#define RPL_TOPIC 332, "%s :%s"
#define RPL_TOPICWHOTIME 333, "%s %s %lld" /* channel, who, when */
#define RPL_WHOISBOT 335, "%s :is a bot"
#define RPL_INVITELIST 336, "%s" /* a channel one is invited to */
#define RPL_ENDOFINVITELIST 337, ":End of /INVITE list"
#define RPL_WHOISACTUALLY 338, "%s %s :Is actually using host" /* address */
#define RPL_INVITING 341, "%s %s" /* nick, channel */
#define RPL_INVEXLIST 346, "%s %s %s %lld" /* channel mask who when */
#define RPL_ENDOFINVEXLIST 347, "%s :End of channel invite exception list"
#define RPL_EXCEPTLIST 348, "%s %s %s %lld" /* likewise */
#define RPL_ENDOFEXCEPTLIST 349, "%s :End of channel exception list"

#define RPL_VERSION 351, "%s %s :%s" /* version server comments */
/* channel user host server nick flags hops realname */
#define RPL_WHOREPLY 352, "%s %s %s %s %s %s :%d %s"
#define RPL_NAMREPLY 353, "%c %s :%s" /* '=', '@'; channel; nicks */
#define RPL_WHOSPCRPL 354, "%s" /* the fields that were asked for */
#define RPL_LINKS 364, "%s %s :%d %s" /* server server hops info */
#define RPL_ENDOFLINKS 365, "%s :End of /LINKS list"
#define RPL_ENDOFNAMES 366, "%s :End of /NAMES list."
#define RPL_BANLIST 367, "%s %s %s %lld" /* channel mask who when */
#define RPL_ENDOFBANLIST 368, "%s :End of channel ban list"
#define RPL_ENDOFWHOWAS 369, "%s :End of WHOWAS"

/* INFO, MOTD */
#define RPL_INFO 371, ":%s"
#define RPL_MOTD 372, ":- %s"
#define RPL_ENDOFINFO 374, ":End of INFO list"
#define RPL_MOTDSTART 375, ":- %s Message of the day - "
#define RPL_ENDOFMOTD 376, ":End of /MOTD command."
#define RPL_WHOISHOST 378, "%s :is connecting from %s@%s %s" /* u h address */
#define RPL_WHOISMODES 379, "%s :is using modes %s"

/* OPER, REHASH, TIME */
#define RPL_YOUREOPER 381, ":You are now an IRC operator"
#define RPL_REHASHING 382, "%s :Rehashing" /* file */
#define RPL_TIME 391, "%s %lld 0 :%s" /* server, seconds, in words */

#define RPL_VISIBLEHOST 396, "%s :is now your visible host"

/* Errors: no such thing */
#define ERR_UNKNOWNERROR 400, "%s :%s" /* command, what happened */
#define ERR_NOSUCHNICK 401, "%s :No such nick/channel"
#define ERR_NOSUCHSERVER 402, "%s :No such server"
#define ERR_NOSUCHCHANNEL 403, "%s :No such channel"
#define ERR_CANNOTSENDTOCHAN 404, "%s :Cannot send to channel%s" /* (+m) */
#define ERR_TOOMANYCHANNELS 405, "%s :You have joined too many channels"
#define ERR_WASNOSUCHNICK 406, "%s :There was no such nickname"
#define ERR_TOOMANYTARGETS 407, "%s :Too many targets"

/* Errors: what is in the line */
#define ERR_NOORIGIN 409, ":No origin specified"
#define ERR_INVALIDCAPCMD 410, "%s :Invalid CAP command"
#define ERR_NORECIPIENT 411, ":No recipient given (%s)"
#define ERR_NOTEXTTOSEND 412, ":No text to send"
#define ERR_NOTOPLEVEL 413, "%s :No toplevel domain specified"
#define ERR_WILDTOPLEVEL 414, "%s :Wildcard in toplevel domain"
#define ERR_INPUTTOOLONG 417, ":Input line was too long"
#define ERR_UNKNOWNCOMMAND 421, "%s :Unknown command"
#define ERR_NOMOTD 422, ":MOTD File is missing"
#define ERR_NOADMININFO 423, "%s :No administrative info available"

/* Errors: nicks */
#define ERR_NONICKNAMEGIVEN 431, ":No nickname given"
#define ERR_ERRONEUSNICKNAME 432, "%s :Erroneous nickname"
#define ERR_NICKNAMEINUSE 433, "%s :Nickname is already in use"
#define ERR_BANNICKCHANGE 435, "%s %s :Cannot change nick while banned there"
#define ERR_NICKCOLLISION 436, "%s :Nickname collision KILL from %s@%s"
#define ERR_UNAVAILRESOURCE 437, "%s :Nick/channel is temporarily unavailable"

/* Errors: membership */
#define ERR_USERNOTINCHANNEL 441, "%s %s :They aren't on that channel"
#define ERR_NOTONCHANNEL 442, "%s :You're not on that channel"
#define ERR_USERONCHANNEL 443, "%s %s :is already on channel"
#define ERR_SUMMONDISABLED 445, ":SUMMON has been disabled"
#define ERR_USERSDISABLED 446, ":USERS has been disabled"

/* Errors: registration */
#define ERR_NOTREGISTERED 451, ":You have not registered"
#define ERR_NEEDMOREPARAMS 461, "%s :Not enough parameters"
#define ERR_ALREADYREGISTERED 462, ":You may not reregister"
#define ERR_NOPERMFORHOST 463, ":Your host isn't among the privileged"
#define ERR_PASSWDMISMATCH 464, ":Password incorrect"
#define ERR_YOUREBANNEDCREEP 465, ":%s" /* until when, and why */

/* Errors: modes of channels */
#define ERR_KEYSET 467, "%s :Channel key already set"
#define ERR_NONICKCHANGE 447, "%s :Cannot change nick there (+N)"
#define ERR_LINKCHANNEL 470, "%s %s :Forwarding to another channel"
#define ERR_CHANNELISFULL 471, "%s :Cannot join channel (+l)"
#define ERR_UNKNOWNMODE 472, "%c :is unknown mode char to me"
#define ERR_INVITEONLYCHAN 473, "%s :Cannot join channel (+i)"
#define ERR_BANNEDFROMCHAN 474, "%s :Cannot join channel (+b)%s%s" /* ": why" */
#define ERR_BADCHANNELKEY 475, "%s :Cannot join channel (+k)"
#define ERR_BADCHANMASK 476, "%s :Bad Channel Mask"
#define ERR_NEEDREGGEDNICK 477, \
	"%s :Cannot join channel (+R): you are not logged in"
#define ERR_BANLISTFULL 478, "%s %s :Channel list is full" /* and mask */

#define ERR_THROTTLE 480, "%s :Cannot join channel (+j): try again later"

/* Errors: privileges */
#define ERR_NOPRIVILEGES 481, \
	":Permission Denied- You're not an IRC operator"
#define ERR_CHANOPRIVSNEEDED 482, "%s :You're not channel operator"
#define ERR_CANTKILLSERVER 483, ":You cant kill a server!"
#define ERR_RESTRICTED 484, ":Your connection is restricted!"
#define ERR_UNIQOPPRIVSNEEDED 485, ":You're not the original channel operator"
#define ERR_NOOPERHOST 491, ":No O-lines for your host"

/* Errors: rooms for secure connections */
#define ERR_SECUREONLYCHAN 489, \
	"%s :Cannot join channel (+z): your connection is not secure"
#define ERR_ALLMUSTSSL 490, \
	"%s :Cannot set +z: somebody's connection is not secure"

/* Errors: modes of users, HELP, and any mode's parameter */
#define ERR_UMODEUNKNOWNFLAG 501, ":Unknown MODE flag"
#define ERR_USERSDONTMATCH 502, ":Cant change mode for other users"
/* 477 as of a user with the mode R */
#define ERR_ACCOUNTSONLY 477, \
	"%s :You must be logged in to write to this user (+R)" /* nick */
#define ERR_HELPNOTFOUND 524, "%s :No help available on this topic"
#define ERR_INVALIDKEY 525, "%s :Key is not well-formed"
#define ERR_CANNOTSENDTOUSER 531, \
	"%s :This user takes no CTCP (+T)" /* nick */

#define RPL_STARTTLS 670, ":STARTTLS successful, proceed with TLS handshake"
#define RPL_WHOISSECURE 671, "%s :is using a secure connection%s" /* [TLS] */
#define ERR_STARTTLS 691, ":STARTTLS failed (%s)"
/* channel or nick, mode, parameter (sent as it came), what is wrong */
#define ERR_INVALIDMODEPARAM 696, "%s %c %s :%s"

/* HELP: subject, text */
#define RPL_HELPSTART 704, "%s :%s"
#define RPL_HELPTXT 705, "%s :%s"
#define RPL_ENDOFHELP 706, "%s :%s"

/* KNOCK: channel instead of a nick, channel, who; all see the same line */
#define RPL_KNOCK 710, "%s %s :has asked for an invite."
#define RPL_KNOCKDLVR 711, "%s :Your KNOCK has been delivered."
#define ERR_TOOMANYKNOCK 712, "%s :Too many KNOCKs"
#define ERR_CHANOPEN 713, "%s :Channel is open"
#define ERR_KNOCKONCHAN 714, "%s :You are already on that channel"

#define ERR_NOPRIVS 723, "%s :Insufficient oper privileges."

/* IRCv3 monitor: lists with commas */
#define RPL_MONONLINE 730, ":%s" /* nick!user@host,... */
#define RPL_MONOFFLINE 731, ":%s"
#define RPL_MONLIST 732, ":%s"
#define RPL_ENDOFMONLIST 733, ":End of MONITOR list"
#define ERR_MONLISTFULL 734, "%d %s :Monitor list is full." /* limit, nicks */

/* Metadata: IRCv3 draft/metadata-3; target, key, value */
#define RPL_WHOISKEYVALUE 760, "%s %s * :%s"
#define RPL_KEYVALUE 761, "%s %s * :%s"
#define RPL_KEYNOTSET 766, "%s %s :Key not set"
#define RPL_METADATASUBOK 770, "%s"
#define RPL_METADATAUNSUBOK 771, "%s"
#define RPL_METADATASUBS 772, "%s"
#define RPL_METADATASYNCLATER 774, "%s %d :Ask for it with SYNC"

/* Accounts: IRCv3 sasl */
#define RPL_LOGGEDIN 900, "%s!%s@%s %s :You are now logged in as %s"
#define RPL_LOGGEDOUT 901, "%s!%s@%s :You are now logged out"
#define ERR_NICKLOCKED 902, ":You must use a nick assigned to you"
#define RPL_SASLSUCCESS 903, ":SASL authentication successful"
#define ERR_SASLFAIL 904, ":SASL authentication failed"
#define ERR_SASLTOOLONG 905, ":SASL message too long"
#define ERR_SASLABORTED 906, ":SASL authentication aborted"
#define ERR_SASLALREADY 907, ":You have already authenticated using SASL"
#define RPL_SASLMECHS 908, "%s :are available SASL mechanisms"

#endif
