"""Whether a recording may be taken for a show's without asking a person."""

from datetime import datetime
from typing import Any

import pytest

from services.vod.gateways.cablecast_models import Reel, Show
from services.vod.linking import suggest, verify_link
from services.vod.recording_name import read_name

HOUR_MS = 3_600_000


def council(**changed: Any) -> Show:
    facts = {
        "id": 2101,
        "title": "Maplewood City Council",
        "public_title": "Maplewood City Council 09/14/26",
        "event_at": datetime.fromisoformat("2026-09-14T18:30:00-05:00"),
        "run_time_s": 3600,
    }
    return Show(**facts | changed)


NAME = read_name("2101-1-Maplewood City Council (20260914).mp4")


def test_a_name_that_agrees_with_its_show_is_certain() -> None:
    verdict = verify_link(NAME, council(), [Reel(id=1, number=1, length_s=3600)], duration_ms=HOUR_MS)

    assert verdict.is_certain
    assert verdict.score == 1.0
    assert verdict.reasons == (
        "The title fits: 'Maplewood City Council'.",
        "The date fits: 2026-09-14.",
        "The running time fits: the recording lasts 1:00:00, the show 1:00:00.",
    )


def test_a_show_that_is_not_timed_yet_says_nothing_against_it() -> None:
    assert verify_link(NAME, council(run_time_s=0), duration_ms=HOUR_MS).is_certain


def test_the_id_of_last_months_meeting_goes_to_a_person() -> None:
    verdict = verify_link(NAME, council(event_at=datetime.fromisoformat("2026-08-24T18:30:00-05:00")))

    assert not verdict.is_certain
    assert "The date in the name is 21 days from the show's, 2026-08-24." in verdict.reasons


def test_another_city_on_the_same_evening_goes_to_a_person() -> None:
    verdict = verify_link(read_name("2101-1-Birchwood City Council (20260914).mp4"), council())

    assert not verdict.is_certain


def test_a_day_is_taken_where_the_station_is() -> None:
    late_evening = datetime.fromisoformat("2026-09-14T23:30:00-05:00")

    verdict = verify_link(NAME, council(event_at=late_evening))

    assert "The date fits: 2026-09-14." in verdict.reasons


def test_misspelt_words_and_initials_are_the_same_title() -> None:
    safety = council(title="Lake Elmo Public Safety Committee", public_title=None)
    authority = council(title="Lake Elmo Economic Development Authority", public_title=None)

    assert verify_link(read_name("16380 - Lake Elmo Public Safety Comittee.mov"), safety).is_certain
    assert verify_link(read_name("21459-1-Lake Elmo EDA.mp4"), authority).is_certain


@pytest.mark.parametrize(
    ("shared", "beginning"),
    [(8, "The title fits: "), (7, "The title fits in part: "), (6, "The name says ")],
)
def test_a_title_fits_by_how_many_of_the_ten_words_of_the_name_it_has(shared: int, beginning: str) -> None:
    words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett"]
    show = council(title=" ".join(words[:shared]), public_title=None)

    verdict = verify_link(read_name(f"2101-1-{' '.join(words)} (20260914).mp4"), show)

    assert verdict.reasons[0].startswith(beginning)


def test_a_slot_longer_than_the_meeting_is_outvoted_by_title_and_date() -> None:
    assert verify_link(NAME, council(run_time_s=7200), duration_ms=HOUR_MS).is_certain


def test_a_wrong_length_alone_beside_a_bare_id_is_not_certain() -> None:
    assert not verify_link(read_name("2101-1.mp4"), council(run_time_s=7200), duration_ms=HOUR_MS).is_certain


def test_an_id_with_nothing_else_to_compare_is_not_certain() -> None:
    assert not verify_link(read_name("2101-1.mp4"), council()).is_certain


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2101-3-Maplewood City Council (20260914).mp4", "The show has no reel 3."),
        (
            "2101-Maplewood City Council (20260914).mp4",
            "The show has 2 reels, and the name does not say which.",
        ),
    ],
)
def test_a_reel_that_cannot_be_told_goes_to_a_person(name: str, reason: str) -> None:
    verdict = verify_link(read_name(name), council(), [Reel(id=1, number=1), Reel(id=2, number=2)])

    assert not verdict.is_certain
    assert verdict.reasons[0] == reason


