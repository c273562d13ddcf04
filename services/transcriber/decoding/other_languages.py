"""Where another language is spoken than that of the recording, and what is written there.

A model that is told to write English makes English of Spanish too, fluently, and nothing in its answer shows it. So
every window is asked for its language, which costs no second encoding. A window that may hold another one is heard once
more in short pieces, cut at pauses, for an interpreter alternates with a speaker; only several seconds of them in a row
that are surely not in the recording's language are taken for another. A short *gracias* changes nothing: English that
is taken for something else is far worse than a sentence in another language that nobody has noticed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.transcriber.decoding.guards import GuardOptions
from services.transcriber.decoding.plan import windows
from services.transcriber.decoding.slice_work import SliceWork
from services.transcriber.engines.values import DecodedWindow, OtherLanguages, OtherSpeech
from services.transcriber.hearing.samples import between
from shared.captions.model import Sound, SoundKind
from shared.languages import language_name
from shared.quality.spans import Span, clipped, total_ms

PIECE_MS, PIECE_BRIDGE_MS = 8_000, 1_000
"""Two or three sentences: a shorter piece is often taken for a relative of its language."""

_WRITABLE = frozenset({"ca", "da", "de", "en", "es", "eu", "fi", "fr", "gl", "id", "it", "nl", "no", "pt", "sv", "tl"})
"""Languages that CEA-608 has the letters of: what it cannot show is no caption."""
_NAMES_NOTHING = frozenset({"la", "nn", "cy", "jw", "haw", "sn"})
"""What Whisper says of a voice that it cannot place. Nobody is captioned as speaking Latin for that."""


@dataclass(frozen=True, slots=True)
class LanguageBounds:
    """From where on speech is in another language; docs/languages.md has what they were set by."""

    suspect: float = 0.5
    """A window whose own language is less probable is heard again in pieces."""
    mixed_own: float = 0.9
    mixed_other: float = 0.1
    """So is one whose own language is less probable than the first, and another more than the second: half of it may be
    in that one."""
    foreign: float = 0.3
    """A piece whose own language is not more probable may be in another one."""
    sure: float = 0.1
    """A stretch of such pieces is in another language where its own is not more probable, in pieces and as a whole."""
    least_ms: int = 6_000
    """Speech in it, at least."""
    unclear_ms: int = 15_000
    """So much of it where nobody can tell which language it is: a voice in an echo sounds like none for a sentence."""
    named: float = 0.5
    """The language that is written down has this share of all that is probable beside the recording's own."""


DEFAULT_BOUNDS = LanguageBounds()


@dataclass(frozen=True, slots=True)
class HeardPiece:
    """A piece of speech, and how probable each language is in it."""

    span: Span
    speech_ms: int
    languages: Mapping[str, float]


def runs_of_others(pieces: Sequence[HeardPiece], own: str, bounds: LanguageBounds = DEFAULT_BOUNDS) -> list[Span]:
    """Stretches of pieces in a row, long enough together, that are surely not in the recording's ``own`` language."""
    runs: list[list[HeardPiece]] = [[]]
    for piece in pieces:
        if _may_be_other(piece, own, bounds):
            runs[-1].append(piece)
        else:
            runs.append([])
    return [
        Span(run[0].span.start_ms, run[-1].span.end_ms)
        for run in runs
        if sum(piece.speech_ms for piece in run) >= bounds.least_ms and _means(run).get(own, 0.0) <= bounds.sure
    ]


def other_language(
    pieces: Sequence[HeardPiece], whole: Sequence[HeardPiece], own: str, bounds: LanguageBounds = DEFAULT_BOUNDS
) -> tuple[str, float] | None:
    """Which language a stretch is in, and how probable; None where it may be in its ``own`` after all.

    The stretch is heard twice, in ``pieces`` and in windows as long as they may be (``whole``), and both must agree; a
    voice in an echo is taken for Welsh or Latin sentence by sentence. Where no language is probable enough its code is
    empty, and the probability that of the recording's own; None again where that is too short.
    """
    means, by_pieces = _means(whole), _means(pieces)
    if means.get(own, 0.0) > bounds.sure:
        return None
    best, share = _most_probable(means, own)
    if not best or share < bounds.named or _most_probable(by_pieces, own)[0] != best:
        spoken_ms = sum(piece.speech_ms for piece in pieces)
        return ("", round(means.get(own, 0.0), 3)) if spoken_ms >= bounds.unclear_ms else None
    return best, round(means[best], 3)


