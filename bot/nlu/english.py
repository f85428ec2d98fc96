"""Small words of English: contractions, how questions begin, what denies.

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

# What denies …
NEGATIONS = _words("not never no nothing nobody none neither cannot nowhere")
# … and phrases that turn a statement round without a word for it.
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

# Between names that are listed: "fire, flood or the storm".
JOINTS = _words("and or plus")
DETERMINERS = _words("the a an its their his her our your my")

GREETINGS = _words(
    "hi hello hey hiya gm ga ge yo morning evening afternoon good day greetings howdy sup hallo hola heya welcome "
    "there bot advisor team all everyone folks again to you dear"
)

KINDS = _words("sorts kinds types ones")  # "which sorts?", of what was just said
