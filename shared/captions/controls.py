"""Control characters in text from outside: a bell or an escape is no letter, and a terminal would do what it says.

Tabs and whatever ends a line stay: readers make rows and blanks of them.
"""

import re

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")


def has_controls(text: str) -> bool:
    """Whether there is any."""
    return _CONTROLS.search(text) is not None


def without_controls(text: str) -> str:
    """The text as people see it."""
    return _CONTROLS.sub("", text)
