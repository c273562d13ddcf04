"""Caption files and word lists on disk: read whatever is there, with a limit on how much and on how long."""

import os
import stat
from pathlib import Path

from shared.captions.codes import Channel
from shared.captions.encoding import MAX_BYTES
from shared.captions.interchange import READABLE, Loaded, check_captions, format_of, main_channel_of, read_captions
from shared.captions.model import Finding
from shared.captions.profiles import Profile
from shared.errors import InvalidInput


def load(path: Path, start_tc: str | None, channel: Channel = "CC1") -> Loaded:
    """Read a caption file; ``start_tc`` is the label of media time 0 where the format itself does not say."""
    ending = format_of(path.name, READABLE)
    return read_captions(content_of(path), ending, start_tc, channel)


def check(path: Path, profile: Profile, start_tc: str | None, channel: Channel = "CC1") -> tuple[Finding, ...]:
    """Everything wrong with a caption file."""
    return check_captions(load(path, start_tc, channel), format_of(path.name, READABLE), profile, start_tc)


def channel_of(path: Path) -> Channel:
    """The channel in which a caption file has its captions; CC1 where the format has no channels."""
    ending = format_of(path.name, READABLE)
    return main_channel_of(content_of(path), ending) or "CC1"


def content_of(path: Path, kind: str = "caption file") -> bytes:
    """The bytes of a regular file of sensible size; a pipe or device could keep us waiting for ever."""
    try:
        # Not to be held up by a pipe that nobody writes to.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise InvalidInput(f"{path} is not a file.")
            if state.st_size > MAX_BYTES:
                raise InvalidInput(f"{path} has {state.st_size} bytes; a {kind} has at most {MAX_BYTES}.")
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