def _most_probable(means: Mapping[str, float], own: str) -> tuple[str, float]:
    """The language, of those that mean something, and its share of all that is not the recording's own."""
    others = {code: mean for code, mean in means.items() if code != own}
    named = {code: mean for code, mean in others.items() if code not in _NAMES_NOTHING}
    best = max(named, key=lambda code: (named[code], code), default="")
    return best, (named[best] / sum(others.values()) if best else 0.0)


def _may_be_other(piece: HeardPiece, own: str, bounds: LanguageBounds) -> bool:
    return piece.languages.get(own, 0.0) <= bounds.foreign


def _means(pieces: Sequence[HeardPiece]) -> dict[str, float]:
    """How probable each language is in all of them, weighed by how long somebody speaks in each."""
    spoken_ms = sum(piece.speech_ms for piece in pieces)
    codes = sorted({code for piece in pieces for code in piece.languages})
    return {
        code: sum(piece.languages.get(code, 0.0) * piece.speech_ms for piece in pieces) / max(1, spoken_ms)
        for code in codes
    }


def in_their_languages(
    work: SliceWork, decoded: Iterable[DecodedWindow], bounds: LanguageBounds = DEFAULT_BOUNDS
) -> Iterator[DecodedWindow]:
    """The windows, those in another language as that is written; what is found is noted in ``work``.

    A window that is in one language is passed on as it is. Nothing is asked of a model that knows one only.
    """
    if not work.engine.describe().is_multilingual:
        yield from decoded
        return
    held: list[DecodedWindow] = []
    """Windows that may be in another language, with the one before and the one after them: it may begin in those."""
    has_suspects = False
    own = work.request.options.language
    for window in (_with_languages(work, one) for one in decoded):
        if _is_suspect(window, own, bounds):
            held.append(window)
            has_suspects = True
        elif has_suspects:
            yield from _told_apart(work, [*held, window], bounds)
            held, has_suspects = [], False
        else:
            yield from held
            held = [window]
    yield from _told_apart(work, held, bounds) if has_suspects else held


def _with_languages(work: SliceWork, window: DecodedWindow) -> DecodedWindow:
    """The window and its languages, which an engine that decodes it by itself does not tell."""
    if window.languages:
        return window
    return replace(window, languages=work.engine.hear_language(between(work.audio, *window.window)))


def _is_suspect(window: DecodedWindow, own: str, bounds: LanguageBounds) -> bool:
    heard = window.languages
    its_own = heard.get(own, 0.0)
    named = (heard[code] for code in heard if code != own and code not in _NAMES_NOTHING)
    return its_own < bounds.suspect or (its_own < bounds.mixed_own and max(named, default=0.0) > bounds.mixed_other)


def _told_apart(work: SliceWork, held: Sequence[DecodedWindow], bounds: LanguageBounds) -> Iterator[DecodedWindow]:
    own = work.request.options.language
    pieces = _refined(work, _pieces_of(work, held, bounds), bounds)
    others = [other for run in runs_of_others(pieces, own, bounds) for other in _named(work, run, pieces, bounds)]
    work.other_languages += [other for other in others if not other.language]
    others = [other for other in others if other.language]
    made: list[DecodedWindow] = []
    for window in held:
        if not any(_touch(window.window, other) for other in others):
            made.append(window)
            continue
        spans = [piece.span for piece in pieces if _touch(piece.span, window.window)]
        left = [span for span in spans if not any(_touch(span, other) for other in others)]
        # What is left on both sides of another language is further apart than one window bridges.
        made += work.anew(windows(left, work.longest_ms), own) if left else []
    for other in others:
        made += _written(work, other)
    yield from sorted(made, key=lambda window: window.window)


