"""Bring any text into the character set of CEA-608 without losing anything silently.

What the set has stays. What looks the same in the set is put in its place without a word (a curly apostrophe, a
no-break space). Everything else becomes a visible stand-in and is named in the result, so that the writer can report
it; only what has no sound and no stand-in, such as an emoji, is left out, and that is named too.
"""

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import category, is_normalized, normalize

from shared.captions.codes import ENCODABLE, SPECIALS

_EQUAL: Final = str.maketrans({
    "’": "'", "‛": "'", "ʼ": "'", "′": "'", "″": '"', "‟": '"', "‐": "-", "\u2011": "-", "−": "-", "⁃": "-", "―": "—",
    "ǀ": "|", "♩": "♪", "⋅": "•", "∙": "•", "·": "•", "●": "•", "µ": "u", "μ": "u",
    "\u00ad": None, "\u200b": None, "\u200c": None, "\u200d": None, "\u2060": None, "\ufeff": None,
    "\ufe0e": None, "\ufe0f": None, "\u200e": None, "\u200f": None, "\u202a": None, "\u202c": None,
})  # fmt: skip
"""Stand-ins that nobody can tell from the original on a caption display, and marks that are never seen."""

STAND_INS: Final = {
    "…": "...", "–": "--", "€": "EUR", "§": "Sec.", "¶": "Par.", "№": "No.", "‰": "per mille", "±": "+/-", "×": "x",
    "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8",
    "♫": "♪", "♬": "♪", "♭": "flat", "♯": "#", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D",
    "þ": "th", "Þ": "Th", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "ng",
    "ẞ": "SS", "ƒ": "f", "‚": ",", "„": '"', "‹": '"', "›": '"', "`": "'", "´": "'", "¨": '"', "¬": "not ",
    "²": "2", "³": "3", "¹": "1", "º": "o", "ª": "a", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->",
    "←": "<-", "↔": "<->", "†": "+", "‡": "+", "█": "#", "■": "#", "₤": "£", "₹": "INR", "₽": "RUB", "₩": "KRW",
}  # fmt: skip
"""Characters outside the set and what people read instead of them."""
assert all(character in ENCODABLE for stand_in in STAND_INS.values() for character in stand_in)

UNKNOWN: Final = "?"
"""Stands for a letter or digit of a script that CEA-608 cannot write."""

_FOREIGN = re.compile("[^" + "".join(re.escape(character) for character in sorted(ENCODABLE)) + "]")
_REPEATED = re.compile("([" + "".join(sorted(SPECIALS)) + "])(?=\\1)")
_PLAIN = re.compile(r"[!-)+-\[\]a-zñáéíóúç÷Ñ]+(?: [!-)+-\[\]a-zñáéíóúç÷Ñ]+)*")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A row ready to be encoded, and every (original, stand-in) pair that a reader could notice."""

    text: str
    changes: tuple[tuple[str, str], ...] = ()


def clean(text: str) -> Cleaned:
    """One row of text in CEA-608 characters: composed (NFC), single blanks, nothing outside the set."""
    if _PLAIN.fullmatch(text):
        return Cleaned(text)
    if not is_normalized("NFC", text):
        text = normalize("NFC", text)
    text = " ".join(text.translate(_EQUAL).split())
    changes: list[tuple[str, str]] = []
    if _FOREIGN.search(text):

        def stand_in(match: re.Match[str]) -> str:
            change = (match[0], _stand_in(match[0]))
            if change not in changes:
                changes.append(change)
            return change[1]

        text = " ".join(_FOREIGN.sub(stand_in, text).split())
    if _REPEATED.search(text):
        # The same two-byte code twice running is taken for one by receivers that expect doubled codes.
        changes += ((found * 2, f"{found} {found}") for found in dict.fromkeys(_REPEATED.findall(text)))
        text = _REPEATED.sub(r"\1 ", text)
    return Cleaned(text, tuple(changes))


def _stand_in(character: str) -> str:
    known = STAND_INS.get(character)
    if known is not None:
        return known
    decomposed = normalize("NFKD", character)
    if decomposed != character:
        parts = [part for part in decomposed if category(part) != "Mn"]
        if parts and all(part in ENCODABLE or part in STAND_INS for part in parts):
            return "".join(STAND_INS.get(part, part) for part in parts)
    kind = category(character)
    if kind[0] in "LN":
        return UNKNOWN
    return {"Pd": "-", "Ps": "(", "Pe": ")", "Pi": '"', "Pf": '"', "Sc": "$", "Po": "."}.get(kind, "")
