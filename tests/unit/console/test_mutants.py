"""What is counted as noticed when the code is broken on purpose."""

from pathlib import Path

import pytest

from services.console.mutants import Tried, copy_of, table


@pytest.mark.parametrize(
    ("result", "survives"),
    [
        ("killed", False),
        ("timeout", False),
        ("segfault", False),
        ("check was interrupted by user", False),
        ("survived", True),
        ("no tests", True),
        ("not checked", True),
        ("skipped", True),
    ],
)
def test_a_break_has_survived_unless_a_test_failed_or_never_ended(result: str, survives: bool) -> None:
    tried = Tried({"shared.captions.clock_times.x_stamp__mutmut_1": result})

    assert tried.survivors == (["shared.captions.clock_times.x_stamp__mutmut_1"] if survives else [])
    assert tried.share == (0 if survives else 1)


def test_the_table_tells_each_package_and_how_many_only_ran_out_of_time() -> None:
    tried = Tried(
        {
            "shared.captions.clock_times.x_stamp__mutmut_1": "killed",
            "shared.captions.clock_times.x_stamp__mutmut_2": "timeout",
            "shared.db.lanes.x_rows_of__mutmut_1": "survived",
            "shared.db.lanes.x_rows_of__mutmut_2": "killed",
        }
    )

    assert [row.split() for row in table(tried, 7).splitlines()] == [
        ["shared.captions", "2", "of", "2", "noticed"],
        ["shared.db", "1", "of", "2", "noticed"],
        ["by", "running", "out", "of", "time", "1"],
        ["all", "3", "of", "4", "noticed:", "75.0%", "(seed", "7)"],
    ]


def test_the_copy_forgets_who_calls_what_and_keeps_the_breaks_that_were_made(tmp_path: Path) -> None:
    made = tmp_path / "var" / "mutants" / "mutants"
    made.mkdir(parents=True)
    for name in ("mutmut-stats.json", "kept.meta"):
        (made / name).write_text("{}")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "new.py").write_text("ONE = 1\n")

    tree = copy_of(tmp_path)

    assert (tree / "shared" / "new.py").read_text() == "ONE = 1\n"
    assert [path.name for path in made.iterdir()] == ["kept.meta"]