def test_the_length_of_the_named_reel_is_compared_and_not_of_the_show() -> None:
    reels = [Reel(id=1, number=1, length_s=3600), Reel(id=2, number=2, length_s=1800)]

    verdict = verify_link(NAME, council(run_time_s=5400), reels, duration_ms=HOUR_MS)

    assert "The running time fits: the recording lasts 1:00:00, the show 1:00:00." in verdict.reasons


@pytest.mark.parametrize(
    ("slot_s", "recorded_s", "says"),
    [
        (3600, 3240, "The running time fits:"),
        (3600, 3200, "The running time fits in part:"),
        (3600, 2700, "The running time fits in part:"),
        (3600, 2690, "The running times differ:"),
        (300, 180, "The running time fits in part:"),
        (300, 179, "The running times differ:"),
    ],
)
def test_a_short_recording_may_differ_by_two_minutes_and_a_long_one_by_a_quarter(
    slot_s: int, recorded_s: int, says: str
) -> None:
    verdict = verify_link(NAME, council(run_time_s=slot_s), duration_ms=recorded_s * 1000)

    assert any(reason.startswith(says) for reason in verdict.reasons), verdict.reasons


def test_the_best_show_is_suggested_first_and_bad_ones_not_at_all() -> None:
    shows = [
        council(id=1, title="Harvest Parade", public_title=None, event_at=None),
        council(id=2, event_at=datetime.fromisoformat("2026-08-24T18:30:00-05:00")),
        council(id=3),
        council(id=3),
        council(id=4, title="Fernbrook Planning Commission", public_title=None),
    ]

    suggestions = suggest(shows, read_name("Maplewood City Council 09142026.mp4"), duration_ms=HOUR_MS)

    assert [suggestion.show_id for suggestion in suggestions[:2]] == [3, 2]
    assert 1 not in [suggestion.show_id for suggestion in suggestions]
    assert suggestions[0].score == 1.0
    assert suggestions[0].as_facts()["event_at"] == "2026-09-14T18:30:00-05:00"


def test_a_name_without_anything_to_compare_gets_no_suggestion() -> None:
    assert suggest([council()], read_name("0001.mp4")) == []


@pytest.mark.parametrize(
    ("named", "title", "says"),
    [
        ("Comite de Agua", "Comité de Água", "The title fits:"),
        ("Saint_Paul Council", "SAINT PAUL COUNCIL", "The title fits:"),
        ("Meeting of the Council", "Council", "The title fits:"),
        ("Council 2026", "Council", "The title fits:"),
        ("Water Sewer Roads Parks", "Water Sewer Roads", "The title fits in part:"),
        ("Water Sewer Roads Parks Trees", "Water Sewer Roads Parks", "The title fits:"),
        ("Water Sewer Roads", "Water Sewer", "The name says"),
        ("Meeting 12", "Council", "The name has no title"),
        ("grant review", "great review", "The name says"),
        ("EDA", "Economic Development Authority", "The title fits:"),
        ("E2A", "Eastern 2nd Authority", "The name says"),
        ("Bard", "Board", "The title fits:"),
        ("ctx", "ctxx", "The name says"),
    ],
)
def test_a_title_fits_by_its_own_words(named: str, title: str, says: str) -> None:
    verdict = verify_link(read_name(f"2101-1-{named}.mp4"), council(title=title, public_title=None))

    assert verdict.reasons[0].startswith(says), verdict.reasons


@pytest.mark.parametrize(
    ("day", "score", "is_certain"),
    [("15", 1.0, True), ("16", 0.929, True), ("21", 0.571, True), ("22", 0.5, False), ("29", 0.0, False)],
)
def test_a_week_lies_between_a_date_that_fits_and_one_that_contradicts(
    day: str, score: float, is_certain: bool
) -> None:
    shifted = council(event_at=datetime.fromisoformat(f"2026-09-{day}T18:30:00-05:00"), run_time_s=None)

    verdict = verify_link(NAME, shifted)

    assert verdict.is_certain is is_certain
    # Title and date are compared: 0.85 of all the weight there is.
    assert verdict.score == pytest.approx((0.5 + 0.35 * score) / 0.85 * 0.925, abs=0.002)


def test_the_only_reel_is_taken_where_the_name_gives_none() -> None:
    named = read_name("2101-Maplewood City Council (20260914).mp4")

    verdict = verify_link(named, council(run_time_s=60), [Reel(id=1, number=4, length_s=3600)], duration_ms=HOUR_MS)

    assert verdict.is_certain
    assert verdict.score == 1.0


