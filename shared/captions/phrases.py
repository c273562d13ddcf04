"""Which two neighbouring words a row or a cue may part, and how much it hurts.

The pairs are those the guides name (DCMP Captioning Key "Line division"; Netflix Timed Text, "Line treatment"; BBC
Subtitle Guidelines, "Line breaks"): article and noun, title and name, first name and name, auxiliary and verb, the
inside of a prepositional phrase; and those a public meeting adds: numbers, dates, sums of money, agenda items.

A word is first reduced to flags, then a pair of flags to a verdict. Both steps are cached, because a three-hour meeting
has 30 000 words but only some thousand different ones.
"""

import re
from dataclasses import dataclass
from enum import IntFlag, StrEnum, auto
from functools import lru_cache


class Rule(StrEnum):
    """The reason why a break between two words is a bad one."""

    LABEL = "label"  # speaker label and first word
    TITLE = "title"  # Mayor | Lee
    NAME = "name"  # Jane | Lee
    INITIAL = "initial"  # J. | Lee
    NUMBER = "number"  # twenty | five
    DATE = "date"  # November | 3rd
    MONEY = "money"  # $4 | million
    ITEM = "item"  # item | 4B
    TIME = "time"  # 7 | p.m.
    WORD = "word"  # inside one word, such as a web address
    ARTICLE = "article"  # the | budget
    AUXILIARY = "auxiliary"  # will | vote
    PREPOSITION = "preposition"  # of | water
    SUBJECT = "subject"  # we | moved
    CONJUNCTION = "conjunction"  # and | second
    COUNT = "count"  # 25 | people


@dataclass(frozen=True, slots=True)
class Boundary:
    """What the place between two words is worth as a break."""

    cost: int
    """0 for the end of a sentence up to 300 for a pair that belongs together."""
    rule: Rule | None = None
    ends_sentence: bool = False
    ends_question: bool = False


class Kind(IntFlag):
    """What a word can be, as far as its letters tell."""

    STOP = auto()  # . ! ?
    QUESTION = auto()
    ABBREVIATION = auto()  # a full stop that ends a sentence only before a capital
    CLAUSE = auto()  # , ; : dash
    CLOSED = auto()  # any closing punctuation
    CAPITAL = auto()
    ARTICLE = auto()
    TITLE = auto()
    INITIAL = auto()
    ACRONYM = auto()  # U.S.
    MONTH = auto()
    WEEKDAY = auto()
    NUMBER = auto()
    YEAR = auto()
    MONEY = auto()
    UNIT = auto()
    HOUR = auto()  # a.m., p.m., o'clock
    ITEM = auto()
    CODE = auto()
    AUXILIARY = auto()
    PREPOSITION = auto()
    SUBJECT = auto()
    CONJUNCTION = auto()
    FUNCTION = auto()
    OPENS = auto()
    TAG = auto()


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ARTICLES = _set("a an the my your his our their its this these those each every another any some no")
_TITLES = _set(
    "mr mrs ms mx miss dr prof professor rev reverend hon honorable sir madam mayor councilmember councilman"
    " councilwoman councilor councillor alderman alderwoman alderperson alder commissioner supervisor selectman"
    " selectwoman trustee chair chairman chairwoman chairperson president judge justice senator sen representative"
    " rep congressman congresswoman governor gov director chief captain capt officer sergeant sgt lieutenant lt"
    " detective deputy sheriff attorney superintendent principal treasurer secretary clerk administrator vice st"
    " fr sister brother member"
)
_DOTTED_TITLES = _set("mr mrs ms mx dr prof rev hon sen rep gov capt sgt lt st fr vs no sec fig art col gen")
_LOOSE_ABBREVIATIONS = _set("inc ltd co corp jr sr etc ave blvd rd dept approx est am pm a.m p.m e.g i.e ph.d")
_MONTHS = _set("january february march april may june july august september october november december")
_MONTHS |= _set("jan feb mar apr jun jul aug sep sept oct nov dec")
_WEEKDAYS = _set("monday tuesday wednesday thursday friday saturday sunday")
_NUMBERS = _set(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million"
    " billion trillion first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth twentieth thirtieth half quarter dozen point"
)
_UNITS = _set(
    "dollar dollars cent cents percent euro euros pound pounds mile miles foot feet inch inches acre acres hour"
    " hours minute minutes second seconds day days week weeks month months year years degrees gallons tons mph"
    " units stories"
)
_MONEY_UNITS = _set("dollar dollars cent cents euro euros pound pounds bucks")
_ITEMS = _set(
    "item items section sections article chapter title resolution ordinance bill motion number no district ward"
    " route page room exhibit figure table line phase precinct zone unit lot block tract policy rule case permit"
    " docket agenda highway interstate channel part paragraph schedule appendix attachment version act code slide"
)
_AUXILIARIES = _set(
    "am is are was were be been being have has had do does did will would shall should can could may might must"
    " cannot won't can't don't doesn't didn't isn't aren't wasn't weren't wouldn't shouldn't couldn't haven't"
    " hasn't hadn't i'll we'll you'll they'll he'll she'll it'll i've we've you've they've i'd we'd they'd you'd"
    " not i'm we're you're they're he's she's it's that's there's gonna"
)
_PREPOSITIONS = _set(
    "about above across after against along among around at before behind below beneath beside between beyond by"
    " despite down during except for from in inside into like near of off on onto out outside over past per"
    " regarding since through throughout till to toward towards under underneath until up upon via with within"
    " without"
)
_SUBJECTS = _set("i you he she it we they who there")
_CONJUNCTIONS = _set(
    "and but or nor so yet because although though while if unless when whenever where whereas which that than"
    " whether as"
)

