/* SPDX-License-Identifier: ISC */
/*
 * The conversation of the explorer with a memory: accounts, devices at other
 * workers, history, messages for who is not there, a room that lasts.
 *
 * As in script.c one client speaks in a phase; where several do, what history
 * has of it is asked for by nobody, since its order is any.
 *
 * Eve and Bob have no accounts at first; Cat is a second device of Ann, at
 * another worker when it comes.
 */
#include "script.h"

#define USER(nick) "NICK " nick "\r\nUSER " nick " 0 * :Real " nick
#define CAPS                                                                  \
	"CAP LS 302\r\nCAP REQ :sasl message-tags server-time batch "         \
	"labeled-response echo-message account-notify account-tag "           \
	"extended-join away-notify draft/multiline\r\n"                      \
	"CAP REQ :draft/chathistory "                                         \
	"draft/event-playback draft/read-marker draft/message-redaction "     \
	"draft/metadata-3\r\n"
/* the password is: secret of it */
#define LOGIN(base64)                                                         \
	"\r\nAUTHENTICATE PLAIN\r\nAUTHENTICATE " base64 "\r\nCAP END"
#define LOGIN_ANN LOGIN("AGFubgBzZWNyZXQgb2YgaXQ=")
#define LOGIN_DAN LOGIN("AGRhbgBzZWNyZXQgb2YgaXQ=")
#define LOGIN_FAY LOGIN("AGZheQBzZWNyZXQgb2YgaXQ=")
#define FIVE(room, to)                                                        \
	"PRIVMSG " room " :one\r\nPRIVMSG " to " :uno\r\n@label=l PRIVMSG "   \
	room " :two\r\nNOTICE " room " :three\r\nPRIVMSG " to " :due"
#define YEAR "timestamp=2020-01-01T00:00:00.000Z"

