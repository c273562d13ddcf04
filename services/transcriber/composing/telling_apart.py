"""From a recording's sound to speakers at its words, for the service and for one file; a failure becomes a sentence."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from services.transcriber.composing.assemble import Transcript
from services.transcriber.engines.diarize import DiarizationSpec, find_speakers
from services.transcriber.engines.voice_cast import Cast, Turn, give_speakers
from shared.errors import ArchivistError
from shared.meetings import named
from shared.speaker_cast import Speaker, Speakers

log = logging.getLogger(__name__)


async def try_speakers(
    flac: Path,
    spec: DiarizationSpec,
    *,
    timeout_s: float,
    speech: Sequence[tuple[int, int]] = (),
    on_progress: Callable[[int, int], None] | None = None,
) -> Speakers:
    """Who spoke when; with a ``warning`` instead of speakers when it failed, in whatever way."""
    try:
        cast = await find_speakers(flac, spec, timeout_s=timeout_s, speech=speech, on_progress=on_progress)
        return speakers_of(cast, spec.model)
    except ArchivistError as error:
        return not_told_apart(error.message)
    except Exception:  # Whatever a speech library answers, the words are here and become captions.
        log.exception("diarization_failed")
        return not_told_apart("something unforeseen went wrong; the log has the details")


def not_told_apart(reason: str) -> Speakers:
    """Nobody, and the sentence that says why."""
    return Speakers(warning=f"The speakers were not told apart: {reason.rstrip('.')}.")


def speakers_of(cast: Cast, model: str) -> Speakers:
    """The cast as it is kept with a transcription."""
    turns = tuple((turn.start_ms, turn.end_ms, turn.speaker) for turn in cast.turns)
    labels = dict.fromkeys(label for _, _, label in turns)
    speakers = tuple(
        Speaker(
            label=label,
            speech_ms=sum(end - start for start, end, who in turns if who == label),
            first_ms=min(start for start, _, who in turns if who == label),
            voice=cast.voices.get(label),
        )
        for label in labels
    )
    return Speakers(model=model, turns=turns, speakers=speakers)


def with_speakers(transcript: Transcript, speakers: Speakers | None) -> Transcript:
    """The transcript with a speaker at each word: a confirmed name, or a label that only tells voices apart."""
    if speakers is None:
        return transcript
    if speakers.warning is not None:
        return replace(transcript, warnings=(*transcript.warnings, speakers.warning))
    words = give_speakers(transcript.words, [Turn(*turn) for turn in speakers.turns])
    return replace(transcript, words=named(words, speakers.names))
