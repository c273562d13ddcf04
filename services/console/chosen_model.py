"""Which speech model `.env` chooses: another one in its place, and the earlier one back; no other byte changes.

What stood there before is kept in a note of ours, as it was written, so that going back gives the same bytes again.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from services.console.configuration import replace_settings_file
from services.console.env_file import ENV_FILE
from services.console.paths import VAR
from shared.errors import Conflict, InvalidInput, NotFound, Unusable
from shared.storage.files import write_atomically

NAME = "WHISPER_MODEL"
_WINS = "WHISPER_MODEL_PATH"
_NOTE = "model-before.json"

_PLAIN = re.compile(r"[\w./:@+-]+", re.ASCII)
_LINE = re.compile(
    rf"(?P<name>(?:export[ \t]+)?['\"]?{NAME}['\"]?[ \t]*=)(?P<gap>[ \t]*)"
    r"(?P<value>'(?:\\'|[^'])*'|\"(?:\\\"|[^\"])*\"|(?![#'\"])[^\r\n]*?)"
    r"(?P<rest>(?:[ \t]+#[^\r\n]*|[ \t]*)(?:\r?\n|\Z))"
)


@dataclass(frozen=True, slots=True)
class Switched:
    """What the file chose before, and what it chooses now; empty for none."""

    file: Path
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        """False where it chose that model already."""
        return self.before != self.after


def require_choosable(file: Path, environment: Mapping[str, str]) -> None:
    """Raise where a model that is written into the file would not be the one that is used.

    ``environment`` is that of whoever started us, before the file was read into it.
    """
    for name in (_WINS, NAME):
        if environment.get(name):
            raise Conflict(
                f"{name} is set in the environment, to {environment[name]}, and the environment wins over {file}: "
                f"change it there, or take it away.",
                code="environment_wins",
            )
    if path := _said(_text(file)).get(_WINS):
        raise Conflict(
            f"{file} sets {_WINS} to {path}, which wins over {NAME}: take that line away first.",
            code="model_path_wins",
        )


def note_of(file: Path) -> Path:
    """Where the earlier choice is kept: with what else we keep, and of another file than the project's, beside that."""
    return VAR / _NOTE if file.resolve() == ENV_FILE.resolve() else file.with_name(f"{file.name}.{_NOTE}")


def use_model(file: Path, model: str, *, note: Path) -> Switched:
    """Let the file choose ``model``, and keep what it chose before.

    Raises InvalidInput for a name that no settings file can hold, NotFound where there is no file, and Unusable where
    it cannot be written.
    """
    text = _text(file)
    before = _said(text).get(NAME) or ""
    if before == model:
        return Switched(file, before, model)
    found = _found(text)
    line = found[0] if found else None
    match = _LINE.fullmatch(line.text) if line else None
    if line and match:
        new = f"{match['name']}{match['gap']}{_quoted(model)}{match['rest']}"
    else:
        line, new = None, f"{NAME}={_quoted(model)}{_end(text)}"
    after, kept = _with(text, line, new)
    return _written(file, text, after, kept, model, note)


def go_back(file: Path, *, note: Path) -> Switched:
    """Let the file choose what it chose before the last change by `use_model`, or by this. Raises NotFound."""
    text = _text(file)
    kept = _kept_in(note, file)
    found = _found(text)
    line = found[0] if found else None
    if kept.line is None and line is None:
        raise _nothing_kept(file)
    after, now = _with(text, line, kept.line, joint=kept.joint)
    return _written(file, text, after, now, kept.model, note)


@dataclass(frozen=True, slots=True)
class _ModelLine:
    """The line that counts, and where in the text it begins."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _EarlierLine:
    """The line as it was, None where there was none; then ``joint`` is what was put before the one that was added."""

    line: str | None
    joint: str = ""
    model: str = ""


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        raise NotFound(f"There is no {file}: `archivist init` writes one.", code="no_settings_file") from None
    except OSError as error:
        raise Unusable(f"{file} cannot be read: {error.strerror}.", code="settings_unusable") from error


def _said(text: str) -> dict[str, str | None]:
    from dotenv import dotenv_values

    return dotenv_values(stream=StringIO(text.removeprefix("\ufeff")), interpolate=False)


def _found(text: str) -> list[_ModelLine]:
    """The lines that say something of the model, the one that counts first."""
    from dotenv.parser import parse_stream

    at = 1 if text.startswith("\ufeff") else 0
    found: list[_ModelLine] = []
    for binding in parse_stream(StringIO(text[at:], newline="")):
        whole = binding.original.string
        if binding.key == NAME and binding.value is not None:
            line = whole.lstrip()  # blank lines before it are counted in
            found.insert(0, _ModelLine(at + len(whole) - len(line), line))
        at += len(whole)
    return found


def _with(text: str, line: _ModelLine | None, new: str | None, *, joint: str = "") -> tuple[str, _EarlierLine]:
    """The text with ``new`` in the place of the line, and what undoes that."""
    if line is None:
        assert new is not None  # there is something to be written, or something to be taken away
        joint = "" if not text or text.endswith("\n") else _end(text)
        return text + joint + new, _EarlierLine(None, joint)
    before, after = text[: line.start], text[line.start + len(line.text) :]
    if new is None and not after:
        before = before.removesuffix(joint)
    return before + (new or "") + after, _EarlierLine(line.text)


def _written(file: Path, text: str, after: str, kept: _EarlierLine, model: str, note: Path) -> Switched:
    said, will = _said(text), _said(after)
    others = [{name: value for name, value in one.items() if name != NAME} for one in (said, will)]
    if (will.get(NAME) or "") != model or others[0] != others[1]:
        raise Unusable(
            f"The line of {NAME} in {file} is of no form that can be changed for you: write {NAME}={model} there.",
            code="settings_unusable",
        )
    before = said.get(NAME) or ""
    body = {"file": str(file.resolve()), "line": kept.line, "joint": kept.joint, "model": before}
    try:
        # First what leads back: a file that was changed without it could not be put back.
        write_atomically(note, (json.dumps(body, indent=2) + "\n").encode())
        replace_settings_file(file.resolve(), after.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise Unusable(
            f"{error.filename or file} cannot be written: {error.strerror}.", code="settings_unusable"
        ) from error
    return Switched(file, before, model)


def _kept_in(note: Path, file: Path) -> _EarlierLine:
    try:
        kept = json.loads(note.read_text())
        if kept["file"] == str(file.resolve()):
            return _EarlierLine(kept["line"], kept["joint"], kept["model"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise _nothing_kept(file)


def _nothing_kept(file: Path) -> NotFound:
    return NotFound(
        f"`archivist models use` has changed nothing in {file} yet, so there is no earlier model to go back to.",
        code="no_earlier_model",
    )


def _quoted(model: str) -> str:
    if _PLAIN.fullmatch(model):
        return model
    if not model.isprintable() or set(model) & set("'\\$") or not model.strip():
        raise InvalidInput(
            f"{model!r} cannot stand in a settings file: no quotation marks, backslashes, dollar signs or control"
            " characters."
        )
    return f"'{model}'"


def _end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
