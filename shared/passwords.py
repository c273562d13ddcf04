"""Passwords: Argon2id with the library's present recommendation (RFC 9106), rehashed when that changes."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2

from shared.errors import Temporary

Result = TypeVar("Result")

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


class PasswordPool:
    """Threads of their own for Argon2, which takes a tenth of a second on purpose: whoever reads a file meanwhile does
    not wait behind those who log in, and who would wait long is told so at once."""

    def __init__(self, concurrency: int = 2, *, max_waiting: int = 32) -> None:
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="passwords")
        self._most = concurrency + max_waiting
        self._present = 0

    async def verify(self, stored: str | None, password: str) -> bool:
        """See :func:`verify_password`. Raises Temporary (``busy``) when too many are waiting."""
        return await self._run(lambda: verify_password(stored, password))

    async def hash(self, password: str) -> str:
        """See :func:`hash_password`. Raises Temporary (``busy``) when too many are waiting."""
        return await self._run(lambda: hash_password(password))

    def close(self) -> None:
        """Begin nothing any more; what is being computed is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._present >= self._most:
            raise Temporary("Too many people are logging in; try again soon.", code="busy", retry_after_s=5)
        self._present += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._present -= 1
