"""Who spoke, as it is kept with a transcription."""

import pytest

from shared.errors import NotFound
from shared.meetings import NameProposal, VoiceMatch
from shared.meetings.member_names import NameEvidence
from shared.speaker_cast import Naming, Speaker, Speakers

CAST = Speakers(
    model="voices",
    turns=((0, 2000, "S1"), (2000, 3000, "S2")),
    speakers=(Speaker(label="S1", speech_ms=2000, first_ms=0), Speaker(label="S2", speech_ms=1000, first_ms=2000)),
)
CALLED = NameProposal("S2", "Elena Garza", "Council Member", 0.5, (NameEvidence("Council Member Garza?", 1500, 2000),))


NAMING = Naming(by="ana", status="completed")


def heard(names: dict[str, str] | None = None, **voices: tuple[float, ...]) -> Speakers:
    names = names or {}
    return Speakers(
        model="voices",
        speakers=tuple(
            Speaker(label=label, name=names.get(label), speech_ms=1000, first_ms=0, voice=voice)
            for label, voice in voices.items()
        ),
    )


def test_proposals_of_both_kinds_are_kept_with_their_evidence_the_most_certain_first() -> None:
    found = CAST.with_proposals([CALLED], [VoiceMatch("S2", "Member Garza", 0.81)])

    first, second = found.speaker("S2").proposals
    assert (first.name, first.evidence, first.confidence) == ("Member Garza", "voice", 0.81)
    assert (second.name, second.evidence) == ("Council Member Garza", "address")
    assert second.quotes[0].text == "Council Member Garza?"
    assert found.speaker("S1").proposals == ()


def test_a_proposal_is_no_name() -> None:
    assert CAST.with_proposals([CALLED], []).names == {}


def test_a_confirmed_name_ends_the_guessing() -> None:
    named = CAST.with_name("S2", "Council Member Garza", Naming(by="ana", status="completed"))

    again = named.with_proposals([CALLED], [VoiceMatch("S2", "Mayor Reed", 0.9)])

    assert again.names == {"S2": "Council Member Garza"}
    assert again.speaker("S2").proposals == ()


def test_a_name_goes_to_the_same_voice_of_the_same_recording_and_to_no_other() -> None:
    earlier = heard(S1=(1.0, 0.0, 0.0), S2=(0.0, 1.0, 0.0), names={"S2": "Mayor Reed"})
    # S1 is like both, and most like the voice that nobody has named; S2 is like nobody.
    again = heard(S1=(0.75, 0.66, 0.0), S2=(0.0, 0.0, 1.0), S3=(0.1, 0.99, 0.0))

    assert again.with_name("S2", "Clerk", NAMING).with_names_of([earlier]).names == {"S2": "Clerk", "S3": "Mayor Reed"}
    assert heard(S1=(0.75, 0.66, 0.0)).with_names_of([earlier]).names == {}
    assert again.with_names_of([earlier.model_copy(update={"model": "other voices"})]).names == {}


def test_where_voices_cannot_be_compared_a_name_goes_to_who_says_the_same_words() -> None:
    named = CAST.with_name("S2", "Mayor Reed", NAMING).with_name("S1", "Clerk", NAMING)
    nearly = ((0, 1900, "S2"), (2050, 3000, "S1"))
    half = ((0, 2000, "S1"), (2000, 2500, "S2"), (2500, 4000, "S2"))

    def again(turns: tuple[tuple[int, int, str], ...], model: str = "other voices") -> dict[str, str]:
        return CAST.model_copy(update={"turns": turns, "model": model}).with_names_of([named]).names

    assert again(nearly) == {"S2": "Clerk", "S1": "Mayor Reed"}
    assert again(half) == {"S1": "Clerk"}
    assert again(nearly, "voices") == {}


def test_the_name_that_was_given_last_stands() -> None:
    first = heard(S1=(1.0, 0.0, 0.0), S2=(0.0, 1.0, 0.0), names={"S1": "Member Lee", "S2": "Mayor Reed"})
    second = heard(S1=(1.0, 0.0, 0.0), S2=(0.0, 1.0, 0.0), names={"S1": "Member Garza"})

    again = heard(S1=(1.0, 0.0, 0.0), S2=(0.0, 1.0, 0.0))

    assert again.with_names_of([second, first]).names == {"S1": "Member Garza", "S2": "Mayor Reed"}


def test_somebody_who_was_not_heard_cannot_be_named() -> None:
    with pytest.raises(NotFound, match="no speaker S9"):
        CAST.with_name("S9", "Mayor Reed", Naming(by="ana", status="completed"))


def test_what_is_stored_reads_back_the_same() -> None:
    found = CAST.with_proposals([CALLED], [])

    assert Speakers.model_validate(found.model_dump(mode="json")) == found
