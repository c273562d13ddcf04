"""What the transcriber's jobs need, built once by the entry point."""

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path

from services.transcriber.composing.compose import CaptionChoices
from services.transcriber.decoding.plan import SliceOptions
from services.transcriber.engines.diarize import DiarizationSpec
from services.transcriber.engines.pool import SpeechPool
from services.transcriber.engines.values import OtherLanguages
from services.transcriber.gateways.summariser import Summariser
from shared.city import CitySettings
from shared.db.models import Transcription
from shared.db.session import Work
from shared.rules.policy import PublishPolicy


@dataclass(frozen=True)
class TranscriberDeps:
    """Passed to every job."""

    work: Work
    speech: SpeechPool
    work_root: Path
    output_root: Path
    slices: SliceOptions
    slice_timeout_s: float
    choices: CaptionChoices
    """The station's; a city's settings change them."""
    diarization: DiarizationSpec | None = None
    """None unless the station names a model that tells speakers apart."""
    diarization_timeout_s: float = 14400.0
    summariser: Summariser | None = None
    """None unless the station names a language model; captions never wait for one."""
    publish_policy: PublishPolicy = PublishPolicy.AUTO
    """Of recordings of no city."""
    decoding: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a slice sees to it that the sound is there."""

    def choices_for(self, row: Transcription, city: CitySettings) -> CaptionChoices:
        """The station's choices with what the city changes, and what was asked for one recording."""
        return choices_for(row, city, self.choices)


def choices_for(row: Transcription, city: CitySettings, station: CaptionChoices) -> CaptionChoices:
    """What `TranscriberDeps.choices_for` answers, for whoever has no worker."""
    return replace(
        station,
        profile=city.caption_profile or station.profile,
        start_tc=city.caption_start_tc or station.start_tc,
        thresholds=city.thresholds(station.thresholds),
        include_summary=row.include_summary,
        language=row.language,
        other_languages=OtherLanguages(city.other_languages or station.other_languages),
        vocabulary=city.as_vocabulary(),
        phrases=tuple(row.settings.get("phrases", ())),  # of an upload's prompt
    )
