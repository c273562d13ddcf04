"""What is done with files, each as one call that runs in a child process and may be given up there."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from services.vod.sidecar import PlacedSidecar, ReplacePolicy, place_sidecar, remove_sidecar
from shared.errors import NotFound, Temporary, Unusable
from shared.media.identity import Stamp
from shared.storage.content import MISSING, require_same
from shared.storage.files import opened_regular


class _Unjudged(Exception):
    """Somebody else's file, and nobody has said yet whether it is captions."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content


def place_checked(
    mount_root: Path,
    recording: str,
    accepted: Stamp | None,
    content: bytes,
    ours: frozenset[str],
    judged: Mapping[str, bool],
) -> PlacedSidecar | bytes:
    """Place only beside the content that the captions are of; looked at before, and once more after.

    ``judged`` says of somebody else's files, by SHA-256, whether they are captions. The answer is such a file's content
    where that is not known: judging may take long, which says nothing about the drive.
    """

    def is_captions(present: bytes) -> bool:
        digest = hashlib.sha256(present).hexdigest()
        if digest not in judged:
            raise _Unjudged(present)
        return judged[digest]

    look(mount_root, recording, accepted)
    try:
        placed = place_sidecar(mount_root, recording, content, is_captions=is_captions, policy=ReplacePolicy(ours=ours))
    except _Unjudged as question:
        return question.content
    try:
        look(mount_root, recording, accepted)
    except (Temporary, NotFound):
        remove_sidecar(mount_root, placed)
        raise
    return placed


def look(mount_root: Path, recording: str, accepted: Stamp | None) -> None:
    """Raise Temporary where the recording was touched since it was accepted, NotFound where it is not there."""
    try:
        require_same(mount_root / recording, accepted)
    except FileNotFoundError as error:
        raise NotFound(f"{recording!r} is not on its mount any more.", code=MISSING) from error
    except OSError as error:
        raise away(recording) from error


def look_if_there(mount_root: Path, recording: str, accepted: Stamp | None) -> None:
    """The same, and nothing to say where it is not there."""
    try:
        look(mount_root, recording, accepted)
    except NotFound:
        return


def away(recording: str) -> Temporary:
    """The recording cannot be reached now."""
    return Temporary(
        f"{recording} is not on its mount now. Its sidecar is placed when the mount is back.",
        code="recording_away",
        retry_after_s=30,
        outside=True,
    )


def read_captions(scc: Path, sha256: str, output_root: Path) -> bytes:
    """The file from the output tree; that it is gone or another one is believed the second time it is read."""
    content = _kept(scc, output_root)
    if content is None or _digest(content) != sha256:
        content = _kept(scc, output_root)
    if content is None:
        raise Unusable(
            f"{scc.name} is not in the output tree any more. Retry the transcription to write it again.",
            code="captions_missing",
        )
    if _digest(content) != sha256:
        raise Unusable(
            f"{scc.name} in the output tree was changed after it had been checked, so it is not published. Retry the"
            " transcription to write it again.",
            code="captions_changed",
        )
    return content


def _kept(scc: Path, output_root: Path) -> bytes | None:
    """None when it is not there; an output tree that is not there itself is waited for."""
    try:
        try:
            with opened_regular(scc, through_links=True) as file:
                return file.read()
        except FileNotFoundError:
            if next(output_root.iterdir(), None) is None:
                raise
            return None
    except OSError as error:
        raise Temporary(
            f"{output_root} cannot be read ({error.strerror}).", code="storage_unreadable", outside=True
        ) from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
