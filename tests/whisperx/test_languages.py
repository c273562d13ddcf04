# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""WhisperX in another language than English: with an aligner for it, without one, and offline."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from services.transcriber.engines import DecodeOptions, EngineChild, SliceRequest
from services.transcriber.engines.sentence_tables import _ABBREVIATIONS, provide_sentence_tables
from services.transcriber.engines.whisperx import WhisperX
from shared.errors import Unusable
from shared.quality.spans import Span
from tests.parrot import SPANISH, make_parrot

# torch, transformers and pyannote warn about themselves, and a busy machine takes half a minute to import them.
pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.timeout(900)]

REQUEST = SliceRequest((Span(0, 4_500),), DecodeOptions(language="es"))


@pytest.fixture(scope="module")
def parrot(tmp_path_factory) -> Path:
    return make_parrot(tmp_path_factory.mktemp("parrot") / "ours", {"es": 0.93, "pt": 0.05})


@pytest.fixture
def spanish(spec, parrot, align_model):
    """A station of another language that has an aligner for Spanish."""
    return replace(spec, model=str(parrot), align_model=f"es={align_model}")


async def _transcribed(spec, flac):
    child = EngineChild(spec)
    try:
        return (await child.start()).name, await child.transcribe(flac, 0, 10_000, REQUEST, timeout_s=400)
    finally:
        await child.close()


def test_whisperx_finds_a_sentence_table_for_every_language_it_asks_for(tmp_path: Path) -> None:
    from nltk.data import load
    from whisperx.utils import PUNKT_LANGUAGES

    provide_sentence_tables(PUNKT_LANGUAGES.values(), tmp_path)

    assert set(PUNKT_LANGUAGES.values()) == set(_ABBREVIATIONS)
    for name in PUNKT_LANGUAGES.values():
        assert len(list(load(f"tokenizers/punkt_tab/{name}.pickle").span_tokenize("Uno dos. Tres cuatro."))) == 2
    spanish = load("tokenizers/punkt_tab/spanish.pickle")
    assert list(spanish.tokenize("Gracias, Sra. Molina. Tiene la palabra el Dr. Ruiz.")) == [
        "Gracias, Sra. Molina.",
        "Tiene la palabra el Dr. Ruiz.",
    ]


async def test_an_aligner_of_its_own_times_spanish_and_nobody_needs_one_for_english(spanish, flac) -> None:
    name, result = await _transcribed(spanish, flac)

    assert name == "whisperx"
    assert " ".join(word.text for word in result.words) == SPANISH
    assert result.warnings == ()
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(result.words))
    assert all(0 <= word.start_ms < word.end_ms <= 4_700 for word in result.words)


async def test_one_child_serves_a_language_after_another(spanish, align_model, flac) -> None:
    child = EngineChild(replace(spanish, align_model=f"es={align_model},en={align_model}"))
    said, warned = {}, {}
    try:
        for language in ("es", "en", "pt", "es"):
            asked = replace(REQUEST, options=DecodeOptions(language=language))
            result = await child.transcribe(flac, 0, 10_000, asked, timeout_s=400)
            said[language], warned[language] = " ".join(word.text for word in result.words), bool(result.warnings)
    finally:
        await child.close()

    assert set(said.values()) == {SPANISH}
    assert warned == {"es": False, "en": False, "pt": True}


async def test_a_plain_aligner_is_for_the_stations_language(spec, parrot, align_model, flac) -> None:
    station = replace(spec, model=str(parrot), align_model=str(align_model), options=DecodeOptions(language="es"))

    name, result = await _transcribed(station, flac)

    assert (name, result.warnings) == ("whisperx", ())
    assert " ".join(word.text for word in result.words) == SPANISH


async def test_without_an_aligner_words_keep_whispers_own_times_and_that_is_told(spec, parrot, flac) -> None:
    _, aligned_for_english_only = await _transcribed(replace(spec, model=str(parrot)), flac)
    _, faster = await _transcribed(replace(spec, model=str(parrot), engine="faster-whisper"), flac)

    assert aligned_for_english_only.words == faster.words
    assert " ".join(word.text for word in faster.words) == SPANISH
    (warning,) = aligned_for_english_only.warnings
    assert warning == (
        "The times of the words are Whisper's own, and less exact: WhisperX has no model here to time Spanish words; "
        "run `archivist models fetch --kind align es` where there is a network, name a wav2vec2 model for it, "
        "ALIGN_MODEL=es=FOLDER, or set WHISPER_ENGINE=faster-whisper."
    )
    assert faster.warnings == ()


async def test_a_station_of_a_language_without_an_aligner_is_told_at_the_start(spec, parrot) -> None:
    station = replace(spec, model=str(parrot), align_model="", options=DecodeOptions(language="es"))

    with pytest.raises(Unusable) as refused:
        await EngineChild(station).start()
    child = EngineChild(replace(station, engine="auto"))
    info = await child.start()
    await child.close()

    assert refused.value.code == "align_model_missing"
    assert "ALIGN_MODEL=es=FOLDER" in refused.value.message
    assert info.name == "faster-whisper"


async def test_a_named_aligner_that_is_not_there_ends_the_start_whatever_its_language(spec, parrot, tmp_path) -> None:
    missing = replace(spec, model=str(parrot), align_model=f"{spec.align_model},fr={tmp_path / 'none'}")

    with pytest.raises(Unusable, match="none does not exist") as refused:
        await EngineChild(missing).start()

    assert refused.value.code == "align_model_missing"


async def test_whisperx_hears_languages_too(spanish, flac) -> None:
    child = EngineChild(spanish)
    try:
        heard = await child.hear_languages(flac, [Span(0, 9_000)], timeout_s=400)
    finally:
        await child.close()

    assert heard[0]["es"] == pytest.approx(0.93, abs=0.01)


def test_offline_no_aligner_is_downloaded_by_a_way_of_its_own(spec, parrot, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))

    with pytest.raises(Unusable) as refused:
        WhisperX(replace(spec, model=str(parrot), align_model="", options=DecodeOptions(language="es")))

    assert refused.value.code == "align_model_missing"
    assert not (tmp_path / "torch").exists()  # torchaudio makes its folder before it asks the network