def _pieces_of(work: SliceWork, held: Sequence[DecodedWindow], bounds: LanguageBounds) -> list[HeardPiece]:
    """The suspicious windows in pieces, and the windows beside them where those begin or end in another language."""
    own = work.request.options.language
    suspects = [number for number, window in enumerate(held) if _is_suspect(window, own, bounds)]
    pieces = [piece for number in suspects for piece in _pieces(work, held[number].window)]
    if pieces and suspects[0] > 0 and _may_be_other(pieces[0], own, bounds):
        pieces = [*_pieces(work, held[0].window), *pieces]
    if pieces and suspects[-1] < len(held) - 1 and _may_be_other(pieces[-1], own, bounds):
        pieces += _pieces(work, held[-1].window)
    return pieces


def _named(work: SliceWork, run: Span, pieces: Sequence[HeardPiece], bounds: LanguageBounds) -> Iterator[OtherSpeech]:
    inside = [piece for piece in pieces if _touch(piece.span, run)]
    whole = [_heard(work, window) for window in windows(clipped(work.request.speech, *run), work.window_ms)]
    found = other_language(inside, whole, work.request.options.language, bounds)
    if found is not None:
        yield OtherSpeech(*run, *found, has_words=False)


def _refined(work: SliceWork, pieces: Sequence[HeardPiece], bounds: LanguageBounds) -> list[HeardPiece]:
    """The same, but a piece beside one in another language is heard in two parts: it may begin or end in it."""
    own = work.request.options.language
    is_other = [False, *(_may_be_other(piece, own, bounds) for piece in pieces), False]
    found: list[HeardPiece] = []
    for number, piece in enumerate(pieces, 1):
        is_edge = not is_other[number] and (is_other[number - 1] or is_other[number + 1])
        parts = _parted(clipped(work.request.speech, *piece.span)) if is_edge else []
        found += [_heard(work, part) for part in parts] or [piece]
    return found


def _parted(spans: Sequence[Span]) -> list[Span]:
    """Both sides of the longest pause; none where there is no pause."""
    if len(spans) < 2:
        return []
    cut = max(range(1, len(spans)), key=lambda number: spans[number].start_ms - spans[number - 1].end_ms)
    return [Span(spans[0].start_ms, spans[cut - 1].end_ms), Span(spans[cut].start_ms, spans[-1].end_ms)]


def _heard(work: SliceWork, piece: Span) -> HeardPiece:
    spoken_ms = total_ms(clipped(work.request.speech, *piece))
    return HeardPiece(piece, spoken_ms, work.engine.hear_language(between(work.audio, *piece)))


def _pieces(work: SliceWork, window: Span) -> list[HeardPiece]:
    spans = windows(clipped(work.request.speech, *window), PIECE_MS, PIECE_BRIDGE_MS)
    return [_heard(work, span) for span in spans]


def _touch(one: Span | OtherSpeech, other: Span | OtherSpeech) -> bool:
    return one.start_ms < other.end_ms and other.start_ms < one.end_ms


def _written(work: SliceWork, other: OtherSpeech) -> list[DecodedWindow]:
    """What a stretch says in its own language; a tag and no words where it is not to be, or cannot be, written."""
    if work.request.other_languages is OtherLanguages.DECODE and other.language in _WRITABLE:
        places = windows(clipped(work.request.speech, other.start_ms, other.end_ms), work.longest_ms)
        decoded = list(work.anew(places, other.language))
        if _is_believed(decoded, work.guards):
            work.other_languages.append(replace(other, has_words=True))
            return decoded
    work.other_languages.append(other)
    name = language_name(other.language)
    work.sounds.append(Sound(SoundKind.SPEAKING, other.start_ms, other.end_ms, name))
    return [DecodedWindow(Span(other.start_ms, other.end_ms), ())]


def _is_believed(decoded: Sequence[DecodedWindow], guards: GuardOptions) -> bool:
    """Whether the engine knows this language: it has words for it, and was not guessing at most of them."""
    said = [segment for window in decoded for segment in window.segments if segment.words]
    count = sum(len(segment.words) for segment in said)
    return count > 0 and sum(one.avg_logprob * len(one.words) for one in said) / count >= guards.min_logprob
