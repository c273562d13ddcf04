"""Models got ready for a machine without a network.

``python -m services.transcriber.engines.fetch speech|align|speakers NAME`` does it inside of the transcriber's image,
which has WhisperX; ``archivist models fetch`` does it elsewhere.
"""

import sys
from pathlib import Path

from services.transcriber.engines.aligners import find_aligner, name_of_aligner
from services.transcriber.engines.companions import Companion, find_companion
from services.transcriber.engines.speech_models import find_model
from shared.entry import read_settings, saying_why
from shared.errors import InvalidInput
from shared.settings import Settings

KINDS = ("speech", "align", "speakers")


def find(kind: str, name: str, settings: Settings, *, offline: bool = False) -> tuple[str, Path]:
    """What the model is called and where it lies, downloaded only if it must and may; for ``align`` also by language.

    Raises what finding a model raises.
    """
    cache = settings.model_cache
    token = settings.hugging_face_token.get_secret_value() if settings.hugging_face_token else None
    if kind == "speech":
        model = find_model(name, cache_dir=cache, offline=offline, token=token)
        return model.name, model.path
    if kind == "align":
        aligner = find_aligner(name_of_aligner(name), cache_dir=cache, offline=offline, token=token)
        return aligner.name, aligner.path
    return name, find_companion(Companion.SPEAKERS, name, cache_dir=cache, offline=offline, token=token)


def main(arguments: list[str]) -> None:
    """Entry point."""
    with saying_why("fetch", in_log=False):
        if len(arguments) != 2 or arguments[0] not in KINDS:
            raise InvalidInput(f"Say what is to be fetched: one of {', '.join(KINDS)}, and a name.")
        name, path = find(arguments[0], arguments[1], read_settings("fetch"))
        print(f"{name} is in {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
