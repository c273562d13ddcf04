import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from services.transcriber.composing.assemble import Transcript
from services.transcriber.composing.compose import FILE_NAMES, CaptionChoices, RecordingFacts, compose, scc_options
from services.transcriber.composing.outputs import write_outputs
from services.transcriber.engines.values import OtherSpeech
from services.transcriber.hearing.audio import DecodedAudio
from services.transcriber.hearing.levels import AudioLevels
from shared.captions import check_scc, has_errors, read_scc
from shared.captions.model import Sound, SoundKind, Word
from shared.errors import Temporary
from shared.meetings import Entry, EntryKind, Vocabulary
from shared.quality.report import Outcome, Verdict
from shared.quality.spans import Span
from shared.quality.thresholds import CheckName

SAID = "Good evening and welcome to the meeting of the Oakafor council . I move to approve . Second ."
WORDS = tuple(Word(text, n * 400, n * 400 + 350, "A", 0.9) for n, text in enumerate(SAID.replace(" .", ".").split()))
TRANSCRIPT = Transcript(20_000, WORDS, (), (), (Span(0, 8_000),), (), (), None)
EMPTY = replace(TRANSCRIPT, words=(), speech=())
DECODED = DecodedAudio(20_000, 20_000, 0, 1, AudioLevels(-3.0, -20.0, -60.0, 0.0, 0.0))
SOURCE = RecordingFacts("2101-1-Council", "/mnt/flex-1/2101-1-Council.mp4", datetime(2026, 9, 14, tzinfo=UTC))
CHOICES = CaptionChoices()


def test_the_same_transcript_gives_the_same_bytes_in_every_process() -> None:
    code = (
        "import hashlib, runpy\n"
        f"made = runpy.run_path({str(Path(__file__))!r})\n"
        "done = made['compose'](made['TRANSCRIPT'], made['DECODED'], made['SOURCE'], made['CHOICES'])\n"
        "print({kind: hashlib.sha256(content).hexdigest() for kind, content in sorted(done.files.items())})"
    )
    root = Path(__file__).parents[4]

    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            cwd=root,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1
    assert "'scc'" in said.pop()


def test_every_format_is_written_and_the_scc_says_what_was_said() -> None:
    done = compose(TRANSCRIPT, DECODED, SOURCE, CHOICES)

    assert set(done.files) == set(FILE_NAMES) - {"manifest"}
    scc = done.files["scc"].decode()
    assert not has_errors(check_scc(scc))
    assert "WELCOME" in " ".join(cue.text for cue in read_scc(scc).cues).upper()
    assert json.loads(done.files["words"])["words"][0] == {
        "text": "Good",
        "start_ms": 0,
        "end_ms": 350,
        "confidence": 0.9,
        "speaker": "A",
    }


def test_what_writing_and_reading_back_both_find_is_said_once() -> None:
    words = tuple(replace(word, start_ms=n * 20, end_ms=n * 20 + 15) for n, word in enumerate(WORDS * 6))

    done = compose(replace(TRANSCRIPT, words=words), DECODED, SOURCE, CHOICES)

    found = [(one.code, one.timecode) for one in done.findings if one.code in ("reading_speed", "too_short")]
    assert found
    assert len(found) == len(set(found))


def test_nothing_said_gives_files_that_say_nothing() -> None:
    done = compose(EMPTY, DECODED, SOURCE, CHOICES)

    assert json.loads(done.files["words"])["words"] == []
    assert done.files["vtt"].startswith(b"WEBVTT")
    assert not has_errors(check_scc(done.files["scc"].decode()))
    assert done.report.words == 0


def test_broken_sound_asks_a_person_also_where_a_mark_stands_for_it() -> None:
    broken = replace(DECODED, complaint="Reserved bit set.", complaints=1, broken=(Span(8_000, 8_500),))
    marked = replace(TRANSCRIPT, sounds=(Sound(SoundKind.NO_AUDIO, 8_000, 8_500),))

    report = compose(marked, broken, SOURCE, CHOICES).report

    check = report.check(CheckName.FILE_INTEGRITY)
    assert check.verdict is not Verdict.PASS
    assert report.outcome is not Outcome.COMPLETED
    assert check.reasons[0].text == "Sound at 0:08 could not be read."


