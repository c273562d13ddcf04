"""Bytes of unknown origin become text, or a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.captions import decode
from shared.captions.encoding import MAX_BYTES
from shared.errors import InvalidInput


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised(encoding: str) -> None:
    assert decode("José — café".encode(encoding))[0] == "José — café"


def test_a_guess_is_a_finding() -> None:
    text, findings = decode("“José”".encode("cp1252"))

    assert text == "“José”"
    assert [finding.code for finding in findings] == ["encoding"]


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe\x00\xd8", b"x" * (MAX_BYTES + 1)])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode(content)


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    try:
        assert isinstance(decode(content)[0], str)
    except InvalidInput as refusal:
        assert refusal.message
