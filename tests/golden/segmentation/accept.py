"""Write what segmentation makes of each case as its expected result; read the difference before you commit it.

Run from the repository's root: ``python -m tests.golden.segmentation.accept [CASE...]``
"""

import json
import sys
from pathlib import Path

from shared.captions import profile, segment, write_cue_list
from shared.captions.model import Sound, SoundKind, Word

ROOT = Path(__file__).parent


def made_of(case: Path) -> str:
    """The cue list that the words of a case become."""
    given = json.loads((case / "words.json").read_text())
    rules = profile(given["profile"])
    words = [Word(*entry) for entry in given["words"]]
    sounds = [Sound(SoundKind(kind), start, end) for kind, start, end in given["sounds"]]
    return write_cue_list(segment(words, rules.for_web() if given["web"] else rules, sounds))


if __name__ == "__main__":
    for case in sorted(path.parent for path in ROOT.glob("*/words.json")):
        if not sys.argv[1:] or case.name in sys.argv[1:]:
            (case / "expected.json").write_text(made_of(case))
            sys.stdout.write(f"{case.name}\n")
