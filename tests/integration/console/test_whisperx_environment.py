"""WhisperX's environment, with locks that hold nothing: found again, repaired, and replaced when the lock changes."""

from pathlib import Path

from services.console.whisperx_environment import LOCKS, whisperx_python


def test_an_environment_is_kept_repaired_and_replaced_when_its_lock_changes(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    for name in LOCKS:
        (tmp_path / "requirements" / name).write_text("")
    said: list[str] = []

    def python() -> Path:
        said.clear()
        return whisperx_python(tmp_path, said.append, proofs=("pip",))

    first = python()
    assert said[0].startswith("making") and first.exists()
    assert python() == first and len(said) == 1
    (first.parents[1] / "archivist-stamp").unlink()
    assert python() == first and said[0].startswith("completing")
    first.unlink()
    assert python() == first and said[0].startswith("making") and first.exists()
    (tmp_path / "requirements" / LOCKS[0]).write_text("# another")
    second = python()
    assert second != first and second.exists() and not first.exists()
