"""What `archivist transcribe` orders for one file: what was typed, the settings, and what fits the machine."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.console.single_file import TypedOptions, order_for
from services.transcriber.__main__ import engine_spec
from services.transcriber.engines.hardware import Card
from services.transcriber.engines.sizing import GIB, Machine, fit
from shared.errors import ArchivistError, InvalidInput, Unusable
from shared.settings import Settings

CARD = Machine(16, 64 * GIB, (Card("GPU-0", 80 * GIB, "NVIDIA H100"),), has_cuda=True)


def choice(**typed: Any) -> TypedOptions:
    return TypedOptions(**{"model": "demo/model", **typed})


@pytest.mark.parametrize(
    ("device", "machine", "workers", "threads"),
    [
        (None, CARD, 1, 4),
        ("auto", CARD, 1, 4),
        ("cuda", CARD, 1, 4),
        ("cpu", CARD, 16, 1),
        (None, replace(CARD, has_cuda=False), 16, 1),
    ],
)
def test_as_many_workers_as_fit_the_device_that_will_be_used(
    device: str | None, machine: Machine, workers: int, threads: int
) -> None:
    order = order_for(choice(device=device), Settings(), machine)

    assert (order.workers, order.spec.threads) == (workers, threads)
    assert order.spec.device == ("cuda" if order.slots[0].card else "cpu")


def test_the_workers_that_were_typed_are_taken_as_they_are_and_share_the_cores() -> None:
    order = order_for(choice(workers=3, device="cpu"), Settings(), CARD)

    assert (order.workers, order.spec.threads) == (3, 5)


@pytest.mark.parametrize(("typed", "workers", "threads"), [(0, 4, 4), (2, 2, 8)])
def test_slices_at_once_are_as_the_settings_say_unless_they_are_typed(typed: int, workers: int, threads: int) -> None:
    order = order_for(choice(workers=typed, device="cpu"), Settings(transcriber_concurrency=4), CARD)

    assert (order.workers, len(order.slots), order.spec.threads) == (workers, workers, threads)


def test_a_file_and_a_worker_use_the_machine_alike() -> None:
    settings = Settings(whisper_model="demo/model", transcriber_concurrency=3, whisper_device="cpu")
    worker = fit(engine_spec(settings), concurrency=settings.transcriber_concurrency, machine=CARD)

    order = order_for(TypedOptions(), settings, CARD)

    assert order.slots == worker.slots
    assert order.spec.threads == worker.spec.threads


def test_a_card_that_was_typed_is_the_one_for_words_and_speakers() -> None:
    two = replace(CARD, cards=(*CARD.cards, Card("GPU-1", 24 * GIB)))
    typed = choice(device="cuda:1", speakers=True)

    order = order_for(typed, Settings(diarization_model="somebody/voices"), two)

    assert [slot.card for slot in order.slots] == ["GPU-1"]
    assert order.diarization is not None
    assert (order.diarization.device, order.diarization.card) == ("cuda", "GPU-1")


def test_speakers_for_whom_no_model_is_set_are_told_apart_by_the_one_that_needs_no_account() -> None:
    unset = order_for(choice(speakers=True), Settings(), CARD).diarization
    chosen = order_for(choice(speakers=True), Settings(diarization_model="somebody/voices"), CARD).diarization
    bound = order_for(choice(speakers=True), Settings(diarization_likeness=0.7), CARD).diarization

    assert unset is not None
    assert chosen is not None
    assert bound is not None
    assert (unset.model, unset.likeness) == ("resemblyzer", 0.83)
    assert (chosen.model, chosen.likeness) == ("somebody/voices", 0.6)
    assert bound.likeness == 0.7


def test_what_was_typed_goes_before_the_settings() -> None:
    settings = Settings(whisper_compute_type="int8", whisper_beam_size=3, include_summary=False, default_language="fr")

    silent = order_for(choice(model="small"), settings, CARD)
    typed = order_for(
        choice(compute_type="float32", beam_size=1, summary=True, language="es", model="small"), settings, CARD
    )

    assert (silent.spec.compute_type, silent.spec.options.beam_size) == ("int8", 3)
    assert (silent.choices.include_summary, silent.choices.language) == (False, "fr")
    assert (typed.spec.compute_type, typed.spec.options.beam_size) == ("float32", 1)
    assert (typed.choices.include_summary, typed.choices.language) == (True, "es")


def test_formats_are_named_as_whisper_names_them() -> None:
    assert order_for(choice(), Settings()).formats is None
    assert order_for(choice(formats=("all",)), Settings()).formats is None
    assert order_for(choice(formats=("srt,VTT", "txt")), Settings()).formats == frozenset({"srt", "vtt", "txt"})
    with pytest.raises(InvalidInput) as refused:
        order_for(choice(formats=("srt,tsv",)), Settings())
    assert refused.value.code == "bad_format"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_a_vocabulary_is_read_in_whatever_encoding_it_was_written(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "names.txt"
    file.write_bytes("person: Nuñez\nZürich Road\n".encode(encoding))

    order = order_for(choice(vocabulary=file), Settings())

    assert [entry.text for entry in order.choices.vocabulary.entries] == ["Nuñez", "Zürich Road"]


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"wizard: Merlin\n"])
def test_what_is_no_vocabulary_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "names.txt"
    file.write_bytes(content)

    with pytest.raises(InvalidInput) as refused:
        order_for(choice(vocabulary=file), Settings())

    assert refused.value.message.startswith(f"{file}: ")


@pytest.mark.parametrize("name", ["nothing.txt", "", "/dev/zero"])
def test_a_vocabulary_that_is_no_file_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput):
        order_for(choice(vocabulary=tmp_path / name), Settings())


def test_the_demonstration_model_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert (Path(order_for(choice(), Settings()).spec.model) / "model.bin").is_file()


def test_without_a_model_the_way_to_one_is_said() -> None:
    with pytest.raises(Unusable) as refused:
        order_for(choice(model=None), Settings(whisper_model=""))

    assert refused.value.code == "model_not_chosen"


@pytest.mark.parametrize(("typed", "wanted"), [("pt-BR", "pt"), ("Spanish", "es"), ("auto", "auto"), (None, "fr")])
def test_a_language_is_what_was_typed_or_the_stations(typed: str | None, wanted: str) -> None:
    station = Settings(default_language="French")

    assert order_for(choice(language=typed, model="small"), station, CARD).choices.language == wanted


@pytest.mark.parametrize(
    ("language", "model", "code", "says"),
    [
        ("klingon", "small", "unknown_language", "'klingon' is no language that Whisper knows"),
        ("es", "small.en", "language_unsupported", "small.en knows English only; use small for Spanish."),
        ("es", "demo/model", "language_unsupported", "use a multilingual model for Spanish."),
    ],
)
def test_a_language_that_nobody_can_write_down_is_refused_at_once(
    language: str, model: str, code: str, says: str
) -> None:
    with pytest.raises(ArchivistError) as refused:
        order_for(choice(language=language, model=model), Settings(), CARD)

    assert refused.value.code == code
    assert says in refused.value.message
