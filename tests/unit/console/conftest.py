"""Files for the commands."""

from pathlib import Path

import pytest

from tests.unit.console.caption_command import VTT


@pytest.fixture
def vtt(tmp_path: Path) -> Path:
    path = tmp_path / "meeting.vtt"
    path.write_text(VTT)
    return path
