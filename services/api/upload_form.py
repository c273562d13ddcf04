"""A multipart form with one file, written to disk as it arrives and never held in memory.

FastAPI would read the whole form into temporary files before it asks who is sending it; this is called after that
question, counts every byte, and leaves nothing behind when it refuses.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import uuid4

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.errors import InvalidInput, Temporary
from shared.storage.files import require_space

FILE_FIELD = "file"
_MAX_TEXT_BYTES = 64 * 1024
"""All fields but the file, together with the lines around them."""
_MAX_PARTS = 50


@dataclass(frozen=True, slots=True)
class UploadForm:
    """What was sent."""

    path: Path
    """Where the file lies; whoever reads the form removes it."""
    size_bytes: int
    fields: Mapping[str, list[str]]


@dataclass(slots=True)
class _Reading:
    """The state between the parser's callbacks; they must not wait, so bytes are only sorted here."""

    pending: list[bytes] = field(default_factory=list)
    fields: dict[str, list[str]] = field(default_factory=dict)
    has_file: bool = False
    is_whole: bool = False
    parts: int = 0
    text_bytes: int = 0
    _name: str = ""
    _text: bytearray = field(default_factory=bytearray)
    _header: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    _disposition: bytes = b""

    def begin(self) -> None:
        self.parts += 1
        if self.parts > _MAX_PARTS:
            raise InvalidInput(f"The form has more than {_MAX_PARTS} parts.", code="bad_form")
        self._name, self._disposition, self._text = "", b"", bytearray()

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def header_end(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            self._disposition = bytes(self._header[1])
        self._header = (bytearray(), bytearray())

    def headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        if self._name == FILE_FIELD:
            if self.has_file:
                raise InvalidInput("The form has more than one file.", code="bad_form", param=FILE_FIELD)
            self.has_file = True

    def body(self, data: bytes, start: int, end: int) -> None:
        if self._name == FILE_FIELD:
            self.pending.append(data[start:end])
            return
        self.text_bytes += end - start
        if self.text_bytes > _MAX_TEXT_BYTES:
            raise InvalidInput("The fields beside the file are too long.", code="bad_form", param=self._name)
        self._text += data[start:end]

    def finish(self) -> None:
        self.is_whole = True

    def end(self) -> None:
        if self._name != FILE_FIELD:
            self.fields.setdefault(self._name, []).append(self._text.decode("utf-8", "replace"))


@asynccontextmanager
async def receive_form(request: Request, folder: Path, *, max_bytes: int) -> AsyncIterator[UploadForm]:
    """Write the form's file into ``folder``, where it lies until the block is left.

    Raises ``InvalidInput`` (``bad_form``, ``no_file``, ``content_too_large``), or ``Temporary`` when there is no room.
    """
    parser, reading = _parser(request.headers.get("content-type", ""))
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > max_bytes + _MAX_TEXT_BYTES:
        raise _too_large(max_bytes)
    await asyncio.to_thread(require_space, folder, max_bytes)
    path = folder / f"{uuid4()}.upload"
    try:
        with await asyncio.to_thread(path.open, "xb") as file:
            size = await _receive(request, parser, reading, file, max_bytes)
        if not size:
            raise InvalidInput(
                f"Send a sound file in the form's field '{FILE_FIELD}'.", code="no_file", param=FILE_FIELD
            )
        yield UploadForm(path, size, reading.fields)
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _parser(content_type: str) -> tuple[MultipartParser, _Reading]:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InvalidInput("Send the sound as multipart/form-data.", code="bad_form", param=FILE_FIELD)
    reading = _Reading()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reading.begin,
                "on_header_field": reading.header_name,
                "on_header_value": reading.header_value,
                "on_header_end": reading.header_end,
                "on_headers_finished": reading.headers_finished,
                "on_part_data": reading.body,
                "on_part_end": reading.end,
                "on_end": reading.finish,
            },
        )
    except FormParserError as error:
        raise InvalidInput("The form's boundary cannot be used.", code="bad_form") from error
    return parser, reading


async def _receive(
    request: Request, parser: MultipartParser, reading: _Reading, file: IO[bytes], max_bytes: int
) -> int:
    size = 0
    try:
        async for chunk in request.stream():
            parser.write(chunk)
            pending = b"".join(reading.pending)
            reading.pending.clear()
            size += len(pending)
            if size > max_bytes:
                raise _too_large(max_bytes)
            if pending:
                await asyncio.to_thread(file.write, pending)
    except FormParserError as error:
        raise InvalidInput("The form cannot be read: it is badly made.", code="bad_form") from error
    except OSError as error:
        raise Temporary(
            f"The upload cannot be kept ({error.strerror}).", code="upload_unwritable", retry_after_s=60
        ) from error
    if not reading.is_whole:
        raise InvalidInput("The form cannot be read: it ends too early.", code="bad_form")
    return size


def _too_large(max_bytes: int) -> InvalidInput:
    return InvalidInput(
        f"The file is larger than {max_bytes / 2**20:g} MiB, which is the most that is taken here. Put long"
        " recordings on a mount.",
        code="content_too_large",
        param=FILE_FIELD,
    )
