"""What is odd about the lines of a `.env` file: names that nobody reads, and lines that are none."""

from pathlib import Path

from services.console.paths import ROOT

ENV_FILE = ROOT / ".env"


def odd_lines(file: Path = ENV_FILE) -> list[str]:
    """One sentence for each name or line that changes nothing although somebody wrote it; values are never told."""
    from dotenv.parser import parse_stream

    from services.console.known_settings import unknown_settings

    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", errors="replace") as stream:
        bindings = list(parse_stream(stream))
    told = unknown_settings(binding.key for binding in bindings if binding.key and binding.value is not None)
    for binding in bindings:
        if binding.error or (binding.key and binding.value is None):
            # What stands there may be a part of a secret.
            at = f"Line {binding.original.line} of {file.name}"
            told.append(f"{at} changes nothing: it is not of the form NAME=value, or a quotation mark is missing.")
    return told
