/* SPDX-License-Identifier: ISC */
/*
 * Says a digest in a few words, for two people who compare it by eye or by
 * ear: the pin of a server's key, the safety phrase of a conversation.  Pure;
 * it owns a list of 1024 words and no state.
 *
 * The words are the digest's first bits, ten a word, most significant first.
 * Eight words are 80 bits: whoever wants another key with the same phrase has
 * to make 2^80 keys, which nobody can today; a program compares all 256 bits
 * and never the phrase.  The list never changes, or two versions would show
 * two phrases for one key: no word is added, removed or moved.
 *
 * A word is a common one of three to eight letters, known by its first four;
 * no two sound alike.
 */

#include <string.h>

#include "phrase.h"

enum { PHRASE_BITS = 10 }; /* a word */

static const char phrase_words[1 << PHRASE_BITS][9] = {
	"acid", "acorn", "acre", "acrobat", "actor", "adder", "admiral",
	"adobe", "adult", "advice", "affair", "agent", "agile", "alarm",
	"album", "alcove", "alert", "algae", "alias", "alley", "almond",
	"aloe", "alpaca", "alpine", "amber", "ample", "anchor", "angle",
	"ankle", "annex", "answer", "antler", "anvil", "apple", "apron",
	"arcade", "arch", "arena", "armor", "aroma", "arrow", "artist", "ash",
	"aspen", "atlas", "atom", "attic", "auburn", "august", "autumn",
	"avenue", "avocado", "awake", "award", "awning", "bacon", "badge",
	"bagel", "bagpipe", "baker", "balcony", "ballet", "bamboo", "banana",
	"bandit", "banjo", "banner", "barber", "bargain", "barley", "barn",
	"baron", "barrel", "basil", "basket", "bath", "baton", "battery",
	"beaker", "beaver", "bedrock", "beetle", "bell", "bench", "berry",
	"bicycle", "bike", "bison", "blanket", "blazer", "blender", "blimp",
	"block", "blossom", "blouse", "blue", "bluff", "boat", "bobcat",
	"bolt", "bonfire", "bonnet", "book", "border", "bottle", "boulder",
	"bounce", "bowl", "boxer", "bracket", "brain", "branch", "brass",
	"bread", "breeze", "brick", "bridge", "bronze", "broom", "brother",
	"brush", "bubble", "bucket", "buffalo", "bugle", "builder", "bulb",
	"bumper", "bundle", "bunker", "burger", "burrow", "butter", "buzzard",
	"cabin", "cable", "cactus", "cafe", "cake", "calendar", "camel",
	"canal", "candle", "canoe", "canvas", "canyon", "captain", "caramel",
	"cargo", "carpet", "carrot", "cartoon", "castle", "catfish", "cattle",
	"cavern", "cedar", "celery", "cellar", "cement", "central", "ceramic",
	"chain", "chalk", "champion", "charcoal", "cheese", "cherry", "chess",
	"chicken", "chief", "chimney", "chisel", "chorus", "cider", "circle",
	"citrus", "city", "clarinet", "classic", "clay", "clerk", "cliff",
	"clinic", "clock", "cloud", "clover", "clown", "coast", "cobalt",
	"cobra", "cocoa", "coffee", "coil", "collar", "comet", "compass",
	"concert", "copper", "coral", "corner", "cosmic", "cotton", "cougar",
	"county", "cousin", "coyote", "crab", "cradle", "crane", "crater",
	"crayon", "cricket", "crimson", "crown", "cruise", "crystal", "cube",
	"cuckoo", "cupboard", "curtain", "custard", "cycle", "cypress",
	"daffodil", "dairy", "daisy", "dance", "dapper", "darling", "decade",
	"decimal", "deck", "delta", "dentist", "desert", "desk", "detail",
	"diamond", "diary", "diesel", "dinner", "diploma", "dipper", "dish",
	"ditch", "diver", "doctor", "dolphin", "domino", "donkey", "doodle",
	"door", "double", "dove", "dozen", "dragon", "drama", "dress", "drift",
	"drill", "drum", "duchess", "duck", "dune", "dusk", "dust", "eagle",
	"earth", "east", "easy", "echo", "eclipse", "edge", "editor", "effort",
	"elbow", "elder", "elegant", "elephant", "elk", "elm", "emerald",
	"empire", "enamel", "engine", "enjoy", "envelope", "epic", "equal",
	"escape", "estate", "evening", "exhibit", "expert", "express", "eye",
	"fabric", "factory", "falcon", "family", "fancy", "farmer", "father",
	"faucet", "feather", "felt", "fence", "fern", "ferry", "fiber",
	"fiddle", "field", "fifty", "figure", "filter", "finch", "finger",
	"fire", "fish", "flag", "flame", "flannel", "flask", "fleet", "flint",
	"float", "flock", "flute", "focus", "folder", "folk", "food", "forest",
	"fork", "fortune", "fossil", "fountain", "fox", "frame", "freight",
	"fresh", "friday", "fringe", "frog", "frost", "fruit", "furnace",
	"gadget", "galaxy", "gallon", "gamma", "garden", "garlic", "garnet",
	"gate", "gazelle", "gecko", "genius", "gentle", "geyser", "giant",
	"gift", "ginger", "giraffe", "glacier", "glass", "glider", "globe",
	"glove", "glue", "gnome", "goat", "goblet", "gold", "gondola", "goose",
	"gopher", "gorge", "grain", "grape", "gravel", "green", "grid",
	"ground", "grove", "guava", "guest", "guide", "guitar", "gull",
	"gutter", "habit", "hammer", "hamster", "hand", "harbor", "harp",
	"harvest", "hatchet", "hawk", "hazel", "heart", "heaven", "hedge",
	"height", "helium", "helmet", "hemlock", "herald", "herb", "heron",
	"hickory", "hill", "hinge", "hobby", "hockey", "hollow", "honey",
	"hood", "hopper", "horizon", "hornet", "horse", "hotel", "hound",
	"house", "hull", "humble", "hunter", "husky", "hybrid", "icon",
	"igloo", "iguana", "image", "impala", "inch", "indigo", "inlet",
	"insect", "instant", "iris", "iron", "island", "ivory", "jackal",
	"jaguar", "jam", "january", "jasmine", "java", "jazz", "jelly",
	"jersey", "jewel", "jigsaw", "jockey", "joke", "journal", "jovial",
	"judge", "juggle", "juice", "jungle", "junior", "justice", "kale",
	"karate", "kayak", "keeper", "kelp", "kennel", "kernel", "kettle",
	"keyhole", "kidney", "kilt", "kingdom", "kiosk", "kitchen", "kiwi",
	"knapsack", "knee", "knife", "knuckle", "koala", "label", "lace",
	"ladder", "lagoon", "lake", "lamb", "lamp", "lantern", "lapel",
	"larch", "laser", "lattice", "laundry", "lava", "lawn", "leader",
	"leaf", "ledger", "legend", "lemon", "lens", "leopard", "lesson",
	"letter", "lever", "lilac", "lily", "linen", "lion", "liquid",
	"lizard", "llama", "lobster", "locket", "lodge", "logic", "lotus",
	"lucky", "lumber", "lunar", "lunch", "lupin", "luxury", "lynx",
	"lyric", "machine", "magnet", "magpie", "mahogany", "maiden", "mallet",
	"mammal", "mango", "mantle", "maple", "marble", "margin", "market",
	"mascot", "master", "match", "matrix", "maximum", "meadow", "melon",
	"member", "memory", "mentor", "mercury", "merit", "mermaid", "metal",
	"meteor", "middle", "midnight", "mill", "mineral", "mint", "mirror",
	"mission", "mitten", "mixer", "mobile", "model", "mohair", "molecule",
	"moment", "monarch", "monday", "monkey", "moon", "morning", "mosaic",
	"moth", "motor", "mountain", "mouse", "movie", "muffin", "mulberry",
	"museum", "music", "mustard", "myrtle", "mystery", "nail", "napkin",
	"narrow", "nature", "navy", "nebula", "nectar", "needle", "neon",
	"nephew", "nest", "nettle", "neutral", "nickel", "night", "nimble",
	"noodle", "normal", "north", "nose", "notebook", "novel", "nozzle",
	"nugget", "number", "nurse", "nutmeg", "nylon", "oak", "oasis", "oat",
	"oboe", "ocean", "ocelot", "october", "office", "olive", "omega",
	"onion", "onyx", "opal", "open", "opera", "optic", "orange", "orbit",
	"orchard", "organ", "origami", "ostrich", "otter", "outlet", "oval",
	"oven", "owl", "oxygen", "oyster", "ozone", "paddle", "page",
	"painter", "palace", "palm", "panda", "panel", "panther", "paper",
	"parade", "parcel", "parent", "park", "parrot", "party", "pasta",
	"patch", "patio", "pavement", "peach", "peanut", "pebble", "pedal",
	"pelican", "pencil", "people", "pepper", "perfume", "pewter",
	"phantom", "phoenix", "photo", "piano", "pickle", "picnic", "pigeon",
	"piglet", "pillow", "pilot", "pine", "pioneer", "pitcher", "pizza",
	"planet", "plaza", "plenty", "plum", "plywood", "pocket", "poem",
	"point", "polar", "pony", "poodle", "poplar", "porch", "possum",
	"potato", "powder", "prairie", "prince", "prune", "pudding", "puffin",
	"pulley", "puma", "pump", "puppet", "purple", "puzzle", "pyramid",
	"python", "quail", "quality", "quarry", "queen", "quest", "quick",
	"quill", "quince", "quiver", "rabbit", "raccoon", "radar", "radio",
	"raft", "rail", "rainbow", "raisin", "rally", "ranch", "random",
	"raven", "razor", "recipe", "record", "redwood", "relay", "remedy",
	"rental", "reptile", "rescue", "reward", "rhino", "rhubarb", "ribbon",
	"riddle", "ring", "ripple", "ritual", "river", "roast", "robin",
	"robot", "rocket", "rodeo", "roller", "romance", "roof", "rooster",
	"rose", "rotary", "round", "royal", "rubber", "ruby", "rudder",
	"rugby", "ruler", "rumba", "rural", "rustic", "sable", "saddle",
	"saffron", "saga", "sailor", "salad", "salmon", "salute", "sample",
	"sandal", "sapphire", "sardine", "satin", "saturn", "sauce", "sausage",
	"savanna", "scale", "scarf", "school", "science", "scout", "scroll",
	"sculptor", "season", "second", "sequel", "settler", "seven", "shadow",
	"shelf", "sheriff", "shield", "shop", "shovel", "shrimp", "shuttle",
	"sierra", "signal", "silk", "silver", "simple", "singer", "siren",
	"sister", "skate", "sketch", "skull", "skyline", "slate", "sled",
	"slipper", "sloth", "small", "smile", "smoke", "snail", "sneaker",
	"snow", "soap", "soccer", "socket", "sofa", "solar", "sonar", "sonnet",
	"south", "soy", "spade", "sparrow", "speaker", "sphere", "spider",
	"spoon", "spruce", "squash", "stable", "stadium", "starfish", "statue",
	"stick", "stone", "stream", "stucco", "style", "subway", "sugar",
	"sultan", "summer", "sunday", "supper", "surf", "swamp", "swing",
	"sword", "symbol", "syrup", "system", "table", "tadpole", "tailor",
	"talent", "tango", "tanker", "tape", "target", "tavern", "taxi",
	"teacher", "teapot", "tempo", "tennis", "theater", "thimble", "thread",
	"thunder", "thyme", "ticket", "tidal", "tiger", "timber", "tinsel",
	"tiny", "tissue", "titan", "toast", "toffee", "tomato", "tonic",
	"topaz", "tornado", "tortoise", "total", "toucan", "tower", "toybox",
	"tractor", "trailer", "tree", "triangle", "trolley", "trumpet",
	"tsunami", "tuba", "tulip", "tuna", "tundra", "tunnel", "turban",
	"tusk", "tutor", "tuxedo", "twelve", "twig", "twist", "typhoon",
	"umbrella", "uncle", "unicorn", "union", "unit", "upper", "uranium",
	"urban", "urchin", "vacuum", "valley", "vanilla", "vapor", "vault",
	"vector", "velvet", "verb", "verse", "vessel", "veteran", "victor",
	"video", "village", "vinegar", "violin", "viper", "virtue", "visitor",
	"vivid", "vocal", "volcano", "voltage", "vowel", "voyage", "vulture",
	"waffle", "wagon", "waiter", "wallet", "walnut", "walrus", "waltz",
	"warden", "water", "wealth", "weasel", "wedding", "weekend", "welcome",
	"west", "wheat", "white", "wicker", "widget", "wildcat", "willow",
	"window", "winter", "wisdom", "wizard", "wolf", "wombat", "wonder",
	"wool", "workshop", "world", "wreath", "wrist", "yacht", "yard",
	"yarn", "yeast", "yellow", "yodel", "yogurt", "young", "zebra",
	"zenith", "zephyr", "zero", "zigzag", "zinc", "zipper", "zodiac",
	"zone", "zoo",
};

/* The number in the PHRASE_BITS bits of DIGEST that begin at bit AT. */
static unsigned
phrase_bits(const unsigned char *digest, unsigned at)
{
	unsigned i, value = 0;

	for (i = at; i < at + PHRASE_BITS; i++)
		value = value << 1 | (digest[i / 8] >> (7 - i % 8) & 1);
	return value;
}

void
phrase_write(char out[PHRASE_SIZE], const unsigned char digest[PHRASE_DIGEST])
{
	const char *word;
	unsigned i;
	char *p = out;

	for (i = 0; i < PHRASE_WORDS; i++) {
		word = phrase_words[phrase_bits(digest, i * PHRASE_BITS)];
		if (i > 0)
			*p++ = ' ';
		memcpy(p, word, strlen(word));
		p += strlen(word);
	}
	*p = '\0';
}
