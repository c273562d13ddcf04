"""Tables for NLTK's sentence splitter, which WhisperX asks for in the language of the words, and would download.

The learned ones come as an archive of eight megabytes; what meetings need of them is that "Mr." ends no sentence. So
each language gets its forms of address and a few abbreviations, and nothing learned. Tables that are installed win.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from shared.errors import Temporary
from shared.storage.files import write_atomically

_EVERYWHERE = "etc vs no nr dr prof st a.m p.m"
_ABBREVIATIONS = {
    "czech": "p pp pí ing mgr bc judr mudr č čl odst tzv např tj mj atd apod ul nám tel str",
    "danish": "hr fru frk fr bl.a f.eks dvs ca kl nr stk tlf jf mfl osv pga",
    "dutch": "dhr mevr mw mr drs ir ing bijv d.w.z o.a m.b.t ca nr blz art tel enz jl",
    "english": "mr mrs ms messrs hon rev gov sen rep jr sr ave blvd rd dept inc co corp u.s approx",
    "estonian": "hr pr lp jne nt s.o vt tn mnt lk nr tel u",
    "finnish": "hra rva nti esim ym jne mm ts ks nro puh klo os k ma",
    "french": "m mm mme mmes mlle mlles me art av bd chap env ex tél p pp c.-à-d cf",
    "german": "hr fr hrn dipl ing str nr abs art bzw ca d.h evtl ggf inkl z.b u.a usw vgl s tel",
    "greek": "κ κα κος δρ αρ σελ τηλ π.χ δηλ κ.λπ κ.ά οδ",
    "italian": "sig sigg sig.ra dott dott.ssa ing avv on sen art pag tel ecc es ca c.so p.zza",
    "malayalam": "ശ്രീ ഡോ നം",
    "norwegian": "hr fru frk f.eks bl.a dvs ca kl nr tlf jf mfl osv pga stk",
    "polish": "p pp pan inż mgr dr hab ul al pl nr tel str ust art m.in np tj tzn ok godz",
    "portuguese": "sr sra srs sras dr dra exmo exma eng av r n nº tel art pág ex p.ex",
    "russian": "г гг ул пр д кв стр тел им т.е т.д т.п напр руб тыс ст п",
    "slovene": "g ga gdč mag inž ul št tel str npr tj itd ipd oz čl odst",
    "spanish": "sr sra sres sras srta d dña ud uds vd dra lic ing arq av avda c núm n.º pág tel art p.ej ee.uu",
    "swedish": "hr fru frk bl.a t.ex dvs ca kl nr tel jfr m.fl osv pga st",
    "turkish": "sn bay bn doç av müh cad sok no tel mah örn vb vs",
}


FOLDER = "archivist-sentence-tables"
_LEARNED = ("collocations.tab", "sent_starters.txt", "ortho_context.tab")


def provide_sentence_tables(languages: Iterable[str], cache: Path | None = None) -> Path:
    """Have a table for each of NLTK's names of languages found after those that are installed; where they lie."""
    import nltk

    root = keep_sentence_tables(languages, cache)
    if str(root) not in nltk.data.path:
        nltk.data.path.append(str(root))
    return root


def keep_sentence_tables(languages: Iterable[str], cache: Path | None = None) -> Path:
    """Write what is not there yet into the models' cache, Hugging Face's when None, and return the folder.

    The cache is as private as the models in it. Where it cannot be written, the tables get a new folder that nobody can
    have made before us; it goes when this process ends.
    """
    languages = tuple(languages)
    root = (cache or _usual_cache()) / FOLDER
    try:
        _write(root, languages)
    except (OSError, Temporary):
        root = Path(tempfile.mkdtemp(prefix=f"{FOLDER}-"))
        atexit.register(shutil.rmtree, root, ignore_errors=True)
        _write(root, languages)
    return root


def _usual_cache() -> Path:
    from huggingface_hub.constants import HF_HUB_CACHE

    return Path(HF_HUB_CACHE)


def _write(root: Path, languages: Iterable[str]) -> None:
    """Each in one step: children that start together write the same tables, and one may read while another writes."""
    for language in languages:
        folder = root / "tokenizers" / "punkt_tab" / language
        words = sorted({*_EVERYWHERE.split(), *_ABBREVIATIONS.get(language, "").split()})
        tables = {"abbrev_types.txt": "\n".join(words) + "\n", **dict.fromkeys(_LEARNED, "")}
        for name, text in tables.items():
            file, content = folder / name, text.encode()
            if not file.is_file() or file.read_bytes() != content:
                write_atomically(file, content)
