from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.city import CitySettings, VocabularyEntry
from shared.quality import CheckName, Thresholds


def test_a_city_that_chooses_nothing_differs_in_nothing() -> None:
    assert CitySettings.model_validate({}).model_dump(exclude_defaults=True) == {}


def test_a_vocabulary_goes_to_the_pipeline_and_back() -> None:
    settings = CitySettings(vocabulary=(VocabularyEntry(text=" Okafor ", heard_as=("Oakafor",), uses=2),))

    assert settings.as_vocabulary().entries[0].text == "Okafor"
    assert settings.with_vocabulary(settings.as_vocabulary()) == settings


@pytest.mark.parametrize(("typed", "kept"), [("pt-BR", "pt"), ("Spanish", "es"), ("auto", "auto")])
def test_a_language_is_kept_as_the_engine_wants_it(typed: str, kept: str) -> None:
    assert CitySettings.model_validate({"language": typed}).language == kept


def test_a_body_with_a_long_name_is_in_the_vocabulary() -> None:
    name = "Maplewood Parks Recreation and Open Space Board"
    settings = CitySettings(vocabulary=(VocabularyEntry(text=name),))

    assert settings.as_vocabulary().entries[0].text == name


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"colour": "red"}, "Extra inputs are not permitted"),
        ({"language": "klingon"}, "'klingon' is no language that Whisper knows"),
        ({"language": "es", "model": "small.en"}, "small.en knows English only; use small for Spanish."),
        ({"quality_threshold": 1.1}, "less than or equal to 1"),
        ({"caption_start_tc": "00:01:00;00"}, "00:01:00;00"),
        ({"vocabulary": [{"text": " "}]}, "at least 1 character"),
        ({"vocabulary": [{"text": "one two three four five six seven eight nine"}]}, "has one to 8 words"),
        ({"min_speakers": 5, "max_speakers": 3}, "min_speakers (5) is above max_speakers (3)"),
        ({"quality": [1]}, "numbers by name"),
        ({"quality": {"snr_good": 12}}, "Unknown quality threshold: snr_good"),
        ({"quality": {"snr_good_db": "loud"}}, "snr_good_db must be a number"),
        ({"quality": {"snr_good_db": float("nan")}}, "snr_good_db must be a number"),
        ({"quality": {"coverage_good": 1.2}}, "coverage_good must lie between 0 and 1"),
        ({"quality": {"coverage_good": 0.6}}, "coverage_good (0.6) must be above coverage_lost (0.7)"),
        ({"quality": {"drift_good_ms": 4000}}, "drift_good_ms (4000) must be below drift_lost_ms (3000)"),
        ({"quality": {"onset_good_ms": 1.5}}, "whole number"),
        ({"quality": {"pass_scores": {"loudness": 0.5}}}, "There is no check 'loudness'"),
        ({"quality": {"pass_scores": {"completeness": 2}}}, "completeness must lie between 0 and 1"),
        ({"quality": {"fail_score": 0.8}}, "fail_score in quality is above"),
        ({"quality": {"fail_score": 0.5}, "quality_threshold": 0.4}, "fail_score in quality is above"),
        ({"quality": {"pass_score": 0.5}, "quality_threshold": 0.6}, "name one of them"),
    ],
)
def test_a_wrong_choice_is_refused_in_a_sentence(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        CitySettings.model_validate(wrong)

    (told,) = refused.value.errors(include_url=False)
    assert says in told["msg"]


def test_a_citys_numbers_go_before_the_stations() -> None:
    station = Thresholds(pass_score=0.8)
    settings = CitySettings.model_validate(
        {"quality": {"snr_good_db": 12, "drift_good_ms": 400.0, "pass_scores": {"completeness": 0.95}}}
    )

    city = settings.thresholds(station)

    assert (city.snr_good_db, city.drift_good_ms, city.pass_score) == (12, 400, 0.8)
    assert city.pass_score_of(CheckName.COMPLETENESS) == 0.95
    assert settings.model_dump(exclude_defaults=True)["quality"]["drift_good_ms"] == 400
    assert CitySettings(quality_threshold=0.6).thresholds(station).pass_score == 0.6


@given(
    st.floats(0, 1),
    st.dictionaries(
        st.sampled_from([each.name for each in fields(Thresholds) if each.name != "pass_scores"]), st.floats(-99, 9999)
    ),
)
def test_what_a_city_may_say_works_at_every_station(stations_score: float, values: dict[str, float]) -> None:
    try:
        settings = CitySettings.model_validate({"quality": values})
    except ValidationError:
        return
    thresholds = settings.thresholds(Thresholds(pass_score=stations_score))

    assert all(thresholds.fail_score_of(name) <= thresholds.pass_score_of(name) for name in CheckName)
