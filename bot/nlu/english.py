"""What the reader knows of English: small words, contractions, how questions begin, what turns a sentence round.

Everything about the advisor's own subject stands in the knowledge; this is grammar, and the same for any folder.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


AUXILIARIES = _words(
    "is are was were am be does do did can could will would should shall has have had may might must need ain becomes "
    "dose"  # a frequent slip
)
QUESTION_WORDS = _words("what which who whom whose how why when where whats whos hows wheres")
IMPERATIVES = _words(
    "name list give gimme explain define describe compare tell show summarise summarize outline enumerate walk remind "
    "teach need want sum break contrast spell quote mention elaborate clarify run state point pls please lets let tl "
    "tldr eli5"
)
# Words that say nothing about the matter when they open a message.
OPENERS = _words(
    "so ok okay and but also well hey hi hello um uh erm like then now right alright just oh good morning day "
    "afternoon evening quick question dear yo please pls sorry thanks hm hmm yeah yes actually or because since as if "
    "gm team all there i mean you know basically honestly btw anyway plus"
)
TURNS = _words("so right but now")  # to the question, after a story that was told without a full stop
STATES = _words("i you there all team")  # before an auxiliary these open a statement
FUNCTION_WORDS = _words(
    "a an the of to in on at by for from with without and or but if then than that this these those it its it's they "
    "them their theirs he she his her him we us our ours you your yours i me my mine is are was were am be been being "
    "does do did done doing can could will would should shall has have had having may might must not no nor so as too "
    "also just only very really there here what which who whom whose how why when where one ones any some all each "
    "every both either neither such same other another more most much many few less least own about into over under "
    "again once up down out off while during before after above below between through because until against please "
    "pls tell me us know get got go going let make need want like say says said mean means ok okay yes yeah hey hi "
    "hello thanks thank um uh well now still even ever never thing things stuff way kind sort lot bit put use used "
    "using take takes give gives show explain"
)
ABBREVIATIONS = _words("e.g i.e eg ie vs cf approx incl esp dr mr mrs ms prof st fig")  # their full stop ends nothing
PRONOUNS = _words("it its they them their that this these those one ones he she there both same so such")

CONTRACTIONS = {
    "whats": "what is", "whos": "who is", "hows": "how is", "wheres": "where is", "thats": "that is", "its": "its",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "arent": "are not",
    "wasnt": "was not",
    "cant": "can not", "cannot": "can not", "wont": "will not", "wouldnt": "would not", "shouldnt": "should not",
    "couldnt": "could not", "havent": "have not", "hasnt": "has not", "aint": "is not", "im": "i am", "ive": "i have",
    "youre": "you are", "theyre": "they are", "u": "you", "r": "are", "ur": "your", "ppl": "people", "pls": "please",
    "plz": "please", "abt": "about", "bout": "about", "bc": "because", "cuz": "because", "coz": "because",
    "cause": "because",
    "thx": "thanks", "ty": "thanks", "tnx": "thanks", "gonna": "going to", "wanna": "want to", "gotta": "have to",
    "gimme": "give me", "lemme": "let me", "diff": "difference", "dif": "difference", "mgmt": "management",
    "dev": "development",
    "devs": "developers", "vulns": "vulnerabilities", "vuln": "vulnerability", "biz": "business", "org": "organisation",
    "orgs": "organisations", "wrt": "regarding", "tho": "though", "nr": "number", "cos": "because",
    "yep": "yes", "yea": "yes", "nope": "no", "idk": "i do not know", "reqs": "requirements", "mgr": "manager",
    "yall": "you",
    "impl": "implementation", "comms": "communication", "docs": "documentation", "auth": "authentication",
    "kinda": "kind of", "sorta": "sort of", "tmrw": "tomorrow", "wat": "what", "wut": "what", "wich": "which",
    "dis": "this",
    "shld": "should", "wld": "would", "cld": "could", "qs": "questions", "cpl": "couple", "thru": "through",
    "rly": "really", "bcs": "because", "smth": "something", "sth": "something", "dnt": "do not", "thanx": "thanks",
    "thanku": "thanks", "tmr": "tomorrow", "pros": "pros",
    "duz": "does", "dosent": "does not", "wats": "what is", "wot": "what", "wots": "what is", "shud": "should",
    "cud": "could", "wud": "would", "hav": "have", "teh": "the", "wit": "with", "w": "with", "hw": "how",
    "vs": "versus", "v": "versus", "n": "and", "b4": "before", "ok": "okay",
}  # fmt: skip

# After a negation a yes/no question asks whether the contrary holds.
NEGATIONS = _words("not never no nothing nobody none neither cannot nowhere")
NOT_NEGATED = _words("but besides else only just more less matter doubt idea problem longer clue worries one")
SETS_APART = _words("or and but")  # before a negation: what it denies is only set apart from what is asked about
PERSONS = _words("i we you they he she who people someone somebody anybody anyone that which")
BEFORE_NOUNS = _words("in the a an of from with by to for any our all some and or these those its their every")
THAN = _words("than then")  # the second is a frequent slip
LACKING = _words("less without")  # shortly before what is named, these turn it round
# Phrases that turn a statement round without a negation word.
REVERSALS = (
    "left out", "leave out", "leaves out", "leaving out", "out of scope", "out of reach", "outside", "beyond",
    "excluded", "exclude", "excludes",
    "excluding", "ignored", "ignore", "ignores", "ignoring", "omitted", "omit", "omits", "neglect", "neglects",
    "neglected", "overlook", "overlooks",
    "overlooked", "missing from", "absent from", "lack", "lacks", "lacking", "fail to", "fails to", "unprotected",
    "uncovered", "unaddressed",
    "off limits", "exempt", "not part of", "blind to", "turn a blind eye", "turns a blind eye", "look away",
    "looks away", "blind spot", "skips", "skip",
    "leave alone", "leaves alone", "stay out of", "stays out of",
    "leave aside", "leaves aside", "left aside", "set aside", "sets aside", "to others", "to someone else",
    "to somebody else", "disregard", "disregards", "stop short of", "stops short of", "keep out of", "keeps out of",
    "no business of", "not concerned with", "unconcerned", "refuse to", "refuses to", "impossible", "unable to",
    "incapable of", "far from", "free of", "free from",
)  # fmt: skip
# What says that there is nothing besides.
ONLY = (
    "only", "one and only", "just", "purely", "solely", "exclusively", "merely", "nothing but", "limited to",
    "confined to", "restricted to", "limit itself to", "limits itself to",
    "restrict itself to", "confine itself to", "nothing else", "nothing besides",
    "just about", "just for", "just with", "all about",
    "all there is", "one single", "just one", "just the one", "nothing more than", "no more than",
)  # fmt: skip
# What leaves no exception, asked …
ALWAYS = (
    "always", "invariably", "every time", "in every case", "in all cases", "in any case", "without exception",
    "everybody", "everyone", "for all companies", "every company", "every team", "every business",
    "every organisation", "every organization", "every app", "every application", "guaranteed", "guarantee",
    "guarantees",
)  # fmt: skip
# … and said.
# What asks no more than whether it may be.
HEDGES = _words("can could may might help helps sometimes possibly perhaps some likely")
MORE_THAN_SAID = (  # bounds: they ask for more than most sources say
    *(
        "enough",
        "sufficient",
        "suffice",
        "all",
        "every",
        "everything",
        "always",
        "never",
        "only",
        "alone",
        "completely",
    ),
    *("fully", "totally", "entirely", "guarantee", "guarantees", "guaranteed", "certified", "proof", "bulletproof"),
    *("rely on", "done with", "ignore", "skip", "drop", "replace", "no need for", "not need", "on its own", "safe now"),
)
WITHOUT_EXCEPTION = _words("always every all any each entire whole fully everything everyone everybody guarantees")
SAME = (
    "same", "identical", "alike", "equal", "no different", "another name", "another word", "other name", "other word",
    "different name", "different word", "new name", "new word", "synonym", "synonyms",
)  # fmt: skip
EXAMPLES = ("such as", "including", "for example", "for instance", "among them")
# "Do you know if …", anywhere in a message, asks yes or no; so does "whether".
ASKS_IF = _words("know wonder wondering ask asking asked tell say see check sure clear unsure curious")
# What opens a clause that only adds to the question …
SUBORDINATES = _words("that who which what where because since when while after although")
# … unless one of these comes before it: "do you say that …".
REPORTS = _words("say says said mean means true right correct think know heard claim claims state states case fact")
ELSE = _words("else besides apart further additionally additional")
# Nouns that say nothing: what is asked stands in the clause after them, "a topic that A leaves out".
GENERIC = _words("topic topics thing things something anything area areas field fields case matter issue subject")
TAGS = (
    "am i right",
    "is that right",
    "is that correct",
    "is this right",
    "is this correct",
    "is that true",
    "is he right",
    "is she right",
    "are they right",
    "right",
    "correct",
    "yes",
    "yeah",
    "no",
    "or not",
    "true",
    "isnt it",
    "is it not",
    "does it not",
    "agreed",
    "agree",
    "do you agree",
    "huh",
    "innit",
    "or am i wrong",
    "is that so",
    "true or false",
    "or what",
)
WHETHER = ("if", "whether")
ASKING_FRAMES = (
    "can you", "could you", "would you", "will you", "can u", "could u", "are you able to", "do you know",
    "do u know", "may i ask", "can i ask",
    "i want to know", "i would like to know", "i wonder", "i was wondering", "i am wondering", "wondering",
    "tell me", "please tell me", "let me know",
    "any idea", "does anyone know", "i need to know", "help me understand", "do you have", "is it possible to",
)  # fmt: skip

# What points to something told before: at the end of a question, or as a phrase in it.
POINTERS = _words("that this it these those here fits applies")
POINTING = (
    "is that", "is this", "is it called", "does that", "does this", "that fall", "this fall", "it fall", "would that",
    "would this", "that belong", "this belong", "that count", "this count",
)  # fmt: skip
# What a statement is wrapped in by who asks whether it holds …
_SAY = (
    "say that", "say", "think that", "think", "believe that", "believe", "assume that", "assume", "claim that", "claim",
    "conclude that", "conclude", "suppose that", "suppose",
)  # fmt: skip
_JUDGED = (
    "is it {}",
    "would it be {}",
    "is it not {}",
    "is not it {}",
    "would it not be {}",
    "would not it be {}",
    "it is {}",
    "am i {}",
    "would i be {}",
    "are we {}",
)


def _wrapped(*judgements: str) -> tuple[str, ...]:
    """Every way to say that a statement deserves one of these judgements: "would it be fair to say that"."""
    frames = [frame.format(judgement) for frame in _JUDGED for judgement in judgements]
    ends = ("that", *(f"to {say}" for say in _SAY))
    return tuple(f"{frame} {end}" for frame in frames for end in ends)


CLAIMED = (
    *_wrapped("true", "right", "correct", "fair", "safe", "accurate"),
    "are you saying that", "are you saying", "are you telling me that", "are you telling me", "are you claiming that",
    "are you claiming", "do you mean that", "do you mean", "you are saying that", "you are saying",
    "do i understand correctly that", "is there any chance that", "is there a chance that", "any chance that",
    "any chance", "is it the case that", "is it a fact that",
    *(f"can {one} {say}" for one in ("one", "we", "i", "you") for say in _SAY),
    *(f"would you {say}" for say in _SAY), *(f"may {one} {say}" for one in ("one", "we", "i") for say in _SAY),
)  # fmt: skip
# … or whether it does not.
DENIED = (
    *_wrapped("wrong", "false", "incorrect", "untrue", "mistaken", "a mistake", "an error", "a myth"),
    "it is not true that", "it is not right that", "it is not correct that", "it is not the case that",
    "is it not the case that",
)  # fmt: skip
# What only says to whom something is to be explained, or done; after it nothing is asked.
AUDIENCE = (
    "like i am", "like i was", "like i were", "like im", "as if i", "as though i", "like you would", "like to a",
    "so that a", "to someone who", "for someone who", "to somebody who", "for somebody who", "to a five", "to a 5",
    "to a child", "to a kid", "for a child", "for a kid", "for a beginner", "to a beginner", "for dummies",
    # … or what for
    "so i can", "so we can", "so that i", "so that we", "so i know", "so we know", "to see where", "to see which",
    "to see what", "to see whether", "to see if", "to find out which", "to find out what", "to find out whether",
    "to work out which", "to work out what", "to work out whether", "to figure out which", "to figure out what",
    "to figure out where", "to figure out whether",
)  # fmt: skip

COMPARATIVES = _words("better worse")
NOT_MORE = _words("other rather either neither never after under over whether however together another")
# What asks for a number, a rate or a date.
NUMERIC = (
    "how many", "how often", "how frequently", "how long", "what share", "what percentage", "what percent",
    "what proportion", "what fraction",
    "what number", "how high", "how big", "how large", "how old", "by how much", "how much exactly", "per hundred",
    "per cent", "percent of", "percentage of",
    "most often", "positive rate", "error rate", "hit rate",
    "number of", "average", "how soon", "how quickly", "ratio", "how much money", "how much time",
    "how much longer", "how much faster", "how much slower",
    "how fast", "in figures", "in numbers", "absolute numbers", "in euros", "in dollars", "what year", "which year",
    "how much does", "how much is", "how much do",
)  # fmt: skip
BOUNDS = _words("every within least most under over than exactly up")  # before a number that is asked about
# As what a deed is judged: "is it safe to …".
JUDGEMENTS = _words(
    "safe unsafe secure dangerous risky wise unwise smart clever legal illegal lawful allowed forbidden permitted "
    "mandatory compulsory obligatory required advisable recommended harmful harmless ethical"
)
# Between names that are listed: "fire, flood or the storm".
JOINTS = _words("and or plus")
DETERMINERS = _words("the a an its their his her our your my")
# What speaks of the two subjects that are compared without naming them.
PAIR = (
    "the two", "these two", "those two", "both", "each of them", "each one", "each", "either", "either one",
    "which one", "which of them", "which of these", "one or the other",
    "two approaches", "both approaches", "which approach", "which discipline", "which side", "two disciplines",
    "two of them", "respectively", "which of both", "neither",
)  # fmt: skip

GREETINGS = _words(
    "hi hello hey hiya gm ga ge yo morning evening afternoon good day greetings howdy sup hallo hola heya welcome "
    "there bot advisor team all everyone folks again to you dear"
)

# Follow-ups.
# A message of these alone, and of small words, asks for more of what was just said …
WANTS_MORE = _words(
    "why how come so explain more detail details elaborate example simple simply words simpler five old plain again "
    "reason understand eli5 summary short shorter brief briefer concise though which sorts kinds types ones"
)
KINDS = _words("sorts kinds types ones")  # "which sorts?", of what was just said
# … which these do not change.
AROUND_MORE = _words("it that this is me to a i am like in can you please tell give the do and but ok okay not an for")
# What says nothing of its own in a follow-up: "and the same again for B, please".
FILLERS = _words(
    "same apply applies about again please regarding case side question thing too also instead versus opposite okay "
    "then sorry oops meant wrong wanted rather actually"
)
CORRECTS = _words("sorry oops meant wrong rather instead actually")  # with another name: "no sorry, I meant B"
GOES_ON = ("what about", "how about")  # … asks the same of something else
# What asks how one thing compares with another.
DIFFERENCE = _words(
    "different differ differs difference compare compared comparison versus distinguish apart better relate relates"
)
DIFFERENCE_BETWEEN = ("difference between", "differences between", "distinguishes", "distinguish between", "tell apart")
ALTERNATIVES = _words("one approach discipline side camp kind type way field half party")  # "the other …"
OPENS_WITH_WHO = (("then", "who"), ("who", "does"), ("so", "who"), ("who", "then"), ("who", "else"))
