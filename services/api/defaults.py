"""What the station chose for its transcriptions."""

from dataclasses import dataclass

from shared.rules import OutputFormat


@dataclass(frozen=True, slots=True)
class StationDefaults:
    """What holds where neither the wish nor the city says otherwise."""

    language: str
    model: str = ""
    """As the transcriber's settings have it; empty where the API is not told."""
    include_summary: bool = True
    output_format: OutputFormat = OutputFormat.SCC
