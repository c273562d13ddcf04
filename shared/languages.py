"""The languages that Whisper knows, by code and by name, and whether a speech model knows the one that is asked for.

People write ``es``, ``es-MX``, ``spa`` or ``Spanish``; engines take Whisper's codes only, and answer any other with a
stack trace or, where the model knows English only, with English-looking nonsense. So a language is put right where it
is typed, and a model that does not know it is refused before anything is decoded.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache

from shared.errors import InvalidInput, Unusable

AUTO = "auto"
"""The language is found out from the recording itself."""
ENGLISH = frozenset({"en"})

_KNOWN = """
af afr Afrikaans | am amh Amharic | ar ara Arabic | as asm Assamese | az aze Azerbaijani | ba bak Bashkir
be bel Belarusian | bg bul Bulgarian | bn ben Bengali | bo bod,tib Tibetan | br bre Breton | bs bos Bosnian
ca cat Catalan | cs ces,cze Czech | cy cym,wel Welsh | da dan Danish | de deu,ger German | el ell,gre Greek
en eng English | es spa Spanish | et est Estonian | eu eus,baq Basque | fa fas,per Persian | fi fin Finnish
fo fao Faroese | fr fra,fre French | gl glg Galician | gu guj Gujarati | ha hau Hausa | haw - Hawaiian | he heb Hebrew
hi hin Hindi | hr hrv Croatian | ht hat Haitian Creole | hu hun Hungarian | hy hye,arm Armenian | id ind Indonesian
is isl,ice Icelandic | it ita Italian | ja jpn Japanese | jw jav Javanese | ka kat,geo Georgian | kk kaz Kazakh
km khm Khmer | kn kan Kannada | ko kor Korean | la lat Latin | lb ltz Luxembourgish | ln lin Lingala | lo lao Lao
lt lit Lithuanian | lv lav Latvian | mg mlg Malagasy | mi mri,mao Maori | mk mkd,mac Macedonian | ml mal Malayalam
mn mon Mongolian | mr mar Marathi | ms msa,may Malay | mt mlt Maltese | my mya,bur Myanmar | ne nep Nepali
nl nld,dut Dutch | nn nno Nynorsk | no nor Norwegian | oc oci Occitan | pa pan Punjabi | pl pol Polish | ps pus Pashto
pt por Portuguese | ro ron,rum Romanian | ru rus Russian | sa san Sanskrit | sd snd Sindhi | si sin Sinhala
sk slk,slo Slovak | sl slv Slovenian | sn sna Shona | so som Somali | sq sqi,alb Albanian | sr srp Serbian
su sun Sundanese | sv swe Swedish | sw swa Swahili | ta tam Tamil | te tel Telugu | tg tgk Tajik | th tha Thai
tk tuk Turkmen | tl tgl Tagalog | tr tur Turkish | tt tat Tatar | uk ukr Ukrainian | ur urd Urdu | uz uzb Uzbek
vi vie Vietnamese | yi yid Yiddish | yo yor Yoruba | yue - Cantonese | zh zho,chi Chinese
"""
"""Whisper's code, the three-letter codes of ISO 639-2, and the name."""
_ALSO = {
    "burmese": "my", "castilian": "es", "cmn": "zh", "farsi": "fa", "fil": "tl", "filipino": "tl", "flemish": "nl",
    "haitian": "ht", "jv": "jw", "letzeburgesch": "lb", "mandarin": "zh", "moldavian": "ro", "moldovan": "ro",
    "nb": "no", "nob": "no", "panjabi": "pa", "pushto": "ps", "sinhalese": "si", "valencian": "ca",
}  # fmt: skip
"""Whisper's own further names, and codes that were renamed or that Whisper has under another."""

_MULTILINGUAL = {"distil-large-v2": "large-v2", "distil-large-v3": "large-v3", "distil-large-v3.5": "large-v3"}
"""Distilled on English alone, though neither name nor vocabulary says so; beside each the model it was made from."""


