# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

"""The real faster-whisper with the demonstration model, in its own process: what it hears and says of itself."""

import json
import shutil
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from services.transcriber.decoding.plan import SliceOptions, plan_slices
from services.transcriber.engines import DecodeOptions, EngineChild, SliceRequest, SliceResult
from services.transcriber.engines.speech_models import MARKER
from shared.errors import Unusable
from shared.quality.spans import Span
from tests.parrot import SPANISH, make_parrot

MINUTE = SliceOptions(target_ms=60_000, max_ms=90_000)


async def test_a_meeting_becomes_words_with_times_within_a_bound_of_errors(child, meeting, request_for) -> None:
    slices = plan_slices(meeting.heard.speech, meeting.heard.duration_ms)
    done: list[tuple[int, int]] = []

    results = [
        await child.transcribe(
            meeting.flac,
            one.start_ms,
            one.end_ms,
            request_for(one),
            timeout_s=200,
            on_progress=lambda *at: done.append(at),
        )
        for one in slices
    ]

    words = [word for one, result in zip(slices, results, strict=True) for word in result.shifted(one.start_ms).words]
    assert meeting.word_errors(words) <= 0.03
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(words))
    assert all(0 <= word.start_ms < word.end_ms <= meeting.heard.duration_ms for word in words)
    assert all(0 <= (word.confidence or 0) <= 1 for word in words)
    assert results[0].covered_ms > 0.9 * results[0].speech_ms
    assert done[-1][0] == done[-1][1] > 0
    assert results[0].engine is not None
    assert results[0].engine.is_demonstration
    assert "demonstration" in results[0].engine.title
    assert SliceResult.from_json(results[0].to_json()) == results[0]


async def test_one_hypothesis_instead_of_five_hears_the_meeting_too(demonstration, meeting, request_for) -> None:
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms, MINUTE)[0]
    results = {}

    for beam_size in (1, 5):
        options = DecodeOptions(beam_size=beam_size)
        child = EngineChild(replace(demonstration, options=options))
        try:
            results[beam_size] = await child.transcribe(
                meeting.flac, one.start_ms, one.end_ms, replace(request_for(one), options=options), timeout_s=100
            )
        finally:
            await child.close()

    assert all(meeting.word_errors(result.words, 0, one.end_ms) <= 0.1 for result in results.values())
    likelihoods = {size: [segment.avg_logprob for segment in result.segments] for size, result in results.items()}
    assert likelihoods[1] != likelihoods[5]


async def test_word_times_follow_the_speaker(child, meeting, request_for) -> None:
    one = plan_slices(meeting.heard.speech, meeting.heard.duration_ms, MINUTE)[0]

    words = (await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=100)).words

    heard = [(word.text, word.start_ms + one.start_ms) for word in words]
    spoken = [
        (str(text), float(start) * 1000)
        for utterance in meeting.utterances
        for text, start in utterance.get("words") or ()
        if one.start_ms <= float(start) * 1000 < one.end_ms
    ]
    matches = SequenceMatcher(None, [text for text, _ in heard], [text for text, _ in spoken]).get_matching_blocks()
    errors = [abs(heard[match.a + n][1] - spoken[match.b + n][1]) for match in matches for n in range(match.size)]
    assert len(errors) >= 30
    assert float(np.median(errors)) < 250
    assert float(np.percentile(errors, 90)) < 600


async def test_slices_say_the_same_on_any_worker_in_any_order(demonstration, meeting, request_for) -> None:
    slices = plan_slices(meeting.heard.speech, meeting.heard.duration_ms, SliceOptions(20_000, 30_000))[:2]
    first, second = EngineChild(demonstration), EngineChild(demonstration)
    try:
        forwards = [
            await first.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=100)
            for one in slices
        ]
        backwards = [
            await second.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=100)
            for one in reversed(slices)
        ]
    finally:
        await first.close()
        await second.close()

    assert [one.words for one in forwards] == [one.words for one in reversed(backwards)]


