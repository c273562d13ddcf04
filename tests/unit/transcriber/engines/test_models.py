# mypy: allow-untyped-defs, allow-untyped-calls, allow-incomplete-defs

import json
from pathlib import Path

import pytest

from services.transcriber.engines.models import MARKER, cached_models, check_folder, find_model
from shared.errors import Unusable

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

    with pytest.raises(Unusable, match=r"tokenizer\.json is missing"):
        check_folder(tmp_path)


def test_a_folder_without_a_marker_is_an_ordinary_model(tmp_path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_text("{}")

    assert not check_folder(tmp_path).is_demonstration
    (tmp_path / MARKER).write_text(json.dumps({"name": "mine", "demonstration": True}))
    assert (check_folder(tmp_path).name, check_folder(tmp_path).is_demonstration) == ("mine", True)


def test_an_empty_cache_holds_no_models(tmp_path) -> None:
    assert cached_models(tmp_path) == ()