def test_no_more_suggestions_are_made_than_are_asked_for_and_the_newest_show_comes_first() -> None:
    shows = [council(id=number) for number in (7, 9, 8)]

    found = suggest(shows, read_name("Maplewood City Council 09142026.mp4"), most=2)

    assert [suggestion.show_id for suggestion in found] == [9, 8]
    assert found[0].title == "Maplewood City Council"
    assert len(found[0].reasons) == 2  # there was no length to compare
    assert len(suggest([council(id=number) for number in range(9)], NAME)) == 5


@pytest.mark.parametrize(
    ("recorded_s", "score"), [(3600, 1.0), (3240, 0.9), (2700, 0.75), (1800, 0.5), (36, 0.01), (7200, 0.5)]
)
def test_the_score_falls_by_the_share_in_which_the_lengths_differ(recorded_s: int, score: float) -> None:
    verdict = verify_link(NAME, council(), duration_ms=recorded_s * 1000)

    # Title and date fit fully; the length has 0.15 of the weight.
    assert verdict.score == pytest.approx(0.85 + 0.15 * score, abs=0.0006)


def test_a_suggestion_is_kept_with_all_that_a_person_is_shown() -> None:
    (found,) = suggest([council(event_at=None, run_time_s=None)], NAME)

    assert found.as_facts() == {
        "show_id": 2101,
        "title": "Maplewood City Council",
        "event_at": None,
        "score": found.score,
        "reasons": ["The title fits: 'Maplewood City Council'."],
    }


@pytest.mark.parametrize(
    ("name", "changed", "recorded_s", "is_certain"),
    [
        ("2101-1.mp4", {}, 3600, True),  # the length alone speaks for it
        ("2101-1-Maplewood City Council.mp4", {"run_time_s": 7200}, 3600, False),  # one for, one against
        ("2101-1-Maplewood City Council (20260914).mp4", {"run_time_s": 7200}, 3600, True),
        ("2101-1-Birchwood Fire Board (20260914).mp4", {}, 3600, True),  # the title is outvoted
        ("2101-1-Birchwood Fire Board (20260914).mp4", {}, 300, False),
        ("2101-1-Maplewood City Council (20260801).mp4", {}, 3600, False),  # a date never is
    ],
)
def test_two_that_agree_outvote_a_title_or_a_length_and_never_a_date(
    name: str, changed: dict[str, Any], recorded_s: int, is_certain: bool
) -> None:
    verdict = verify_link(read_name(name), council(**changed), duration_ms=recorded_s * 1000)

    assert (verdict.show_id, verdict.is_certain) == (2101, is_certain)


def test_what_cannot_be_compared_is_said() -> None:
    bare = council(title=None, public_title=None, event_at=None, run_time_s=None)

    assert verify_link(read_name("2101-1.mp4"), bare).reasons == (
        "The name has no title to compare.",
        "There is no date to compare.",
        "There is no running time to compare.",
    )


def test_a_day_apart_is_the_same_meeting_and_more_is_told_in_days() -> None:
    def told(day: int) -> str:
        return verify_link(NAME, council(event_at=datetime.fromisoformat(f"2026-09-{day}T18:30:00-05:00"))).reasons[1]

    assert told(15) == "The date fits: 2026-09-15."
    assert told(16) == "The date in the name is 2 days from the show's, 2026-09-16."


@pytest.mark.parametrize(
    ("initials", "fits"), [("PC", True), ("PCB", True), ("PCBA", True), ("PCBAX", True), ("PCBAXZ", False)]
)
def test_two_to_five_initials_stand_for_words(initials: str, fits: bool) -> None:
    show = council(title="Pine Creek Board Area Xenon Zone", public_title=None)

    assert verify_link(read_name(f"2101-1-{initials}.mp4"), show).reasons[0].startswith("The title fits:") is fits


def test_accents_make_no_other_word() -> None:
    show = council(title="Pía Ávo Úno", public_title=None)

    assert verify_link(read_name("2101-1-Pia Avo Uno.mp4"), show).reasons[0].startswith("The title fits:")


def test_a_title_that_fits_in_part_counts_for_that_part() -> None:
    show = council(title="Water Sewer Roads", public_title=None, event_at=None)

    verdict = verify_link(read_name("2101-1-Water Sewer Roads Parks.mp4"), show)

    # Only the title is compared: half of all the weight there is.
    assert verdict.score == pytest.approx(0.75 * (0.5 + 0.5 * 0.5), abs=0.0006)