def test_where_nobody_speaks_no_voice_is_held_against_the_room() -> None:
    as_loud = replace(DECODED, levels=replace(DECODED.levels, noise_dbfs=-20.0))

    check = compose(EMPTY, as_loud, SOURCE, CHOICES).report.check(CheckName.AUDIO_QUALITY)

    assert (check.score, check.reasons) == (1.0, ())


@pytest.mark.parametrize("times", [1, 400])
def test_speech_that_cea_608_cannot_write_fails_for_one_reason(times: int) -> None:
    said = "Добрый вечер и добро пожаловать на заседание городского совета .".replace(" .", ".").split() * times
    words = tuple(Word(text, n * 500, n * 500 + 450, "A", 0.9) for n, text in enumerate(said))
    length_ms = 500 * len(words) + 1000
    transcript = replace(TRANSCRIPT, duration_ms=length_ms, words=words, speech=(Span(0, length_ms),))

    done = compose(transcript, replace(DECODED, duration_ms=length_ms), SOURCE, CHOICES)

    check = done.report.check(CheckName.SCC_VALIDITY)
    assert (done.report.outcome, check.verdict) == (Outcome.FAILED, Verdict.FAIL)
    assert ["no captions" in reason.text for reason in check.reasons] == [True]
    assert "transliterated" not in {finding.code for finding in done.findings}
    assert "Добрый вечер" in done.files["vtt"].decode()


def test_where_nobody_pauses_nothing_is_said_against_the_room() -> None:
    running = replace(DECODED, levels=DECODED.levels.knowing(-23.0, None))
    noisy = replace(DECODED, levels=DECODED.levels.knowing(-23.0, -30.0))

    def score(decoded: DecodedAudio) -> float | None:
        return compose(TRANSCRIPT, decoded, SOURCE, CHOICES).report.check(CheckName.AUDIO_QUALITY).score

    assert score(running) == 1.0
    assert score(noisy) == pytest.approx(4 / 12, abs=0.001)


def test_the_summary_is_left_out_when_nobody_wants_it() -> None:
    assert "summary" not in compose(TRANSCRIPT, DECODED, SOURCE, replace(CHOICES, include_summary=False)).files


def test_the_citys_spelling_goes_into_every_file_with_a_record() -> None:
    vocabulary = Vocabulary((Entry("Okafor", EntryKind.PERSON, ("Oakafor",), 0),))

    done = compose(TRANSCRIPT, DECODED, SOURCE, replace(CHOICES, vocabulary=vocabulary))

    assert b"Oakafor" not in done.files["vtt"]
    assert b"Okafor" in done.files["vtt"]
    assert len(done.corrections) == len(json.loads(done.files["words"])["corrections"]) == 1


@pytest.mark.parametrize(
    ("rate", "drop", "wanted", "label"),
    [
        (None, None, "01:00:00;00", "01:00:00;00"),
        (None, None, "01:00:00:00", "01:00:00:00"),
        (Fraction(30_000, 1001), None, "01:00:00:00", "01:00:00;00"),
        (Fraction(30_000, 1001), False, "01:00:00;00", "01:00:00:00"),
        (Fraction(24_000, 1001), None, "01:00:00;00", "01:00:00:00"),
        (Fraction(30_000, 1001), None, "00:01:00:00", "00:01:00;02"),
        (Fraction(30_000, 1001), None, "00:10:00:00", "00:10:00;00"),
    ],
)
def test_labels_count_as_the_picture_does(rate: Fraction | None, drop: bool | None, wanted: str, label: str) -> None:
    source = replace(SOURCE, frame_rate=rate, drop_frame=drop)

    assert scc_options(source, replace(CHOICES, start_tc=wanted)).start_tc == label


