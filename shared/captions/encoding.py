"""Bytes of a caption file as text, whatever program on whatever computer wrote them."""

from shared.captions.model import Finding, Severity
from shared.errors import InvalidInput

MAX_BYTES = 32 * 1024 * 1024
"""A three-hour meeting takes about 300 kB in any caption format."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The text of a caption file; a finding when its encoding had to be guessed, InvalidInput when it is no text."""
    if len(content) > MAX_BYTES:
        raise InvalidInput(
            f"The file has {len(content)} bytes; a caption file has at most {MAX_BYTES}.", code="too_large"
        )
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _strict(content, name), ()
    if b"\x00" in content[:4]:
        wide = "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
        return _strict(content, wide), (_guessed(f"{wide.upper()} without a byte order mark"),)
    if b"\x00" in content:
        raise InvalidInput("The file is not text: it contains zero bytes.", code="not_text")
    try:
        return content.decode("utf-8"), ()
    except UnicodeDecodeError:
        # Five bytes of Windows-1252 mean nothing; whoever used them gets a visible question mark.
        return content.decode("cp1252", errors="replace"), (_guessed("Windows-1252"),)


def _strict(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        raise InvalidInput(f"The file says it is {name.upper()}, but is not.", code="not_text") from None


def _guessed(name: str) -> Finding:
    return Finding("encoding", f"The file is not UTF-8; it is read as {name}.", Severity.WARNING)
