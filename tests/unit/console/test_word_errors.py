"""The word error rate against the library that the field uses."""

import subprocess
import sys

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.word_errors import word_error_rate, words

text = st.lists(st.sampled_from(["aye", "no", "motion", "the"]), min_size=1, max_size=12).map(" ".join)


@given(text, text)
def test_the_rate_is_the_one_that_jiwer_finds(reference: str, heard: str) -> None:
    assert word_error_rate(reference, heard) == pytest.approx(jiwer.wer(reference, heard))


def test_sounds_case_and_punctuation_are_no_words() -> None:
    assert words("[GAVEL BANGS] Seven O'clock. ♪ (laughter)") == ["seven", "o'clock"]


def test_silence_misses_every_word() -> None:
    assert word_error_rate("All in favor, say aye.", "") == 1.0


def test_a_reference_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no words"):
        word_error_rate("[MUSIC]", "Aye.")


def test_words_of_every_script_are_words() -> None:
    assert words("Señora Peña’s – ÉTÉ; Überstraße_1") == ["señora", "peña's", "été", "überstrasse", "1"]
    assert words("会议 on 9") == ["会", "议", "on", "9"]


def test_words_are_compared_where_there_is_no_numpy() -> None:
    """The image of the demonstration has none, and it ends with this figure."""
    program = (
        "import sys; sys.modules['numpy'] = None; from services.console.word_errors import word_error_rate as rate;"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{program} print(rate('the motion carries', 'a motion'))"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert float(done.stdout) == pytest.approx(2 / 3)