@pytest.mark.parametrize("title", ["", "..", "a/b\\c", "{base}", "x" * 400, "Ünïcödé 会議", "nul\0"])
def test_titles_that_are_no_file_names_are_written_all_the_same(title: str, tmp_path: Path) -> None:
    source = replace(SOURCE, title=title)

    written, _ = write_outputs(
        tmp_path / "out", compose(TRANSCRIPT, DECODED, source, CHOICES), TRANSCRIPT, source, CHOICES
    )

    assert {path.name for path in (tmp_path / "out").iterdir()} == {entry["name"] for entry in written.values()}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_manifest_names_every_file_and_comes_last(tmp_path: Path) -> None:
    composition = compose(TRANSCRIPT, DECODED, SOURCE, CHOICES)

    written, _ = write_outputs(tmp_path, composition, TRANSCRIPT, SOURCE, CHOICES)

    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert list(written)[-1] == "manifest"
    assert manifest["files"] == {kind: entry for kind, entry in written.items() if kind != "manifest"}
    assert manifest["notice"] is None
    assert manifest["source"]["path"] == SOURCE.path


def test_an_output_folder_that_cannot_be_made_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Temporary) as caught:
        write_outputs(tmp_path / "file" / "out", compose(EMPTY, DECODED, SOURCE, CHOICES), EMPTY, SOURCE, CHOICES)

    assert (caught.value.code, caught.value.outside) == ("storage_unwritable", True)


SPANISH = "¿Por qué cierran el parque? Mis niños juegan allí, señor."


def test_another_language_stands_in_every_file_and_report_with_its_own_letters() -> None:
    words = tuple(Word(text, 9000 + n * 400, 9350 + n * 400, "B", 0.9) for n, text in enumerate(SPANISH.split()))
    spoken = OtherSpeech(9000, 13_000, "es", 0.91, has_words=True)
    both = replace(
        TRANSCRIPT, words=(*WORDS, *words), speech=(Span(0, 8000), Span(9000, 13_000)), other_languages=(spoken,)
    )

    done = compose(both, DECODED, SOURCE, CHOICES)

    scc = done.files["scc"].decode()
    assert not has_errors(check_scc(scc))
    shown = " ".join(" ".join(cue.rows) for cue in read_scc(scc).cues)
    assert all(word in shown for word in ("¿Por", "qué", "niños", "allí,", "señor."))
    assert all("niños" in done.files[kind].decode() for kind in ("vtt", "srt", "txt", "json", "words"))
    assert json.loads(done.files["words"])["other_languages"] == [
        {"start_ms": 9000, "end_ms": 13_000, "language": "es", "probability": 0.91, "has_words": True}
    ]
    told = [reason["text"] for check in json.loads(done.files["quality"])["checks"] for reason in check["reasons"]]
    assert "From 0:09 to 0:13 Spanish is spoken (91% probable), and written as it is said." in told


def test_a_tag_of_another_language_stands_in_every_file_and_a_person_looks() -> None:
    tag = Sound(SoundKind.SPEAKING, 9000, 13_000, "Spanish")
    spoken = OtherSpeech(9000, 13_000, "es", 0.91, has_words=False)
    both = replace(TRANSCRIPT, sounds=(tag,), speech=(Span(0, 8000), Span(9000, 13_000)), other_languages=(spoken,))

    done = compose(both, DECODED, SOURCE, CHOICES)

    shown = [" ".join(cue.rows) for cue in read_scc(done.files["scc"].decode()).cues]
    assert "[speaking Spanish]" in shown
    assert all("[speaking Spanish]" in done.files[kind].decode() for kind in ("vtt", "srt", "txt", "json"))
    assert json.loads(done.files["words"])["sounds"] == [
        {"kind": "speaking Spanish", "start_ms": 9000, "end_ms": 13_000}
    ]
    assert done.report.outcome is Outcome.NEEDS_REVIEW
