"""What is told of the rows that workers take."""

from shared.db.event_log import SUBJECT_OF
from shared.db.lane_rows import ROWS


def test_the_rows_of_every_lane_have_a_name_in_events() -> None:
    """Without one their retries would not be told."""
    assert {rows.model for rows in ROWS.values()} == set(SUBJECT_OF)
