"""Real speech and real weights for `archivist test real`: found beside this folder, or a sentence why not.

Neither belongs into the repository. The corpus and the program that gets the weights lie in ``../shared`` of whoever
develops this; ARCHIVIST_REAL_SPEECH and ARCHIVIST_REAL_WEIGHTS name folders elsewhere.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

MODELS = ("base", "tiny.en")
SPEECH, WEIGHTS = "ARCHIVIST_REAL_SPEECH", "ARCHIVIST_REAL_WEIGHTS"


def provide(root: Path, say: Callable[[str], None]) -> dict[str, str] | str:
    """The environment that names both folders, or why there is none; weights are fetched once, into ``var/``."""
    corpus = Path(os.environ.get(SPEECH, "") or root.parent / "shared" / "real-speech")
    if not (corpus / "corpus.json").is_file():
        return f"there is no corpus of real speech in {corpus} ({SPEECH} may name another folder)."
    named = os.environ.get(WEIGHTS, "")
    weights = Path(named) if named else root / "var" / "models" / "real"
    missing = [model for model in MODELS if not (weights / model / "model.bin").is_file()]
    getter = root.parent / "shared" / "tools" / "get-real-whisper.sh"
    if missing and (named or not os.access(getter, os.X_OK)):
        return f"there are no weights of {' and '.join(missing)} in {weights} ({WEIGHTS} may name another folder)."
    for model in missing:
        say(f"fetching the weights of {model}, once ...")
        done = subprocess.run([str(getter), str(weights / model), model], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"the weights of {model} cannot be fetched ({done.stderr.strip()[-300:]})."
    return {SPEECH: str(corpus), WEIGHTS: str(weights)}