_CLOSERS = "\"'”’)]}»"
_OPENERS = "\"'“‘([{«¿¡"
_DIGITS = re.compile(r"[$€£#]?\d[\d.,:/\-–]*(?:st|nd|rd|th|s|%|¢)?", re.ASCII)
_CODE = re.compile(r"(?:[A-Z]|\d+[A-Za-z]|[A-Z]+-?\d[\w.\-]*|\d+[.\-]\d[\w.\-]*|[IVX]+)", re.ASCII)

_LEXICON: tuple[tuple[frozenset[str], Kind], ...] = (
    (_ARTICLES, Kind.ARTICLE | Kind.FUNCTION),
    (_WEEKDAYS, Kind.WEEKDAY),
    (_NUMBERS, Kind.NUMBER),
    (_UNITS, Kind.UNIT),
    (_MONEY_UNITS, Kind.UNIT | Kind.MONEY),
    (_ITEMS, Kind.ITEM),
    (_AUXILIARIES, Kind.AUXILIARY | Kind.FUNCTION),
    (_PREPOSITIONS, Kind.PREPOSITION | Kind.FUNCTION),
    (_SUBJECTS, Kind.SUBJECT | Kind.FUNCTION),
    (_CONJUNCTIONS, Kind.CONJUNCTION | Kind.FUNCTION),
    (_set("a.m p.m am pm o'clock noon"), Kind.HOUR),
    (_set("thank"), Kind.AUXILIARY),  # "thank | you" belongs together like "will | vote"
)


def is_title(word: str) -> bool:
    """Whether a word is a title or part of one, such as Council Member."""
    low = word.lower().rstrip(".")
    return low in _TITLES or low in {"council", "city", "board", "the"}


@lru_cache(maxsize=65536)
def kind_of(word: str) -> int:
    """The flags of one word as it is written, punctuation included; a plain integer because it is hashed often."""
    core = word.rstrip(_CLOSERS)
    bare = core.rstrip(".!?…,;:—–-").lstrip(_OPENERS)
    low = bare.lower().replace("’", "'")
    kind = _punctuation(word, core, bare, low)
    for words, flags in _LEXICON:
        if low in words:
            kind |= flags
    if "-" in low and all(part in _NUMBERS for part in low.split("-")):
        kind |= Kind.NUMBER  # forty-seven
    if bare[:1].isupper():
        kind |= Kind.CAPITAL
        kind |= (Kind.TITLE if low in _TITLES else Kind(0)) | (Kind.MONTH if low in _MONTHS else Kind(0))
    if _DIGITS.fullmatch(bare):
        kind |= Kind.NUMBER | Kind.CODE
        kind |= Kind.MONEY if bare[0] in "$€£" else Kind(0)
        kind |= Kind.YEAR if len(bare) == 4 and bare.isdigit() else Kind(0)
    elif _CODE.fullmatch(bare):
        kind |= Kind.CODE
    return int(kind)


def _punctuation(word: str, core: str, bare: str, low: str) -> Kind:
    kind = Kind(0)
    last = core[-1:]
    if word[:1] in _OPENERS and len(word) > 1:
        kind |= Kind.OPENS
    if (word[:1], word[-1:]) in {("[", "]"), ("(", ")")} or word in {"♪", ">>"}:
        kind |= Kind.TAG
    if last in {"!", "?"}:
        kind |= Kind.STOP | Kind.CLOSED | (Kind.QUESTION if last == "?" else Kind(0))
    elif last in {".", "…"}:
        kind |= Kind.CLOSED
        if len(bare) == 1 and bare.isalpha() and bare != "I":
            kind |= Kind.INITIAL
        elif low in _DOTTED_TITLES or low in _LOOSE_ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", low):
            kind |= Kind.ABBREVIATION | (Kind.ACRONYM if bare.isupper() and len(bare) > 1 else Kind(0))
        else:
            kind |= Kind.STOP
    elif last in {",", ";", ":", "—", "–"} or (last == "-" and len(core) > 1):
        kind |= Kind.CLAUSE | Kind.CLOSED
    elif core != word:
        kind |= Kind.CLOSED
    return kind


