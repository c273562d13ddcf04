"""Whether a file still is the content that was accepted, as far as its stamp tells; reading it is ingest's business."""

from pathlib import Path

from shared.errors import Temporary
from shared.media.identity import Stamp, stamp_of

IN_DOUBT = "recording_in_doubt"
MISSING = "recording_missing"
"""Code of a file that is not on its mount any more."""


def require_same(media: Path, accepted: Stamp | None) -> None:
    """Raise ``in_doubt`` unless the file is there and bears the stamp it was accepted with; None was never stamped.

    Raises OSError where the file cannot be looked at.
    """
    if accepted is not None and not stamp_of(media.stat()).same_as(accepted):
        raise in_doubt(media.name)


def in_doubt(name: str) -> Temporary:
    """Somebody has touched the file: nothing is made of it, or for it, until ingest has looked at it again."""
    return Temporary(
        f"{name} has been touched since it was accepted. It is looked at again first, to see whether it still is the"
        " recording that these captions are of.",
        code=IN_DOUBT,
        retry_after_s=15,
        outside=True,
    )
