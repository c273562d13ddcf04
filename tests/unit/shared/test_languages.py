"""One spelling of a language for every engine, and models that are told what they cannot do."""

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from shared.errors import InvalidInput, Unusable
from shared.languages import AUTO, by_language, knows_by_name, language_code, language_name, languages, require_language


def test_the_codes_are_those_of_whisper() -> None:
    assert languages() == set(_LANGUAGE_CODES)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("en", "en"),
        ("pt-BR", "pt"),
        ("zh_Hant_TW", "zh"),
        ("es-419", "es"),
        (" Spanish ", "es"),
        ("haitian  creole", "ht"),
        ("spa", "es"),
        ("GER", "de"),
        ("nb", "no"),
        ("Castilian", "es"),
        ("AUTO", AUTO),
    ],
)
def test_a_language_may_be_spelt_in_every_usual_way(typed: str, code: str) -> None:
    assert language_code(typed) == code


@pytest.mark.parametrize("typed", ["klingon", "", "xx", "e n", "english please", "\0"])
def test_what_is_no_language_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(InvalidInput, match="no language that Whisper knows") as refused:
        language_code(typed)

    assert refused.value.code == "unknown_language"


def test_every_language_is_found_by_its_own_name() -> None:
    assert {language_code(language_name(code)) for code in languages()} == languages()


@pytest.mark.parametrize(
    ("model", "advice"),
    [
        ("small.en", "small.en knows English only; use small for Spanish."),
        ("distil-medium.en", "distil-medium.en knows English only; use medium for Spanish."),
        ("distil-large-v3", "distil-large-v3 knows English only; use large-v3 for Spanish."),
        ("Systran/faster-whisper-base.en", "use a multilingual model for Spanish."),
        ("distil-whisper/distil-large-v3.5-ct2", "use a multilingual model for Spanish."),
        ("/models/medium.en/", "use a multilingual model for Spanish."),
    ],
)
def test_a_model_of_one_language_is_known_by_its_name(model: str, advice: str) -> None:
    with pytest.raises(Unusable) as refused:
        require_language("es", model)

    assert refused.value.code == "language_unsupported"
    assert refused.value.message.endswith(advice)
    require_language("en", model)
    require_language(AUTO, model)


@pytest.mark.parametrize("model", ["small", "large-v3", "turbo", "Systran/faster-whisper-small", "/models/ours", ""])
def test_a_name_that_says_nothing_forbids_nothing(model: str) -> None:
    assert knows_by_name(model) is None
    require_language("es", model)


def test_what_is_known_of_a_model_goes_before_its_name() -> None:
    require_language("es", "ours.en", {"en", "es"})
    with pytest.raises(Unusable, match="small does not know Cantonese; use a later model"):
        require_language("yue", "small", {"en", "zh"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("/models/align", {"en": "/models/align"}),
        ("owner/model", {"en": "owner/model"}),
        ("es=/models/es, English=owner/model", {"es": "/models/es", "en": "owner/model"}),
        ("/models/en,es=/models/es", {"en": "/models/en", "es": "/models/es"}),
        ("/models/a=b", {"en": "/models/a=b"}),
    ],
)
def test_one_value_for_each_language_or_a_plain_one(text: str, found: dict[str, str]) -> None:
    assert by_language(text, "en") == found


def test_a_word_before_an_equals_sign_is_a_language() -> None:
    with pytest.raises(InvalidInput, match="klingon"):
        by_language("klingon=/models/k", "en")