_COST = {
    Rule.LABEL: 300,
    Rule.TITLE: 260,
    Rule.INITIAL: 260,
    Rule.NUMBER: 260,
    Rule.MONEY: 260,
    Rule.ITEM: 260,
    Rule.TIME: 260,
    Rule.DATE: 220,
    Rule.NAME: 180,
    Rule.WORD: 160,
    Rule.ARTICLE: 140,
    Rule.AUXILIARY: 95,
    Rule.PREPOSITION: 110,
    Rule.SUBJECT: 85,
    Rule.CONJUNCTION: 100,
    Rule.COUNT: 75,
}
_PLAIN = 45
COMMA_COST = 10


@lru_cache(maxsize=65536)
def boundary(left: int, right: int) -> Boundary:
    """What a break between words of these kinds costs, and the rule it would break."""
    if left & Kind.STOP:
        return Boundary(0, ends_sentence=True, ends_question=bool(left & Kind.QUESTION))
    rule = _rule(left, right)
    if rule is not None:
        return Boundary(_COST[rule], rule)
    if left & Kind.ABBREVIATION and right & Kind.CAPITAL and not left & Kind.TITLE:
        return Boundary(5, ends_sentence=True)
    if left & (Kind.CLAUSE | Kind.CLOSED):
        return Boundary(COMMA_COST if left & Kind.CLAUSE else 30)
    if right & (Kind.CONJUNCTION | Kind.TAG):
        return Boundary(18)
    if right & Kind.PREPOSITION:
        return Boundary(26)
    return Boundary(32 if right & Kind.OPENS else _PLAIN)


def _rule(left: int, right: int) -> Rule | None:
    if left & Kind.TITLE and right & Kind.CAPITAL and not left & Kind.CLAUSE:
        return Rule.TITLE
    if left & Kind.INITIAL and right & Kind.CAPITAL:
        return Rule.INITIAL
    if left & Kind.ITEM and right & Kind.CODE and not (left & Kind.CLAUSE or right & Kind.SUBJECT):
        return Rule.ITEM
    if left & Kind.ITEM and right & Kind.ITEM and right & Kind.ABBREVIATION and not left & Kind.CLOSED:
        return Rule.ITEM  # Ordinance | No. 5
    if left & Kind.ACRONYM and right & Kind.CAPITAL and not right & Kind.FUNCTION:
        return Rule.NAME
    if right & Kind.YEAR and left & (Kind.NUMBER | Kind.MONTH):
        return Rule.DATE
    if left & Kind.CLOSED:
        return None
    if left & Kind.MONTH and right & (Kind.NUMBER | Kind.CODE):
        return Rule.DATE
    if left & Kind.NUMBER:
        return _number_rule(left, right)
    if left & Kind.ITEM and right & Kind.NUMBER:
        return Rule.ITEM
    if left & Kind.CAPITAL and right & Kind.CAPITAL and not (left | right) & (Kind.FUNCTION | Kind.TAG):
        return Rule.NAME
    if left & Kind.ARTICLE and not right & (Kind.CONJUNCTION | Kind.AUXILIARY):
        return Rule.ARTICLE
    if left & Kind.AUXILIARY and not right & (Kind.ARTICLE | Kind.PREPOSITION | Kind.CONJUNCTION):
        return Rule.AUXILIARY
    if left & Kind.PREPOSITION and not right & (Kind.CONJUNCTION | Kind.PREPOSITION):
        return Rule.PREPOSITION  # "move on | to the" is no phrase cut in two
    if left & Kind.CONJUNCTION:
        return Rule.CONJUNCTION
    if left & Kind.SUBJECT and not right & (Kind.CONJUNCTION | Kind.PREPOSITION | Kind.ARTICLE):
        return Rule.SUBJECT
    return None


def _number_rule(left: int, right: int) -> Rule | None:
    if right & Kind.MONEY or (left & Kind.MONEY and right & Kind.NUMBER):
        return Rule.MONEY
    if right & Kind.HOUR:
        return Rule.TIME
    if right & Kind.MONTH:
        return Rule.DATE
    if right & (Kind.NUMBER | Kind.UNIT):
        return Rule.NUMBER
    if right & Kind.CODE and not right & Kind.SUBJECT:
        return Rule.ITEM
    if right & Kind.FUNCTION:
        return None
    return Rule.COUNT
