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


class BreakRule(StrEnum):
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
    rule: BreakRule | None = None
    ends_sentence: bool = False
    ends_question: bool = False


class WordClass(IntFlag):
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

_LEXICON: tuple[tuple[frozenset[str], WordClass], ...] = (
    (_ARTICLES, WordClass.ARTICLE | WordClass.FUNCTION),
    (_WEEKDAYS, WordClass.WEEKDAY),
    (_NUMBERS, WordClass.NUMBER),
    (_UNITS, WordClass.UNIT),
    (_MONEY_UNITS, WordClass.UNIT | WordClass.MONEY),
    (_ITEMS, WordClass.ITEM),
    (_AUXILIARIES, WordClass.AUXILIARY | WordClass.FUNCTION),
    (_PREPOSITIONS, WordClass.PREPOSITION | WordClass.FUNCTION),
    (_SUBJECTS, WordClass.SUBJECT | WordClass.FUNCTION),
    (_CONJUNCTIONS, WordClass.CONJUNCTION | WordClass.FUNCTION),
    (_set("a.m p.m am pm o'clock noon"), WordClass.HOUR),
    (_set("thank"), WordClass.AUXILIARY),  # "thank | you" belongs together like "will | vote"
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
        kind |= WordClass.NUMBER  # forty-seven
    if bare[:1].isupper():
        kind |= WordClass.CAPITAL
        kind |= (WordClass.TITLE if low in _TITLES else WordClass(0)) | (
            WordClass.MONTH if low in _MONTHS else WordClass(0)
        )
    if _DIGITS.fullmatch(bare):
        kind |= WordClass.NUMBER | WordClass.CODE
        kind |= WordClass.MONEY if bare[0] in "$€£" else WordClass(0)
        kind |= WordClass.YEAR if len(bare) == 4 and bare.isdigit() else WordClass(0)
    elif _CODE.fullmatch(bare):
        kind |= WordClass.CODE
    return int(kind)


def _punctuation(word: str, core: str, bare: str, low: str) -> WordClass:
    kind = WordClass(0)
    last = core[-1:]
    if word[:1] in _OPENERS and len(word) > 1:
        kind |= WordClass.OPENS
    if (word[:1], word[-1:]) in {("[", "]"), ("(", ")")} or word in {"♪", ">>"}:
        kind |= WordClass.TAG
    if last in {"!", "?"}:
        kind |= WordClass.STOP | WordClass.CLOSED | (WordClass.QUESTION if last == "?" else WordClass(0))
    elif last in {".", "…"}:
        kind |= WordClass.CLOSED
        if len(bare) == 1 and bare.isalpha() and bare != "I":
            kind |= WordClass.INITIAL
        elif low in _DOTTED_TITLES or low in _LOOSE_ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", low):
            kind |= WordClass.ABBREVIATION | (WordClass.ACRONYM if bare.isupper() and len(bare) > 1 else WordClass(0))
        else:
            kind |= WordClass.STOP
    elif last in {",", ";", ":", "—", "–"} or (last == "-" and len(core) > 1):
        kind |= WordClass.CLAUSE | WordClass.CLOSED
    elif core != word:
        kind |= WordClass.CLOSED
    return kind


_COST = {
    BreakRule.LABEL: 300,
    BreakRule.TITLE: 260,
    BreakRule.INITIAL: 260,
    BreakRule.NUMBER: 260,
    BreakRule.MONEY: 260,
    BreakRule.ITEM: 260,
    BreakRule.TIME: 260,
    BreakRule.DATE: 220,
    BreakRule.NAME: 180,
    BreakRule.WORD: 160,
    BreakRule.ARTICLE: 140,
    BreakRule.AUXILIARY: 95,
    BreakRule.PREPOSITION: 110,
    BreakRule.SUBJECT: 85,
    BreakRule.CONJUNCTION: 100,
    BreakRule.COUNT: 75,
}
_PLAIN = 45
COMMA_COST = 10


@lru_cache(maxsize=65536)
def boundary(left: int, right: int) -> Boundary:
    """What a break between words of these kinds costs, and the rule it would break."""
    if left & WordClass.STOP:
        return Boundary(0, ends_sentence=True, ends_question=bool(left & WordClass.QUESTION))
    rule = _rule(left, right)
    if rule is not None:
        return Boundary(_COST[rule], rule)
    if left & WordClass.ABBREVIATION and right & WordClass.CAPITAL and not left & WordClass.TITLE:
        return Boundary(5, ends_sentence=True)
    if left & (WordClass.CLAUSE | WordClass.CLOSED):
        return Boundary(COMMA_COST if left & WordClass.CLAUSE else 30)
    if right & (WordClass.CONJUNCTION | WordClass.TAG):
        return Boundary(18)
    if right & WordClass.PREPOSITION:
        return Boundary(26)
    return Boundary(32 if right & WordClass.OPENS else _PLAIN)


def _rule(left: int, right: int) -> BreakRule | None:
    if left & WordClass.TITLE and right & WordClass.CAPITAL and not left & WordClass.CLAUSE:
        return BreakRule.TITLE
    if left & WordClass.INITIAL and right & WordClass.CAPITAL:
        return BreakRule.INITIAL
    if left & WordClass.ITEM and right & WordClass.CODE and not (left & WordClass.CLAUSE or right & WordClass.SUBJECT):
        return BreakRule.ITEM
    if (
        left & WordClass.ITEM
        and right & WordClass.ITEM
        and right & WordClass.ABBREVIATION
        and not left & WordClass.CLOSED
    ):
        return BreakRule.ITEM  # Ordinance | No. 5
    if left & WordClass.ACRONYM and right & WordClass.CAPITAL and not right & WordClass.FUNCTION:
        return BreakRule.NAME
    if right & WordClass.YEAR and left & (WordClass.NUMBER | WordClass.MONTH):
        return BreakRule.DATE
    if left & WordClass.CLOSED:
        return None
    if left & WordClass.MONTH and right & (WordClass.NUMBER | WordClass.CODE):
        return BreakRule.DATE
    if left & WordClass.NUMBER:
        return _number_rule(left, right)
    if left & WordClass.ITEM and right & WordClass.NUMBER:
        return BreakRule.ITEM
    if (
        left & WordClass.CAPITAL
        and right & WordClass.CAPITAL
        and not (left | right) & (WordClass.FUNCTION | WordClass.TAG)
    ):
        return BreakRule.NAME
    if left & WordClass.ARTICLE and not right & (WordClass.CONJUNCTION | WordClass.AUXILIARY):
        return BreakRule.ARTICLE
    if left & WordClass.AUXILIARY and not right & (WordClass.ARTICLE | WordClass.PREPOSITION | WordClass.CONJUNCTION):
        return BreakRule.AUXILIARY
    if left & WordClass.PREPOSITION and not right & (WordClass.CONJUNCTION | WordClass.PREPOSITION):
        return BreakRule.PREPOSITION  # "move on | to the" is no phrase cut in two
    if left & WordClass.CONJUNCTION:
        return BreakRule.CONJUNCTION
    if left & WordClass.SUBJECT and not right & (WordClass.CONJUNCTION | WordClass.PREPOSITION | WordClass.ARTICLE):
        return BreakRule.SUBJECT
    return None


def _number_rule(left: int, right: int) -> BreakRule | None:
    if right & WordClass.MONEY or (left & WordClass.MONEY and right & WordClass.NUMBER):
        return BreakRule.MONEY
    if right & WordClass.HOUR:
        return BreakRule.TIME
    if right & WordClass.MONTH:
        return BreakRule.DATE
    if right & (WordClass.NUMBER | WordClass.UNIT):
        return BreakRule.NUMBER
    if right & WordClass.CODE and not right & WordClass.SUBJECT:
        return BreakRule.ITEM
    if right & WordClass.FUNCTION:
        return None
    return BreakRule.COUNT
