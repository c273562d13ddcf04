"""Where the project lies, and what its `.env` file says."""

import contextlib
import os
import re
import secrets
import stat
from collections.abc import MutableMapping
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from services.console.paths import ROOT
from services.console.stack.lock import Addresses, running_on
from shared.errors import InvalidInput, NotFound

if TYPE_CHECKING:  # pydantic takes longer to load than `--help` may
    from shared.settings import Settings

# Blank lines of .env.example that `archivist init` fills with something nobody can guess.
SECRETS = ("JWT_SECRET_KEY", "ADMIN_PASSWORD", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "GRAFANA_PASSWORD")
# Of those, what a settings file may get later. PostgreSQL and Grafana take theirs only when their data are made, so a
# line that comes later would lock the services of containers out, which have made their own.
LATER_SECRETS = ("JWT_SECRET_KEY", "ADMIN_PASSWORD", "REDIS_PASSWORD")

_FOLDERS = frozenset(
    {"WHISPER_MODEL_PATH", "MODEL_CACHE", "DEFAULT_OUTPUT_PATH", "TEMP_DIRECTORY", "UPLOAD_DIRECTORY"}
    | {"LOG_FILE", "SETTINGS_FILE"}
)
_MODELS = frozenset({"WHISPER_MODEL", "ALIGN_MODEL", "DIARIZATION_MODEL"})
"""A folder or a name; of ALIGN_MODEL one for each language."""


def write_env_file(target: Path, example: Path) -> bool:
    """Write the settings file with random secrets, readable by its owner alone; False when there is one already."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(with_secrets(example.read_text()))
    return True


def with_secrets(example: str) -> str:
    """Fill the blank secrets of an example file."""

    def fill(line: re.Match[str]) -> str:
        return f"{line[1]}={secrets.token_urlsafe(32)}" if line[1] in SECRETS else line[0]

    return re.sub(r"^([A-Z][A-Z0-9_]*)=[ \t]*$", fill, example, flags=re.MULTILINE)


def add_secrets(target: Path) -> list[str]:
    """Give a settings file the secrets that it lacks; answers their names. Every other line stays byte for byte.

    The file is replaced in one step, still belongs to its owner, and is readable by that one alone.
    """
    target = target.resolve()  # what a link leads to is replaced, not the link
    before = target.read_bytes()
    after, added = _with_missing_secrets(before.decode("utf-8", "surrogateescape"))
    if not added:
        return added
    replace_settings_file(target, after.encode("utf-8", "surrogateescape"), mode=0o600)
    return added


def replace_settings_file(target: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put this content in the place of a settings file, in one step; it still belongs to its owner.

    Its rights stay as they are unless ``mode`` says others. Raises OSError.
    """
    state, half = target.stat(), target.with_name(f"{target.name}.new")
    half.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            if (state.st_uid, state.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), state.st_uid, state.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(state.st_mode) if mode is None else mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
    finally:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)


def _with_missing_secrets(text: str) -> tuple[str, list[str]]:
    from dotenv import dotenv_values

    said = dotenv_values(stream=StringIO(text), interpolate=False)
    missing = [name for name in LATER_SECRETS if not (said.get(name) or said.get(f"{name}_FILE"))]
    end = "\r\n" if "\r\n" in text else "\n"
    for name in missing:
        value = secrets.token_urlsafe(32)
        text, filled = re.subn(rf"^{name}=[ \t]*(?=\r?$)", f"{name}={value}", text, flags=re.MULTILINE)
        if dotenv_values(stream=StringIO(text), interpolate=False).get(name) == value and filled:
            continue
        text += f"{'' if text.endswith(end) or not text else end}{name}={value}{end}"  # the last one counts
    return text, missing


def choose_folders(folder: Path) -> None:
    """Let captions, work in progress and uploads go below the folder of the stack, if nobody chose others."""
    for name, part in (("DEFAULT_OUTPUT_PATH", "output"), ("TEMP_DIRECTORY", "work"), ("UPLOAD_DIRECTORY", "uploads")):
        if not os.environ.get(name):
            os.environ[name] = str(folder.absolute() / part)


def load_env_file(file: Path = ROOT / ".env", environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the settings file speak where the environment is silent.

    A relative folder is meant from where it was written: the caller's folder, or the file's. Services work in ours.
    """
    from dotenv import dotenv_values

    for name in (*_FOLDERS, *_MODELS):
        if value := environment.get(name):
            environment[name] = _meant_from(Path.cwd(), name, value)
    try:
        said = dotenv_values(file, encoding="utf-8-sig") if file.is_file() else {}
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidInput(
            f"{file} cannot be read: line {line} has letters that are not UTF-8. Save it as UTF-8.",
            code="settings_unusable",
        ) from None
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.", code="settings_unusable") from None
    for name, value in said.items():
        if value:
            environment.setdefault(name, _meant_from(file.absolute().parent, name, value))


def _meant_from(folder: Path, name: str, value: str) -> str:
    if folder == ROOT == Path.cwd():
        return value  # everybody stands there, and a model keeps the name that stands in the ledger
    if name in _FOLDERS:
        return str(folder / Path(value).expanduser())
    if name in _MODELS:
        from services.transcriber.engines.speech_models import from_here

        entries = value.split(",") if name == "ALIGN_MODEL" else [value]
        return ",".join(
            _before_model(entry) + from_here(entry[len(_before_model(entry)) :], folder) for entry in entries
        )
    return value


def _before_model(entry: str) -> str:
    """The language of one of several models; a folder may have an equals sign in its name, and keeps it."""
    language, mark, _ = entry.partition("=")
    return language + mark if mark and "/" not in language else ""


def settings_beside(folder: Path, command: str) -> "Settings":
    """The settings of a command that speaks to the servers of the stack on this folder, or to those of DATABASE_URL.

    ``command`` is its name with what it was told, as somebody can type it among containers.
    Raises `NotFound` when there is neither: a database on the usual port would be some other program's.
    """
    from shared.entry import usable_settings

    load_env_file()
    settings = usable_settings()
    if os.environ.get("DATABASE_URL"):
        return settings
    if (running := running_on(folder)) is None:
        raise NotFound(
            f"No stack runs on {folder}, and DATABASE_URL names no database: start `archivist up` first. Of "
            f"containers, ask inside: docker compose exec api python -m services.console {command}.",
            code="no_stack",
        )
    use_servers(running)
    return usable_settings()


def use_servers(running: Addresses) -> None:
    """Take the servers of a running stack for those that the settings name."""
    os.environ |= {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_url, "REDIS_PASSWORD": ""}
