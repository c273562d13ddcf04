"""API keys: long random strings of which only the hash is kept.

256 random bits cannot be guessed, so a plain SHA-256 is enough; a slow hash would cost every request its slowness.
"""

import hashlib
import secrets
from enum import StrEnum

PREFIX = "ark_"
"""Makes a key that was pasted into the wrong place recognisable to people and to scanners."""


class Permission(StrEnum):
    """What a key may do, never more than its owner may."""

    READ = "read"
    WRITE = "write"
    TRANSCRIBE = "transcribe"


def new_key() -> str:
    """A key that nobody has had before."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(key: str) -> str:
    """What is stored and looked up."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
