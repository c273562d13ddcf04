"""Programs that we start and that must not outlive us."""

import shutil
from collections.abc import Sequence


def tied(command: Sequence[str]) -> list[str]:
    """``command`` with util-linux's ``setpriv`` before it, where there is one: the kernel kills it when we die.

    Nothing of Python runs between fork and exec for it. The kernel looks at the thread that starts the program, so let
    that one wait for its end, or be the main thread.
    """
    setpriv = shutil.which("setpriv")
    return [*([setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []), *command]
