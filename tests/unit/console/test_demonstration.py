"""What the demonstration says at its end."""

from pathlib import Path

import pytest

from services.console.demonstration import DemonstrationResult, report
from services.console.progress_display import Teller


@pytest.mark.parametrize(
    ("seen_as", "link"),
    [
        ("http://127.0.0.1:8750", "http://127.0.0.1:8750/store-12/captions.en.m3u8"),
        ("http://127.0.0.1:40001", "http://127.0.0.1:40001/store-12/captions.en.m3u8"),
        ("", "http://cablecast:8750/store-12/captions.en.m3u8"),
    ],
)
def test_the_link_to_the_captions_is_where_the_server_is_now(
    seen_as: str, link: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An earlier run had another port, or the server is a container with a name that its host does not know."""
    publication = {
        "status": "published",
        "show_id": 2101,
        "vod_id": 1,
        "evidence": {"reason": "Proven.", "captions_url": "http://cablecast:8750/store-12/captions.en.m3u8"},
    }
    outcome = DemonstrationResult({"quality_score": None, "output_directory": None}, publication, "Good evening.", 0.0)

    report(outcome, Teller(), tmp_path, tmp_path / "a.scc", seen_as)

    assert f"  {link}\n" in capsys.readouterr().out