@pytest.mark.parametrize("padding", ["zeros", "silence"])
async def test_no_word_depends_on_the_windows_that_share_its_batch(
    demonstration, meeting, request_for, tmp_path, padding
) -> None:
    model = shutil.copytree(demonstration.model, tmp_path / "model")
    marker = json.loads((model / MARKER).read_text())
    (model / MARKER).write_text(json.dumps({**marker, "padding": padding}))
    slices = plan_slices(meeting.heard.speech, meeting.heard.duration_ms, SliceOptions(110_000, 130_000))
    texts = {}

    for batch_size in (8, 3, 1):
        child = EngineChild(replace(demonstration, model=str(model), batch_size=batch_size))
        try:
            results = [
                await child.transcribe(meeting.flac, one.start_ms, one.end_ms, request_for(one), timeout_s=200)
                for one in slices
            ]
        finally:
            await child.close()
        texts[batch_size] = [word.text for result in results for word in result.words]

    assert len(texts[1]) > 650
    assert texts[8] == texts[3] == texts[1]


async def test_silence_and_noise_give_no_words(child, tmp_path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.003, 16_000 * 20).astype(np.float32)
    for name, sound in (("silence", np.zeros(16_000 * 20, np.float32)), ("noise", noise)):
        soundfile.write(tmp_path / f"{name}.flac", sound, 16_000)
        # Even if the detector had taken it for speech.
        request = SliceRequest((Span(1000, 19_000),))

        result = await child.transcribe(tmp_path / f"{name}.flac", 0, 20_000, request, timeout_s=60)

        assert result.words == ()


async def test_a_child_reports_what_it_runs_on(child) -> None:
    info = await child.start()

    assert (info.name, info.model, info.device, info.batch_size, info.threads) == (
        "faster-whisper", "archivist-demonstration", "cpu", 8, 1,
    )  # fmt: skip
    assert info.compute_type.startswith("int8")
    assert info.memory_bytes > 50_000_000
    assert not info.is_multilingual


async def test_a_language_that_the_model_does_not_know_is_one_sentence_and_no_english(child, meeting) -> None:
    request = SliceRequest((Span(0, 9_000),), DecodeOptions(language="es"))

    with pytest.raises(Unusable) as refused:
        await child.transcribe(meeting.flac, 0, 10_000, request, timeout_s=60)

    assert refused.value.code == "language_unsupported"
    assert refused.value.message == (
        "archivist-demonstration knows English only; use a multilingual model for Spanish."
    )


async def test_a_multilingual_model_is_asked_in_the_language_of_the_order(demonstration, meeting, tmp_path) -> None:
    parrot = make_parrot(tmp_path / "parrot", {"es": 0.9})
    child = EngineChild(replace(demonstration, model=str(parrot)))
    spanish = SliceRequest((Span(0, 4_500),), DecodeOptions(language="es"))
    cantonese = replace(spanish, options=DecodeOptions(language="yue"))

    try:
        heard = await child.hear_languages(meeting.flac, [Span(0, 9_000), Span(60_000, 90_000)], timeout_s=60)
        result = await child.transcribe(meeting.flac, 0, 10_000, spanish, timeout_s=60)
        with pytest.raises(Unusable) as refused:
            await child.transcribe(meeting.flac, 0, 10_000, cantonese, timeout_s=60)
    finally:
        await child.close()

    assert [max(one, key=lambda code: one[code]) for one in heard] == ["es", "es"]
    assert [one["es"] for one in heard] == pytest.approx([0.9, 0.9], abs=0.01)
    assert result.language == "es"
    assert " ".join(word.text for word in result.words) == SPANISH
    assert refused.value.message == "parrot does not know Cantonese; use a later model, such as large-v3."


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": ""}, "model_not_chosen"),
        ({"model": "/nowhere/model"}, "model_folder_missing"),
        ({"device": "cuda"}, "no_cuda"),
        ({"compute_type": "bfloat16"}, "compute_type_unsupported"),
        ({"engine": "wav2letter"}, "unknown_engine"),
    ],
)
async def test_what_cannot_be_loaded_is_one_sentence(demonstration, change, code) -> None:
    if code == "no_cuda" and Path("/proc/driver/nvidia/version").exists():
        code = None
    child = EngineChild(replace(demonstration, **change))

    if code is None:
        assert (await child.start()).device == "cuda"
        await child.close()
        return
    with pytest.raises(Unusable) as refused:
        await child.start()

    assert refused.value.code == code
    assert "Traceback" not in refused.value.message
    assert child.pid is None
