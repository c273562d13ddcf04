import pytest
from pydantic import ValidationError

from shared.city import CitySettings, VocabularyEntry


def test_a_city_that_chooses_nothing_differs_in_nothing() -> None:
    assert CitySettings.model_validate({}).model_dump(exclude_defaults=True) == {}


def test_a_vocabulary_goes_to_the_pipeline_and_back() -> None:
    settings = CitySettings(vocabulary=(VocabularyEntry(text=" Okafor ", heard_as=("Oakafor",), uses=2),))

    assert settings.as_vocabulary().entries[0].text == "Okafor"
    assert settings.with_vocabulary(settings.as_vocabulary()) == settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"language": "English"},
        {"quality_threshold": 1.1},
        {"caption_start_tc": "00:01:00;00"},
        {"vocabulary": [{"text": " "}]},
    ],
)
def test_a_wrong_choice_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CitySettings.model_validate(wrong)
