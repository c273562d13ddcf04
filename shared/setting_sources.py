"""Where settings come from besides the environment: a file for each secret, and a file with more settings.

Containers are given their secrets as files in volumes, so that no environment, process list or `docker inspect` shows
them. The demonstration's settings are a file that appears when it is started.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource

from shared.asyncio_tasks import end
from shared.errors import InvalidInput

_LOOK_S = 1.0


class SecretFiles(PydanticBaseSettingsSource):
    """``JWT_SECRET_KEY_FILE=/secrets/api/jwt-secret-key`` in place of ``JWT_SECRET_KEY``, for every secret."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The text of the file, without the line's end. Raises `InvalidInput` if it cannot be read."""
        variable = f"{field_name.upper()}_FILE"
        named = os.environ.get(variable)
        if not named or "SecretStr" not in str(field.annotation):
            return None, field_name, False
        try:
            return Path(named).read_text().strip("\r\n"), field_name, False
        except OSError as error:
            raise InvalidInput(
                f"{variable}: {named} cannot be read ({error.strerror}).", code="settings_unusable"
            ) from error

    def __call__(self) -> dict[str, Any]:
        """The secrets that have a file which is not empty."""
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: SecretStr(text) for name, text in found.items() if text}


def settings_file_source(settings_cls: type[BaseSettings]) -> PydanticBaseSettingsSource:
    """The file that SETTINGS_FILE names, in the form of a ``.env``; nothing while it is not there."""
    return DotEnvSettingsSource(settings_cls, env_file=os.environ.get("SETTINGS_FILE") or None, env_ignore_empty=True)


class SettingsChanged(Exception):
    """The settings file says something else than at the start: whoever read it begins anew (`shared.entry`)."""


async def end_when_changed(file: Path | None) -> None:
    """Tell this process to end its work, as a SIGTERM would, when the settings file is another; then return.

    A change has to be seen twice, so that a file which is being written anew with the same words changes nothing.
    Never returns without a file to look at.
    """
    if file is None:
        await asyncio.Event().wait()
        return
    first = seen = _content(file)
    while True:
        await asyncio.sleep(_LOOK_S)
        now = _content(file)
        if now == seen != first:
            break
        seen = now
    os.kill(os.getpid(), signal.SIGTERM)


@asynccontextmanager
async def watching_settings(file: Path | None) -> AsyncIterator[None]:
    """Work that ends when the settings file changes. Raises `SettingsChanged` when that is what ended it."""
    watching = asyncio.create_task(end_when_changed(file), name="settings")
    try:
        yield
    finally:
        changed = watching.done() and not watching.cancelled() and watching.exception() is None
        await end([watching])
    if changed:
        raise SettingsChanged


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
