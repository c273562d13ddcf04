"""The list of what can happen."""

from shared.event_kinds import ABOUT, DECIDED_BY, Happened, Subject


def test_everything_that_can_happen_is_said_to_be_about_something() -> None:
    assert list(ABOUT) == list(Happened)


def test_a_kind_begins_with_what_it_is_about() -> None:
    other = {Happened.UPLOAD_ACCEPTED: Subject.TRANSCRIPTION, Happened.WORK_RETRIED: None}
    other |= {Happened.WORK_PAUSED: None, Happened.WORK_RESUMED: None}
    for kind, about in ABOUT.items():
        assert about.subject == other.get(kind, about.subject)
        if kind not in other:
            assert kind.split(".")[0] == about.subject


def test_what_the_program_itself_asks_for_later_is_never_too_old() -> None:
    assert {kind for kind in DECIDED_BY if ABOUT[kind].days is not None} == set()