static const struct step memory[] = {
	/* accounts */
	{ CONNECT, ANN, NULL },
	{ SAY, ANN, CAPS USER("ann") "\r\nREGISTER ann * :secret of it\r\n"
	    "CAP END" }, { WAIT, 0, 0 },
	{ CONNECT, BOB, NULL }, { SAY, BOB, USER("bob") }, { WAIT, 0, 0 },
	{ CONNECT, CAT, NULL }, { SAY, CAT, CAPS USER("ann") LOGIN_ANN },
	{ WAIT, 0, 0 },
	{ CONNECT, DAN, NULL },
	{ SAY, DAN, "CAP REQ :sasl account-notify\r\n" USER("dan") },
	{ SAY, DAN, "REGISTER * * :secret of it\r\nCAP END" }, { WAIT, 0, 0 },
	{ CONNECT, EVE, NULL }, { SAY, EVE, CAPS USER("eve") "\r\nCAP END" },
	{ WAIT, 0, 0 },
	{ CONNECT, FAY, NULL },
	{ SAY, FAY, CAPS USER("fay") "\r\nREGISTER fay * :secret of it\r\n"
	    "CAP END" }, { WAIT, 0, 0 },
	{ MOMENT, 0, "arrived" },
	{ SAY, BOB, "METADATA * SET color :brown" }, { WAIT, 0, 0 },
	{ SAY, BOB, "PRIVMSG NickServ :REGISTER hunter2" }, { WAIT, 0, 0 },
	{ SAY, EVE, "@label=n REGISTER ann * :secret of it\r\nPING x" },
	{ WAIT, 0, 0 },
	/* a room that lasts */
	{ SAY, ANN, "JOIN #hall" }, { WAIT, 0, 0 }, /* Cat is shown it */
	{ SAY, ANN, "TOPIC #hall :Welcome\r\n"
	    "@label=r PRIVMSG ChanServ :REGISTER #hall\r\nPING x" },
	{ WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #hall" }, { WAIT, 0, 0 },
	{ SAY, DAN, "JOIN #hall" }, { WAIT, 0, 0 },
	{ SAY, EVE, "@label=j JOIN #hall" }, { WAIT, 0, 0 },
	{ SAY, CAT, "PRIVMSG ChanServ :ACCESS #hall ADD fay operator\r\n"
	    "MODE #hall +b *!*@bad.example" }, { WAIT, 0, 0 },
	{ SAY, FAY, "JOIN #hall\r\nMARKREAD #hall " YEAR }, { WAIT, 0, 0 },
	/* messages of all kinds */
	{ SAY, EVE, "@label=a1 PRIVMSG #hall :labeled\r\n@label=a2 PRIVMSG "
	    "ann,bob,fay,#hall :to many\r\n@label=a3 PING x" },
	{ MOMENT, 0, "labels" },
	{ WAIT, 0, 0 },
	/* several lines; Bob knows lines only */
	{ SAY, CAT, "@label=c1;+x=y BATCH +x draft/multiline #hall\r\n"
	    "@batch=x PRIVMSG #hall :a first line\r\nPING open" },
	{ WAIT, 0, 0 },
	{ MOMENT, 0, "batch" },
	{ SAY, CAT, "@batch=x PRIVMSG #hall :a second \r\n"
	    "@batch=x;draft/multiline-concat PRIVMSG #hall :one\r\n"
	    "BATCH -x\r\nBATCH +y draft/multiline bob\r\n"
	    "@batch=y PRIVMSG bob :to you\r\n@batch=y PRIVMSG bob :alone\r\n"
	    "BATCH -y" },
	{ WAIT, 0, 0 },
	{ SAY, BOB, "PRIVMSG #hall :hello\r\nNOTICE ann :psst\r\n"
	    "PRIVMSG ann :both of you?" }, { WAIT, 0, 0 },
	{ SAY, ANN, "PRIVMSG #hall :first\r\nPRIVMSG bob :direct\r\n"
	    "@label=a4;+draft/react=x TAGMSG #hall\r\n"
	    "@label=a5 PRIVMSG fay :hi" }, { WAIT, 0, 0 },
	{ SAY, CAT, "PRIVMSG #hall :from the other one\r\n"
	    "PRIVMSG eve :too\r\nPRIVMSG ann :to myself" }, { WAIT, 0, 0 },
	/* half a line */
	{ BYTES, BOB, "PING half\r\nPRIVMSG #hall :the first half, " },
	{ WAIT, 0, 0 },
	{ MOMENT, 0, "half" },
	{ BYTES, BOB, "the second half\r\nPING whole\r\n" }, { WAIT, 0, 0 },
	/* taken back */
	{ NOTE, FAY, "a slip" },
	{ SAY, ANN, "PRIVMSG #hall :a slip" }, { WAIT, 0, 0 },
	{ SAY, EVE, "@label=d1 REDACT #hall $id :not mine\r\nPING x" },
	{ WAIT, 0, 0 },
	{ SAY, CAT, "@label=d2 REDACT #hall $id :oops\r\nPING x" },
	{ WAIT, 0, 0 },
	/* read markers, for both devices */
	{ SAY, ANN, "MARKREAD #hall " YEAR "\r\nMARKREAD #hall\r\n"
	    "@label=m MARKREAD bob " YEAR }, { WAIT, 0, 0 },
	/* what people and rooms say of themselves */
	{ SAY, CAT, "METADATA * SUB color" }, { WAIT, 0, 0 },
	{ SAY, EVE, "@label=p1 METADATA bob GET color\r\n"
	    "METADATA * SUB color\r\nMETADATA * SET color :pale" },
	{ WAIT, 0, 0 },
	{ SAY, ANN, "METADATA * SET color :red\r\n"
	    "@label=p2 METADATA #hall SET color :black" }, { WAIT, 0, 0 },
	{ SAY, FAY, "METADATA * SET color :blue\r\nMETADATA * SET color :green"
	    "\r\nMETADATA * SET url :gone" }, { WAIT, 0, 0 },
	{ SAY, FAY, "METADATA * SET url" }, { WAIT, 0, 0 },
	{ SAY, CAT, "@label=p3 METADATA * CLEAR\r\nMETADATA #hall GET color" },
	{ WAIT, 0, 0 },
	/* history */
	{ NOTE, ANN, "the second half" },
	{ SAY, FAY, "@label=h1 CHATHISTORY LATEST #hall * 50" },
	{ WAIT, 0, 0 },
	{ NOTE, FAY, "a mark" },
	{ SAY, ANN, "PRIVMSG #hall :a mark" }, { WAIT, 0, 0 },
	{ SAY, ANN, "@label=h2 CHATHISTORY BEFORE #hall msgid=$id 4\r\n"
	    "CHATHISTORY LATEST bob * 10\r\nCHATHISTORY AFTER #hall " YEAR
	    " 5\r\nCHATHISTORY LATEST #nowhere * 5" }, { WAIT, 0, 0 },
	{ SAY, EVE, "@label=s SEARCH text=labeled;in=#hall\r\nPING x" },
	{ WAIT, 0, 0 },
	{ SAY, DAN, "PART #hall\r\nJOIN #hall" }, { WAIT, 0, 0 },
	/* the absent: one who lingers, one who has gone */
	{ CLOSE, DAN, NULL }, { WAIT, 0, 0 },
	{ SAY, EVE, "@label=k1 PRIVMSG dan :while away\r\nPRIVMSG dan :too" },
	{ WAIT, 0, 0 },
	{ SAY, BOB, "PRIVMSG dan :kept?\r\nPRIVMSG #hall :while away" },
	{ MOMENT, 0, "absent" },
	{ WAIT, 0, 0 },
	{ SAY, FAY, "QUIT :gone" }, { WAIT, 0, 0 },
	{ SAY, ANN, "PRIVMSG fay :kept for you\r\n@label=k2 PRIVMSG "
	    "fay,bob,nobody :kept and told" }, { WAIT, 0, 0 },
	{ CONNECT, DAN, NULL },
	{ SAY, DAN, "CAP REQ :sasl\r\n" USER("dan") LOGIN_DAN
	    "\r\nPRIVMSG #hall :I am back" }, { WAIT, 0, 0 },
	{ CONNECT, FAY, NULL },
	{ SAY, FAY, CAPS USER("fay") LOGIN_FAY "\r\nJOIN #hall" },
	{ WAIT, 0, 0 },
	{ SAY, FAY, "CHATHISTORY LATEST ann * 5\r\nMODE #hall +o bob" },
	{ WAIT, 0, 0 },
	/* a room that nobody is in comes back as it was */
	{ SAY, ANN, "JOIN #keep" }, { WAIT, 0, 0 },
	{ SAY, ANN, "TOPIC #keep :Kept\r\nCS REGISTER #keep\r\n"
	    "MODE #keep +k key\r\nPRIVMSG #keep :inside" }, { WAIT, 0, 0 },
	{ SAY, CAT, "PART #keep" }, { WAIT, 0, 0 },
	/* once that is committed, it gives its place to another one */
	{ SAY, ANN, "MARKREAD eve " YEAR }, { WAIT, 0, 0 },
	{ SAY, CAT, "JOIN #else" }, { WAIT, 0, 0 },
	{ SAY, ANN, "PART #else" }, { WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #keep" }, { WAIT, 0, 0 },
	{ SAY, BOB, "JOIN #keep key\r\nMODE #keep" }, { WAIT, 0, 0 },
	{ SAY, ANN, "CS TRANSFER #keep bob" }, { WAIT, 0, 0 },
	{ SAY, EVE, "JOIN #keep key" }, { WAIT, 0, 0 },
	{ SAY, BOB, "RENAME #keep #kept :moved\r\n"
	    "MODE #kept +be x!*@* m:a:y" }, { WAIT, 0, 0 },
	{ SAY, BOB, "CS BAN #kept z 1d why\r\nCHATHISTORY LATEST #kept * 5" },
	{ WAIT, 0, 0 },
	{ SAY, BOB, "CS DROP #kept\r\nPART #kept" }, { WAIT, 0, 0 },
	/* a name, and who it belongs to */
	{ SAY, EVE, "NICK bob\r\nNICK bobby" }, { WAIT, 0, 0 },
	{ SAY, EVE, "PRIVMSG #hall :a new name\r\nNS IDENTIFY bob wrong" },
	{ WAIT, 0, 0 },
	{ SAY, EVE, "NICK eve" }, { WAIT, 0, 0 },
	/* all at once; who is one user takes turns with itself */
	{ SAY, ANN, FIVE("#hall", "bob") }, { SAY, BOB, FIVE("#hall", "eve") },
	{ MOMENT, 0, "crowd" },
	{ SAY, DAN, FIVE("#hall", "fay") }, { SAY, EVE, FIVE("#hall", "ann") },
	{ SAY, FAY, FIVE("#hall", "bob") }, { WAIT, 0, 0 },
	{ SAY, ANN, FIVE("#hall", "fay") }, { SAY, EVE, FIVE("#hall", "ann") },
	{ MOMENT, 0, "crowd again" },
	{ SAY, BOB, FIVE("#hall", "fay") }, { WAIT, 0, 0 },
	/* kicked; a device less */
	{ SAY, FAY, "KICK #hall dan :out\r\nTOPIC #hall :Still here" },
	{ WAIT, 0, 0 },
	{ CLOSE, CAT, NULL }, { WAIT, 0, 0 },
	{ SAY, ANN, "NS SET ALWAYS-ON on" }, { WAIT, 0, 0 },
	{ SAY, ANN, "QUIT :for now" }, { WAIT, 0, 0 },
	{ SAY, EVE, "PRIVMSG ann :always?" }, { WAIT, 0, 0 },
	{ CONNECT, ANN, NULL },
	{ SAY, ANN, CAPS USER("ann") LOGIN_ANN }, { WAIT, 0, 0 },
	{ SAY, ANN, "NS SET ALWAYS-ON off" }, { WAIT, 0, 0 },
	/* everybody to everybody: what came late or twice is behind us */
	{ SAY, ANN, "PRIVMSG #hall,bob,dan,eve,fay :ann's last" },
	{ SAY, BOB, "PRIVMSG #hall,ann,dan,eve,fay :bob's last" },
	{ SAY, DAN, "PRIVMSG ann,bob,eve,fay :dan's last" },
	{ SAY, EVE, "PRIVMSG #hall,ann,bob,dan,fay :eve's last" },
	{ SAY, FAY, "PRIVMSG #hall,ann,bob,dan,eve :fay's last" },
	{ WAIT, 0, 0 },
	{ SAY, ANN, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, BOB, "QUIT :bye" }, { WAIT, 0, 0 },
	{ SAY, DAN, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, EVE, "QUIT" }, { WAIT, 0, 0 },
	{ SAY, FAY, "QUIT" }, { WAIT, 0, 0 },
};

const struct script script_memory = { memory,
	sizeof(memory) / sizeof(memory[0]), 1 };
