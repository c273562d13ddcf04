"""Passwords: Argon2id with the library's present recommendation (RFC 9106), rehashed when that changes."""

import argon2

_hasher = argon2.PasswordHasher()

# Verified when a name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("no such person")


def hash_password(password: str) -> str:
    """The string to store."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """True when ``password`` belongs to ``stored``; None stands for a person who does not exist."""
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """True when the stored hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)
