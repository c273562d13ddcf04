"""Sound that begins later than the pictures: what is said is captioned so much later, from the decoder to the words."""

import json
import subprocess
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

import pytest

from services.transcriber.single import transcribe_file
from tests.integration.pipeline.test_single import _quiet, order_of

LATER_MS = 2016
"""Some two seconds: a whole number of the detector's frames, so that the same sound is asked the same questions."""
FRAME_MS = 40


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments], check=True, timeout=120)


@pytest.fixture(scope="module")
def sentences(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some sentences of the clip, with small pictures."""
    path = tmp_path_factory.mktemp("late") / "sentences.mp4"
    small = ["-vf", "scale=64:48", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"]
    ffmpeg("-ss", "18", "-i", str(clip), "-t", "22", *small, str(path))
    return path


@pytest.mark.parametrize(("container", "codecs"), [("ts", "copy copy"), ("mpg", "mpeg2video mp2")])
async def test_words_of_late_sound_are_late_by_as_much(
    sentences: Path, tmp_path: Path, container: str, codecs: str
) -> None:
    picture, sound = codecs.split()

    async def words(later_ms: int) -> list[tuple[str, int]]:
        media, out = tmp_path / f"{later_ms}.{container}", tmp_path / f"captions-{later_ms}"
        late = ["-itsoffset", str(later_ms / 1000), "-i", str(sentences)]
        ffmpeg("-i", str(sentences), *late, "-map", "0:v", "-map", "1:a", "-c:v", picture, "-c:a", sound, str(media))
        await transcribe_file(order_of(media, out), _quiet)
        quality = json.loads((out / "quality.json").read_text())
        scores = {check["name"]: check["score"] for check in quality["checks"]}
        assert scores["file_integrity"] == 1.0
        return [(word["text"], word["start_ms"]) for word in json.loads((out / "words.json").read_text())["words"]]

    together, late = await words(0), await words(LATER_MS)

    assert [text for text, _ in together[:10]] == [text for text, _ in late[:10]] != []
    # One word more in one of them must not set every word against its neighbour.
    before, after = ([text for text, _ in said] for said in (together, late))
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    shifts = [late[one.b + at][1] - together[one.a + at][1] for one in blocks for at in range(one.size)]
    assert len(shifts) >= 0.8 * max(len(together), len(late))
    assert abs(shifts[0] - LATER_MS) <= FRAME_MS
    assert abs(median(shifts) - LATER_MS) <= FRAME_MS
