"""`archivist transcribe` as a person and as a program use it: real files, the demonstration model, real signals."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from services.console.paths import ROOT

RECORDING = next((ROOT / "demo" / "recording").glob("*.mp4"))
COMMAND = [sys.executable, "-m", "services.console", "transcribe", "--model", "demo/model"]
SMALL = 2000
"""Bytes that a file may have where the disk is full: enough for names and notes, not for sound."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first twenty seconds of the demonstration meeting."""
    return _cut(tmp_path_factory.mktemp("clip") / "clip.mp4", 20)


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its first 77 seconds: the roll call, the minutes, and item seven, in three slices."""
    return _cut(tmp_path_factory.mktemp("meeting") / "meeting.mp4", 77)


def _cut(path: Path, seconds: int) -> Path:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(RECORDING), "-t", str(seconds), "-c", "copy", str(path)]
    subprocess.run(command, check=True)
    return path


@pytest.fixture
def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WHISPER", "SUMMARY"))}
    return {**kept, "PYTHONPATH": str(ROOT), "SLICE_SECONDS": "30"}


@pytest.fixture
def transcribe(tmp_path: Path, environment: dict[str, str]) -> Run:
    """Run the command in an empty folder."""

    def run(*words: str | os.PathLike[str], **options: Any) -> subprocess.CompletedProcess[str]:
        options = {"cwd": tmp_path, "stdin": subprocess.DEVNULL, **options}
        extra = options.pop("env", {})
        return subprocess.run(
            [*COMMAND, *words], env={**environment, **extra}, capture_output=True, text=True, check=False, **options
        )

    return run


def test_a_person_sees_how_good_it_is_how_it_begins_and_where_it_lies(
    transcribe: Run, meeting: Path, tmp_path: Path
) -> None:
    answer = transcribe(meeting)

    assert answer.returncode in (0, 1), answer.stderr
    said = answer.stdout.splitlines()
    verdict = ("The captions may be published.", "A person should look before the captions are published.")
    assert said[0].startswith(f"{meeting}: {verdict[answer.returncode]} Score ")
    assert said[1].endswith("of speech in English, 1 min 17 s of recording")
    assert "times real time, by faster-whisper" in said[2]
    cues = json.loads((tmp_path / "captions/meeting/cues.json").read_text())["cues"][:3]
    shown = [line.split(maxsplit=1)[1] for line in said if line.startswith("     0:")]
    assert shown == [cue["text"].replace("\n", " / ") for cue in cues]
    assert said[-1].startswith("  captions/meeting/: meeting.scc, meeting.vtt, meeting.srt, meeting.txt, cues.json")
    tenths = [line for line in answer.stderr.splitlines() if line.startswith("  transcribing: ")]
    assert 2 <= len(tenths) <= 10
    assert tenths[-1].startswith("  transcribing: 100 %")
    assert "Traceback" not in answer.stderr


def test_speakers_are_told_apart_where_no_model_for_it_was_chosen(
    transcribe: Run, meeting: Path, tmp_path: Path
) -> None:
    answer = transcribe(meeting, "--speakers")

    assert answer.returncode in (0, 1), answer.stderr
    words = json.loads((tmp_path / "captions/meeting/words.json").read_text())["words"]
    assert len({word["speaker"] for word in words} - {None}) >= 2
    assert "not told apart" not in (tmp_path / "captions/meeting/quality.json").read_text()
    assert ">>" in (tmp_path / "captions/meeting/meeting.vtt").read_text().replace("&gt;", ">")


def test_several_files_get_captions_each_whatever_is_wrong_with_others(
    transcribe: Run, clip: Path, tmp_path: Path
) -> None:
    quiet = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=25:duration=1", "mute.mp4"]
    subprocess.run(quiet, cwd=tmp_path, check=True)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken.mp4").write_bytes(clip.read_bytes()[:20_000])
    (tmp_path / "b").mkdir()
    odd = "two\nlines 'and' \"quotes\" \udcff.mp4"
    for name in ("clip.mp4", "b/clip.mp4", odd, "-dash.mp4"):
        shutil.copy(clip, tmp_path / name)
    names = ["mute.mp4", "clip.mp4", "folder", "pipe", "broken.mp4", "b/clip.mp4", "nothing.mp4", odd, "-dash.mp4"]

    answer = transcribe("--json", "-f", "srt", "--out", "out", "--", *names)

    document = json.loads(answer.stdout)
    found = {one["file"]: one for one in document["recordings"]}
    assert (answer.returncode, document["exit_status"], document["interrupted"]) == (2, 2, False)
    assert [one["file"] for one in document["recordings"]] == names
    assert {name: one["error"]["code"] for name, one in found.items() if one["error"]} == {
        "mute.mp4": "no_audio",
        "folder": "not_a_file",
        "pipe": "not_a_file",
        "broken.mp4": "media_unreadable",
        "nothing.mp4": "file_not_found",
    }
    assert found["broken.mp4"]["error"]["detail"] == "moov atom not found"
    good = [found[name] for name in ("clip.mp4", "b/clip.mp4", odd, "-dash.mp4")]
    assert [Path(one["folder"]).relative_to(tmp_path) for one in good] == [
        Path("out/clip"),
        Path("out/clip 2"),
        Path("out/two_lines 'and' _quotes_ _"),
        Path("out/-dash"),
    ]
    texts = {Path(one["files"]["srt"]).read_text() for one in good}
    assert len(texts) == 1  # the same sound
    assert "Traceback" not in answer.stderr
    assert answer.stderr.isprintable() or all(line.isprintable() for line in answer.stderr.splitlines())
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        Path(one["folder"]).name for one in good
    )


def test_a_program_gets_scores_and_verdicts_and_a_person_a_table(transcribe: Run, clip: Path, tmp_path: Path) -> None:
    shutil.copy(clip, tmp_path / "a.mp4")
    shutil.copy(clip, tmp_path / "b.mp4")

    strict = {"QUALITY_THRESHOLD": "1"}  # no recording is perfect
    told = transcribe("a.mp4", "b.mp4", "--output_dir", "out", "--output_format", "txt", env=strict)
    [again] = json.loads(transcribe("a.mp4", "--out", "out/a", "--json", env=strict).stdout)["recordings"]

    assert (told.returncode, again["status"]) == (1, "needs_review")
    assert told.stdout.splitlines()[-3].startswith("2 recordings: 2 to be reviewed")
    assert [line.split()[3] for line in told.stdout.splitlines()[-2:]] == [f"{again['score']:.2f}"] * 2
    assert again["reasons"] and all(reason["text"] for reason in again["reasons"])
    assert again["words"] > 20
    assert again["speech_ms"] < again["duration_ms"]
    assert {Path(file).name for file in again["files"].values()} >= {"a.scc", "a.vtt", "a.srt", "a.txt", "words.json"}


def test_captions_that_a_person_edited_stay_when_they_are_made_again(
    transcribe: Run, clip: Path, tmp_path: Path
) -> None:
    transcribe(clip)
    scc = tmp_path / "captions" / "clip" / "clip.scc"
    made = scc.read_text()
    scc.write_text("edited by hand")

    again = transcribe(clip)

    assert scc.read_text() == "edited by hand"
    assert scc.with_name("clip.new.scc").read_text() == made
    told = "clip.scc: edited since it was written here, so it stays as it is. The new one is beside it: clip.new.scc."
    assert told in again.stdout
    assert sorted(path.name for path in scc.parent.iterdir() if ".new" in path.name) == ["clip.new.scc"]

    scc.with_name("clip.new.scc").write_text("edited by hand, too")
    third = transcribe(clip)

    assert scc.with_name("clip.new.scc").read_text() == "edited by hand, too"
    assert scc.with_name("clip.new-2.scc").read_text() == made
    told = "clip.scc, clip.new.scc: edited since they were written here, so they stay as they are. The new one is"
    assert f"{told} beside them: clip.new-2.scc." in third.stdout


def test_the_summary_is_the_one_that_the_settings_ask_for(transcribe: Run, clip: Path, tmp_path: Path) -> None:
    # Nobody answers there: the page is written all the same, and the reason told.
    model = {"SUMMARY_API_URL": "http://127.0.0.1:9/v1", "SUMMARY_API_MODEL": "small"}
    told = transcribe(clip, "--out", "told", env=model)
    off = transcribe(clip, "--out", "off", env={**model, "INCLUDE_SUMMARY": "false"})
    asked = transcribe(clip, "--out", "asked", "--summary", env={"INCLUDE_SUMMARY": "false"})

    reason = "  The summary has the meeting's own sentences only: The summary model at http://127.0.0.1:9/v1 cannot be"
    assert reason in told.stdout
    assert "summary model" not in off.stdout + asked.stdout
    assert [(tmp_path / name / "summary.md").exists() for name in ("told", "off", "asked")] == [True, False, True]


def test_a_recording_may_come_from_standard_input(transcribe: Run, clip: Path, tmp_path: Path) -> None:
    with clip.open("rb") as file:
        answer = transcribe("-", "-o", "out", "-f", "srt", "--json", stdin=file)

    [found] = json.loads(answer.stdout)["recordings"]
    assert (found["file"], found["error"]) == ("-", None)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "standard input.srt",
        "quality.json",
        "manifest.json",
    }


def test_names_in_latin_1_are_names(transcribe: Run, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_bytes("person: Nuñez\n".encode("latin-1"))

    answer = transcribe(clip, "--vocabulary", "names.txt", "-o", "out", "-f", "txt")

    assert answer.returncode in (0, 1), answer.stderr
    assert (tmp_path / "out" / "clip.txt").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--out", "/proc/captions"], "out_unwritable"),
        (["--model", "./nowhere"], "model_folder_missing"),
        (["--engine", "other"], "unknown_engine"),
        (["--start-tc", "noon"], "timecode"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_a_code(
    transcribe: Run, clip: Path, tmp_path: Path, words: list[str], code: str
) -> None:
    answer = transcribe(clip, *words)

    [told] = [line for line in answer.stderr.splitlines() if line.startswith("archivist: ")]
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "Traceback" not in answer.stderr
    assert told.endswith(f"[{code}]")
    assert not (tmp_path / "captions").exists()


def test_what_may_not_be_read_or_written_is_a_sentence(
    transcribe: Run, clip: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    shutil.copy(clip, tmp_path / "secret.mp4")
    (tmp_path / "secret.mp4").chmod(0)
    (tmp_path / "closed").mkdir(mode=0o555)
    # Root may do everything, unless it gives that up.
    humbly = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []

    def told(*words: str) -> tuple[int, str]:
        command = [*humbly, *COMMAND, *words]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr.removeprefix("archivist: ").rstrip()

    closed = "closed/out cannot be written (Permission denied). Choose another folder with --out. [out_unwritable]"
    names = "secret.mp4 cannot be read: Permission denied. [invalid_input]"
    assert told(str(clip), "--out", "closed/out") == (2, f"{clip}: {closed}")
    assert told(str(clip), "--vocabulary", "secret.mp4") == (2, names)
    assert told("secret.mp4") == (2, "secret.mp4: The file cannot be read (Permission denied). [file_unreadable]")


def test_a_full_disk_is_a_sentence_and_the_next_run_goes_on(transcribe: Run, clip: Path, tmp_path: Path) -> None:
    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, SMALL))

    full = transcribe(clip, "--out", "out", preexec_fn=fill, env={"PYTHONDONTWRITEBYTECODE": "1"})
    freed = transcribe(clip, "--out", "out")

    assert full.returncode == 2
    assert "out/.work cannot be written (" in full.stderr
    assert full.stderr.rstrip().endswith("[work_storage_unwritable]")
    assert "Traceback" not in full.stderr
    assert (tmp_path / "out" / "clip.srt").exists()
    assert freed.returncode in (0, 1), freed.stderr


def test_two_at_once_do_not_write_into_one_folder(
    transcribe: Run, clip: Path, meeting: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    with _begun(meeting, tmp_path, environment) as running:
        _wait_for(tmp_path / "out" / ".work", running)
        second = transcribe(clip, "--out", "out")

    assert second.returncode == 2
    assert second.stderr.rstrip().endswith(("[folder_in_use]", "[folder_taken]"))


def test_ctrl_c_ends_all_of_it_and_the_same_command_goes_on(
    transcribe: Run, meeting: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    first = tmp_path / "out" / ".work" / "fast" / "slice-0000.json"
    with _begun(meeting, tmp_path, environment) as running:
        _wait_for(first, running)
        children = psutil.Process(running.pid).children(recursive=True)
        os.killpg(running.pid, signal.SIGINT)  # what a terminal does
        _, told = running.communicate(timeout=30)

    assert running.returncode == 130
    assert told.splitlines()[-1] == "Stopped. Run the same command again to go on."
    assert "Traceback" not in told
    assert children
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
    again = transcribe(meeting, "--out", "out", "--workers", "1")
    assert again.returncode in (0, 1), again.stderr
    assert "reading the sound: " not in again.stderr
    assert not (tmp_path / "out" / ".work").exists()


def test_ctrl_c_while_the_sound_is_read_leaves_no_half_of_it(
    transcribe: Run, meeting: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    whole = transcribe(meeting, "--out", "whole", "-f", "words")
    with _begun(meeting, tmp_path, environment, "-f", "words") as running:
        _wait_for(tmp_path / "out" / ".work", running)
        os.killpg(running.pid, signal.SIGINT)
        running.communicate(timeout=30)
    assert running.returncode == 130

    again = transcribe(meeting, "--out", "out", "--workers", "1", "-f", "words")

    assert whole.returncode == again.returncode
    assert (tmp_path / "out" / "words.json").read_bytes() == (tmp_path / "whole" / "words.json").read_bytes()


@contextmanager
def _begun(media: Path, folder: Path, environment: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """A transcription in a process group of its own, ended when the block is left."""
    with subprocess.Popen(
        [*COMMAND, str(media), "--out", "out", "--workers", "1", *words],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that run in the background of a shell inherit that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for(path: Path, running: subprocess.Popen[str]) -> None:
    for _ in _until(60):
        if path.exists():
            return
        assert running.poll() is None, running.communicate()
    raise AssertionError(f"{path} does not appear")


def _until(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.02)