def language_code(text: str, *, may_be_auto: bool = True) -> str:
    """Whisper's code for a code or an English name, whatever country or script stands behind it: ``pt-BR`` is ``pt``.

    Raises InvalidInput (``unknown_language``).
    """
    plain = " ".join(text.split()).casefold()
    if plain == AUTO and may_be_auto:
        return AUTO
    known = _by_any_name()
    code = known.get(plain) or known.get(re.split(r"[-_]", plain)[0])
    if code is None:
        auto = ", or auto to have it found out" if may_be_auto else ""
        raise InvalidInput(
            f"{text.strip()!r} is no language that Whisper knows: give a code such as en or es, a name such as "
            f"Spanish{auto}.",
            code="unknown_language",
        )
    return code


def language_name(code: str) -> str:
    """For sentences: ``es`` is Spanish."""
    return _names().get(code, code)


def language_of_tag(tag: str) -> str | None:
    """The code for a tag as media files carry it (``spa``); None for one that names no language, such as ``und``."""
    try:
        return language_code(tag, may_be_auto=False)
    except InvalidInput:
        return None


def languages() -> frozenset[str]:
    """Every code of Whisper."""
    return frozenset(_names())


def knows_by_name(model: str) -> frozenset[str] | None:
    """What the name of a model, or the last part of its folder's or hub's name, says that it knows; None for nothing.

    Models whose name ends in ``.en`` know English only, and so do the published distilled ones.
    """
    base = _base(model)
    return ENGLISH if base.endswith(".en") or base in _MULTILINGUAL else None


def require_language(language: str, model: str, knows: Collection[str] | None = None) -> None:
    """Raise Unusable (``language_unsupported``) where a model does not know the language, with what to do.

    ``knows`` are the codes the model is known to have; without them its name is asked. ``auto`` suits every model.
    """
    knows = knows_by_name(model) if knows is None else knows
    if language == AUTO or knows is None or language in knows:
        return
    name = language_name(language)
    if set(knows) <= ENGLISH:
        instead = _multilingual(model)
        advice = f"use {instead} for {name}" if instead else f"use a multilingual model for {name}"
        raise Unusable(f"{model} knows English only; {advice}.", code="language_unsupported", param="language")
    raise Unusable(
        f"{model} does not know {name}; use a later model, such as large-v3.",
        code="language_unsupported",
        param="language",
    )


def by_language(text: str, usual: str) -> dict[str, str]:
    """``es=FOLDER,en=FOLDER``, or one plain value for the ``usual`` language, as code to value; empty for neither.

    Raises InvalidInput (``unknown_language``) for a word before an equals sign that is no language.
    """
    found = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        language, separator, value = entry.partition("=")
        if not separator or "/" in language:  # a folder may have an equals sign in its name
            language, value = usual, entry
        found[language_code(language, may_be_auto=False)] = value.strip()
    return found


def as_text(by_code: Mapping[str, str]) -> str:
    """What :func:`by_language` reads again, whatever the usual language is."""
    return ",".join(f"{code}={value}" for code, value in sorted(by_code.items()))


def _base(model: str) -> str:
    last = model.rstrip("/").rpartition("/")[2].casefold()
    return last.removeprefix("faster-").replace("whisper-", "").removesuffix("-ct2")


def _multilingual(model: str) -> str | None:
    """The model to take instead: the same without ``.en``, unless it is somebody's folder."""
    base = _base(model)
    if "/" in model:
        return None
    return _MULTILINGUAL.get(base) or (base.removeprefix("distil-").removesuffix(".en") if ".en" in base else None)


@cache
def _names() -> dict[str, str]:
    return {code: name for code, _, name in _table()}


@cache
def _by_any_name() -> dict[str, str]:
    found = dict(_ALSO)
    for code, longer, name in _table():
        found.update({one: code for one in (code, *longer.split(","), name.casefold()) if one != "-"})
    return found


def _table() -> list[tuple[str, str, str]]:
    rows = (row.split(maxsplit=2) for row in re.split(r"[|\n]", _KNOWN) if row.strip())
    return [(code, longer, name.strip()) for code, longer, name in rows]
