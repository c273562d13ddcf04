"""A language model's own words on the summary page, for the service and for one file; a failure costs only them."""

import logging

from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.compose import Composition, RecordingFacts, with_abstract
from services.transcriber.gateways.summariser import Summariser
from shared.errors import ArchivistError
from shared.meetings import sentences

log = logging.getLogger(__name__)


async def try_abstract(
    composition: Composition, transcript: Transcript, source: RecordingFacts, summariser: Summariser | None
) -> tuple[Composition, str | None]:
    """The composition with the model's summary, or as it was and the sentence that says why.

    Nobody is asked where there is no summariser, no summary page, or nothing that was said.
    """
    said = sentences(transcript.words) if summariser is not None and "summary" in composition.files else ()
    if summariser is None or not said:
        return composition, None
    try:
        return with_abstract(composition, await summariser.summarise(said), source), None
    except ArchivistError as error:
        log.warning("no_abstract_summary", extra={"fields": {"code": error.code}})
        return composition, f"The summary has the meeting's own sentences only: {error.message}"
