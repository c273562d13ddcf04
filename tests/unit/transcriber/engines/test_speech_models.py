# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import json
from pathlib import Path

import pytest

from services.transcriber.engines.speech_models import (
    MARKER,
    Padding,
    cached_models,
    check_folder,
    find_model,
    from_here,
    model_languages,
)
from shared.errors import Unusable
from shared.languages import languages
from tests.parrot import make_parrot

DEMONSTRATION = Path(__file__).parents[4] / "demo" / "model"


def test_the_demonstration_model_says_who_it_is() -> None:
    model = find_model(str(DEMONSTRATION))

    assert (model.name, model.is_demonstration) == ("archivist-demonstration", True)
    assert 5_000_000 < model.size_bytes < 8_000_000


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "model_not_chosen"),
        ("  ", "model_not_chosen"),
        ("/nowhere/at/all", "model_folder_missing"),
        ("./models/small", "model_folder_missing"),
        ("models/whisper/small", "model_folder_missing"),
        ("smal.en", "model_unknown"),
        ("small.en", "model_not_here"),
        ("somebody/some-model", "model_not_here"),
        ("somebody/bad..name!", "model_unknown"),
    ],
)
def test_a_model_that_cannot_be_had_is_one_sentence(tmp_path, name, code) -> None:
    with pytest.raises(Unusable) as refused:
        find_model(name, cache_dir=tmp_path, offline=True)

    assert refused.value.code == code
    assert refused.value.message.rstrip().endswith((".", ")."))


def test_an_incomplete_folder_names_what_is_missing(tmp_path) -> None:
    for name in ("model.bin", "config.json", "vocabulary.json"):
        (tmp_path / name).write_text("{}")

    with pytest.raises(Unusable, match=r"it lacks tokenizer\.json"):
        check_folder(tmp_path)


def test_a_folder_without_a_marker_is_an_ordinary_model(tmp_path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_text("{}")

    assert not check_folder(tmp_path).is_demonstration
    (tmp_path / MARKER).write_text(json.dumps({"name": "mine", "demonstration": True}))
    assert (check_folder(tmp_path).name, check_folder(tmp_path).is_demonstration) == ("mine", True)


def test_a_model_says_itself_how_it_wants_its_windows(tmp_path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_text("{}")

    assert (check_folder(tmp_path).padding, check_folder(tmp_path).window_ms) == (Padding.SILENCE, 0)
    (tmp_path / MARKER).write_text(json.dumps({"padding": "zeros", "window_s": 20}))
    assert (check_folder(tmp_path).padding, check_folder(tmp_path).window_ms) == (Padding.ZEROS, 20_000)
    assert check_folder(DEMONSTRATION).padding is Padding.ZEROS

    (tmp_path / MARKER).write_text(json.dumps({"padding": "noise"}))
    with pytest.raises(Unusable, match='the padding "noise"; known are silence and zeros') as refused:
        check_folder(tmp_path)
    assert refused.value.code == "model_incomplete"


def test_an_empty_cache_holds_no_models(tmp_path) -> None:
    assert cached_models(tmp_path) == ()


def test_a_folder_is_asked_for_the_languages_that_its_model_knows(tmp_path) -> None:
    parrot = make_parrot(tmp_path / "ours", {"es": 0.9})
    known = model_languages(str(parrot))
    tokens = json.loads((parrot / "vocabulary.json").read_text())
    (parrot / "vocabulary.json").unlink()
    (parrot / "vocabulary.txt").write_text("".join(f"{token}\n" for token in tokens))  # as older models have it

    assert known == languages() - {"yue"}  # which came with large-v3
    assert model_languages(str(parrot)) == known
    assert model_languages(str(DEMONSTRATION)) == frozenset({"en"})


@pytest.mark.parametrize(
    ("name", "known"),
    [("small.en", {"en"}), ("distil-large-v3", {"en"}), ("small", None), ("a/b", None), ("/no", None)],
)
def test_what_is_not_here_is_asked_by_its_name(name, known) -> None:
    assert model_languages(name) == known


def test_a_folder_is_meant_from_where_its_name_was_typed(tmp_path, monkeypatch) -> None:
    """The child that loads it works in the project's folder and looked there."""
    (tmp_path / "weights" / "base").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    assert from_here("weights/base") == str(tmp_path / "weights" / "base")
    assert from_here("./weights/none") == str(tmp_path / "weights" / "none")
    assert [from_here(name) for name in ("base", "somebody/some-model", str(DEMONSTRATION))] == [
        "base",
        "somebody/some-model",
        str(DEMONSTRATION),
    ]
