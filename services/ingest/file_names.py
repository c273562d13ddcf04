"""Which names in a folder are recordings, by name alone.

Recorders, copy programs, desktops and storage boxes leave names that look like recordings while they are not, or not
yet. The list grows by accidents; each line says whose it is.
"""

import hashlib
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

MEDIA_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".m4a", ".avi", ".mkv", ".wmv", ".mp3", ".wav", ".flac", ".ogg"}
    | {".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".m2t", ".aac"}
)

_NOT_RECORDINGS = (
    ".*",  # hidden: ._* (macOS), .nfs* (deleted but open), .~tmp~ (rsync), our own temporary names
    "~$*",  # Office locks
    "*~",  # editors
    "thumbs.db",
    "desktop.ini",
    "*.part",  # Firefox, wget, our own copies
    "*.partial",
    "*.tmp",
    "*.temp",
    "*.crdownload",  # Chrome
    "*.download",  # Safari
    "*.filepart",  # WinSCP
    "*.!ut",
    "*.!qb",
    "*.aria2",
    "*.lock",
    "*.tmp.*",
    "*.part.*",
    "*_captioned.mp4",  # burnt-in copies made from a recording, by us and by our predecessor
)

_NOT_FOLDERS = (
    ".*",  # hidden: .stversions (Syncthing), .Trash-1000, .snapshot, .AppleDouble
    "@eadir",  # Synology
    "#recycle",
    "#snapshot",
    "$recycle.bin",
    "system volume information",
    "lost+found",
    "vod_processed",  # output of our predecessor
)


def is_recording_name(name: str) -> bool:
    """Whether a file of this name may be a recording."""
    lowered = name.lower()
    if any(fnmatchcase(lowered, pattern) for pattern in _NOT_RECORDINGS):
        return False
    return PurePosixPath(lowered).suffix in MEDIA_SUFFIXES


def is_searched_folder(name: str) -> bool:
    """Whether recordings are looked for in a folder of this name."""
    lowered = name.lower()
    return not any(fnmatchcase(lowered, pattern) for pattern in _NOT_FOLDERS)


def printable(name: str) -> str:
    """``name`` as text that a database and a person can take: bytes that are not UTF-8 become ``\\xNN``."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


LONGEST_PATH_BYTES = 2400
"""PostgreSQL's index of mount and path takes 2 704 bytes in one entry."""


def ledger_path(path: str) -> str:
    """``path`` as the ledger keeps it: printable, and one that is too long so shortened in a way that stays unique.

    Only what is not UTF-8 can be too long: every other byte takes four there.
    """
    shown = printable(path)
    if len(shown.encode()) <= LONGEST_PATH_BYTES:
        return shown
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{shown.encode()[:1000].decode('utf-8', 'ignore')}... [{digest}]/{printable(path.rpartition('/')[2])}"


def is_storable(path: str) -> bool:
    """Whether the path is valid UTF-8 and short enough, so that it can be kept and found again exactly."""
    return ledger_path(path) == path
