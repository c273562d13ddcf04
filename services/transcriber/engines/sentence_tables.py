"""Tables for NLTK's sentence splitter, which WhisperX asks for in the language of the words, and would download.

The learned ones come as an archive of eight megabytes; what meetings need of them is that "Mr." ends no sentence. So
each language gets its forms of address and a few abbreviations, and nothing learned. Tables that are installed win.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

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


def provide_sentence_tables(languages: Iterable[str]) -> Path:
    """Write a table for each of NLTK's names of languages, and have it found after those that are installed."""
    import nltk

    root = Path(tempfile.gettempdir()) / f"archivist-sentences-{os.getuid()}"
    for language in languages:
        folder = root / "tokenizers" / "punkt_tab" / language
        folder.mkdir(parents=True, exist_ok=True)
        words = sorted({*_EVERYWHERE.split(), *_ABBREVIATIONS.get(language, "").split()})
        _write(folder / "abbrev_types.txt", "\n".join(words) + "\n")
        for name in ("collocations.tab", "sent_starters.txt", "ortho_context.tab"):
            _write(folder / name, "")
    if str(root) not in nltk.data.path:
        nltk.data.path.append(str(root))
    return root


def _write(file: Path, text: str) -> None:
    """In one step: children that start together write the same tables, and one may read while another writes."""
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="utf-8", delete=False) as handle:
        handle.write(text)
    Path(handle.name).replace(file)
